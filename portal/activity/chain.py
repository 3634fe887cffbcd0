"""The chain: each entry of a group carries a SHA-256 over itself and the one before, so that nothing can be slipped in,
taken out, swapped or rewritten unseen (safety guide, "The log").

The canonical form is JSON with sorted keys and no spaces, in UTF-8; times are UTC with microseconds. Order follows `seq`,
never the clock.
"""

import hashlib
import json
import secrets
from collections.abc import Iterable, Iterator
from datetime import UTC
from typing import Any

import sqlalchemy as sa

from portal.activity.models import Entry, EntryWords
from portal.core.db import db

START = "0" * 64  # what the first entry of a group follows


def canonical(value: Any) -> bytes:
    """A value as the bytes that are hashed."""
    return json.dumps(value, sort_keys=True, separators=(",", ":"), ensure_ascii=False).encode()


def line(entry: Entry) -> dict:
    """What an entry's hash covers. Personal words are in it as their own hash only."""
    return {
        "about": entry.about,
        "action": entry.action,
        "area": entry.area,
        "at": entry.at.astimezone(UTC).isoformat(timespec="microseconds"),
        "group": entry.group_id,
        "level": entry.level,
        "outcome": str(entry.outcome),
        "person": entry.person_id,
        "role": str(entry.role),
        "says": entry.says,
        "seq": entry.seq,
        "subject": [entry.subject_table, entry.subject_id],
        "words": entry.words_hash,
    }


def hash_of(previous: str, facts: dict) -> str:
    """An entry's hash: over the hash before it and its own line."""
    return hashlib.sha256(previous.encode() + b"\n" + canonical(facts)).hexdigest()


def words_hash(salt: str, words: dict) -> str:
    """The hash that stands in an entry for its words."""
    return hashlib.sha256(salt.encode() + b"\n" + canonical(words)).hexdigest()


def append(entry: Entry, words: dict | None) -> None:
    """Add an entry as its group's newest, with its words beside it. The group must be locked by this transaction."""
    session = db.session
    salt = secrets.token_hex(16) if words else None
    if words and salt:
        entry.words_hash = words_hash(salt, words)
    if entry.group_id is not None:
        newest = sa.select(Entry.seq, Entry.hash).where(Entry.group_id == entry.group_id, Entry.seq.is_not(None))
        last = session.execute(newest.order_by(Entry.seq.desc()).limit(1)).first()
        entry.seq = (last.seq or 0) + 1 if last else 1
        entry.hash = hash_of((last.hash or "") if last else START, line(entry))
    session.add(entry)
    session.flush()
    if words and entry.group_id is not None:
        session.add(EntryWords(group_id=entry.group_id, entry_id=entry.id, salt=salt, words=words))


def entries(group_id: int) -> Iterator[tuple[Entry, EntryWords | None]]:
    """A group's entries in order, each with its words."""
    query = (
        sa.select(Entry, EntryWords)
        .outerjoin(EntryWords, sa.and_(EntryWords.entry_id == Entry.id, EntryWords.group_id == Entry.group_id))
        .where(Entry.group_id == group_id)
        .order_by(Entry.seq)
    )
    for entry, words in db.session.execute(query.execution_options(yield_per=1000)):  # noqa: UP028 - typed pairs
        yield entry, words


def faults(found: Iterable[tuple[Entry, EntryWords | None]]) -> Iterator[str]:
    """Each place where the chain doesn't hold, as a sentence; none when all is as it was written."""
    previous, seq = START, 0
    for entry, beside in found:
        if entry.seq != seq + 1:
            yield f"after entry {seq} comes entry {entry.seq}"
        if entry.hash != hash_of(previous, line(entry)):
            yield f"entry {entry.seq} is not what was written"
        if beside and beside.salt and beside.words and words_hash(beside.salt, beside.words) != entry.words_hash:
            yield f"the words of entry {entry.seq} are not what was written"
        previous, seq = entry.hash or "", entry.seq or 0
