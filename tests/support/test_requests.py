"""What can happen to a request, on both databases: who is promised what by when, and who decides."""

import re
from datetime import UTC, date, datetime, timedelta

import pytest
import sqlalchemy as sa
import time_machine

from portal.activity.models import Entry, EntryWords
from portal.autonomy import actions as autonomy
from portal.autonomy.areas import Area, Level
from portal.autonomy.door import ACTIONS, Mistake, NotHere, Proposed, Refused
from portal.autonomy.models import Proposal
from portal.core import clock
from portal.core.db import db
from portal.people.roles import STAFF_ROLES, SYSTEM, Role
from portal.support import actions, queries, readers, search
from portal.support.models import NOTHING_DUE, CameOf, Message, Note, ReplyBy, ReplyPromise, Request, Wanted
from portal.support.states import State
from tests import make
from tests.client import Client

MONDAY = datetime(2026, 11, 23, 10, 0, tzinfo=UTC)


def ask(by, group, **facts) -> Request:
    return actions.ask(by, group, **({"words": "Could someone open the hall?"} | facts))


def again(request: Request) -> Request:
    db.session.rollback()
    return db.session.get_one(Request, request.id, populate_existing=True)


def state(request: Request, by) -> State:
    found = queries.thread_at_host(request.number, by)
    assert found
    return found.state


def reply(by, group, request, words="Here is how.", **facts):
    return actions.reply(by, group, request.id, words=words, seen=again(request).moved_at.isoformat(), **facts)


def promises(request: Request) -> list[tuple]:
    rows = db.session.scalars(
        sa.select(ReplyPromise).where(ReplyPromise.request_id == request.id).order_by(ReplyPromise.id)
    )
    return [
        (row.due_on, "kept" if row.kept_at else "replaced" if row.replaced_at else "ended" if row.ended_at else "open")
        for row in rows
    ]


@pytest.mark.parametrize(
    ("wanted", "due_on"),
    [(Wanted.WEEK, date(2026, 11, 24)), (Wanted.SOON, date(2026, 11, 26)), (Wanted.NO_RUSH, date(2026, 12, 7))],
)
def test_an_answer_is_promised_within_1_3_or_10_working_days(kettle, marsha, imani, wanted, due_on):
    with time_machine.travel(MONDAY, tick=False):
        asked = ask(marsha, kettle, wanted=wanted.key)
        assert (asked.due_on, promises(asked)) == (due_on, [(due_on, "open")])


def test_bank_holidays_of_england_and_wales_are_no_working_days(kettle, marsha, imani):
    with time_machine.travel(datetime(2026, 12, 24, 10, 0, tzinfo=UTC), tick=False):
        assert ask(marsha, kettle, wanted="week").due_on == date(2026, 12, 29)  # the 28th stands in for Boxing Day


def test_a_request_goes_to_whom_the_host_named_or_to_who_coordinated_longest(kettle, marsha, imani, sefa):
    assert ask(marsha, kettle).holder_id == imani.person_id
    actions.name_coordinator(imani, kettle, person_id=sefa.person_id)
    assert ask(marsha, kettle).holder_id == sefa.person_id
    actions.name_coordinator(sefa, kettle, person_id=imani.person_id)
    assert ask(marsha, kettle).holder_id == imani.person_id
    with pytest.raises(Mistake, match="Choose someone who coordinates"):
        actions.name_coordinator(imani, kettle, person_id=make.staff("Glyn", Role.FINANCE).id)


def test_without_anyone_who_coordinates_a_request_waits_for_whoever_comes(kettle, marsha):
    assert ask(marsha, kettle).holder_id is None


def test_only_words_or_the_wish_for_a_call_are_needed(kettle, marsha, imani):
    asked = ask(marsha, kettle, words=None, reply_by="call", phone="07700 900142")
    assert (asked.gist, asked.phone) == ("Please call me.", "07700 900142")
    with pytest.raises(Mistake, match="Write a few words, add a photo or a voice note, or ask us to call you"):
        ask(marsha, kettle, words=None)


def test_a_request_is_about_ones_own_groups_things_alone(kettle, walkers, marsha, imani):
    ours, theirs = make.receipt(kettle), make.receipt(walkers)
    assert ask(marsha, kettle, receipt_id=ours.id).receipt_id == ours.id
    for foreign in ({"receipt_id": theirs.id}, {"fund_id": 98_765}):
        with pytest.raises(NotHere):
            ask(marsha, kettle, **foreign)


