"""What must hold everywhere: floors, routes, settings, wall. `portal check` and the tests both ask here."""

import ast
import re
from collections.abc import Iterator
from itertools import chain
from pathlib import Path

import sqlalchemy as sa
from flask import Flask

from portal import config
from portal.app import FLOORS
from portal.autonomy.areas import Area
from portal.autonomy.door import ACTIONS
from portal.core import migrate, sqlite, wall
from portal.core.db import HOST, RECORD, SETTING, db
from portal.core.guard import SAFE
from portal.people.reach import Side, rule_of

HERE = Path(__file__).parent
KEPT_TO_ITSELF = {"views", "forms", "actions", "jobs", "desk", "pictures", "nav", "health", "seed"}  # core's apart
TURN = {"models": 0, "items": 0.5, "queries": 1, "actions": 2, "forms": 2, "jobs": 3, "pictures": 3, "desk": 4, "views": 5}
TOP = {"app", "cli", "checks", "processes", "__main__"}  # they put the floors together, so they see all of them

# The files that know of requests. The rest can be used by jobs and tests as it is.
OF_THE_WEB = {
    *(
        "core/question_reasons.py",
        "core/errors.py",
        "core/forms.py",
        "core/guard.py",
        "core/icons.py",
        "core/logs.py",
        "core/web.py",
    ),
    *("core/attachments.py", "core/file_answers.py"),
    *("people/reach.py", "people/session.py", "people/expired_sign_in.py", "home/nav.py", "autonomy/door_answers.py"),
    *("ledger/desk.py", "receipts/desk.py", "support/desk.py", "support/attached.py", "support/mail_desk.py"),
    *("documents/desk.py", "documents/host_documents.py", "documents/attached.py"),
}
REQUEST_WORDS = {"request", "session", "g"}

_OF_THE_DEMO = "seed log money costs support sharing risks governance accountability asks documents"
OPENS_THE_DOOR = {
    "autonomy/door.py": "it is the door",
    "autonomy/door_lines.py": "it writes the door's own lines",
    **{f"demo/{name}.py": "it lays out the demo's invented past" for name in _OF_THE_DEMO.split()},
}
# Who commits, and why that is not a change of a group's rows going round the door.
COMMITS = {
    **OPENS_THE_DOOR,
    "core/jobs.py": "the outbox's own bookkeeping",
    "core/mail.py:send": "ends the reading before the mail server is spoken to",
    "core/mail.py:_hand_in": "keeps the demo's mail",
    "core/throttle.py:forget_old": "tidies counts of tries, which hold no group's rows",
    "signin/actions.py:forget_old_challenges": "tidies challenges nobody can answer any more",
    "notices/jobs.py:news": "notes who is to hear of news, in rows no group owns",
    "notices/jobs.py:must_know": "puts letters in the outbox",
    "notices/jobs.py:remind": "puts a later reminder in the outbox",
    "notices/jobs.py:send": "puts letters in the outbox",
    "breakglass/jobs.py:tell": "puts letters in the outbox",
    "support/jobs.py:forget_drafts": "tidies what someone began and never sent, in rows no group owns",
    "ledger/jobs.py:check_books": "notes that the books were added up, in rows no group owns",
}
# Actions that no route does, and who does them.
WITHOUT_A_ROUTE = {
    "signin.name_first_coordinator": "the command `portal setup`",
    "receipts.code": "nobody yet: on the desk, accepting a receipt sets the code",
    "support.expire_note": "the tidy-up that ends private notes nobody looked at again",
    "governance.lay": "the tidy-up that lays the starting set, and whatever is said first about one of its things",
    "notices.remind": "the job that reminds once of a proposal",
    "support.keep_strange": "mail that comes in (support/incoming_mail.py)",
    "receipts.keep_pages": "the job that makes pictures safe",
    "receipts.look_again": "the job that looks at short funds again",
    "spending.look_again": "the job that looks at costs again whose details changed",
    "receipts.give_up_picture": "the job that makes pictures safe",
    "support.keep_made": "the job that makes files of requests safe",
    "support.give_up_file": "the job that makes files of requests safe",
    "receipts.remove": "the tidy-up that empties bins",
    "sharing.forget": "the tidy-up that deletes enquiries after 90 days",
    "documents.keep_made": "the job that makes files of documents safe",
    "documents.give_up_file": "the job that makes files of documents safe",
    "documents.keep_made_host": "the job that makes files of the host’s documents safe",
    "documents.give_up_host": "the job that makes files of the host’s documents safe",
    "documents.tell": "the job that tells groups of a new rule",
    "documents.remove": "the tidy-up that lets go of documents taken away",
    "contact.release": "the tidy-up that lets go what was held until its hour",
    "asks.release": "the same tidy-up, for an ask",
}


