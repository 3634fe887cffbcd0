"""The promise clock: a few turns that went wrong once, each by itself; then any sequence of acts with a model beside it."""

import functools
from datetime import UTC, date, datetime, timedelta

import hypothesis.strategies as st
import pytest
import sqlalchemy as sa
import time_machine
from hypothesis import HealthCheck, settings
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule, run_state_machine_as_test

from portal.autonomy.areas import Area, Level
from portal.autonomy.door import Mistake, Proposed, Refused
from portal.core import clock, workdays
from portal.core.db import db
from portal.people.models import Group
from portal.people.roles import Role
from portal.support import actions, queries
from portal.support.models import NOTHING_DUE, ReplyPromise, Request, Wanted
from portal.support.states import State, state_of
from tests import make
from tests.client import Client, words
from tests.soak import SOAK, times

pytestmark = pytest.mark.slow

RUNS, STEPS = {"sqlite": times(20, 2000), "postgresql": times(8, 1000)}, times(40, 60)
MONDAY = datetime(2026, 11, 23, 10, 0, tzinfo=UTC)


def now_of(request: Request) -> Request:
    db.session.rollback()
    return db.session.get_one(Request, request.id, populate_existing=True)


def answered(by, group, request: Request, **facts) -> None:
    actions.reply(by, group, request.id, words="Here is how.", seen=now_of(request).moved_at.isoformat(), **facts)


def state(request: Request, by) -> State:
    found = queries.thread_at_host(request.number, by)
    assert found
    return found.state


def still_open(request: Request) -> list[date]:
    waits = sa.select(ReplyPromise.due_on).where(
        ReplyPromise.request_id == request.id,
        ReplyPromise.kept_at.is_(None),
        ReplyPromise.replaced_at.is_(None),
        ReplyPromise.ended_at.is_(None),
    )
    return list(db.session.scalars(waits))


def test_a_later_day_asked_for_is_asked_no_more_once_there_is_an_answer(kettle, marsha, imani):
    asked = actions.ask(marsha, kettle, words="Could someone open the hall?")
    later = clock.today() + timedelta(days=40)
    actions.snooze(imani, kettle, asked.id, until=later, reason="The council meets then.")
    answered(imani, kettle, asked)
    assert (now_of(asked).later_until, now_of(asked).due_on, still_open(asked)) == (None, NOTHING_DUE, [])
    actions.say(marsha, kettle, asked.id, words="And the key?")
    actions.snooze(imani, kettle, asked.id, until=later, reason="The council meets then.")
    actions.say_sorry(imani, kettle, asked.id, words="I’m sorry.", due_on=clock.today() + timedelta(days=50))
    assert now_of(asked).later_until is None


def test_opened_again_it_waits_for_the_host_whatever_came_after_its_closing(kettle, marsha, imani):
    with time_machine.travel(MONDAY, tick=False) as moved:
        asked = actions.ask(marsha, kettle, words="Could someone open the hall?")
        actions.close(marsha, kettle, asked.id)
        moved.shift(timedelta(minutes=1))
        with pytest.raises(Mistake, match="closed this one"):
            answered(imani, kettle, asked, asks=True)
        actions.snooze(imani, kettle, asked.id, until=date(2027, 3, 1), reason="Until spring.")
        moved.shift(timedelta(minutes=1))
        actions.reopen(marsha, kettle, asked.id)
        assert state(asked, imani) is State.NEW
        assert still_open(asked) == [now_of(asked).due_on] == [date(2026, 11, 26)]


def test_a_yes_to_a_later_day_mends_no_broken_promise_and_comes_before_that_day(kettle, marsha, imani):
    with time_machine.travel(MONDAY, tick=False) as moved:
        asked = actions.ask(marsha, kettle, words="Could someone open the hall?", wanted="week")
        for until in (date(2026, 12, 1), date(2026, 12, 10)):
            actions.snooze(imani, kettle, asked.id, until=until, reason="The council meets then.")
        moved.shift(timedelta(days=3))
        actions.answer_later(marsha, kettle, asked.id, agreed=True, seen="2026-12-10")
        broken = db.session.scalar(sa.select(ReplyPromise.replaced_at).where(ReplyPromise.due_on == date(2026, 11, 24)))
        assert broken == clock.now()
        assert still_open(asked) == [now_of(asked).due_on] == [date(2026, 12, 10)]
        actions.snooze(imani, kettle, asked.id, until=date(2026, 12, 11), reason="A day later.")
        moved.move_to(datetime(2026, 12, 11, 10, 0, tzinfo=UTC))
        with pytest.raises(Mistake, match="That day has come"):
            actions.answer_later(marsha, kettle, asked.id, agreed=True, seen="2026-12-11")
        actions.answer_later(marsha, kettle, asked.id, agreed=False, seen="2026-12-11")
        assert still_open(asked) == [now_of(asked).due_on] == [date(2026, 12, 10)]


