"""Notes in requests, on both databases: the group reads them unless one of four reasons says no, and those end."""

from datetime import UTC, date, datetime, timedelta

import pytest
import sqlalchemy as sa
import time_machine

from portal.activity import chain
from portal.activity import queries as activity
from portal.activity.models import Entry, EntryWords
from portal.autonomy.areas import Area, Level
from portal.autonomy.door import Mistake, Refused
from portal.breakglass import actions as duties
from portal.breakglass import items
from portal.breakglass.models import Act
from portal.core import clock
from portal.core.db import db
from portal.people.roles import Role
from portal.support import actions, jobs, queries
from portal.support.models import NOTHING_DUE, Note, Reason, Request, RequestWord
from tests import make
from tests.client import Client, words
from tests.support.test_requests import again, ask, reply

MONDAY = datetime(2026, 11, 23, 10, 0, tzinfo=UTC)
SAID = "Quincunx: the caretaker’s number"


def keep(by, group, request, **facts) -> Note:
    return actions.keep_note(by, group, request.id, **({"words": SAID} | facts))


def seen(request: Request, by, group=None) -> list[queries.Said]:
    """The notes that someone finds in a request."""
    db.session.rollback()
    found = queries.thread(request.number, by, group.id) if group else queries.thread_at_host(request.number, by)
    return [one for one in found.said if one.note]


def log_of(group) -> list[str]:
    """What a group reads in What's changed, newest first."""
    db.session.rollback()
    return [entry.action for entry, _, _ in activity.changed(group.id)]


def in_the_log(group) -> str:
    """Everything there is in a group's log, shown or not."""
    db.session.rollback()
    lines = db.session.scalars(sa.select(Entry).where(Entry.group_id == group.id))
    beside = db.session.scalars(sa.select(EntryWords.words).where(EntryWords.group_id == group.id))
    return str([[chain.line(line) for line in lines], list(beside)])


def test_a_note_is_for_everyone_who_reads_the_request(kettle, marsha, imani):
    asked = ask(marsha, kettle)
    keep(imani, kettle, asked)
    for shown in (seen(asked, marsha, kettle), seen(asked, imani)):
        assert [(one.name, one.words, one.note.is_private) for one in shown] == [("Imani Okafor", SAID, False)]
    assert [line.number for line in queries.found("quincunx", imani).lines] == [asked.number]


def test_a_note_answers_nobody_the_day_promised_stays(kettle, marsha, imani):
    asked = ask(marsha, kettle)
    keep(imani, kettle, asked)
    now = again(asked)
    assert (now.due_on, now.moved_at, now.answered_at) == (asked.due_on, asked.moved_at, None)
    assert now.due_on != NOTHING_DUE


@pytest.mark.parametrize("reason", list(Reason))
def test_of_a_private_note_the_group_sees_that_it_is_there_why_and_until_when(app, kettle, marsha, imani, reason):
    with time_machine.travel(MONDAY, tick=False):
        asked = ask(marsha, kettle)
        keep(imani, kettle, asked, reason=reason)
        (theirs,), (ours,) = seen(asked, imani), seen(asked, marsha, kettle)
        assert theirs.words == SAID
        assert (ours.name, ours.words, ours.note.reason) == ("Imani Okafor", None, reason)
        assert ours.note.review_on == date(2027, 2, 21)  # 90 days on
        assert queries.found("quincunx", imani).lines == []
    page = words(Client(app).as_(make.person("Marsha")).get(f"/g/tuesday-kettle/support/{asked.number}"))
    assert "Imani keeps a private note here" in page
    assert "Quincunx" not in page


def test_its_words_are_in_no_log_whatever_happens_to_it(kettle, marsha, imani):
    asked = ask(marsha, kettle)
    for facts in ({}, {"reason": "others_data"}, {"reason": "legal_advice", "delay": "law"}):
        note = keep(imani, kettle, asked, **facts)
        if facts:
            actions.review_note(imani, kettle, note.id, reason=facts["reason"])
            actions.end_note(imani, kettle, note.id)
    assert "Quincunx" not in in_the_log(kettle)
    assert list(chain.faults(kettle.id)) == []


