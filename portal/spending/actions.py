"""On the way from a cost to "ready to pay": a group asks, says yes, stands back, sets its rule. And what staff may."""

from datetime import datetime, time

import sqlalchemy as sa

from portal.activity.models import Entry
from portal.autonomy import consent, standing
from portal.autonomy.areas import Area, Duty, Level, Outcome
from portal.autonomy.change_words import Meaning
from portal.autonomy.door import Asking, Mistake, NotHere, action
from portal.budget.models import BudgetLine
from portal.core import clock, workdays
from portal.core.db import db
from portal.core.filters import pounds
from portal.ledger import queries as ledger
from portal.payees import queries as payees
from portal.payees.models import Payee
from portal.people.roles import GROUP_ROLES, ORGANISERS, Role
from portal.receipts import fund_cover
from portal.receipts.models import CostKind, Receipt
from portal.spending import costs
from portal.spending.models import Approval, Conflict, Needs, SpendingRule

STAFF = frozenset({Role.COORDINATOR, Role.FINANCE})
UNDO_WORKING_DAYS = 2  # a yes of staff's waits so long before the money leaves (autonomy guide, "Proposals, undo, notices")
ABOUT_MONEY = frozenset({"amount_pence", "fund_id", "line_id", "payee_id", "shop"})


@action(area=Area.SPENDING, roles=GROUP_ROLES, on=Receipt, says="asked for a cost to be paid")
def ask(by, group, receipt, *, kind: str, **facts) -> Receipt:
    """Ask for a receipt to be paid: what it is, how much, to whom, from which fund and line. Asking is not yet a yes."""
    _check_open(receipt)
    _ask(by, group, receipt, CostKind(kind), facts)
    return receipt


@action(area=Area.SPENDING, roles=GROUP_ROLES, says="asked for a payment")
def ask_anew(by, group, *, receipt_key: str, kind: str, **facts) -> Receipt:
    """Ask for a payment there is no receipt of yet: an invoice, money ahead, a fee. Receipts can be added later."""
    receipt = Receipt.begin(group_id=group.id, key=receipt_key, added_by=by.person_id)
    _ask(by, group, receipt, CostKind(kind), facts)
    return receipt


@action(area=Area.SPENDING, roles=GROUP_ROLES, on=Receipt, says="took the asking for a payment back")
def unask(by, group, receipt) -> Receipt:
    """Not this time, or not yet. The receipt stays."""
    _check_open(receipt)
    receipt.unask()
    _end_yeses(receipt)
    fund_cover.look(receipt)
    return receipt


def _not_for_oneself(by, receipt, _facts) -> str:
    if aside := consent.aside(by):
        return aside
    if costs.is_paid_to(receipt, by.person_id):
        return "This money is for you, so somebody else says yes."
    if costs.stands_back(receipt, by.person_id):
        return "You stood back from this one, so somebody else says yes."
    return ""


@action(area=Area.SPENDING, roles=ORGANISERS, asks_again=True, on=Receipt, bars=_not_for_oneself, says="said yes to a cost")
def say_yes(by, group, receipt, *, mark: str) -> Receipt:
    """One organiser's yes to exactly what was seen (`mark`). With enough of them, the cost is agreed."""
    _check_decidable(receipt, mark)
    given = sa.select(Approval).where(
        Approval.group_id == group.id,
        Approval.receipt_id == receipt.id,
        Approval.person_id == by.person_id,
        Approval.ended_at.is_(None),
    )
    earlier = db.session.scalar(given)
    if earlier is None or earlier.mark != mark:
        if earlier:
            earlier.ended_at = clock.now()
            db.session.flush()
        db.session.add(Approval(group_id=group.id, receipt_id=receipt.id, person_id=by.person_id, mark=mark))
        db.session.flush()
    costs.count(receipt)
    fund_cover.look(receipt)
    return receipt


@action(area=Area.SPENDING, roles=ORGANISERS, on=Receipt, says="took a yes back")
def take_back_yes(by, group, receipt) -> Receipt:
    """Until it is on its way to the bank, a yes can be taken back by who gave it."""
    _check_open(receipt)
    _end_yeses(receipt, by.person_id)
    _count_anew(receipt)
    return receipt