def test_a_persons_answer_keeps_the_promise_and_more_words_begin_another(kettle, marsha, imani):
    with time_machine.travel(MONDAY, tick=False) as clock_:
        asked = ask(marsha, kettle, wanted="week")
        assert state(asked, imani) is State.NEW
        clock_.shift(timedelta(hours=1))
        reply(imani, kettle, asked)
        assert promises(asked) == [(date(2026, 11, 24), "kept")]
        assert (again(asked).due_on, state(asked, imani)) == (NOTHING_DUE, State.ANSWERED)
        clock_.shift(timedelta(days=1))
        actions.say(marsha, kettle, asked.id, words="And the key?")
        assert promises(asked) == [(date(2026, 11, 24), "kept"), (date(2026, 11, 25), "open")]
        assert state(asked, imani) is State.ON_IT
        actions.say(marsha, kettle, asked.id, words="It’s the blue one")
        assert again(asked).due_on == date(2026, 11, 25)


def test_an_answer_that_asks_waits_for_the_group_and_no_clock_runs_against_it(kettle, marsha, imani):
    asked = ask(marsha, kettle)
    reply(imani, kettle, asked, asks=True)
    assert (state(asked, imani), again(asked).due_on) == (State.WAITING, NOTHING_DUE)
    actions.say(marsha, kettle, asked.id, words="Four of us")
    assert state(asked, imani) is State.ON_IT


def test_a_broken_promise_stays_in_the_books_whatever_day_is_named_next(kettle, marsha, imani):
    with time_machine.travel(MONDAY, tick=False) as clock_:
        asked = ask(marsha, kettle, wanted="week")
        clock_.shift(timedelta(days=3))
        found = queries.thread_at_host(asked.number, imani)
        assert found.is_past_due
        actions.say_sorry(imani, kettle, asked.id, words="I’m sorry, I was ill.", due_on=date(2026, 11, 30))
        assert promises(asked) == [(date(2026, 11, 24), "replaced"), (date(2026, 11, 30), "open")]
        assert again(asked).due_on == date(2026, 11, 30)
        with pytest.raises(Mistake, match="still to come"):
            actions.say_sorry(imani, kettle, asked.id, words="Sorry", due_on=clock.today())
    reply(imani, kettle, asked)
    with pytest.raises(Mistake, match="Nothing is promised"):
        actions.say_sorry(imani, kettle, asked.id, words="Sorry", due_on=date(2090, 1, 2))


def test_putting_off_within_the_promise_needs_only_a_reason(kettle, marsha, imani):
    with time_machine.travel(MONDAY, tick=False) as clock_:
        asked = ask(marsha, kettle, wanted="soon")
        actions.snooze(imani, kettle, asked.id, until=date(2026, 11, 25), reason="The caretaker is back then.")
        assert state(asked, imani) is State.SNOOZED
        assert again(asked).due_on == date(2026, 11, 26)
        assert queries.queue("mine", imani).lines == []
        assert [line.ref for line in queries.queue("later", imani).lines] == [asked.ref]
        clock_.shift(timedelta(days=2))
        assert [line.ref for line in queries.queue("mine", imani).lines] == [asked.ref]
        with pytest.raises(Mistake, match="still to come"):
            actions.snooze(imani, kettle, asked.id, until=clock.today(), reason="No")


@pytest.mark.parametrize("agreed", [True, False])
def test_putting_off_past_the_promise_takes_the_groups_yes(kettle, marsha, imani, agreed):
    with time_machine.travel(MONDAY, tick=False):
        asked = ask(marsha, kettle, wanted="week")
        later = date(2026, 12, 10)
        actions.snooze(imani, kettle, asked.id, until=later, reason="The council meets then.")
        assert (again(asked).due_on, again(asked).later_until, state(asked, imani)) == (
            date(2026, 11, 24),
            later,
            State.NEW,
        )
        for another_day in ("", "2026-12-11"):
            with pytest.raises(Mistake, match="another day meanwhile"):
                actions.answer_later(marsha, kettle, asked.id, agreed=agreed, seen=another_day)
        actions.answer_later(marsha, kettle, asked.id, agreed=agreed, seen=later.isoformat())
        assert again(asked).due_on == (later if agreed else date(2026, 11, 24))
        assert promises(asked) == [(again(asked).due_on, "open")]  # nothing was missed by it
        assert state(asked, imani) is (State.SNOOZED if agreed else State.NEW)
        with pytest.raises(Mistake, match="answered already"):
            actions.answer_later(marsha, kettle, asked.id, agreed=True, seen=later.isoformat())


def test_what_was_put_off_can_be_taken_up_and_words_from_the_group_do_so(kettle, marsha, imani):
    for wakes in (
        lambda asked: actions.wake_up(imani, kettle, asked.id),
        lambda asked: actions.say(marsha, kettle, asked.id, words="It’s urgent now"),
        lambda asked: reply(imani, kettle, asked),
    ):
        asked = ask(marsha, kettle, wanted="no_rush")
        actions.snooze(imani, kettle, asked.id, until=clock.today() + timedelta(days=3), reason="Then")
        wakes(asked)
        assert again(asked).snoozed_until is None


