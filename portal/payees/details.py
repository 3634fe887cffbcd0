"""The account in someone's details, sealed in the database and opened only where it is needed."""

import json
from dataclasses import asdict, dataclass

from portal.core import sealed
from portal.payees.models import PayeeDetails


@dataclass(frozen=True)
class Account:
    """Where money goes to: 6 digits, 8 digits, and for some building societies a roll number."""

    sort_code: str
    account_number: str
    roll_number: str | None = None


def seal(account: Account) -> str:
    return sealed.seal(json.dumps(asdict(account)))


def unsealed(details: PayeeDetails) -> Account:
    """The account of these details."""
    return Account(**json.loads(sealed.unseal(details.sealed)))
