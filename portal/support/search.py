"""Finding a request by its words: an index of our own, the same on every database, so that a search costs what a list does.

Each request is found by its reference, its group, who asked, and the words of its messages. `queries.found` shows only what
the searcher may read.
"""

import re
import unicodedata

import sqlalchemy as sa
from sqlalchemy.orm import aliased

from portal.core.db import db
from portal.support.models import GIST, Request, RequestWord

LONGEST = 40
MOST_ASKED = 5


def gist(words: str) -> str:
    """The first words of a message, for a list: GIST letters at most, cut between words."""
    line = " ".join(words.split())
    return line if len(line) <= GIST else f"{line[:GIST].rsplit(' ', 1)[0]}…"


def words_of(text: str) -> set[str]:
    """The words of a text as they are kept: lower case, without accents, two letters or more."""
    plain = unicodedata.normalize("NFKD", text.lower())
    plain = "".join(letter for letter in plain if not unicodedata.combining(letter))
    return {word[:LONGEST] for word in re.findall(r"\w{2,}", plain.replace("’", "").replace("'", ""))}


def note(request: Request, *texts: str | None) -> None:
    """Let a request be found by these words as well. Within an action."""
    words = words_of(" ".join(text for text in texts if text))
    known = sa.select(RequestWord.word).where(RequestWord.request_id == request.id, RequestWord.word.in_(words))
    own = {"group_id": request.group_id, "request_id": request.id}
    db.session.add_all(RequestWord(**own, word=word) for word in sorted(words - set(db.session.scalars(known))))


def holding(words: list[str]) -> list[sa.ColumnElement[bool]]:
    """What must hold of a Request that has each of these words."""
    held = [aliased(RequestWord) for _ in words]
    return [
        sa.exists().where(one.word == word, one.request_id == Request.id) for one, word in zip(held, words, strict=True)
    ]
