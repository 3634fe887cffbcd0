"""Each figure equals what the log alone comes to: on the demo, on histories made up by Hypothesis, and case by case."""

from datetime import UTC, date, datetime, timedelta

import hypothesis.strategies as st
import pytest
import sqlalchemy as sa
import time_machine
from hypothesis import HealthCheck, given
from hypothesis import settings as runs

from portal.accountability import date_spans, figures, queries
from portal.accountability.date_spans import Span, chosen
from portal.activity.models import Entry
from portal.asks import actions as asks
from portal.autonomy import actions as autonomy
from portal.autonomy.areas import Area, Level
from portal.autonomy.door import Mistake, NotHere, Proposed, Refused
from portal.breakglass import actions as duties
from portal.contact import actions as contact
from portal.contact.jobs import let_go
from portal.core import clock, workdays
from portal.core.days import london_day
from portal.core.db import UtcDateTime, db
from portal.core.marks import mark
from portal.demo import seed
from portal.demo.accountability import past as past_requests
from portal.ledger import actions as ledger
from portal.ledger.models import Fund, JournalEntry
from portal.people.roles import Role
from portal.receipts import actions as receipts
from portal.receipts.models import Receipt
from portal.sharing import actions as sharing
from portal.sharing.models import Share
from portal.support import actions as support
from portal.support.models import Request, Wanted
from tests import demo as demos
from tests import make
from tests.accountability import again
from tests.accountability.conftest import MONDAY
from tests.installation import settings_for
from tests.soak import times

pytestmark = pytest.mark.slow

SURVEY = {"title": "Survey", "purpose": "For the council", "gets": "A page", "sees": "Imani", "minutes": 4}
EXAMPLES = {"sqlite": times(15, 600), "postgresql": times(6, 200)}
BEFORE_EASTER = datetime(2026, 3, 23, 10, 0, tzinfo=UTC)  # summer time begins on the 29th, Good Friday is 3 April


def both(span: Span) -> tuple[dict, dict]:
    """The figures of a span as the pages have them, and as the log has them."""
    db.session.rollback()
    expected = again.figures(span.first, span.last, clock.now())
    found = figures.of(span)
    return {name: getattr(found, name) for name in expected}, expected


def three_dates() -> list[Span]:
    """Every choice of time as of today, a week ago and three weeks ago."""
    days = [clock.today() - timedelta(days=ago) for ago in (0, 7, 21)]
    return [chosen(name, day) for day in days for name in date_spans.CHOICES]


@pytest.fixture
def demo(installation, url, data_folder):
    """The demo as it is laid out, on either database."""
    with installation.open(
        settings_for(data_folder, PORTAL_DEMO="1", PORTAL_MAIL_URL="page:", PORTAL_DATABASE_URL=url)
    ) as app:
        seed.lay_out()
        yield app


@pytest.mark.parametrize("dialect", demos.ON)
def test_on_the_demo_every_figure_is_what_the_log_comes_to_at_three_dates(demo):
    for span in three_dates():
        found, expected = both(span)
        assert found == expected, span


@pytest.mark.parametrize("dialect", demos.ON)
def test_on_the_demo_every_list_is_the_same_a_few_at_a_time(demo, monkeypatch):
    looker = queries.Looker(make.actor(make.person("Imani Okafor"), Role.COORDINATOR, Role.FINANCE))
    for name in queries.LISTS:
        for span in three_dates()[: len(date_spans.CHOICES)]:
            monkeypatch.setattr(queries, "PAGE", 10_000)
            whole, few, page = queries.listed(name, span, looker).lines, [], None
            monkeypatch.setattr(queries, "PAGE", 3)
            while page is None or page.after:
                page = queries.listed(name, span, looker, page and page.after)
                few += page.lines
            assert few == whole, (name, span)


@pytest.mark.parametrize("dialect", demos.ON)
def test_in_the_demos_past_month_31_of_34_replies_came_by_the_promised_day(demo):
    found = figures.of(chosen("month", clock.today()))
    assert (found.kept, found.promised, found.late) == (31, 34, 3)


