"""Take each guard out in turn and see that a test turns red: `make guards`. No test itself.

What a guard is, is read from the code (`code.py`, `rights.py`) and from the database (`database.py`). Once, all tests are
run to note in which of them each guard refuses something (`record.py`). Then, guard by guard, a copy of this process (a
fork: all is imported, the databases are built) does without it and runs these tests alone, the likeliest first, until one
turns red.
"""

from collections.abc import Callable
from contextlib import AbstractContextManager
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).parent.parent.parent
KEPT = ROOT / ".guards"


@dataclass(frozen=True)
class Guard:
    """One guard: its name, how to do without it in this process for a while, and which tests could notice: those where
    `mark` was noted (by default, its name), then those that begin with one of `also`."""

    name: str
    removed: Callable[[], AbstractContextManager]
    mark: str = ""
    also: tuple[str, ...] = ()
    dialect: str = "sqlite"

    @property
    def noted(self) -> str:
        """Under what it is noted where it refuses something."""
        return self.mark or self.name

    @property
    def package(self) -> str:
        """The tests that stand nearest to it."""
        return f"tests/{self.name.split('/')[1] if '/' in self.name else self.name.partition('.')[0]}/"
