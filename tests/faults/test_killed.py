"""Power cuts: the portal is killed at random while people upload. What was answered is there, once, with its bytes."""

import io
import os
import random
import re
import threading
import urllib.error
import urllib.request
import uuid
from http.client import HTTPException
from http.cookiejar import CookieJar
from pathlib import Path

import pytest
import sqlalchemy as sa

from portal.core.db import engine_options
from tests import make
from tests.server import running

SOAK = bool(os.environ.get("SOAK"))
KILLS, PEOPLE, ANSWERS = (40, 4, 500) if SOAK else (6, 4, 40)


class Phone:
    """One of the people: uploads one receipt after another, sending again under the same key until it is answered."""

    def __init__(self, url: str, stop: threading.Event):
        self.url, self.stop = url, stop
        self.answered: list[str] = []
        self.open = urllib.request.build_opener(urllib.request.HTTPCookieProcessor(CookieJar())).open
        page = self.open(f"{url}/sign-in", timeout=10).read().decode()
        person = re.search(r'value="(\d+)"><b>Marsha', page)[1]
        self._post("/demo/enter", f"person={person}".encode(), "application/x-www-form-urlencoded")

    def _post(self, path: str, body: bytes, kind: str):
        headers = {"Content-Type": kind, "Sec-Fetch-Site": "same-origin", "HX-Request": "true"}
        return self.open(urllib.request.Request(self.url + path, data=body, headers=headers), timeout=15)

    def upload_until_told(self) -> None:
        while not self.stop.is_set():
            key, photo = uuid.uuid4().hex, make.jpeg(60, 80, text=uuid.uuid4().hex)
            while not self.stop.is_set():
                try:
                    with self._post("/g/tuesday-kettle/receipts/", *multipart(key, photo)) as answer:
                        assert b"We have it" in answer.read()
                    self.answered.append(key)
                    break
                except (urllib.error.URLError, OSError, HTTPException):
                    self.stop.wait(0.02)  # the portal is down: the phone keeps the photo and tries again


def multipart(key: str, photo: bytes) -> tuple[bytes, str]:
    """A form with one photo, as a phone sends it."""
    mark = "----trellis"
    out = io.BytesIO()
    out.write(f'--{mark}\r\nContent-Disposition: form-data; name="receipt_key"\r\n\r\n{key}\r\n'.encode())
    head = f'--{mark}\r\nContent-Disposition: form-data; name="photo"; filename="p.jpg"\r\nContent-Type: image/jpeg\r\n\r\n'
    out.write(head.encode() + photo + f"\r\n--{mark}--\r\n".encode())
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


def test_what_was_answered_is_there_once_with_its_bytes(where, tmp_path):
    chance, stop = random.Random(7), threading.Event()
    with running(tmp_path / "data", workers=2, PORTAL_DATABASE_URL=where) as server:
        phones = [Phone(server.url, stop) for _ in range(PEOPLE)]
        threads = [threading.Thread(target=phone.upload_until_told) for phone in phones]
        for thread in threads:
            thread.start()
        kills = 0
        while kills < KILLS or sum(len(phone.answered) for phone in phones) < ANSWERS:
            stop.wait(chance.uniform(0.2, 0.9))
            if kills < KILLS:
                for part in ("serve", "work"):
                    server.kill(part)
                server.start("serve")
                server.start("work")
                server.wait_until_up(within=5)
                kills += 1
        stop.set()
        for thread in threads:
            thread.join()
        server.wait_until_up()
        for part in ("serve", "work"):
            server.kill(part)
        answered = [key for phone in phones for key in phone.answered]
        assert len(answered) >= ANSWERS
        check_all_there(where, tmp_path / "data", answered)


def check_all_there(where: str, data: Path, answered: list[str]) -> None:
    url = where or f"sqlite:///{data / 'portal.db'}"
    with sa.create_engine(url, **engine_options(url)).connect() as connection:
        rows = connection.execute(
            sa.text(
                "SELECT r.key, p.original, p.thumb, p.failed_why FROM receipts r "
                "LEFT JOIN pictures p ON p.receipt_id = r.id WHERE r.key NOT LIKE 'demo%'"
            )
        ).all()
    keys = [row.key for row in rows]
    assert len(keys) == len(set(keys)), "a receipt is there twice"
    assert set(answered) <= set(keys), "an answered receipt is lost"
    for row in rows:
        kept = data / "files" / (row.original or row.thumb)
        assert kept.stat().st_size > 0, "a row without its bytes"
        assert row.failed_why is None
