"""SQLite: which driver we take, and how its engine keeps what it commits.

A write-ahead log lets people read while somebody writes, but engines before some patches can lose a commit that is in it.
So we take the standard library's driver where its engine has the patch, pysqlite3 where it is installed (it has wheels for
some machines only), and else the standard library's all the same, with a rollback journal. That one was never at fault: a
change is in the database before the commit returns. It costs waiting: who commits waits until nobody reads, who begins to
read waits for the commit, ten seconds at most. Reading transactions here are a request's, and short.
"""

import sqlite3
from types import ModuleType

# The first without https://sqlite.org/wal.html's reset race, in each line that was patched.
FIXED_ENGINES = ((3, 44, 6), (3, 50, 7), (3, 51, 3))


def is_fixed(version: tuple[int, ...]) -> bool:
    """Whether this engine keeps what was committed to a write-ahead log."""
    return version >= FIXED_ENGINES[-1] or any(version[:2] == fixed[:2] and version >= fixed for fixed in FIXED_ENGINES)


def _driver() -> ModuleType:
    if is_fixed(sqlite3.sqlite_version_info):
        return sqlite3
    try:
        import pysqlite3
    except ImportError:
        return sqlite3
    return pysqlite3


driver = _driver()


def journal(version: tuple[int, ...] = driver.sqlite_version_info) -> str:
    """How an engine of this version is to keep its changes until they are in the database."""
    return "WAL" if is_fixed(version) else "DELETE"


def note() -> str:
    """What whoever runs this should know about it, if anything."""
    if journal() == "WAL":
        return ""
    return (
        f"SQLite {driver.sqlite_version} keeps a rollback journal, since its write-ahead log could lose a change. Nothing "
        "is lost, but people wait for each other more. SQLite 3.51.3, or PostgreSQL, does without."
    )