def test_a_day_that_has_gone_by_isnt_listed_as_one_to_come(app, kettle, marsha, imani):
    with time_machine.travel(MONDAY, tick=False) as moved:  # 23 November
        asked = actions.ask(marsha, kettle, words="Could someone open the hall?", wanted="week")

        def listed() -> str:
            lines = words(Client(app).as_(make.person("Imani")).get("/host/requests/"))
            return lines[lines.index("Tuesday Kettle") :][:40]

        assert listed().startswith("Tuesday Kettle By tomorrow")
        moved.shift(timedelta(days=2))
        assert listed().startswith("Tuesday Kettle Was due yesterday")
        answered(imani, kettle, asked)
        assert listed().startswith("Tuesday Kettle Today")


def test_a_clock_put_back_changes_no_order(kettle, marsha, imani):
    with time_machine.travel(MONDAY, tick=False) as moved:
        asked = actions.ask(marsha, kettle, words="Could someone open the hall?")
        answered(imani, kettle, asked)
        moved.shift(timedelta(hours=-3))
        actions.say(marsha, kettle, asked.id, words="And the key?")
        assert state(asked, imani) is State.ON_IT
        answered(imani, kettle, asked)
        actions.close(marsha, kettle, asked.id)
        actions.reopen(marsha, kettle, asked.id)
        assert state(asked, imani) is State.ON_IT
        said = [one.words for one in queries.thread_at_host(asked.number, imani).said]
        assert said == ["Could someone open the hall?", "Here is how.", "And the key?", "Here is how."]


# Any sequence of acts


class Model:
    """One request as the guides say it stands: what is promised, whose it is, who reads it."""

    def __init__(self, asker: str, wanted: Wanted, today: date):
        self.asker, self.wanted = asker, wanted
        self.promises: list[list] = []
        self.closed = self.shared = self.taken = self.answered = self.asks = False
        self.holder, self.level = "imani", Level.ASK_FIRST
        self.had = "imani"  # whose it is, whoever took it on meanwhile
        self.let_in: set[str] = set()
        self.snoozed: date | None = None
        self.later: date | None = None
        self.outside: str | None = None
        self.begin(today)

    @property
    def open(self) -> list | None:
        """The promise that waits to be kept: its day, and that it is open."""
        return next((one for one in self.promises if one[1] == "open"), None)

    def begin(self, today: date) -> None:
        if self.open is None:
            days = {Wanted.WEEK: 1, Wanted.SOON: 3, Wanted.NO_RUSH: 10}[self.wanted]
            self.promises.append([workdays.after(today, days), "open"])

    def settle(self, how: str) -> None:
        if self.open:
            self.open[1] = how

    def wake(self) -> None:
        self.snoozed = self.later = None

    def reads(self, who: str) -> bool:
        if who in GROUP:
            return who == self.asker or (self.shared and who in {"marsha", "joe"})
        return who == self.holder or who in self.let_in or (self.level is Level.YOU_DO and who in {"imani", "sefa"})

    def state(self, today: date) -> State:
        if self.closed:
            return State.CLOSED
        if self.snoozed and self.snoozed > today:
            return State.SNOOZED
        if self.outside:
            return State.WITH
        if self.asks:
            return State.WAITING
        if self.open is None:
            return State.ANSWERED
        return State.ON_IT if self.taken else State.NEW


GROUP, HOST = ("marsha", "joe", "bernie"), ("imani", "sefa", "glyn")
# Anybody, but mostly those who read it, so that most of what is tried is done.
ours, theirs = st.sampled_from(("asker",) * 4 + GROUP), st.sampled_from(("holder",) * 4 + HOST)
days = st.sampled_from((0, 1, 2, 4, 8, 40))


