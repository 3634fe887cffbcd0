"""Remove each guard in turn and see that a test turns red: `make guards`. Not a test itself.

A guard is a row of the policy, a right an action asks for, a check in the door, the session's wall or the way in, or a
rule (CHECK) of one table. Each removal is written into a copy of the tree and the tests that ought to notice are run
there, the likeliest first. Prints what nobody noticed, and the share that was. (The triggers of the wall are each taken
out in an ordinary test, `tests/site/test_wall.py`.)
"""

import ast
import os
import queue
import re
import shutil
import subprocess
import sys
import tempfile
import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path

from portal.autonomy.areas import Area, Level

ROOT = Path(__file__).parent.parent
AT_ONCE = 2
MATRIX = "tests/test_autonomy_matrix.py"
WALL = "tests/site/test_wall.py"
RULES = "tests/site/test_schema.py::test_the_database_itself_holds_each_rule_of_the_models"
LEDGER = "tests/ledger/test_ledger.py"
PROMISE = (
    *(f"tests/autonomy/test_{name}.py" for name in ("levels", "proposals", "undo", "rest")),
    *("tests/disagreements", "tests/breakglass/test_duties.py", "tests/autonomy/test_promise.py"),
)
SUPPORT = tuple(
    f"tests/support/test_{name}.py"
    for name in ("requests", "notes", "sent_once", "cover", "by_mail", "files", "reply_starts")
)

# Where guards stand, which functions (all where none is named), and the tests that ought to notice.
CHECKED = {
    "portal/autonomy/policy.py": ((), (MATRIX,)),
    "portal/autonomy/door.py": (
        ("_pass", "_lock", "_load", "_decide", "_answer_again"),
        ("tests/autonomy/test_door.py", "tests/autonomy/test_proposals.py", "tests/site/test_bodies.py"),
    ),
    "portal/autonomy/actions.py": ((), PROMISE),
    "portal/core/wall.py": ((), (WALL, "tests/site/test_rogue.py")),
    "portal/core/guard.py": (("refuse_forgery",), ("tests/site/test_headers.py",)),
    "portal/people/reach.py": (("open_reach", "_reach_group"), ("tests/site/test_reach.py", "tests/site/test_cells.py")),
    "portal/people/session.py": (("load", "_read"), ("tests/signin/test_session.py",)),
    "portal/breakglass/actions.py": ((), ("tests/breakglass",)),
    "portal/members/actions.py": ((), ("tests/members", "tests/autonomy/test_undo.py")),
    "portal/silence/actions.py": ((), ("tests/silence",)),
    "portal/disagreements/actions.py": ((), ("tests/disagreements",)),
    "portal/receipts/actions.py": ((), ("tests/receipts/test_actions.py", "tests/receipts/test_holds.py", LEDGER)),
    "portal/notices/actions.py": ((), ("tests/notices",)),
    "portal/support/actions.py": ((), SUPPORT),
    "portal/support/unplaced_mail.py": ((), ("tests/support/test_by_mail.py",)),
    "portal/contact/actions.py": ((), ("tests/contact",)),
    "portal/sharing/actions.py": ((), ("tests/sharing",)),
    "portal/contact/host_questions.py": (("within_budget", "let_go"), ("tests/asks/test_asking.py",)),
    "portal/asks/actions.py": ((), ("tests/asks",)),
    "portal/cover/actions.py": ((), ("tests/support/test_cover.py",)),
    "portal/governance/actions.py": ((), ("tests/governance",)),
    "portal/documents/actions.py": ((), ("tests/documents",)),
    "portal/heard/actions.py": ((), ("tests/heard",)),
    "portal/risks/actions.py": ((), ("tests/risks",)),
    "portal/ledger/actions.py": ((), ("tests/ledger",)),
    "portal/ledger/posting.py": ((), ("tests/ledger", "tests/bank/test_lines.py")),
    "portal/budget/actions.py": ((), ("tests/budget",)),
    "portal/payees/actions.py": ((), ("tests/payees",)),
    "portal/spending/actions.py": ((), ("tests/spending/test_costs.py",)),
    "portal/spending/costs.py": (("payable", "count"), ("tests/spending/test_costs.py", LEDGER)),
    "portal/payments/actions.py": ((), ("tests/payments/test_payments.py", "tests/payments/test_files.py")),
    "portal/bank/actions.py": ((), ("tests/bank/test_lines.py",)),
}
RIGHTS = {"roles": "frozenset(Anyone)", "bars": "None", "asks_again": "False", "always": "False"}


