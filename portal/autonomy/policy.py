"""The policy: one function that answers what an actor may do, and why. The table is the autonomy guide's.

Only `door.py` asks it, to act or to show a button. It reads nothing itself: how the group stands is handed in.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Protocol

from portal.autonomy.areas import AREA_WORDS, Area, Duty, Level, Outcome
from portal.autonomy.standing import Standing
from portal.people.roles import HOST_ROLES, Actor, Role

# What staff get, by area and level (autonomy guide, "Levels"; areas 7 to 9: same values, own meaning). Organisers: ALLOW.
_AS_WRITTEN = {
    Level.ONLY_US: Outcome.DENY,
    Level.ASK_FIRST: Outcome.PROPOSE,
    Level.TELL_AFTER: Outcome.ALLOW_TELL,
    Level.YOU_DO: Outcome.ALLOW_LIST,
}
TABLE: Mapping[Area, Mapping[Level, Outcome]] = dict.fromkeys(Area, _AS_WRITTEN)

# Which areas a staff role may act in at all (autonomy guide, "Actors"); automatic changes count as staff.
STAFF_AREAS: Mapping[Role, frozenset[Area]] = {
    Role.COORDINATOR: frozenset(Area),
    Role.FINANCE: frozenset({Area.SPENDING, Area.BUDGET, Area.RECEIPTS}),
    Role.TRUSTEE: frozenset(),
    Role.SAFEGUARDING: frozenset(),
    Role.SYSTEM: frozenset(Area),
}

# From most to least: an actor with several staff roles gets the best of them.
_BEST_FIRST = (Outcome.ALLOW, Outcome.ALLOW_LIST, Outcome.ALLOW_TELL, Outcome.PROPOSE, Outcome.DENY)


class Asks(Protocol):
    """What it needs to know of how an action is proposed."""

    @property
    def always(self) -> bool: ...


class Act(Protocol):
    """What the policy needs to know of an action."""

    @property
    def roles(self) -> frozenset[Role]: ...
    @property
    def duty(self) -> Duty | None: ...
    @property
    def asks(self) -> Asks: ...


@dataclass(frozen=True)
class Decision:
    """The answer: the outcome, the role it was given to, the level then, and a sentence a person can read."""

    outcome: Outcome
    role: Role
    level: Level | None
    why: str

    @property
    def changes(self) -> bool:
        """Whether the change happens now."""
        return self.outcome in {Outcome.ALLOW, Outcome.ALLOW_TELL, Outcome.ALLOW_LIST}


@dataclass(frozen=True)
class Case:
    """What the policy needs to know of the row and the moment beside the group's standing.

    `own`: the row is the actor's own (helpers).
    `pence`: what it costs; `month_pence`: what staff said yes to this month already.
    `barred`: why this very person can't do this to this very row now, as a sentence; empty where they can.
    """

    own: bool = False
    pence: int = 0
    month_pence: int = 0
    barred: str = ""


def decide(actor: Actor, standing: Standing, area: Area | None, action: Act, case: Case = Case()) -> Decision:
    """What `actor` may do with `action` in `area` of the group that stands so. The actor's roles must be true just now."""
    answers = [_decide_as(role, standing, area, action, case) for role in sorted(actor.roles)]
    if not answers:
        return Decision(Outcome.DENY, Role.STRANGER, None, "You’re not in this group.")
    return min(answers, key=lambda answer: _BEST_FIRST.index(answer.outcome))


def _decide_as(role: Role, standing: Standing, area: Area | None, action: Act, case: Case) -> Decision:
    level = standing.levels.get(area) if area else None
    if role not in action.roles:
        return Decision(Outcome.DENY, role, level, _not_for(role, area))
    if case.barred:
        return Decision(Outcome.DENY, role, level, case.barred)
    if standing.disputed and (area or action.duty is Duty.F3):  # what the group does with it, and the release of money
        return Decision(Outcome.DENY, role, level, DISPUTED)
    if role is Role.HELPER and not case.own:
        return Decision(Outcome.DENY, role, level, "An organiser of your group can do this.")
    if role not in HOST_ROLES or action.duty or area is None:
        return Decision(Outcome.ALLOW, role, level, "")
    if area not in STAFF_AREAS[role]:
        return Decision(Outcome.DENY, role, level, _not_for(role, area))
    outcome = TABLE[area][standing.levels[area]]
    why = _asks_because(outcome, standing, area, action, case)
    if why:
        outcome = Outcome.PROPOSE
    return Decision(outcome, role, level, why or _WHY[outcome].format(area=AREA_WORDS[area]))


def _asks_because(outcome: Outcome, standing: Standing, area: Area, action: Act, case: Case) -> str:
    """Why staff only ask, where the level alone would let them do it; empty where they may, or mustn't at all."""
    if outcome not in {Outcome.ALLOW_TELL, Outcome.ALLOW_LIST}:
        return ""
    if action.asks.always:
        return "This one always needs the group’s own yes."
    if standing.undone:
        return "The group undid this lately. Ask them first, for 30 days."
    if standing.silent:
        return "The group’s organisers can’t be reached. It waits for them."
    if standing.is_quiet and outcome is Outcome.ALLOW_TELL:
        return "The group is resting. It waits until they’re back."
    over = case.pence > standing.each_pence or case.month_pence + case.pence > standing.month_pence
    if area is Area.SPENDING and over:
        return "That is over the group’s limit, so they say yes first."
    return ""


DISPUTED = "The organisers don’t agree about this one yet. It waits until they do."
_WHY = {
    Outcome.DENY: "The group keeps this one: “{area}” is set to Only them.",
    Outcome.PROPOSE: "The group wants to be asked first. Nothing changes until an organiser says yes.",
    Outcome.ALLOW_TELL: "The group is told, and can undo it.",
    Outcome.ALLOW_LIST: "The group looks to you for this. It shows in What’s changed.",
}


def _not_for(role: Role, area: Area | None) -> str:
    if role in HOST_ROLES:
        return "Only the group’s own organisers do this." if area else "This isn’t part of your role."
    return "An organiser of your group can do this."
