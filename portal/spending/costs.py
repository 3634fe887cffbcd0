"""When is a cost agreed to, and may it be paid? The group's rule for yes, and what a yes is bound to.

Nobody decides on money for themselves (autonomy guide, "Actors" and F4): who is paid, or said they have an interest
of their own, is not counted among those who can. Where that leaves nobody, the host's check stands for the group's yes.
Whoever works for the host isn't counted either (`autonomy/consent.py`): where one is aside for that, and nobody is left, it
waits for the group.
"""

import hashlib
import json
from collections.abc import Callable, Sequence
from dataclasses import dataclass

import sqlalchemy as sa

from portal.autonomy import consent
from portal.autonomy.models import Among, Disagreement, Hold
from portal.autonomy.policy import DISPUTED
from portal.core import clock
from portal.core.db import db
from portal.core.filters import day, inside
from portal.ledger.models import Commitment
from portal.payees import queries as payees
from portal.payees.models import Payee, PayeeDetails
from portal.people.models import Membership, Person
from portal.receipts.models import CostKind, Question, Receipt
from portal.spending.models import Approval, Conflict, Needs, SpendingRule

STRICTNESS = list(Needs)


def mark(receipt: Receipt) -> str:
    """What a yes is bound to: how much, to whom, on which account, what for. Changes when any of it does."""
    return _mark(receipt, payees.current(receipt.group_id, receipt.payee_id))


def _mark(receipt: Receipt, details: PayeeDetails | None) -> str:
    what = [
        *(receipt.id, receipt.amount_pence, receipt.kind, receipt.payee_id, details.mark if details else None),
        *(receipt.fund_id, receipt.line_id, receipt.shop),
    ]
    return hashlib.sha256(json.dumps(what).encode()).hexdigest()


def rule_of(group_id: int) -> SpendingRule | None:
    """The group's rule for yes: the newest agreed one. None: any one organiser."""
    return db.session.scalar(
        sa.select(SpendingRule)
        .where(SpendingRule.group_id == group_id, SpendingRule.agreed_at.is_not(None))
        .order_by(SpendingRule.agreed_at.desc(), SpendingRule.id.desc())
        .limit(1)
    )


def asks_for(rule: SpendingRule | None, pence: int) -> Needs:
    """How many yeses a rule asks for a cost of so many pence."""
    if rule is None:
        return Needs.ONE
    if rule.over_pence is not None and rule.over_needs is not None and pence > rule.over_pence:
        return max(rule.needs, rule.over_needs, key=STRICTNESS.index)
    return rule.needs


def is_easier(new: SpendingRule, old: SpendingRule | None) -> bool:
    """Whether for some amount the new rule asks fewer than the old one."""
    edges = {0, *(rule.over_pence + more for rule in (new, old) if rule and rule.over_pence is not None for more in (0, 1))}
    return any(STRICTNESS.index(asks_for(new, pence)) < STRICTNESS.index(asks_for(old, pence)) for pence in edges)


def is_paid_to(receipt: Receipt, person_id: int | None) -> bool:
    """Whether the money of this is for this very person."""
    theirs = sa.select(Person.id).where(Person.id == person_id, _is_paid(receipt))
    return db.session.scalar(theirs) is not None


def stands_back(receipt: Receipt, person_id: int | None) -> bool:
    """Whether this person said that they have an interest of their own in it."""
    said = sa.select(Conflict.id).where(
        Conflict.group_id == receipt.group_id, Conflict.receipt_id == receipt.id, Conflict.person_id == person_id
    )
    return db.session.scalar(said) is not None


@dataclass(frozen=True)
class Deciding:
    """How the deciding on one cost stands: what a yes is bound to now, the account that is paid, who can give a yes,
    who did, how many it takes; and by name every yes with what it was to, who stood back, and whose yes doesn't count
    because they work for the host."""

    mark: str
    details: PayeeDetails | None
    deciders: dict[int, str]
    given: list[int]
    needed: int
    yeses: list[tuple[str, str]]
    stood_back: list[str]
    at_host: list[str]

    @property
    def enough(self) -> bool:
        return bool(self.deciders) and len(self.given) >= self.needed


