"""What is said in a request stays in it. Unique words are planted wherever someone can write; then everything else there
is gets looked through for them: every table, file, log line, mail, address, header, title and page of anybody else."""

import io
import logging
import re
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from html import unescape
from urllib.parse import urljoin, urlsplit

import pytest
import sqlalchemy as sa
import time_machine

from portal.autonomy.areas import Area, Level
from portal.core import clock, jobs, logs, wall
from portal.core.db import db
from portal.notices.jobs import send
from portal.people.roles import Role
from portal.support.models import Request
from tests import make
from tests.client import Client, words
from tests.smtp import listening

pytestmark = pytest.mark.slow

KETTLE, DESK = "/g/tuesday-kettle/support", "/host/requests"
# Each word, and the tables it may stand in: messages and what lists and finds them; a phone number and the host's reasons
# on the request itself; what isn't sent, in its writer's draft.
SAID = {"messages", "request_words"}
FIRST = SAID | {"requests"}
PLANTED = {
    "plantedasked": FIRST,
    "plantedphone": {"requests"},
    "plantedmore": SAID,
    "plantedreply": SAID,
    "plantedreason": {"requests"},
    "plantedlater": {"requests"},
    "plantedsorry": SAID,
    "plantedcouncil": {"requests"},
    "plantedlearned": {"requests"},
    "plantedhelper": FIRST,
    "planteddraft": {"request_drafts"},
    "plantedrefused": set(),
    "plantedlost": set(),
    "plantedtoolong": set(),
    "plantedagain": set(),
    "plantedbroken": set(),
}
ANYONES = ("/healthz", "/readyz", "/talk", "/sign-in", "/demo/mail")


@pytest.fixture(autouse=True)
def by_day():
    """A Monday morning, when mail may leave."""
    with time_machine.travel(datetime(2026, 11, 23, 10, 0, tzinfo=UTC)) as moved:
        yield moved


@pytest.fixture
def post():
    with listening() as kept:
        yield kept


@pytest.fixture
def settings(settings, post):
    settings.values["PORTAL_MAIL_URL"] = post.url
    return settings


@pytest.fixture
def logged():
    """Every line the portal and the libraries under it write, from the most talkative level on."""
    out = io.StringIO()
    ours, all_of_them, handler = logging.getLogger("portal"), logging.getLogger(), logging.StreamHandler(out)
    handler.setFormatter(logs.Line())
    plain = logging.StreamHandler(out)
    before = ours.level, all_of_them.level
    ours.addHandler(handler)
    all_of_them.addHandler(plain)
    ours.setLevel(logging.DEBUG)
    all_of_them.setLevel(logging.INFO)
    yield out
    ours.removeHandler(handler)
    all_of_them.removeHandler(plain)
    ours.setLevel(before[0])
    all_of_them.setLevel(before[1])


class Watched(Client):
    """A browser of which every answer is kept, with the address it was asked at."""

    seen: list

    def open(self, *args, **kwargs):
        answer = super().open(*args, **kwargs)
        self.seen.append(answer)
        return answer


@pytest.fixture
def browser(app):
    def opened(name: str, seen: list) -> Watched:
        made = Watched(app)
        made.seen = seen
        return made.as_(make.person(name))

    return opened


def found_in(text: str, among=PLANTED) -> list[str]:
    text = unescape(text).lower()
    return [word for word in among if word in text]


def held(*planted: str) -> dict[str, set[str]]:
    """By word, the tables in which it stands, in any column of any row."""
    tables = sa.MetaData()
    db.session.rollback()
    tables.reflect(db.engine)
    found: dict[str, set[str]] = {word: set() for word in planted}
    for table in tables.sorted_tables:
        whole = repr([tuple(row) for row in db.session.execute(sa.select(table))]).lower()
        for word in planted:
            if word in whole:
                found[word].add(table.name)
    return found


