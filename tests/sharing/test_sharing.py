"""Who sees a group, on both databases: nobody from the start, each share until its end, and nothing a moment longer."""

from datetime import UTC, date, datetime, timedelta

import pytest
import sqlalchemy as sa
import time_machine

from portal.activity import chain
from portal.activity.models import Entry, EntryWords
from portal.autonomy import actions as autonomy
from portal.autonomy import queries as promise
from portal.autonomy.areas import Area, Level
from portal.autonomy.door import Mistake, NotHere, Proposed, Refused
from portal.autonomy.models import Proposal
from portal.breakglass import actions as duties
from portal.core import clock
from portal.core.db import db
from portal.core.jobs import Job
from portal.core.marks import mark
from portal.people.roles import STRANGER, Role
from portal.sharing import actions, queries
from portal.sharing.jobs import _answered, forget_enquiries
from portal.sharing.models import Enquiry, Share, months_on
from tests import make
from tests.client import Client, words
from tests.sharing.conftest import SUMMARY, WORDS, facts, share

NOON = datetime(2026, 11, 9, 12, tzinfo=UTC)


def shown(one: Share):
    """What an outsider gets of it now."""
    db.session.rollback()
    return queries.seen(one.token, public=one.audience == "anyone")


def approved(by, group, said: str = SUMMARY) -> None:
    actions.write_summary(by, group, words=said)
    actions.approve_summary(by, group, mark_of_words=mark(said))


def summary(by, group, **other) -> Share:
    return actions.share_summary(by, group, **facts(words=SUMMARY, **other))


def test_a_group_shows_nothing_until_an_organiser_shares_it(kettle, marsha):
    assert (queries.listed(), queries.ours(kettle.id), queries.stands(kettle.id)) == ([], [], None)
    one, other = share(marsha, kettle), share(marsha, kettle, audience="anyone")
    assert shown(one) == queries.Shown(one.token, "Tuesday Kettle", WORDS, "Ashbrook Council", public=False)
    assert [found.token for found in queries.listed()] == [other.token]
    assert queries.seen(one.token, public=True) is queries.seen(other.token, public=False) is None
    assert len({one.token, other.token}) == 2
    assert min(len(one.token), len(other.token)) == 24


def test_a_helper_shares_and_withdraws_nothing(kettle, marsha):
    bernie = make.actor(make.person("Bernie"), Role.HELPER)
    with pytest.raises(Refused):
        share(bernie, kettle)
    one = share(marsha, kettle)
    with pytest.raises(Refused):
        actions.withdraw(bernie, kettle, one.id)


def test_a_share_withdrawn_is_gone_for_good_and_any_organiser_can(kettle, marsha, joe):
    one = share(marsha, kettle)
    actions.withdraw(joe, kettle, one.id)
    assert shown(one) is None
    before = db.session.scalar(sa.select(sa.func.count(Entry.id)))
    assert actions.withdraw(marsha, kettle, one.id).withdrawn_by == joe.person_id
    assert db.session.scalar(sa.select(sa.func.count(Entry.id))) == before
    (line,) = queries.ours(kettle.id, ended=True)
    assert line.share.withdrawn_at
    assert share(marsha, kettle).token != one.token


@pytest.mark.parametrize(
    ("last", "showing", "gone"),
    [
        (date(2026, 11, 20), datetime(2026, 11, 20, 23, 59, 59), datetime(2026, 11, 21)),
        # The clocks go forward on 28 March 2027: that day in London ends at 23:00 UTC.
        (date(2027, 3, 28), datetime(2027, 3, 28, 22, 59, 59), datetime(2027, 3, 28, 23)),
        # And back on 31 October 2027: that day ends at midnight UTC, an hour later than the day before.
        (date(2027, 10, 30), datetime(2027, 10, 30, 22, 59, 59), datetime(2027, 10, 30, 23)),
        (date(2027, 10, 31), datetime(2027, 10, 31, 23, 59, 59), datetime(2027, 11, 1)),
    ],
)
def test_a_share_vanishes_at_the_end_of_its_day_in_london(kettle, marsha, last, showing, gone):
    with time_machine.travel(NOON, tick=False) as time:
        one, other = share(marsha, kettle, until_on=last), share(marsha, kettle, until_on=last, audience="anyone")
        time.move_to(showing.replace(tzinfo=UTC))
        assert shown(one)
        assert len(queries.listed()) == 1
        time.move_to(gone.replace(tzinfo=UTC))
        assert shown(one) is shown(other) is None
        assert queries.listed() == []
        assert [line.share.id for line in queries.ours(kettle.id, ended=True)] == [other.id, one.id]