def test_with_someone_else_the_day_promised_stays(kettle, marsha, imani):
    asked = ask(marsha, kettle)
    due_on = asked.due_on
    actions.pass_to(imani, kettle, asked.id, with_whom="the council")
    assert (state(asked, imani), again(asked).due_on) == (State.WITH, due_on)
    actions.pass_to(imani, kettle, asked.id, with_whom=None)
    assert state(asked, imani) is State.NEW


def test_only_the_group_closes_and_it_may_say_what_came_of_it(kettle, marsha, imani):
    asked = ask(marsha, kettle)
    actions.propose_closing(imani, kettle, asked.id)
    assert state(asked, imani) is State.NEW
    assert again(asked).closing_by == imani.person_id
    actions.stop_closing(imani, kettle, asked.id)
    assert again(asked).closing_at is None
    actions.close(marsha, kettle, asked.id, came_of="advice", learned="Ask the caretaker first.")
    closed = again(asked)
    assert (state(asked, imani), closed.came_of, closed.learned) == (
        State.CLOSED,
        CameOf.ADVICE,
        "Ask the caretaker first.",
    )
    assert promises(asked)[0][1] == "ended"
    actions.reopen(marsha, kettle, asked.id)
    assert state(asked, imani) is State.NEW
    assert [how for _, how in promises(asked)] == ["ended", "open"]


def test_writing_in_a_closed_request_opens_it(kettle, marsha, imani):
    asked = ask(marsha, kettle)
    actions.close(marsha, kettle, asked.id)
    actions.say(marsha, kettle, asked.id, words="It broke again")
    assert again(asked).closed_at is None
    assert [how for _, how in promises(asked)] == ["ended", "open"]


def test_who_took_it_first_keeps_it_and_the_other_reads_who(kettle, marsha, imani, sefa):
    make.set_level(kettle, Area.SUPPORT, Level.YOU_DO)
    asked = ask(marsha, kettle)
    actions.take(sefa, kettle, asked.id)
    assert (again(asked).holder_id, state(asked, sefa)) == (sefa.person_id, State.ON_IT)
    with pytest.raises(Mistake, match="Sefa Tuilagi is on it already"):
        actions.take(imani, kettle, asked.id)
    actions.put_back(imani, kettle, asked.id)  # not hers to put back
    assert again(asked).taken_at
    actions.put_back(sefa, kettle, asked.id)
    assert state(asked, imani) is State.NEW


@pytest.mark.parametrize(
    "name", sorted(name for name, one in ACTIONS.items() if one.bars in (readers.bars, readers.bars_note))
)
def test_who_does_not_read_a_conversation_does_nothing_in_it(kettle, marsha, bernie, imani, sefa, name):
    asked, act = ask(marsha, kettle), ACTIONS[name]
    note = actions.keep_note(imani, kettle, asked.id, words="The hall is cold.")
    row, by = note if act.on is Note else asked, sefa if act.roles & STAFF_ROLES else bernie
    with pytest.raises(Refused, match="This one is between who asked and their coordinator"):
        act(by, kettle, row.id)


def test_only_who_works_on_support_is_brought_in_or_handed_to(kettle, marsha, imani, beatrix):
    make.set_level(kettle, Area.SUPPORT, Level.YOU_DO)
    asked = ask(marsha, kettle)
    for act in (actions.bring_in, actions.hand_over):
        with pytest.raises(Mistake, match="Choose someone who works on support"):
            act(imani, kettle, asked.id, person_id=beatrix.person_id)


def test_a_helper_reads_nothing_that_the_host_asked_though_they_asked_it_there_themselves(kettle, bernie, imani):
    asked = ask(bernie, kettle)
    assert len(queries.ours(bernie, kettle.id).lines) == 1
    make.set_facts(asked, by_host=True, released_at=clock.now())
    assert queries.ours(bernie, kettle.id).lines == []


def test_put_back_by_whose_it_is_it_changes_no_hands(kettle, marsha, imani, sefa):
    """Whom the host names meanwhile gets what is asked from now on, and reads nothing of before."""
    make.set_level(kettle, Area.SUPPORT, Level.ONLY_US)
    asked = ask(marsha, kettle)
    actions.name_coordinator(sefa, kettle, person_id=sefa.person_id)
    actions.take(imani, kettle, asked.id)
    actions.put_back(imani, kettle, asked.id)
    assert (again(asked).holder_id, asked.taken_at) == (imani.person_id, None)
    assert queries.thread_at_host(asked.number, sefa) is None


