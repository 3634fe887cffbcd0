"""The chain: each entry of a group carries a SHA-256 over itself and the one before, so that nothing can be slipped in,
taken out, swapped or rewritten unseen (safety guide, "The log").

How it is hashed and checked stands in `check_log.py`, which needs nothing else; times are UTC with microseconds. Order
follows `seq`, never the clock.
"""

import secrets
from collections.abc import Iterable, Iterator
from datetime import UTC

import sqlalchemy as sa

from portal.activity import check_log
from portal.activity.check_log import START, hash_of, words_hash
from portal.activity.models import Entry, EntryWords
from portal.core.db import db


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


def exported(group_id: int) -> Iterator[dict]:
    """A group's log as `check_log.py` reads it: each entry's line and hash, and beside them its words and their salt."""
    for entry, beside in entries(group_id):
        kept = {"salt": beside.salt, "words": beside.words} if beside and beside.words else {"salt": None, "words": None}
        yield {"line": line(entry), "hash": entry.hash, **kept}


def faults(group_id: int, fingerprints: Iterable[str] = ()) -> Iterator[str]:
    """Each place where a group's chain doesn't hold, as a sentence; none when all is as it was written."""
    return check_log.faults(exported(group_id), fingerprints)


def fingerprint(group_id: int) -> str:
    """The newest entry's number and hash (`142:3f2a…`): whoever has it can tell later if anything before was changed."""
    last = db.session.execute(
        sa.select(Entry.seq, Entry.hash).where(Entry.group_id == group_id).order_by(Entry.seq.desc()).limit(1)
    ).first()
    return f"{last.seq}:{last.hash}" if last else f"0:{START}"