@action(area=Area.SPENDING, roles=ORGANISERS, on=Receipt, says="stood back from a cost")
def stand_back(by, group, receipt) -> Receipt:
    """An interest of one's own: say so, and don't decide on this one (autonomy guide, F4)."""
    _check_open(receipt)
    if not costs.stands_back(receipt, by.person_id):
        db.session.add(Conflict(group_id=group.id, receipt_id=receipt.id, person_id=by.person_id))
        _end_yeses(receipt, by.person_id)
        _count_anew(receipt)
    return receipt


def _means(receipt: Receipt, _facts: dict, _rows) -> Meaning:
    words = f"Say yes to {pounds(receipt.amount_pence)} for {receipt.shop} ({receipt.ref})."
    return Meaning([], f"{words} It stays with you unless you do.")


def _pence_and_month(receipt, _facts) -> tuple[int, int]:
    """What it costs, and what staff said yes to for the group this month besides. Pence."""
    start = datetime.combine(clock.today().replace(day=1), time(), clock.LONDON)
    yeses = sa.select(Entry.subject_id).where(
        Entry.group_id == receipt.group_id,
        Entry.action == say_yes_for.name,
        Entry.outcome.in_((Outcome.ALLOW_TELL, Outcome.ALLOW_LIST)),
        Entry.at >= start,
    )
    spent = sa.select(sa.func.coalesce(sa.func.sum(Receipt.amount_pence), 0)).where(
        Receipt.group_id == receipt.group_id,
        Receipt.id.in_(yeses),
        Receipt.id != receipt.id,
        Receipt.agreed_at.is_not(None),
    )
    return receipt.amount_pence or 0, int(db.session.scalar(spent) or 0)


def _not_instead_of_two(by, receipt, _facts) -> str:
    if costs.is_paid_to(receipt, by.person_id):
        return "This money is for you, so somebody else says yes."
    if costs.asks_for(costs.rule_of(receipt.group_id), receipt.amount_pence or 0) is not Needs.ONE:
        return "The group’s own rule asks more than one of them to say yes. Staff can’t stand in for that."
    return ""


@action(
    area=Area.SPENDING,
    roles=STAFF,
    on=Receipt,
    bars=_not_instead_of_two,
    asks_again=True,
    asks=Asking(costs=_pence_and_month, means=_means),
    says="said yes to a cost for the group",
)
def say_yes_for(by, group, receipt, *, mark: str) -> Receipt:
    """Staff say yes where the group lets them, within its budget line and limits. Told of, it waits 2 working days."""
    _check_decidable(receipt, mark)
    if receipt.line_id is None and _has_lines(receipt):
        raise Mistake("It’s on no budget line yet. The group chooses one first.")
    told = standing.of(group.id).levels[Area.SPENDING] is Level.TELL_AFTER
    until = workdays.after(clock.today(), UNDO_WORKING_DAYS) if told else None
    receipt.agree(by.person_id, mark, until)
    fund_cover.look(receipt)
    return receipt


@action(roles=ORGANISERS, asks_again=True, says="changed who says yes to costs")
def set_rule(by, group, *, needs: str, over_pence: int | None = None, over_needs: str | None = None) -> SpendingRule:
    """The group's rule for yes. Stricter holds at once; easier waits for another organiser, where there is one. Whoever
    works for the host makes it stricter alone."""
    over = over_pence is not None and over_needs is not None
    rule = SpendingRule(
        group_id=group.id,
        needs=Needs(needs),
        over_pence=over_pence if over else None,
        over_needs=Needs(over_needs) if over and over_needs else None,
        made_by=by.person_id,
    )
    easier = costs.is_easier(rule, costs.rule_of(group.id))
    if easier:
        consent.check(by, f"{consent.ASIDE} Making it stricter works at once.")
    for open_one in _open_rules(group.id):
        open_one.ended_at = clock.now()
    if not easier or consent.is_alone(group.id, by.person_id):
        rule.agreed_at, rule.agreed_by = clock.now(), by.person_id
    db.session.add(rule)
    return rule


@action(roles=ORGANISERS, asks_again=True, on=SpendingRule, says="agreed to who says yes to costs")
def agree_rule(by, group, rule) -> SpendingRule:
    """Be the second organiser for an easier rule."""
    if rule.agreed_at or rule.ended_at:
        raise Mistake("That one is settled already.")
    if rule.made_by == by.person_id:
        raise Mistake("Another organiser says yes to this.")
    consent.check(by)
    if rule.made_by not in consent.electorate(group.id):
        raise Mistake("Whoever wished this is no longer an organiser who counts for it. Wish it anew.")
    rule.agreed_at, rule.agreed_by = clock.now(), by.person_id
    return rule


