"""Power cuts: the portal is killed at random while people upload, say something, pay in, ask and agree, all at once. What
was answered is there, once, with its bytes; and the books hold."""

import io
import os
import re
import subprocess
import sys
import threading
import uuid
from collections.abc import Callable
from functools import partial
from pathlib import Path

import pytest
import sqlalchemy as sa

from portal.core import clock
from portal.core.db import engine_options
from tests import make
from tests.faults.phones import Phone, kill_while
from tests.server import ROOT, running
from tests.soak import times
from tests.support.sounds import webm

pytestmark = pytest.mark.slow

KILLS, ANSWERS = times(2, 40), times(5, 150)  # so many of each kind
KETTLE = "/g/tuesday-kettle"

Look = Callable[[str], list[sa.Row]]


def multipart(fields: dict[str, str], name: str, content: bytes) -> tuple[bytes, str]:
    """A form with one file, as a phone sends it."""
    mark = "----trellis"
    out = io.BytesIO()
    for field, value in fields.items():
        out.write(f'--{mark}\r\nContent-Disposition: form-data; name="{field}"\r\n\r\n{value}\r\n'.encode())
    head = (
        f'--{mark}\r\nContent-Disposition: form-data; name="{name}"; filename="p.jpg"\r\nContent-Type: image/jpeg\r\n\r\n'
    )
    out.write(head.encode() + content + f"\r\n--{mark}--\r\n".encode())
    return out.getvalue(), f"multipart/form-data; boundary={mark}"


@pytest.fixture(params=["sqlite", "postgresql"])
def where(request):
    """The database a portal of its own runs on."""
    if request.param == "sqlite":
        return ""
    admin = request.getfixturevalue("postgresql")
    name = f"killed{os.getpid()}"
    with admin.connect() as connection:
        connection.exec_driver_sql(f"DROP DATABASE IF EXISTS {name} WITH (FORCE)")
        connection.exec_driver_sql(f"CREATE DATABASE {name}")
    return sa.make_url(admin.url).set(database=name).render_as_string(hide_password=False)


def rows(where: str, data: Path, words: str) -> list[sa.Row]:
    """What the database holds, read from outside the portal."""
    url = where or f"sqlite:///{data / 'portal.db'}"
    engine = sa.create_engine(url, **engine_options(url))
    with engine.connect() as connection:
        found = list(connection.execute(sa.text(words)).all())
    engine.dispose()
    return found


class People:
    """Who is busy while the portal is killed, each until told to stop; and what they were answered."""

    def __init__(self, url: str):
        self.url, self.stop = url, threading.Event()
        self.photos: list[str] = []  # keys
        self.sounds: list[str] = []  # words
        self.paid_in: list[str] = []
        self.asked: list[str] = []
        self.agreed: list[str] = []

    def have_enough(self) -> bool:
        return min(len(done) for done in (self.photos, self.sounds, self.paid_in, self.agreed)) >= ANSWERS

    def phone(self, name: str) -> Phone:
        return Phone(self.url, self.stop, name)

    def upload(self, marsha: Phone) -> None:
        while not self.stop.is_set():
            key, photo = uuid.uuid4().hex, make.jpeg(60, 80, text=uuid.uuid4().hex)
            body, kind = multipart({"receipt_key": key}, "photo", photo)
            send = partial(marsha.post, f"{KETTLE}/receipts/", body, kind, **{"HX-Request": "true"})
            if answer := marsha.until_answered(send):
                assert b"We have it" in answer.body
                self.photos.append(key)

    def say_something(self, marsha: Phone) -> None:
        """Killed between its arrival, its row and the job that makes it safe."""
        sound = webm()
        while not self.stop.is_set():
            words, key = f"Voice {uuid.uuid4().hex}", uuid.uuid4().hex
            body, kind = multipart({"key": key, "words": words}, "files", sound)
            send = partial(marsha.post, f"{KETTLE}/support/2/messages", body, kind, **{"HX-Request": "true"})
            if marsha.until_answered(send):
                self.sounds.append(words)

    def pay_in(self, glyn: Phone, fund: int) -> None:
        today = clock.today().isoformat()
        while not self.stop.is_set():
            words, key = f"Gift {uuid.uuid4().hex}", uuid.uuid4().hex
            facts = {"source": "grant", "pence": "10.01", "on": today, "words": words, "key": key}
            path = f"/host/groups/tuesday-kettle/books/funds/{fund}/money-in"
            if glyn.until_answered(partial(glyn.fill, path, **facts)):
                self.paid_in.append(words)

    def ask_and_agree(self, marsha: Phone, joe: Phone, payee: int, fund: int) -> None:
        """One asks, another says yes to exactly that."""
        while not self.stop.is_set():
            shop = f"Shop {uuid.uuid4().hex}"
            told = {"kind": "invoice", "shop": shop, "amount_pence": "0.01", "payee_id": str(payee), "pot": str(fund)}
            told["key"] = uuid.uuid4().hex
            if not (page := marsha.until_answered(partial(marsha.fill, f"{KETTLE}/money/ask", **told))):
                return
            self.asked.append(shop)
            path, key = page.url.removeprefix(marsha.url), uuid.uuid4().hex

            def say_yes(path=path, key=key):
                shown = joe.open(f"{joe.url}{path}", timeout=10).read().decode()
                if "/yes/end" in shown:
                    return True  # the answer was lost on the way; the yes was not
                mark = re.search(r'name="mark"[^>]*value="([^"]+)"', shown)[1]
                return bool(joe.fill(f"{path}/yes", mark=mark, key=key))

            if joe.until_answered(say_yes):
                self.agreed.append(shop)