@dataclass(frozen=True)
class Removal:
    """One guard taken out: its name, the file as it reads without it, and the tests to ask."""

    name: str
    path: str
    source: str
    tests: tuple[str, ...]
    of_the_database: bool = False  # then asked on both; else on SQLite and without a browser, which is quicker


def rows_of_the_policy() -> Iterator[Removal]:
    path = "portal/autonomy/policy.py"
    source = (ROOT / path).read_text()
    for area in Area:
        for level in Level:
            other = "ALLOW_TELL" if level is Level.YOU_DO else "ALLOW_LIST"
            gone = (
                f"TABLE = {{**TABLE, Area.{area.name}: {{**TABLE[Area.{area.name}], Level.{level.name}: Outcome.{other}}}}}"
            )
            yield Removal(f"policy: {area} at {level}", path, f"{source}\n{gone}\n", (MATRIX,))
    for role in ("FINANCE", "TRUSTEE", "SAFEGUARDING"):
        gone = f"STAFF_AREAS = {{**STAFF_AREAS, Role.{role}: frozenset(Area)}}"
        yield Removal(f"policy: areas of {role.lower()}", path, f"{source}\n{gone}\n", (MATRIX,))


def checks() -> Iterator[Removal]:
    """Each `if` that refuses: it raises, aborts, denies, turns away or narrows."""
    for path, (functions, tests) in CHECKED.items():
        tree = ast.parse((ROOT / path).read_text())
        for function in ast.walk(tree):
            if not isinstance(function, ast.FunctionDef) or (functions and function.name not in functions):
                continue
            for found in ast.walk(function):
                if isinstance(found, ast.If) and _refuses(found):
                    name = f"{path}:{found.lineno} {function.name}: if {ast.unparse(found.test)}"
                    yield Removal(name, path, _with(tree, found, ast.Constant(False)), tests)


def _refuses(found: ast.If) -> bool:
    for statement in found.body:
        if isinstance(statement, ast.Raise):
            return True
        if isinstance(statement, ast.Assign) and ".where(" in ast.unparse(statement):
            return True  # it narrows what is found
        value = statement.value if isinstance(statement, ast.Expr | ast.Return) else None
        if isinstance(value, ast.Call) and ast.unparse(value.func) in {"abort", "Decision", "_to_sign_in", "redirect"}:
            return True
        if isinstance(statement, ast.Return) and isinstance(value, ast.Constant) and isinstance(value.value, str):
            return True
    return False


def _with(tree: ast.Module, found: ast.If, test: ast.expr) -> str:
    kept, found.test = found.test, test
    try:
        return ast.unparse(tree)
    finally:
        found.test = kept


def rights() -> Iterator[Removal]:
    """What each action asks for: its roles, a second person, a proof, the group's yes in any case."""
    for file in sorted((ROOT / "portal").glob("*/actions.py")):
        path, package = file.relative_to(ROOT).as_posix(), file.parent.name
        tree = ast.parse(file.read_text())
        for function, call in _actions(tree):
            for keyword in [one for one in ast.walk(call) if isinstance(one, ast.keyword) and one.arg in RIGHTS]:
                tests = (f"tests/{package}",) if keyword.arg == "bars" else (MATRIX,)
                yield Removal(f"{package}.{function}: {keyword.arg}", path, _without(tree, call, keyword), tests)


def _actions(tree: ast.Module) -> Iterator[tuple[str, ast.Call]]:
    for function in tree.body:
        for decorator in function.decorator_list if isinstance(function, ast.FunctionDef) else ():
            if isinstance(decorator, ast.Call) and ast.unparse(decorator.func) == "action":
                yield function.name, decorator


def _without(tree: ast.Module, call: ast.Call, keyword: ast.keyword) -> str:
    """The source where this action doesn't ask for this: any role will do, nobody is barred, no proof is needed."""
    kept, keyword.value = keyword.value, ast.parse(RIGHTS[keyword.arg], mode="eval").body
    try:
        return f"from portal.people.roles import Role as Anyone\n{ast.unparse(tree)}"
    finally:
        keyword.value = kept


