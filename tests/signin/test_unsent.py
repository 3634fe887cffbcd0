"""Nothing typed is lost to a time-out: it is given back on a page, and sent again by hand once someone is in."""

import io
import logging
from datetime import timedelta
from html.parser import HTMLParser

import pytest
import sqlalchemy as sa
import time_machine
from wtforms import PasswordField

from portal.activity.models import Entry
from portal.core import clock, files
from portal.core.db import db
from portal.members.models import Invitation
from portal.people.expired_sign_in import NEVER_BACK
from portal.people.models import Device
from portal.people.roles import Role
from portal.receipts.models import Receipt
from tests import make
from tests.client import Client, words
from tests.core.test_every_form import every_form  # noqa: F401 - a fixture

WITHOUT, PEOPLE = "/g/tuesday-kettle/receipts/without", "/g/tuesday-kettle/people/invitations"
TYPED = {
    "key": "k" * 20,
    "shop": "Bus “fares” <b>\r\nand more",
    "amount_pence": "7.20",
    "spent_on": "1/2/2026",
    "why": "It got lost",
}


class GivenBack(HTMLParser):
    """The form of such a page: where it goes and what it holds."""

    def __init__(self, answer):
        super().__init__(convert_charrefs=True)
        self.forms: list[tuple[str, str, list[tuple[str, str]]]] = []
        self.feed(answer.text)

    def handle_starttag(self, tag, attrs):
        facts = dict(attrs)
        if tag == "form":
            self.forms.append((facts["method"], facts["action"], []))
        if tag == "input":
            assert facts["type"] == "hidden"
            self.forms[-1][2].append((facts["name"], facts["value"]))


@pytest.fixture
def marsha(kettle):
    return make.person("Marsha")


@pytest.fixture
def gone(client, marsha):
    """Marsha's browser after her session was ended elsewhere."""
    client.as_(marsha)
    _end_every_session()
    return client


def _end_every_session() -> None:
    db.session.execute(sa.update(Device).values(ended_at=clock.now()))
    db.session.commit()


def receipts() -> list[str]:
    return list(db.session.scalars(sa.select(Receipt.shop)))


def test_what_was_typed_is_given_back_and_sent_again_by_hand_once(gone, marsha):
    answer = gone.post(WITHOUT, data=TYPED)
    assert answer.status_code == 401
    assert "Not sent yet" in words(answer)
    assert "You were signed out meanwhile" in words(answer)
    assert "Leave quickly" in words(answer)
    assert 'target="_blank"' in answer.text
    assert "/sign-in?next=/sign-in/back" in answer.text
    ((method, action, fields),) = GivenBack(answer).forms
    assert (method, action, dict(fields)) == ("post", WITHOUT, TYPED)
    assert receipts() == []
    assert GivenBack(gone.post(action, data=fields_of(fields))).forms == [(method, action, fields)]  # still out: kept on
    gone.as_(marsha)
    for _ in range(2):
        assert gone.post(action, data=fields_of(fields)).status_code == 303
    assert len(receipts()) == 1
    assert gone.get("/sign-in/back").status_code == 200


def fields_of(fields) -> dict:
    return {name: [value for other, value in fields if other == name] for name, _ in fields}


def test_it_is_in_no_address_cookie_log_or_row_of_ours(gone, caplog):
    log = logging.getLogger("portal")
    log.addHandler(caplog.handler)
    before = db.session.scalar(sa.select(sa.func.count(Entry.id)))
    secret = {"key": "k" * 20, "shop": "Unmistakable", "amount_pence": "1"}
    try:
        with caplog.at_level(logging.DEBUG):
            answer = gone.post(WITHOUT, data=secret)
    finally:
        log.removeHandler(caplog.handler)
    assert "Unmistakable" in answer.text
    assert "Unmistakable" not in str(answer.headers)
    assert "Unmistakable" not in caplog.text + "".join(str(vars(one)) for one in caplog.records)
    assert answer.headers["Cache-Control"] == "no-store"
    assert db.session.scalar(sa.select(sa.func.count(Entry.id))) == before
    assert receipts() == []


@pytest.mark.parametrize("site", ["cross-site", "same-site", "none"])
def test_from_elsewhere_it_neither_works_nor_is_given_back(client, gone, marsha, site):
    from_elsewhere = gone.post(WITHOUT, data=TYPED, headers={"Sec-Fetch-Site": site})
    assert (from_elsewhere.status_code, "Bus" in from_elsewhere.text) == (403, False)
    client.as_(marsha)
    assert client.post(WITHOUT, data=TYPED, headers={"Sec-Fetch-Site": site}).status_code == 403
    assert receipts() == []


