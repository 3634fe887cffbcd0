"""`make guards`: all, or those whose name fits G. `PART=1/4` is a quarter of them; a run that was cut goes on with `make
guards`, and asks again only what nobody has noticed yet; `FRESH=1` begins anew. What is known is in `.guards/`."""

import fcntl
import json
import multiprocessing
import os
import re
import resource
import shutil
import signal
import sys
from collections.abc import Callable
from pathlib import Path

import pytest
from _pytest.runner import runtestprotocol

from tests.guards import KEPT, ROOT, Guard

RESULTS = KEPT / "noticed.jsonl"
BOTH = ("sqlite", "postgresql")
SLOWER = 5  # without a guard a test may run on for ever: after so many times what it takes, it counts as red


class Removing:
    """Pytest's own run, with another loop: everything is collected and built once, then guards go one by one."""

    def __init__(self, only: str, part: str):
        self.only, (self.part, self.parts) = only, (int(number) for number in part.split("/"))
        self.on: Callable | None = None
        self.missed: list[Guard] = []

    @pytest.hookimpl(wrapper=True)
    def pytest_fixture_setup(self, fixturedef):
        """Whoever builds the installations of this process tells us where they are."""
        built = yield
        if fixturedef.argname == "installations":
            self.on = built
        return built

    @pytest.hookimpl(tryfirst=True)
    def pytest_runtestloop(self, session) -> bool:
        """Instead of running each test once."""
        from tests.guards import code, database, record, rights  # not before pytest has seen to what it imports

        self.session = session
        self.items = {item.nodeid: item for item in session.items if not item.get_closest_marker("browser")}
        self._build()
        everything = [*rights.guards(), *code.guards(), *database.guards(self.on)]
        self._close()
        reached = self._reached(everything, record)
        chosen = [guard for guard in everything if re.search(self.only, guard.name)][self.part - 1 :: self.parts]
        known = record.noticed_before(RESULTS)
        for n, guard in enumerate(chosen, 1):
            noticed = known.get(guard.name) or self._noticed(guard, record.asked(guard, reached, self.items))
            if not noticed:
                self.missed.append(guard)
            if guard.name not in known:
                self._say(guard, noticed, f"{n}/{len(chosen)}")
        print(f"{len(chosen)} guards, each taken out; {len(chosen) - len(self.missed)} noticed ", end="")
        print(f"({1 - len(self.missed) / max(1, len(chosen)):.1%}).")
        for guard in self.missed:
            print(f"  nobody noticed: {guard.name}")
        return True

    def _build(self) -> None:
        """Both installations, by running a test on each."""
        for dialect in BOTH:
            item = next(
                item for name, item in self.items.items() if f"[{dialect}" in name and "installation" in item.fixturenames
            )
            assert self._is_green(item), item.nodeid
        self.session._setupstate.teardown_exact(next(iter(self.items.values())))

    def _close(self) -> None:
        """No connection is shared between processes."""
        for dialect in BOTH:
            self.on(dialect).close()
        self.on("postgresql")._server.dispose()

    def _reached(self, guards: list[Guard], record) -> dict[str, dict]:
        with (KEPT / "lock").open("w") as alone:
            fcntl.flock(alone, fcntl.LOCK_EX)
            known = record.read(guards)
            unknown = [
                item
                for name, item in self.items.items()
                if "postgresql" not in name
                and "postgresql" not in item.fixturenames
                and name.partition("::")[0] not in known
            ]
            if unknown:
                self._apart(lambda _tell: record.record(unknown, self._is_green))
                known = record.read(guards)
        return {name: told for line in known.values() for name, told in line["tests"].items()}

    def _noticed(self, guard: Guard, asked: list) -> str:
        """The first test that turns red without it, and is green with it; else nothing."""

        def ask(tell: Callable[[str], None]) -> None:
            left = iter(asked)

            def first_red():
                for item, seconds in left:
                    tell(f"{item.nodeid} (without end)")
                    signal.alarm(int(10 + SLOWER * seconds))
                    if not self._is_green(item):
                        return item
                return None

            red = asked
            while red:
                with guard.removed():
                    red = first_red()
                if red and self._is_green(red):
                    return tell(red.nodeid)
            tell("")

        return self._apart(ask)

    def _apart(self, do: Callable[[Callable[[str], None]], None]) -> str:
        """Do it in a copy of this process. Returns what it told last."""
        reading, writing = os.pipe()
        sys.stdout.flush()
        if not (child := os.fork()):
            try:
                os.close(reading)
                os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stderr.fileno())
                _read_files_in_a_fork()
                for dialect in BOTH:
                    self.on(dialect).empty()
                do(lambda said: os.write(writing, f"{said}\n".encode()))
                os._exit(0)
            finally:
                os._exit(1)
        os.close(writing)
        with os.fdopen(reading) as told:
            *_, last = ["", *told.read().split("\n")[:-1]]
        _, how = os.waitpid(child, 0)
        if os.WIFEXITED(how) and os.WEXITSTATUS(how):
            raise RuntimeError(f"This went wrong itself, after {last}")
        return last

    def _is_green(self, item) -> bool:
        self.session._setupstate.teardown_exact(item.parent)
        return not any(report.failed for report in runtestprotocol(item, log=False, nextitem=item.parent))

    def _say(self, guard: Guard, noticed: str, at: str) -> None:
        with RESULTS.open("a") as kept:
            kept.write(json.dumps({"guard": guard.name, "noticed": noticed}) + "\n")
        print(f"{at} {'noticed' if noticed else 'NOBODY NOTICED'}: {guard.name}", flush=True)


def _read_files_in_a_fork() -> None:
    """What was sent to us is read in a copy of this process: any other would have the guards that we took out. What this
    process holds already doesn't count towards its limit."""
    fork, limit = multiprocessing.get_context("fork"), resource.setrlimit

    def limited(what: int, most: tuple[int, int]) -> None:
        pages = int(Path("/proc/self/statm").read_text().split()[0]) if what == resource.RLIMIT_AS else 0
        limit(what, tuple(one + pages * resource.getpagesize() for one in most))

    multiprocessing.get_context, resource.setrlimit = lambda _method: fork, limited


def main(only: str = "") -> int:
    if os.environ.get("FRESH"):
        shutil.rmtree(KEPT, ignore_errors=True)
    KEPT.mkdir(exist_ok=True)
    removing = Removing(only, os.environ.get("PART") or "1/1")
    told = pytest.main([str(ROOT / "tests"), "-q", "-s", "--no-summary"], plugins=[removing])
    return told or bool(removing.missed)


if __name__ == "__main__":
    raise SystemExit(main(*sys.argv[1:2]))