@action(duty=Duty.F2, roles=frozenset({Role.SYSTEM}), on=Receipt, says="looked again at a cost that changed")
def look_again(by, group, receipt) -> Receipt:
    """Bank details or something else a yes was bound to changed: it waits for the group's yes again."""
    costs.count(receipt)
    fund_cover.look(receipt)
    return receipt


def _ask(by, group, receipt: Receipt, kind: CostKind, facts: dict) -> None:
    facts = {name: value for name, value in facts.items() if name in ABOUT_MONEY}
    if kind is CostKind.FROM_FLOAT:
        facts["payee_id"] = None
    else:
        _check_payee(group, facts.get("payee_id", receipt.payee_id))
    _check_fund(group, facts.get("fund_id", receipt.fund_id), facts.get("line_id"))
    receipt.change(kind=kind, **facts)
    if not receipt.amount_pence:
        raise Mistake("Write how much it is.", "amount_pence")
    receipt.asked_at, receipt.asked_by = clock.now(), by.person_id
    db.session.flush()
    costs.count(receipt)
    fund_cover.look(receipt)


def _check_open(receipt: Receipt) -> None:
    if receipt.withdrawn_at:
        raise Mistake("This one was taken back. Bring it back first.")
    if receipt.paid_on or receipt.in_run_at:
        raise Mistake("This one is on its way to the bank, or paid, so it stays as it is.")


def _check_decidable(receipt: Receipt, mark: str) -> None:
    _check_open(receipt)
    if receipt.asked_at is None:
        raise Mistake("Nobody asks for this to be paid just now.")
    if receipt.kind is not CostKind.FROM_FLOAT and payees.current(receipt.group_id, receipt.payee_id) is None:
        raise Mistake("There are no bank details yet. They come first, so that a yes is to the right account.")
    if mark != costs.mark(receipt):
        raise Mistake("This changed while you were looking. Look once more, then say yes.")


def _check_payee(group, payee_id: int | None) -> None:
    if payee_id is None:
        raise Mistake("Choose who is paid.", "payee_id")
    live = sa.select(Payee.id).where(Payee.id == payee_id, Payee.group_id == group.id, Payee.ended_at.is_(None))
    if db.session.scalar(live) is None:
        raise NotHere("payee")


def _check_fund(group, fund_id: int | None, line_id: int | None) -> None:
    if fund_id is None:
        raise Mistake("Choose which pot it comes from.", "fund_id")
    if ledger.fund(group.id, fund_id) is None:
        raise NotHere("fund")
    if line_id is None:
        return
    line = db.session.scalar(sa.select(BudgetLine).where(BudgetLine.id == line_id, BudgetLine.group_id == group.id))
    if line is None:
        raise NotHere("line")
    if line.fund_id != fund_id or line.dropped_at:
        raise Mistake("That line is another pot’s, or dropped. Choose one of this pot’s lines.", "line_id")


def _has_lines(receipt: Receipt) -> bool:
    lines = sa.select(BudgetLine.id).where(
        BudgetLine.group_id == receipt.group_id, BudgetLine.fund_id == receipt.fund_id, BudgetLine.dropped_at.is_(None)
    )
    return db.session.scalar(lines.limit(1)) is not None


def _end_yeses(receipt: Receipt, person_id: int | None = None) -> None:
    """All yeses to this, or one person's."""
    live = sa.select(Approval).where(
        Approval.group_id == receipt.group_id, Approval.receipt_id == receipt.id, Approval.ended_at.is_(None)
    )
    for given in db.session.scalars(live.where(Approval.person_id == person_id) if person_id else live):
        given.ended_at = clock.now()


def _count_anew(receipt: Receipt) -> None:
    db.session.flush()
    receipt.disagree()
    costs.count(receipt)
    fund_cover.look(receipt)


def _open_rules(group_id: int) -> list[SpendingRule]:
    return list(
        db.session.scalars(
            sa.select(SpendingRule).where(
                SpendingRule.group_id == group_id, SpendingRule.agreed_at.is_(None), SpendingRule.ended_at.is_(None)
            )
        )
    )
