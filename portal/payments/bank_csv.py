"""A run as the list that UK banks take for paying many at once: sort code, account number, name, amount, reference."""

from collections.abc import Sequence

from portal.core import csv
from portal.payments.transfers import Transfer, plain

LONGEST_NAME = 18  # what Bacs and most banks' lists take


def listed(transfers: Sequence[Transfer]) -> str:
    """One line each, without a heading, every digit kept."""
    return csv.text(
        (one.sort_code, one.account_number, plain(one.name, LONGEST_NAME), one.pounds, one.says) for one in transfers
    )
