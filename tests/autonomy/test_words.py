"""What pages say of a promise: who agreed, what is on its way, what a suggestion comes to."""

from datetime import UTC, datetime, timedelta

import pytest
import time_machine

from portal.autonomy import promise_words
from portal.autonomy.areas import Area, Level
from portal.autonomy.change_words import Meaning, Shown
from portal.autonomy.models import Loosening

NOON = datetime(2026, 11, 24, 12, tzinfo=UTC)
BEGUN = NOON - timedelta(days=3)


@pytest.mark.parametrize(
    ("at", "by", "words"),
    [
        (None, [], "As it is for every group at the start."),
        (BEGUN, [], "Since Saturday 21 November 2026."),
        (BEGUN, ["Marsha"], "Set by Marsha, since Saturday 21 November 2026."),
        (BEGUN, ["Marsha", "Bernie"], "Agreed by Marsha and Bernie, since Saturday 21 November 2026."),
    ],
)
def test_a_setting_says_who_agreed_and_since_when(at, by, words):
    assert promise_words.since(at, by) == words


def started(by: int, **facts) -> Loosening:
    return Loosening(id=1, area=Area.RECEIPTS, started_by=by, **{"level": Level.YOU_DO, "started_at": BEGUN} | facts)


def read(loosening: Loosening, *, seconds: bool = True, new: bool = False) -> promise_words.OnItsWay:
    with time_machine.travel(NOON, tick=False):
        return promise_words.on_its_way(loosening, "Bernie", 1, NOON, seconds=seconds, new=new)


def test_another_organiser_agrees_with_one_button():
    other = read(started(2))
    assert (other.what, other.agree, other.not_yet) == ("“You look after it”", "Yes, agree", "")
    assert other.stands == "Bernie started this Saturday. Until it’s agreed, everything stays as it was."


def test_who_is_new_or_alone_reads_from_when_they_can_agree():
    assert read(started(2), new=True).not_yet == "New organisers can agree after their first 7 days."
    assert read(started(1)).not_yet == "You can confirm it again from 28 November, 12:00pm."
    assert read(started(1, started_at=NOON - timedelta(days=8))).agree == "Yes, I still want this"


def test_who_does_not_count_for_it_and_what_is_agreed_have_no_button():
    agreed = read(started(2, holds_from=NOON + timedelta(hours=5)))
    assert agreed.stands == "Agreed. It holds from today, 5:00pm, unless one of us stops it."
    assert [one.agree + one.not_yet for one in (agreed, read(started(2), seconds=False))] == ["", ""]


def test_a_suggestion_in_short_is_its_words_or_the_names_of_what_changes():
    shown = [Shown("Label", "a", "b"), Shown("Note", "c", "d")]
    assert Meaning(shown).in_short == "label, note"
    assert Meaning(shown, "They would move £5.").in_short == "they would move £5"
    assert Meaning([]).in_short == ""
