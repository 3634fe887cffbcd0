"""`portal mail`: the exit codes mail servers go by; and what was answered with “kept” is kept, whatever happens next."""

import signal
import smtplib
import subprocess
import sys
from contextlib import contextmanager

import pytest
import sqlalchemy as sa

from portal.app import create_app
from portal.core.db import db
from portal.core.mail_in import MAX_BYTES
from portal.support import reply_to
from portal.support.models import Message, Request
from tests import commands
from tests.installation import settings_for
from tests.server import ROOT, free_port, running
from tests.soak import times
from tests.support.letters import REPLY, deliver, email

pytestmark = pytest.mark.slow

KILLS = times(2, 5)
SECRET = "a secret for tests, long enough to be taken"


@pytest.fixture(scope="module")
def demo(tmp_path_factory):
    """The demo with replies by email: its web server, and its worker, which takes mail in."""
    settings = {"PORTAL_SECRET": SECRET, "PORTAL_MAIL_REPLY": REPLY, "PORTAL_MAIL_PORT": str(free_port())}
    with running(tmp_path_factory.mktemp("mail") / "data", **settings) as server:
        yield server


@contextmanager
def inside(server):
    app = create_app(settings_for(server.data, PORTAL_MAIL_REPLY=REPLY))
    with app.app_context():
        yield
        db.session.remove()
        db.engine.dispose()


@pytest.fixture(scope="module")
def marshas(demo) -> tuple[str, str, int]:
    """An address for someone's answers in a request of theirs, their own address, and the request."""
    from portal.people.models import Person

    with inside(demo):
        request, person = db.session.execute(
            sa.select(Request, Person)
            .join(Person, Person.id == Request.added_by)
            .where(Request.by_host.is_(False), Request.closed_at.is_(None))
            .order_by(Request.id)
        ).first()
        return reply_to.address(person.id, request.id), person.email, request.id


def landed(server, request_id: int) -> list[str]:
    with inside(server):
        return list(db.session.scalars(sa.select(Message.words).where(Message.request_id == request_id, Message.by_mail)))


def receive(server, raw: bytes, *words: str, **env: str) -> int:
    return commands.run("mail", "receive", *words, env=server.env | env, given=raw).returncode


def wait_for(port: int) -> None:
    from tests.server import _tick

    for _ in range(400):
        try:
            with smtplib.LMTP("127.0.0.1", port, timeout=5):
                return
        except OSError:
            _tick.wait(0.05)
    raise RuntimeError("nobody listens there")


def test_the_exit_codes_say_what_became_of_it(demo, marshas):
    to, sender, request_id = marshas
    raw = email(to, "Handed over by a pipe.", sender=sender)
    assert receive(demo, raw, to, "--sender", sender) == 0
    assert receive(demo, raw) == 0  # its own lines say to whom; and it is there already
    assert landed(demo, request_id).count("Handed over by a pipe.") == 1
    assert receive(demo, raw, "nobody@trellis.example.org") == 67
    assert receive(demo, email("joe@example.org", "Not for us.")) == 67
    assert receive(demo, raw + b"x" * MAX_BYTES, to) == 65
    for nobody in ("", "<>", "MAILER-DAEMON"):
        assert receive(demo, email(to, "Undeliverable.", sender=sender), to, "--sender", nobody) == 0
    assert "Undeliverable." not in landed(demo, request_id)


def test_what_is_wrong_on_our_side_is_try_again_later(demo, marshas, tmp_path):
    to, sender, _ = marshas
    raw = email(to, "Wednesday.", sender=sender)
    assert receive(demo, raw, to, PORTAL_DATA=str(tmp_path)) == 75  # no database there
    assert receive(demo, raw, to, PORTAL_BIND="0.0.0.0") == 75  # settings that refuse to start
    assert receive(demo, raw, to, PORTAL_MAIL_REPLY="", PORTAL_MAIL_PORT="0") == 67  # no replies by email here


def test_the_worker_takes_mail_in_and_what_it_kept_outlives_it(demo, marshas):
    """Killed the moment after it said “kept”, again and again: that is there. What it hadn’t said that of lands once."""
    to, sender, request_id = marshas
    port = int(demo.env["PORTAL_MAIL_PORT"])
    wait_for(port)
    for n in range(KILLS):
        deliver(port, to, email(to, f"Kept {n}.", sender=sender, number=f"kept-{n}"), sender=sender)
        demo.kill("work", signal.SIGKILL)
        demo.start("work")
        wait_for(port)
        if n % 2:
            deliver(port, to, email(to, f"Kept {n}.", sender=sender, number=f"kept-{n}"), sender=sender)
    assert [one for one in landed(demo, request_id) if one.startswith("Kept")] == [f"Kept {n}." for n in range(KILLS)]


def test_listening_alone_and_stopping_when_told(demo, marshas):
    to, sender, request_id = marshas
    port = free_port()
    env = demo.env | {"PORTAL_MAIL_PORT": str(port)}
    command = [sys.executable, "-m", "portal", "mail", "listen"]
    with subprocess.Popen(command, cwd=ROOT, env=env, stderr=subprocess.PIPE, text=True) as listener:
        try:
            wait_for(port)
            deliver(port, to, email(to, "By the listener.", sender=sender), sender=sender)
            taken = subprocess.run(command, cwd=ROOT, env=env, capture_output=True, text=True, timeout=60)
            assert taken.returncode == 1
            assert "on that port" in taken.stderr
            assert "Traceback" not in taken.stderr
        finally:
            listener.terminate()
        assert listener.wait(20) == 0
        assert listener.stderr.read() == ""
    assert landed(demo, request_id)[-1] == "By the listener."


def test_nowhere_to_listen_is_a_sentence(demo):
    command = [sys.executable, "-m", "portal", "mail", "listen"]
    env = demo.env | {"PORTAL_MAIL_PORT": "0"}
    told = subprocess.run(command, cwd=ROOT, env=env, capture_output=True, text=True, timeout=60)
    assert told.returncode == 1
    assert "PORTAL_MAIL_PORT isn't set" in told.stderr
