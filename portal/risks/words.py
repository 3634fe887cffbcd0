"""What pages say of risks and worries: facts in, a sentence out, nothing looked up. The words of a state are its own
(`states.py`)."""

from datetime import date, datetime

from portal.core.filters import day, first_name, full_day, inside, moment
from portal.risks.models import Did, Risk, RiskLook, Worry
from portal.risks.queries import MOST_COUNTED, Asked, Found, Line

# What somebody did with a line: {who} by first name, and to {whom} it was handed.
DID = {
    Did.ADDED: "{who} added it",
    Did.LOOKED: "{who} looked at it",
    Did.HANDED: "{who} handed it to {whom}",
    Did.SERIOUS: "{who} marked it as serious",
    Did.EASED: "{who}: not serious any more",
    Did.SEEN: "{who}, a trustee, has seen it",
    Did.CLOSED: "{who} closed it",
}
COORDINATORS_KEYS = (
    *(("L", "look"), ("A", "take it in"), ("R", "say why not"), ("H", "hand over")),
    *(("S", "serious"), ("C", "close"), ("N", "add a line")),
)


def keys(*, coordinates: bool, oversees: bool) -> list[tuple[str, str]]:
    """The keys of the desk, for who looks."""
    own = COORDINATORS_KEYS if coordinates else [("A", "seen")] if oversees else []
    return [("J K", "next, back"), *own]


def title(found: Found | None, asked: Asked | None) -> str:
    """What the desk's page is called, by what is open on it."""
    opened = found.risk if found else asked.worry if asked else None
    return f"{opened.ref} · Risks" if opened else "Risks we carry"


def count(number: int) -> str:
    """How many lie in a view."""
    return str(number) if number < MOST_COUNTED else f"{MOST_COUNTED - 1}+"


def line_day(line: Line, view: str) -> date | datetime:
    """The day beside a line: of the next look, or of its beginning."""
    return line.look_again_on if line.look_again_on and view != "closed" else line.added_at


def line_facts(line: Line) -> str:
    """Its number, and who carries it: C7, Imani."""
    ref = f"{'Y' if line.is_worry else 'C'}{line.number}"
    return f"{ref}, {first_name(line.holder)}" if line.holder else ref


def holder(found: Found, host: str) -> str:
    """Who carries a line, and whether they still work there."""
    gone = not found.there and not found.risk.closed_at
    return f"{found.holder}, who no longer works at {host}" if gone else found.holder


def whom_for(found: Found) -> str:
    """A line and whom it is for, as a group reads it: C7, for us."""
    return f"{found.risk.ref}, {'for us' if found.group else 'for all groups'}"


def carried(found: Found) -> str:
    """The same with who carries it and when they look again."""
    says = f"{whom_for(found)}, with {first_name(found.holder)}"
    return says if found.risk.closed_at else f"{says}. They look again on {full_day(found.risk.look_again_on)}"


def did(look: RiskLook, name: str, holder: str | None) -> str:
    """What somebody did with a line."""
    return DID[look.did].format(who=first_name(name), whom=first_name(holder or ""))


def look_facts(look: RiskLook) -> str:
    """When that was, what they wrote, and what the host does from then on."""
    says = ". ".join(filter(None, [moment(look.looked_at), look.words]))
    return f"{says} From then on: {look.does}" if look.did is Did.LOOKED and look.does else says


def read_by(found: Found) -> str:
    """Who reads a line, to bear in mind while writing."""
    who = "The group reads" if found.group else "Every group reads"
    return f"{who} all of this. Leave out whom it is about."


def weighing(risk: Risk) -> dict[str, str]:
    """What the desk calls marking a line as serious, or taking it off the trustees' list."""
    if risk.serious_at:
        return {
            "summary": "It isn’t serious any more",
            "serious": "no",
            "label": "Why isn’t it serious any more?",
            "hint": "",
            "button": "Take it off the trustees’ list",
        }
    return {
        "summary": "Mark it as serious",
        "serious": "yes",
        "label": "",
        "hint": "It goes to the trustees at once.",
        "button": "Show it to the trustees",
    }


def worry_facts(worry: Worry) -> str:
    """When a worry came, and whether they want the trustees to see it."""
    says = f"{moment(worry.added_at)}."
    return f"{says} They ask that the trustees see it." if worry.to_trustees else says


def our_worry(asked: Asked) -> str:
    """A worry's number, whose it is and when it came, as the group reads it."""
    return f"{asked.worry.ref}, {first_name(asked.name)}, {inside(day(asked.worry.added_at))}"


def seen(asked: Asked) -> str:
    """That a trustee has seen a worry, and what they wrote."""
    says = f"{first_name(asked.seen or '')}, a trustee, has seen it."
    return f"{says} {asked.worry.seen_words}" if asked.worry.seen_words else says
