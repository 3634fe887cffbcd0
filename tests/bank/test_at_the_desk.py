"""A bank's file on a laptop: sent, its columns looked at, a line matched with one key; the group sees “Paid” on a phone."""

import pytest
import sqlalchemy as sa

from portal.app import create_app
from portal.core import clock
from portal.core.db import db
from portal.ledger.models import Fund
from portal.people.models import Group, Person
from portal.people.roles import Role
from portal.receipts import actions as receipts
from tests import make
from tests.browser import enter
from tests.installation import settings_for

pytestmark = pytest.mark.browser


@pytest.fixture
def waits(demo_server) -> tuple[str, int]:
    """A released payment of £23.40 for the Kettle's hall: its reference, and the receipt's number."""
    app = create_app(settings_for(demo_server.data, PORTAL_DEMO="1"))
    with app.app_context():
        kettle = db.session.scalars(sa.select(Group).where(Group.slug == "tuesday-kettle")).one()
        marsha, glyn = (
            db.session.scalars(sa.select(Person).where(Person.name == name)).one() for name in ("Marsha", "Glyn Parry")
        )
        fund = db.session.scalars(sa.select(Fund).where(Fund.name == "Community Hands grant")).one()
        own = {
            "fund_id": fund.id,
            "payee_id": make.payee(kettle, "Ashbrook Hall").id,
            "amount_pence": 23_40,
            "kind": "invoice",
        }
        receipt = make.agreed(make.receipt(kettle, marsha, shop="Ashbrook Hall", **own))
        finance = make.actor(glyn, Role.FINANCE)
        receipts.accept(finance, kettle, receipt.id, ledger_code="5300", amount_pence=23_40)
        found = make.payment(receipt).reference, receipt.number
        db.session.remove()
        db.engine.dispose()
    return found


@pytest.mark.parametrize("script", [True, False])
def test_a_file_is_taken_in_a_line_matched_and_the_group_sees_it_is_paid(pages, waits, script):
    reference, number = waits
    page = pages("laptop", java_script_enabled=script)
    enter(page, "Glyn Parry")
    page.goto("/host/bank/files/new")
    name = f"Account {number}"
    if page.get_by_text("Name another account").is_visible():
        page.get_by_text("Name another account").click()
    page.get_by_label("What do you call it?").fill(name)
    page.get_by_role("button", name="Name this account").click()
    page.get_by_label("Which account?").select_option(name)
    today = f"{clock.today():%d/%m/%Y}"
    rows = f"Date,Type,Description,Value\n{today},FPO,{reference} ASHBROOK HALL,-23.40\n{today},BACS,A GIFT,25.00\n"
    page.get_by_label("The file").set_input_files(
        [{"name": "november.csv", "mimeType": "text/csv", "buffer": rows.encode("utf-16")}]
    )
    page.get_by_role("button", name="Send it").click()
    page.get_by_role("heading", name="Which column is what?").wait_for()
    page.get_by_role("button", name="Take it in").click()
    page.get_by_text("2 lines, 2 of them new.").wait_for()
    page.get_by_role("link", name=f"R{number}").click()
    page.get_by_text(f"It carries {reference}, and the amount is the same.").wait_for()
    if script:
        page.keyboard.press("a")
    else:
        page.get_by_role("button", name="It’s paid").click()
    page.get_by_text(f"R{number} is paid. Its group sees it.").wait_for()
    phone = pages("phone")
    enter(phone, "Marsha")
    phone.goto(f"/g/tuesday-kettle/receipts/{number}")
    phone.get_by_text("Paid today").first.wait_for()