class Clock(RuleBasedStateMachine):
    """One request of a group that changes its mind about who reads; the clock in our hands."""

    app = None
    people: dict = {}
    group_id = 0

    def __init__(self):
        super().__init__()
        self.travel = time_machine.travel(MONDAY, tick=False)
        self.clock = self.travel.start()
        self.context = self.app.app_context()
        self.context.push()

    def teardown(self):
        db.session.remove()
        self.context.pop()
        self.travel.stop()

    @initialize(asker=st.sampled_from(("marsha", "bernie")), wanted=st.sampled_from(list(Wanted)), shared=st.booleans())
    def ask(self, asker, wanted, shared):
        self.set_level(Level.ASK_FIRST, first=True)
        group = db.session.get_one(Group, self.group_id)
        made = actions.ask(self.people[asker], group, words="The hall", wanted=wanted.key, shared=shared)
        self.id, self.number = made.id, made.number
        self.model = Model(asker, wanted, clock.today())
        self.model.shared = shared

    def does(self, who: str, action, mistake: str = "", **facts) -> bool:
        """Whether it was done; refused to whoever doesn't read it, and not done as `mistake` says."""
        who = self.named(who)
        group, row = db.session.get_one(Group, self.group_id), self.id
        if not self.model.reads(who):
            with pytest.raises(Refused):
                action(self.people[who], group, row, **facts)
            return False
        if mistake:
            with pytest.raises(Mistake, match=mistake):
                action(self.people[who], group, row, **facts)
            return False
        action(self.people[who], group, row, **facts)
        return True

    def named(self, who: str) -> str:
        return {"asker": self.model.asker, "holder": self.model.holder}.get(who, who)

    def row(self) -> Request:
        db.session.rollback()
        return db.session.get_one(Request, self.id, populate_existing=True)

    # In the group

    @rule(who=ours)
    def say(self, who):
        if self.does(who, actions.say, words="More of it"):
            self.model.closed = self.model.asks = False
            self.model.snoozed = None
            self.model.begin(clock.today())

    @rule(who=ours)
    def close(self, who):
        if self.does(who, actions.close):
            self.model.closed, self.model.asks, self.model.later = True, False, None
            self.model.settle("ended")

    @rule(who=ours)
    def reopen(self, who):
        if self.does(who, actions.reopen) and self.model.closed:
            self.model.closed = self.model.asks = False
            self.model.wake()
            self.model.begin(clock.today())

    @rule(who=ours, agreed=st.booleans(), right=st.sampled_from((True, True, False)))
    def answer_later(self, who, agreed, right):
        """A promise's day moves by the group's yes alone, and one that is broken stays so."""
        later, today = self.model.later, clock.today()
        seen = later.isoformat() if later and right else "2026-01-01"
        why = "answered already" if later is None else "" if right else "another day"
        why = why or ("That day has come" if agreed and later <= today else "")
        if self.does(who, actions.answer_later, why, agreed=agreed, seen=seen):
            self.model.later = None
            if agreed:
                self.model.snoozed = later
                if self.model.open[0] < today:
                    self.model.settle("replaced")
                    self.model.promises.append([later, "open"])
                self.model.open[0] = later

    @rule(who=ours, shared=st.booleans())
    def share(self, who, shared):
        why = "" if self.named(who) == self.model.asker else "Only who asked"
        if self.does(who, actions.share, why, shared=shared):
            self.model.shared = shared

    @rule(who=ours, other=theirs)
    def let_in(self, who, other):
        other = self.named(other)
        if self.does(who, actions.let_in, person_id=self.people[other].person_id):
            self.model.let_in.add(other)

    @rule(who=ours, other=theirs)
    def keep_out(self, who, other):
        """It works at once, for whoever took it on too."""
        other = self.named(other)
        reader = queries.reader(self.row(), self.people[other].person_id)
        assert (reader is not None) is (other in self.model.let_in)
        if reader and self.does(who, actions.keep_out, reader_id=reader.id):
            self.model.let_in.remove(other)
            if self.model.had == self.model.holder == other:
                self.model.had = "imani"
            if self.model.holder == other:
                self.model.holder, self.model.taken = self.model.had, False

    @rule(level=st.sampled_from(list(Level)))
    def set_level(self, level, first=False):
        make.set_level(db.session.get_one(Group, self.group_id), Area.SUPPORT, level)
        if not first:
            self.model.level = level

    # At the host

    @rule(who=theirs, asks=st.booleans(), fresh=st.sampled_from((True, True, True, False)))
    def reply(self, who, asks, fresh):
        seen = self.row().moved_at.isoformat() if fresh else "before"
        why = "Something came in" if not fresh else "closed this one" if self.model.closed else ""
        if self.does(who, actions.reply, why, words="Here", seen=seen, asks=asks):
            self.model.settle("kept")
            self.model.asks, self.model.outside = asks, None
            self.model.wake()
            if not self.model.taken:
                self.model.holder, self.model.taken = self.named(who), True

    @rule(who=theirs, ahead=days)
    def say_sorry(self, who, ahead):
        day = clock.today() + timedelta(days=ahead)
        why = "Nothing is promised" if self.model.open is None else "still to come" if ahead <= 0 else ""
        if self.does(who, actions.say_sorry, why, words="Sorry", due_on=day):
            self.model.settle("replaced")
            self.model.promises.append([day, "open"])
            self.model.wake()

    @rule(who=theirs, ahead=days)
    def snooze(self, who, ahead):
        until = clock.today() + timedelta(days=ahead)
        if self.does(who, actions.snooze, "still to come" if ahead <= 0 else "", until=until, reason="Then"):
            if self.model.open and until > self.model.open[0]:
                self.model.later = until
            else:
                self.model.snoozed = until

    @rule(who=theirs)
    def wake_up(self, who):
        if self.does(who, actions.wake_up):
            self.model.wake()

    @rule(who=theirs, named=st.sampled_from(("the council", None)))
    def pass_to(self, who, named):
        if self.does(who, actions.pass_to, with_whom=named):
            self.model.outside = named

    @rule(who=theirs)
    def take(self, who):
        who = self.named(who)
        taken = self.model.taken and self.model.holder != who
        if self.does(who, actions.take, "is on it already" if taken else ""):
            self.model.holder, self.model.taken = who, True

    @rule(who=theirs)
    def put_back(self, who):
        """It is theirs again who had it."""
        if self.does(who, actions.put_back) and self.model.holder == self.named(who):
            self.model.holder, self.model.taken = self.model.had, False

    @rule(who=theirs, other=theirs)
    def hand_over(self, who, other):
        """As the group has set it: never, after a yes, told, or listed."""
        who, other = self.named(who), self.named(other)
        group = db.session.get_one(Group, self.group_id)
        act = functools.partial(actions.hand_over, person_id=self.people[other].person_id)
        if who == "glyn" or not self.model.reads(who) or self.model.level is Level.ONLY_US:
            with pytest.raises(Refused):
                act(self.people[who], group, self.id)
        elif self.model.level is Level.ASK_FIRST:
            organisers_read = self.model.shared or self.model.asker in {"marsha", "joe"}
            with pytest.raises(Proposed if organisers_read else Mistake):
                act(self.people[who], group, self.id)
        else:
            act(self.people[who], group, self.id)
            self.model.holder, self.model.taken, self.model.had = other, True, other

    @rule(days=st.integers(1, 5), hours=st.sampled_from((0, 0, 0, -3)))
    def time_goes_by(self, days, hours):
        """Nothing comes of it; a clock that is put back neither."""
        self.clock.shift(timedelta(hours=hours) if hours else timedelta(days=days))

    # What must hold after every step

    @invariant()
    def holds(self):
        if not hasattr(self, "model"):
            return
        request, model = self.row(), self.model
        assert promises_of(request) == [tuple(one) for one in model.promises]
        assert [how for _, how in promises_of(request)].count("open") == int(model.open is not None)
        assert request.due_on == (model.open[0] if model.open else NOTHING_DUE)
        assert (request.later_until, request.snoozed_until) == (model.later, model.snoozed)
        assert state_of(request, clock.today()) is model.state(clock.today())
        for who, by in self.people.items():
            whole = (
                queries.thread_at_host(self.number, by) if who in HOST else queries.thread(self.number, by, self.group_id)
            )
            assert (whole is not None) is model.reads(who), who
        assert queries.thread_at_host(self.number, self.people["bea"]) is None