def test_put_back_by_a_colleague_it_goes_to_who_had_it_and_not_to_who_is_named_by_now(kettle, marsha, imani, sefa, glyn):
    asked = ask(marsha, kettle)
    actions.let_in(marsha, kettle, asked.id, person_id=glyn.person_id)
    actions.take(glyn, kettle, asked.id)
    actions.name_coordinator(sefa, kettle, person_id=sefa.person_id)
    actions.put_back(glyn, kettle, asked.id)
    assert (again(asked).holder_id, asked.taken_at) == (imani.person_id, None)
    assert queries.thread_at_host(asked.number, sefa) is None


def test_put_back_it_is_theirs_again_who_had_it(kettle, marsha, imani, sefa):
    asked = ask(marsha, kettle)
    make.set_level(kettle, Area.SUPPORT, Level.YOU_DO)
    actions.take(sefa, kettle, asked.id)
    assert again(asked).holder_id == sefa.person_id
    actions.put_back(sefa, kettle, asked.id)
    assert (again(asked).holder_id, asked.taken_at) == (imani.person_id, None)
    make.set_level(kettle, Area.SUPPORT, Level.ONLY_US)
    assert queries.thread_at_host(asked.number, imani)
    assert queries.thread_at_host(asked.number, sefa) is None


def test_in_what_the_group_closed_staff_keep_private_notes_alone(kettle, marsha, imani):
    asked = ask(marsha, kettle)
    actions.close(marsha, kettle, asked.id)
    with pytest.raises(Mistake, match="closed this one"):
        actions.keep_note(imani, kettle, asked.id, words="The warden rang")
    actions.keep_note(imani, kettle, asked.id, words="The warden rang", reason="others_data")


def test_the_groups_log_says_that_it_was_closed_and_not_what_came_of_it(kettle, marsha, imani):
    asked = ask(marsha, kettle)
    actions.close(marsha, kettle, asked.id, came_of=CameOf.NO.value)
    note = actions.keep_note(imani, kettle, asked.id, words="A neighbour’s illness", reason="others_data")
    actions.review_note(imani, kettle, note.id, reason="safeguarding")
    db.session.rollback()
    beside = str(list(db.session.scalars(sa.select(EntryWords.words).where(EntryWords.group_id == kettle.id))))
    assert "closed_at" in beside
    for column in ("came_of", "others_data", "safeguarding"):
        assert column not in beside


def test_call_me_instead_holds_beside_words(app, kettle, marsha, imani):
    browser, at = Client(app).as_(make.person("Marsha")), "/g/tuesday-kettle/support/ask"
    browser.post(f"{at}/what", data={"words": "The landlord is here", "call_me": "y", "phone": "07700 900123"})
    (chosen,) = re.findall(r'<input[^>]*type="radio"[^>]* checked[^>]*>', browser.get(f"{at}/how").text)
    assert 'value="call"' in chosen
    browser.post(f"{at}/when", data={"wanted": "week", "send": "y"})
    asked = db.session.scalars(sa.select(Request)).one()
    assert asked.reply_by is ReplyBy.CALL


def test_a_page_from_a_number_beyond_counting_is_the_first(kettle, marsha, imani):
    asked = ask(marsha, kettle)
    for after in ("2026-01-01_99999999999999999999", "2026-01-01_", "yesterday_1"):
        assert [line.number for line in queries.queue("all", imani, after).lines] == [asked.number]


def test_an_answer_to_what_has_moved_on_waits_until_its_writer_looked(kettle, marsha, imani):
    asked = ask(marsha, kettle)
    seen = again(asked).moved_at.isoformat()
    actions.say(marsha, kettle, asked.id, words="Never mind, Joe has a key")
    with pytest.raises(Mistake, match="Something came in while you wrote"):
        actions.reply(imani, kettle, asked.id, words="I’ll ring the caretaker", seen=seen)
    db.session.rollback()
    assert db.session.scalars(sa.select(Message.words).order_by(Message.id)).all()[-1] == "Never mind, Joe has a key"
    reply(imani, kettle, asked, "Good!")
    assert state(asked, imani) is State.ANSWERED


