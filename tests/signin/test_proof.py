"""Proving oneself: password, code app, step-up, the first passkey, the first coordinator."""

import json
import re
from datetime import timedelta
from hashlib import sha256

import cbor2
import pyotp
import pytest
from click.testing import CliRunner
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec

from portal import cli
from portal.core import clock, jobs
from portal.core.db import db
from portal.core.sealed_secrets import unseal
from portal.people.models import Device, Person, StaffRole
from portal.people.roles import Role
from portal.signin.models import Challenge, Passkey, Password
from tests import make
from tests.client import Client, words

WORDS = "four calm words here"


@pytest.fixture
def with_password(client, marsha, time):
    """Marsha, signed in, with a password."""
    client.as_(marsha)
    assert client.post("/you/password", data={"password": WORDS}).status_code == 303
    return client


@pytest.fixture
def glyn(app, client, time):
    """Glyn of the host's, signed in, with a password and a code app; `glyn.app` is the app."""
    person = make.staff("Glyn Parry", Role.FINANCE)
    client.as_(person, second_factor=False)
    client.post("/you/password", data={"password": WORDS})
    client.post("/you/app")
    kept = db.session.scalars(db.select(Password)).one()
    client.app_digits = pyotp.TOTP(unseal(kept.app_key))
    shown = client.get("/you/app")
    assert client.app_digits.secret in words(shown).replace(" ", "")
    assert client.post("/you/app/code", data={"app_code": client.app_digits.now()}).status_code == 303
    client.get("/you")
    return client


def token(client) -> str:
    return client.get_cookie("trellis").value.split(".")[0]


def device(client) -> Device:
    from portal.people.session import hashed

    db.session.rollback()
    return db.session.scalar(db.select(Device).where(Device.token_hash == hashed(token(client))))


def test_a_password_is_kept_as_argon2id(with_password):
    kept = db.session.scalars(db.select(Password)).one()
    assert kept.hash.startswith("$argon2id$v=19$")
    memory, rounds = re.search(r"m=(\d+),t=(\d+)", kept.hash).groups()
    assert int(memory) >= 19 * 1024
    assert int(rounds) >= 2
    assert WORDS not in kept.hash


def test_a_password_signs_in_and_counts_as_proof(app, with_password, marsha):
    other = Client(app)
    answer = other.post("/sign-in/password", data={"email": "marsha@example.org", "password": WORDS})
    assert answer.status_code == 303
    assert other.get("/g/tuesday-kettle/").status_code == 200
    assert device(other).proved_at
    assert device(other).second_factor_at is None


def test_a_wrong_password_and_an_unknown_address_read_alike(app, with_password):
    def tried(email):
        answer = Client(app).post("/sign-in/password", data={"email": email, "password": "something else"})
        return answer.status_code, re.sub(r'"[0-9a-f]{32}"', "", answer.text).replace(email, "")

    assert tried("marsha@example.org") == tried("nobody@example.org")


@pytest.mark.slow
def test_password_guesses_slow_down_but_not_on_a_browser_that_is_known(app, with_password, code_for, time):
    known = Client(app)
    known.post("/sign-in/code", data={"code": code_for(known, "marsha@example.org")})
    known.post("/you/sign-out-everywhere")
    right = {"email": "marsha@example.org", "password": WORDS}
    stranger = Client(app)
    for _ in range(10):
        stranger.post("/sign-in/password", data={**right, "password": "guess"})
    slow = stranger.post("/sign-in/password", data=right)
    assert slow.status_code == 422
    assert "Wait ten minutes" in words(slow)
    assert known.post("/sign-in/password", data=right).status_code == 303
    time.shift(timedelta(minutes=10, seconds=1))
    assert stranger.post("/sign-in/password", data=right).status_code == 303


def test_a_password_is_ten_letters_or_more(client, marsha):
    answer = client.as_(marsha).post("/you/password", data={"password": "short"})
    assert answer.status_code == 422
    assert "Use 10 letters or more" in words(answer)
    assert "short" not in answer.text


def test_changing_how_one_signs_in_is_told_by_mail(with_password, post):
    jobs.run_waiting()
    assert [(mail["To"], mail["Subject"]) for mail in post] == [("marsha@example.org", "A change to how you sign in")]


