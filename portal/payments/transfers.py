"""What the bank is told of each payment of a run, in the letters that UK banks take."""

import re
from dataclasses import dataclass

import sqlalchemy as sa
from anyascii import anyascii

from portal.core.db import db
from portal.payees import details
from portal.payees.models import Payee, PayeeDetails
from portal.payments.models import Payment, PaymentRun
from portal.payments.queries import IN_IT

LONGEST_NAME = 70
LONGEST_REFERENCE = 18


@dataclass(frozen=True)
class Transfer:
    """So many pence, to whom, on which account. `says` is what they read on their statement: the reference, or for a
    building society the roll number, by which it finds their account."""

    name: str
    sort_code: str
    account_number: str
    pence: int
    reference: str
    says: str

    @property
    def pounds(self) -> str:
        return f"{self.pence // 100}.{self.pence % 100:02}"


def plain(words: str, longest: int) -> str:
    """Words in letters, digits, spaces and . - / alone, as Bacs and Faster Payments have them; never nothing."""
    latin = anyascii(words.replace("&", " and "))
    kept = re.sub(r"[^A-Za-z0-9 ./-]+", "", re.sub(r"\s+", " ", latin)).lstrip(" ./-")
    return kept[:longest].rstrip() or "Payee"


def of(run: PaymentRun) -> list[Transfer]:
    """Everything in a run, with its account unsealed, in the order it was put in."""
    rows = db.session.execute(
        sa.select(Payment, PayeeDetails, Payee.name)
        .join(PayeeDetails, sa.and_(PayeeDetails.id == Payment.details_id, PayeeDetails.group_id == Payment.group_id))
        .join(Payee, sa.and_(Payee.id == PayeeDetails.payee_id, Payee.group_id == Payment.group_id))
        .where(Payment.run_id == run.id, IN_IT)
        .order_by(Payment.id)
    )
    return [_transfer(payment, details.unsealed(kept), name) for payment, kept, name in rows]


def _transfer(payment: Payment, account, name: str) -> Transfer:
    says = plain(account.roll, LONGEST_REFERENCE) if account.roll else payment.reference
    return Transfer(
        *(plain(name, LONGEST_NAME), account.sort_code, account.account), payment.pence, payment.reference, says
    )