class TestWhoReads:
    """Area 9: asker and named coordinator; whom the group let in; the team where the group says so."""

    def test_it_is_between_who_asked_and_their_coordinator(self, kettle, marsha, joe, bernie, imani, sefa, glyn):
        asked = ask(marsha, kettle)
        for by, reads in ((marsha, True), (joe, False), (bernie, False)):
            assert bool(queries.thread(asked.number, by, kettle.id)) is reads
        for by, reads in ((imani, True), (sefa, False), (glyn, False)):
            assert bool(queries.thread_at_host(asked.number, by)) is reads
            assert queries.on_desk(asked.number, by).reads is reads

    def test_who_asked_shares_it_with_the_other_organisers_and_nobody_else_does(self, kettle, marsha, joe, bernie, imani):
        asked = ask(marsha, kettle)
        actions.share(marsha, kettle, asked.id, shared=True)
        assert queries.thread(asked.number, joe, kettle.id)
        assert queries.thread(asked.number, bernie, kettle.id) is None
        with pytest.raises(Mistake, match="Only who asked"):
            actions.share(joe, kettle, asked.id, shared=False)
        actions.share(marsha, kettle, asked.id, shared=False)
        assert queries.thread(asked.number, joe, kettle.id) is None

    def test_a_helper_reads_their_own_alone(self, kettle, marsha, bernie, imani):
        own = ask(bernie, kettle)
        ask(marsha, kettle, shared=True)
        assert [line.number for line in queries.ours(bernie, kettle.id).lines] == [own.number]

    def test_whom_the_group_lets_in_reads_until_it_ends(self, kettle, marsha, imani, glyn):
        asked = ask(marsha, kettle)
        actions.let_in(marsha, kettle, asked.id, person_id=glyn.person_id)
        actions.let_in(marsha, kettle, asked.id, person_id=glyn.person_id)
        found = queries.thread_at_host(asked.number, glyn)
        assert [one.name for one in found.let_in] == ["Glyn Parry"]
        actions.keep_out(marsha, kettle, asked.id, reader_id=found.let_in[0].reader_id)
        assert queries.thread_at_host(asked.number, glyn) is None
        with pytest.raises(Refused, match="between who asked and their coordinator"):
            actions.read(glyn, kettle, asked.id)

    def test_whom_the_group_let_in_reads_no_more_once_it_ends_though_they_took_it_on(self, kettle, marsha, imani, glyn):
        asked = ask(marsha, kettle)
        actions.let_in(marsha, kettle, asked.id, person_id=glyn.person_id)
        reader = queries.thread_at_host(asked.number, glyn).let_in[0].reader_id
        actions.take(glyn, kettle, asked.id)
        actions.keep_out(marsha, kettle, asked.id, reader_id=reader)
        assert queries.thread_at_host(asked.number, glyn) is None
        assert (again(asked).holder_id, again(asked).taken_at) == (imani.person_id, None)
        make.set_level(kettle, Area.SUPPORT, Level.TELL_AFTER)
        actions.bring_in(imani, kettle, asked.id, person_id=glyn.person_id)
        reply(glyn, kettle, asked)
        autonomy.undo(marsha, kettle, make.newest_entry(kettle, "support.bring_in").id)
        assert queries.thread_at_host(asked.number, glyn) is None
        assert queries.thread_at_host(asked.number, imani)

    def test_nobody_is_let_in_who_doesnt_work_on_support(self, kettle, marsha, joe, imani):
        asked = ask(marsha, kettle)
        for other in (joe.person_id, make.staff("Bea", Role.TRUSTEE).id, None, 98_765):
            with pytest.raises(Mistake, match="Choose someone who works on support"):
                actions.let_in(marsha, kettle, asked.id, person_id=other)

    def test_a_reader_ends_in_their_own_request_alone(self, kettle, marsha, imani, glyn):
        one, other = ask(marsha, kettle), ask(marsha, kettle)
        actions.let_in(marsha, kettle, one.id, person_id=glyn.person_id)
        (reader,) = queries.thread_at_host(one.number, imani).let_in
        with pytest.raises(NotHere):
            actions.keep_out(marsha, kettle, other.id, reader_id=reader.reader_id)
        assert queries.thread_at_host(one.number, glyn)

    @pytest.mark.parametrize("level", list(Level))
    def test_the_team_reads_only_where_the_group_looks_no_further(self, kettle, marsha, imani, sefa, glyn, level):
        make.set_level(kettle, Area.SUPPORT, level)
        asked = ask(marsha, kettle)
        assert bool(queries.thread_at_host(asked.number, sefa)) is (level is Level.YOU_DO)
        assert queries.thread_at_host(asked.number, glyn) is None

    def test_who_doesnt_read_it_does_nothing_in_it(self, kettle, marsha, joe, imani, sefa):
        asked = ask(marsha, kettle)
        stands = asked.moved_at.isoformat()
        for act in (
            lambda: actions.say(joe, kettle, asked.id, words="x"),
            lambda: actions.close(joe, kettle, asked.id),
            lambda: actions.take(sefa, kettle, asked.id),
            lambda: actions.reply(sefa, kettle, asked.id, words="x", seen=stands),
            lambda: actions.hand_over(sefa, kettle, asked.id, person_id=sefa.person_id),
        ):
            with pytest.raises(Refused) as refused:
                act()
            assert refused.value.decision.why in {readers.NOT_YOURS, readers.NOT_OURS}
        db.session.rollback()
        assert db.session.scalar(sa.select(sa.func.count()).select_from(Message)) == 1

    def test_an_automatic_hand_reads_nothing(self, kettle, marsha, imani):
        asked = ask(marsha, kettle)
        with pytest.raises(Refused):
            actions.read(SYSTEM, kettle, asked.id)

    def test_each_reading_is_in_the_groups_log_once_until_there_is_something_new(self, app, kettle, marsha, imani):
        from tests.client import Client

        browser = Client(app).as_(make.person("Imani Okafor"))
        asked = ask(marsha, kettle)

        def readings() -> int:
            db.session.rollback()
            told = sa.select(sa.func.count()).select_from(Entry).where(Entry.action == "support.read")
            return db.session.scalar(told.where(Entry.group_id == kettle.id, Entry.about == asked.ref))

        for _ in range(2):
            assert browser.get(f"/host/requests/{asked.number}").status_code == 200
        assert readings() == 1
        actions.say(marsha, kettle, asked.id, words="One more thing")
        browser.get(f"/host/requests/{asked.number}")
        assert readings() == 2

    def test_reading_a_colleagues_note_is_in_the_log_too(self, app, kettle, marsha, imani, sefa):
        make.set_level(kettle, Area.SUPPORT, Level.YOU_DO)

        def read() -> int:
            assert browser.get(f"/host/requests/{asked.number}").status_code == 200
            told = sa.select(sa.func.count()).select_from(Entry).where(Entry.action == "support.read")
            return db.session.scalar(told)

        with time_machine.travel(MONDAY, tick=False) as moved:
            asked, browser = ask(marsha, kettle), Client(app).as_(make.person("Sefa"))
            moved.shift(timedelta(minutes=1))
            assert [read(), read()] == [1, 1]
            for reason in (None, "others_data"):
                moved.shift(timedelta(minutes=1))
                actions.keep_note(imani, kettle, asked.id, words="The warden rang", reason=reason)
                moved.shift(timedelta(minutes=1))
                before = read()
                assert read() == before
            assert before == 3

    def test_what_is_read_beside_a_form_to_look_at_again_is_in_the_log_too(self, app, kettle, marsha, imani):
        from tests.client import Client

        browser = Client(app).as_(make.person("Imani Okafor"))
        asked = ask(marsha, kettle)
        browser.get(f"/host/requests/{asked.number}")
        for n, facts in enumerate(({}, {"words": "I’ll ring the caretaker", "seen": "before"}), start=2):
            actions.say(marsha, kettle, asked.id, words=f"Never mind, {n}")
            answer = browser.post(f"/host/requests/{asked.number}/replies", data=facts)
            assert (answer.status_code, f"Never mind, {n}" in answer.text) == (422, True)
            read = sa.select(sa.func.count()).select_from(Entry).where(Entry.action == "support.read")
            assert db.session.scalar(read) == n


