"""Requests: our list and thread beside django-helpdesk's, and how much ours cost when there are ten times as many."""

import re
import tempfile
from datetime import date, datetime, timedelta
from html import unescape
from pathlib import Path

import sqlalchemy as sa

from portal.app import create_app
from portal.autonomy.areas import Area, Level
from portal.core import clock, migrate, wall
from portal.core.counters import Counter
from portal.core.db import db
from portal.people.models import Group, Person
from portal.people.roles import Role
from portal.people.session import cookie_name
from portal.support import queries
from portal.support.models import Look, Message, ReplyBy, ReplyPromise, Request, Wanted
from tests import make
from tests.bench import helpdesk
from tests.bench.served import Browser
from tests.bench.timing import base, cost, costs, faster, within
from tests.bench.told import FEW, GROUPS, MANY, MESSAGES, ONE, OTHER, Told, told
from tests.client import Client
from tests.installation import settings_for
from tests.server import running

WORDS = "INSERT INTO request_words (word, request_id, group_id) VALUES (?, ?, ?)"  # millions: too many to go by the model
TURN = 20  # pages before it's the other's turn: waking a server that slept costs either as much as a page of ours
SOME, TEN_TIMES = 10_000, 100_000
LIST, THREAD = "/host/requests/?view=all", "/host/requests/{}?view=all"
ROW = re.compile(r'<li>\s*<a href="/host/requests/\d+\?')
SETTINGS = {"PORTAL_SECRET": "a secret for a measurement, long enough", "PORTAL_MAIL_URL": "smtp://127.0.0.1:1"}
COORDINATORS = ("Robin", "Ida", "Sol", "Bea", "Noor")


def measure() -> bool:
    """Print the ratios. Whether each is as it should be."""
    with tempfile.TemporaryDirectory() as name:
        data = Path(name) / "data"
        data.mkdir()
        app = create_app(settings_for(data, **SETTINGS))
        with app.app_context():
            migrate.upgrade()
            everyone = people()
            lay(everyone, 1, SOME)
            client = Client(app).as_(everyone[COORDINATORS[0]])
            with app.test_request_context():
                kept = client.get_cookie(cookie_name())
            assert kept
            with running(data, demo=False, workers=2, **SETTINGS) as server:
                ours = Browser(server.port, f"{kept.key}={kept.value}", server.parts["serve"].pid)
                with helpdesk.running(Path(name) / "desk", list(told(1, SOME, SOME)), server) as theirs:
                    held = beside_helpdesk(ours, theirs)
            few = cost(lambda: client.get(LIST), times=5)
            lay(everyone, SOME + 1, TEN_TIMES)
            return ten_times(client, few) and held


def beside_helpdesk(ours: Browser, theirs: Browser) -> bool:
    """By the CPU time of both servers, in turns: the list until its rows are there, then a thread. Whether both aims hold.

    What no aim is set for: a thread read for the first time that day, which puts a line in the group's log.
    """
    first = next(told(1, 1, SOME))
    rows = helpdesk.tickets(theirs)
    assert len(rows) == helpdesk.ROWS, "their rows aren’t there"
    assert rows[0]["title"] == first.gist, "their rows say something else"
    assert len(ROW.findall(ours.get(LIST))) == queries.PAGE, "our rows aren’t there"
    for page in (ours.get(THREAD.format(1)), helpdesk.ticket(theirs, 1)):
        for said in first.said:
            assert all(sentence in unescape(page) for sentence in said.words.split("\n")), "the words aren’t there"
    for _ in range(10):  # so that every process of both has done it before
        ours.get(THREAD.format(1))
        helpdesk.ticket(theirs, 1)
    clocks = {"clock": lambda: ours.cpu() + theirs.cpu()}
    mine, other = costs(lambda: ours.get(LIST), lambda: helpdesk.tickets(theirs), times=TURN, **clocks)
    base(f"django-helpdesk’s list of {SOME:,}, with its rows", other)
    held = faster("ours", mine, other, 30)
    again, other = costs(
        lambda: ours.get(THREAD.format(1)),
        lambda: helpdesk.ticket(theirs, 1),
        times=TURN,
        **clocks,
    )
    base("django-helpdesk’s thread of three", other)
    held = faster("ours", again, other, 6) and held
    unread = iter(range(2, SOME, 7))
    (fresh,) = costs(lambda: ours.get(THREAD.format(next(unread))), times=TURN, **clocks)  # by itself: it writes
    base("ours, read for the first time that day", fresh)
    return held


