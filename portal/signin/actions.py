"""Signing in and out, and changing how one signs in. All of it about oneself."""

import json
import secrets
from datetime import timedelta

import pyotp
import sqlalchemy as sa
from argon2 import PasswordHasher
from argon2.exceptions import VerificationError

from portal.autonomy.door import Mistake, ProofNeeded, Scope, action
from portal.core import clock, mail, throttle
from portal.core.db import db
from portal.core.jobs import regularly
from portal.core.sealed_secrets import seal, unseal
from portal.people import queries as people
from portal.people.models import Device, Person, StaffRole
from portal.people.roles import PROOF_LASTS, Role
from portal.people.session import ORGANISER_LONGEST, STAFF_LONGEST, hashed
from portal.signin import queries
from portal.signin.models import Challenge, Passkey, Password

STRANGERS = frozenset({Role.STRANGER, Role.SELF})
ONESELF = frozenset({Role.SELF})
SLOW_DOWN = "That’s a lot of tries. Wait ten minutes, then try again."
WINDOW = timedelta(minutes=10)

argon2 = PasswordHasher()  # Argon2id with the library's current advice (RFC 9106, low memory)
_NOBODYS_HASH = argon2.hash(secrets.token_hex(16))


@action(roles=STRANGERS, scope=Scope.PERSON, says="asked for a code")
def ask_code(by, *, email: str, browser: str, address: str, known: bool = False) -> Challenge | None:
    """Send six digits to an address, if it is someone's. Whether it is, nobody can tell from the answer or its time.

    None when this address, or the place it came from, asked too often; a device known for it still gets through then.
    """
    if _too_often("code", email, address, known, limit=5):
        return None
    person = people.person_by_email(email)
    made = Challenge(
        kind="code",
        person_id=person.id if person else None,
        browser_hash=hashed(browser),
        nonce=secrets.token_hex(16),
    )
    db.session.add(made)
    db.session.flush()
    mail.post("signin.code", challenge_id=made.id)
    return made


@mail.letter("signin.code")
def _code_letter(challenge_id: int):
    found = db.session.get(Challenge, challenge_id)
    if found is None or found.person_id is None or not found.is_open:
        return None
    return mail.Letter(db.session.get_one(Person, found.person_id).email, {"code": found.code})


@action(roles=STRANGERS, scope=Scope.PERSON, says="tried a code")
def enter_code(by, *, challenge_id: int, code: str, browser: str, token: str, label: str, remembered: bool):
    """Sign this browser in, or count one more wrong guess and return None."""
    asked = queries.open_challenge(challenge_id, "code", hashed(browser))
    if asked is None:
        return None
    asked.guesses += 1
    if asked.person_id is None or not secrets.compare_digest(asked.code, code):
        return None
    asked.spent_at = clock.now()
    return _new_device(asked.person_id, token, label, remembered)


@action(roles=STRANGERS, scope=Scope.PERSON, says="asked to use a passkey")
def ask_passkey(by, *, browser: str, address: str) -> Challenge | None:
    """A fresh challenge for this browser's passkey; None when the place it came from asked too often."""
    if throttle.too_many("passkey from", address, limit=60, window=WINDOW):
        return None
    made = Challenge(kind="passkey", browser_hash=hashed(browser), nonce=secrets.token_hex(32), person_id=by.person_id)
    db.session.add(made)
    return made


@action(roles=STRANGERS, scope=Scope.PERSON, says="signed in with a passkey")
def use_passkey(by, *, challenge_id: int, credential: str, browser: str, domain: str, origin: str, **device):
    """Sign this browser in with a passkey. Raises Mistake when it doesn't fit."""
    key = _verified_passkey(challenge_id, credential, browser, domain, origin)
    return _prove(_new_device(key.person_id, **device), device["token"], second_factor=True)


@action(roles=STRANGERS, scope=Scope.PERSON, says="tried a password")
def use_password(by, *, email: str, password: str, address: str, known: bool, **device):
    """Sign this browser in with a password, or return None. Takes as long for an address we don't know."""
    if _too_often("password", email, address, known, limit=10):
        raise Mistake(SLOW_DOWN, "password")
    person = people.person_by_email(email)
    kept = queries.password_of(person.id) if person else None
    if not _fits(kept.hash if kept else _NOBODYS_HASH, password) or kept is None:
        return None
    return _prove(_new_device(kept.person_id, **device), device["token"], second_factor=False)


@action(roles=frozenset({Role.SYSTEM}), scope=Scope.HOST, says="named the first coordinator")
def name_first_coordinator(by, *, email: str, name: str, code: str) -> Challenge:
    """Name the first coordinator and give them a code that works once, for 10 minutes.

    Only until a coordinator has set up how they prove who they are; a lost code, or a slip in the address, is made good
    by naming them again.
    """
    named = [held for _, held in people.staff() if held.role is Role.COORDINATOR]
    if any(queries.ways_of(held.person_id).enough_for_staff for held in named):
        raise Mistake("There is a coordinator already; they can bring in others.")
    for held in named:
        held.ended_at = clock.now()
    for earlier in queries.setup_challenges():
        earlier.spent_at = clock.now()
    person = people.person_by_email(email)
    if person is None:
        person = Person(email=email.strip().lower(), name=name)
        db.session.add(person)
        db.session.flush()
    db.session.add(StaffRole(person_id=person.id, role=Role.COORDINATOR))
    made = Challenge(kind="setup", person_id=person.id, browser_hash="", nonce=hashed(code))
    db.session.add(made)
    return made


