"""At the same moment, in one request: nobody's words are lost, both see what happened, and there is one state and at most
one promise. Each pair many times: with threads on both databases, and by two browsers against a running portal."""

import http.client
import itertools
import re
import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from html import unescape
from urllib.parse import urlencode

import pytest
import sqlalchemy as sa

from portal.autonomy.areas import Area, Level
from portal.autonomy.door import Mistake
from portal.core import clock
from portal.core.db import db
from portal.people import session
from portal.people.models import Device, Group
from portal.people.roles import Role
from portal.support import actions
from portal.support.models import NOTHING_DUE, Message, ReplyPromise, Request
from portal.support.states import State, state_of
from tests import make
from tests.server import running
from tests.soak import times

pytestmark = pytest.mark.slow

TIMES = times(15, 500)  # each pair
OVER_HTTP = times(4, 50)  # each pair, by two browsers
_count = itertools.count(1)

PAIRS = (
    ("take", "take"),
    ("reply", "say"),
    ("reply", "reply"),
    ("reply", "close"),
    ("close", "say"),
    ("close", "close"),
    ("answer_later", "snooze"),
    ("say", "say"),
)


def some(of: str) -> str:
    """Words that nobody wrote before."""
    return f"{of} {next(_count)} words"


class Act:
    """One side of a race: who does what, with the words they wrote; and what they were told where it wasn't done."""

    def __init__(self, name: str, by, request: Request, row: int):
        self.name, self.by, self.id, self.group_id = name, by, row, request.group_id
        self.words = some(name) if name in {"reply", "say", "close"} else ""
        self.seen = request.moved_at.isoformat()
        self.later = request.later_until.isoformat() if request.later_until else ""
        self.told = ""

    def __call__(self) -> None:
        group = db.session.get_one(Group, self.group_id)
        day = clock.today() + timedelta(days=90)
        facts: dict = {
            "take": {},
            "reply": {"words": self.words, "seen": self.seen},
            "say": {"words": self.words},
            "close": {"learned": self.words},
            "answer_later": {"agreed": True, "seen": self.later},
            "snooze": {"until": day, "reason": "Another day still."},
        }[self.name]
        try:
            getattr(actions, self.name)(self.by, group, self.id, **facts)
        except Mistake as mistake:
            self.told = str(mistake)


def at_once(app, acts: list[Act]) -> None:
    """Each in a thread and a connection of its own, let go at one moment."""
    db.session.rollback()
    ready = threading.Barrier(len(acts))

    def run(act: Act) -> None:
        with app.app_context():
            try:
                db.session.execute(sa.text("SELECT 1"))
                db.session.rollback()
                ready.wait()
                act()
            finally:
                db.session.remove()

    with ThreadPoolExecutor(len(acts)) as threads:
        list(threads.map(run, acts))


def check_promise(request: Request) -> None:
    """One promise at most is open, and just as the request says; every one ended once."""
    rows = db.session.scalars(sa.select(ReplyPromise).where(ReplyPromise.request_id == request.id)).all()
    open_days = [row.due_on for row in rows if not (row.kept_at or row.replaced_at or row.ended_at)]
    assert all(bool(row.kept_at) + bool(row.replaced_at) + bool(row.ended_at) <= 1 for row in rows)
    waits = request.closed_at is None and (request.answered_at is None or request.answered_at < request.moved_at)
    assert open_days == ([request.due_on] if waits else [])
    assert (request.due_on == NOTHING_DUE) is not waits


def written(request_id: int) -> list[str | None]:
    found = sa.select(Message.words).where(Message.request_id == request_id).order_by(Message.id)
    return list(db.session.scalars(found))


