"""What a line of the bank's probably is. Only suggested: a person accepts it, and the action asks everything again.

Sure: it carries a released payment's reference and exactly its amount. Likely: the amount, and who is paid or who gave it.
"""

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import timedelta
from enum import IntEnum

import sqlalchemy as sa

from portal.bank.models import FROM_OUTSIDE, BankLine
from portal.core import clock
from portal.core.db import db
from portal.core.filters import pounds
from portal.ledger.models import Account, Balance, Fund, Posting
from portal.payees.models import Payee
from portal.payments.models import Payment, PaymentRun
from portal.people.models import Group
from portal.receipts.models import CostKind, Receipt

NEAR = timedelta(days=5)  # how far from the day of a run its lines are still likely
COMES_BACK = timedelta(days=60)  # after so long no bank sends a payment back
MOST, MOST_SHOWN = 200, 20
REFERENCE = re.compile(r"(?<![A-Z0-9])TR[\s/-]*R(\d{1,9}(?:X\d{1,3})?)(?![A-Z0-9])")


class Fits(IntEnum):
    """How well a line fits, the best first."""

    SURE = 0
    LIKELY = 1
    AMOUNT = 2  # the amount alone
    DIFFERS = 3  # the reference, and another amount: nothing to accept


@dataclass(frozen=True)
class Match:
    """Something a line could be: `how` names the action (payment, cost, return, fund), `key` its row in the address."""

    how: str
    fits: Fits
    key: int
    group: str
    slug: str
    title: str
    why: str
    source: str = ""
    in_float: int = 0

    @property
    def may_accept(self) -> bool:
        return self.fits is not Fits.DIFFERS

    @property
    def certainty_words(self) -> str:
        """How sure it is, before its title in a list."""
        return "This is" if self.fits is Fits.SURE else "Likely"

    @property
    def verb(self) -> str:
        """What its one button says."""
        return {"return": "It came back", "fund": "Receive it"}.get(self.how, "It’s paid")


@dataclass(frozen=True)
class Matches:
    """Everything that fits one line, the best first."""

    every: list[Match] = field(default_factory=list)

    @property
    def best(self) -> Match | None:
        """The one to accept with one key: sure or likely, and alone in that."""
        good = [one for one in self.every if one.fits <= Fits.LIKELY]
        alone = len(good) == 1 or (len(good) > 1 and good[0].fits < good[1].fits)
        return good[0] if good and alone else None

    @property
    def rest(self) -> list[Match]:
        return [one for one in self.every if one is not self.best]


def references(words: str) -> set[str]:
    """The references of payments of ours in a line's words, however the bank spaced them."""
    return {f"TR R{number}" for number in REFERENCE.findall(words.upper())}


def suggest(lines: Sequence[BankLine]) -> dict[int, Matches]:
    """What each of these open lines could be, by its id. Two statements."""
    if not lines:
        return {}
    costs = db.session.execute(costs_where(_fitting(lines))).all()
    received = [line for line in lines if line.pence > 0]
    funds = db.session.execute(funds_where(_named_in(received))).all() if received else []
    return {line.id: Matches(sorted(_of(line, costs, funds), key=lambda one: (one.fits, one.title))) for line in lines}


def looked_for(line: BankLine, costs, funds) -> Matches:
    """What somebody looked for, by these conditions, whatever its amount."""
    found = [cost(line, row, looked_for=True) for row in db.session.execute(costs_where(costs)).all()]
    if line.pence > 0:
        found += [fund(line, row) for row in db.session.execute(funds_where(funds)).all()]
    return Matches(sorted(filter(None, found), key=lambda one: (one.fits, one.title))[:MOST_SHOWN])


def costs_where(condition) -> sa.Select:
    """Costs with their live payment: those released, and those that were agreed to and aren't in a run."""
    live = sa.and_(
        *(Payment.group_id == Receipt.group_id, Payment.receipt_id == Receipt.id),
        *(Payment.taken_out_at.is_(None), Payment.returned_at.is_(None)),
    )
    lately = clock.today() - COMES_BACK
    released = sa.and_(PaymentRun.released_at.is_not(None), sa.or_(Payment.entry_id.is_(None), Receipt.paid_on >= lately))
    outside = sa.and_(
        *(Payment.id.is_(None), Receipt.agreed_at.is_not(None), Receipt.accepted_at.is_not(None)),
        *(Receipt.paid_on.is_(None), Receipt.withdrawn_at.is_(None), Receipt.kind != CostKind.FROM_FLOAT),
    )
    return (
        sa.select(
            *(Receipt.id, Receipt.number, Receipt.label, Receipt.shop, Receipt.amount_pence, Group.name, Group.slug),
            *(Payment.id.label("payment_id"), Payment.pence, Payment.reference, Payment.entry_id),
            *(PaymentRun.pay_on, Payee.name.label("payee")),
        )
        .select_from(Receipt)
        .join(Group, Group.id == Receipt.group_id)
        .outerjoin(Payment, live)
        .outerjoin(PaymentRun, PaymentRun.id == Payment.run_id)
        .outerjoin(Payee, sa.and_(Payee.id == Receipt.payee_id, Payee.group_id == Receipt.group_id))
        .where(condition, sa.or_(released, outside))
        .order_by(Receipt.number)
        .limit(MOST)
    )