def test_a_share_has_an_end_within_12_months(kettle, marsha):
    with time_machine.travel(NOON, tick=False):
        for day in (date(2026, 11, 8), date(2027, 11, 10)):
            with pytest.raises(Mistake, match="12 months ahead"):
                share(marsha, kettle, until_on=day)
        for day in (date(2026, 11, 9), date(2027, 11, 9)):
            assert shown(share(marsha, kettle, until_on=day))
        with pytest.raises(Mistake, match="who it is for"):
            share(marsha, kettle, who=None)


@pytest.mark.parametrize(
    ("day", "months", "then"),
    [
        (date(2026, 11, 30), 3, date(2027, 2, 28)),
        (date(2027, 11, 30), 3, date(2028, 2, 29)),
        (date(2026, 12, 31), 12, date(2027, 12, 31)),
        (date(2028, 2, 29), 12, date(2029, 2, 28)),
        (date(2026, 9, 9), 3, date(2026, 12, 9)),
    ],
)
def test_months_on_is_the_same_day_or_that_months_last(day, months, then):
    assert months_on(day, months) == then


def test_staff_share_nothing_where_the_group_keeps_it(kettle, marsha, imani):
    approved(marsha, kettle)
    for wanted in (summary, share):
        with pytest.raises(Refused):
            wanted(imani, kettle)
    assert queries.ours(kettle.id) == []


def test_where_they_ask_first_staff_suggest_with_before_after_and_why(kettle, marsha, imani):
    make.set_level(kettle, Area.VISIBILITY, Level.ASK_FIRST)
    with pytest.raises(Mistake, match="aren’t the words"):
        summary(imani, kettle)
    approved(marsha, kettle)
    with pytest.raises(Mistake, match="12 months"):
        share(imani, kettle, until_on=clock.today() + timedelta(days=400))
    for wanted, said in ((summary, SUMMARY), (share, WORDS)):
        with pytest.raises(Proposed) as waits:
            wanted(imani, kettle, why="The council asks who you are.")
        assert queries.ours(kettle.id) == []
        proposal = waits.value.proposal
        (meaning,) = promise.meanings(kettle.id, [proposal])
        assert proposal.why == "The council asks who you are."
        assert [(one.before, one.after) for one in meaning.shown][:2] == [(None, said), (None, "Ashbrook Council")]
        autonomy.say_yes(marsha, kettle, proposal.id)
        (line,) = queries.ours(kettle.id)
        assert (line.share.words, line.share.by_host, line.by) == (said, True, "Imani Okafor")
        assert shown(line.share).words == said
        actions.withdraw(marsha, kettle, line.share.id)


def test_the_group_says_yes_in_words_of_its_own(kettle, marsha, imani):
    make.set_level(kettle, Area.VISIBILITY, Level.ASK_FIRST)
    with pytest.raises(Proposed) as waits:
        share(imani, kettle)
    autonomy.say_yes(marsha, kettle, waits.value.proposal.id, words="Tea on Tuesdays.")
    (line,) = queries.ours(kettle.id)
    assert line.share.words == "Tea on Tuesdays."


def test_a_share_without_end_is_not_even_suggested(kettle, marsha, imani):
    approved(marsha, kettle)
    make.set_level(kettle, Area.VISIBILITY, Level.ASK_FIRST)
    with pytest.raises(Mistake, match="12 months"):
        summary(imani, kettle, until_on=date(2099, 1, 1))
    assert db.session.scalar(sa.select(sa.func.count(Proposal.id))) == 0


def test_a_summary_changed_since_it_was_suggested_is_not_shared(kettle, marsha, imani):
    make.set_level(kettle, Area.VISIBILITY, Level.ASK_FIRST)
    approved(marsha, kettle)
    with pytest.raises(Proposed) as waits:
        summary(imani, kettle)
    approved(marsha, kettle, "Other words.")
    with pytest.raises(Mistake, match="aren’t the words"):
        autonomy.say_yes(marsha, kettle, waits.value.proposal.id)
    assert queries.ours(kettle.id) == []


