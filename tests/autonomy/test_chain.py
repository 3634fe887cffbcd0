"""The chain of a group's entries: it holds as written, words can be erased, and whatever was tampered with is found."""

import hashlib
import json
import random
import subprocess
import sys
import time
from pathlib import Path

import pytest
import sqlalchemy as sa

from portal.activity import chain, check_log
from portal.activity.models import Entry, EntryWords
from portal.autonomy.door import Proposed
from portal.core import wall
from portal.core.db import db
from portal.people.roles import Role
from portal.receipts import actions as receipts
from tests import make

TAMPERINGS = 1000


@pytest.fixture
def written(kettle) -> list[dict]:
    """A group's log with a few entries, as it is exported."""
    marsha = make.actor(make.person("Marsha"))
    for label in ("one", "two", "three", "four", "five"):
        receipt = make.receipt(kettle)
        receipts.describe(marsha, kettle, receipt.id, label=label)
    return list(chain.exported(kettle.id))


def test_a_groups_entries_count_from_one_and_hold(kettle, written):
    assert [entry["line"]["seq"] for entry in written] == list(range(1, len(written) + 1))
    assert len(written) >= 10
    assert list(chain.faults(kettle.id)) == []


def test_two_groups_have_chains_of_their_own(kettle, walkers):
    make.receipt(kettle)
    make.receipt(walkers)
    for group in (kettle, walkers):
        assert next(chain.exported(group.id))["line"]["seq"] == 1
        assert list(chain.faults(group.id)) == []


def as_file(entries: list[dict]) -> list[str]:
    return [check_log.canonical(entry).decode() for entry in entries]


def found(lines: list[str], *fingerprints: str) -> list[str]:
    try:
        return list(check_log.faults(check_log.read(lines), fingerprints))
    except ValueError as problem:
        return [str(problem)]


def flip(lines, chance):
    """Another letter in the place of one."""
    n = chance.randrange(len(lines))
    at = chance.randrange(len(lines[n]))
    other = chance.choice([letter for letter in '0123456789abcdef"{}: ,x' if letter != lines[n][at]])
    lines[n] = lines[n][:at] + other + lines[n][at + 1 :]


def swap(lines, chance):
    one, two = chance.sample(range(len(lines)), 2)
    lines[one], lines[two] = lines[two], lines[one]


def drop(lines, chance):
    del lines[chance.randrange(len(lines))]


def insert(lines, chance):
    """A line more, with a hash that fits what stands before it."""
    at = chance.randrange(len(lines))
    entry = json.loads(lines[at])
    entry["hash"] = check_log.hash_of(json.loads(lines[at - 1])["hash"] if at else check_log.START, entry["line"])
    lines.insert(at, check_log.canonical(entry).decode())


def rewrite(lines, chance):
    """Something else happened, and all hashes from there on are made to fit."""
    at, previous = chance.randrange(len(lines)), check_log.START
    for n, text in enumerate(lines):
        entry = json.loads(text)
        if n == at:
            entry["line"]["says"] = "did something else"
        entry["hash"] = previous = check_log.hash_of(previous, entry["line"])
        lines[n] = check_log.canonical(entry).decode()


def test_a_thousand_random_tamperings_are_all_found(kettle, written):
    """With the newest fingerprint at hand, as the weekly mail leaves it."""
    lines, known, chance = as_file(written), chain.fingerprint(kettle.id), random.Random(7)
    assert found(lines, known) == []
    unseen, without = [], []
    for n in range(TAMPERINGS):
        tamper = (flip, swap, drop, insert, rewrite)[n % 5]
        changed = list(lines)
        tamper(changed, chance)
        if not found(changed, known):
            unseen.append((tamper.__name__, changed))
        if tamper in (swap, insert, flip) and not found(changed):
            without.append(tamper.__name__)
    assert unseen == []
    assert without == []  # these need no fingerprint to be found


def test_a_log_rewritten_from_here_or_cut_off_is_found_by_an_old_fingerprint_only(kettle, written):
    lines, known = as_file(written), chain.fingerprint(kettle.id)
    cut = lines[:-1]
    rewritten = list(lines)
    rewrite(rewritten, random.Random(1))
    for changed in (cut, rewritten):
        assert found(changed) == []
        assert len(found(changed, known)) == 1