@action(roles=STRANGERS, scope=Scope.PERSON, says="tried a set-up code")
def use_setup_code(by, *, code: str, address: str, **device) -> Device | None:
    """Sign the first coordinator in; next they set up a passkey, or a password and a code app."""
    if throttle.too_many("set-up from", address, limit=10, window=WINDOW):
        return None
    asked = queries.setup_challenge(hashed(code))
    if asked is None or asked.person_id is None:
        return None
    asked.spent_at = clock.now()
    return _new_device(asked.person_id, **device)


@action(roles=ONESELF, scope=Scope.PERSON, on=Device, says="proved who they are with a passkey")
def prove_with_passkey(by, device, *, challenge_id, credential, browser, domain, origin, token: str) -> Device:
    """Step up on this device with a passkey; the device gets a new token."""
    key = _verified_passkey(challenge_id, credential, browser, domain, origin)
    if key.person_id != by.person_id:
        raise Mistake("That passkey belongs to someone else.")
    return _prove(device, token, second_factor=True)


@action(roles=ONESELF, scope=Scope.PERSON, on=Device, says="proved who they are with a password")
def prove_with_password(by, device, *, password: str, app_code: str | None, token: str) -> Device | None:
    """Step up with a password, and with the code app's digits where staff need both. None when either is wrong."""
    if throttle.too_many("proof by", str(by.person_id), limit=10, window=WINDOW):
        raise Mistake(SLOW_DOWN, "password")
    kept = queries.password_of(by.person_id)
    if kept is None or not _fits(kept.hash, password):
        return None
    if app_code and not (kept.app_confirmed_at and _app_code_fits(kept, app_code)):
        return None
    return _prove(device, token, second_factor=bool(app_code))


@action(roles=ONESELF, scope=Scope.PERSON, says="added a passkey")
def add_passkey(by, *, challenge_id: int, credential: str, browser: str, domain: str, origin: str, label: str, token: str):
    """Keep a new passkey. The first way to prove oneself needs a fresh sign-in; later ones need a proof."""
    _check_may_change_ways(by)
    asked = queries.open_challenge(challenge_id, "passkey", hashed(browser))
    if asked is None:
        raise Mistake("That took a little long. Please try once more.")
    asked.spent_at = clock.now()
    from webauthn import verify_registration_response
    from webauthn.helpers.exceptions import WebAuthnException

    try:
        made = verify_registration_response(
            credential=json.loads(credential),
            expected_challenge=bytes.fromhex(asked.nonce),
            expected_rp_id=domain,
            expected_origin=origin,
            require_user_verification=True,
        )
    except (WebAuthnException, ValueError, KeyError):
        raise Mistake("This device couldn’t finish making a passkey. Please try once more.") from None
    key = Passkey(
        person_id=by.person_id,
        credential_id=Passkey.text(made.credential_id),
        public_key=Passkey.text(made.credential_public_key),
        sign_count=made.sign_count,
        label=label,
    )
    db.session.add(key)
    _prove(db.session.get_one(Device, by.device_id), token, second_factor=True)
    _tell_of_change(by)
    return key


@action(roles=ONESELF, scope=Scope.PERSON, on=Passkey, asks_again=True, says="removed a passkey")
def remove_passkey(by, passkey) -> None:
    db.session.delete(passkey)
    _tell_of_change(by)


@action(roles=ONESELF, scope=Scope.PERSON, says="set a password")
def set_password(by, *, password: str, token: str) -> Password:
    """Set or replace the password. A replaced one keeps its code app."""
    _check_may_change_ways(by)
    kept = queries.password_of(by.person_id)
    if kept is None:
        kept = Password(person_id=by.person_id, hash="")
        db.session.add(kept)
    kept.hash, kept.set_at = argon2.hash(password), clock.now()
    _prove(db.session.get_one(Device, by.device_id), token, second_factor=False)
    _tell_of_change(by)
    return kept


@action(roles=ONESELF, scope=Scope.PERSON, asks_again=True, says="removed their password")
def remove_password(by) -> None:
    kept = queries.password_of(by.person_id)
    if kept:
        db.session.delete(kept)
        _tell_of_change(by)


@action(roles=ONESELF, scope=Scope.PERSON, asks_again=True, says="started a code app")
def start_app(by) -> Password:
    """Make a new key for a code app; it counts once its first code was entered."""
    kept = queries.password_of(by.person_id)
    if kept is None:
        raise Mistake("Set a password first.")
    if not kept.app_confirmed_at:
        kept.app_key = seal(pyotp.random_base32())
    return kept


