"""What tests of the figures share: a day, who decides at the host, and a group in which everything happened."""

from datetime import UTC, datetime, timedelta

import pytest
import time_machine

from portal.autonomy import actions as autonomy
from portal.autonomy.areas import Area, Level
from portal.bank import actions as bank
from portal.breakglass import actions as duties
from portal.contact import actions as contact
from portal.core import clock
from portal.ledger import actions as ledger
from portal.people.roles import Role
from portal.receipts import actions as receipts
from portal.support import actions as support
from tests import make
from tests.payments import ready

MONDAY = datetime(2026, 11, 2, 10, 0, tzinfo=UTC)


@pytest.fixture
def time():
    with time_machine.travel(MONDAY, tick=False) as moved:
        yield moved


@pytest.fixture
def imani(time, app):
    return make.staff("Imani Okafor", Role.COORDINATOR)


@pytest.fixture
def beatrix(imani):
    return make.staff("Beatrix Lund", Role.TRUSTEE)


@pytest.fixture
def much(time, imani, beatrix, walkers):
    """All that can be counted, once or twice, in one group; the others have nothing."""
    for area in (Area.RECEIPTS, Area.CONTACT):
        make.set_level(walkers, area, Level.TELL_AFTER)
    sam, lead, glyn = make.actor(make.person("Sam")), make.actor(imani, Role.COORDINATOR), ready.finance("Glyn")
    early = support.ask(sam, walkers, words="New boots?", wanted="week", shared=True)
    late = support.ask(sam, walkers, words="A minibus?", wanted="week", shared=True)
    support.reply(lead, walkers, early.id, words="Yes.", seen=early.moved_at.isoformat())
    due_on = (MONDAY + timedelta(days=8)).date()
    support.say_sorry(lead, walkers, late.id, words="Not yet, sorry.", due_on=due_on)
    hall = ready.payee(walkers, "Dale")
    cost = ready.cost(walkers, hall, 50_00)
    asked = make.receipt(walkers, label="boots")
    receipts.ask(glyn, walkers, asked.id, asks="what_for")
    receipts.hold(glyn, walkers, asked.id, rule="F3", reason="Who is Dale?", releases="A name.")
    receipts.describe(glyn, walkers, asked.id, label="shoes")
    autonomy.undo(sam, walkers, make.newest_entry(walkers, "receipts.describe").id)
    glass = duties.ask(lead, walkers, duty="F9", act="view", things=asked.ref, reason="The tax office asks.", hours=6)
    duties.allow(make.actor(beatrix, Role.TRUSTEE), walkers, glass.id)
    make.set_level(walkers, Area.CONTACT, Level.TELL_AFTER)
    time.move_to(MONDAY + timedelta(hours=11))
    contact.ask(lead, walkers, about="The boots")
    time.move_to(MONDAY + timedelta(days=3))
    glyn = ready.finance("Glyn")
    bank.settle_cost(glyn, walkers, cost.id, line_id=make.bank_line(-50_00).id)
    receipts.release(glyn, walkers, asked.id, mistaken=True)
    fund = ledger.open_fund(glyn, walkers, name="A grant", restriction="unrestricted", basis="part", fee_basis_points=500)
    ledger.receive(glyn, walkers, fund.id, source="grant", pence=1000_00, on=clock.today(), words="In")
    return walkers
