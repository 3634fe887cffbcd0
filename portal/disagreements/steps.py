"""The ladder: who answers at each step, and by which day (autonomy guide, "Disagreement").

An answer within 5 working days, someone new within 10, two trustees within 20, all counted from the day it was raised.
Where a group takes a step later than that, the host has the days between two steps again.
"""

from dataclasses import dataclass
from datetime import date

from portal.autonomy.models import Among, Disagreement
from portal.core import clock, workdays
from portal.core.filters import day, full_day, inside
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


@dataclass(frozen=True)
class Further:
    """How a group takes it on from a step: the heading of that form, and its button."""

    heading: str
    button: str


FURTHER = (
    Further("Ask someone new to look", "Ask someone new"),
    Further("Ask two trustees to look", "Ask two trustees"),
    Further("Take it outside", "Take it outside"),
)


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


def due_words(disagreement: Disagreement) -> str:
    """By which day it is answered, and whether that day has passed; it is with the host."""
    by = due(disagreement)
    return f"{'Late: due' if by and clock.today() > by else 'Answer due'} {inside(day(by))}"


def ladder(disagreement: Disagreement, answered: bool) -> list[tuple[Step, str]]:
    """Each step and how it stands: done, answered, or by which day it is or would be."""
    return [
        (step, _stands(disagreement.step - n, by, answered))
        for n, (step, by) in enumerate(zip(STEPS, days(disagreement), strict=True), start=1)
    ]


def _stands(gone_by: int, by: date, answered: bool) -> str:
    """`gone_by`: how many steps further it has got."""
    if gone_by > 0:
        return "Done"
    if gone_by < 0:
        return f"If we ask for it, by {full_day(by)}"
    if answered:
        return "Answered"
    return f"By {full_day(by)}" + (". That day has passed" if clock.today() > by else "")


def in_a_line(disagreement: Disagreement) -> str:
    """Its number, when it was said, and whether it is settled or among the group, for a list of the group's own."""
    ends = ", settled" if disagreement.settled_at else ", among us" if disagreement.among is Among.OURSELVES else ""
    return f"{disagreement.ref}, {inside(day(disagreement.raised_at))}{ends}"