def deciding(receipt: Receipt) -> Deciding:
    """Three statements. With nobody left who can decide, nothing is enough."""
    own = {"group_id": receipt.group_id, "receipt_id": receipt.id}
    nothing = sa.literal("")
    parts = (
        sa.select(sa.case((consent.at_host, "host"), else_="able"), Membership.person_id, nothing, Membership.id).where(
            consent.organise(receipt.group_id)
        ),
        sa.select(sa.literal("yes"), Approval.person_id, Approval.mark, Approval.id)
        .filter_by(**own)
        .where(Approval.ended_at.is_(None)),
        sa.select(sa.literal("back"), Conflict.person_id, nothing, Conflict.id).filter_by(**own),
        sa.select(sa.literal("paid"), Person.id, nothing, Person.id).where(_is_paid(receipt)),
    )
    every = sa.union_all(*parts).subquery()
    kind, person_id, seen, number = every.c
    rows = db.session.execute(
        sa.select(kind, person_id, Person.name, seen).join(Person, Person.id == person_id).order_by(kind, number)
    ).all()
    details = payees.current(receipt.group_id, receipt.payee_id)
    now = _mark(receipt, details)
    out = {who for what, who, _, _ in rows if what in {"back", "paid"}}
    able = {who: name for what, who, name, _ in rows if what == "able" and who not in out}
    given = [who for what, who, _, to in rows if what == "yes" and who in able and to == now]
    wanted = {Needs.ONE: 1, Needs.TWO: 2, Needs.ALL: len(able)}
    asked = wanted[asks_for(rule_of(receipt.group_id), receipt.amount_pence or 0)]
    return Deciding(
        *(now, details, able, given, min(len(able), asked)),
        yeses=[(name, to) for what, _, name, to in rows if what == "yes"],
        stood_back=[name for what, _, name, _ in rows if what == "back"],
        at_host=[name for what, _, name, _ in rows if what == "host"],
    )


def count(receipt: Receipt) -> None:
    """Within an action: agreed, once enough of those who can decide said yes; waiting again, once it changed."""
    if receipt.asked_at is None or receipt.in_run_at or receipt.paid_on:
        return
    stands = deciding(receipt)
    as_it_is = receipt.agreed_mark == stands.mark
    if not stands.deciders and not stands.at_host:
        if not as_it_is:
            receipt.agree(None, stands.mark)
    elif stands.enough:
        if not as_it_is or receipt.agreed_by is None:
            receipt.agree(stands.given[-1], stands.mark)
    elif not as_it_is or receipt.agreed_by is None:
        receipt.disagree()


@dataclass(frozen=True)
class Check:
    """One thing that keeps a cost from being paid. `fails` is its SQL, of a Receipt; `also`, what no column says of one;
    `words` say so in a plain sentence, of the receipt and a row with `of_checks`. What can still come about in a run is
    asked at its release too (`at_release`); what somebody has to see to stays on finance's list (`listed`), and is said
    when it is chosen."""

    name: str
    fails: Callable[[], sa.ColumnElement[bool]]
    words: Callable[[Receipt, sa.Row], str]
    at_release: bool = False
    listed: bool = False
    also: Callable[[Receipt], bool] = lambda receipt: False


def _of_receipt(model, *conditions: sa.ColumnElement[bool]) -> sa.ColumnElement[bool]:
    """Whether a row of this model is about the receipt, among those that name what they are about."""
    return sa.and_(
        model.group_id == Receipt.group_id,
        model.item_table == Receipt.__tablename__,
        model.item_id == Receipt.id,
        *conditions,
    )


def _has_moved(receipt: Receipt) -> bool:
    return receipt.agreed_mark != mark(receipt)


def _held() -> sa.ColumnElement[bool]:
    return sa.exists().where(_of_receipt(Hold, Hold.live())).correlate(Receipt)


def _held_under() -> sa.ScalarSelect:
    said = sa.cast(Hold.rule, sa.String) + ": " + Hold.reason
    return sa.select(sa.func.max(said)).where(_of_receipt(Hold, Hold.live())).correlate(Receipt).scalar_subquery()


def _has_no_account() -> sa.ColumnElement[bool]:
    of_payee = (PayeeDetails.group_id == Receipt.group_id, PayeeDetails.payee_id == Receipt.payee_id)
    payee = (Payee.id == PayeeDetails.payee_id, Payee.group_id == PayeeDetails.group_id, Payee.ended_at.is_(None))
    return ~sa.exists().where(*of_payee, *payee, payees.holding(clock.now())).correlate(Receipt)


def _is_asked_about() -> sa.ColumnElement[bool]:
    asked = (Question.group_id == Receipt.group_id, Question.receipt_id == Receipt.id, Question.answered_at.is_(None))
    return sa.exists().where(*asked).correlate(Receipt)