class TestHandingOver:
    """A colleague reads as the group has set it: never, after a yes, told, or listed."""

    def test_at_only_us_it_is_refused(self, kettle, marsha, imani, sefa):
        make.set_level(kettle, Area.SUPPORT, Level.ONLY_US)
        asked = ask(marsha, kettle)
        for act in (actions.hand_over, actions.bring_in):
            with pytest.raises(Refused):
                act(imani, kettle, asked.id, person_id=sefa.person_id)

    def test_at_ask_first_a_yes_comes_first_and_fits_however_the_talk_went_on(self, kettle, marsha, imani, sefa):
        asked = ask(marsha, kettle)
        with pytest.raises(Proposed) as waits:
            actions.hand_over(imani, kettle, asked.id, person_id=sefa.person_id)
        proposal = waits.value.proposal.id
        assert again(asked).holder_id == imani.person_id
        actions.say(marsha, kettle, asked.id, words="Meanwhile")
        autonomy.say_yes(marsha, kettle, proposal)
        assert again(asked).holder_id == sefa.person_id
        assert queries.thread_at_host(asked.number, imani) is None

    def test_told_after_it_can_be_undone(self, kettle, marsha, imani, sefa, glyn):
        make.set_level(kettle, Area.SUPPORT, Level.TELL_AFTER)
        asked = ask(marsha, kettle)
        actions.bring_in(imani, kettle, asked.id, person_id=glyn.person_id)
        assert queries.thread_at_host(asked.number, glyn)
        autonomy.undo(marsha, kettle, make.newest_entry(kettle, "support.bring_in").id)
        assert queries.thread_at_host(asked.number, glyn) is None
        other = ask(marsha, kettle)
        actions.hand_over(imani, kettle, other.id, person_id=sefa.person_id)
        autonomy.undo(marsha, kettle, make.newest_entry(kettle, "support.hand_over").id)
        assert again(other).holder_id == imani.person_id

    def test_of_a_helpers_own_nobody_is_asked_who_couldnt_say_yes(self, kettle, marsha, bernie, imani, glyn):
        asked = ask(bernie, kettle)
        for act in (actions.hand_over, actions.bring_in):
            with pytest.raises(Mistake, match="from their page"):
                act(imani, kettle, asked.id, person_id=glyn.person_id)
        assert db.session.scalar(sa.select(sa.func.count()).select_from(Proposal)) == 0
        actions.let_in(bernie, kettle, asked.id, person_id=glyn.person_id)
        assert queries.thread_at_host(asked.number, glyn)
        with pytest.raises(Proposed):
            actions.bring_in(imani, kettle, ask(bernie, kettle, shared=True).id, person_id=glyn.person_id)

    def test_nobody_is_asked_for_someone_who_cant_be_let_in(self, kettle, marsha, imani):
        asked = ask(marsha, kettle)
        for act in (actions.hand_over, actions.bring_in):
            with pytest.raises(Mistake, match="Choose someone who works on support"):
                act(imani, kettle, asked.id, person_id=marsha.person_id)


