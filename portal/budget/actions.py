"""What changes a group's budget: its lines, and money moved between them, or between its funds."""

import sqlalchemy as sa

from portal.autonomy.areas import Area
from portal.autonomy.change_words import Key, Meaning, Shown
from portal.autonomy.door import Asking, Mistake, NotHere, action
from portal.budget import queries
from portal.budget.models import BudgetLine
from portal.core import clock
from portal.core.db import db
from portal.core.filters import pounds
from portal.ledger import posting
from portal.ledger import queries as ledger
from portal.ledger.models import Fund, JournalEntry, Restriction
from portal.people.roles import ORGANISERS, Role

MOVERS = frozenset({Role.COORDINATOR, Role.FINANCE})
EVERYONE = ORGANISERS | MOVERS
FREE_TO_CHOOSE = {Restriction.UNRESTRICTED, Restriction.DESIGNATED}


def _plan_means(fund: Fund, facts: dict, rows) -> Meaning:
    shown = [
        Shown("A new line", None, facts["name"]),
        Shown("Planned", None, pounds(facts["planned_pence"])),
    ]
    words = f"Plan {pounds(facts['planned_pence'])} of “{fund.name}” for {facts['name']}."
    return Meaning(shown, words)


def _can_plan(group, fund: Fund, *, name: str, planned_pence: int) -> None:
    if fund.opened_at is None:
        raise Mistake("Nothing is in this pot yet. It can be planned once money has come in.", "name")
    _check_name(fund.id, name)


def _drop(by, group, line: BudgetLine) -> None:
    line.dropped_at = clock.now()


@action(
    area=Area.BUDGET,
    roles=EVERYONE,
    on=Fund,
    undo=_drop,
    asks=Asking(means=_plan_means, fits=_can_plan),
    says="planned a budget line",
)
def plan_line(by, group, fund, *, name: str, planned_pence: int) -> BudgetLine:
    """Plan so much of a fund for something."""
    _can_plan(group, fund, name=name, planned_pence=planned_pence)
    own = {"group_id": group.id, "fund_id": fund.id}
    line = BudgetLine(**own, name=name, planned_pence=planned_pence, made_by=by.person_id)
    db.session.add(line)
    return line


def _can_change(group, line: BudgetLine, *, name: str, planned_pence: int) -> None:
    _check_planned(line)
    _check_name(line.fund_id, name, but=line.id)


@action(area=Area.BUDGET, roles=EVERYONE, on=BudgetLine, asks=Asking(fits=_can_change), says="changed a budget line")
def change_line(by, group, line, *, name: str, planned_pence: int) -> BudgetLine:
    """Call it something else, or plan more or less for it."""
    _can_change(group, line, name=name, planned_pence=planned_pence)
    line.name, line.planned_pence = name, planned_pence
    return line


def _drop_means(line: BudgetLine, facts: dict, rows) -> Meaning:
    words = f"Don’t plan for {line.name} any more. What was spent on it stays where it is."
    return Meaning([Shown(f"{line.name}: planned", pounds(line.planned_pence), None)], words)


@action(area=Area.BUDGET, roles=EVERYONE, on=BudgetLine, asks=Asking(means=_drop_means), says="dropped a budget line")
def drop_line(by, group, line) -> BudgetLine:
    """Plan for it no more. What was spent on it stays, and what is promised from it is paid."""
    if line.dropped_at is None:
        line.dropped_at = clock.now()
    return line


def _move_means(line: BudgetLine, facts: dict, rows: dict[Key, BudgetLine]) -> Meaning:
    pence, to = facts["amount_pence"], rows.get((BudgetLine.__tablename__, facts["to_id"]))
    if to is None:
        return Meaning([], f"Move {pounds(pence)} from {line.name} to a line that is no longer there.")
    shown = [
        Shown(f"{one.name}: planned", pounds(one.planned_pence), pounds(max(0, one.planned_pence + more)))
        for one, more in ((line, -pence), (to, pence))
    ]
    return Meaning(shown, f"Move {pounds(pence)} from {line.name} to {to.name}.")


