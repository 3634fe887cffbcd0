"""What another library calls private is its own: we use none of it, but for what stands here, each with its decision."""

import ast
from pathlib import Path

import pytest

from portal.app import ROOT

EXCEPTIONS = {"_get_current_object": "0013-who-is-signed-in-is-read-once.md"}

PUBLIC = {"_fields", "_replace", "_asdict"}  # of named tuples, and of rows, which are documented so


def is_private(name: str) -> bool:
    return name.startswith("_") and not name.startswith("__") and name not in PUBLIC


def ours(sources: dict[Path, ast.Module]) -> set[str]:
    """Private names that this code gives."""
    names = set()
    for node in (node for tree in sources.values() for node in ast.walk(tree)):
        if isinstance(node, ast.FunctionDef | ast.ClassDef):
            names.add(node.name)
        elif isinstance(node, ast.Name | ast.Attribute) and isinstance(node.ctx, ast.Store):
            names.add(node.id if isinstance(node, ast.Name) else node.attr)
    return names


def used() -> dict[str, list[str]]:
    """Private names that aren't ours, each with where it is read."""
    found: dict[str, list[str]] = {}
    sources = {path: ast.parse(path.read_text()) for path in (ROOT / "portal").rglob("*.py")}
    known = ours(sources)
    for path, tree in sources.items():
        for node in ast.walk(tree):
            imported = [alias.name for alias in node.names] if isinstance(node, ast.ImportFrom) else []
            for name in [node.attr] if isinstance(node, ast.Attribute) else imported:
                if is_private(name) and name not in known:
                    found.setdefault(name, []).append(f"{path.relative_to(ROOT)}:{node.lineno}")
    return found


@pytest.mark.slow
def test_no_private_name_of_a_library_is_used_but_those_decided_on():
    assert used().keys() == EXCEPTIONS.keys()


def test_each_exception_has_its_decision():
    assert len(EXCEPTIONS) <= 3
    for name, decision in EXCEPTIONS.items():
        assert name in (ROOT / "docs" / "decisions" / decision).read_text()
