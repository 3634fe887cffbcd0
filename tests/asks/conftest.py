"""Who asks, who is asked, and an ask to send."""

import re

import pytest

from portal.asks import actions
from portal.asks.models import Ask, SentAsk
from portal.autonomy.areas import Area, Level
from portal.core.db import db
from portal.people.roles import Role
from tests import make

QUESTIONS = ("How many of you come?", "What would help most?")
SAID = {
    "title": "Autumn survey",
    "purpose": "To show the council what groups need",
    "gets": "A page of what all groups said",
    "sees": "Imani, and the council without names",
    "minutes": 4,
}


@pytest.fixture
def marsha(time, kettle):
    return make.actor(make.person("Marsha"))


@pytest.fixture
def imani(time, app):
    return make.actor(make.staff("Imani Okafor", Role.COORDINATOR), Role.COORDINATOR)


def ready(by, *, questions=QUESTIONS, **facts) -> Ask:
    """An ask that has begun to go out."""
    made = actions.draft(by, questions=list(questions), **(SAID | facts))
    return actions.begin(by, None, made.id)


def send(by, group, ask: Ask, over_why: str | None = None) -> SentAsk:
    """Put it to a group, as the page does."""
    return actions.send(by, group, why=ask.purpose, ask_id=ask.id, about=ask.title, minutes=ask.minutes, over_why=over_why)


def there(by, group, **facts) -> SentAsk:
    """One that has reached a group which looks no further."""
    make.set_level(group, Area.CONTACT, Level.YOU_DO)
    return send(by, group, ready(by, **facts))


def again(row):
    """The row as it is by now."""
    db.session.rollback()
    return db.session.get_one(type(row), row.id, populate_existing=True)


def seen_on(page) -> str:
    """The marks a page carries of what stood in its boxes."""
    return re.search(r'name="seen" value="([^"]*)"', page.text)[1]


def typed(sent: SentAsk, *words: str | None) -> dict:
    """Answers to its questions, in order, by someone who sees what stands."""
    from portal.asks import queries

    asked = queries.questions(sent.ask_id)
    answers = {str(one.id): said for one, said in zip(asked, words, strict=False)}
    return {"answers": answers, "seen": queries.marks_of(asked, queries.answers_of(sent))}
