"""While a coordinator is away, on both databases: who covers, what they read, and who decided that."""

from datetime import UTC, datetime, timedelta

import pytest
import sqlalchemy as sa
import time_machine

from portal.activity.models import Entry
from portal.autonomy import actions as autonomy
from portal.autonomy.areas import Area, Level
from portal.autonomy.door import Mistake, Proposed, Refused
from portal.autonomy.models import Proposal
from portal.core import clock
from portal.core.db import db
from portal.cover import actions as cover
from portal.cover import queries as covers
from portal.cover.models import Away
from portal.people.roles import SYSTEM, Role
from portal.support import actions, queries, readers
from portal.support.models import Reader, Request
from portal.support.states import State
from tests import make
from tests.client import Client

MONDAY = datetime(2026, 11, 23, 10, 0, tzinfo=UTC)


def ask(by, group, **facts) -> Request:
    return actions.ask(by, group, **({"words": "Could someone open the hall?"} | facts))


def again(request: Request) -> Request:
    db.session.rollback()
    return db.session.get_one(Request, request.id, populate_existing=True)


def away(by, person, who_covers, days=(0, 9)) -> Away:
    first, last = (clock.today() + timedelta(days=count) for count in days)
    own = {"person_id": person.person_id, "cover_id": who_covers.person_id}
    return cover.set_away(by, **own, from_on=first, until_on=last)


def reads(by, request: Request) -> bool:
    db.session.rollback()
    return queries.thread_at_host(request.number, by) is not None


def reply(by, group, request, words="Here is how."):
    return actions.reply(by, group, request.id, words=words, seen=again(request).moved_at.isoformat())


class TestWhoIsAway:
    """One says it for oneself; a coordinator for a colleague who fell ill. Changing it is ending it and saying it anew."""

    def test_one_covers_on_the_days_that_were_said_and_no_others(self, imani, sefa, glyn):
        with time_machine.travel(MONDAY, tick=False) as clock_:
            away(imani, imani, sefa, days=(1, 2))
            for covering in (False, True, True, False):
                assert covers.covers(sefa.person_id, imani.person_id) is covering
                assert covers.covers(imani.person_id, sefa.person_id) is False
                assert covers.covers(sefa.person_id, None) is False
                clock_.shift(timedelta(days=1))

    def test_a_day_is_londons(self, imani, sefa):
        with time_machine.travel(datetime(2026, 7, 1, 22, 59, tzinfo=UTC), tick=False) as clock_:
            away(imani, imani, sefa, days=(0, 0))
            assert covers.covers(sefa.person_id, imani.person_id)
            clock_.shift(timedelta(minutes=1))
            assert not covers.covers(sefa.person_id, imani.person_id)

    def test_a_coordinator_says_it_for_a_colleague_and_nobody_else_does(self, imani, sefa, glyn):
        made = away(sefa, glyn, imani)
        assert (made.person_id, made.set_by) == (glyn.person_id, sefa.person_id)
        with pytest.raises(Mistake, match="You say this for yourself"):
            away(glyn, imani, sefa)
        assert away(glyn, glyn, imani, days=(20, 21)).set_by == glyn.person_id

    def test_it_is_ended_by_oneself_or_by_a_coordinator(self, imani, sefa, glyn):
        theirs, own = away(imani, imani, sefa), away(sefa, glyn, imani, days=(20, 21))
        with pytest.raises(Refused) as refused:
            cover.end_away(glyn, None, theirs.id)
        assert refused.value.decision.why == cover.NOT_YOURS
        cover.end_away(glyn, None, own.id)
        cover.end_away(sefa, None, theirs.id)
        ended = db.session.get_one(Away, theirs.id)
        assert (ended.ended_by, covers.covers(sefa.person_id, imani.person_id)) == (sefa.person_id, False)
        assert covers.aways() == []

    @pytest.mark.parametrize(
        ("days", "field"), [((3, 2), "until_on"), ((-5, -1), "until_on"), ((9, 12), "from_on"), ((-3, 0), "from_on")]
    )
    def test_days_that_cant_be_are_refused(self, imani, sefa, days, field):
        away(imani, imani, sefa)
        with pytest.raises(Mistake) as mistake:
            away(imani, imani, sefa, days=days)
        assert mistake.value.field == field

    def test_who_covers_coordinates_is_someone_else_and_is_there(self, imani, sefa, glyn, kettle):
        for other in (imani, glyn, make.actor(make.person("Marsha"))):
            with pytest.raises(Mistake, match="Choose someone else who coordinates"):
                away(imani, imani, other)
        with pytest.raises(Mistake, match="Choose someone who works on support"):
            away(imani, make.actor(make.staff("Bea", Role.TRUSTEE)), sefa)
        away(sefa, sefa, imani, days=(5, 6))
        with pytest.raises(Mistake, match="Sefa Tuilagi is away on some of these days too"):
            away(imani, imani, sefa)

    def test_where_who_covers_falls_ill_as_well_the_page_says_so(self, imani, sefa):
        kim = make.actor(make.staff("Kim", Role.COORDINATOR), Role.COORDINATOR)
        away(imani, imani, sefa)
        assert [row.there for row in covers.aways()] == [True]
        away(imani, sefa, kim, days=(2, 3))
        assert [(row.name, row.cover, row.there) for row in covers.aways()] == [
            ("Imani Okafor", "Sefa Tuilagi", False),
            ("Sefa Tuilagi", "Kim", True),
        ]

    def test_who_no_longer_coordinates_covers_no_longer(self, kettle, marsha, imani, sefa):
        from portal.members import actions as members
        from portal.people.models import StaffRole

        cover.agree_ahead(marsha, kettle)
        asked = ask(marsha, kettle)
        away(imani, imani, sefa)
        held = db.session.scalar(sa.select(StaffRole.id).where(StaffRole.person_id == sefa.person_id))
        members.dismiss(imani, None, held)
        found = queries.thread(asked.number, marsha, kettle.id)
        assert (found.away_until, found.cover) == (clock.today() + timedelta(days=9), None)
        with pytest.raises(Refused):
            actions.read(sefa, kettle, asked.id)


