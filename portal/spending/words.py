"""How a payment that was asked for stands, and what a group's rule says, in sentences."""

from collections.abc import Callable
from datetime import date

from portal.autonomy.areas import Outcome
from portal.core.filters import full_day, pounds
from portal.receipts.models import Receipt
from portal.spending.costs import Deciding
from portal.spending.models import NEEDS_WORDS, Needs, SpendingRule

_MEANS = {
    Outcome.DENY: "They say yes themselves.",
    Outcome.PROPOSE: "Nothing changes unless one of them says yes.",
    Outcome.ALLOW_TELL: "Within their limits. They’re told, and have 2 working days to undo it.",
    Outcome.ALLOW_LIST: "Within their limits. It shows in What’s changed.",
}


def means(outcome: Outcome) -> str:
    """What staff's yes means where the group's level gives this answer."""
    return _MEANS[outcome]


def theirs(receipt: Receipt) -> str:
    """How it stands, as the host's side reads it."""
    if receipt.paid_on:
        return f"Paid on {full_day(receipt.paid_on)}."
    if not receipt.asked_at:
        return "Nobody asked for it to be paid."
    if receipt.in_run_at:
        return "It’s in a payment run."
    if not receipt.agreed_at:
        return "It waits for the group’s yes."
    if not receipt.accepted_at:
        return "The group said yes. It’s to be checked."
    if receipt.yes_can_be_undone:
        return f"Said yes for the group, which can undo it until {full_day(receipt.waits_until)}."
    return "Agreed and checked."


def ours(receipt: Receipt, stands: Deciding, host_name: str, pay_day: Callable[[Receipt], date]) -> str:
    """How it stands, as the group reads it, and what comes next."""
    if receipt.paid_on:
        return f"Paid on {full_day(receipt.paid_on)}."
    if receipt.in_run_at:
        return f"It’s in {host_name}’s payments of {full_day(pay_day(receipt))}. We see it here when it’s paid."
    if receipt.agreed_at:
        return _agreed(receipt, host_name, pay_day)
    if not stands.deciders:
        return "It waits for one of us who can say yes."
    if not stands.given:
        who = " or ".join(stands.deciders.values())
        takes = f"; it takes {stands.needed}" if stands.needed > 1 else ""
        return f"It’s with us: {who} can say yes{takes}. No rush."
    left = stands.needed - len(stands.given)
    return f"{'One more yes' if left == 1 else f'{left} more yeses'}, and it goes on. No rush."


def _agreed(receipt: Receipt, host_name: str, pay_day: Callable[[Receipt], date]) -> str:
    if receipt.yes_can_be_undone:
        on = f", on {full_day(pay_day(receipt))}" if receipt.accepted_at else ""
        return f"{host_name} said yes for us. Until {full_day(receipt.waits_until)} we can undo it; then it’s paid{on}."
    if receipt.accepted_at:
        return f"It’s agreed to and in order. {host_name} pays it on {full_day(pay_day(receipt))}."
    if not receipt.agreed_by:
        return f"Nobody of us is free to decide on this one, so {host_name} looks at it (rule F4), within 5 working days."
    return f"We said yes. {host_name} has it now and looks at it within 2 working days."


def rule(found: SpendingRule | None) -> str:
    """How many say yes to a cost, and to more over an amount; without a rule, any one. For the middle of a sentence."""
    words = NEEDS_WORDS[found.needs if found else Needs.ONE].lower()
    if found and found.over_pence and found.over_needs:
        return f"{words}, and over {pounds(found.over_pence)}: {NEEDS_WORDS[found.over_needs].lower()}"
    return words