def check_one_outcome(pair: tuple[str, str], request: Request, told: list[str], first_words: str, mine: list[str]) -> None:
    """What two acts at once may come to: `told` says for each why it wasn't done, or nothing. `mine`: the words of each."""
    state = state_of(request, clock.today())
    there = written(request.id)
    assert there[0] == first_words
    for name, why, words in zip(pair, told, mine, strict=True):
        if name == "close":
            assert words in (request.learned or "").split("\n")
        elif words:
            assert (words in there) is not bool(why)
            assert there.count(words) <= 1
    done = [not why for why in told]
    check_promise(request)
    if pair == ("take", "take"):
        assert sorted(done) == [False, True]
        assert request.taken_at
        assert any("is on it already" in why for why in told)
    elif pair == ("reply", "say"):
        assert done[1]
        assert state is (State.ON_IT if done[0] else State.NEW)
    elif pair == ("reply", "reply"):
        assert sorted(done) == [False, True]
        assert state is State.ANSWERED
    elif pair == ("reply", "close"):
        assert done[1]
        assert state is State.CLOSED
    elif pair == ("close", "say"):
        assert all(done)
        assert state in {State.CLOSED, State.NEW}
    elif pair == ("close", "close"):
        assert all(done)
        assert state is State.CLOSED
        assert len(request.learned.split("\n")) == 2
    elif pair == ("answer_later", "snooze"):
        check_later(request, done)
    else:
        assert all(done)
        assert state is State.NEW
    if "reply" in pair and not all(done):
        assert any("Something came in while you wrote" in why for why in told)


def check_later(request: Request, done: list[bool]) -> None:
    """A yes moves the promise to the day that was seen; one to a day nobody had seen moves nothing."""
    in_days = (request.due_on - clock.today()).days
    assert done[1]
    assert (in_days == 40) is done[0]
    assert (request.later_until - clock.today()).days == 90


@pytest.fixture
def at_the_host(kettle, imani, sefa, marsha, joe):
    """Everyone reads every request, so that everything is allowed that can meet."""
    make.set_level(kettle, Area.SUPPORT, Level.YOU_DO)
    return {"take": (imani, sefa), "reply": (imani, sefa), "snooze": (imani, sefa), "ours": (marsha, joe)}


@pytest.mark.parametrize("pair", PAIRS, ids=" and ".join)
def test_two_at_once_lose_no_words_and_leave_one_state(app, kettle, at_the_host, marsha, imani, pair):
    seen = set()
    for n in range(TIMES):
        first = some("asked")
        made = actions.ask(marsha, kettle, words=first, shared=True).id
        if "answer_later" in pair:
            later = clock.today() + timedelta(days=40)
            actions.snooze(imani, kettle, made, until=later, reason="The council meets then.")
        request = db.session.get_one(Request, made, populate_existing=True)
        acts = [Act(name, at_the_host.get(name, at_the_host["ours"])[i], request, made) for i, name in enumerate(pair)]
        at_once(app, acts if n % 2 else acts[::-1])
        request = db.session.get_one(Request, made, populate_existing=True)
        told = [act.told for act in acts]
        check_one_outcome(pair, request, told, first, [act.words for act in acts])
        seen.add((tuple(bool(why) for why in told), state_of(request, clock.today())))
        db.session.rollback()
    if pair in {("reply", "say"), ("reply", "reply"), ("reply", "close"), ("close", "say"), ("take", "take")}:
        assert len(seen) > 1 or pair[0] == pair[1]  # both orders really happened


class Browser:
    """Someone signed in to a running portal, with a connection of their own."""

    def __init__(self, server, cookie: str):
        self.line = http.client.HTTPConnection("127.0.0.1", server.port, timeout=30)
        self.cookie = cookie

    def ask(self, method: str, path: str, **facts) -> tuple[int, str]:
        headers = {"Cookie": self.cookie, "Sec-Fetch-Site": "same-origin"}
        headers |= {"Content-Type": "application/x-www-form-urlencoded"} if method == "POST" else {}
        self.line.request(method, path, urlencode(facts) if facts else None, headers)
        answer = self.line.getresponse()
        return answer.status, unescape(answer.read().decode())


@pytest.fixture
def served(app, url, dialect, at_the_host, tmp_path, settings):
    """The portal served for real on this test's own database, and everyone's browser."""
    db.session.rollback()
    where = {"PORTAL_DATABASE_URL": url} if url else {}
    known = {"PORTAL_SECRET": settings.PORTAL_SECRET, "PORTAL_MAIL_URL": "smtp://127.0.0.1:1"}
    with running(settings.data, demo=False, workers=2, **where, **known) as server:
        yield lambda by: Browser(server, signed_in(app, by))