def test_the_checker_stands_alone(kettle, written, tmp_path):
    """With Python's standard library and nothing else around it."""
    log, alone = tmp_path / "log.jsonl", tmp_path / "check.py"
    alone.write_text(Path(check_log.__file__).read_text())
    command = [sys.executable, "-I", "-S", str(alone), str(log), "--fingerprint", chain.fingerprint(kettle.id)]
    log.write_text("\n".join(as_file(written)) + "\n")
    good = subprocess.run(command, capture_output=True, text=True)
    assert good.returncode == 0
    assert good.stdout == f"All {len(written)} entries hold. The newest fingerprint is {chain.fingerprint(kettle.id)}\n"
    log.write_text("\n".join(as_file(written[:-1])) + "\n")
    bad = subprocess.run(command, capture_output=True, text=True)
    assert (bad.returncode, bad.stdout) == (1, f"There is no entry {len(written)} any more: the log was cut off.\n")


@pytest.mark.slow
def test_a_long_log_holds():
    """100,000 lines, checked within 5 seconds of this process's own time."""
    lines = list(long_log(100_000))
    began = time.process_time()
    assert list(check_log.faults(lines)) == []
    assert time.process_time() - began <= 5


def long_log(count: int):
    """A log of so many entries."""
    previous = check_log.START
    for seq in range(1, count + 1):
        words = {"changes": [{"row": f"receipts:{seq}", "column": "label", "before": "tea", "after": "milk"}]}
        salt = hashlib.md5(b"%d" % seq).hexdigest()
        line = {
            **{
                "about": f"R{seq}",
                "action": "receipts.describe",
                "area": "receipts",
                "at": "2026-11-09T10:20:00.000000+00:00",
            },
            **{"group": 1, "level": "tell_after", "outcome": "allow_tell", "person": 7, "role": "finance"},
            **{"says": "changed the words on a receipt", "seq": seq, "subject": ["receipts", seq]},
            "words": check_log.words_hash(salt, words),
        }
        previous = check_log.hash_of(previous, line)
        yield {"line": line, "hash": previous, "salt": salt, "words": words}


def test_erased_words_leave_the_chain_whole(kettle, written):
    with wall.opened(kettle.id):
        for one in db.session.scalars(sa.select(EntryWords).where(EntryWords.group_id == kettle.id)):
            one.salt = one.words = None
    db.session.commit()
    assert all(entry["words"] is None for entry in chain.exported(kettle.id))
    assert list(chain.faults(kettle.id)) == []


def test_refused_tries_and_proposals_are_in_the_chain(kettle):
    glyn = make.actor(make.staff("Glyn", Role.FINANCE), Role.FINANCE)
    receipt = make.receipt(kettle)
    with pytest.raises(Proposed):
        receipts.describe(glyn, kettle, receipt.id, label="x")
    last = list(chain.exported(kettle.id))[-1]
    assert last["line"]["outcome"] == "propose"
    assert list(chain.faults(kettle.id)) == []
    assert db.session.scalar(sa.select(Entry.hash).order_by(Entry.id.desc()).limit(1)) == last["hash"]


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE entries SET outcome = 'deny' WHERE seq = 3",
        "UPDATE entries SET person_id = NULL WHERE seq = 4",
        "DELETE FROM entries WHERE seq = 5",
    ],
)
def test_rows_changed_behind_our_back_are_found(kettle, written, dialect, statement):
    """With every trigger gone, as someone with the database itself could have it."""
    if dialect == "sqlite":
        for name in db.session.scalars(sa.text("SELECT name FROM sqlite_master WHERE type = 'trigger'")).all():
            db.session.execute(sa.text(f"DROP TRIGGER {name}"))
    else:
        db.session.execute(sa.text("SET session_replication_role = replica"))
    db.session.execute(sa.text("DELETE FROM entry_words"))
    db.session.execute(sa.text(statement))
    assert list(chain.faults(kettle.id)) != []