class History:
    """A host and a group that act, each act a little later than the last; what can't be done just then isn't."""

    ACTS = (
        *("ask", "say", "reply", "sorry", "close", "reopen", "later"),
        *("send", "question", "hold", "release", "mistaken", "change", "undo"),
        *("contact", "survey", "let_go", "show", "withdraw", "duty", "receive", "correct"),
    )

    def __init__(self, moved):
        self.moved = moved
        levels = {Area.RECEIPTS: Level.TELL_AFTER, Area.CONTACT: Level.TELL_AFTER}
        n = make.count()
        self.group = make.group(f"Group {n}", organisers=(f"Org{n}", f"Other{n}"), levels=levels)
        self.people = {"marsha": make.person(f"Org{n}")}
        self.requests: list[int] = []
        self.receipts: list[int] = []

    def __getattr__(self, name):
        """Someone, who proved themselves just now."""
        roles = {"imani": Role.COORDINATOR, "glyn": Role.FINANCE, "beatrix": Role.TRUSTEE}
        if name == "marsha":
            return make.actor(self.people["marsha"])
        if name in roles:
            return make.actor(make.person(name.title()), roles[name])
        raise AttributeError(name)

    def act(self, name: str, which: int, hours: int) -> None:
        self.moved.shift(timedelta(hours=hours, seconds=1))
        db.session.rollback()
        try:
            getattr(self, f"_{name}")(which)
        except (Mistake, NotHere, Proposed, Refused):
            db.session.rollback()

    def _request(self, which: int) -> Request:
        if not self.requests:
            self._ask(which)
        return db.session.get_one(Request, self.requests[which % len(self.requests)], populate_existing=True)

    def _receipt(self, which: int) -> int:
        if not self.receipts:
            self._send(which)
        return self.receipts[which % len(self.receipts)]

    def _ask(self, which: int) -> None:
        wanted = list(Wanted)[which % 3].key
        self.requests.append(support.ask(self.marsha, self.group, words="Can you help?", wanted=wanted, shared=True).id)

    def _say(self, which: int) -> None:
        support.say(self.marsha, self.group, self._request(which).id, words="And one more thing.")

    def _reply(self, which: int) -> None:
        request = self._request(which)
        support.reply(self.imani, self.group, request.id, words="Here is how.", seen=request.moved_at.isoformat())

    def _sorry(self, which: int) -> None:
        due_on = clock.today() + timedelta(days=1 + which % 6)
        support.say_sorry(self.imani, self.group, self._request(which).id, words="I’m sorry.", due_on=due_on)

    def _close(self, which: int) -> None:
        support.close(self.marsha, self.group, self._request(which).id)

    def _reopen(self, which: int) -> None:
        support.reopen(self.marsha, self.group, self._request(which).id)

    def _later(self, which: int) -> None:
        until = clock.today() + timedelta(days=9 + which)
        request = self._request(which)
        support.snooze(self.imani, self.group, request.id, until=until, reason="The council meets then.")
        support.answer_later(self.marsha, self.group, request.id, agreed=which % 3 > 0, seen=until.isoformat())

    def _send(self, which: int) -> None:
        facts = {
            "shop": "Bus",
            "amount_pence": 300 + make.count(),
            "spent_on": clock.today(),
            "no_picture_why": "It got lost",
        }
        made = receipts.declare(self.marsha, self.group, receipt_key=f"of-history-{make.count()}", **facts)
        self.receipts.append(made.id)

    def _question(self, which: int) -> None:
        receipts.ask(self.glyn, self.group, self._receipt(which), asks="what_for")

    def _hold(self, which: int) -> None:
        why = {"reason": "The payee isn’t known.", "releases": "A name."}
        receipts.hold(self.glyn, self.group, self._receipt(which), rule="F3", **why)

    def _release(self, which: int) -> None:
        receipts.release(self.glyn, self.group, self._receipt(which))

    def _mistaken(self, which: int) -> None:
        receipts.release(self.glyn, self.group, self._receipt(which), mistaken=True)

    def _change(self, which: int) -> None:
        receipts.describe(self.glyn, self.group, self._receipt(which), label=f"label {make.count()}")

    def _undo(self, which: int) -> None:
        told = sa.select(Entry.id).where(Entry.group_id == self.group.id, Entry.outcome == "allow_tell")
        found = db.session.scalars(told.order_by(Entry.id.desc()).limit(1 + which)).all()
        if found:
            autonomy.undo(self.marsha, self.group, found[-1], keep="before")

    def _contact(self, which: int) -> None:
        level = (Level.TELL_AFTER, Level.ASK_FIRST, Level.YOU_DO)[which % 3]
        make.set_level(self.group, Area.CONTACT, level)
        contact.ask(self.imani, self.group, about="The fair", over_why="It is on Saturday.")

    def _survey(self, which: int) -> None:
        level = (Level.TELL_AFTER, Level.ASK_FIRST, Level.YOU_DO)[which % 3]
        make.set_level(self.group, Area.CONTACT, level)
        ask = asks.draft(self.imani, questions=["How many come?"], **SURVEY)
        asks.begin(self.imani, None, ask.id)
        put = {"ask_id": ask.id, "about": SURVEY["title"], "minutes": SURVEY["minutes"]}
        asks.send(self.imani, self.group, **put, over_why="The council decides on Friday.")

    def _show(self, which: int) -> None:
        level = (Level.TELL_AFTER, Level.YOU_DO, Level.ONLY_US)[which % 3]
        make.set_level(self.group, Area.VISIBILITY, level)
        sharing.write_summary(self.marsha, self.group, words="Tea.")
        sharing.approve_summary(self.marsha, self.group, mark_of_words=mark("Tea."))
        until_on = clock.today() + timedelta(days=30)
        who = {"audience": "anyone", "who": None, "purpose": "To be found", "until_on": until_on}
        sharing.share_summary(self.imani, self.group, words="Tea.", **who)

    def _withdraw(self, which: int) -> None:
        newest = sa.select(Share.id).where(Share.group_id == self.group.id).order_by(Share.id.desc())
        if found := db.session.scalar(newest.limit(1)):
            sharing.withdraw(self.imani if which % 3 == 2 else self.marsha, self.group, found)

    def _let_go(self, which: int) -> None:
        let_go()

    def _duty(self, which: int) -> None:
        number = receipt_number(self._receipt(which))
        facts = {
            "duty": "F9",
            "act": "view",
            "reason": "The tax office asks.",
            "hours": 6,
            "danger_to_life": which % 4 == 3,
        }
        if which % 2:
            facts |= {"delay": "danger", "delay_days": 3}
        glass = duties.ask(self.imani, self.group, things=f"R{number}", **facts)
        duties.allow(self.beatrix, self.group, glass.id)

    def _receive(self, which: int) -> None:
        fund = make_fund(self.glyn, self.group)
        source = ("grant", "donation")[which % 2]
        ledger.receive(self.glyn, self.group, fund, source=source, pence=1000 + which * 333, on=clock.today(), words="In")

    def _correct(self, which: int) -> None:
        newest = sa.select(JournalEntry.id).where(JournalEntry.group_id == self.group.id).order_by(JournalEntry.id.desc())
        if found := db.session.scalar(newest.limit(1)):
            ledger.correct(self.glyn, self.group, found, words="It was twice in the books.")