def funds_where(condition) -> sa.Select:
    """Open funds, each with what came into it last, a grant or a donation, and what is out in its float."""
    came_in = (
        sa.select(Posting.account)
        .where(Posting.fund_id == Fund.id, Posting.account.in_(FROM_OUTSIDE))
        .order_by(Posting.id.desc())
        .limit(1)
        .scalar_subquery()
    )
    float_of = sa.select(Balance.pence).where(Balance.fund_id == Fund.id, Balance.account == Account.FLOAT)
    return (
        sa.select(Fund.id, Fund.name.label("fund"), Fund.funder, Group.name, Group.slug, came_in.label("source"))
        .add_columns(sa.func.coalesce(float_of.scalar_subquery(), 0).label("in_float"))
        .join(Group, Group.id == Fund.group_id)
        .where(Fund.opened_at.is_not(None), condition)
        .order_by(Group.name, Fund.id)
        .limit(MOST)
    )


def cost(line: BankLine, row: sa.Row, *, looked_for: bool = False) -> Match | None:
    """What a cost is to a line; None where it is nothing to it, unless somebody looked for it."""
    pence = row.pence or row.amount_pence
    named = row.reference in references(line.words) if row.reference else False
    how = "cost" if row.payment_id is None else "return" if row.entry_id else "payment"
    if not (named or looked_for or pence == abs(line.pence)) or (line.pence > 0) != (how == "return"):
        return None
    known = _names(line.words, row.payee) or _names(line.words, row.shop)
    near = row.pay_on is None or abs(line.on - row.pay_on) <= (COMES_BACK if how == "return" else NEAR)
    if pence != abs(line.pence):
        which = f"The line carries {row.reference}. That" if named else "This"
        fits, why = Fits.DIFFERS, f"{which} is for {pounds(pence)}, not {pounds(abs(line.pence))}, so it can’t be matched."
    elif named:
        fits, why = Fits.SURE, f"It carries {row.reference}, and the amount is the same."
    elif references(line.words):
        return None  # it names another
    elif known and near:
        fits, why = Fits.LIKELY, "The amount is the same, and so is the name."
    else:
        fits, why = Fits.AMOUNT, "The amount is the same."
    title = f"R{row.number}, {row.label or row.shop or 'a cost'}" + (f", to {row.payee}" if row.payee else "")
    return Match(how, fits, row.id if how == "cost" else row.payment_id, row.name, row.slug, title, why)


def fund(line: BankLine, row: sa.Row) -> Match:
    """A fund that a line could be money for."""
    likely = _names(line.words, row.funder, whole=True)
    why = f"It names {row.funder}, who gave this fund." if likely else ""
    source = (row.source or Account.GRANT).value
    fits = Fits.LIKELY if likely else Fits.AMOUNT
    return Match("fund", fits, row.id, row.name, row.slug, row.fund, why, source, row.in_float)


def _of(line: BankLine, costs: Iterable[sa.Row], funds: Iterable[sa.Row]) -> Iterable[Match]:
    yield from filter(None, (cost(line, row) for row in costs))
    if line.pence > 0:
        yield from (one for row in funds if (one := fund(line, row)).fits is Fits.LIKELY)


def _fitting(lines: Sequence[BankLine]):
    amounts = {abs(line.pence) for line in lines}
    named = {reference for line in lines for reference in references(line.words)}
    return sa.or_(sa.func.coalesce(Payment.pence, Receipt.amount_pence).in_(amounts), Payment.reference.in_(named))


def _named_in(lines: Sequence[BankLine]):
    """Funds whose giver's name is somewhere in these lines; which line it is, is looked at afterwards."""
    text = " | ".join(line.words.lower() for line in lines)
    return sa.literal(text).like("%" + sa.func.lower(Fund.funder) + "%")


def _names(words: str, name: str | None, *, whole: bool = False) -> bool:
    """Whether a line names someone: all of the name, or one real word of it."""
    said = words.casefold()
    if whole:
        return bool(name and name.casefold() in said)
    parts = [
        part for part in re.findall(r"\w{3,}", (name or "").casefold()) if part not in {"the", "and", "ltd", "limited"}
    ]
    return any(re.search(rf"\b{re.escape(part)}\b", said) for part in parts)
