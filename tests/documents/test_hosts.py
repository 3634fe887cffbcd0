"""The host's own documents, on both databases: shared with all groups and renewed by the host; a new rule is told ahead,
never reaches back, and what a group says to it is kept."""

from datetime import date, timedelta
from types import SimpleNamespace

import pytest
import sqlalchemy as sa
import time_machine

from portal.activity.models import Entry
from portal.autonomy import actions as autonomy
from portal.autonomy import standing
from portal.autonomy.door import Mistake, NotHere, Refused
from portal.core import clock
from portal.core import jobs as outbox
from portal.core.db import db
from portal.documents import actions, jobs, queries
from portal.documents.models import NOTICE_DAYS, HostDocument, HostFile, Notice, RuleAnswer
from portal.home.queries import waiting_for_us
from portal.people.roles import SYSTEM, Role
from tests import make
from tests.client import Client, words


def share(by, **facts) -> HostDocument:
    return actions.share(by, **({"name": "Insurance certificate", "words": "Up to £5,000,000."} | facts))


def in_days(days: int) -> date:
    return clock.today() + timedelta(days=days)


def announce(by, **facts) -> HostDocument:
    told = {"name": "Money rules", "words": "Two people pay.", "differs": "Written down.", "starts_on": in_days(30)}
    return actions.announce(by, **(told | facts))


def announced(by) -> SimpleNamespace:
    """The same, with every group told: id and number."""
    made = announce(by)
    facts = SimpleNamespace(id=made.id, number=made.number)
    outbox.run_waiting()
    return facts


def told(group, document) -> Notice:
    return queries.notice(group.id, document.id)


def test_every_group_reads_what_the_host_shares_and_the_soonest_renewal_comes_first(app, kettle, walkers, imani):
    share(imani, name="No end")
    share(imani, name="Ends late", valid_until=in_days(300))
    share(imani, name="Ends soon", valid_until=in_days(20), renews_by=imani.person_id)
    assert [one.name for one in queries.hosts()] == ["Ends soon", "Ends late", "No end"]
    for name, slug in (("Bernie", "tuesday-kettle"), ("Sam", "hillfoot-walkers")):
        browser = Client(app).as_(make.person(name))
        assert "Ends soon Valid until" in words(browser.get(f"/g/{slug}/documents/"))
        assert "renews it; there’s nothing for us to do." in words(browser.get(f"/g/{slug}/documents/host/3"))
    assert "Imani Okafor renews it" in words(Client(app).as_(make.person("Imani Okafor")).get("/host/documents/"))


def test_the_host_renews_and_it_is_never_a_groups_task(kettle, marsha, imani):
    made = share(imani, valid_until=in_days(1))
    actions.renew(imani, None, made.id, words="The new one", valid_until=in_days(366))
    found = queries.host_whole(made.number)
    assert [(one.version, one.words) for one, _, _ in found.versions] == [(2, "The new one"), (1, "Up to £5,000,000.")]
    assert found.holding({}).version == 2
    with pytest.raises(Mistake):
        actions.renew(imani, None, made.id, words="On the older one")
    assert waiting_for_us(kettle.id, marsha.person_id, organises=True) == []


def test_what_is_no_rule_or_was_put_away_is_not_changed(imani):
    made = share(imani)
    with pytest.raises(Mistake, match="This is no rule"):
        actions.change_rule(imani, None, made.id, words="x", differs="x", starts_on=in_days(60))
    actions.put_away(imani, None, made.id)
    rule = announced(imani)
    actions.put_away(imani, None, rule.id)
    for call in (
        lambda: actions.renew(imani, None, made.id, words="x"),
        lambda: actions.change_rule(imani, None, rule.id, words="x", differs="x", starts_on=in_days(60)),
    ):
        with pytest.raises(Mistake, match="put away"):
            call()


def test_nothing_is_shared_without_words_a_link_or_a_file(imani):
    with pytest.raises(Mistake, match="Write it, give a link"):
        share(imani, words=None)
    made = share(imani)
    with pytest.raises(Mistake, match="Write it, give a link"):
        actions.renew(imani, None, made.id)