def ten_times(client: Client, few: float) -> bool:
    """By CPU time, with ten times the requests: the list, its deepest page, searches. `few`: what the list cost before."""
    last = db.session.execute(
        sa.select(Request.due_on, Request.id)
        .order_by(Request.due_on.desc(), Request.id.desc())
        .limit(1)
        .offset(queries.PAGE)
    ).one()
    db.session.remove()
    word = next(told(TEN_TIMES // 2, TEN_TIMES // 2, TEN_TIMES)).word
    pages = {  # and how many rows each shows
        LIST: queries.PAGE,
        f"{LIST}&after={last.due_on}_{last.id}": queries.PAGE,
        f"{LIST}&q={word}": FEW,
        f"{LIST}&q={MANY}": queries.PAGE,
        f"{LIST}&q={MANY}&after={queries.PAGE * 3}": queries.PAGE,
        f"{LIST}&q=statement+coins": 0,
    }
    for page, rows in pages.items():
        assert len(ROW.findall(client.get(page).text)) == rows, page
    many, deepest, *found = costs(*(lambda page=page: client.get(page) for page in pages), times=3)
    base(f"the list of {SOME:,} requests", few)
    held = within(f"the same with {TEN_TIMES:,}", many, few, 1.3)
    held = within("its deepest page", deepest, many, 1.5) and held
    searches = (
        f"a search for what {FEW} have",
        "for what half of them have",
        "its deepest page",
        "for what none has whole",
    )
    for name, seconds in zip(searches, found, strict=True):
        held = within(name, seconds, many, 1.5) and held
    return held


def people() -> dict[str, Person]:
    """The host's coordinators, and two organisers of groups that all let the host look after their requests."""
    made = {name: make.staff(name, Role.COORDINATOR) for name in COORDINATORS}
    for name in GROUPS:
        make.group(name, organisers=(ONE, OTHER), levels={Area.SUPPORT: Level.YOU_DO})
    return made | {name: make.person(name) for name in (ONE, OTHER)}


def lay(everyone: dict[str, Person], first: int, last: int) -> None:
    """Requests `first` to `last`, all open and taken on, a reply promised; none due, none put off, none held: the most
    there is to look through for the views that stay empty."""
    groups = {group.slug: group.id for group in db.session.scalars(sa.select(Group))}
    of_group: dict[int, list[Told]] = {}
    for one in told(first, last, last):
        of_group.setdefault(groups[one.slug], []).append(one)
    ids = {name: person.id for name, person in everyone.items()}
    for group_id, theirs in of_group.items():
        with wall.opened(group_id):
            for model, rows in _rows(theirs, group_id, ids).items():
                db.session.execute(sa.insert(model.__table__), rows)
            words = sorted((word, one.number, group_id) for one in theirs for word in one.words)
            db.session.connection().exec_driver_sql(WORDS, words)
        db.session.commit()
    _count_on(last)


def _rows(theirs: list[Told], group_id: int, ids: dict[str, int]) -> dict[type, list[dict]]:
    own, yesterday = {"group_id": group_id}, clock.now() - timedelta(days=1)
    rows: dict[type, list[dict]] = {model: [] for model in (Request, Message, ReplyPromise, Look)}
    for one in theirs:
        number, due_on = one.number, date.fromisoformat(one.due[:10])
        times = [datetime.fromisoformat(said.at) for said in one.said]
        of = own | {"request_id": number}
        rows[Request].append(
            own
            | {
                "id": number,
                "number": number,
                "added_at": times[0],
                "added_by": ids[one.by],
                "by_host": False,
                "wanted": Wanted.SOON.key,
                "reply_by": ReplyBy.HERE,
                "shared": True,
                "gist": one.gist,
                "holder_id": ids[COORDINATORS[number % len(COORDINATORS)]],
                "taken_at": times[1],
                "answered_at": times[1],
                "moved_at": times[-1],
                "due_on": due_on,
            }
        )
        rows[ReplyPromise].append(of | {"made_at": times[-1], "due_on": due_on})
        rows[Look].append(of | {"person_id": ids[COORDINATORS[0]], "read_at": yesterday})
        for said, at in zip(one.said, times, strict=True):
            by = ids[COORDINATORS[number % len(COORDINATORS)] if said.by_host else one.by]
            facts = {"added_at": at, "added_by": by, "by_host": said.by_host, "by_mail": False, "words": said.words}
            rows[Message].append(of | facts)
    return rows


def _count_on(last: int) -> None:
    """The next request that somebody makes has the next number."""
    counter = db.session.scalar(sa.select(Counter).where(Counter.name == "request"))
    if counter is None:
        counter = Counter(name="request", value=last)
        db.session.add(counter)
    counter.value = last
    db.session.commit()
    held = sa.select(sa.func.count()).select_from
    assert db.session.scalar(held(Request)) == last
    assert db.session.scalar(held(Message)) == last * MESSAGES
    db.session.remove()