class TestAgreedAhead:
    """Area 9, ask first: "cover may be agreed ahead". The group's own act, ended at once."""

    def test_without_it_who_covers_sees_that_something_waits_and_no_word(self, kettle, marsha, imani, sefa):
        asked = ask(marsha, kettle)
        away(imani, imani, sefa)
        assert not reads(sefa, asked)
        (line,) = queries.queue("mine", sefa).lines
        assert (line.number, line.reads, line.gist, line.holder) == (asked.number, False, "", "Imani Okafor")
        assert queries.counts(sefa)["mine"] == 1

    def test_with_it_who_covers_reads_and_answers_only_while_they_do(self, kettle, walkers, marsha, imani, sefa, glyn):
        theirs = ask(make.actor(make.person("Sam")), walkers)
        asked = ask(marsha, kettle)
        cover.agree_ahead(marsha, kettle)
        assert not reads(sefa, asked)
        made = away(imani, imani, sefa)
        assert [reads(by, asked) for by in (sefa, imani, glyn)] == [True, True, False]
        assert not reads(sefa, theirs)
        actions.read(sefa, kettle, asked.id)
        assert db.session.scalar(sa.select(Entry.person_id).where(Entry.action == "support.read")) == sefa.person_id
        reply(sefa, kettle, asked)
        cover.end_away(imani, None, made.id)
        assert not reads(sefa, asked)
        assert reads(imani, asked)

    def test_it_is_over_when_the_last_day_is(self, kettle, marsha, imani, sefa):
        with time_machine.travel(MONDAY, tick=False) as clock_:
            cover.agree_ahead(marsha, kettle)
            asked = ask(marsha, kettle)
            away(imani, imani, sefa, days=(0, 1))
            assert reads(sefa, asked)
            clock_.shift(timedelta(days=2))
            assert not reads(sefa, asked)

    def test_it_ends_at_once_by_any_organiser(self, kettle, marsha, joe, imani, sefa):
        cover.agree_ahead(marsha, kettle)
        asked = ask(marsha, kettle)
        away(imani, imani, sefa)
        assert reads(sefa, asked)
        cover.end_agreement(joe, kettle)
        assert not reads(sefa, asked)
        with pytest.raises(Refused):
            actions.read(sefa, kettle, asked.id)
        assert cover.end_agreement(joe, kettle) is None

    def test_at_only_us_what_was_agreed_ahead_counts_for_nothing(self, kettle, marsha, imani, sefa):
        cover.agree_ahead(marsha, kettle)
        asked = ask(marsha, kettle)
        away(imani, imani, sefa)
        autonomy.set_level(marsha, kettle, area="support", level="only_us")
        assert not reads(sefa, asked)
        assert reads(imani, asked)

    def test_twice_is_once(self, kettle, marsha, joe):
        first = cover.agree_ahead(marsha, kettle)
        assert cover.agree_ahead(joe, kettle).id == first.id

    def test_only_organisers_agree_and_never_the_hosts_people(self, kettle, bernie, imani, sefa, glyn):
        for by in (bernie, imani, glyn, SYSTEM):
            with pytest.raises(Refused):
                cover.agree_ahead(by, kettle)
        both = make.actor(make.staff("Marsha", Role.COORDINATOR))
        with pytest.raises(Mistake, match="another organiser agrees"):
            cover.agree_ahead(both, kettle)
        assert covers.choice(kettle.id) is None

    def test_who_covers_keeps_it_for_whoever_is_away(self, kettle, marsha, imani, sefa):
        cover.agree_ahead(marsha, kettle)
        asked = ask(marsha, kettle)
        made = away(imani, imani, sefa)
        actions.take(sefa, kettle, asked.id)
        found = queries.thread_at_host(asked.number, sefa)
        assert (again(asked).holder_id, found.state) == (imani.person_id, State.ON_IT)
        actions.put_back(sefa, kettle, asked.id)
        assert queries.thread_at_host(asked.number, sefa).state is State.NEW
        reply(sefa, kettle, asked)
        assert (again(asked).holder_id, again(asked).taken_at is not None) == (imani.person_id, True)
        cover.end_away(imani, None, made.id)
        assert reads(imani, asked)

    def test_the_day_promised_stays(self, kettle, marsha, imani, sefa):
        with time_machine.travel(MONDAY, tick=False):
            before = ask(marsha, kettle)
            due_on = before.due_on
            away(imani, imani, sefa)
            after = ask(marsha, kettle)
            assert (again(before).due_on, again(after).due_on) == (due_on, due_on)
            assert again(after).holder_id == imani.person_id


