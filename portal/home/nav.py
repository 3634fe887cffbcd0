"""Where one can go: the bar on a phone, the rail on a laptop. A place shows only to roles that reach it."""

from dataclasses import dataclass

from flask import g, request

from portal.people import session
from portal.people.roles import GROUP_ROLES, STAFF_ROLES, Role


@dataclass(frozen=True)
class Place:
    """One entry: the endpoint it opens, its words and icon, who sees it, and the rooms (blueprints) whose pages lie within
    it; it is left out for those who come there by another entry (`unless`)."""

    endpoint: str
    words: str
    icon: str
    roles: frozenset[Role]
    rooms: frozenset[str]
    unless: frozenset[Role] = frozenset()


def room() -> str:
    """The room of this request: of a group's side, of the host's, or (`own`) of neither."""
    room = (request.endpoint or "").partition(".")[0]
    return room if "place" in g or request.path.startswith("/host/") else f"own {room}"


def _rooms(names: str) -> frozenset[str]:
    return frozenset(names.split())


_SAY = "autonomy activity breakglass disagreements contact sharing worries how_we_run accountability documents members"
_GROUPS = "members suggestions ledger budget silence disagreements papers payees contact heard shares risks board"
GROUP_PLACES = (  # six places are what fits a small phone
    Place("home.index", "Home", "home", GROUP_ROLES, _rooms("home")),
    Place("receipts.index", "Receipts", "file", GROUP_ROLES, _rooms("receipts")),
    Place("budget.money", "Money", "money", GROUP_ROLES, _rooms("budget spending payees papers")),
    Place("support.index", "Support", "ask", GROUP_ROLES, _rooms("support heard asks cover")),
    Place("autonomy.say", "Our say", "say", GROUP_ROLES, _rooms(f"{_SAY} notices silence")),
)
HOST_PLACES = (
    Place("requests.index", "Requests", "inbox", frozenset({Role.COORDINATOR}), _rooms("requests starts away")),
    Place("desk.index", "Receipts", "file", frozenset({Role.FINANCE, Role.COORDINATOR}), _rooms("desk costs")),
    Place("payments.index", "Pay", "money", frozenset({Role.FINANCE}), _rooms("payments bank books")),
    Place(
        "members.groups",
        "Groups",
        "people",
        STAFF_ROLES,
        _rooms(f"{_GROUPS} asks how_they_run their_documents host_documents"),
    ),
    Place(
        *("books.index", "Money", "money", frozenset({Role.COORDINATOR, Role.TRUSTEE}), _rooms("books")),
        unless=frozenset({Role.FINANCE}),
    ),
    Place("breakglass.every", "Duties", "say", STAFF_ROLES, _rooms("breakglass accountability")),
)
YOU = Place("signin.you", "You", "passkey", frozenset(), frozenset({"own signin", "own notices", "own silence"}))


def group() -> session.Place | None:
    """The group this page is of. One of neither side (You, a page that isn't there) is of the only group of somebody who is
    nowhere else: they find their way from there as from anywhere."""
    who = session.identity()
    if "place" in g or who is None or who.staff_roles or len(who.places) != 1:
        return g.get("place")
    return None if who.places[0].paused_until else who.places[0]


def places() -> tuple[Place, ...]:
    """The entries for this page's side and this person's roles; none before sign-in."""
    who = session.identity()
    if who is None:
        return ()
    if ours := group():
        return (*(place for place in GROUP_PLACES if ours.role in place.roles), YOU)
    if who.staff_roles:
        mine = who.staff_roles
        return (*(place for place in HOST_PLACES if mine & place.roles and not mine & place.unless), YOU)
    return (YOU,)
