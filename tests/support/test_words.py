"""What the pages say of requests: each sentence by itself, those among them that no page of the demo shows."""

from datetime import date, datetime
from types import SimpleNamespace as Row

import pytest

from portal.autonomy.areas import Level
from portal.support import words
from portal.support.models import CameOf, ReplyBy
from portal.support.states import State

TODAY = datetime(2026, 11, 30, 12)
ME, IMANI, SAM = 1, 2, 3


@pytest.fixture(autouse=True)
def _today(time_machine):
    time_machine.move_to(TODAY)


def _thread(**facts) -> Row:
    request = {
        "by_host": False,
        "added_by": ME,
        "shared": False,
        "holder_id": IMANI,
        "taken_at": None,
        "due_on": TODAY.date(),
    }
    thread = {"asker": "Jo Bell", "holder": "Imani Okafor", "cover": None, "cover_id": None, "covers_agreed": False}
    thread |= {"away_until": None, "let_in": [], "is_promised": False, "is_past_due": False, "state": State.NEW}
    thread |= {name: facts.pop(name) for name in list(facts) if name in thread}
    return Row(request=Row(**request | facts), **thread)


def test_a_message_says_who_when_and_how():
    said = Row(person_id=ME, name="Jo Bell", note=None, at=TODAY, by_mail=True)
    assert words.said_by(said, ME) == "You, today, 12:00pm, by email"
    assert words.said_by(Row(**vars(said) | {"note": Row(), "by_mail": False}), SAM) == "Note, Jo, today, 12:00pm"


def test_a_file_is_called_by_what_it_is_and_whose():
    paper = Row(added_by=ME, what="A PDF", pages=[{}, {}])
    assert words.getting_ready(paper, ME) == "Getting your PDF ready."
    assert words.getting_ready(Row(added_by=SAM, what="A voice note"), ME) == "Getting the voice note ready."
    assert words.picture(paper, SAM) == "A PDF that they sent, its first page"
    assert words.picture(Row(added_by=ME, what="A photo", pages=[{}]), ME) == "A photo that you sent"


def test_what_a_cover_reads_is_as_the_group_has_it():
    assert "reads nothing, whatever we agreed before. We" in words.when_away(Level.ONLY_US, agreed=True)
    assert "reads nothing. We" in words.when_away(Level.ONLY_US, agreed=False)
    assert words.when_away(Level.YOU_DO, agreed=False).endswith("so whoever covers reads and answers.")
    assert words.when_away(Level.ASK_FIRST, agreed=True).startswith("We agreed ahead")
    assert "no word of it" in words.when_away(Level.TELL_AFTER, agreed=False)


def test_everyone_who_reads_it_is_named():
    end = "Nobody else, unless our setting or one of us lets them in. Each reading is in What’s changed."
    assert words.who_reads(_thread(), ME, "Host") == f"You and Imani at Host. {end}"
    wide = _thread(shared=True, let_in=[Row(name="Sam Lo")], cover="Di Wu", covers_agreed=True)
    assert (
        words.who_reads(wide, SAM, "Host")
        == f"Jo Bell, the other organisers and Imani at Host, Sam Lo, and Di as cover. {end}"
    )
    assert words.who_reads(_thread(by_host=True, holder=None), ME, "Host") == f"Our organisers, and Host at Host. {end}"


def test_a_note_says_who_reads_it():
    assert words.who_reads_note(_thread(let_in=[Row(name="Sam Lo"), Row(name="Imani Okafor")]), Level.ASK_FIRST) == (
        "It is read by Jo Bell, and here by Imani Okafor, Sam Lo; a private one is read here alone."
    )
    assert words.who_reads_note(_thread(shared=True), Level.YOU_DO) == (
        "It is read by Jo Bell and the other organisers, and here by Imani Okafor, and whoever coordinates;"
        " a private one is read here alone."
    )
    assert words.who_reads_note(_thread(by_host=True, shared=True), Level.ASK_FIRST).startswith(
        "It is read by their organisers,"
    )