def test_a_proof_lasts_ten_minutes_and_brings_a_new_token(with_password, time):
    ask = "/g/tuesday-kettle/people/invitations"
    time.shift(timedelta(minutes=11))
    answer = with_password.post(ask, data={"email": "new@example.org", "role": "helper"})
    assert answer.headers["Location"].startswith("/sign-in/again")
    before = token(with_password)
    proof = {"password": WORDS, "next": "/g/tuesday-kettle/people"}
    answer = with_password.post("/sign-in/again", data=proof)
    assert answer.headers["Location"] == "/g/tuesday-kettle/people"
    assert token(with_password) != before
    assert (
        with_password.post(ask, data={"email": "new@example.org", "role": "helper"}).headers["Location"].endswith("/people")
    )
    with_password.set_cookie("trellis", before)
    assert with_password.get("/you").status_code == 303


def test_a_wrong_proof_opens_nothing(with_password, time):
    time.shift(timedelta(minutes=11))
    before = token(with_password)
    answer = with_password.post("/sign-in/again", data={"password": "something else"})
    assert answer.status_code == 422
    assert token(with_password) == before
    assert device(with_password).proved_at < clock.now() - timedelta(minutes=10)


def test_setting_a_password_brings_a_new_token(client, marsha):
    before = token(client.as_(marsha))
    client.post("/you/password", data={"password": WORDS})
    assert token(client) != before
    assert client.get("/you").status_code == 200


@pytest.mark.parametrize("minutes", [9, 11])
def test_the_first_way_to_prove_oneself_needs_a_fresh_sign_in(client, marsha, time, minutes):
    client.as_(marsha, proved=False)
    time.shift(timedelta(minutes=minutes))
    passkey = client.post("/you/passkeys", data={"challenge_id": "1", "credential": "{}"})
    assert (passkey.headers.get("Location") == "/sign-in/again?next=/") is (minutes > 10)
    client.post("/you/password", data={"password": WORDS})
    assert (db.session.scalar(db.select(Password)) is not None) is (minutes < 10)


def test_with_a_way_there_already_a_code_by_email_adds_none(app, with_password, code_for):
    """An inbox alone never becomes more than the everyday things."""
    thief = Client(app)
    thief.post("/sign-in/code", data={"code": code_for(thief, "marsha@example.org")})
    answer = thief.post("/you/password", data={"password": "a thief's own password"})
    assert answer.headers["Location"].startswith("/sign-in/again")
    answer = thief.post("/you/passkeys", data={"challenge_id": "1", "credential": "{}"})
    assert answer.headers["Location"].startswith("/sign-in/again")
    assert thief.post("/you/password/removal").headers["Location"].startswith("/sign-in/again")
    thief.post("/sign-in/password", data={"email": "marsha@example.org", "password": "a thief's own password"})
    assert device(thief).proved_at is None


@pytest.mark.slow
def test_a_password_alone_is_not_enough_for_staff(glyn, app):
    other = Client(app)
    other.post("/sign-in/password", data={"email": "glyn@example.org", "password": WORDS})
    assert other.get("/host/receipts/").headers["Location"].startswith("/sign-in/second")
    answer = other.post("/sign-in/again", data={"password": WORDS, "second": "1"})
    assert answer.status_code == 422
    other.post("/sign-in/again", data={"password": WORDS})
    assert other.get("/host/receipts/").status_code == 303


@pytest.mark.slow
def test_staff_come_in_with_a_password_and_the_apps_digits_used_once(glyn, app, time):
    time.shift(timedelta(minutes=1))
    digits = glyn.app_digits.now()
    proof = {"password": WORDS, "second": "1", "app_code": f"{digits[:3]} {digits[3:]}", "next": "/host/receipts/"}
    first, second = Client(app), Client(app)
    for one in (first, second):
        one.post("/sign-in/password", data={"email": "glyn@example.org", "password": WORDS})
    assert first.post("/sign-in/again", data=proof).headers["Location"] == "/host/receipts/"
    assert first.get("/host/receipts/").status_code == 200
    assert second.post("/sign-in/again", data=proof).status_code == 422
    time.shift(timedelta(seconds=30))
    proof["app_code"] = glyn.app_digits.now()
    assert second.post("/sign-in/again", data=proof).status_code == 303


@pytest.mark.slow
def test_digits_older_than_a_half_minute_or_so_are_no_use(glyn, app, time):
    time.shift(timedelta(minutes=5))
    old = glyn.app_digits.now()
    time.shift(timedelta(seconds=61))
    other = Client(app)
    other.post("/sign-in/password", data={"email": "glyn@example.org", "password": WORDS})
    assert other.post("/sign-in/again", data={"password": WORDS, "second": "1", "app_code": old}).status_code == 422


