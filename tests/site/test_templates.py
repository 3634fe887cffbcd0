"""What is written in templates and what comes of it: parts say what they need, fields have labels, nothing is inline."""

import re
import subprocess
import sys
from html.parser import HTMLParser
from itertools import chain
from pathlib import Path

import pytest

from portal.app import ROOT
from tests.site.pages import PAGES

TEMPLATES = ROOT / "templates"
FILES = sorted(path.relative_to(TEMPLATES).as_posix() for path in TEMPLATES.rglob("*.html"))
PARTS = [name for name in FILES if name.startswith("components/") or name.rpartition("/")[2].startswith("_")]
WRITTEN = {name: (TEMPLATES / name).read_text() for name in FILES}
CODE = "\n".join(path.read_text() for path in (ROOT / "portal").rglob("*.py"))
LONGEST = 124  # as in the code
EVERYTHING = CODE + "\n".join(WRITTEN.values())


def test_every_part_begins_with_what_it_needs():
    first = {name: WRITTEN[name].splitlines()[0] for name in PARTS}
    assert {name: line for name, line in first.items() if not re.match(r"\{# .*(needs|named arguments).* #\}$", line)} == {}


def test_every_template_is_used():
    assert [name for name in FILES if f'"{name}"' not in EVERYTHING] == []


def test_what_a_template_imports_it_uses():
    for name, written in WRITTEN.items():
        for names in re.findall(r"\{% from \S+ import ([\w, ]+) %\}", written):
            rest = written.replace(f"import {names} %}}", "")
            for imported in names.split(", "):  # a comma: handed to `once`
                assert re.search(rf"\b{imported.split(' as ')[-1]}[(,]", rest), f"{name}: {imported}"


def test_every_macro_is_used():
    for name, text in WRITTEN.items():
        for macro in re.findall(r"\{% macro (\w+)\(", text):
            used = len(re.findall(rf"\b{macro}\(|\bonce\({macro},", "".join(WRITTEN.values()))) - 1
            assert used > 0, f"{macro} of {name}"


def test_no_line_is_longer_than_a_screen_is_wide():
    """It lists each that is, with how long it is (in bytes, as most tools count): a template is read, compared and blamed
    by its lines. Letters, icons and papers too."""
    wide = {
        f"{path.relative_to(TEMPLATES)}:{number}": len(line)
        for path in filter(Path.is_file, TEMPLATES.rglob("*"))
        for number, line in enumerate(path.read_bytes().splitlines(), start=1)
        if len(line) > LONGEST
    }
    assert wide == {}


def test_every_letter_is_written_and_every_written_one_is_sent():
    folders = {path.parent.name for path in (TEMPLATES / "mail").rglob("*.txt")}
    assert folders == set(re.findall(r'mail\.letter\("([\w.]+)"\)', CODE))
    for folder in folders:
        assert f'post("{folder}"' in CODE, folder
        assert {path.name for path in (TEMPLATES / "mail" / folder).iterdir()} == {"subject.txt", "body.txt"}


@pytest.mark.slow
def test_the_linter_finds_nothing():
    found = subprocess.run(
        [sys.executable, "-m", "djlint", "--lint", "--quiet", "templates"], cwd=ROOT, capture_output=True, text=True
    )
    assert found.returncode == 0, found.stdout


class Seen(HTMLParser):
    """What a checker must know of a page."""

    def __init__(self, text: str):
        super().__init__()
        self.ids: list[str] = []
        self.pointed: set[str] = set()
        self.labelled: set[str] = set()
        self.fields: list[dict] = []
        self.wrong: list[str] = []
        self.h1 = 0
        self.title = re.search(r"<title>(.*?)</title>", text)[1]
        self._in_label = 0
        self.feed(text)

    def handle_starttag(self, tag, attrs):
        facts = dict(attrs)
        self.ids += [facts["id"]] if "id" in facts else []
        for name in ("aria-labelledby", "aria-describedby", "aria-controls"):
            self.pointed |= set(facts.get(name, "").split())
        self.h1 += tag == "h1"
        self._in_label += tag == "label"
        if tag == "label" and "for" in facts:
            self.labelled.add(facts["for"])
        if tag in {"input", "select", "textarea"} and facts.get("type") != "hidden":
            self.fields.append(facts | {"in_label": self._in_label > 0})
        if tag == "style" or (tag == "script" and "src" not in facts):
            self.wrong.append(f"<{tag}> in the page")
        if tag == "img" and "alt" not in facts:
            self.wrong.append("a picture without words")
        if tag == "form" and facts.get("method") not in {
            "post",
            "dialog",
            "get",
        }:  # always said; get only looks something up
            self.wrong.append(f"a form that sends by {facts.get('method')}")
        for name, value in attrs:
            if name == "style" or name.startswith("on") or "javascript:" in (value or ""):
                self.wrong.append(f"{name} on <{tag}>")
            if name in {"src", "action", "formaction"} and not (value or "").startswith("/"):
                self.wrong.append(f"{name} to {value}")

    def handle_endtag(self, tag):
        self._in_label -= tag == "label"


@pytest.fixture(scope="module")
def seen(visits):
    """Every page, read once."""
    return {visit.page.name: Seen(visit.html) for visit in visits}


@pytest.mark.xdist_group("demo pages")
def test_every_page_is_put_together_well(seen):
    for page, found in seen.items():
        assert found.wrong == [], page
        assert found.h1 == 1, page
        assert [one for one in found.ids if found.ids.count(one) > 1] == [], page
        assert found.pointed | found.labelled <= set(found.ids), page
        for field in found.fields:
            assert field["in_label"] or field.get("id") in found.labelled or field.get("aria-label"), (page, field)


@pytest.mark.xdist_group("demo pages")
def test_each_page_has_a_title_of_its_own(seen):
    titles: dict[str, set] = {}
    for page in PAGES:
        if page.body is None:
            titles.setdefault(seen[page.name].title, set()).add(page.endpoint)
    # The same question, asked in two places; and the very page that an outsider gets, looked at by its group.
    allowed = ({"signin.again", "signin.second"}, {"seen.link", "sharing.look"})
    assert {title: who for title, who in titles.items() if len(who) > 1 and who not in allowed} == {}
    assert all(title.endswith(" · Trellis") and len(title) > 12 for title in titles)


@pytest.mark.xdist_group("demo pages")
def test_titles_say_nothing_personal(seen):
    """Neutral titles (safety guide): a page in a list of tabs tells nobody what it is about. The host's own list aside."""
    for title in {found.title for name, found in seen.items() if not name.startswith("group")}:
        for word in chain(("kettle", "marsha", "queer", "allotment", "hearsay"), ("compost", "stamps")):
            assert word not in title.lower(), title
