"""Guards in functions: what refuses, what narrows, and where a check is called. Taken out of the code that runs."""

import ast
import builtins
import gc
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import _lru_cache_wrapper, cache, partial
from importlib import import_module
from types import CodeType, FunctionType

from tests.guards import ROOT, Guard

# What shows or reads words, and what isn't the portal that groups use: a guard there isn't one.
LEFT_OUT = {"views", "forms", "words", "charts", "beancount", "promise_words", "mail_words", "change_words", "filters"}
NOT_THE_PORTAL = {"demo"}
# Modules that are the rule of who may, of who reads or of what holds: there each condition is a guard, but for those of a
# statement that is built once and kept.
RULES = {
    "consent",
    "readers",
    "rules",
    "costs",
    "changes",
    "checks",
    "standing",
    "reach",
    "session",
    "door",
    "wall",
    "roles",
}
TURNS_AWAY = {"abort", "Decision", "_to_sign_in", "redirect"}


@dataclass(frozen=True)
class Site:
    """Where a guard stands in a tree: `holder.field`, or there at `index`. `kind`: if, and, where or call."""

    kind: str
    function: str
    holder: ast.AST
    field: str
    index: int | None = None

    @property
    def node(self) -> ast.expr:
        held = getattr(self.holder, self.field)
        return held if self.index is None else held[self.index]

    def put(self, node: ast.expr) -> None:
        ast.copy_location(node, self.node)
        if self.index is None:
            setattr(self.holder, self.field, node)
        else:
            getattr(self.holder, self.field)[self.index] = node
        ast.fix_missing_locations(self.holder)

    def remove(self) -> None:
        """Asked still, so that every name means what it did; but whatever it says, it doesn't refuse."""
        said = ast.unparse(self.node)
        without = {
            "if": "({0}) and False",
            "and": "({0}) or True",
            "where": "(({0}), __import__('sqlalchemy').true())[1]",
            "call": "None",
        }
        self.put(ast.parse(without[self.kind].format(said), mode="eval").body)

    def note(self, name: str) -> None:
        """Have it noted under this name where it refuses something."""
        said = ast.unparse(self.node)
        if self.kind == "call":
            called = ast.unparse(self.node.func)
            said = f"__noted_call__({name!r}, {called}){said[len(called) :]}"
        else:
            said = f"__noted__({name!r}, {self.kind!r}, {said})"
        self.put(ast.parse(said, mode="eval").body)


def guards() -> Iterator[Guard]:
    """All of them, in the order of the files."""
    for path in paths():
        for n, name in enumerate(sites(path)[1]):
            yield Guard(name, partial(_removed, path, n))


@cache
def paths() -> list[str]:
    """The modules that are looked at."""
    found = (file.relative_to(ROOT) for file in sorted((ROOT / "portal").glob("*/*.py")))
    return [path.as_posix() for path in found if path.stem not in LEFT_OUT and path.parts[1] not in NOT_THE_PORTAL]


def sites(path: str) -> tuple[ast.Module, dict[str, Site]]:
    """The tree of a module anew, and its guards by name."""
    tree, named, times = ast.parse((ROOT / path).read_text()), {}, Counter()
    for site in _sites(path, tree):
        said = f"{path} {site.function}: {site.kind} {ast.unparse(site.node)}"
        times[said] += 1
        named[said if times[said] == 1 else f"{said} ({times[said]})"] = site
    return tree, named


def _sites(path: str, tree: ast.Module) -> Iterator[Site]:
    of_a_rule = path.removesuffix(".py").split("/")[-1] in RULES
    for function in _functions(tree):
        for found in _own(function):
            if isinstance(found, ast.If) and _refuses(found, _says_why_not(function)):
                yield Site("if", function.name, found, "test")
            elif isinstance(found, ast.Expr) and isinstance(found.value, ast.Call) and _called(found.value) in checks():
                yield Site("call", function.name, found, "value")
            elif of_a_rule and isinstance(found, ast.Return) and isinstance(found.value, ast.BoolOp):
                if isinstance(found.value.op, ast.And):
                    yield from (
                        Site("and", function.name, found.value, "values", n) for n in range(len(found.value.values))
                    )
            elif (
                of_a_rule and isinstance(found, ast.Call) and _called(found) in {"where", "and_"} and not _is_kept(function)
            ):
                yield from _conditions(function.name, found, "args")


def _conditions(function: str, holder: ast.AST, field: str) -> Iterator[Site]:
    for n, one in enumerate(getattr(holder, field)):
        if isinstance(one, ast.Starred) and isinstance(one.value, ast.Tuple):
            yield from _conditions(function, one.value, "elts")
        elif not isinstance(one, ast.Starred) and "group_id" not in ast.unparse(one):  # of which group: the wall, and cells
            yield Site("where", function, holder, field, n)


def _is_kept(function: ast.FunctionDef) -> bool:
    return any(ast.unparse(decorator) in {"cache", "prepared"} for decorator in function.decorator_list)


def _functions(tree: ast.AST) -> Iterator[ast.FunctionDef]:
    return (found for found in ast.walk(tree) if isinstance(found, ast.FunctionDef))


