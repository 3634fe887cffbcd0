"""Marks: short fingerprints, by which the same words or facts are known again."""

import hashlib
import json
from dataclasses import fields, is_dataclass
from datetime import date, datetime
from enum import Enum


def mark(words: str | None) -> str:
    """What a yes is said to: these very words. 32 letters that travel with the page that showed them."""
    return hashlib.sha256((words or "").encode()).hexdigest()[:32]


def fingerprint(value) -> str:
    """64 letters, the same for the same facts in whatever order."""
    return hashlib.sha256(canonical(value).encode()).hexdigest()


def canonical(value) -> str:
    """Facts as JSON in one way of writing it. Raises TypeError for what isn't plain."""
    return json.dumps(value, sort_keys=True, separators=(",", ":"), default=plain)


def plain(value):
    """A value as JSON keeps it: enums and days as text; an arrived file as its fingerprint; the rest as it is."""
    if isinstance(value, Enum):
        return value.value
    if isinstance(value, date | datetime):
        return value.isoformat()
    if is_dataclass(value) and not isinstance(value, type):  # what makes it what it is; where a file was put doesn't
        return {field.name: getattr(value, field.name) for field in fields(value) if field.compare}
    if isinstance(value, str | int | float | bool | list | dict | type(None)):
        return value
    if isinstance(value, set | frozenset | tuple):
        return sorted(value)
    raise TypeError(f"{type(value).__name__} can't be kept as plain JSON")