def test_an_app_that_was_only_started_proves_nothing(client, time):
    """Somebody on a signed-in staff browser can't make themselves a second factor halfway."""
    person = make.staff("Sefa Tuilagi", Role.FINANCE)
    client.as_(person, second_factor=False)
    client.post("/you/password", data={"password": WORDS})
    client.post("/you/app")
    digits = pyotp.TOTP(unseal(db.session.scalars(db.select(Password)).one().app_key)).now()
    assert client.post("/sign-in/again", data={"password": WORDS, "second": "1", "app_code": digits}).status_code == 422
    assert client.get("/host/receipts/").status_code == 303


def test_the_apps_key_is_kept_sealed(glyn):
    kept = db.session.scalars(db.select(Password)).one()
    assert glyn.app_digits.secret not in str(kept.__dict__)
    assert glyn.app_digits.secret not in words(glyn.get("/you/app")).replace(" ", "")  # and never shown again


@pytest.mark.slow
def test_a_passkey_challenge_fits_one_browser_and_is_not_taken_at_a_bare_number(client):
    asked = client.post("/sign-in/passkey/challenge", base_url="http://localhost").json
    assert asked["options"]["rpId"] == "localhost"
    assert asked["options"]["userVerification"] == "required"
    assert asked["options"]["allowCredentials"] == []
    assert client.post("/sign-in/passkey/challenge", base_url="http://127.0.0.1:8000").status_code == 404
    made_up = {"challenge_id": asked["challenge_id"], "credential": '{"id": "nothing"}'}
    answer = client.post("/sign-in/passkey", data=made_up)
    assert answer.status_code == 422
    assert "isn’t known here" in words(answer)
    for broken in ("", "[]", "null", "{", '{"id": 3}'):
        data = {"challenge_id": asked["challenge_id"], "credential": broken}
        assert client.post("/sign-in/passkey", data=data).status_code == 422


def test_a_code_of_an_app_that_was_never_begun_is_taken_by_nobody(client, marsha, time):
    client.as_(marsha)
    assert client.post("/you/app").status_code == 422
    for has_password in (False, True):
        if has_password:
            client.post("/you/password", data={"password": WORDS})
        answer = client.post("/you/app/code", data={"app_code": "123456"})
        assert answer.status_code == 422
        assert "Nothing to set up here" in words(answer)


def test_an_app_counts_once_its_digits_fit(with_password):
    with_password.post("/you/app")
    answer = with_password.post("/you/app/code", data={"app_code": "123456"})
    assert "Those digits don’t fit" in words(answer)
    assert db.session.scalars(db.select(Password.app_confirmed_at)).one() is None


def test_guesses_of_whoever_is_signed_in_slow_down_too(with_password):
    for _ in range(10):
        with_password.post("/sign-in/again", data={"password": "four other words here"})
    assert "Wait ten minutes" in words(with_password.post("/sign-in/again", data={"password": WORDS}))


ADDRESS, ORIGIN = "localhost", "http://localhost"


def signed(key, called: str, nonce: str) -> str:
    """What a browser hands over that this key signed a challenge."""
    said = json.dumps({"type": "webauthn.get", "challenge": Passkey.text(bytes.fromhex(nonce)), "origin": ORIGIN}).encode()
    told = sha256(ADDRESS.encode()).digest() + b"\x05" + bytes(4)  # someone is there and has proved it; no count is kept
    proof = key.sign(told + sha256(said).digest(), ec.ECDSA(hashes.SHA256()))
    answer = {"clientDataJSON": said, "authenticatorData": told, "signature": proof}
    own = {"id": called, "rawId": called, "type": "public-key"}
    return json.dumps({**own, "response": {name: Passkey.text(part) for name, part in answer.items()}})


def kept_passkey(person: Person) -> tuple[ec.EllipticCurvePrivateKey, str]:
    """A passkey of theirs, and what it is called."""
    key, called = ec.generate_private_key(ec.SECP256R1()), Passkey.text(person.email.encode())
    point = key.public_key().public_numbers()
    public = cbor2.dumps({1: 2, 3: -7, -1: 1, -2: point.x.to_bytes(32), -3: point.y.to_bytes(32)})
    own = {"person_id": person.id, "credential_id": called, "sign_count": 0, "label": "Phone"}
    db.session.add(Passkey(**own, public_key=Passkey.text(public)))
    db.session.commit()
    return key, called