def test_the_writer_may_choose_an_earlier_day_never_a_later_one(kettle, marsha, imani):
    asked, today = ask(marsha, kettle), clock.today()
    soon = keep(imani, kettle, asked, reason="staff_safety", review_on=today + timedelta(days=5))
    assert soon.review_on == today + timedelta(days=5)
    assert keep(imani, kettle, asked, reason="staff_safety", review_on=today + timedelta(days=90)).reason
    for day, says in ((today, "still to come"), (today + timedelta(days=91), "90 days ahead is the most")):
        with pytest.raises(Mistake, match=says):
            keep(imani, kettle, asked, reason="staff_safety", review_on=day)


def test_what_nobody_looked_at_again_has_no_words_the_day_after_and_the_job_blanks_them_for_good(kettle, marsha, imani):
    with time_machine.travel(MONDAY, tick=False) as clock_:
        asked = ask(marsha, kettle)
        note = keep(imani, kettle, asked, reason="safeguarding", review_on=date(2026, 11, 30))
        open_one = keep(imani, kettle, asked)
        clock_.move_to(datetime(2026, 11, 30, 23, 0, tzinfo=UTC))
        jobs.expire_notes()
        assert seen(asked, imani)[0].words == SAID
        clock_.move_to(datetime(2026, 12, 1, 0, 5, tzinfo=UTC))
        assert [one.words for one in seen(asked, imani)] == [None, SAID]  # before the job came by
        with pytest.raises(Mistake, match="has ended"):
            actions.review_note(imani, kettle, note.id, reason="safeguarding")
        jobs.expire_notes()
        jobs.expire_notes()
    db.session.rollback()
    gone, kept = (db.session.get_one(Note, one.id, populate_existing=True) for one in (note, open_one))
    assert (gone.words, gone.ended_by, gone.reason) == (None, None, Reason.SAFEGUARDING)
    assert gone.ended_at is not None
    assert (kept.words, kept.ended_at) == (SAID, None)
    assert log_of(kettle).count("support.expire_note") == 1
    (shown, _) = seen(asked, marsha, kettle)
    assert shown.note.is_ended


def test_who_reads_it_at_the_host_keeps_it_on_with_a_reason_again(kettle, marsha, imani, glyn):
    with time_machine.travel(MONDAY, tick=False) as clock_:
        asked = ask(marsha, kettle)
        note = keep(imani, kettle, asked, reason="safeguarding", review_on=date(2026, 11, 30))
        actions.let_in(marsha, kettle, asked.id, person_id=glyn.person_id)
        clock_.move_to(datetime(2026, 11, 30, 10, 0, tzinfo=UTC))
        with pytest.raises(Mistake, match="90 days ahead is the most"):
            actions.review_note(glyn, kettle, note.id, reason="safeguarding", review_on=date(2027, 3, 1))
        actions.review_note(glyn, kettle, note.id, reason="others_data")
        (shown,) = seen(asked, marsha, kettle)
        assert (shown.note.reason, shown.note.review_on) == (Reason.OTHERS_DATA, date(2027, 2, 28))
        assert "support.review_note" in log_of(kettle)


def test_it_can_be_ended_and_that_it_was_there_stays(kettle, marsha, imani):
    asked = ask(marsha, kettle)
    note = keep(imani, kettle, asked, reason="legal_advice")
    actions.end_note(imani, kettle, note.id)
    for shown in (seen(asked, marsha, kettle), seen(asked, imani)):
        assert [(one.words, one.note.is_ended) for one in shown] == [(None, True)]
    with pytest.raises(Mistake, match="has ended"):
        actions.end_note(imani, kettle, note.id)
    plain = keep(imani, kettle, asked)
    with pytest.raises(Mistake, match="isn’t private"):
        actions.end_note(imani, kettle, plain.id)


