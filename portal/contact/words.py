"""What the host's page says of contacting a group: facts go in, a sentence comes out."""

from datetime import datetime

from portal.autonomy.areas import Level
from portal.contact.models import HOURS
from portal.contact.times import Times
from portal.core.filters import day, inside
from portal.support.models import REPLY_BY_WORDS

TAKES = {  # what a group takes from the host, at each level
    Level.ONLY_US: "They take answers to what they asked, and nothing else.",
    Level.ASK_FIRST: "They’d like to be asked first, in one short line. Nothing more goes to them until they say yes.",
    Level.TELL_AFTER: "They take it in the hours they set, and can call it off.",
    Level.YOU_DO: "They take it on any working day, 9am to 5pm.",
}


def takes(level: Level, quiet_until: datetime | None) -> str:
    """What the group takes from the host, and that it waits while they rest."""
    rests = f" They are resting until {inside(day(quiet_until))}, so it waits." if quiet_until else ""
    return f"{TAKES[level]}{rests}"


def hours(times: Times) -> str:
    """When and how they are contacted."""
    return f"Their hours: {HOURS[times.from_hour]} to {HOURS[times.until_hour]}. How: {REPLY_BY_WORDS[times.by]}."
