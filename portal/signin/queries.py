"""Reads about signing in: what someone has set up, where they are signed in."""

from dataclasses import dataclass

import sqlalchemy as sa

from portal.core import clock
from portal.core.db import db
from portal.people.models import Device
from portal.signin.models import Challenge, Passkey, Password


@dataclass(frozen=True)
class Ways:
    """What someone has set up to prove who they are."""

    passkeys: list[Passkey]
    password: Password | None

    @property
    def any(self) -> bool:
        return bool(self.passkeys or self.password)

    @property
    def enough_for_staff(self) -> bool:
        """A passkey, or a password with a code app."""
        return bool(self.passkeys or (self.password and self.password.app_confirmed_at))


def ways_of(person_id: int) -> Ways:
    passkeys = db.session.scalars(sa.select(Passkey).where(Passkey.person_id == person_id).order_by(Passkey.id))
    return Ways(list(passkeys), password_of(person_id))


def password_of(person_id: int) -> Password | None:
    return db.session.scalar(sa.select(Password).where(Password.person_id == person_id))


def passkey(credential_id: str) -> Passkey | None:
    return db.session.scalar(sa.select(Passkey).where(Passkey.credential_id == credential_id))


def open_challenge(challenge_id: int, kind: str, browser_hash: str) -> Challenge | None:
    """The challenge this browser was given, locked, if it can still be answered."""
    query = sa.select(Challenge).where(
        Challenge.id == challenge_id, Challenge.kind == kind, Challenge.browser_hash == browser_hash
    )
    found = db.session.scalar(query.with_for_update())
    return found if found and found.is_open else None


def devices_of(person_id: int) -> list[Device]:
    """Where someone is signed in now, the latest first."""
    live = sa.select(Device).where(
        Device.person_id == person_id, Device.ended_at.is_(None), Device.expires_at > clock.now()
    )
    return list(db.session.scalars(live.order_by(Device.last_used_at.desc(), Device.id.desc()).limit(50)))


def setup_challenge(code_hash: str) -> Challenge | None:
    """The set-up code of the first coordinator, if it can still be used."""
    query = sa.select(Challenge).where(Challenge.kind == "setup", Challenge.nonce == code_hash).with_for_update()
    found = db.session.scalar(query)
    return found if found and found.is_open else None


def setup_challenges() -> list[Challenge]:
    """Set-up codes that nobody used."""
    return list(db.session.scalars(sa.select(Challenge).where(Challenge.kind == "setup", Challenge.spent_at.is_(None))))