def _own(function: ast.FunctionDef) -> Iterator[ast.AST]:
    """What is in this function itself, and in none within it."""
    waiting: list[ast.AST] = list(function.body)
    while waiting:
        found = waiting.pop(0)
        if not isinstance(found, ast.FunctionDef | ast.ClassDef):
            yield found
            waiting[:0] = ast.iter_child_nodes(found)


def _called(call: ast.Call) -> str:
    return call.func.attr if isinstance(call.func, ast.Attribute) else getattr(call.func, "id", "")


def _says_why_not(function: ast.FunctionDef) -> bool:
    """Whether what it returns is why not: then it returns nothing where it can be. Else its words are only words."""
    returned = [one.value for one in _own(function) if isinstance(one, ast.Return) and one.value]
    return any(isinstance(one, ast.Constant) and one.value in ("", None) for value in returned for one in ast.walk(value))


def _refuses(found: ast.If, says_why_not: bool) -> bool:
    """It raises, aborts, denies, turns away, says why not, says no, or narrows what is found."""
    for statement in found.body:
        if isinstance(statement, ast.Raise):
            return True
        if isinstance(statement, ast.Assign) and ".where(" in ast.unparse(statement):
            return True
        value = statement.value if isinstance(statement, ast.Expr | ast.Return) else None
        if isinstance(value, ast.Call) and ast.unparse(value.func) in TURNS_AWAY:
            return True
        if isinstance(statement, ast.Return) and (_is_false(value) or (says_why_not and _is_said(value))):
            return True
    return False


def _is_false(value: ast.expr | None) -> bool:
    return isinstance(value, ast.Constant) and value.value is False


def _is_said(value: ast.expr | None) -> bool:
    if isinstance(value, ast.Constant):
        return isinstance(value.value, str) and bool(value.value)
    return isinstance(value, ast.JoinedStr) or (isinstance(value, ast.Name) and value.id.isupper())


@cache
def checks() -> set[str]:
    """The names of functions that do nothing but refuse."""
    trees = (ast.parse((ROOT / path).read_text()) for path in paths())
    return {function.name for tree in trees for function in _functions(tree) if _only_refuses(function)}


def _only_refuses(function: ast.FunctionDef) -> bool:
    body = function.body[1:] if ast.get_docstring(function) else function.body
    refusals = [
        one for one in body if isinstance(one, ast.If) and any(isinstance(inside, ast.Raise) for inside in one.body)
    ]
    return bool(refusals) and all(one in refusals or isinstance(one, ast.Assign) for one in body)


@contextmanager
def _removed(path: str, n: int) -> Iterator[None]:
    tree, named = sites(path)
    list(named.values())[n].remove()
    with _swapped(path, tree):
        yield


@contextmanager
def noted(note: Callable[[str], None]) -> Iterator[None]:
    """Every guard tells `note` its name where it refuses something."""

    def value(name: str, kind: str, found):
        if kind == "where" or bool(found) is (kind == "if"):
            note(name)
        return found

    def call(name: str, function: Callable):
        def called(*args, **facts):
            try:
                return function(*args, **facts)
            except Exception:
                note(name)
                raise

        return called

    builtins.__noted__, builtins.__noted_call__ = value, call
    for path in paths():
        tree, named = sites(path)
        for name, site in reversed(named.items()):  # from the inside out
            site.note(name)
        if named:
            _swap(path, tree)
    yield


@contextmanager
def _swapped(path: str, tree: ast.Module) -> Iterator[None]:
    before = _swap(path, tree)
    build_anew()
    try:
        yield
    finally:
        for function, code in before:
            function.__code__ = code
        build_anew()


def _swap(path: str, tree: ast.Module) -> list[tuple[FunctionType, CodeType]]:
    """Give each function of a module that is loaded the code that it has in this tree. Returns what they had."""
    before = []
    for code in _codes(compile(tree, str(ROOT / path), "exec", dont_inherit=True)):
        for function in loaded().get((path, code.co_qualname, code.co_firstlineno), ()):
            if function.__code__ != code:
                before.append((function, function.__code__))
                function.__code__ = code
    return before


def build_anew() -> None:
    """Statements and whatever else is built once and kept."""
    for one in gc.get_objects():
        if isinstance(one, _lru_cache_wrapper) and str(one.__module__).startswith("portal."):
            one.cache_clear()


def _codes(code: CodeType) -> Iterator[CodeType]:
    for one in code.co_consts:
        if isinstance(one, CodeType):
            yield one
            yield from _codes(one)


@cache
def loaded() -> dict[tuple[str, str, int], list[FunctionType]]:
    """Every function of the portal, by where it is written: of what is else loaded only where it is used, too."""
    for path in paths():
        import_module(path.removesuffix(".py").replace("/", "."))
    found: dict[tuple[str, str, int], list[FunctionType]] = {}
    for one in gc.get_objects():
        if isinstance(one, FunctionType) and one.__code__.co_filename.startswith(f"{ROOT}/portal/"):
            code = one.__code__
            path = code.co_filename.removeprefix(f"{ROOT}/")
            found.setdefault((path, code.co_qualname, code.co_firstlineno), []).append(one)
    return found
