"""What differs between two versions, sentence by sentence."""

import re
from dataclasses import dataclass
from difflib import SequenceMatcher

_ENDS = re.compile(r"(?<=[.!?…])\s+|\n+")


@dataclass(frozen=True)
class Part:
    """Some words that stand in both versions (`same`), only in the later one (`added`), or only in the earlier one
    (`out`)."""

    how: str
    words: str


def sentences(words: str | None) -> list[str]:
    """Words taken apart at the ends of sentences and of lines."""
    return [one for piece in _ENDS.split(words or "") if (one := piece.strip())]


def compare(before: str | None, after: str | None) -> list[Part]:
    """What was taken out and what was added, in the order in which one reads."""
    one, two = sentences(before), sentences(after)
    parts = []
    for tag, from_one, to_one, from_two, to_two in SequenceMatcher(None, one, two).get_opcodes():
        if tag == "equal":
            parts.append(Part("same", " ".join(one[from_one:to_one])))
            continue
        if from_one < to_one:
            parts.append(Part("out", " ".join(one[from_one:to_one])))
        if from_two < to_two:
            parts.append(Part("added", " ".join(two[from_two:to_two])))
    return parts
