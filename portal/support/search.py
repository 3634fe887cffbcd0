"""Finding a request by its words: an index of our own, the same on every database, so that a search costs what a list does.

Each request is found by its reference, its group, who asked, and the words of its messages. `queries.found` shows only what
the searcher may read.
"""

import re
import unicodedata
from functools import cache

import sqlalchemy as sa
from sqlalchemy.orm import aliased

from portal.core.db import db, fetched, prepared
from portal.support.models import GIST, Request, RequestWord

LONGEST = 40
MOST_ASKED = 5
WINDOW = 1000  # how many requests one page of a search looks through, so that it costs the same however many there are


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


def rarest(words: list[str], before: int | None = None) -> tuple[str, int | None]:
    """Of these words, the one that fewest requests have; and the request as far back as which one page looks through those
    (`before` one, where it says so), or None where that is all of them."""
    values = _named(words) | {"before": before, "skipped": WINDOW - 1}
    (found,) = fetched(_edges(len(words), before is not None), values)
    reach = dict(zip(words, found, strict=True))
    word = min(words, key=lambda word: reach[word] or 0)
    return word, reach[word]


def holding(
    words: list[str], reads: sa.ColumnElement[bool], before: int | None, edge: int | None
) -> tuple[sa.Select, dict]:
    """The newest requests that hold the first of these words, which `reads` says may be read, and all the others, from
    `before` one down to `edge`; and the statement's values."""
    statement = _holding(len(words), before is not None, edge is not None, reads)
    return statement, _named(words) | {"before": before, "edge": edge}


def _named(words: list[str]) -> dict[str, str]:
    return {f"word{place}": word for place, word in enumerate(words)}


def _word(place: int) -> sa.BindParameter:
    return sa.bindparam(f"word{place}", type_=sa.String)


_before, _edge = (sa.bindparam(name, type_=sa.Integer) for name in ("before", "edge"))


@prepared
def _edges(words: int, further: bool) -> sa.Select:
    skipped = sa.bindparam("skipped", type_=sa.Integer)
    ids = sa.select(RequestWord.request_id).order_by(RequestWord.request_id.desc()).limit(1).offset(skipped)
    if further:
        ids = ids.where(RequestWord.request_id < _before)
    return sa.select(*(ids.where(RequestWord.word == _word(place)).scalar_subquery() for place in range(words)))


@cache
def _holding(words: int, further: bool, bounded: bool, reads: sa.ColumnElement[bool]) -> sa.Select:
    # Each looked up one by one (scalars, which no database turns into joins): a common word is of far more requests than
    # a page looks through.
    also = aliased(RequestWord)
    one = sa.select(also.id).where(also.request_id == RequestWord.request_id).correlate(RequestWord)
    ids = sa.select(RequestWord.request_id).where(
        RequestWord.word == _word(0),
        *(one.where(also.word == _word(place)).scalar_subquery().is_not(None) for place in range(1, words)),
        sa.select(reads).where(Request.id == RequestWord.request_id).correlate(RequestWord).scalar_subquery(),
    )
    if further:
        ids = ids.where(RequestWord.request_id < _before)
    if bounded:
        ids = ids.where(RequestWord.request_id >= _edge)
    return ids.order_by(RequestWord.request_id.desc()).limit(sa.bindparam("most", type_=sa.Integer))
