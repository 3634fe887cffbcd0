"""Signed in? One cookie holds a random token and when it was last used, signed; the rest is the device's row.

The time of last use travels in the cookie so that idle limits need no write on a GET.
"""

import hashlib
import secrets
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from functools import cached_property

import sqlalchemy as sa
from flask import Flask, current_app, g, request
from flask_login import LoginManager, UserMixin, current_user
from itsdangerous import BadSignature, TimestampSigner

from portal.core import clock
from portal.core.db import UtcDateTime, fetched, prepared, reading
from portal.people.models import Device, Group, Membership, Person, StaffRole, suspended_until
from portal.people.roles import STAFF_ROLES, Actor, Role

ORGANISER_IDLE = timedelta(days=14)
ORGANISER_LONGEST = timedelta(days=60)
STAFF_IDLE = timedelta(minutes=30)
STAFF_LONGEST = timedelta(hours=10)
DOZES_AFTER = timedelta(minutes=5)
REFRESH = timedelta(seconds=60)
DOZED = ".idle"  # at a token's end in the cookie
BY_ITSELF = "By-Itself"  # a header: the page asked, not its person, who may be away

login = LoginManager()


@dataclass(frozen=True)
class Place:
    """A group someone is in, and as what."""

    group_id: int
    slug: str
    name: str
    role: Role
    paused_until: datetime | None = None  # under a legal duty; nothing of the group opens before


@dataclass
class Identity(UserMixin):
    """The signed-in person on this request: plain facts, read once, no rows attached."""

    id: int
    name: str
    email: str
    device_id: int
    signed_in_at: datetime
    remembered: bool
    proved_at: datetime | None
    second_factor_at: datetime | None
    idle: timedelta
    dozed: bool = False  # did nothing for 5 minutes, now or before, and gave no proof since
    places: list[Place] = field(default_factory=list)
    staff_roles: frozenset[Role] = frozenset()

    @property
    def acts_as_staff(self) -> bool:
        """Whether the host's pages are open: a second factor within 10 hours and no 30 idle minutes."""
        return bool(
            self.staff_roles
            and self.second_factor_at
            and not self.slept_at_work
            and self.second_factor_at > clock.now() - STAFF_LONGEST
        )

    @property
    def slept_at_work(self) -> bool:
        """Staff idle too long: the cookie keeps its old time until they prove themselves, or the next page would open."""
        return bool(self.staff_roles) and self.idle > STAFF_IDLE

    @cached_property
    def staff_actor(self) -> Actor:
        return self._actor(self.staff_roles)

    @cached_property
    def self_actor(self) -> Actor:
        return self._actor(frozenset({Role.SELF}))

    def actor_in(self, place: Place) -> Actor:
        return self._actor(frozenset({place.role}))

    def _actor(self, roles: frozenset[Role]) -> Actor:
        return Actor(self.id, self.name, roles, self.device_id, self.proved_at)


def cookie_name() -> str:
    return "__Host-trellis" if current_app.config["SETTINGS"].secure else "trellis"


def _signer() -> TimestampSigner:
    return TimestampSigner(current_app.secret_key or "", salt="device")


def hashed(token: str) -> str:
    """How tokens are kept: SHA-256 of 256 random bits needs no salt."""
    return hashlib.sha256(token.encode()).hexdigest()


def new_token() -> str:
    return secrets.token_urlsafe(32)


def start(token: str, *, remembered: bool, dozed: bool = False) -> None:
    """Give this browser the token on its way out. `dozed`: conversations are shut until a proof brings another."""
    g.new_cookie = (token + DOZED if dozed else token, remembered)


def end() -> None:
    """Take the token from this browser on its way out."""
    g.new_cookie = ("", False)


