"""What is sent twice, because its answer was lost or a thumb was quick, arrives once; and nothing written is lost by it."""

import re
from html import unescape

import pytest
import sqlalchemy as sa

from portal.activity import happened
from portal.core.db import db
from portal.people.roles import Role
from portal.support import actions, queries
from portal.support.models import Message, Request, RequestDraft
from tests import make
from tests.client import Client, words
from tests.spending.test_races import together

KETTLE = "/g/tuesday-kettle/support"


@pytest.fixture
def phone(app, kettle, imani):
    return Client(app).as_(make.person("Marsha"))


def key_on(page) -> str:
    return re.search(r'name="key" value="([^"]+)"', page.text)[1]


def send(phone, step: str, key: str, **facts):
    answer = phone.post(f"{KETTLE}/ask/{step}", data={"key": key, **facts})
    assert answer.status_code == 303
    return answer.location


def there() -> list[str | None]:
    db.session.rollback()
    return list(db.session.scalars(sa.select(Message.words).order_by(Message.id)))


def drafts() -> list[dict]:
    return list(db.session.scalars(sa.select(RequestDraft.facts)))


@pytest.mark.parametrize("last", ["about", "what"])
def test_sent_again_after_a_lost_answer_it_is_there_once(phone, last):
    send(phone, "what", "k" * 20, words="Could someone open the hall?")
    send(phone, "when", "l" * 20, wanted="week")
    facts = {"shared": "y"} if last == "about" else {"words": "Could someone open the hall?", "send": "now"}
    key = key_on(phone.get(f"{KETTLE}/ask/{last}"))
    places = {send(phone, last, key, **facts) for _ in range(3)}
    assert len(places) == 1
    assert there() == ["Could someone open the hall?"]
    assert drafts() == []


def test_what_was_changed_after_a_lost_answer_is_kept_and_not_sent(phone):
    key = key_on(phone.get(f"{KETTLE}/ask"))
    send(phone, "what", key, words="Could someone open the hall?", send="now")
    place = send(phone, "what", key, words="Could someone open the hall on Friday?", send="now")
    assert "was sent before. What you changed since isn’t: it is kept." in words(phone.get(place))
    assert there() == ["Could someone open the hall?"]
    assert "Could someone open the hall on Friday?" in unescape(phone.get(f"{KETTLE}/ask").text)


def test_two_pages_of_one_person_keep_both_answers_at_once(app, kettle, marsha):
    me, group_id = make.actor(make.person("Marsha"), Role.SELF), kettle.id
    for _ in range(25):
        together(
            app,
            [
                lambda: actions.keep_draft(me, for_group=group_id, words="Could someone open the hall?"),
                lambda: actions.keep_draft(me, for_group=group_id, wanted="week"),
            ],
        )
        kept = queries.draft(marsha.person_id, group_id)
        assert kept.facts == {"words": "Could someone open the hall?", "wanted": "week"}
        actions.drop_draft(me, for_group=group_id)


def test_other_words_kept_while_the_first_are_sent_stay(phone):
    """From another tab, before the page that tells of the first is made."""
    key = key_on(phone.get(f"{KETTLE}/ask"))
    person_id, other = make.person("Marsha").id, {"words": "And the kitchen?"}

    def keep(_action, *, entry, group):
        if entry.action == "support.ask":
            db.session.add(RequestDraft(person_id=person_id, for_group=group.id, facts=other))

    with happened.connected_to(keep):
        send(phone, "what", key, words="Could someone open the hall?", send="now")
    assert there() == ["Could someone open the hall?"]
    assert drafts() == [other]


@pytest.mark.slow
def test_two_taps_on_send_at_once_are_one_request(app, phone, kettle):
    number = make.person("Marsha")
    for n in range(10):
        phones = [Client(app).as_(number) for _ in range(2)]
        send(phone, "what", f"key-{n:020}", words=f"The hall, {n}")
        key, places = f"last-{n:020}", []

        def tap(one, key=key, places=places):
            places.append(one.post(f"{KETTLE}/ask/about", data={"key": key, "shared": "y"}).location)

        together(app, [lambda one=one: tap(one) for one in phones])
        assert len(places) == 2
        assert len(set(places)) == 1
        assert drafts() == []
    assert db.session.scalar(sa.select(sa.func.count()).select_from(Request)) == 10
    assert len(there()) == 10