@pytest.mark.parametrize(("level", "outcome"), [(Level.TELL_AFTER, "allow_tell"), (Level.YOU_DO, "allow_list")])
def test_staff_share_the_approved_summary_in_its_exact_words_and_ask_about_anything_else(
    kettle, marsha, joe, imani, level, outcome
):
    make.set_level(kettle, Area.VISIBILITY, level)
    with pytest.raises(Mistake, match="aren’t the words"):
        summary(imani, kettle)
    actions.write_summary(marsha, kettle, words=SUMMARY)
    with pytest.raises(Mistake, match="aren’t the words"):
        summary(imani, kettle)
    actions.approve_summary(joe, kettle, mark_of_words=mark(SUMMARY))
    for other in (f"{SUMMARY} ", SUMMARY.lower(), ""):
        with pytest.raises(Mistake, match="aren’t the words"):
            actions.share_summary(imani, kettle, **facts(words=other))
    one = summary(imani, kettle)
    assert shown(one).words == SUMMARY
    assert make.newest_entry(kettle, "sharing.share_summary").outcome == outcome
    with pytest.raises(Proposed):
        share(imani, kettle, words=SUMMARY)
    with pytest.raises(Proposed):
        share(imani, kettle)


def test_a_change_of_the_summary_un_approves_it_and_an_approval_is_of_the_words_on_the_page(kettle, marsha, joe):
    with pytest.raises(Mistake, match="no words"):
        actions.approve_summary(marsha, kettle, mark_of_words=mark(None))
    actions.write_summary(marsha, kettle, words=SUMMARY)
    with pytest.raises(Mistake, match="changed since"):
        actions.approve_summary(joe, kettle, mark_of_words=mark("What was there before"))
    actions.approve_summary(joe, kettle, mark_of_words=mark(SUMMARY))
    actions.write_summary(marsha, kettle, words=SUMMARY)
    assert queries.stands(kettle.id).approved == SUMMARY
    actions.write_summary(marsha, kettle, words=f"{SUMMARY} And cake.")
    assert queries.stands(kettle.id).approved is None
    approved(marsha, kettle)
    actions.take_back_summary(joe, kettle)
    assert (queries.stands(kettle.id).summary, queries.stands(kettle.id).approved) == (SUMMARY, None)


def test_what_the_group_undoes_or_withdraws_of_staffs_staff_only_ask_about_for_30_days(kettle, marsha, imani):
    make.set_level(kettle, Area.VISIBILITY, Level.TELL_AFTER)
    approved(marsha, kettle)
    with time_machine.travel(NOON, tick=False) as time:
        one = summary(imani, kettle)
        actions.withdraw(marsha, kettle, one.id)
        assert shown(one) is None
        entry = make.newest_entry(kettle, "sharing.share_summary")
        assert not promise.told(kettle.id, entry.id).can_undo
        with pytest.raises(Proposed):
            summary(imani, kettle)
        time.shift(timedelta(days=31))
        two = summary(imani, kettle)
        autonomy.undo(marsha, kettle, make.newest_entry(kettle, "sharing.share_summary").id)
        assert shown(two) is None
        with pytest.raises(Proposed):
            summary(imani, kettle)


def test_while_the_group_rests_what_staff_would_share_is_asked(kettle, marsha, imani):
    make.set_level(kettle, Area.VISIBILITY, Level.TELL_AFTER)
    approved(marsha, kettle)
    autonomy.rest(marsha, kettle, days=14)
    with pytest.raises(Proposed):
        summary(imani, kettle)


def test_tightening_lapses_what_was_suggested(kettle, marsha, imani):
    make.set_level(kettle, Area.VISIBILITY, Level.ASK_FIRST)
    with pytest.raises(Proposed) as waits:
        share(imani, kettle)
    autonomy.set_level(marsha, kettle, area="visibility", level="only_us")
    with pytest.raises(Mistake):
        autonomy.say_yes(marsha, kettle, waits.value.proposal.id)
    assert db.session.get_one(Proposal, waits.value.proposal.id).answer == "lapsed"
    assert queries.ours(kettle.id) == []


