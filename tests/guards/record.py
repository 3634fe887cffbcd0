"""In which tests does each guard refuse something? Noted once, by test file, and anew where a file of tests has changed.

What is noted can be behind the code. Then a guard may look as if nobody noticed; none can look noticed that isn't, for a
test did turn red. `FRESH=1` notes it all anew.
"""

import json
import os
import tempfile
import time
from collections import defaultdict
from contextlib import ExitStack
from hashlib import sha256
from pathlib import Path

from tests.guards import KEPT, ROOT, Guard, code, database, rights

Reached = dict[str, dict]  # by test: how many seconds it takes, and what it noted
FILE = KEPT / "reached.jsonl"


def read(guards: list[Guard]) -> dict[str, dict]:
    """What is noted of each file of tests that hasn't changed since, if all these guards were there then."""
    lines = [json.loads(line) for line in FILE.read_text().splitlines()] if FILE.exists() else []
    known = set().union(*(line["guards"] for line in lines if "guards" in line))
    if not {guard.noted for guard in guards} <= known:
        KEPT.mkdir(exist_ok=True)
        FILE.write_text(json.dumps({"guards": sorted({guard.noted for guard in guards})}) + "\n")
        return {}
    return {line["file"]: line for line in lines if "file" in line and line["hash"] == hash_of(line["file"])}


def hash_of(file: str) -> str:
    path = ROOT / file
    return sha256(path.read_bytes()).hexdigest() if path.exists() else ""


class Noted:
    """Names that were noted, in this process or in one that it forked."""

    def __init__(self):
        self.file, self.said = tempfile.TemporaryFile(buffering=0), set()  # noqa: SIM115

    def add(self, name: str) -> None:
        if name not in self.said:
            self.said.add(name)
            os.write(self.file.fileno(), f"{name}\n".encode())

    def take(self) -> list[str]:
        """Those of one test."""
        self.file.seek(0)
        names = sorted(set(self.file.read().decode().splitlines()))
        self.file.truncate(0)
        self.file.seek(0)
        self.said.clear()
        return names


def record(items: list, run) -> None:
    """Run these tests, with every guard saying when it refuses, and write down what they said. `run(item)`: is it green?"""
    noted = Noted()
    files = defaultdict(list)
    for item in items:
        files[item.nodeid.partition("::")[0]].append(item)
    with ExitStack() as all_of_them:
        for kind in (code, rights, database):
            all_of_them.enter_context(kind.noted(noted.add))
        for n, (file, inside) in enumerate(files.items(), 1):
            tests = {}
            for item in inside:
                code.build_anew()
                began = time.perf_counter()
                green, took, names = run(item), round(time.perf_counter() - began, 3), noted.take()
                if green:
                    tests[item.nodeid] = {"seconds": took, "noted": names}
                else:
                    print(f"  red, so not asked: {item.nodeid}", flush=True)
            with FILE.open("a") as kept:
                kept.write(json.dumps({"file": file, "hash": hash_of(file), "tests": tests}) + "\n")
            print(f"  noted {n}/{len(files)}: {file}", flush=True)


def asked(guard: Guard, reached: Reached, items: dict) -> list[tuple[object, float]]:
    """The tests to ask about a guard, the likeliest first, each with how long it takes."""
    found = [name for name, told in reached.items() if guard.noted in told["noted"]]
    found.sort(key=lambda name: (not name.startswith(guard.package), *_worth(reached[name])))
    also = [name for name in items if name.startswith(guard.also)] if guard.also else []
    of_one = [name for name in also if f"[{guard.name.partition(':')[0]}" in name]
    names = dict.fromkeys([_on(name, guard.dialect) for name in [*found, *of_one, *also]])
    return [(items[name], reached.get(name, {"seconds": 5})["seconds"]) for name in names if name in items]


def _worth(told: dict) -> tuple[bool, int, float]:
    """A quick test that meets few guards is about one of them."""
    return told["seconds"] > 2, len(told["noted"]) // 5, told["seconds"]


def _on(name: str, dialect: str) -> str:
    return name.replace("[sqlite", f"[{dialect}")


def noticed_before(results: Path) -> dict[str, str]:
    """What was noticed in earlier runs, and by which test."""
    lines = [json.loads(line) for line in results.read_text().splitlines()] if results.exists() else []
    return {line["guard"]: line["noticed"] for line in lines if line["noticed"]}