class TestFinding:
    """By reference, group, who asked and words, among what the searcher may read."""

    def test_what_holds_all_words_is_found_newest_first(self, kettle, marsha, imani):
        one = ask(marsha, kettle, words="The minibus won’t start, naïvely")
        two = ask(marsha, kettle, words="A minibus for Saturday")
        for asked, numbers in (
            ("minibus", [two, one]),
            ("MINIBUS wont", [one]),
            ("naively", [one]),
            (one.ref.lower(), [one]),
            ("tuesday kettle marsha", [two, one]),
            ("tractor", []),
            ("a", []),
            ("", []),
        ):
            assert [line.number for line in queries.found(asked, imani).lines] == [row.number for row in numbers], asked

    def test_answers_are_found_too_and_what_one_may_not_read_never(self, kettle, marsha, imani, sefa):
        asked = ask(marsha, kettle)
        reply(imani, kettle, asked, "Ask at St Chad’s")
        assert [line.number for line in queries.found("chads", imani).lines] == [asked.number]
        assert queries.found("chads", sefa).lines == []
        assert queries.found(asked.ref, sefa).lines == []

    def test_found_a_page_at_a_time(self, kettle, marsha, imani):
        for n in range(25):
            ask(marsha, kettle, words=f"Chairs, {n}")
        first = queries.found("chairs", imani)
        rest = queries.found("chairs", imani, int(first.after))
        assert (len(first.lines), len(rest.lines), rest.after) == (20, 5, None)


