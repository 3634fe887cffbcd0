"""Every column of a group's rows is somebody's, and an action of the host's keeps to its own area (safety guide, 8)."""

import pytest
import sqlalchemy as sa

from portal import checks
from portal.autonomy import door
from portal.autonomy.areas import Area, Duty, Level
from portal.core import wall
from portal.core.db import db
from portal.people.roles import Role
from portal.receipts.models import Receipt
from tests import make

# By hand, after the autonomy guide's areas and its two layers: what a group says is its own, the code the host's.
WHOSE = {
    "groups": {"story": "name story"},
    "memberships": {"people": "role"},
    "invitations": {"people": "email role"},
    "funds": {"budget": "name"},
    "receipts": {
        "receipts": "shop amount_pence spent_on label note fund_id no_picture_why",
        "spending": "kind",
        "host": "ledger_code paid_on",
    },
    "area_levels": {"setting": "area level"},
    "spending_limits": {"setting": "each_pence month_pence"},
    "loosenings": {"setting": "area level each_pence month_pence holds_from"},
    "quiets": {"setting": "until"},
}


@pytest.mark.parametrize("dialect", ["sqlite"], indirect=True)
def test_every_column_of_a_groups_rows_is_somebodys(app):
    assert list(checks.owners()) == []


@pytest.mark.parametrize("dialect", ["sqlite"], indirect=True)
def test_the_groups_columns_lie_where_the_guide_puts_them(app):
    found = {}
    for name in checks.group_owned():
        table = db.metadata.tables[name]
        for column in table.c:
            owner = wall.owner_of(table, column.name)
            if owner != "record" and name in WHOSE:
                found.setdefault(name, {}).setdefault(str(owner), []).append(column.name)
    for name, owners in WHOSE.items():
        mine = {owner: sorted(columns) for owner, columns in found[name].items() if owner in owners}
        assert mine == {owner: sorted(columns.split()) for owner, columns in owners.items()}, name


@pytest.mark.parametrize("dialect", ["sqlite"], indirect=True)
def test_a_new_column_without_an_area_is_noticed(app):
    table = db.metadata.tables["receipts"]
    column = sa.Column("colour", sa.String)
    table.append_column(column)
    try:
        (complaint,) = checks.owners()
    finally:
        table._columns.remove(column)
    assert complaint.startswith("receipts.colour lies in no area")


@pytest.fixture
def acts():
    """Two actions of the host's that overreach: one under the floor, one in another area."""
    roles = frozenset({Role.FINANCE})

    @door.action(duty=Duty.F1, roles=roles, on=Receipt, says="tidied a label")
    def under_the_floor(by, group, receipt):
        receipt.label = "tidied"
        return receipt

    @door.action(area=Area.BUDGET, roles=roles, on=Receipt, says="tidied a label")
    def in_another_area(by, group, receipt):
        receipt.label = "tidied"
        return receipt

    yield under_the_floor, in_another_area
    for one in (under_the_floor, in_another_area):
        del door.ACTIONS[one.name]


def test_an_action_of_the_hosts_that_leaves_its_area_keeps_nothing(kettle, acts):
    for area in Area:
        make.set_level(kettle, area, Level.YOU_DO)
    make.set_level(kettle, Area.RECEIPTS, Level.ONLY_US)
    receipt = make.receipt(kettle, label="milk").id
    glyn = make.actor(make.staff("Glyn", Role.FINANCE), Role.FINANCE)
    for act in acts:
        with pytest.raises(door.OutOfArea, match=r"receipts\.label"):
            act(glyn, kettle, receipt)
        db.session.rollback()
        assert db.session.get_one(Receipt, receipt, populate_existing=True).label == "milk"
