"""Sort code, account number and roll number: read as people type them, kept sealed, never shown whole but to who pays.

The digits never take part in what the door keeps of a form: of `Details` it compares `mark` alone, a keyed fingerprint.
"""

import hashlib
import hmac
import json
import re
from dataclasses import dataclass, field

from flask import current_app

from portal.core import sealed_secrets
from portal.payees import modulus
from portal.payees.models import Checked, PayeeDetails

BETWEEN = re.compile(r"[\s\u200b\-\u2010-\u2015\u2212]+")  # spaces and dashes of every length


@dataclass(frozen=True)
class Details:
    """An account to pay to. What names it shows no digits."""

    mark: str
    sort_code: str = field(compare=False, repr=False)
    account: str = field(compare=False, repr=False)
    roll: str | None = field(compare=False, repr=False, default=None)

    @property
    def checked(self) -> Checked:
        """What the banks' own check says of it."""
        return modulus.check(self.sort_code, self.account)


def read_sort_code(typed: str | None) -> str:
    """Six digits. Raises ValueError with a plain sentence."""
    digits = BETWEEN.sub("", typed or "")
    if not digits:
        raise ValueError("Write the sort code. It has six digits.")
    if not re.fullmatch(r"[0-9]+", digits):
        raise ValueError("A sort code has digits only, like 04-00-04.")
    if len(digits) != 6:
        raise ValueError(f"A sort code has six digits. This has {len(digits)}.")
    return digits


def read_account(typed: str | None) -> str:
    """Eight digits; what the bank writes shorter gets its zeros. Raises ValueError with a plain sentence."""
    digits = BETWEEN.sub("", typed or "")
    if not digits:
        raise ValueError("Write the account number. It has 6 to 8 digits.")
    if not re.fullmatch(r"[0-9]+", digits):
        raise ValueError("An account number has digits only, like 00012345.")
    if not 6 <= len(digits) <= 8:
        longer = " If the bank gave a longer one, it can say which 8 to use." if len(digits) > 8 else ""
        raise ValueError(f"An account number has 6 to 8 digits. This has {len(digits)}.{longer}")
    if not int(digits):
        raise ValueError("An account number isn’t all zeros. Look at it once more.")
    return digits.rjust(8, "0")


def read_roll(typed: str | None) -> str | None:
    """A building society's roll number, or none. Raises ValueError with a plain sentence."""
    roll = " ".join((typed or "").upper().split())
    if not roll:
        return None
    if not re.fullmatch(r"[A-Z0-9 ./-]+", roll) or not re.search(r"[0-9]", roll):
        raise ValueError("A roll number has digits, and maybe letters, dashes and slashes, like D/12345-6.")
    if len(roll) > 18:
        raise ValueError(f"A roll number has 18 letters and digits at most. This has {len(roll)}.")
    return roll


def of(sort_code: str | None, account: str | None, roll: str | None = None) -> Details:
    """What was typed, read. Raises ValueError with a plain sentence."""
    return _made(read_sort_code(sort_code), read_account(account), read_roll(roll))


def _made(sort_code: str, account: str, roll: str | None) -> Details:
    key = hashlib.sha256(b"payee mark\0" + str(current_app.secret_key).encode()).digest()
    mark = hmac.new(key, json.dumps([sort_code, account, roll]).encode(), hashlib.sha256).hexdigest()
    return Details(mark, sort_code, account, roll)


def kept(details: Details) -> dict:
    """Its columns in the database."""
    words = json.dumps({"sort_code": details.sort_code, "account": details.account, "roll": details.roll})
    return {
        "sealed": sealed_secrets.seal(words),
        "tail": details.account[-4:],
        "mark": details.mark,
        "checked": details.checked,
    }


def unsealed(row: PayeeDetails) -> Details:
    """The digits again: for the file that goes to the bank, and for a look that is in the group's log. Nowhere else."""
    return Details(row.mark, **json.loads(sealed_secrets.unseal(row.sealed)))