def test_whatever_was_answered_is_there_once_and_whole(where, tmp_path):
    data = tmp_path / "data"
    with running(data, workers=2, PORTAL_DATABASE_URL=where) as server:
        ((fund,),) = rows(where, data, "SELECT id FROM funds WHERE name = 'Community Hands grant'")
        ((payee,),) = rows(where, data, "SELECT id FROM payees WHERE name LIKE 'Ashbrook%'")
        people = People(server.url)
        busy = [
            partial(people.upload, people.phone("Marsha")),
            partial(people.say_something, people.phone("Marsha")),
            *(partial(people.pay_in, people.phone("Glyn"), fund) for _ in range(2)),
            *(partial(people.ask_and_agree, people.phone("Marsha"), people.phone("Joe"), payee, fund) for _ in range(2)),
        ]
        kill_while(busy, people.stop, server, KILLS, people.have_enough)
        look = partial(rows, where, data)
        check_pictures(look, data, people)
        check_sounds(look, data, people)
        check_money(look, people)
        verify = [sys.executable, "-m", "portal", "ledger", "verify"]
        holds = subprocess.run(verify, cwd=ROOT, env=server.env, capture_output=True, text=True, check=False)
        assert holds.returncode == 0, holds.stdout + holds.stderr


def check_pictures(look: Look, data: Path, people: People) -> None:
    there = look(
        "SELECT r.key, p.original, p.thumb, p.failed_why FROM receipts r "
        "JOIN pictures p ON p.receipt_id = r.id WHERE r.key NOT LIKE 'demo%'"
    )
    check_once([row.key for row in there], people.photos)
    for row in there:
        check_bytes(data, row.original or row.thumb, row.failed_why)


def check_sounds(look: Look, data: Path, people: People) -> None:
    there = look(
        "SELECT m.words, a.original, a.sound, a.failed_why FROM messages m "
        "LEFT JOIN attachments a ON a.message_id = m.id WHERE m.words LIKE 'Voice %'"
    )
    check_once([row.words for row in there], people.sounds)
    for row in there:
        check_bytes(data, row.original or row.sound, row.failed_why)
    assert look("SELECT id FROM draft_files") == []


def check_money(look: Look, people: People) -> None:
    gifts = look("SELECT words FROM journal_entries WHERE words LIKE 'Gift%'")
    check_once([row.words for row in gifts], people.paid_in)
    yes = "(SELECT COUNT(*) FROM approvals a WHERE a.receipt_id = r.id AND a.ended_at IS NULL) AS yeses"
    costs = look(f"SELECT r.shop, r.agreed_at, {yes} FROM receipts r WHERE r.shop LIKE 'Shop %'")
    check_once([row.shop for row in costs], people.asked)
    assert all(row.yeses == (row.agreed_at is not None) for row in costs), "half a yes, or two"
    assert set(people.agreed) <= {row.shop for row in costs if row.yeses}, "an answered yes is lost"


def check_once(there: list[str], answered: list[str]) -> None:
    assert len(there) == len(set(there)), "something is there twice"
    assert set(answered) <= set(there), "something that was answered is lost"


def check_bytes(data: Path, kept: str, failed_why: str | None) -> None:
    assert (data / "files" / kept).stat().st_size > 0, "a row without its bytes"
    assert failed_why is None