def complaints(app: Flask) -> Iterator[str]:
    """Everything that doesn't hold, a sentence each."""
    yield from chain(floors(), routes(app), settings(), walls(app), owners())


def notes(app: Flask) -> Iterator[str]:
    """What is in order, and good to know."""
    if app.config["SETTINGS"].database_url.startswith("sqlite") and (said := sqlite.note()):
        yield said


def floors(root: Path = HERE) -> Iterator[str]:
    """Imports only leftwards, requests only in web files, the door opened and changes committed only where they may be."""
    for path in sorted(root.rglob("*.py")):
        where = path.relative_to(root).as_posix()
        tree = ast.parse(path.read_text(), where)
        yield from dict.fromkeys(_imports(where, tree, root))
        yield from _calls(where, tree)


def _imports(where: str, tree: ast.AST, root: Path) -> Iterator[str]:
    package, _, module = where.removesuffix(".py").rpartition("/")
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            names = [(alias.name, "") for alias in node.names]
        elif isinstance(node, ast.ImportFrom):
            names = [(node.module or "", alias.name) for alias in node.names]
        else:
            continue
        for source, name in names:
            if source in {"flask", "htmx_flask"} and name in REQUEST_WORDS and not _is_web(where):
                yield f"{where}:{node.lineno} takes {name} from {source}; only views and the few web files do."
            if source == "flask" and not name:
                yield f"{where}:{node.lineno} imports flask whole; name what it needs."
            if source.split(".")[0] == "portal" and package:
                for complaint in _step(package, module, _target(source, name, root)):
                    yield f"{where}:{node.lineno} {complaint}"


def _is_web(where: str) -> bool:
    return where.endswith("/views.py") or where in OF_THE_WEB


def _target(source: str, name: str, root: Path) -> list[str]:
    """The package and module an import reaches: `from portal.people import session` is people, session."""
    parts = source.split(".")[1:]
    if name and (root.joinpath(*parts, f"{name}.py").exists() or root.joinpath(*parts, name).is_dir()):
        parts.append(name)
    return parts


def _step(package: str, module: str, target: list[str]) -> Iterator[str]:
    """What is wrong with a module of `package` importing `target`, if anything."""
    if not target or target == ["config"]:
        return
    if target[0] in TOP:
        yield f"imports {target[0]}, which is above it."
        return
    if target[0] not in FLOORS:
        yield f"imports {target[0]}, which has no place in FLOORS."
        return
    if target[0] == package:
        mine, theirs = TURN.get(module), TURN.get(target[1]) if len(target) > 1 else None
        if mine is not None and theirs is not None and (theirs > mine or {module, target[1]} == {"actions", "forms"}):
            yield f"imports {target[1]}: models, then queries, then actions with forms beside them, then views."
        return
    if FLOORS.index(target[0]) > FLOORS.index(package):
        yield f"imports {target[0]}, which is right of {package}."
    if target[0] != "core" and len(target) > 1 and target[1] in KEPT_TO_ITSELF:
        yield f"imports {'.'.join(target)}; another package's models, queries and rules only."


def _calls(where: str, tree: ast.AST) -> Iterator[str]:
    for function, node in _in_functions(tree):
        if not isinstance(node, ast.Call):
            continue
        called = node.func
        name = called.attr if isinstance(called, ast.Attribute) else called.id if isinstance(called, ast.Name) else ""
        if name == "opened" and where not in OPENS_THE_DOOR:
            yield f"{where}:{node.lineno} opens a group's door; only the door itself does."
        if name == "commit" and where not in COMMITS and f"{where}:{function}" not in COMMITS:
            yield f"{where}:{node.lineno} commits; every change passes the door, which commits once."


def _in_functions(tree: ast.AST, function: str = "") -> Iterator[tuple[str, ast.AST]]:
    """Every node with the name of the function it stands in."""
    for node in ast.iter_child_nodes(tree):
        yield function, node
        yield from _in_functions(node, node.name if isinstance(node, ast.FunctionDef) else function)