def test_staff_withdraw_what_they_shared_at_any_level_and_the_group_is_told(kettle, marsha, imani):
    approved(marsha, kettle)
    make.set_level(kettle, Area.VISIBILITY, Level.TELL_AFTER)
    one = summary(imani, kettle)
    make.set_level(kettle, Area.VISIBILITY, Level.ONLY_US)
    before = db.session.scalar(sa.select(sa.func.count(Job.id)).where(Job.name == "notices.news"))
    actions.withdraw(imani, kettle, one.id)
    assert shown(one) is None
    assert db.session.scalar(sa.select(sa.func.count(Job.id)).where(Job.name == "notices.news")) == before + 1
    entry = make.newest_entry(kettle, "sharing.withdraw")
    assert (entry.area, entry.about, entry.role) == ("visibility", one.ref, "coordinator")
    assert make.newest_entry(kettle, "sharing.share_summary").about == one.ref


@pytest.mark.parametrize("level", Level)
def test_what_the_group_shared_itself_staff_dont_withdraw(kettle, marsha, imani, level):
    """Hiding it from public view is a legal duty's: a second person, and 72 hours at most."""
    make.set_level(kettle, Area.VISIBILITY, level)
    one = share(marsha, kettle, audience="anyone")
    with pytest.raises(Refused, match="shared this itself"):
        actions.withdraw(imani, kettle, one.id)
    assert shown(one)


def test_whoever_works_for_the_host_too_is_no_consent_and_can_withdraw(kettle, marsha):
    make.staff("Joe", Role.COORDINATOR)
    joe = make.actor(make.person("Joe"))
    one = share(marsha, kettle, audience="anyone")
    actions.write_summary(joe, kettle, words=SUMMARY)
    for wanted in (
        lambda: share(joe, kettle),
        lambda: actions.approve_summary(joe, kettle, mark_of_words=mark(SUMMARY)),
        lambda: actions.list_in_search(joe, kettle, one.id, listed=True),
        lambda: actions.take_enquiries(joe, kettle, wanted=True),
    ):
        with pytest.raises(Mistake, match="You also work for the host"):
            wanted()
    actions.list_in_search(marsha, kettle, one.id, listed=True)
    actions.list_in_search(joe, kettle, one.id, listed=False)
    actions.withdraw(joe, kettle, one.id)
    assert shown(one) is None


def test_search_engines_list_a_public_share_only_once_an_organiser_said_so(kettle, marsha, imani):
    link, one = share(marsha, kettle), share(marsha, kettle, audience="anyone")
    assert not shown(one).listed
    with pytest.raises(Mistake, match="anyone can see"):
        actions.list_in_search(marsha, kettle, link.id, listed=True)
    with pytest.raises(Refused):
        actions.list_in_search(imani, kettle, one.id, listed=True)
    actions.list_in_search(marsha, kettle, one.id, listed=True)
    assert shown(one).listed
    actions.list_in_search(marsha, kettle, one.id, listed=False)
    assert not shown(one).listed


def test_one_groups_shares_are_out_of_anothers_reach(kettle, walkers, marsha, imani):
    one, sam = share(marsha, kettle), make.actor(make.person("Sam"))
    assert queries.one(walkers.id, one.id) is None
    for by in (sam, imani):
        with pytest.raises(NotHere):
            actions.withdraw(by, walkers, one.id)
    with pytest.raises(NotHere):
        actions.list_in_search(sam, walkers, one.id, listed=True)
    assert shown(one)


def test_what_was_shared_by_a_group_that_left_shows_no_more(kettle, marsha):
    one = share(marsha, kettle, audience="anyone")
    kettle.group_id = kettle.id
    make.set_facts(kettle, left_at=clock.now())
    assert shown(one) is None
    assert queries.listed() == []


def test_public_shares_stand_by_the_name_of_their_group_and_a_page_at_a_time(kettle, walkers, marsha):
    sam = make.actor(make.person("Sam"))
    theirs = share(sam, walkers, audience="anyone")
    made = [share(marsha, kettle, audience="anyone") for _ in range(22)]
    first = queries.listed()
    assert [one.name for one in first] == ["Hillfoot Walkers", *["Tuesday Kettle"] * 20]
    assert first[0].token == theirs.token
    assert [one.token for one in queries.listed(first[19].token)] == [one.token for one in made[19:]]
    actions.withdraw(sam, walkers, theirs.id)
    assert len(queries.listed("no such thing")) == 21


