"""Power cuts: the portal is killed at random while people upload, pay in, ask and agree. What was answered is there, once,
with its bytes; and the books hold."""

import io
import os
import re
import subprocess
import sys
import threading
import uuid
from collections import Counter
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

KILLS, PEOPLE, ANSWERS = times(2, 40), 4, times(30, 500)
KETTLE = "/g/tuesday-kettle"


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
    with sa.create_engine(url, **engine_options(url)).connect() as connection:
        return list(connection.execute(sa.text(words)).all())


def test_what_was_answered_is_there_once_with_its_bytes(where, tmp_path):
    stop, answered = threading.Event(), []

    def upload(phone: Phone) -> None:
        while not stop.is_set():
            key, photo = uuid.uuid4().hex, make.jpeg(60, 80, text=uuid.uuid4().hex)
            body, kind = multipart({"receipt_key": key}, "photo", photo)
            send = partial(phone.post, f"{KETTLE}/receipts/", body, kind, **{"HX-Request": "true"})
            if answer := phone.until_answered(send):
                assert b"We have it" in answer.body
                answered.append(key)

    with running(tmp_path / "data", workers=2, PORTAL_DATABASE_URL=where) as server:
        phones = [Phone(server.url, stop, "Marsha") for _ in range(PEOPLE)]
        busy = [lambda phone=phone: upload(phone) for phone in phones]
        kill_while(busy, stop, server, KILLS, lambda: len(answered) >= ANSWERS)
        check_all_there(where, tmp_path / "data", answered)


def check_all_there(where: str, data: Path, answered: list[str]) -> None:
    there = rows(
        where,
        data,
        "SELECT r.key, p.original, p.thumb, p.failed_why FROM receipts r "
        "LEFT JOIN pictures p ON p.receipt_id = r.id WHERE r.key NOT LIKE 'demo%'",
    )
    keys = [row.key for row in there]
    assert len(keys) == len(set(keys)), "a receipt is there twice"
    assert set(answered) <= set(keys), "an answered receipt is lost"
    for row in there:
        kept = data / "files" / (row.original or row.thumb)
        assert kept.stat().st_size > 0, "a row without its bytes"
        assert row.failed_why is None


def test_a_voice_note_that_was_answered_is_there_once_with_its_bytes(where, tmp_path):
    """Killed between its arrival, its row and the job that makes it safe."""
    stop, answered, sound = threading.Event(), [], webm()

    def send_one(phone: Phone) -> None:
        while not stop.is_set():
            words, key = f"Voice {uuid.uuid4().hex}", uuid.uuid4().hex
            body, kind = multipart({"key": key, "words": words}, "files", sound)
            if phone.until_answered(
                partial(phone.post, f"{KETTLE}/support/2/messages", body, kind, **{"HX-Request": "true"})
            ):
                answered.append(words)

    data = tmp_path / "data"
    with running(data, workers=2, PORTAL_DATABASE_URL=where) as server:
        phones = [Phone(server.url, stop, "Marsha") for _ in range(PEOPLE)]
        busy = [lambda phone=phone: send_one(phone) for phone in phones]
        kill_while(busy, stop, server, KILLS, lambda: len(answered) >= ANSWERS)
    there = rows(
        where,
        data,
        "SELECT m.words, a.original, a.sound, a.failed_why FROM messages m "
        "LEFT JOIN attachments a ON a.message_id = m.id WHERE m.words LIKE 'Voice %'",
    )
    said = [row.words for row in there]
    assert len(said) == len(set(said)), "a message is there twice, or its sound"
    assert set(answered) <= set(said), "an answered message is lost"
    for row in there:
        assert (data / "files" / (row.original or row.sound)).stat().st_size > 0, "a row without its bytes"
        assert row.failed_why is None
    assert rows(where, data, "SELECT id FROM draft_files") == []