def routes(app: Flask) -> Iterator[str]:
    """Every route says who reaches it and which actions it does; every action is done by a route or named here."""
    done = set()
    for route in app.url_map.iter_rules():
        unsafe = (route.methods or set()) - SAFE
        rule = rule_of(app, route.endpoint)
        if rule is None:
            yield f"{route.endpoint} doesn't say who reaches it, so it is closed to everyone."
            continue
        if unsafe and not rule.does:
            yield f"{route.endpoint} changes something and names no action."
        if rule.does and not unsafe:
            yield f"{route.endpoint} names an action and changes nothing."
        for action in (*rule.does, *rule.notes):
            done.add(action.name)
            if ACTIONS.get(action.name) is not action:
                yield f"{route.endpoint} does {action.name}, which isn't behind the door."
        able = frozenset().union(*(action.roles for action in rule.does))
        if unsafe and rule.side is not Side.PUBLIC and not rule.roles <= able:
            lost = ", ".join(sorted(rule.roles - able))
            yield f"{route.endpoint} lets in {lost}, who may never do what it does."
        if rule.side is Side.GROUP and not route.rule.startswith("/g/<group>/"):
            yield f"{route.endpoint} is a group's and must start with /g/<group>/."
        if rule.side is Side.HOST and not route.rule.startswith("/host/"):
            yield f"{route.endpoint} is the host's and must start with /host/."
    shown = {name.split(".")[0] for name in app.blueprints}
    for name in sorted(set(ACTIONS) - done - set(WITHOUT_A_ROUTE)):
        if name.startswith("demo.") and "demo" not in shown:
            continue  # outside the demo, its routes don't exist
        yield f"no route does {name}."
    for name in sorted(set(WITHOUT_A_ROUTE) & done):
        yield f"a route does {name}, so it needn't be named as without one."


def settings() -> Iterator[str]:
    """Every setting is named and explained, and the page about settings is current."""
    for setting in config.SETTINGS:
        if not setting.name.startswith("PORT"):
            yield f"{setting.name} doesn't start with PORTAL_."
        if not setting.sentence.endswith(".") or len(setting.sentence) < 20:
            yield f"{setting.name} needs a sentence that says what it is for."
    page = HERE.parent / "docs" / "settings.md"
    if page.exists() and page.read_text() != settings_page():
        yield "docs/settings.md is old: portal settings --markdown > docs/settings.md"


def settings_page() -> str:
    """Every setting as a page of Markdown."""
    lines = [
        "# Settings",
        "",
        "Each is an environment variable. Trellis checks them when it starts; where a combination isn’t safe, it refuses "
        "and says why. This page is written by `portal settings --markdown`.",
        "",
        "|Name|When unset|What it is for|",
        "|--|--|--|",
    ]
    for setting in config.SETTINGS:
        default = f"`{setting.default}`" if setting.default else "empty"
        lines.append(f"|`{setting.name}`|{default}|{setting.sentence}|")
    return "\n".join(lines) + "\n"


def walls(app: Flask) -> Iterator[str]:
    """Every table with a group's rows is marked as such and, in a database at the newest schema, has its triggers."""
    for table in db.metadata.sorted_tables:
        if "group_id" in table.c and wall.owner_column(table) is None:
            yield f"{table.name} has a group's rows and no wall: make its model GroupOwned."
    with app.app_context():
        if migrate.is_current():
            with db.engine.connect() as connection:
                missing = group_owned() - walled(connection)
            for name in sorted(missing):
                yield f"{name} has a group's rows, and the database has no wall around it."


def owners() -> Iterator[str]:
    """Every column of a group's rows says whose it is, so no new one is without an area (safety guide, invariant 8)."""
    known = {*Area, HOST, RECORD, SETTING}
    for name in sorted(group_owned()):
        table = db.metadata.tables[name]
        for column in table.c:
            if wall.owner_of(table, column.name) not in known:
                yield f"{name}.{column.name} lies in no area: say in its model’s OWNERS whose it is."


def group_owned() -> set[str]:
    """The tables whose rows belong to a group."""
    return {table.name for table in db.metadata.sorted_tables if wall.owner_column(table) is not None}


def walled(connection: sa.Connection) -> set[str]:
    """The tables that have all their triggers in this database."""
    if connection.dialect.name == "sqlite":
        found = connection.exec_driver_sql("SELECT tbl_name, name FROM sqlite_master WHERE type = 'trigger'")
    else:
        found = connection.exec_driver_sql("SELECT relname, tgname FROM pg_trigger JOIN pg_class c ON c.oid = tgrelid")
    there = {(table, trigger) for table, trigger in found}
    return {name for name in group_owned() if _triggers(connection.dialect.name, name) <= there}


def _triggers(dialect: str, table: str) -> set[tuple[str, str]]:
    """The triggers that make the wall of one table."""
    ddl = " ".join(wall.ddl(dialect, table))
    return {(table, name) for name in re.findall(r"CREATE TRIGGER (\w+)", ddl)}