def triggers() -> Iterator[Removal]:
    """No hold without its day, nothing dated in a closed year. (Those of the wall: `tests/site/test_wall.py`.)"""
    path = "migrations/versions/0024_trellis_stands.py"
    source = (ROOT / path).read_text()
    for dialect in ("sqlite", "postgresql"):
        for change in ("insert", "update"):
            made = "        op.execute(HOLD_REVIEW[dialect].format(change=change))"
            less = f'        if (dialect, change) != ("{dialect}", "{change}"):\n    {made}'
            tests = ("tests/receipts/test_holds.py",)
            yield Removal(f"trigger: holds_review_{change} ({dialect})", path, source.replace(made, less), tests, True)
        made = "    op.execute(CLOSED_YEARS[dialect])"
        less = source.replace(made, f'    if dialect != "{dialect}":\n    {made}')
        yield Removal(f"trigger: closed_years ({dialect})", path, less, ("tests/ledger/test_years.py",), True)


def rules_of_the_database() -> Iterator[Removal]:
    """Each CHECK of each table, as the migrations build it."""
    for file in sorted((ROOT / "migrations/versions").glob("*.py")):
        path, tree = file.relative_to(ROOT).as_posix(), ast.parse(file.read_text())
        for built in ast.walk(tree):
            if isinstance(built, ast.Expr) and "create_check_constraint" in (said := ast.unparse(built)):
                kept, built.value = built.value, ast.Constant(None)
                yield _rule(said, path, tree)
                built.value = kept
            for found in [one for one in built.args if _is_rule(one)] if isinstance(built, ast.Call) else ():
                kept, built.args = built.args, [one for one in built.args if one is not found]
                yield _rule(ast.unparse(found), path, tree)
                built.args = kept


def _rule(said: str, path: str, tree: ast.Module) -> Removal:
    name = re.search(r"ck_\w+", said)[0]
    tests = tuple(f"{RULES}[{dialect}-{name}]" for dialect in ("sqlite", "postgresql"))
    return Removal(f"rule: {name}", path, ast.unparse(tree), tests, True)


def _is_rule(one: ast.expr) -> bool:
    return isinstance(one, ast.Call) and ast.unparse(one.func) == "sa.CheckConstraint"


def noticed_by(removal: Removal, tree: Path) -> str | None:
    """The first of its tests that turns red without the guard, or None."""
    file = tree / removal.path
    kept = file.read_text()
    file.write_text(removal.source)
    try:
        for test in removal.tests:
            asked = [
                sys.executable,
                "-m",
                "pytest",
                "-x",
                "-q",
                "-o",
                "addopts=",
                "-p",
                "no:cacheprovider",
                "-W",
                "ignore",
                *(() if removal.of_the_database else ("-k", "not postgresql", "-m", "not browser")),
                test,
            ]
            environment = {**os.environ, "PYTHONPATH": str(tree), "PYTHONDONTWRITEBYTECODE": "1"}
            ran = subprocess.run(asked, cwd=tree, capture_output=True, text=True, env=environment, timeout=1200)
            if ran.returncode not in {0, 5}:
                return test
        return None
    finally:
        file.write_text(kept)


def main(only: str = "") -> int:
    everything = [*rows_of_the_policy(), *rights(), *checks(), *triggers(), *rules_of_the_database()]
    chosen = [removal for removal in everything if re.search(only, removal.name)]
    trees: queue.Queue[Path] = queue.Queue()
    missed, counted, shown = [], 0, threading.Lock()
    with tempfile.TemporaryDirectory() as folder:
        for n in range(AT_ONCE):
            tree = Path(folder) / str(n)
            tree.mkdir()
            for name in ("portal", "templates", "static", "migrations", "tests", "docs"):
                shutil.copytree(ROOT / name, tree / name, ignore=shutil.ignore_patterns("__pycache__"))
            for name in ("pyproject.toml", "README.md"):
                shutil.copy(ROOT / name, tree / name)
            trees.put(tree)

        def remove(removal: Removal) -> None:
            nonlocal counted
            tree = trees.get()
            try:
                noticed = noticed_by(removal, tree)
            finally:
                trees.put(tree)
            with shown:
                counted += 1
                if noticed is None:
                    missed.append(removal.name)
                print(
                    f"{counted}/{len(chosen)} {'NOBODY NOTICED' if noticed is None else 'noticed'}: {removal.name}",
                    flush=True,
                )

        with ThreadPoolExecutor(AT_ONCE) as threads:
            list(threads.map(remove, chosen))
    share = 1 - len(missed) / len(chosen)
    print(f"{len(chosen)} guards removed one by one; {len(chosen) - len(missed)} noticed ({share:.1%}).")
    for name in missed:
        print(f"  nobody noticed: {name}")
    return bool(missed)


if __name__ == "__main__":
    raise SystemExit(main(*sys.argv[1:2]))