def test_the_host_shares_as_many_as_one_page_holds(imani):
    for n in range(queries.MOST_HOSTS):
        share(imani, name=f"Paper {n}")
    with pytest.raises(Mistake, match="Put one away first"):
        share(imani)
    assert len(queries.hosts()) == queries.MOST_HOSTS


def test_only_coordinators_keep_the_hosts_documents(kettle, marsha, imani, glyn, beatrix):
    made = share(imani)
    for by in (marsha, glyn, beatrix):
        for call in (
            lambda by=by: share(by),
            lambda by=by: announce(by),
            lambda by=by: actions.renew(by, None, made.id, words="x"),
            lambda by=by: actions.put_away(by, None, made.id),
        ):
            with pytest.raises(Refused):
                call()
    with pytest.raises(Mistake):
        share(imani, renews_by=marsha.person_id)


def test_a_file_of_the_hosts_is_made_safe_and_every_group_gets_what_was_made(app, kettle, imani):
    made = share(imani, words=None, files=[make.photo()])
    made = SimpleNamespace(id=made.id, number=made.number)
    (file,) = db.session.scalars(sa.select(HostFile)).all()
    browser, path = (
        Client(app).as_(make.person("Bernie")),
        f"/g/tuesday-kettle/documents/host/{made.number}/files/{file.id}/1",
    )
    assert browser.get(path).status_code == 404
    outbox.run_waiting()
    assert browser.get(path).headers["Content-Type"] == "image/jpeg"
    actions.put_away(imani, None, made.id)
    assert browser.get(path).status_code == 404
    assert queries.hosts() == []


@pytest.mark.parametrize("days", [-1, 0, 1, NOTICE_DAYS - 1])
def test_a_new_rule_starts_after_its_notice_and_never_reaches_back(kettle, imani, days):
    with pytest.raises(Mistake) as mistake:
        announce(imani, starts_on=in_days(days))
    assert mistake.value.field == "starts_on"
    made = announce(imani)
    with pytest.raises(Mistake, match="days’ notice"):
        actions.change_rule(imani, None, made.id, words="x", differs="x", starts_on=in_days(days))
    with pytest.raises(Mistake):  # nor can a rule be changed as if it were none
        actions.renew(imani, None, made.id, words="x")
    later = actions.change_rule(imani, None, made.id, words="x", differs="x", starts_on=in_days(60))
    with pytest.raises(Mistake):  # nor the next start before this one
        actions.change_rule(imani, None, later.id, words="x", differs="x", starts_on=in_days(40))


def test_every_group_is_told_once_and_until_its_day_the_version_before_holds(app, kettle, walkers, marsha, imani):
    first = announced(imani)
    jobs.tell_all(first.id)  # run twice
    assert db.session.scalar(sa.select(sa.func.count(Notice.id))) == 2
    assert {make.newest_entry(group, "documents.tell").role for group in (kettle, walkers)} == {Role.SYSTEM}
    with time_machine.travel(clock.now() + timedelta(days=31), tick=False):
        changed = {"words": "Three people pay.", "differs": "One more.", "starts_on": in_days(30)}
        second = actions.change_rule(imani, None, first.id, **changed).id
        outbox.run_waiting()
        page = words(Client(app).as_(make.person("Marsha")).get(f"/g/tuesday-kettle/documents/host/{first.number}"))
        assert "Taken out: Two people pay." in page
        assert "Added: Three people pay." in page
        assert "One more." in page
        assert queries.host_whole(first.number).holding({}).id == first.id
    with time_machine.travel(clock.now() + timedelta(days=62)):
        assert queries.host_whole(first.number).holding({}).id == second


