"""Which group, and on whose side? Every route says who reaches it; a route that says nothing is closed.

`/g/<slug>/…` is a group's side and needs a live membership, else it answers 404, the same as a group that isn't there.
`/host/…` is the host's side and needs a staff role with a second factor.
"""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from enum import Enum

from flask import Flask, abort, current_app, g, redirect, render_template, request, url_for

from portal.core.db import db, set_mode
from portal.core.guard import SAFE
from portal.people import expired_sign_in, session
from portal.people.models import Group
from portal.people.roles import GROUP_ROLES, STAFF_ROLES, STRANGER, Actor, Role


class Side(Enum):
    """From where a route is reached."""

    PUBLIC = "public"
    PERSON = "person"
    GROUP = "group"
    HOST = "host"


@dataclass(frozen=True)
class Rule:
    """Who reaches a route, as which roles, and which actions it does when its method is unsafe."""

    side: Side
    roles: frozenset[Role]
    does: tuple
    asks_again: bool = False
    notes: tuple = ()  # what a GET writes a line of: a sensitive read
    asks_when_idle: bool = False


def _ruled(side: Side, roles: Iterable[Role], does, asks_again=False, notes=(), asks_when_idle=False) -> Callable:
    actions, noted = (given if isinstance(given, tuple) else (given,) if given else () for given in (does, notes))

    def mark(view):
        view.rule = Rule(side, frozenset(roles), actions, asks_again, noted, asks_when_idle)
        return view

    return mark


def public(does=()):
    """Anyone, signed in or not."""
    return _ruled(Side.PUBLIC, (), does)


def signed_in(does=(), asks_again=False):
    """Any signed-in person, about themselves. `asks_again`: a passkey or password within the last 10 minutes."""
    return _ruled(Side.PERSON, (Role.SELF,), does, asks_again)


def in_group(does=(), roles=GROUP_ROLES, asks_again=False, asks_when_idle=False):
    """Someone in this very group, with one of `roles`. `asks_when_idle`: a passkey or password, once their device did
    nothing for 5 minutes (safety guide: support conversations)."""
    return _ruled(Side.GROUP, roles, does, asks_again, asks_when_idle=asks_when_idle)


def as_staff(does=(), roles=STAFF_ROLES, asks_again=False, notes=(), asks_when_idle=False):
    """The host's staff with one of `roles` and a second factor. `notes`: the action that logs a sensitive read.
    `asks_when_idle`: as for `in_group`."""
    return _ruled(Side.HOST, roles, does, asks_again, notes, asks_when_idle)


def rule_of(app: Flask, endpoint: str | None) -> Rule | None:
    """The rule of an endpoint, or None where it forgot to say."""
    return getattr(app.view_functions.get(endpoint or ""), "rule", None)


def open_reach():
    """Before each request: set the transaction's mode, find out who it is, and whether this page is theirs."""
    set_mode(reads=request.method in SAFE)
    if request.routing_exception is not None:
        return None  # nothing is here: the 404 or 405 that Flask is about to raise
    rule = rule_of(current_app, request.endpoint)
    if rule is None:
        abort(404)
    g.rule = rule
    if rule.side is Side.PUBLIC:
        return None
    who = session.identity()
    if who is None:
        return _to_sign_in()
    g.actor = who.self_actor
    if rule.side is Side.GROUP:
        if paused := _reach_group(who, rule):
            return paused
    elif rule.side is Side.HOST:
        if not who.staff_roles & rule.roles:
            abort(404)
        if not who.acts_as_staff:
            return _prove("signin.second")
        g.actor = who.staff_actor
    if (rule.asks_again and not g.actor.proved_lately) or (rule.asks_when_idle and who.dozed):
        return _prove("signin.again")
    return None


def _prove(way: str):
    """To where someone proves themselves; what they typed is given back first."""
    return expired_sign_in.give_back(403, way) or redirect(url_for(way, next=_back()), 303)


def _reach_group(who: session.Identity, rule: Rule):
    slug = (request.view_args or {}).pop("group", None)
    place = next((place for place in who.places if place.slug == slug), None)
    if place is None or place.role not in rule.roles:
        abort(404)
    if place.paused_until:
        return render_template("errors/paused.html", paused=place), 403
    g.place = place
    g.actor = who.actor_in(place)
    return None


def _back() -> str:
    """Where to return to afterwards: this page, or the page that held the form."""
    if request.method in SAFE:
        return request.full_path.rstrip("?")
    return request.headers.get("Referer", "").removeprefix(request.host_url.rstrip("/")) or "/"


def _to_sign_in():
    if given_back := expired_sign_in.give_back(401, "signin.start"):
        return given_back
    goto = url_for("signin.start", next=_back() if request.path != "/" else None)
    if request.headers.get("HX-Request"):
        return "", 401, {"HX-Redirect": goto}
    return redirect(goto, 303)


def actor() -> Actor:
    """Who acts on this request, on the side this page is on."""
    if "actor" in g:
        return g.actor
    who = session.identity()
    return who.self_actor if who else STRANGER


def works_for_host() -> bool:
    """Whether whoever acts on this request holds a staff role, on whichever side this page is."""
    who = session.identity()
    return bool(who and who.staff_roles)


def group() -> Group:
    """The group this page is about (`/g/<slug>/…`)."""
    if "group" not in g:
        g.group = db.session.get_one(Group, g.place.group_id)
    return g.group


def group_at(slug: str) -> Group:
    """A group by its slug, for the host's side; 404 where there is none."""
    return db.first_or_404(db.select(Group).where(Group.slug == slug))


def init_app(app: Flask) -> None:
    app.before_request(open_reach)
