"""The people of these tests, and a share as a form sends it."""

from datetime import timedelta

from portal.core import clock
from portal.sharing import actions
from portal.sharing.models import Share

WORDS = "A warm room on Tuesdays.\nhttps://example.org <b>come</b>"
SUMMARY = "Tea, talk and no forms, every Tuesday."


def facts(**other) -> dict:
    """A link for a funder, for a week, unless told otherwise."""
    week = {"until_on": clock.today() + timedelta(days=7)}
    told = {"words": WORDS, "audience": "someone we name", "who": "Ashbrook Council", "purpose": "the room"} | week | other
    return told | ({} if told["audience"] == "someone we name" else {"who": None})


def share(by, group, **other) -> Share:
    return actions.share(by, group, **facts(**other))


def path(one: Share) -> str:
    """Where an outsider sees it."""
    return f"/groups/{one.token}" if one.audience == "anyone" else f"/seen/{one.token}"
