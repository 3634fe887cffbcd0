"""The roles, and the actor: one person, on one side, for one action."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from portal.core import clock

PROOF_LASTS = timedelta(minutes=10)


class Role(StrEnum):
    """What someone is to a group or to the host."""

    ORGANISER = "organiser"
    HELPER = "helper"
    COORDINATOR = "coordinator"
    FINANCE = "finance"
    TRUSTEE = "trustee"
    SAFEGUARDING = "safeguarding"
    SYSTEM = "system"  # automatic changes; they count as staff (autonomy guide)
    SELF = "self"  # a signed-in person about their own sign-in, on neither side
    STRANGER = "stranger"  # nobody yet: asking for a code


GROUP_ROLES = frozenset({Role.ORGANISER, Role.HELPER})
ORGANISERS = frozenset({Role.ORGANISER})
STAFF_ROLES = frozenset({Role.COORDINATOR, Role.FINANCE, Role.TRUSTEE, Role.SAFEGUARDING})
HOST_ROLES = STAFF_ROLES | {Role.SYSTEM}
STAFF_WORDS = {
    Role.COORDINATOR: "Coordinator",
    Role.FINANCE: "Finance",
    Role.TRUSTEE: "Trustee",
    Role.SAFEGUARDING: "Safeguarding lead",
}


@dataclass(frozen=True)
class Actor:
    """Who acts, and as what. The roles are of one side only: a group's or the host's, never both in one action."""

    person_id: int | None
    name: str
    roles: frozenset[Role]
    device_id: int | None = None
    proved_at: datetime | None = None  # when a passkey or password was last given on this device

    def __post_init__(self):
        if self.roles & GROUP_ROLES and self.roles & HOST_ROLES:
            raise ValueError("acting for a group and acting as staff never mix in one action")

    @property
    def is_host(self) -> bool:
        return bool(self.roles & HOST_ROLES)

    @property
    def proved_lately(self) -> bool:
        """Whether a passkey or a password was given on this device within 10 minutes (safety guide, step-up)."""
        return self.proved_at is not None and self.proved_at > clock.now() - PROOF_LASTS


SYSTEM = Actor(None, "Trellis", frozenset({Role.SYSTEM}))
STRANGER = Actor(None, "", frozenset({Role.STRANGER}))
