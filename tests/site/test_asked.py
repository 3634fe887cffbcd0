"""Why we ask: every page tells of everything it asks why, who sees it, how long it is kept and what happens without it."""

from html.parser import HTMLParser

import pytest

from portal.core import question_reasons


class Controls(HTMLParser):
    """What a page asks, each with what it is called there (its fieldset's legend, its label), and what it tells of."""

    def __init__(self, text: str):
        super().__init__()
        self.asks: list[tuple[str, list[str]]] = []  # tag and name; what it is called
        self.told: set[str] = set()
        self._ids: dict[str, list[str]] = {}
        self._inside: list[tuple[str, dict, list[str]]] = []  # the elements around: tag, attributes, the words so far
        self._asked_in_label: list[list[str]] = []
        self._legend = ""
        self._labels: list[tuple[str, str]] = []
        self.feed(text)
        for id_, words in self._labels:
            self._ids.get(id_, []).append(words)

    def handle_starttag(self, tag, attrs):
        facts = dict(attrs)
        if tag in {"label", "legend", "h2", "details", "fieldset"}:
            self._inside.append((tag, facts, []))
        elif "name" in facts and (tag in {"select", "textarea", "button"} or (tag == "input" and not _unseen(facts))):
            called = [self._legend] if self._legend else []
            self.asks.append((f"{tag} {facts['name']}", called))
            self._ids[facts.get("id", "")] = called
            self._asked_in_label.append(called)

    def handle_data(self, data):
        for tag, _, words in self._inside:
            if tag in {"label", "legend", "h2"}:
                words.append(data)

    def handle_endtag(self, tag):
        if not self._inside or self._inside[-1][0] != tag:
            return
        _, facts, data = self._inside.pop()
        words = " ".join("".join(data).split())
        if tag == "label":
            self._labels.append((facts.get("for", ""), words))
            for called in self._asked_in_label if "for" not in facts else ():
                called.append(words)
        elif tag == "legend":
            self._legend = words
        elif tag == "fieldset":
            self._legend = ""
        elif tag == "h2" and any(around.get("id", "").startswith("why-") for _, around, _ in self._inside):
            self.told |= set(words.split(" · "))
        self._asked_in_label = []


def _unseen(facts: dict) -> bool:
    return facts.get("type") in {"hidden", "submit"}


@pytest.fixture(scope="module")
def controls(visits) -> dict[str, Controls]:
    """What each page asks."""
    return {visit.page.name: Controls(visit.html) for visit in visits}


@pytest.mark.xdist_group("demo pages")
def test_every_page_tells_why_of_everything_it_asks(controls):
    untold = [
        (page, control, called, found.told)
        for page, found in controls.items()
        for control, called in found.asks
        if control not in question_reasons.ASK_NOTHING
        and not any(words.startswith(one) for words in called for one in found.told)
    ]
    assert untold == []


@pytest.mark.xdist_group("demo pages")
def test_what_is_said_to_ask_nothing_is_on_some_page(controls):
    there = {control for found in controls.values() for control, _ in found.asks}
    assert set(question_reasons.ASK_NOTHING) - SUPPORTS <= there


SUPPORTS = {"button agreed", "button send", "button same"}  # on a page only at times