def test_a_legal_duty_hides_a_share_for_its_time_and_ends_by_itself(kettle, marsha, imani, beatrix):
    asked = {"duty": "F6", "act": "hide_from_public", "reason": "Someone is looking for her.", "hours": 6}
    with time_machine.travel(NOON, tick=False) as time:
        one, other = share(marsha, kettle, audience="anyone"), share(marsha, kettle)
        glass = duties.ask(imani, kettle, things=f"{one.ref.lower()}, {other.ref}", **asked)
        assert shown(one)
        duties.allow(beatrix, kettle, glass.id)
        assert shown(one) is shown(other) is None
        assert queries.listed() == []
        (_, line) = queries.ours(kettle.id)
        assert (line.hidden_until, line.duty) == (NOON + timedelta(hours=6), glass.id)
        time.shift(timedelta(hours=6))
        assert shown(one)
        assert shown(other)
        assert queries.ours(kettle.id)[0].hidden_until is None
        glass = duties.ask(imani, kettle, things=one.ref, **asked)
        duties.allow(beatrix, kettle, glass.id)
        assert shown(one) is None
        duties.end(imani, kettle, glass.id)
        assert shown(one)
        actions.withdraw(marsha, kettle, one.id)
        with pytest.raises(Mistake, match="can’t find"):
            duties.ask(imani, kettle, things=one.ref, **asked)


def test_where_telling_of_a_duty_waits_the_groups_page_says_nothing_of_it(kettle, marsha, imani, beatrix):
    one = share(marsha, kettle)
    asked = {"duty": "F6", "act": "hide_from_public", "reason": "Danger", "hours": 6, "delay": "danger", "delay_days": 2}
    glass = duties.ask(imani, kettle, things=one.ref, **asked)
    duties.allow(beatrix, kettle, glass.id)
    assert shown(one) is None
    (line,) = queries.ours(kettle.id)
    assert (line.hidden_until, line.duty) == (None, None)


def test_a_hidden_share_of_another_group_leaves_ours_alone(kettle, walkers, marsha, imani, beatrix):
    one, theirs = share(marsha, kettle), share(make.actor(make.person("Sam")), walkers)
    asked = {"duty": "F6", "act": "hide_from_public", "reason": "x", "hours": 6}
    with pytest.raises(Mistake, match="can’t find"):
        duties.ask(imani, kettle, things=theirs.ref, **asked)
    duties.allow(beatrix, kettle, duties.ask(imani, kettle, things=one.ref, **asked).id)
    assert shown(one) is None
    assert shown(theirs)


def test_a_duty_can_look_at_a_share(kettle, marsha, imani, beatrix, app):
    one = share(marsha, kettle)
    glass = duties.ask(imani, kettle, duty="F8", act="view", things=one.ref, reason="A complaint", hours=2)
    duties.allow(beatrix, kettle, glass.id)
    at = f"/host/groups/tuesday-kettle/duties/{glass.id}/items/{glass.items[0].id}"
    page = words(Client(app).as_(make.person("Imani Okafor")).get(at))
    assert "the room" in page
    assert "Ashbrook Council" in page


def test_the_log_says_that_something_was_shared_never_its_address(kettle, marsha, imani):
    make.set_level(kettle, Area.VISIBILITY, Level.TELL_AFTER)
    approved(marsha, kettle)
    made = [share(marsha, kettle), summary(imani, kettle)]
    for one in made:
        actions.withdraw(marsha, kettle, one.id)
    db.session.rollback()
    kept = str([chain.line(one) for one in db.session.scalars(sa.select(Entry))])
    kept += str(db.session.scalars(sa.select(EntryWords.words)).all())
    for one in made:
        assert one.token not in kept


def ask(group_share: Share, kettle, **other) -> Enquiry | None:
    told = {"name": "June", "reach": "june@example.org", "words": "May I come?", "address": "192.0.2.1"}
    return actions.enquire(STRANGER, kettle, group_share.id, **told | other)