def _is_disputed() -> sa.ColumnElement[bool]:
    open_one = (Disagreement.among == Among.OURSELVES, Disagreement.settled_at.is_(None))
    return sa.exists().where(_of_receipt(Disagreement, *open_one)).correlate(Receipt)


def _is_short() -> sa.ColumnElement[bool]:
    live = (Commitment.ended_at.is_(None), Commitment.short.is_(False), Commitment.fund_id == Receipt.fund_id)
    return ~sa.exists().where(_of_receipt(Commitment, *live)).correlate(Receipt)


def _says(words: str) -> Callable[[Receipt, sa.Row], str]:
    return lambda receipt, row: words


# What keeps a cost from being paid; the first that fails is said.
CHECKS = (
    Check("taken_back", lambda: Receipt.withdrawn_at.is_not(None), _says("It was taken back.")),
    Check("paid", lambda: Receipt.paid_on.is_not(None), _says("It’s paid already."), at_release=True),
    Check("in_run", lambda: Receipt.in_run_at.is_not(None), _says("It’s in a payment run already.")),
    Check(
        "unasked",
        lambda: sa.or_(Receipt.asked_at.is_(None), Receipt.kind.is_(None)),
        _says("The group hasn’t asked for it to be paid."),
    ),
    Check("from_float", lambda: Receipt.kind == CostKind.FROM_FLOAT, _says("It was paid from a float already.")),
    Check(
        "unagreed",
        lambda: Receipt.agreed_at.is_(None),
        _says("It waits for the group’s yes, to exactly this."),
        also=_has_moved,
    ),
    Check("unchecked", lambda: Receipt.accepted_at.is_(None), _says("The desk hasn’t checked it yet.")),
    Check(
        "undoable",
        lambda: Receipt.waits_until >= clock.today(),
        lambda receipt, row: f"The group can still undo the yes, until {inside(day(receipt.waits_until))}.",
        at_release=True,
        listed=True,
    ),
    Check("held", _held, lambda receipt, row: f"It’s on hold under {row.held_under}", at_release=True),
    Check("disputed", _is_disputed, _says(DISPUTED), at_release=True, listed=True),
    Check("asked_about", _is_asked_about, _says("A question about it is open."), listed=True),
    Check("no_account", _has_no_account, _says("There are no bank details to pay it to."), listed=True),
    Check("short", _is_short, _says("No fund covers it yet."), listed=True),
)
AT_RELEASE = tuple(check for check in CHECKS if check.at_release)


def of_checks(checks: Sequence[Check] = CHECKS) -> list[sa.ColumnElement]:
    """What checks ask, as columns beside Receipt."""
    return [*(check.fails().label(check.name) for check in checks), _held_under().label("held_under")]


def first_failing(receipt: Receipt, checks: Sequence[Check]) -> str:
    """What the first of these checks that fails says of a cost now; empty where none does."""
    row = db.session.execute(sa.select(*of_checks(checks)).where(Receipt.id == receipt.id)).one()
    return next((check.words(receipt, row) for check in checks if getattr(row, check.name) or check.also(receipt)), "")


def payable(receipt: Receipt, *, by_transfer: bool = True) -> str:
    """Why it can't be paid now, as a plain sentence; empty where it can. Asked again wherever money is about to move. What
    isn't paid `by_transfer` (by card, by direct debit) needs no account to pay to."""
    return first_failing(receipt, [check for check in CHECKS if by_transfer or check.name != "no_account"])


def to_pay(after: int | None = None, limit: int = 50) -> list[sa.Row]:
    """Costs of all groups that look ready, by number, each with its payee's name and person; one more than `limit` where
    there are more. `payable` has the last word."""
    ready = (~sa.func.coalesce(check.fails(), sa.false()) for check in CHECKS if not check.listed)
    return list(
        db.session.execute(
            sa.select(Receipt, Payee.name, Payee.person_id)
            .join(Payee, sa.and_(Payee.id == Receipt.payee_id, Payee.group_id == Receipt.group_id))
            .where(*ready, Receipt.number > (after or 0))
            .order_by(Receipt.number)
            .limit(limit + 1)
        ).all()
    )


def _is_paid(receipt: Receipt) -> sa.ColumnElement[bool]:
    """Whether the payee is this Person: linked to them, or by their address."""
    payee = sa.and_(Payee.group_id == receipt.group_id, Payee.id == receipt.payee_id)
    linked, address = sa.select(Payee.person_id).where(payee), sa.select(sa.func.lower(Payee.email)).where(payee)
    return sa.or_(Person.id.in_(linked), Person.email.in_(address))