class TestTheQueue:
    """Promised soonest first, then the oldest; money that is stuck on top; never by the size of a group."""

    def test_promised_soonest_first_then_the_oldest(self, kettle, walkers, marsha, imani):
        sam = make.actor(make.person("Sam"))
        with time_machine.travel(MONDAY, tick=False):
            slow, first, second, soon = (
                ask(marsha, kettle, wanted="no_rush"),
                ask(sam, walkers, wanted="soon"),
                ask(marsha, kettle, wanted="soon"),
                ask(marsha, kettle, wanted="week"),
            )
            expected = [soon.number, first.number, second.number, slow.number]
            assert [line.number for line in queries.queue("all", imani).lines] == expected
            found, after = [], None
            while True:
                page = queries.queue("all", imani, after, size=2)
                found += [line.number for line in page.lines]
                if (after := page.after) is None:
                    break
            assert found == expected

    def test_money_that_is_stuck_is_on_top_and_once(self, kettle, marsha, imani, glyn):
        from portal.receipts import actions as receipts

        for _ in range(3):
            ask(marsha, kettle, wanted="week")
        held = make.receipt(kettle, amount_pence=14_10)
        receipts.hold(glyn, kettle, held.id, rule="F5", reason="Short", releases="Money", key="x" * 20)
        stuck = ask(marsha, kettle, wanted="no_rush", receipt_id=held.id)
        page = queries.queue("all", imani, size=2)
        rest = queries.queue("all", imani, page.after, size=2)
        numbers = [line.number for line in (*page.lines, *rest.lines)]
        assert numbers[0] == stuck.number
        assert sorted(numbers) == sorted(set(numbers))
        assert len(numbers) == 4
        more = [ask(marsha, kettle, receipt_id=held.id).number for _ in range(queries.PAGE + 1)]
        assert {*more, stuck.number} < {line.number for line in queries.queue("all", imani).lines}

    def test_a_page_of_a_search_looks_through_so_many_and_the_next_goes_on_behind_them(
        self, kettle, marsha, imani, monkeypatch
    ):
        monkeypatch.setattr(search, "WINDOW", 3)
        asked = [ask(marsha, kettle).number for _ in range(8)]
        found, after = [], None
        for _ in range(3):
            page = queries.found("hall", imani, after)
            found.append([line.number for line in page.lines])
            after = int(page.after) if page.after else None
        assert found == [asked[:4:-1], asked[4:1:-1], asked[1::-1]]
        assert after is None

    def test_views_and_their_counts(self, kettle, marsha, imani, sefa):
        with time_machine.travel(MONDAY, tick=False) as clock_:
            mine, taken, closed, off = (ask(marsha, kettle, wanted="no_rush") for _ in range(4))
            due = ask(marsha, kettle, wanted="week")
            clock_.shift(timedelta(days=1))
            actions.take(imani, kettle, taken.id)
            actions.close(marsha, kettle, closed.id)
            actions.snooze(imani, kettle, off.id, until=date(2026, 11, 30), reason="Then")
            shown = {view: [line.number for line in queries.queue(view, imani).lines] for view in queries.VIEWS}
            assert shown == {
                "mine": [due.number, mine.number, taken.number],
                "new": [due.number, mine.number],
                "today": [due.number],
                "later": [off.number],
                "quiet": [],
                "all": [due.number, mine.number, taken.number, off.number],
                "closed": [closed.number],
            }
            counted = queries.counts(imani)
            assert {view: counted[view] for view in ("mine", "new", "today", "later", "quiet")} == {
                view: len(shown[view]) for view in ("mine", "new", "today", "later", "quiet")
            }
            later = ask(marsha, kettle, wanted="no_rush")
            actions.close(marsha, kettle, later.id)
            assert [line.number for line in queries.queue("closed", imani).lines] == [later.number, closed.number]

    def test_what_one_may_not_read_is_there_without_a_word_of_it(self, kettle, marsha, imani, sefa):
        asked = ask(marsha, kettle, words="Nobody else’s business", reply_by="call", phone="07700 900142")
        (line,) = queries.queue("all", sefa).lines
        assert (line.number, line.reads, line.gist, line.asker, line.wants_call) == (asked.number, False, "", "", False)

    def test_the_first_words_show_once_it_was_opened(self, kettle, marsha, imani):
        asked = ask(marsha, kettle)
        assert queries.queue("all", imani).lines[0].gist == ""
        actions.read(imani, kettle, asked.id)
        assert queries.queue("all", imani).lines[0].gist == "Could someone open the hall?"


def test_a_draft_is_its_writers_alone_and_gone_once_sent(kettle, marsha, joe, imani):
    me = make.actor(make.person("Marsha"), Role.SELF)
    actions.keep_draft(me, for_group=kettle.id, words="Could")
    actions.keep_draft(me, for_group=kettle.id, wanted="week")
    assert queries.draft(marsha.person_id, kettle.id).facts == {"words": "Could", "wanted": "week"}
    assert queries.draft(joe.person_id, kettle.id) is None
    ask(marsha, kettle)
    assert queries.draft(marsha.person_id, kettle.id) is None
    actions.keep_draft(me, for_group=kettle.id, words="Could")
    actions.drop_draft(me, for_group=kettle.id)
    assert queries.draft(marsha.person_id, kettle.id) is None


def test_the_way_to_answer_is_remembered_from_the_last_time(kettle, marsha, joe, imani):
    ask(marsha, kettle, reply_by="text", phone="07700 900142")
    assert queries.last_way(marsha.person_id) == ("text", "07700 900142")
    assert queries.last_way(joe.person_id) == ("here", None)


def test_in_a_closed_request_staff_find_no_answer_to_write(client, kettle, marsha, imani):
    asked = ask(marsha, kettle)
    at = f"/host/requests/{asked.number}"
    client.as_(make.person("Imani Okafor"))
    assert "Send answer" in client.get(at).text
    actions.close(marsha, kettle, asked.id)
    page = client.get(at).text
    assert "They closed this one." in page
    for gone in ("Send answer", "I’m on it", "Put it off"):
        assert gone not in page


def test_closed_by_two_at_once_nothing_either_of_them_wrote_is_lost(kettle, marsha, joe, imani):
    asked = ask(marsha, kettle, shared=True)
    actions.close(marsha, kettle, asked.id, came_of="advice", learned="Ask the caretaker first.")
    actions.close(joe, kettle, asked.id, came_of="money", learned="The hall is shut in August.")
    actions.close(joe, kettle, asked.id, learned="The hall is shut in August.")
    closed = again(asked)
    assert (closed.closed_by, closed.came_of) == (marsha.person_id, CameOf.ADVICE)
    assert closed.learned == "Ask the caretaker first.\nThe hall is shut in August."
