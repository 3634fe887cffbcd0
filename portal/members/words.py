"""What pages about people say that depends on who looks, and on what a group lets the host do."""

from dataclasses import dataclass

from portal.autonomy.areas import Level, Outcome
from portal.people.roles import STAFF_ROLES, Role


@dataclass(frozen=True)
class Inviting:
    """The form by which staff invite a helper: its heading, what follows, and its button."""

    heading: str
    follows: str
    button: str


def inviting(outcome: Outcome) -> Inviting | None:
    """How staff invite a helper to a group, by what its door would answer; None where it lets them not."""
    if outcome == Outcome.DENY:
        return None
    if outcome == Outcome.PROPOSE:
        return Inviting("Suggest a helper", "Nothing is sent until an organiser says yes.", "Suggest them")
    told = outcome == Outcome.ALLOW_TELL
    follows = "The group is told, and can take it back." if told else "It shows in What’s changed."
    return Inviting("Invite a helper", follows, "Invite them")


def why_hidden(level: Level) -> str:
    """Why staff don't see who is in a group, by what it set for its people."""
    if level in {Level.ONLY_US, Level.ASK_FIRST}:
        return "Only the group sees who is in it. To reach them, answer in a request."
    return "The group shows this to coordinators."


@dataclass(frozen=True)
class Way:
    """A way from a group's page, as staff see it, to another about that group: the argument of its address that names the
    group, and which roles of the host it is for."""

    endpoint: str
    words: str
    roles: frozenset[Role] = STAFF_ROLES
    names_group_by: str = "slug"


_COORDINATOR = frozenset({Role.COORDINATOR})
_FINANCE = frozenset({Role.FINANCE})
_TRUSTEE = frozenset({Role.TRUSTEE})
_WAYS = (
    Way("suggestions.suggested", "What we suggested", _COORDINATOR | _FINANCE),
    Way("how_they_run.listed", "How they run"),
    Way("ledger.books", "Their money", _COORDINATOR | _FINANCE | _TRUSTEE),
    Way("payees.hosts", "Who they pay", _FINANCE),
    Way("their_documents.index", "Their documents", _COORDINATOR | _TRUSTEE),
    Way("contact.new", "Contact them", STAFF_ROLES - _TRUSTEE),
    Way("shares.of_group", "Who sees them", _COORDINATOR),
    Way("requests.coordinator", "Who looks after their requests", _COORDINATOR),
    Way("risks.new", "Add a risk we carry for them", _COORDINATOR, names_group_by="about"),
    Way("silence.show", "We can’t reach them"),
    Way("breakglass.new", "Use a legal duty", STAFF_ROLES - _TRUSTEE),
)


def ways(roles: frozenset[Role]) -> list[Way]:
    """Where a group's page leads whoever works here as these."""
    return [way for way in _WAYS if way.roles & roles]