def test_a_group_founded_during_the_notice_is_told_and_its_rests_count_from_then(app, kettle, imani):
    made = announced(imani)
    with time_machine.travel(clock.now() + timedelta(days=5), tick=False) as moved:
        newcomers = make.group("Newcomers")
        for _ in range(2):
            jobs.tell_newcomers()
        notice = told(newcomers, made)
        assert [told(group, made) is not None for group in (kettle, newcomers)] == [True, True]
        newest = queries.host_whole(made.number).newest
        before = [(clock.now() - timedelta(days=2), clock.now() - timedelta(days=1))]
        assert queries.starts_for(newest, before) > newest.starts_on
        assert queries.starts_for(newest, before, notice) == newest.starts_on
        moved.shift(timedelta(days=30))
        later = make.group("Later")
        jobs.tell_newcomers()
        assert told(later, made) is None  # it holds already


def test_what_a_group_says_is_kept_and_no_answer_is_not_a_yes(app, kettle, walkers, marsha, joe, bernie, imani, glyn):
    made = announced(imani)
    notice = told(kettle, made)
    for answer in ("question", "disagree"):
        with pytest.raises(Mistake):
            actions.answer_rule(marsha, kettle, notice.id, answer=answer)
    for by in (bernie, imani, glyn, SYSTEM):
        with pytest.raises(Refused):
            actions.answer_rule(by, kettle, notice.id, answer="fine")
    with pytest.raises(NotHere):
        actions.answer_rule(marsha, kettle, told(walkers, made).id, answer="fine")
    actions.answer_rule(marsha, kettle, notice.id, answer="question", words="Who are the two?")
    actions.answer_rule(joe, kettle, notice.id, answer="disagree", words="Two are too few")
    assert told(walkers, made).answer is None
    assert (told(kettle, made).answer, told(kettle, made).answered_by) == (RuleAnswer.DISAGREE, joe.person_id)
    page = words(Client(app).as_(make.person("Imani Okafor")).get(f"/host/documents/{made.number}"))
    assert "Tuesday Kettle We don’t agree, today Two are too few" in page
    assert "Groups that haven’t answered haven’t said yes." in page
    assert "Hillfoot Walkers" not in page
    assert "Two are too few" not in words(Client(app).as_(make.person("Glyn Parry")).get(f"/host/documents/{made.number}"))
    assert "documents.answer_rule" in set(db.session.scalars(sa.select(Entry.action)))


def test_it_waits_on_the_first_page_until_one_of_us_answers(app, kettle, marsha, joe, imani):
    made = announced(imani)

    def waits() -> list[str]:
        return [one.what for one in waiting_for_us(kettle.id, joe.person_id, organises=True) if one.kind == "new_rule"]

    assert waits() == ["Money rules"]
    assert "would change “Money rules”" in words(Client(app).as_(make.person("Joe")).get("/g/tuesday-kettle/"))
    actions.answer_rule(marsha, kettle, told(kettle, made).id, answer="fine")
    assert waits() == []


def test_for_a_group_that_rests_it_starts_no_earlier_than_its_whole_notice_after_the_rest(
    app, kettle, walkers, marsha, imani
):
    autonomy.rest(marsha, kettle, days=20)
    made = announced(imani)

    def starts(group) -> date:
        return queries.starts_for(queries.host_whole(made.number).newest, standing.quiet_spells(group.id))

    assert (starts(kettle), starts(walkers)) == (in_days(20 + NOTICE_DAYS), in_days(NOTICE_DAYS))
    page = words(Client(app).as_(make.person("Marsha")).get(f"/g/tuesday-kettle/documents/host/{made.number}"))
    assert "We rested, so we have our whole notice after that." in page
    autonomy.wake(marsha, kettle)
    assert starts(kettle) == in_days(NOTICE_DAYS)
    today = clock.now()
    with time_machine.travel(today + timedelta(days=25)):
        autonomy.rest(marsha, kettle, days=7)
    assert starts(kettle) == in_days(25 + 7 + NOTICE_DAYS)
    with time_machine.travel(today + timedelta(days=90)):
        autonomy.rest(marsha, kettle, days=7)  # a rest after it began changes nothing
    assert starts(kettle) == in_days(25 + 7 + NOTICE_DAYS)
