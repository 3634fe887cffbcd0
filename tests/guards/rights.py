"""Guards that are declared: rows of the policy, what each action asks for, what keeps a cost from being paid."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from functools import partial

import sqlalchemy as sa

from portal.autonomy import policy
from portal.autonomy.areas import Area, Level, Outcome
from portal.autonomy.door import ACTIONS, Action
from portal.people.roles import Role
from portal.spending import costs
from tests.guards import Guard

MATRIX = "tests/test_autonomy_matrix.py"
MONEY = ("tests/spending/test_costs.py", "tests/payments/test_payments.py", "tests/spending/", "tests/payments/")
OF_AN_ACTION = {"roles": frozenset(Role), "bars": None, "asks_again": False}
OF_ASKING = {"always": False, "costs": None, "fits": None}


def guards() -> Iterator[Guard]:
    """The table and whose areas are whose; then of each action its roles, a proof, a second person, the group's yes."""
    for area in Area:
        for level in Level:
            yield Guard(f"policy: {area} at {level}", partial(_row_removed, area, level), also=(MATRIX,))
    for role in policy.STAFF_AREAS:
        if policy.STAFF_AREAS[role] != frozenset(Area):
            yield Guard(f"policy: areas of {role}", partial(_areas_removed, role), also=(MATRIX,))
    for name, action in sorted(ACTIONS.items()):
        if not action.run.__module__.startswith("portal.") or name.startswith("demo."):
            continue
        for right, none in OF_AN_ACTION.items():
            if getattr(action, right) != none:
                yield Guard(f"{name}: {right}", partial(_set, action, right, none), also=(MATRIX,))
        for right, none in OF_ASKING.items():
            if getattr(action.asks, right) != none:
                asks = replace(action.asks, **{right: none})
                yield Guard(f"{name}: {right}", partial(_set, action, "asks", asks), also=(MATRIX,))

    for check in costs.CHECKS:
        yield Guard(f"spending.costs: {check.name}", partial(_check_removed, check), also=MONEY)


@contextmanager
def _check_removed(check: costs.Check) -> Iterator[None]:
    with _set(check, "fails", sa.false), _set(check, "also", lambda _receipt: False):
        yield


@contextmanager
def _row_removed(area: Area, level: Level) -> Iterator[None]:
    other = Outcome.ALLOW_TELL if level is Level.YOU_DO else Outcome.ALLOW_LIST
    with _set(policy, "TABLE", policy.TABLE | {area: policy.TABLE[area] | {level: other}}):
        yield


@contextmanager
def _areas_removed(role: Role) -> Iterator[None]:
    with _set(policy, "STAFF_AREAS", policy.STAFF_AREAS | {role: frozenset(Area)}):
        yield


@contextmanager
def _set(holder, name: str, value) -> Iterator[None]:
    kept = getattr(holder, name)
    object.__setattr__(holder, name, value)
    try:
        yield
    finally:
        object.__setattr__(holder, name, kept)


@contextmanager
def noted(note: Callable[[str], None]) -> Iterator[None]:
    """Each right tells `note` its name where it could keep somebody from something."""
    decide = policy.decide

    def deciding(actor, standing, area, action, case=policy.Case()):
        if isinstance(action, Action):
            told = {
                "roles": not actor.roles <= action.roles,
                "bars": bool(case.barred),
                "asks_again": not actor.proved_lately,
                "always": action.asks.always,
                "costs": bool(case.pence),
                "fits": action.asks.fits is not None,
            }
            for right in (right for right, could in told.items() if could):
                note(f"{action.name}: {right}")
        return decide(actor, standing, area, action, case)

    with _set(policy, "decide", deciding):
        yield