def test_staff_read_the_day_whose_it_is_and_who_covers():
    late = _thread(
        is_promised=True, is_past_due=True, taken_at=TODAY, away_until=date(2026, 12, 4), cover="Di Wu", cover_id=SAM
    )
    day = "The day promised has gone by: Monday 30 November 2026."
    assert words.facts_of(late, ME, Level.ASK_FIRST) == f"{day} With Imani. Imani is away until 4 December; Di covers."
    assert words.facts_of(late, SAM, Level.ASK_FIRST).endswith("until 4 December; you cover.")
    assert words.facts_of(late, IMANI, Level.ASK_FIRST) == day
    late.covers_agreed = True
    assert words.facts_of(late, SAM, Level.ASK_FIRST).endswith("; you cover, as they agreed ahead.")
    assert words.facts_of(late, SAM, Level.YOU_DO).endswith("; you cover.")
    assert words.facts_of(_thread(), ME, Level.ASK_FIRST) == ""


def test_how_it_ended_is_said_whole():
    ended = Row(closed_at=TODAY, came_of=CameOf.MONEY, learned="Ring first.")
    assert words.how_it_ended(ended) == "Closed by the group today. Money. What they’d have us learn: Ring first."
    assert words.how_it_ended(Row(closed_at=None, came_of=None, learned="")) == "Closed once, and open again."


@pytest.mark.parametrize(
    ("facts", "sentence"),
    [
        ({"state": State.CLOSED, "closed_at": TODAY}, "Closed today. You can open it again on any day."),
        (
            {"state": State.SNOOZED, "snoozed_until": date(2026, 12, 4), "snooze_why": "The bank is shut."},
            "Imani put it off until Friday 4 December 2026: The bank is shut.",
        ),
        ({"state": State.WITH, "with_whom": "the council"}, "It is with the council. Imani keeps an eye on it."),
        ({"state": State.WAITING}, "Di would like an answer, when you’re ready."),
        ({"state": State.ANSWERED}, "Di answered. Is there more? Write below."),
        (
            {"is_past_due": True},
            "Host promised an answer by Monday 30 November 2026 and hasn’t kept it. That counts, and trustees see it.",
        ),
        ({"is_promised": True, "taken_at": TODAY}, "Imani answers by Monday 30 November 2026."),
        ({"is_promised": True, "taken_at": TODAY, "away_until": TODAY.date()}, "Host answers by Monday 30 November 2026."),
        ({}, "It’s with Host."),
    ],
)
def test_the_group_reads_how_it_stands(facts, sentence):
    thread = _thread(**facts)
    thread.answered_by = "Di Wu"
    assert words.stands(thread, "Host") == sentence


def test_a_list_shows_what_its_reader_may_know():
    line = Row(ref="S12", asker="Jo Bell", holder="Imani Okafor", gist="", wants_call=True, reads=True, is_promised=False)
    line.moved_at, line.state = TODAY, State.SNOOZED
    line.snoozed_until = date(2026, 12, 4)
    assert words.begins(line) == "From Jo Bell, would like a call"
    assert words.called(line) == "S12, Imani"
    assert words.waits(line) == "Something waits for Imani"
    assert words.when(line) == "Today"
    assert words.below(line) == "S12, Jo Bell, today. Until Friday 4 December 2026"
    line.is_promised, line.is_past_due, line.due_on = True, True, date(2026, 11, 29)
    assert words.when(line) == "Was due yesterday"
    assert words.below(line) == "S12, Jo Bell, today. An answer by Sunday 29 November 2026"


def test_numbers_and_emails_are_counted_in_words():
    assert [words.capped(count) for count in (7, 99, 100)] == ["7", "99", "99+"]
    assert words.emails_wait(1) == "An email waits to be placed"
    assert words.emails_wait(3) == "3 emails wait to be placed"
    assert words.nothing_found(further=True) == "Nothing you may read has these words this far back."
    assert (
        words.arrived(Row(mail=Row(arrived_at=TODAY), number=12, group="Kettle")) == "Today, 12:00pm, about S12 of Kettle"
    )
    assert words.reply_way(Row(reply_by=ReplyBy.CALL, phone="01632 960 144")) == "phone call, 01632 960 144"