def test_who_doesnt_read_the_request_keeps_reads_and_ends_nothing(kettle, marsha, imani, sefa, glyn):
    asked = ask(marsha, kettle)
    note = keep(imani, kettle, asked, reason="safeguarding")
    for by in (sefa, glyn):
        assert queries.thread_at_host(asked.number, by) is None
        for act in (
            lambda by=by: keep(by, kettle, asked),
            lambda by=by: actions.review_note(by, kettle, note.id, reason="safeguarding"),
            lambda by=by: actions.end_note(by, kettle, note.id),
        ):
            with pytest.raises(Refused):
                act()
    actions.let_in(marsha, kettle, asked.id, person_id=glyn.person_id)
    assert [one.words for one in seen(asked, glyn)] == [SAID]
    make.set_level(kettle, Area.SUPPORT, Level.YOU_DO)
    assert [one.words for one in seen(asked, sefa)] == [SAID]


class TestToldLater:
    """Where telling adds danger or the law forbids it: by the mechanism legal duties use, and after 14 days it shows."""

    @pytest.mark.parametrize(("reason", "delay"), [("safeguarding", "danger"), ("legal_advice", "law")])
    def test_for_14_days_nothing_shows_and_then_all_of_it_does(self, app, kettle, marsha, imani, reason, delay):
        browser = Client(app).as_(make.person("Marsha"))
        with time_machine.travel(MONDAY, tick=False) as clock_:
            asked = ask(marsha, kettle)
            before = log_of(kettle)
            note = keep(imani, kettle, asked, reason=reason, delay=delay)
            actions.review_note(imani, kettle, note.id, reason=reason)
            clock_.shift(timedelta(days=14, seconds=-1))
            assert (seen(asked, marsha, kettle), log_of(kettle)) == ([], before)
            assert seen(asked, imani)[0].note.told_later
            assert "note" not in [row.says for row in activity.by_host(kettle.id)]
            for path in ("", "log/", f"support/{asked.number}"):
                assert "note" not in words(browser.get(f"/g/tuesday-kettle/{path}"))
            clock_.shift(timedelta(seconds=1))
            assert [one.note.reason for one in seen(asked, marsha, kettle)] == [reason]
            assert log_of(kettle) == ["support.review_note", "support.keep_note", *before]
            assert list(chain.faults(kettle.id)) == []

    def test_for_the_other_reasons_the_group_is_told_at_once(self, kettle, marsha, imani):
        asked = ask(marsha, kettle)
        for reason in ("others_data", "staff_safety", None):
            with pytest.raises(Mistake, match="told later"):
                keep(imani, kettle, asked, reason=reason, delay="danger")
        db.session.rollback()
        assert db.session.scalar(sa.select(sa.func.count()).select_from(Note)) == 0

    def test_kept_on_for_another_reason_it_shows_at_once(self, kettle, marsha, imani):
        asked = ask(marsha, kettle)
        note = keep(imani, kettle, asked, reason="safeguarding", delay="danger")
        actions.review_note(imani, kettle, note.id, reason="staff_safety")
        assert [one.note.reason for one in seen(asked, marsha, kettle)] == [Reason.STAFF_SAFETY]

    def test_one_that_ended_meanwhile_is_told_of_all_the_same(self, kettle, marsha, imani):
        with time_machine.travel(MONDAY, tick=False) as clock_:
            asked = ask(marsha, kettle)
            note = keep(imani, kettle, asked, reason="safeguarding", delay="danger")
            actions.end_note(imani, kettle, note.id)
            assert seen(asked, marsha, kettle) == []
            clock_.shift(timedelta(days=14))
            assert [one.note.is_ended for one in seen(asked, marsha, kettle)] == [True]


