"""Why we ask: what every question says of itself, in four short answers, and where a page shows them.

A form says it once, in `ASKED`, by the names of its fields. The field macros note what a page asked; the page ends with one
fold-out that tells it all, but for what was told beside its question. Tests keep every field and every page to it.
"""

from dataclasses import astuple, dataclass
from functools import cache

from flask import Flask, current_app, g
from wtforms import Field
from wtforms.widgets import HiddenInput

NAMES: set[str] = set()  # of everything that any form asks of people, filled as forms are declared


@dataclass(frozen=True)
class Asked:
    """Why something is asked, who sees it, how long it is kept, and what happens without it: a plain sentence each.

    `{host}` stands for the host's name. “We” is the group on its own pages; for staff the group is “the group”.
    """

    why: str
    who: str
    kept: str
    skipped: str


@cache
def said_by(asked: Asked, host: str) -> Asked:
    """The same with the host's name in it."""
    return Asked(*(sentence.replace("{host}", host) for sentence in astuple(asked)))


# How long. The first is the floor's (F1, autonomy guide).
ACCOUNTS = "6 years after the year ends, for the accounts."
WITH_US = "While we are with {host}."
WITH_GROUP = "While the group is with {host}."
HOSTS_OWN = "As long as {host} needs it."
NOT_KEPT = "Not at all."

# Who.
US_AND_DESK = "Our group, and those who check and pay at {host}."
US_AND_STAFF = "Our group, and {host}’s staff."
GROUP_AND_STAFF = "The group, and {host}’s staff."
FINANCE = "Finance at {host}."

# Without it.
NOTHING_HAPPENS = "Nothing changes."

# Controls that are in no form: what they carry is kept nowhere, or is the whole of an answer that says so itself.
ASK_NOTHING = {
    "input q": "a search",
    "input find": "a search",
    "input old": "a fingerprint to compare, which is the group's own",
    "input kept": "leaves out a file that was added before",
    "input staff": "shows some of a list",
    "select person": "shows some of a list",
    "select area": "shows some of a list",
    "select fund": "shows some of a list",
    "select earlier": "chooses what to compare",
    "select later": "chooses what to compare",
    "button version": "says which version counts",
    "button person": "the demo's way in",
    "button same": "a yes or a no to the question above it",
    "button agreed": "a yes or a no to the question above it",
    "button keep": "one of the two that stand above it",
    "button send": "sends what the page holds",
    "button answer": "a yes or a no to what is ticked above it",
    "button fund": "says whose money it is",
    "button use": "puts in what the group said before",
}


def is_hidden(field: Field) -> bool:
    """Whether nobody is asked: a hidden field carries what the page knows already."""
    return isinstance(field.widget, HiddenInput)


def noted(field: Field, label: str = "") -> str:
    """Note that this page asks it (and under which label). Empty, so that a template can say it anywhere."""
    if not is_hidden(field):
        g.setdefault("asked_here", {})[field] = label or field.label.text
    return ""


def told(*fields: Field) -> dict[Asked, list[str]]:
    """Their answers, to show beside the question; they don't stand at the page's end as well."""
    g.setdefault("told_here", set()).update(fields)
    return _together({field: field.label.text for field in fields})


def asked_here() -> dict[Asked, list[str]]:
    """What this page asked so far and did not tell beside it."""
    told_here = g.get("told_here", ())
    return _together({field: label for field, label in g.get("asked_here", {}).items() if field not in told_here})


def _together(labels: dict[Field, str]) -> dict[Asked, list[str]]:
    """The labels of questions with the same answers, by those answers."""
    host = current_app.config["SETTINGS"].host_name
    found: dict[Asked, dict[str, None]] = {}
    for field, label in labels.items():
        if field.asked:
            found.setdefault(said_by(field.asked, host), {})[label] = None
    return {asked: list(ones) for asked, ones in found.items()}


def init_app(app: Flask) -> None:
    app.jinja_env.globals.update(noted=noted, told=told, asked_here=asked_here)
