"""The chain of a group's entries: it holds as written, words can be erased, and what was tampered with is found."""

import copy

import pytest
import sqlalchemy as sa

from portal.activity import chain
from portal.activity.models import Entry, EntryWords
from portal.core import wall
from portal.core.db import db
from portal.receipts import actions as receipts
from tests import make


@pytest.fixture
def written(kettle):
    """A group with a few entries, as (entry, words) pairs that belong to nobody's session."""
    marsha = make.actor(make.person("Marsha"))
    for label in ("one", "two", "three"):
        receipt = make.receipt(kettle)
        receipts.describe(marsha, kettle, receipt.id, label=label)
    found = list(chain.entries(kettle.id))
    db.session.expunge_all()
    return found


def test_a_groups_entries_count_from_one_and_hold(written):
    assert [entry.seq for entry, _ in written] == list(range(1, len(written) + 1))
    assert len(written) >= 6
    assert list(chain.faults(written)) == []


def test_two_groups_have_chains_of_their_own(kettle, walkers):
    make.receipt(kettle)
    make.receipt(walkers)
    for group in (kettle, walkers):
        found = list(chain.entries(group.id))
        assert found[0][0].seq == 1
        assert list(chain.faults(found)) == []


@pytest.mark.parametrize("tamper", ["flip", "drop", "swap", "insert", "words"])
def test_tampering_is_found(written, tamper):
    lines = copy.deepcopy(written)
    if tamper == "flip":
        lines[2][0].outcome = "deny"
    elif tamper == "drop":
        del lines[2]
    elif tamper == "swap":
        lines[1], lines[2] = lines[2], lines[1]
    elif tamper == "insert":
        lines.insert(2, copy.deepcopy(lines[1]))
    else:
        next(beside for _, beside in lines if beside).words["changes"][0]["after"] = "something else"
    assert list(chain.faults(lines))


def test_erased_words_leave_the_chain_whole(kettle):
    receipt = make.receipt(kettle)
    receipts.describe(make.actor(make.person("Marsha")), kettle, receipt.id, label="a name")
    with wall.opened(kettle.id):
        beside = db.session.scalars(sa.select(EntryWords).where(EntryWords.group_id == kettle.id)).all()
        for one in beside:
            one.salt = one.words = None
    db.session.commit()
    assert list(chain.faults(chain.entries(kettle.id))) == []


def test_refused_tries_and_proposals_are_in_the_chain(kettle):
    from portal.autonomy.door import Proposed
    from portal.people.roles import Role

    glyn = make.actor(make.staff("Glyn", Role.FINANCE), Role.FINANCE)
    receipt = make.receipt(kettle)
    with pytest.raises(Proposed):
        receipts.describe(glyn, kettle, receipt.id, label="x")
    found = list(chain.entries(kettle.id))
    assert found[-1][0].outcome == "propose"
    assert list(chain.faults(found)) == []
    assert db.session.scalar(sa.select(Entry.hash).order_by(Entry.id.desc()).limit(1)) == found[-1][0].hash
