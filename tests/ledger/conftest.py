"""What tests of the ledger share: who does it, and a grant."""

import pytest

from portal.core import clock
from portal.ledger import actions
from portal.ledger.models import Fund
from portal.people.roles import Role
from tests import make


@pytest.fixture
def glyn(app):
    return make.actor(make.staff("Glyn", Role.FINANCE), Role.FINANCE)


@pytest.fixture
def imani(app):
    return make.actor(make.staff("Imani", Role.COORDINATOR), Role.COORDINATOR)


@pytest.fixture
def grant(kettle, glyn) -> Fund:
    """A restricted grant of £100 with a fee of 5%."""
    binds = {"restriction": "restricted", "basis": "part", "funder": "Community Hands", "purpose": "A drop-in."}
    fund = actions.open_fund(glyn, kettle, name="Community Hands grant", fee_basis_points=500, **binds)
    actions.receive(glyn, kettle, fund.id, source="grant", pence=100_00, on=clock.today(), words="First half")
    return fund
