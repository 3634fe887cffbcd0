"""What the pages say of receipts where it takes more than a word: facts go in, a sentence comes out."""

from collections.abc import Callable
from datetime import date

from portal.activity.models import Entry
from portal.core.filters import day, first_name, full_day, inside
from portal.receipts.models import Question, Receipt
from portal.receipts.queries import Whole
from portal.receipts.states import State


def heading(receipt: Receipt) -> str:
    """What to call it on its page: We have it, as long as it has no name of its own."""
    return receipt.title if receipt.label or receipt.shop else f"We have it · {receipt.ref}"


def stands(found: Whole, host: str, pay_day: Callable[[Receipt], date]) -> str:
    """How it stands and what comes next, as the group reads it. `pay_day`: on which day the host pays it."""
    receipt = found.receipt
    match found.state:
        case State.WE_HAVE_IT:
            return f"You can stop here. {host} has it. It’s paid once one of us asks for it."
        case State.QUESTION:
            if len(found.open_questions) > 1:
                return "A few questions, when you’re ready."
            return "One question, when you’re ready. Until then it waits safely."
        case State.WITH_GROUP:
            return "It’s with us: our own rule says who says yes. No rush."
        case State.CHECKING:
            checks = f"{host} looks at it, usually within 2 working days."
            return f"We said yes. {checks}" if receipt.agreed_by else checks
        case State.READY:
            return f"It’s in order. {host} pays it on {full_day(pay_day(receipt))}."
        case State.ON_ITS_WAY:
            return f"{host} sends it to the bank. When the bank says it’s paid, it says so here."
        case State.PAID:
            return f"Paid {inside(day(receipt.paid_on))}. There’s nothing more to do."
        case State.ON_HOLD if found.hold:
            return found.hold.reason
        case State.TAKEN_BACK:
            return f"In the bin until {inside(day(receipt.restorable_until))}. Nothing is paid for it."
    return ""


def happened(entry: Entry, name: str | None) -> str:
    """A line of what happened to it: Imani tried, and wasn’t let: changed the label."""
    how = {"deny": "tried, and wasn’t let: ", "propose": "asked to change it: "}.get(entry.outcome, "")
    return f"{first_name(name or 'Trellis')} {how}{entry.says}"


def answered(question: Question) -> str:
    """What the group said to a question, and when."""
    if not question.answered_at:
        return "Waiting for the group"
    return f"{question.answer or 'Answered'}, {inside(day(question.answered_at))}"