@pytest.mark.parametrize(("whose", "status"), [("Marsha", 303), ("Joe", 422)])
def test_a_passkey_proves_only_whose_it_is(client, marsha, whose, status):
    key, called = kept_passkey(make.person(whose))
    client.as_(marsha)
    asked = client.post("/sign-in/passkey/challenge", base_url=ORIGIN).json
    nonce = db.session.get_one(Challenge, asked["challenge_id"]).nonce
    proof = {"challenge_id": asked["challenge_id"], "credential": signed(key, called, nonce)}
    answer = client.post("/sign-in/again/passkey", data=proof, base_url=ORIGIN)
    assert answer.status_code == status
    assert ("belongs to someone else" in words(answer)) is (whose != "Marsha")


def test_passkey_challenges_slow_down(client, time):
    for _ in range(60):
        assert client.post("/sign-in/passkey/challenge").status_code == 200
    assert client.post("/sign-in/passkey/challenge").status_code == 429
    time.shift(timedelta(minutes=10, seconds=1))
    assert client.post("/sign-in/passkey/challenge").status_code == 200


@pytest.fixture
def setup(app, settings, monkeypatch):
    """Runs `portal setup` and returns what it printed."""
    for name, value in settings.values.items():
        if name.startswith("PORTAL_") and isinstance(value, str) and value:
            monkeypatch.setenv(name, value)
    monkeypatch.setenv("PORTAL_DATA", str(settings.data))

    def ran(email="imani@example.org", name="Imani Okafor"):
        db.session.remove()
        result = CliRunner().invoke(cli.main, ["setup"], input=f"{email}\n{name}\n")
        return result.output.splitlines()[-1], result.exit_code

    return ran


def roles() -> list[tuple[str, Role]]:
    db.session.rollback()
    live = db.select(Person.email, StaffRole.role).join(StaffRole).where(StaffRole.ended_at.is_(None))
    return [tuple(row) for row in db.session.execute(live)]


@pytest.mark.slow
def test_the_first_coordinator_comes_in_with_a_printed_code_once(app, client, setup):
    code, _ = setup()
    assert roles() == [("imani@example.org", Role.COORDINATOR)]
    assert all(code not in str(row.__dict__) for row in db.session.scalars(db.select(Challenge)))
    answer = client.post("/set-up", data={"code": code})
    assert answer.headers["Location"] == "/sign-in/second"
    assert client.get("/host/groups/").headers["Location"].startswith("/sign-in/second")
    assert Client(app).post("/set-up", data={"code": code}).status_code == 422
    client.post("/you/password", data={"password": WORDS})
    client.post("/you/app")
    key = unseal(db.session.scalars(db.select(Password)).one().app_key)
    client.post("/you/app/code", data={"app_code": pyotp.TOTP(key).now()})
    assert client.get("/host/groups/").status_code == 200
    printed, exit_code = setup(email="other@example.org")
    assert exit_code == 1
    assert "There is a coordinator already" in printed
    assert roles() == [("imani@example.org", Role.COORDINATOR)]


@pytest.mark.slow
def test_a_set_up_code_that_ran_out_can_be_made_anew(client, setup, time):
    old, _ = setup(email="imany@example.org")
    time.shift(timedelta(minutes=11))
    assert client.post("/set-up", data={"code": old}).status_code == 422
    new, exit_code = setup()
    assert exit_code == 0
    assert roles() == [("imani@example.org", Role.COORDINATOR)]
    assert client.post("/set-up", data={"code": new}).status_code == 303


@pytest.mark.slow
def test_an_earlier_set_up_code_stops_working(client, setup):
    earlier, _ = setup(email="imany@example.org")
    setup()
    assert client.post("/set-up", data={"code": earlier}).status_code == 422


def test_set_up_codes_can_not_be_guessed_at_leisure(client, setup):
    code, _ = setup()
    for _ in range(10):
        client.post("/set-up", data={"code": "a guess"})
    assert client.post("/set-up", data={"code": code}).status_code == 422


def test_there_is_no_account_before_one_is_made(app):
    assert db.session.scalar(db.select(db.func.count()).select_from(Person)) == 0