@pytest.fixture
def planted(app, kettle, walkers, imani, sefa, glyn, browser, logged):
    """A group's requests in which everybody wrote, over their own pages; and the answers they got."""
    make.set_level(kettle, Area.SUPPORT, Level.ASK_FIRST)
    make.staff("Beatrix Lund", Role.TRUSTEE)
    seen: list = []
    marsha, joe, bernie = (browser(name, seen) for name in ("Marsha", "Joe", "Bernie"))
    imani, sefa, sam = (browser(name, seen) for name in ("Imani Okafor", "Sefa Tuilagi", "Sam"))

    def send(who, path: str, status: int = 303, **facts):
        answer = who.post(path, data=facts)
        assert answer.status_code == status, words(answer)
        return answer

    send(marsha, f"{KETTLE}/ask/what", words="A plantedasked sentence, with a word or two")
    send(marsha, f"{KETTLE}/ask/how", reply_by="text", phone="07700 plantedphone")
    number = send(marsha, f"{KETTLE}/ask/about", shared="").location.rsplit("/", 1)[1]
    own, theirs = f"{KETTLE}/{number}", f"{DESK}/{number}"
    soon = (clock.today() + timedelta(days=1)).isoformat()
    far = (clock.today() + timedelta(days=60)).isoformat()
    send(imani, f"{theirs}/taking")
    send(imani, f"{theirs}/snooze", until=soon, reason="A plantedreason for it")
    send(imani, f"{theirs}/snooze", until=far, reason="A plantedlater reason")
    assert held("plantedreason", "plantedlater") == {"plantedreason": {"requests"}, "plantedlater": {"requests"}}
    send(marsha, f"{own}/later", agreed="n", seen=far)
    assert held("plantedlater") == {"plantedlater": set()}
    seen_at = re.search(r'name="seen" value="([^"]+)"', imani.get(theirs).text)[1]
    send(imani, f"{theirs}/replies", words="A plantedreply to it", seen=seen_at)
    send(marsha, f"{own}/messages", words="And plantedmore of it", key="one-key-for-two-bodies")
    send(marsha, f"{own}/messages", 409, words="And plantedagain", key="one-key-for-two-bodies")
    send(imani, f"{theirs}/sorry", words="A plantedsorry, and a day", due_on=soon)
    send(imani, f"{theirs}/outside", with_whom="The plantedcouncil")
    send(imani, f"{theirs}/snooze", until=soon, reason="A plantedreason again")
    send(imani, f"{theirs}/snooze", until=far, reason="A plantedlater one again")
    send(imani, f"{theirs}/handing-over", 202, person_id=make.person("Sefa Tuilagi").id)
    send(joe, f"{KETTLE}/ask/what", words="Not sent: planteddraft")
    helpers = send(bernie, f"{KETTLE}/ask/what", words="The plantedhelper asks", send="now").location.rsplit("/", 1)[1]
    # What isn't taken: too long, not theirs, not there, and broken on our side.
    send(marsha, f"{own}/messages", 422, words="plantedtoolong " + "x" * 5000)
    send(joe, f"{own}/messages", 404, words="plantedrefused")
    send(sefa, f"{theirs}/replies", 404, words="plantedrefused", seen="x")
    send(sam, f"/g/hillfoot-walkers/support/{number}/messages", 404, words="plantedlost")
    with broken_messages():
        answer = send(marsha, f"{own}/messages", 500, words="A plantedbroken one")
    assert found_in(answer.text) == []
    closed = send(marsha, f"{KETTLE}/ask/what", words="Another plantedasked", send="now").location.rsplit("/", 1)[1]
    send(marsha, f"{KETTLE}/{closed}/closing", came_of="advice", learned="What is plantedlearned")
    return number, helpers, closed, seen


class broken_messages:
    """The database refuses every new message, as a fault on our side does."""

    def __enter__(self):
        if db.engine.dialect.name == "sqlite":
            make_it = ["CREATE TRIGGER broken BEFORE INSERT ON messages BEGIN SELECT RAISE(ABORT, 'broken'); END"]
        else:
            make_it = [
                "CREATE FUNCTION broken() RETURNS trigger AS $$ BEGIN RAISE EXCEPTION 'broken'; END $$ LANGUAGE plpgsql",
                "CREATE TRIGGER broken BEFORE INSERT ON messages FOR EACH ROW EXECUTE FUNCTION broken()",
            ]
        self._run(make_it)

    def __exit__(self, *_):
        on = "" if db.engine.dialect.name == "sqlite" else " ON messages"
        self._run([f"DROP TRIGGER broken{on}"])

    def _run(self, statements: list[str]) -> None:
        db.session.rollback()
        for statement in statements:
            db.session.execute(sa.text(statement))
        db.session.commit()


def test_in_the_database_they_stand_in_the_request_and_its_index_alone(planted, settings):
    where = held(*PLANTED)
    assert where == PLANTED
    assert set().union(*where.values()) == {"requests", "messages", "request_words", "request_drafts"}
    jobs.run_waiting()
    assert held(*PLANTED) == where
    files = [path for path in settings.data.rglob("*") if path.is_file() and not path.name.startswith("portal.db")]
    assert [path.name for path in files if found_in(path.read_bytes().decode("latin-1"))] == []


def test_no_log_line_and_no_mail_holds_them(planted, post, logged, by_day):
    jobs.run_waiting()  # notes for whom there is news
    by_day.shift(timedelta(hours=3))
    send()
    jobs.run_waiting()
    assert found_in(logged.getvalue()) == []
    answered = [line for line in logged.getvalue().splitlines() if '"answered"' in line]
    assert {status for status in (303, 404, 409, 422, 500) for line in answered if f'"status": {status}' in line} == {
        *(303, 404, 409, 422, 500)
    }
    assert '"event": "unexpected"' in logged.getvalue()
    assert {one["To"] for one in post} >= {"marsha@example.org", "joe@example.org"}
    assert [one["Subject"] for one in post if found_in(one.as_string())] == []


def links_of(answer, at: str) -> Iterator[str]:
    for target in re.findall(r'(?:href|hx-get)="([^"#]+)"', answer.text):
        place = urljoin(at, unescape(target))
        split = urlsplit(place)
        if not split.netloc and not split.path.startswith("/static"):
            yield place


