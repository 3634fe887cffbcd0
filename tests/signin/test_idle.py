"""Support conversations ask for a passkey or password once a device did nothing for 5 minutes; asking never does."""

from datetime import timedelta

import pytest
import sqlalchemy as sa
import time_machine

from portal.core import clock
from portal.core.db import db
from portal.people.roles import Role
from portal.support import actions
from portal.support.models import Message, Request
from tests import make
from tests.client import Client, words

WORDS = "four calm words here"
K = "/g/tuesday-kettle"
MINUTE = timedelta(minutes=1)


@pytest.fixture
def time():
    with time_machine.travel(clock.now(), tick=False) as traveller:
        yield traveller


@pytest.fixture
def imani(app):
    return make.staff("Imani Okafor", Role.COORDINATOR)


@pytest.fixture
def thread(imani, kettle):
    """The number of a request that Marsha made."""
    return actions.ask(make.actor(make.person("Marsha"), Role.ORGANISER), kettle, words="The room is cold").number


@pytest.fixture
def marsha(client, thread, time):
    """Marsha's browser, just signed in with a password."""
    client.as_(make.person("Marsha"))
    client.post("/you/password", data={"password": WORDS})
    return client


def opens(client, path: str) -> bool:
    answer = client.get(path)
    if answer.status_code == 200:
        return True
    assert (answer.status_code, answer.headers["Location"]) == (303, f"/sign-in/again?next={path}")
    return False


def prove(client) -> None:
    assert client.post("/sign-in/again", data={"password": WORDS, "next": "/"}).status_code == 303


def test_no_list_tells_a_device_that_slept_how_a_conversation_begins(app, marsha, imani, thread, time):
    at_host = Client(app).as_(make.person("Imani Okafor"))
    at_host.get(f"/host/requests/{thread}")  # read once, so that its words stand in the queue
    lists = ((marsha, f"{K}/support/"), (at_host, "/host/requests/?view=all"), (at_host, "/host/requests/?q=cold"))
    for browser, path in lists:
        assert "The room is cold" in words(browser.get(path))
    time.shift(6 * MINUTE)
    for browser, path in lists:
        page = words(browser.get(path))
        assert "From Marsha" in page
        assert "cold" not in page


def said() -> list[str]:
    return list(db.session.scalars(sa.select(Message.words).order_by(Message.id)))


def test_a_conversation_stays_open_to_someone_who_is_there(marsha, thread, time):
    for _ in range(10):
        time.shift(4 * MINUTE)
        assert opens(marsha, f"{K}/support/{thread}")


def test_after_five_idle_minutes_it_asks_and_looking_elsewhere_is_no_answer(marsha, thread, time):
    time.shift(5 * MINUTE + timedelta(seconds=1))
    assert not opens(marsha, f"{K}/support/{thread}")
    assert opens(marsha, f"{K}/")
    assert opens(marsha, f"{K}/support/")
    assert not opens(marsha, f"{K}/support/{thread}")
    time.shift(2 * MINUTE)
    assert not opens(marsha, f"{K}/support/{thread}")
    prove(marsha)
    assert opens(marsha, f"{K}/support/{thread}")
    time.shift(4 * MINUTE)
    assert opens(marsha, f"{K}/support/{thread}")
    time.shift(6 * MINUTE)
    assert not opens(marsha, f"{K}/support/{thread}")


def test_what_a_page_asks_by_itself_keeps_nobody_awake(marsha, thread, time):
    for _ in range(6):
        time.shift(MINUTE)
        assert marsha.get(f"{K}/", headers={"By-Itself": "1"}).status_code == 200
    assert not opens(marsha, f"{K}/support/{thread}")


def test_the_cookie_from_before_a_proof_opens_nothing(marsha, thread, time):
    time.shift(6 * MINUTE)
    assert opens(marsha, f"{K}/")
    before = marsha.get_cookie("trellis").value
    prove(marsha)
    marsha.set_cookie("trellis", before)
    assert marsha.get(f"{K}/").status_code == 303


def test_what_was_written_meanwhile_is_given_back_and_said_once(marsha, thread, time):
    time.shift(6 * MINUTE)
    body = {"key": "k" * 20, "words": "Still cold,\r\nand damp"}
    answer = marsha.post(f"{K}/support/{thread}/messages", data=body)
    assert answer.status_code == 403
    assert "Still cold" in answer.text
    assert len(said()) == 1
    prove(marsha)
    for _ in range(2):
        assert marsha.post(f"{K}/support/{thread}/messages", data=body).status_code == 303
    assert said()[1:] == ["Still cold,\r\nand damp"]


def test_asking_for_support_never_asks_who_it_is(client, thread, time):
    client.as_(make.person("Marsha"), proved=False)
    time.shift(30 * MINUTE)
    assert opens(client, f"{K}/support/ask")
    answer = client.post(f"{K}/support/ask/what", data={"words": "And it rains in", "send": "now"})
    assert (answer.status_code, answer.headers["Location"]) == (303, f"{K}/support/")
    assert db.session.scalar(sa.select(sa.func.count(Request.id))) == 2
    assert "Sent. It is S" in words(client.get(f"{K}/support/"))


def test_with_a_code_alone_conversations_open_until_five_idle_minutes(client, code_for, thread, time):
    client.post("/sign-in/code", data={"code": code_for(client, "marsha@example.org")})
    assert opens(client, f"{K}/support/{thread}")
    time.shift(6 * MINUTE)
    assert not opens(client, f"{K}/support/{thread}")
    assert "First, set one up" in words(client.get("/sign-in/again"))


def test_an_inbox_alone_is_not_the_proof_of_someone_who_has_a_better_one(app, marsha, code_for, thread):
    thief = Client(app)
    thief.post("/sign-in/code", data={"code": code_for(thief, "marsha@example.org")})
    assert opens(thief, f"{K}/")
    assert not opens(thief, f"{K}/support/{thread}")


def test_the_same_five_minutes_hold_at_the_host(client, imani, thread, time):
    client.as_(imani)
    client.post("/you/password", data={"password": WORDS})
    assert opens(client, f"/host/requests/{thread}")
    time.shift(6 * MINUTE)
    assert opens(client, "/host/requests/")
    assert not opens(client, f"/host/requests/{thread}")
    answer = client.post(f"/host/requests/{thread}/replies", data={"words": "Sorry. A heater comes on Monday."})
    assert (answer.status_code, "A heater comes on Monday" in answer.text) == (403, True)
    prove(client)
    assert opens(client, f"/host/requests/{thread}")