class TestStandingIn:
    """Where nothing was agreed ahead, who covers asks, or tells, as the group has set; nobody else does."""

    @pytest.fixture
    def asked(self, kettle, marsha, imani, sefa):
        request = ask(marsha, kettle)
        away(imani, imani, sefa)
        return request

    def test_at_only_us_it_is_refused_and_the_group_may_let_them_in(self, kettle, marsha, sefa, asked):
        make.set_level(kettle, Area.SUPPORT, Level.ONLY_US)
        with pytest.raises(Refused):
            actions.stand_in(sefa, kettle, asked.id)
        actions.let_in(marsha, kettle, asked.id, person_id=sefa.person_id)
        assert reads(sefa, asked)
        assert queries.thread(asked.number, marsha, kettle.id).cover_reads

    def test_at_ask_first_a_yes_comes_first_and_fits_however_the_talk_went_on(self, kettle, marsha, sefa, asked):
        with pytest.raises(Proposed) as waits:
            actions.stand_in(sefa, kettle, asked.id)
        proposal = waits.value.proposal.id
        assert not reads(sefa, asked)
        actions.say(marsha, kettle, asked.id, words="Meanwhile")
        autonomy.say_yes(marsha, kettle, proposal)
        assert reads(sefa, asked)

    def test_the_group_is_asked_once(self, kettle, marsha, imani, sefa, asked):
        for expected in (Proposed, Mistake):
            with pytest.raises(expected):
                actions.stand_in(sefa, kettle, asked.id)
        db.session.rollback()
        assert db.session.scalar(sa.select(sa.func.count()).select_from(Proposal)) == 1

    def test_a_yes_after_they_are_back_changes_nothing(self, kettle, marsha, imani, sefa, asked):
        with pytest.raises(Proposed) as waits:
            actions.stand_in(sefa, kettle, asked.id)
        proposal = waits.value.proposal.id
        cover.end_away(imani, None, db.session.scalar(sa.select(Away.id)))
        with pytest.raises(Mistake, match=readers.NOT_COVERING):
            autonomy.say_yes(marsha, kettle, proposal)
        assert not reads(sefa, asked)

    def test_who_doesnt_read_it_in_the_group_doesnt_say_yes(self, kettle, marsha, joe, sefa, asked):
        with pytest.raises(Proposed) as waits:
            actions.stand_in(sefa, kettle, asked.id)
        with pytest.raises(Mistake, match=readers.NOT_OURS):
            autonomy.say_yes(joe, kettle, waits.value.proposal.id)

    def test_told_after_they_read_at_once_and_the_group_can_undo_it(self, kettle, marsha, sefa, asked):
        make.set_level(kettle, Area.SUPPORT, Level.TELL_AFTER)
        other = ask(marsha, kettle)
        assert not reads(sefa, asked)
        actions.stand_in(sefa, kettle, asked.id)
        assert (reads(sefa, asked), reads(sefa, other)) == (True, False)
        autonomy.undo(marsha, kettle, make.newest_entry(kettle, "support.stand_in").id)
        assert not reads(sefa, asked)
        with pytest.raises(Proposed):  # for 30 days after an undo they only ask
            actions.stand_in(sefa, kettle, asked.id)

    def test_an_undo_holds_for_bringing_in_a_colleague_too(self, kettle, marsha, imani, glyn, asked):
        make.set_level(kettle, Area.SUPPORT, Level.TELL_AFTER)
        actions.bring_in(imani, kettle, asked.id, person_id=glyn.person_id)
        autonomy.undo(marsha, kettle, make.newest_entry(kettle, "support.bring_in").id)
        with pytest.raises(Proposed):
            actions.bring_in(imani, kettle, asked.id, person_id=glyn.person_id)

    def test_where_they_look_after_it_the_team_reads_anyway(self, kettle, marsha, sefa, asked):
        make.set_level(kettle, Area.SUPPORT, Level.YOU_DO)
        assert reads(sefa, asked)
        assert db.session.scalar(sa.select(sa.func.count()).select_from(Reader)) == 0

    @pytest.mark.parametrize("level", list(Level))
    def test_nobody_stands_in_who_doesnt_cover_today(self, kettle, marsha, imani, sefa, glyn, asked, level):
        make.set_level(kettle, Area.SUPPORT, level)
        kim = make.actor(make.staff("Kim", Role.COORDINATOR), Role.COORDINATOR)
        for by in (kim, imani, glyn, SYSTEM, marsha):
            with pytest.raises(Refused):
                actions.stand_in(by, kettle, asked.id)
        cover.end_away(imani, None, db.session.scalar(sa.select(Away.id)))
        with pytest.raises(Refused) as refused:
            actions.stand_in(sefa, kettle, asked.id)
        assert refused.value.decision.why == readers.NOT_COVERING