def receipt_number(receipt_id: int) -> int:
    return db.session.get_one(Receipt, receipt_id).number


def make_fund(glyn, group) -> int:
    found = db.session.scalar(sa.select(Fund.id).where(Fund.group_id == group.id))
    if found is None:
        binds = {"restriction": "unrestricted", "basis": "part", "fee_basis_points": 500}
        found = ledger.open_fund(glyn, group, name="Grant", **binds).id
    return found


@pytest.mark.sampled
def test_on_any_history_every_figure_is_what_the_log_comes_to_at_three_dates(app, dialect):
    for name, role in (("Imani", Role.COORDINATOR), ("Glyn", Role.FINANCE), ("Beatrix", Role.TRUSTEE)):
        make.staff(name, role)
    acts = st.tuples(st.sampled_from(History.ACTS), st.integers(0, 6), st.sampled_from((0, 1, 5, 14, 24, 50, 90)))

    @runs(max_examples=EXAMPLES[dialect], deadline=None, suppress_health_check=list(HealthCheck), database=None)
    @given(st.lists(acts, min_size=10, max_size=40))
    def holds(history):
        with time_machine.travel(BEFORE_EASTER, tick=False) as moved:
            made = History(moved)
            for act in history:
                made.act(*act)
            today = clock.today()
            for last in (today, today - timedelta(days=3), today - timedelta(days=11)):
                for span in (Span(last - timedelta(days=6), last), Span(last - timedelta(days=90), last)):
                    found, expected = both(span)
                    assert found == expected, (span, history)

    holds()


def test_where_everything_happened_once_every_figure_is_what_the_log_comes_to(much, time):
    """A payment the bank settled, a hold that was a mistake, a change undone, a duty, a question that waited, a grant."""
    for days in (0, 1, 12):
        time.move_to(MONDAY + timedelta(days=3 + days))
        for span in three_dates():
            found, expected = both(span)
            assert found == expected, span
    whole, _ = both(chosen("month", clock.today()))
    assert [name for name, figure in whole.items() if not figure] == ["half_replied"]  # the same working day
    assert (whole["kept"], whole["late"], whole["paid"], whole["half_paid"]) == (1, 2, 1, 3)