def test_no_posting_and_no_yes_that_was_answered_is_lost_or_doubled_and_the_books_hold(where, tmp_path):
    """Two in finance pay in; two organisers ask, and another says yes to exactly that."""
    stop, today = threading.Event(), clock.today().isoformat()
    paid_in: list[str] = []
    asked: list[str] = []
    agreed: list[str] = []

    def pay_in(glyn: Phone, fund: int) -> None:
        while not stop.is_set():
            words, key = f"Gift {uuid.uuid4().hex}", uuid.uuid4().hex
            facts = {"source": "grant", "pence": "10.01", "on": today, "words": words, "key": key}
            path = f"/host/groups/tuesday-kettle/books/funds/{fund}/money-in"
            if glyn.until_answered(partial(glyn.fill, path, **facts)):
                paid_in.append(words)

    def ask_and_agree(marsha: Phone, joe: Phone, payee: int, fund: int) -> None:
        while not stop.is_set():
            shop = f"Shop {uuid.uuid4().hex}"
            told = {"kind": "invoice", "shop": shop, "amount_pence": "0.01", "payee_id": str(payee), "pot": str(fund)}
            told["key"] = uuid.uuid4().hex
            if not (page := marsha.until_answered(partial(marsha.fill, f"{KETTLE}/money/ask", **told))):
                return
            asked.append(shop)
            path, key = page.url.removeprefix(marsha.url), uuid.uuid4().hex

            def say_yes(path=path, key=key):
                shown = joe.open(f"{joe.url}{path}", timeout=10).read().decode()
                if "/yes/end" in shown:
                    return True  # the answer was lost on the way; the yes was not
                mark = re.search(r'name="mark"[^>]*value="([^"]+)"', shown)[1]
                return bool(joe.fill(f"{path}/yes", mark=mark, key=key))

            if joe.until_answered(say_yes):
                agreed.append(shop)

    data = tmp_path / "data"
    with running(data, workers=2, PORTAL_DATABASE_URL=where) as server:
        ((fund,),) = rows(where, data, "SELECT id FROM funds WHERE name = 'Community Hands grant'")
        ((payee,),) = rows(where, data, "SELECT id FROM payees WHERE name LIKE 'Ashbrook%'")
        busy = [lambda glyn=Phone(server.url, stop, "Glyn"): pay_in(glyn, fund) for _ in range(2)]
        for _ in range(2):
            marsha, joe = Phone(server.url, stop, "Marsha"), Phone(server.url, stop, "Joe")
            busy.append(lambda marsha=marsha, joe=joe: ask_and_agree(marsha, joe, payee, fund))
        kill_while(busy, stop, server, KILLS, lambda: len(paid_in) + len(agreed) >= ANSWERS)
        gifts = rows(where, data, "SELECT words FROM journal_entries WHERE words LIKE 'Gift%'")
        entries = Counter(row.words for row in gifts)
        assert set(entries.values()) == {1}, "an entry is there twice"
        assert set(paid_in) <= set(entries), "an answered entry is lost"
        yes = "(SELECT COUNT(*) FROM approvals a WHERE a.receipt_id = r.id AND a.ended_at IS NULL) AS yeses"
        found = rows(where, data, f"SELECT r.shop, r.agreed_at, {yes} FROM receipts r WHERE r.shop LIKE 'Shop %'")
        costs = {row.shop: row for row in found}
        assert len(costs) == len(found), "a cost is there twice"
        assert set(asked) <= set(costs), "an answered cost is lost"
        assert all(row.yeses == (row.agreed_at is not None) for row in found), "half a yes, or two"
        assert all(costs[shop].yeses for shop in agreed), "an answered yes is lost"
        verify = [sys.executable, "-m", "portal", "ledger", "verify"]
        holds = subprocess.run(verify, cwd=ROOT, env=server.env, capture_output=True, text=True, check=False)
        assert holds.returncode == 0, holds.stdout + holds.stderr