class TestThePages:
    """What each side sees while someone is away."""

    def test_the_group_sees_who_has_it_and_lets_them_in_with_one_button(self, app, kettle, marsha, imani, sefa):
        asked = ask(marsha, kettle)
        away(imani, imani, sefa)
        browser = Client(app).as_(make.person("Marsha"))
        at = f"/g/{kettle.slug}/support/{asked.number}"
        before = browser.get(at).text
        assert "Imani is away until" in before
        assert "Sefa covers." in before
        assert "Let Sefa read and answer" in before
        answer = browser.post(f"{at}/readers", data={"person_id": str(sefa.person_id), "key": "k" * 32})
        assert answer.status_code == 303
        after = browser.get(at).text
        assert "Sefa covers, and reads this." in after
        assert "Let Sefa read and answer" not in after

    def test_asking_says_on_its_last_step_who_covers(self, app, kettle, marsha, imani, sefa):
        browser = Client(app).as_(make.person("Marsha"))
        at = f"/g/{kettle.slug}/support/ask"
        assert "is away" not in browser.get(f"{at}/about").text
        away(imani, imani, sefa)
        assert "Sefa covers, and reads it if you let them." in browser.get(f"{at}/about").text
        assert "is away" not in browser.get(f"{at}/what").text
        cover.agree_ahead(marsha, kettle)
        assert "Sefa covers, and reads it too." in browser.get(f"{at}/about").text

    def test_the_group_agrees_ahead_and_ends_it_on_its_support_page(self, app, kettle, imani):
        browser, at = Client(app).as_(make.person("Marsha")), f"/g/{kettle.slug}/support/"
        assert "Yes, whoever covers may read and answer" in browser.get(at).text
        assert browser.post(f"{at}cover/", data={"key": "k" * 32}).location == at
        assert "We agreed ahead" in browser.get(at).text
        browser.post(f"{at}cover/end", data={"key": "l" * 32})
        assert "We agreed ahead" not in browser.get(at).text
        helper = Client(app).as_(make.person("Bernie")).get(at).text
        assert "whoever covers may read and answer</button>" not in helper

    @pytest.mark.parametrize(
        ("level", "shown"),
        [
            (Level.ONLY_US, "is set to Only them"),
            (Level.ASK_FIRST, "Ask to read it"),
            (Level.TELL_AFTER, "Read it; the group is told"),
        ],
    )
    def test_who_covers_finds_the_button_that_the_level_allows(self, app, kettle, marsha, imani, sefa, level, shown):
        make.set_level(kettle, Area.SUPPORT, level)
        asked = ask(marsha, kettle)
        browser, at = Client(app).as_(make.person("Sefa Tuilagi")), f"/host/requests/{asked.number}"
        assert shown not in browser.get(at).text
        away(imani, imani, sefa)
        locked = browser.get(at).text
        assert "You cover for Imani until" in locked
        assert shown in locked
        assert "Could someone open the hall?" not in locked
        answer = browser.post(f"{at}/standing-in", data={"key": "k" * 32})
        assert answer.status_code == {"only_us": 403, "ask_first": 202, "tell_after": 303}[level]
        assert ("Could someone open the hall?" in browser.get(at).text) is (level is Level.TELL_AFTER)

    def test_saying_that_one_is_away_and_is_back(self, app, imani, sefa):
        browser, today = Client(app).as_(make.person("Imani Okafor")), clock.today()
        facts = {"person_id": imani.person_id, "from_on": today, "until_on": today + timedelta(days=9)}
        wrong = browser.post("/host/away/", data=facts | {"cover_id": "", "key": "j" * 32})
        assert (wrong.status_code, "Choose someone else who coordinates." in wrong.text) == (422, True)
        browser.post("/host/away/", data=facts | {"cover_id": sefa.person_id, "key": "k" * 32})
        page = browser.get("/host/away/").text
        assert "Sefa Tuilagi covers" in page
        assert "I’m back" in page
        browser.post(f"/host/away/{db.session.scalar(sa.select(Away.id))}/end", data={"key": "l" * 32})
        assert "Nobody is away, now or soon." in browser.get("/host/away/").text