@login.request_loader
def load(_request) -> Identity | None:
    """Who holds this request's cookie, or None. One statement, in a short transaction of its own."""
    try:
        signed, stamp = _signer().unsign(request.cookies.get(cookie_name(), ""), return_timestamp=True)
    except BadSignature:
        return None
    kept, idle = signed.decode(), clock.now() - stamp
    token = kept.removesuffix(DOZED)
    with reading():
        identity = _read(hashed(token), idle)
    if identity is None:
        return None
    identity.dozed = kept != token or idle > DOZES_AFTER
    by_itself = BY_ITSELF in request.headers
    if idle > REFRESH and not (identity.slept_at_work or by_itself or "new_cookie" in g):
        start(token, remembered=identity.remembered, dozed=identity.dozed)
    return identity


@prepared
def _whose() -> sa.Select:
    """Device, person and everything they are, by the token's hash."""
    whose = sa.select(Device.person_id).where(Device.token_hash == sa.bindparam("token")).scalar_subquery()
    in_groups = (
        sa.select(
            Membership.person_id,
            Membership.role,
            Group.id.label("place"),
            Group.slug,
            Group.name,
            suspended_until(sa.bindparam("now")).label("paused"),
        )
        .join(Group, Group.id == Membership.group_id)
        .where(Membership.person_id == whose, Membership.ended_at.is_(None))
    )
    nobody = sa.cast(sa.null(), UtcDateTime)
    at_host = sa.select(StaffRole.person_id, StaffRole.role, sa.literal(0), sa.literal(""), sa.literal(""), nobody).where(
        StaffRole.person_id == whose, StaffRole.ended_at.is_(None)
    )
    held = sa.union_all(in_groups, at_host).subquery("held")
    return (
        sa.select(
            Device.id.label("device_id"),
            Device.person_id,
            Device.created_at,
            Device.remembered,
            Device.proved_at,
            Device.second_factor_at,
            Person.name.label("person_name"),
            Person.email,
            held.c.role,
            held.c.place,
            held.c.slug,
            held.c.name,
            held.c.paused,
        )
        .join(Person, Person.id == Device.person_id)
        .outerjoin(held, held.c.person_id == Device.person_id)
        .where(
            Device.token_hash == sa.bindparam("token"),
            Device.ended_at.is_(None),
            Device.expires_at > sa.bindparam("now"),
        )
    )


def _read(token_hash: str, idle: timedelta) -> Identity | None:
    rows = fetched(_whose(), {"token": token_hash, "now": clock.now()})
    if not rows:
        return None
    device = rows[0]
    if idle > (ORGANISER_IDLE if device.remembered else STAFF_LONGEST):
        return None
    held = [row for row in rows if row.role]
    places = [Place(row.place, row.slug, row.name, row.role, row.paused) for row in held if row.place]
    return Identity(
        id=device.person_id,
        name=device.person_name,
        email=device.email,
        device_id=device.device_id,
        signed_in_at=device.created_at,
        remembered=device.remembered,
        proved_at=device.proved_at,
        second_factor_at=device.second_factor_at,
        idle=idle,
        places=sorted(places, key=lambda place: place.name),
        staff_roles=frozenset(row.role for row in held if not row.place) & STAFF_ROLES,
    )


def _set_cookie(answer):
    if "new_cookie" not in g:
        return answer
    token, remembered = g.new_cookie
    secure = current_app.config["SETTINGS"].secure
    if not token:
        answer.delete_cookie(cookie_name(), httponly=True, secure=secure, samesite="Lax")
        return answer
    answer.set_cookie(
        cookie_name(),
        _signer().sign(token).decode(),
        max_age=ORGANISER_IDLE if remembered else None,
        httponly=True,
        secure=secure,
        samesite="Lax",
    )
    return answer


def identity() -> Identity | None:
    """The signed-in person, or None."""
    who = current_user._get_current_object()  # once, and not at each fact that a page reads of them
    return who if who.is_authenticated else None


def is_dozed() -> bool:
    """Whether their device did nothing for a while, so that no conversation shows on it until they prove themselves."""
    who = identity()
    return bool(who and who.dozed)


def init_app(app: Flask) -> None:
    login.init_app(app)
    app.after_request(_set_cookie)