def test_where_nothing_was_typed_the_way_in_is_the_answer(gone):
    for body in ({}, {"key": "k" * 20}, {"key": "k" * 20, "shop": " "}):
        answer = gone.post(WITHOUT, data=body)
        assert (answer.status_code, answer.headers["Location"][:13]) == (303, "/sign-in?next")
    assert gone.get(WITHOUT).status_code == 303
    waiting = gone.post("/g/tuesday-kettle/receipts/", data={"receipt_key": "r" * 20}, headers={"HX-Request": "true"})
    assert (waiting.status_code, waiting.headers["HX-Redirect"][:13]) == (401, "/sign-in?next")


def test_a_part_that_was_asked_for_becomes_the_page(gone):
    answer = gone.post(WITHOUT, data=TYPED, headers={"HX-Request": "true", "HX-Boosted": "true"})
    assert (answer.status_code, answer.headers["HX-Retarget"]) == (401, "body")
    assert "data-keep" in answer.text


def test_a_photo_has_to_be_chosen_again_and_leaves_nothing_behind(gone):
    data = {"key": "k" * 20, "receipt_key": "r" * 20, "photo": (io.BytesIO(make.jpeg()), "photo.jpg")}
    answer = gone.post("/g/tuesday-kettle/receipts/", data=data)
    assert answer.status_code == 401
    assert "choose your photo again" in words(answer)
    assert "Send it now" not in words(answer)
    both = gone.post(WITHOUT, data=TYPED | {"photo": (io.BytesIO(make.jpeg()), "photo.jpg")})
    assert "A photo or file can’t wait on this page" in words(both)
    assert dict(GivenBack(both).forms[0][2]) == TYPED
    arriving = files.store().scratch()
    assert list(arriving.parent.iterdir()) == [arriving] or not arriving.exists()


def test_a_proof_that_is_too_old_loses_nothing_either(client, marsha):
    client.as_(marsha, proved=False)
    body = {"key": "k" * 20, "email": "june@example.org", "role": "helper"}
    answer = client.post(PEOPLE, data=body)
    assert answer.status_code == 403
    assert "we ask again that it’s you" in words(answer)
    assert answer.headers["Location"] == "/sign-in/again?next=/sign-in/back"
    ((_, action, fields),) = GivenBack(answer).forms
    assert (action, dict(fields)) == (PEOPLE, body)
    client.as_(marsha)
    for _ in range(2):
        assert client.post(action, data=dict(fields)).status_code == 303
    assert db.session.scalars(sa.select(Invitation.email)).all() == ["june@example.org"]


def test_nor_do_staff_who_were_away_too_long(client, kettle):
    imani = make.staff("Imani Okafor", Role.COORDINATOR)
    client.as_(imani, second_factor=False)
    answer = client.post("/host/groups/", data={"key": "k" * 20, "name": "The New Ones", "email": "a@example.org"})
    assert (answer.status_code, answer.headers["Location"]) == (403, "/sign-in/second?next=/sign-in/back")
    assert dict(GivenBack(answer).forms[0][2])["name"] == "The New Ones"


def test_no_secret_is_ever_given_back(app, client, marsha, every_form):  # noqa: F811
    with app.test_request_context():
        secrets = {field.name for kind in every_form for field in kind() if isinstance(field, PasswordField)}
    assert secrets <= NEVER_BACK
    client.as_(marsha)
    _end_every_session()
    sent = dict.fromkeys(NEVER_BACK, "hunter2hunter2")
    assert client.post("/you/password", data=sent).status_code == 303
    answer = client.post("/you/password", data=sent | {"name": "Marsha"})
    assert (answer.status_code, "hunter2" in answer.text) == (401, False)


@pytest.fixture
def time():
    with time_machine.travel(clock.now(), tick=False) as traveller:
        yield traveller


def test_a_session_that_ran_out_by_itself_loses_nothing(client, marsha, time):
    client.as_(marsha)
    time.shift(timedelta(days=15))
    assert client.post(WITHOUT, data=TYPED).status_code == 401
    assert Client(client.app).post(WITHOUT, data=TYPED).status_code == 401
