"""A group with money, lines and people to pay."""

import pytest

from portal.budget.models import BudgetLine
from portal.core import clock, wall
from portal.core.db import db
from portal.ledger import actions as ledger
from portal.people.roles import Role
from tests import make


@pytest.fixture
def glyn(app):
    return make.actor(make.staff("Glyn", Role.FINANCE), Role.FINANCE)


@pytest.fixture
def imani(app):
    return make.actor(make.staff("Imani", Role.COORDINATOR), Role.COORDINATOR)


@pytest.fixture
def fund(kettle, glyn):
    """£100.00 of anybody's."""
    made = ledger.open_fund(glyn, kettle, name="Ours", restriction="unrestricted", basis="part")
    ledger.receive(glyn, kettle, made.id, source="donation", pence=100_00, on=clock.today(), words="A neighbour")
    return made


@pytest.fixture
def line(kettle, fund):
    with wall.opened(kettle.id):
        made = BudgetLine(group_id=kettle.id, fund_id=fund.id, name="Food", planned_pence=60_00)
        db.session.add(made)
    db.session.commit()
    return made


@pytest.fixture
def hall(kettle):
    """A supplier."""
    return make.payee(kettle, "Village Hall", business=True)


@pytest.fixture
def cost(kettle, marsha, fund, hall):
    """Ask for a payment to the hall: so many pence, with anything else said otherwise."""
    from portal.spending import actions

    def asked(pence=20_00, by=marsha, **facts):
        told = {"kind": "invoice", "shop": "Hall hire", "payee_id": hall.id, "fund_id": fund.id} | facts
        receipt = make.receipt(kettle, make.person("Marsha"))
        return actions.ask(by, kettle, receipt.id, amount_pence=pence, **told)

    return asked
