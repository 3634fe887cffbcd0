"""A group with a grant of £1,000.00, somebody to pay, and finance."""

import pytest

from portal.core import clock
from portal.core.db import db
from portal.ledger import actions as ledger
from portal.people.models import Group
from portal.people.roles import Role
from portal.receipts import actions as receipts
from tests import make


@pytest.fixture
def glyn(app):
    return make.actor(make.staff("Glyn", Role.FINANCE), Role.FINANCE)


@pytest.fixture
def fund(kettle, glyn):
    facts = {"restriction": "unrestricted", "basis": "part", "funder": "Community Hands", "fee_basis_points": 500}
    made = ledger.open_fund(glyn, kettle, name="Community Hands grant", **facts)
    ledger.receive(glyn, kettle, made.id, source="donation", pence=1000_00, on=clock.today(), words="To begin with")
    return made


@pytest.fixture
def hall(kettle):
    return make.payee(kettle, "Village Hall", business=True)


@pytest.fixture
def cost(kettle, glyn, fund, hall):
    """A cost that the group agreed to and the desk checked: so many pence to the hall, else as told."""
    group_id, own = kettle.id, {"fund_id": fund.id, "payee_id": hall.id, "shop": "Hall hire", "kind": "invoice"}

    def made(pence=90_00, **facts):
        group = db.session.get_one(Group, group_id)
        receipt = make.agreed(make.receipt(group, amount_pence=pence, **{**own, **facts}))
        return receipts.accept(glyn, group, receipt.id, ledger_code="5300", amount_pence=pence)

    return made