def _can_move(group, line: BudgetLine, *, to_id: int, amount_pence: int) -> BudgetLine:
    """The other line. Raises Mistake or NotHere."""
    to = db.session.scalar(
        sa.select(BudgetLine).where(BudgetLine.id == to_id, BudgetLine.group_id == group.id).with_for_update()
    )
    if to is None:
        raise NotHere("line")
    _check_planned(line, "from_id")
    if to.id == line.id:
        raise Mistake("Choose two different lines.", "to_id")
    if to.fund_id != line.fund_id:
        raise Mistake("Those two lie in different pots. Between pots it is asked for by itself.", "to_id")
    _check_planned(to, "to_id")
    if amount_pence > line.planned_pence:
        raise Mistake(f"{pounds(line.planned_pence)} is planned for {line.name}, so no more can move.", "amount_pence")
    return to


@action(
    area=Area.BUDGET,
    roles=EVERYONE,
    on=BudgetLine,
    asks=Asking(ids={"to_id": BudgetLine}, means=_move_means, fits=_can_move),
    says="moved money between budget lines",
)
def move(by, group, line, *, to_id: int, amount_pence: int) -> BudgetLine:
    """Plan so much less for this line and so much more for another of the same fund."""
    to = _can_move(group, line, to_id=to_id, amount_pence=amount_pence)
    line.planned_pence -= amount_pence
    to.planned_pence += amount_pence
    return line


def _between_means(fund: Fund, facts: dict, rows: dict[Key, Fund]) -> Meaning:
    pence, to = facts["amount_pence"], rows.get((Fund.__tablename__, facts["to_id"]))
    shown = [Shown(f"From “{fund.name}”", None, pounds(pence))]
    words = f"Move {pounds(pence)} out of “{fund.name}” into “{to.name}”." if to else ""
    return Meaning(shown, words)


def _can_move_between(group, fund: Fund, *, to_id: int, amount_pence: int) -> Fund:
    """The other fund. Raises Mistake or NotHere."""
    to = ledger.fund(group.id, to_id)
    if to is None:
        raise NotHere("fund")
    if problem := cant_move(fund, to):
        raise Mistake(problem, "to_id")
    free = ledger.status(fund).free
    if amount_pence > free:
        says = f"Only {pounds(free)} is free in “{fund.name}”." if free > 0 else f"Nothing is free in “{fund.name}” now."
        raise Mistake(says, "amount_pence")
    return to


@action(
    area=Area.BUDGET,
    roles=EVERYONE,
    on=Fund,
    asks=Asking(ids={"to_id": Fund}, always=True, means=_between_means, fits=_can_move_between),
    says="moved money between funds",
)
def move_between_funds(by, group, fund, *, to_id: int, amount_pence: int) -> JournalEntry:
    """Move money from one fund to another that nothing else binds; never more than is free."""
    to = _can_move_between(group, fund, to_id=to_id, amount_pence=amount_pence)
    words = f"Moved from “{fund.name}” to “{to.name}”"
    return posting.transfer(fund, to, amount_pence, on=clock.today(), words=words, by=by.person_id)


def cant_move(fund: Fund, to: Fund) -> str:
    """Why no money can move between two funds of one group, as a plain sentence; empty where it can."""
    if fund.id == to.id:
        return "Choose two different pots."
    if fund.opened_at is None:
        return "Nothing is in this pot yet."
    if fund.basis is not to.basis:
        return "One of these is part of the charity and the other is held for us, so money can’t move between them."
    if {fund.restriction, to.restriction} <= FREE_TO_CHOOSE:
        return ""
    bound = {(one.restriction, one.funder, one.purpose) for one in (fund, to)}
    if len(bound) > 1:
        return "They were given for different things, so money can’t move between them. We can ask the funder together."
    return ""


def _check_name(fund_id: int, name: str, *, but: int | None = None) -> None:
    if queries.line_called(fund_id, name, but=but):
        raise Mistake("There’s a line of that name in this pot.", "name")


def _check_planned(line: BudgetLine, field: str = "name") -> None:
    if line.dropped_at:
        raise Mistake(f"{line.name} isn’t planned any more. Plan it as a new line first.", field)
