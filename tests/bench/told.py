"""What both desks are given: requests with three messages each, in everyday words. A number always tells the same."""

import random
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from datetime import datetime, timedelta
from functools import cache

from portal.core import clock, workdays
from portal.support import search

GROUPS = [f"{place} {kind}" for kind in ("Kettle", "Walkers", "Allotment", "Poets", "Choir") for place in (
    "Tuesday", "Hillfoot", "Quiet", "Nightshift", "Eastmoor", "Harbour", "Ashbrook", "Fernside",
)]  # fmt: skip
MESSAGES = 3
MANY, FEW = "kettle", 10  # every second request has this word; one word is of so many requests alone

ASKED = (
    "The kettle in our room trips the fuse again, and forty people come on Tuesday.",
    "Could someone look at the form for the hall with us before it goes in?",
    "We were told that the minibus needs another driver from next month on.",
    "A newcomer would like to cook with us, and we don’t know what to write down about allergies.",
    "The library has asked whether we would read there in spring.",
    "Our room costs more from April. Is that something the grant can carry?",
    "Two of us can’t open the statement that came on Friday.",
    "Somebody left a bag of coins in the tin, and we’d rather not keep it at home.",
    "Is there anyone who could show us how the new key safe works?",
    "We would like our name spelled right on the poster by the door.",
)
MORE = (
    "There is no hurry, we only wanted to say it while we remember.",
    "Please write rather than ring, mornings are hard for most of us.",
    "We have tried what the leaflet says and it made no difference.",
    "If it is easier to talk about it, any evening but Thursday is fine.",
    "The landlord says it was agreed last year, but nobody here was there then.",
    "It would be good to know before the planting starts.",
    "Whatever you decide, thank you for asking us first.",
    "One of us will be away until the end of the month.",
)
ANSWERED = (
    "Thank you, I have asked our insurer and will put the paper here when it comes.",
    "I think so. How much would it be a month, and from when?",
    "That is ours to sort out, so please don’t chase it yourselves.",
    "I can come by on Wednesday with the keys, if that suits you.",
    "The council answers on Mondays, so it may take until then.",
    "Yes, as long as it stays within what the funder gave it for.",
)
FOR_PLOT = "It is for plot"
ONE, OTHER = "Alex", "Kim"


@dataclass(frozen=True)
class Said:
    """One message. `at`: ISO, UTC."""

    at: str
    words: str
    by_host: bool


@dataclass(frozen=True)
class Told:
    """One request. `word`: what only it and a few others have. `due`: a day, ISO, some working days ahead."""

    number: int
    group: str
    slug: str
    by: str
    gist: str
    word: str
    due: str
    said: tuple[Said, ...]

    @property
    def facts(self) -> dict:
        return asdict(self)

    @property
    def words(self) -> set[str]:
        """The words it is found by: what `search.note` keeps of the same texts."""
        found = {f"s{self.number}", self.word, *_words(self.group), *_words(self.by), *_words(FOR_PLOT)}
        lines = (line for one in self.said for line in one.words.split("\n") if not line.startswith(FOR_PLOT))
        return found.union(*map(_words, lines))


@cache
def _words(text: str) -> set[str]:
    return search.words_of(text)


def told(first: int, last: int, total: int) -> Iterator[Told]:
    """Requests `first` to `last`, out of `total` that came in over two years."""
    now = clock.now().replace(microsecond=0)
    ahead = [
        datetime.combine(workdays.after(clock.today(), days), datetime.min.time(), now.tzinfo) for days in range(1, 41)
    ]
    for number in range(first, last + 1):
        dice = random.Random(number)
        group = GROUPS[number % len(GROUPS)]
        word = f"b{number // FEW}"
        asked = f"{ASKED[0] if number % 2 else dice.choice(ASKED[1:])}\n{FOR_PLOT} {word.upper()}."
        at = now - timedelta(days=730) * (total - number + 1) / (total + 1)
        said = (
            Said(at.isoformat(), asked, by_host=False),
            Said((at + timedelta(seconds=1)).isoformat(), dice.choice(ANSWERED), by_host=True),
            Said((at + timedelta(seconds=2)).isoformat(), dice.choice(MORE), by_host=False),
        )
        yield Told(
            number=number,
            group=group,
            slug=group.lower().replace(" ", "-"),
            by=dice.choice((ONE, OTHER)),
            gist=search.gist(asked),
            word=word,
            due=dice.choice(ahead).isoformat(),
            said=said,
        )
