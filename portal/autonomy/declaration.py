"""What an action says of itself, once, where it is written: who may, by what right, and how it is proposed."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from enum import Enum
from inspect import signature

from portal.autonomy.areas import Area, Duty
from portal.people.roles import Role


class Scope(Enum):
    """Whose rows an action writes."""

    GROUP = "group"
    LOOK = "look"  # a group's, which is only looked at: its line is the point
    HOST = "host"  # the installation's own
    PERSON = "person"  # somebody's own sign-in


IN_GROUP = {Scope.GROUP, Scope.LOOK}


@dataclass(frozen=True, kw_only=True)
class Asking:
    """How an action is proposed, where its facts alone don't say it.

    `means(row, facts, rows)`: what it comes to, as a person reads it (`autonomy.change_words.Meaning`).
    `fits(group, row, **facts)` raises Mistake or NotHere where it couldn't be done anyway: nobody is asked for that.
    `ids`: which facts are ids, and of which model.
    `lasting`: a proposal of it fits however its row moved on since.
    `always`: for staff it is never more than a proposal.
    `costs(row, facts)`: its price in pence, or (its price, what staff said yes to for this group in this London month
    already): beyond the group's limits staff ask first.
    """

    means: Callable | None = None
    fits: Callable | None = None
    ids: Mapping[str, type] = field(default_factory=dict)
    lasting: bool = False
    always: bool = False
    costs: Callable | None = None


@dataclass(frozen=True, kw_only=True)
class Declared:
    """A function behind the door, with what the policy needs to know of it."""

    name: str
    run: Callable
    says: str
    roles: frozenset[Role]
    area: Area | None
    duty: Duty | None
    scope: Scope
    on: type | None
    asks_again: bool
    bars: Callable | None
    asks: Asking
    undo: Callable | None

    def lacks(self, facts: Mapping) -> bool:
        """Whether it can't be done with these facts alone, as with those of a proposal whose words were taken out."""
        own = signature(self.run).parameters.values()
        return any(one.kind is one.KEYWORD_ONLY and one.default is one.empty and one.name not in facts for one in own)