def promises_of(request: Request) -> list[tuple[date, str]]:
    rows = db.session.scalars(
        sa.select(ReplyPromise).where(ReplyPromise.request_id == request.id).order_by(ReplyPromise.id)
    )
    hows = ("kept", "replaced", "ended")
    return [
        (row.due_on, next((how for how in hows if getattr(row, f"{how}_at")), "open"))
        for row in rows
        if sum(getattr(row, f"{how}_at") is not None for how in hows) <= 1
    ]


@pytest.mark.sampled
def test_no_sequence_of_acts_loses_a_promise_or_lets_anyone_read(
    app, dialect, kettle, marsha, joe, bernie, imani, sefa, glyn
):
    people = {"marsha": marsha, "joe": joe, "bernie": bernie, "imani": imani, "sefa": sefa, "glyn": glyn}
    people["bea"] = make.actor(make.staff("Beatrix Lund", Role.TRUSTEE), Role.TRUSTEE)
    machine = type("OnThisDatabase", (Clock,), {"app": app, "people": people, "group_id": kettle.id})
    shape = settings(
        max_examples=RUNS[dialect],
        stateful_step_count=STEPS,
        deadline=None,
        derandomize=not SOAK,
        database=None,
        suppress_health_check=list(HealthCheck),
    )
    db.session.remove()
    run_state_machine_as_test(machine, settings=shape)
