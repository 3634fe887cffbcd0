"""“Before and after” of everything that anybody changed in the demo, as a person reads it: no word of the machine's."""

import re

import pytest
import sqlalchemy as sa

from portal.activity.models import Entry
from portal.activity.told_later import is_told
from portal.core.db import db
from portal.people.models import Group, Membership, Person
from portal.people.roles import Role
from tests.client import Client

MACHINES = re.compile(
    r"\d{4}-\d\d-\d\d"  # a day as a machine writes it
    r"|9999"  # the day on which nothing is due
    r"|\b[0-9a-f]{2}/[0-9a-f]{8}"  # a kept file
    r"|\b[a-z]+(?:_[a-z]+)+\b"  # a name in the code
    r"|None|True|False|\[|\{"
)
HELD = re.compile(r"<h[23](?: class=\"tag\")?>(.*?)</h[23]>|<(?:blockquote|dt|dd)>(.*?)</(?:blockquote|dt|dd)>", re.S)


@pytest.mark.xdist_group("demo pages")
def test_each_reads_in_plain_words(demo):
    organises = sa.select(Membership.person_id).where(
        Membership.group_id == Entry.group_id, Membership.role == Role.ORGANISER, Membership.ended_at.is_(None)
    )
    made = (
        sa.select(Entry.id, Group.slug, Person)
        .join(Group, Group.id == Entry.group_id)
        .join(Person, Person.id == organises.limit(1).scalar_subquery())
        .where(Entry.words_hash.is_not(None), Entry.outcome.in_(("allow", "allow_tell", "allow_list")), is_told())
    )
    pages = [(f"/g/{slug}/changes/{number}", person) for number, slug, person in db.session.execute(made)]
    db.session.commit()
    read, rough = 0, []
    for address, person in pages:
        answer = Client(demo.app).as_(person).get(address)
        assert answer.status_code == 200, address
        main = answer.text[answer.text.index("<main") :]
        told = [re.sub(r"<[^>]+>", "", "".join(found)) for found in HELD.findall(main)]
        read += len(told)
        rough += [(address, words) for words in told if MACHINES.search(words)]
    assert read > 200
    assert rough == []