def walked(browser: Watched, *starts: str, most=120) -> dict[str, object]:
    """Every page someone comes to from where they begin, by links, each address once."""
    pages: dict = {}
    queue = list(starts)
    while queue and len(pages) < most:
        path = queue.pop(0)
        if path in pages:
            continue
        answer = pages[path] = browser.get(path)
        if answer.is_json or "html" in (answer.content_type or ""):
            queue += [link for link in links_of(answer, path) if link not in pages]
        if answer.location:
            queue.append(urlsplit(answer.location).path)
    return pages


def outside(pages: dict) -> list[tuple[str, list[str]]]:
    """Addresses, headers, cookies and titles that hold a planted word."""
    wrong = []
    for path, answer in pages.items():
        title = re.search(r"<title>(.*?)</title>", answer.text) if "html" in answer.content_type else None
        if words_there := found_in(path + str(answer.headers) + (title[1] if title else "")):
            wrong.append((path, words_there))
    return wrong


def test_nobody_else_meets_them_on_any_page_search_or_download(planted, browser):
    number, _, closed, _ = planted
    group, walkers, host = "/g/tuesday-kettle", "/g/hillfoot-walkers", "/host"
    papers = (f"{group}/log/log.jsonl", f"{group}/log/check_log.py", f"{group}/money/papers/ledger.beancount")
    theirs = tuple(f"{KETTLE}/{one}" for one in (number, closed))
    desk = (f"{DESK}/", *(f"{DESK}/?view={view}" for view in ("all", "new", "later", "today", "closed")))
    locked = tuple(f"{DESK}/{one}" for one in (number, closed))
    walks = {
        "Joe": (f"{group}/", f"{KETTLE}/", f"{KETTLE}/?closed=1", f"{group}/log/", *papers, *theirs),
        "Bernie": (f"{group}/", f"{KETTLE}/", *theirs),
        "Sam": (f"{walkers}/", f"{walkers}/support/", f"{walkers}/log/", *theirs, *ANYONES),
        "Sefa Tuilagi": (*desk, *locked, f"{host}/groups/tuesday-kettle", f"{DESK}/?q=plantednothing"),
        "Glyn Parry": (
            *desk,
            *locked,
            f"{host}/books/",
            f"{host}/papers/ledger.beancount",
            f"{host}/groups/tuesday-kettle",
        ),
        "Beatrix Lund": (f"{host}/duties/", f"{host}/groups/", f"{host}/disagreements/", *locked),
    }
    own = {"Joe": {"planteddraft"}, "Bernie": {"plantedhelper"}}
    for name, starts in walks.items():
        seen: list = []
        pages = walked(browser(name, seen), *starts)
        others = [word for word in PLANTED if word not in own.get(name, ())]
        assert [(path, found_in(page.text, others)) for path, page in pages.items() if found_in(page.text, others)] == []
        assert outside(pages) == []
        assert sum(page.status_code == 200 for page in pages.values()) >= 8, name
    entries = walked(browser("Joe", []), *papers, most=3)
    assert [page.status_code for page in entries.values()] == [200, 200, 200]


@pytest.mark.parametrize("name", ["Sefa Tuilagi", "Glyn Parry"])
def test_a_search_finds_them_for_nobody_who_may_not_read(planted, browser, name):
    """The words one typed oneself stand in the box, and nothing is found by them."""
    for word in PLANTED:
        page = browser(name, []).get(f"{DESK}/?q={word}")
        assert "Nothing you may read has these words." in words(page)
        assert found_in(page.text.replace(f'value="{word}"', "")) == []


def test_those_who_may_read_meet_them_in_the_request_alone(planted, browser):
    number, helpers, closed, _ = planted
    for name, inside, starts in (
        ("Marsha", KETTLE, ("/g/tuesday-kettle/", "/g/tuesday-kettle/log/", f"{KETTLE}/", f"{KETTLE}/{closed}")),
        ("Imani Okafor", DESK, (f"{DESK}/", f"{DESK}/{number}", f"{DESK}/{helpers}", "/host/groups/tuesday-kettle")),
    ):
        pages = walked(browser(name, []), *starts)
        met = {path: found_in(page.text) for path, page in pages.items() if found_in(page.text)}
        passing_on = "/g/tuesday-kettle/heard/from/"  # where its reader picks what to pass on
        assert [path for path in met if not path.startswith((inside, passing_on))] == []
        assert "plantedreply" in met[f"{inside}/{number}"]
        assert outside(pages) == []


def test_no_answer_carries_them_in_an_address_a_header_or_a_title(planted):
    *_, seen = planted
    assert len(seen) > 20
    assert outside({f"{n} {answer.request.path}": answer for n, answer in enumerate(seen)}) == []
    assert {answer.status_code for answer in seen} >= {202, 303, 404, 409, 422, 500}
    refused = [answer for answer in seen if answer.status_code in {202, 404, 409, 500}]
    assert [answer.request.path for answer in refused if found_in(answer.text)] == []
    assert wall.is_open() is False
    assert db.session.scalar(sa.select(sa.func.count()).select_from(Request)) == 3
