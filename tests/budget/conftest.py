"""A group with one grant of £950 and its budget, and those who act on it."""

import pytest

from portal.budget import actions, queries
from portal.core import clock
from portal.core.db import db
from portal.ledger import actions as ledger
from portal.ledger import queries as books
from portal.ledger.models import Fund

BINDS = {"restriction": "restricted", "basis": "part", "funder": "Community Hands", "purpose": "A drop-in."}


@pytest.fixture
def grant(kettle, glyn) -> Fund:
    fund = ledger.open_fund(glyn, kettle, name="Community Hands grant", fee_basis_points=500, **BINDS)
    ledger.receive(glyn, kettle, fund.id, source="grant", pence=1000_00, on=clock.today(), words="First half")
    return fund


@pytest.fixture
def lines(kettle, marsha, grant) -> dict[str, int]:
    """Travel £500 and Food £300: their ids by name."""
    return {
        name: actions.plan_line(marsha, kettle, grant.id, name=name, planned_pence=pence).id
        for name, pence in (("Travel", 500_00), ("Food", 300_00))
    }


@pytest.fixture
def budget(kettle):
    """What is planned, promised, spent and free on each line, by name."""

    def read() -> dict[str, tuple]:
        db.session.rollback()
        found = queries.lines(kettle.id, books.statuses(kettle.id))
        return {one.line.name: (one.planned, one.promised, one.spent, one.free) for its in found.values() for one in its}

    return read