@pytest.fixture
def public(kettle, marsha):
    """A public share of a group that takes enquiries."""
    actions.take_enquiries(marsha, kettle, wanted=True)
    return share(marsha, kettle, audience="anyone", until_on=clock.today() + timedelta(days=300))


def test_an_enquiry_goes_to_the_host_and_from_there_to_the_group(kettle, marsha, imani, public):
    made = ask(public, kettle)
    ((row, group),) = queries.enquiries()
    assert (row.words, row.reach, group.id) == ("May I come?", "june@example.org", kettle.id)
    assert queries.passed_on(kettle.id) == []
    actions.pass_on(imani, kettle, made.id)
    assert (queries.enquiries(), [one.id for one in queries.passed_on(kettle.id)]) == ([], [made.id])
    assert queries.passed_on(kettle.id, before=made.id) == []
    other = ask(public, kettle)
    actions.answer(imani, kettle, other.id)
    assert [row.id for row, _ in queries.enquiries(done=True)] == [other.id, made.id]
    assert [one.id for one in queries.passed_on(kettle.id)] == [made.id]
    db.session.rollback()
    kept = str(db.session.scalars(sa.select(EntryWords.words)).all())
    assert "june" not in kept.lower()


def test_the_hosts_reply_goes_by_email_only_to_who_gave_an_address(kettle, imani, public):
    by_mail, by_phone = ask(public, kettle), ask(public, kettle, reach="07700 900111")
    for one in (by_mail, by_phone, by_mail):
        actions.answer(imani, kettle, one.id)
    letters = db.session.scalars(sa.select(Job.arguments).where(Job.name == "core.mail")).all()
    assert [one["ids"] for one in letters if one["message"] == "sharing.answered"] == [{"enquiry_id": by_mail.id}]
    letter = _answered(by_mail.id)
    assert (letter.to, "Thank you for thinking of them." in letter.facts["reply"]) == ("june@example.org", True)
    assert _answered(by_mail.id + 99) is None


def test_nobody_writes_where_it_isnt_wanted_or_doesnt_show(kettle, marsha, public):
    link = share(marsha, kettle)
    with pytest.raises(NotHere):
        ask(link, kettle)
    actions.take_enquiries(marsha, kettle, wanted=False)
    with pytest.raises(NotHere):
        ask(public, kettle)
    actions.take_enquiries(marsha, kettle, wanted=True)
    actions.withdraw(marsha, kettle, public.id)
    with pytest.raises(NotHere):
        ask(public, kettle)
    assert queries.enquiries() == []


def test_while_a_group_is_full_nothing_is_kept_and_nothing_reaches_it(kettle, marsha, public):
    before = db.session.scalar(sa.select(sa.func.count(Entry.id))) + 1
    actions.set_full(marsha, kettle, full=True)
    assert shown(public).full
    assert ask(public, kettle) is None
    assert (queries.enquiries(), db.session.scalar(sa.select(sa.func.count(Entry.id)))) == ([], before)
    actions.set_full(marsha, kettle, full=False)
    assert ask(public, kettle)


def test_a_flood_is_slowed_down_by_where_it_comes_from_and_by_group(kettle, public):
    for _ in range(5):
        ask(public, kettle)
    with pytest.raises(Mistake, match="tomorrow"):
        ask(public, kettle)
    assert ask(public, kettle, address="192.0.2.2")
    assert len(queries.enquiries()) == 6
    for number in range(34):
        ask(public, kettle, address=f"192.0.2.{number + 10}")
    with pytest.raises(Mistake, match="tomorrow"):
        ask(public, kettle, address="192.0.2.200")


def test_what_an_outsider_wrote_is_deleted_after_90_days(kettle, marsha, imani, public):
    with time_machine.travel(NOON, tick=False) as time:
        actions.pass_on(imani, kettle, ask(public, kettle).id)
        time.shift(timedelta(days=60))
        later = ask(public, kettle)
        time.shift(timedelta(days=30))
        forget_enquiries()
        assert db.session.scalar(sa.select(sa.func.count(Enquiry.id))) == 2
        time.shift(timedelta(seconds=1))
        forget_enquiries()
        forget_enquiries()
        assert list(db.session.scalars(sa.select(Enquiry.id))) == [later.id]
        assert "june" not in str(db.session.scalars(sa.select(EntryWords.words)).all()).lower()