def test_an_ask_counts_as_one_however_it_was_put_and_as_held_by_its_own_row(walkers, time, imani):
    lead = make.actor(imani, Role.COORDINATOR)
    make.set_level(walkers, Area.CONTACT, Level.YOU_DO)
    contact.ask(lead, walkers, about="The boots")
    for hours in (0, 11):  # the second one out of hours
        time.move_to(MONDAY + timedelta(hours=hours))
        ask = asks.draft(lead, questions=["How many come?"], **SURVEY)
        asks.begin(lead, None, ask.id)
        asks.send(lead, walkers, ask_id=ask.id, about=ask.title, minutes=4, over_why="It is for Friday.")
    found, expected = both(chosen("month", clock.today()))
    assert (found["asks"], found["waited"]) == (expected["asks"], expected["waited"]) == (3, 1)
    looker = queries.Looker(lead)
    (line,) = queries.listed("waited", chosen("month", clock.today()), looker).lines
    assert (line.ref, line.goes) == (ask.ref, ("asks.show", {"number": ask.number}))
    assert line.fact == "It waited for the group’s hours, or for its rest to end."


def test_what_the_group_withdraws_of_staffs_is_undone_and_what_leaves_is_no_change(walkers, time, imani):
    lead, sam = make.actor(imani, Role.COORDINATOR), make.actor(make.person("Sam"))
    for area in (Area.VISIBILITY, Area.CONTACT):
        make.set_level(walkers, area, Level.TELL_AFTER)
    sharing.write_summary(sam, walkers, words="Tea.")
    sharing.approve_summary(sam, walkers, mark_of_words=mark("Tea."))
    until_on = clock.today() + timedelta(days=30)
    who = {"audience": "anyone", "who": None, "purpose": "To be found", "until_on": until_on}
    one = sharing.share_summary(lead, walkers, words="Tea.", **who)
    ref = one.ref
    sharing.withdraw(sam, walkers, one.id)
    time.move_to(MONDAY + timedelta(hours=11))
    contact.ask(lead, walkers, about="The boots")
    time.move_to(MONDAY + timedelta(days=1))
    let_go()
    found, expected = both(chosen("month", clock.today()))
    assert (found["undone"], found["told"]) == (expected["undone"], expected["told"]) == (1, 2)
    (line,) = queries.listed("undone", chosen("month", clock.today()), queries.Looker(lead)).lines
    assert line.ref == ref


def test_what_was_once_counted_is_counted_the_same_ever_after(much, time):
    before = {span: figures.of(span) for span in three_dates()}
    time.shift(timedelta(days=40))
    assert {span: figures.of(span) for span in before} == before


EDGES = [datetime(2026, 3, 29, 1), datetime(2026, 10, 25, 1), datetime(2026, 6, 1, 23), datetime(2026, 12, 31, 23, 59, 59)]


def test_the_database_knows_the_day_in_london(app):
    """To the second, where summer time begins and ends, and at any other moment."""
    with db.engine.connect() as connection:

        def same(moment: datetime) -> None:
            column = sa.literal(moment.replace(tzinfo=UTC), UtcDateTime())
            day = clock.in_london(moment.replace(tzinfo=UTC)).date()
            assert connection.scalar(sa.select(london_day(column))) == day, moment

        for edge in EDGES:
            for seconds in (-3601, -1, 0, 1, 3600):
                same(edge + timedelta(seconds=seconds))
        given(st.datetimes(datetime(2000, 1, 1), datetime(2037, 12, 31)))(same)()


@given(st.dates(date(2020, 1, 1), date(2030, 1, 1)), st.integers(0, 30))
def test_working_days_between_are_those_counted_on(start, count):
    assert workdays.between(start, workdays.after(start, count)) == count
    assert workdays.between(start, start - timedelta(days=3)) == 0


def test_the_demos_past_is_over_on_whatever_day_it_is_laid_out():
    """Over Christmas and Easter too, where few days are working days; and each was answered by its day, or with a sorry."""
    within = dict(zip(Wanted, (1, 3, 10), strict=True))
    for n in range(3 * 366):
        today = date(2026, 1, 1) + timedelta(days=n)
        for past in past_requests():
            asked = today - timedelta(days=past.days_ago)
            assert chosen("month", today).first <= asked
            assert workdays.after(asked, past.took) <= today - timedelta(days=2), (today, past)
            assert bool(past.sorry) == (past.took > within[past.wanted])
