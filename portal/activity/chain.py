"""The chain: each entry of a group carries a SHA-256 over itself and the one before, so that nothing can be slipped in,
taken out, swapped or rewritten unseen (safety guide, "The log").

How it is hashed and checked stands in `check_log.py`, which needs nothing else; times are UTC with microseconds. Order
follows `seq`, never the clock.
"""

import secrets
from collections.abc import Iterable, Iterator
from datetime import UTC

import sqlalchemy as sa

from portal.activity import check_log, told_later
from portal.activity.check_log import START, hash_of, words_hash
from portal.activity.models import TOLD_LATER, Entry, EntryWords
from portal.core.db import db

# What stands in the chain for everything a group is told of later, whatever it was.
UNTOLD: dict[str, object] = {
    **dict.fromkeys(("about", "area", "level", "person")),
    **{"action": "activity.kept", "outcome": "allow", "role": "system", "says": "kept a record", "subject": [None, None]},
}


def line(entry: Entry) -> dict:
    """What an entry's hash covers. Personal words are in it as their own hash only; so is all of what is told later."""
    facts = UNTOLD if entry.level == TOLD_LATER else _facts(entry)
    at = entry.at.astimezone(UTC).isoformat(timespec="microseconds")
    return {**facts, "at": at, "group": entry.group_id, "seq": entry.seq, "words": entry.words_hash}


def _facts(entry: Entry) -> dict:
    """Who did what to which row, as what, and how it came out."""
    return {
        "about": entry.about,
        "action": entry.action,
        "area": entry.area,
        "level": entry.level,
        "outcome": str(entry.outcome),
        "person": entry.person_id,
        "role": str(entry.role),
        "says": entry.says,
        "subject": [entry.subject_table, entry.subject_id],
    }


def _under_the_hash(entry: Entry, words: dict | None) -> dict:
    """The words an entry's hash of words is over."""
    return {**(words or {}), **({"told": _facts(entry)} if entry.level == TOLD_LATER else {})}


def append(entry: Entry, words: dict | None) -> None:
    """Add an entry as its group's newest, with its words beside it. The group must be locked by this transaction."""
    session = db.session
    covered = _under_the_hash(entry, words)
    salt = secrets.token_hex(16) if covered else None
    if salt:
        entry.words_hash = words_hash(salt, covered)
    if entry.group_id is not None:
        newest = sa.select(Entry.seq, Entry.hash).where(Entry.group_id == entry.group_id, Entry.seq.is_not(None))
        last = session.execute(newest.order_by(Entry.seq.desc()).limit(1)).first()
        entry.seq = (last.seq or 0) + 1 if last else 1
        entry.hash = hash_of((last.hash or "") if last else START, line(entry))
    session.add(entry)
    session.flush()
    if salt and entry.group_id is not None:
        session.add(EntryWords(group_id=entry.group_id, entry_id=entry.id, salt=salt, words=words or {}))


def entries(group_id: int) -> Iterator[tuple[Entry, EntryWords | None, bool]]:
    """A group's entries in order, each with its words, and whether the group is told of it by now."""
    query = (
        sa.select(Entry, EntryWords, told_later.is_told())
        .outerjoin(EntryWords, sa.and_(EntryWords.entry_id == Entry.id, EntryWords.group_id == Entry.group_id))
        .where(Entry.group_id == group_id)
        .order_by(Entry.seq)
    )
    for entry, words, told in db.session.execute(query.execution_options(yield_per=1000)):  # noqa: UP028 - typed
        yield entry, words, told


def exported(group_id: int, *, whole: bool = False) -> Iterator[dict]:
    """A group's log as `check_log.py` reads it: each entry's line and hash, and beside them its words and their salt.

    Of what it is told later the words are left out until then, unless the `whole` log is wanted, to check it.
    """
    for entry, beside, told in entries(group_id):
        kept: dict[str, object] = {"salt": None, "words": None}
        if beside and beside.salt and (told or whole):
            kept = {"salt": beside.salt, "words": _under_the_hash(entry, beside.words)}
        yield {"line": line(entry), "hash": entry.hash, **kept}


def faults(group_id: int, fingerprints: Iterable[str] = ()) -> Iterator[str]:
    """Each place where a group's chain doesn't hold, as a sentence; none when all is as it was written."""
    return check_log.faults(exported(group_id, whole=True), fingerprints)


def fingerprint(group_id: int) -> str:
    """The newest entry's number and hash (`142:3f2a…`): whoever has it can tell later if anything before was changed."""
    last = db.session.execute(
        sa.select(Entry.seq, Entry.hash).where(Entry.group_id == group_id).order_by(Entry.seq.desc()).limit(1)
    ).first()
    return f"{last.seq}:{last.hash}" if last else f"0:{START}"
