"""The ladder: who answers at each step, and by which day (autonomy guide, "Disagreement").

An answer within 5 working days, someone new within 10, two trustees within 20, all counted from the day it was raised.
Where a group takes a step later than that, the host has the days between two steps again.
"""

from dataclasses import dataclass
from datetime import date

from portal.autonomy.models import Disagreement
from portal.core import clock, workdays
from portal.people.roles import STAFF_ROLES, Role


@dataclass(frozen=True)
class Step:
    """One rung: its words, the working day it is due by, who may answer, and how many answers it takes."""

    words: str
    working_days: int
    roles: frozenset[Role]
    answers: int = 1


TRUSTEES = frozenset({Role.TRUSTEE})
STEPS = (
    Step("An answer", 5, frozenset({Role.COORDINATOR, Role.FINANCE})),
    Step("Someone new looks at it", 10, STAFF_ROLES),
    Step("Two trustees look at it", 20, TRUSTEES, answers=2),
)
OUTSIDE = len(STEPS) + 1


def days(disagreement: Disagreement) -> list[date]:
    """By which day each step is answered: those it has got to, and those that could follow."""
    found: list[date] = []
    for n, step in enumerate(STEPS):
        gap = step.working_days - (STEPS[n - 1].working_days if n else 0)
        begun = [clock.in_london(moment).date() for moment in disagreement.begun[n : n + 1]]
        found.append(workdays.after(max([*begun, *found[-1:]]), gap))
    return found


def due(disagreement: Disagreement) -> date | None:
    """By which day the host answers the step it has got to; None where it went outside."""
    return None if disagreement.step == OUTSIDE else days(disagreement)[disagreement.step - 1]