class TestALegalDuty:
    """A request can be listed by its number, with its notes (data rights among the duties)."""

    def test_it_is_found_by_its_number_in_its_own_group_alone(self, kettle, walkers, marsha, imani):
        asked = ask(marsha, kettle)
        for act in (Act.VIEW, Act.DISCLOSE):
            assert items.found(kettle.id, act, asked.ref.lower()) == ("requests", asked.id, asked.ref)
        assert items.found(walkers.id, Act.VIEW, asked.ref) is None
        assert items.found(kettle.id, Act.SUSPEND, asked.ref) is None
        for other in (str(asked.number), "S", "S99", "Sx"):
            assert items.found(kettle.id, Act.VIEW, other) is None

    def test_a_look_shows_the_thread_with_its_notes_and_is_in_the_log(self, app, kettle, marsha, imani, sefa):
        asked = ask(marsha, kettle)
        reply(imani, kettle, asked)
        keep(imani, kettle, asked, words="The hall is locked")
        keep(imani, kettle, asked, reason="others_data")
        ended = keep(imani, kettle, asked, reason="staff_safety", words="Gone with the wind")
        actions.end_note(imani, kettle, ended.id)
        facts = {"duty": "F7", "things": asked.ref, "reason": "Marsha asked for her data", "hours": 4, "outside": "Marsha"}
        looked = {}
        for act in ("view", "disclose"):
            glass = duties.ask(sefa, kettle, act=act, **facts)
            duties.allow(make.actor(make.staff("Beatrix", Role.TRUSTEE), Role.TRUSTEE), kettle, glass.id)
            looked[act] = f"/host/groups/tuesday-kettle/duties/{glass.id}/items/{glass.items[0].id}"
        browser = Client(app).as_(make.person("Sefa Tuilagi"))
        page = words(browser.get(looked["view"]))
        for said in ("Could someone open the hall?", "Here is how.", "The hall is locked", SAID, "Its words are gone"):
            assert said in page
        assert "Gone with the wind" not in page
        assert browser.get(f"{looked['disclose']}/file").status_code == 200
        assert browser.get(f"/host/requests/{asked.number}").text.count("Could someone") == 0  # the duty opens no more
        assert "breakglass.look" in log_of(kettle)


def test_on_the_desk_a_note_is_kept_looked_at_again_and_ended(app, kettle, marsha, imani):
    browser = Client(app).as_(make.person("Imani Okafor"))
    asked = ask(marsha, kettle)
    at = f"/host/requests/{asked.number}"
    assert f'data-key="n" href="{at}/more' in browser.get(at).text
    assert "It is read by Marsha, and here by Imani Okafor; a private one is read here alone." in words(
        browser.get(f"{at}/more")
    )
    missing = browser.post(f"{at}/notes", data={"words": "", "reason": "others_data"})
    assert (missing.status_code, "Write the note." in words(missing)) == (422, True)
    wrong = browser.post(f"{at}/notes", data={"words": "x", "reason": "others_data", "delay": "law"})
    assert (wrong.status_code, "is the group told later" in words(wrong)) == (422, True)
    assert browser.post(f"{at}/notes", data={"words": SAID, "reason": "others_data"}).status_code == 303
    note = db.session.scalars(sa.select(Note)).one()
    assert SAID in words(browser.get(at))
    late = browser.post(f"{at}/notes/{note.id}", data={"reason": "others_data", "review_on": "2090-01-01"})
    assert (late.status_code, "90 days ahead is the most" in words(late)) == (422, True)
    other = ask(marsha, kettle)
    for end in ("", "/end"):
        beside = browser.post(f"/host/requests/{other.number}/notes/{note.id}{end}", data={"reason": "others_data"})
        assert beside.status_code == 404
    assert browser.post(f"{at}/notes/{note.id}", data={"reason": "legal_advice"}).status_code == 303
    assert "it’s a lawyer’s advice" in words(browser.get(at))
    assert browser.post(f"{at}/notes/{note.id}/end").status_code == 303
    assert "It has ended, and its words are gone" in words(browser.get(at))


def test_no_word_of_a_private_note_is_kept_for_finding(kettle, marsha, imani):
    asked = ask(marsha, kettle)
    keep(imani, kettle, asked, reason="others_data")
    db.session.rollback()
    assert "quincunx" not in set(db.session.scalars(sa.select(RequestWord.word)))
