"""On which databases a test runs. Every one runs on SQLite; on PostgreSQL too, where it could differ there.

`on_postgresql.txt` names those: first what locks, races, guards or migrates; then as few others as it takes for each kind
of statement to run on PostgreSQL as well (what it does, to which tables and columns). What ran on SQLite alone fails
`make test` at its end, with a test to name. `make on-postgresql` chooses anew; `make soak` runs all on both.
"""

import json
import os
import re
import sys
import time
from collections import defaultdict
from functools import cache, lru_cache
from pathlib import Path

import sqlalchemy as sa

from portal.core.db import db

NAMED = Path(__file__).with_name("on_postgresql.txt")
CHOSEN = "# Chosen by `make on-postgresql`: one for each kind of statement that none above runs."
VERBS = ("SELECT", "WITH", "INSERT", "UPDATE", "DELETE")
TABLE = re.compile(r"\b(?:FROM|JOIN|INTO|UPDATE)\s+(\w+)")
INSERTED = re.compile(r"INSERT INTO (\w+) \(([^)]*)\)")
UPDATED = re.compile(r"UPDATE (\w+) SET (.*?)(?: WHERE |$)", re.DOTALL)
SET = re.compile(r"(\w+)\s*=")
MADE_ANEW = "_alembic_tmp_"  # a table that SQLite alone can't change, but has to make again
ALWAYS = 0.1  # seconds that a test takes beside its own

Kinds = dict[str, dict[str, str]]  # by database: the kinds of statement that ran, each with a test that ran it
ran: Kinds = {"sqlite": {}, "postgresql": {}}
by_test: dict[str, set[str]] = defaultdict(set)
seconds: dict[str, float] = defaultdict(float)
now = {"test": "", "since": 0.0}


@lru_cache(100_000)
def kind_of(statement: str) -> str:
    """What a statement does, the same on both databases; empty for what isn't about our tables."""
    text = statement.replace('"', "")
    verb, tables = text.split(None, 1)[0].upper(), sorted(set(TABLE.findall(text)) & set(db.metadata.tables))
    if verb not in VERBS or not tables or MADE_ANEW in text:
        return ""
    if told := INSERTED.match(text):
        return f"INSERT {told[1]} {' '.join(sorted(told[2].replace(',', ' ').split()))}"
    if told := UPDATED.match(text):
        return f"UPDATE {told[1]} {' '.join(sorted(set(SET.findall(told[2]))))}"
    return f"{verb} {' '.join(tables)}"


@sa.event.listens_for(sa.Engine, "before_cursor_execute")
def _hear(connection, _cursor, statement, *_):
    on_postgresql = connection.dialect.name == "postgresql"
    if (now["test"] or on_postgresql) and (kind := kind_of(statement)):
        ran[connection.dialect.name].setdefault(kind, now["test"])
        if not on_postgresql:
            by_test[now["test"]].add(kind)


def record(folder: Path) -> None:
    """Write down which kinds of statement each test of this process ran, to choose from."""
    _ends()
    told = {test: {"kinds": sorted(kinds), "seconds": seconds[test]} for test, kinds in by_test.items() if test}
    (folder / f"{os.getpid()}.json").write_text(json.dumps(told))


def begins(item) -> None:
    """This test's statements follow. They count where it can run on either database, and isn’t drawn by chance."""
    _ends()
    now["test"] = plain(item.nodeid) if _counts(item) else ""


def _counts(item) -> bool:
    return "dialect" in _params(item) and not _asks_for_one(item) and not item.get_closest_marker("sampled")


def _ends() -> None:
    """What was run until now is over."""
    seconds[now["test"]] += time.perf_counter() - now["since"]
    now["since"] = time.perf_counter()


def plain(nodeid: str) -> str:
    """A test's name without its parameters."""
    return nodeid.partition("[")[0]


@cache
def named() -> frozenset[str]:
    """The files and tests that run on PostgreSQL too."""
    return frozenset(line for line in NAMED.read_text().splitlines() if line and not line.startswith("#"))


def is_wanted(item) -> bool:
    """Whether this test runs, where it would on PostgreSQL. One that asks for a database by itself always does."""
    if _params(item).get("dialect") != "postgresql" or _asks_for_one(item) or os.environ.get("SOAK"):
        return True
    name = plain(item.nodeid)
    return bool({name, name.partition("::")[0]} & named())


def _params(item) -> dict:
    return item.callspec.params if hasattr(item, "callspec") else {}


def _asks_for_one(item) -> bool:
    return any("dialect" in str(mark.args[0]) for mark in item.iter_markers("parametrize"))


def on_sqlite_alone(seen: list[Kinds]) -> list[str]:
    """What the processes of a whole run saw on SQLite alone, a line each."""
    there = {kind for one in seen for kind in one["postgresql"]}
    return sorted({f"{test}: {kind}" for one in seen for kind, test in one["sqlite"].items() if kind not in there})


def choose(folder: Path) -> list[str]:
    """The tests that run each kind of statement that the files and tests named first don't, in about the fewest seconds."""
    kinds: dict[str, set[str]] = defaultdict(set)
    cost: dict[str, float] = defaultdict(lambda: ALWAYS)
    for file in folder.glob("*.json"):
        for test, told in json.loads(file.read_text()).items():
            kinds[test] |= set(told["kinds"])
            cost[test] += told["seconds"]
    first = NAMED.read_text().partition(CHOSEN)[0].split("\n")
    missing, chosen = set().union(*kinds.values()), []
    for test, found in kinds.items():
        if test in first or test.partition("::")[0] in first:
            missing -= found
    while missing:
        best = max(kinds, key=lambda test: len(kinds[test] & missing) / cost[test])
        chosen.append(best)
        missing -= kinds[best]
    return sorted(chosen)


if __name__ == "__main__":
    told = choose(Path(sys.argv[1]))
    NAMED.write_text("\n".join([NAMED.read_text().partition(CHOSEN)[0] + CHOSEN, *told, ""]))
    print(f"{len(told)} tests chosen.")