@action(roles=ONESELF, scope=Scope.PERSON, asks_again=True, says="set up a code app")
def confirm_app(by, *, app_code: str, token: str) -> Password:
    """Take the app's first code."""
    kept = queries.password_of(by.person_id)
    if kept is None:
        raise Mistake("Start again with the app’s square code.")
    if not _app_code_fits(kept, app_code):
        raise Mistake("Those digits don’t fit. Wait for the next six and try them.", "app_code")
    kept.app_confirmed_at = clock.now()
    _prove(db.session.get_one(Device, by.device_id), token, second_factor=True)
    _tell_of_change(by)
    return kept


@action(roles=ONESELF, scope=Scope.PERSON, on=Device, says="signed out")
def sign_out(by, device) -> Device:
    """End one device, this one or another."""
    device.ended_at = device.ended_at or clock.now()
    return device


@action(roles=ONESELF, scope=Scope.PERSON, says="signed out everywhere")
def sign_out_everywhere(by) -> None:
    live = sa.update(Device).where(Device.person_id == by.person_id, Device.ended_at.is_(None))
    db.session.execute(live.values(ended_at=clock.now()))


@mail.letter("signin.changed")
def _changed_letter(person_id: int):
    return mail.Letter(db.session.get_one(Person, person_id).email, {})


def _too_often(what: str, email: str, address: str, known: bool, *, limit: int) -> bool:
    """Count a try for this address and from this place. A device known for the address has a count of its own, which
    nobody else can use up: strangers slow each other down, never its owner."""
    if known:
        return throttle.too_many(f"{what} on a known device for", email, limit=20, window=WINDOW)
    often = throttle.too_many(f"{what} for", email, limit=limit, window=WINDOW)
    return throttle.too_many(f"{what} from", address, limit=6 * limit, window=WINDOW) or often


def _tell_of_change(by) -> None:
    mail.post("signin.changed", person_id=by.person_id)


def _new_device(person_id: int, token: str, label: str, remembered: bool) -> Device:
    lasts = STAFF_LONGEST if people.is_staff(person_id) else ORGANISER_LONGEST
    device = Device(
        person_id=person_id,
        token_hash=hashed(token),
        label=label,
        remembered=remembered and lasts == ORGANISER_LONGEST,
        expires_at=clock.now() + lasts,
    )
    db.session.add(device)
    db.session.flush()
    return device


def _prove(device: Device, token: str, *, second_factor: bool) -> Device:
    """This device has just proved who holds it; from now on it goes by a new token."""
    device.token_hash = hashed(token)
    device.proved_at = device.last_used_at = clock.now()
    if second_factor:
        device.second_factor_at = device.proved_at
    return device


def _check_may_change_ways(by) -> None:
    """Changing how one signs in needs a proof within 10 minutes; having none yet, a sign-in within 10 minutes."""
    fresh = clock.now() - PROOF_LASTS
    if queries.ways_of(by.person_id).any:
        if by.proved_at is None or by.proved_at < fresh:
            raise ProofNeeded()
    elif db.session.get_one(Device, by.device_id).created_at < fresh:
        raise ProofNeeded()


def _verified_passkey(challenge_id: int, credential: str, browser: str, domain: str, origin: str) -> Passkey:
    asked = queries.open_challenge(challenge_id, "passkey", hashed(browser))
    from webauthn import verify_authentication_response
    from webauthn.helpers.exceptions import WebAuthnException

    try:
        answer = json.loads(credential)
        key = queries.passkey(str(answer["id"]))
        if asked is None or key is None:
            raise Mistake("That passkey isn’t known here. Use a code instead.")
        asked.spent_at = clock.now()
        proof = verify_authentication_response(
            credential=answer,
            expected_challenge=bytes.fromhex(asked.nonce),
            expected_rp_id=domain,
            expected_origin=origin,
            credential_public_key=Passkey.raw(key.public_key),
            credential_current_sign_count=key.sign_count,
            require_user_verification=True,
        )
    except (WebAuthnException, ValueError, KeyError, TypeError):
        raise Mistake("That passkey didn’t fit. Try once more, or use a code.") from None
    key.sign_count, key.last_used_at = proof.new_sign_count, clock.now()
    return key


def _fits(kept_hash: str, password: str) -> bool:
    try:
        return argon2.verify(kept_hash, password)
    except VerificationError:
        return False


def _app_code_fits(kept: Password, app_code: str) -> bool:
    """Whether the digits are this half-minute's (or a neighbour's), and not used before."""
    if kept.app_key is None:
        return False
    app = pyotp.TOTP(unseal(kept.app_key))
    step = int(clock.now().timestamp()) // app.interval
    for near in (step, step - 1, step + 1):
        if near > (kept.app_last_step or 0) and secrets.compare_digest(app.generate_otp(near), app_code):
            kept.app_last_step = near
            return True
    return False


@regularly
def forget_old_challenges() -> None:
    """Drop challenges nobody can answer any more."""
    db.session.execute(sa.delete(Challenge).where(Challenge.created_at < clock.now() - timedelta(days=1)))
    db.session.commit()