def signed_in(app, by) -> str:
    token, now = session.new_token(), clock.now()
    facts = {"token_hash": session.hashed(token), "label": "Tests", "proved_at": now, "second_factor_at": now}
    db.session.add(Device(person_id=by.person_id, expires_at=now + session.ORGANISER_LONGEST, **facts))
    db.session.commit()
    with app.test_request_context():
        return f"{session.cookie_name()}={session._signer().sign(token).decode()}"


GROUPS = "/g/tuesday-kettle/support"
PATHS = {
    "take": "/host/requests/{}/taking",
    "reply": "/host/requests/{}/replies",
    "snooze": "/host/requests/{}/snooze",
    "say": f"{GROUPS}/{{}}/messages",
    "close": f"{GROUPS}/{{}}/closing",
    "answer_later": f"{GROUPS}/{{}}/later",
}


def on_form(page: str, action: str) -> dict[str, str]:
    """The hidden fields of one form of a page."""
    form = re.search(rf'<form[^>]*action="{re.escape(action)}[^>]*>(.*?)</form>', page, re.DOTALL)[1]
    return dict(re.findall(r'<input type="hidden" name="(\w+)" value="([^"]*)">', form))


def form_of(browser: Browser, name: str, number: int, words: str) -> Callable[[], tuple[int, str]]:
    """The form as it stands on the page this person has open, filled in."""
    path = PATHS[name].format(number)
    page = f"/host/requests/{number}" if path.startswith("/host") else f"{GROUPS}/{number}"
    status, text = browser.ask("GET", page)
    assert status == 200
    day = (clock.today() + timedelta(days=90)).isoformat()
    facts = {
        "reply": {"words": words},
        "say": {"words": words},
        "close": {"learned": words, "came_of": ""},
        "answer_later": {"agreed": "y"},
        "snooze": {"until": day, "reason": "Another day still."},
    }.get(name, {})
    facts |= on_form(text, path)
    return lambda: browser.ask("POST", path, **facts)


def test_two_browsers_at_once_each_see_what_happened(served, kettle, at_the_host, marsha, imani):
    for pair in PAIRS:
        people = [at_the_host.get(name, at_the_host["ours"])[i] for i, name in enumerate(pair)]
        browsers = [served(by) for by in people]
        for _ in range(OVER_HTTP):
            race(pair, people, browsers, kettle, marsha, imani)
        for browser in browsers:
            browser.line.close()


def race(pair, people, browsers, kettle, marsha, imani) -> None:
    """One request, and both forms of it sent at once."""
    first = some("asked")
    made = actions.ask(marsha, kettle, words=first, shared=True)
    mine = [some(name) if name in {"reply", "say", "close"} else "" for name in pair]
    if "answer_later" in pair:
        later = clock.today() + timedelta(days=40)
        actions.snooze(imani, kettle, made.id, until=later, reason="The council meets then.")
    db.session.rollback()
    sends = [form_of(*told, made.number, words) for *told, words in zip(browsers, pair, mine, strict=True)]
    with ThreadPoolExecutor(2) as threads:
        answers = list(threads.map(lambda send: send(), sends))
    assert {status for status, _ in answers} <= {303, 422}
    request = db.session.get_one(Request, made.id, populate_existing=True)
    why = [text if status == 422 else "" for status, text in answers]
    check_one_outcome(pair, request, why, first, mine)
    for (status, text), words in zip(answers, mine, strict=True):
        if status == 422 and words:  # still in the writer’s form, beside the sentence
            assert words in re.search(r"<textarea[^>]*>([^<]*)</textarea>", text)[1]
    see_what_happened(browsers, people, made.number, request)


def see_what_happened(browsers: list[Browser], people: list, number: int, request: Request) -> None:
    """Both, on their own page, read every word there is."""
    there = [words or "" for words in (*written(request.id), *(request.learned or "").split("\n"))]
    state = state_of(request, clock.today())
    db.session.rollback()  # this process holds nothing that is in the portal’s way
    for browser, by in zip(browsers, people, strict=True):
        on_host = bool(by.roles & {Role.COORDINATOR})
        _, text = browser.ask("GET", f"/host/requests/{number}" if on_host else f"{GROUPS}/{number}")
        assert [words for words in there if words not in text] == []
        assert (state.words if on_host else state.ours) in text
