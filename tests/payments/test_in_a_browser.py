"""Two people in finance on a laptop, by keyboard and by mouse: Glyn prepares, Sefa releases, the file is for the bank."""

import io
import re

import pytest
import sqlalchemy as sa

from portal import config
from portal.app import create_app
from portal.core.db import db
from portal.people.models import Group
from portal.receipts import actions as receipts
from portal.receipts.models import Receipt
from tests.browser import enter
from tests.payments import ready
from tests.payments.test_files import SCHEMA

pytestmark = pytest.mark.browser


@pytest.fixture
def laid(demo_server):
    """Three costs of the Kettle's in the running demo; then whatever else a test lays into it."""
    app = create_app(config.read(demo_server.env))
    with app.app_context():
        kettle = db.session.scalars(sa.select(Group).where(Group.slug == "tuesday-kettle")).one()
        hall = ready.payee(kettle, "Ashbrook Village Hall")
        found = [ready.cost(kettle, hall, pence, label=f"cups {pence}") for pence in (1201, 1302, 1403)]
        db.session.remove()
        yield found
        db.session.remove()
        db.engine.dispose()


def at_payments(page, who: str):
    enter(page, who)
    page.get_by_role("link", name="Pay", exact=True).click()
    page.get_by_role("heading", name="Payments", exact=True).wait_for()
    return page


def test_one_prepares_by_keyboard_another_releases_and_the_file_is_for_the_bank(pages, laid):
    glyn, sefa = at_payments(pages("laptop"), "Glyn Parry"), pages("laptop")
    for _ in range(30):  # from box to box by J, to the ones of this test
        glyn.keyboard.press("j")
        if "cups 1201" in glyn.evaluate("document.activeElement.parentElement.innerText"):
            break
    for key in ("x", "j", "x", "j", "x"):
        glyn.keyboard.press(key)
    assert glyn.locator("#ticks :checked").count() == 3
    glyn.get_by_role("button", name="Put them in").click()
    glyn.get_by_text("3 put in.").wait_for()
    glyn.get_by_text("The first payment to them.").wait_for()
    glyn.get_by_role("button", name="Take it out").last.click()
    glyn.get_by_text("Taken out. It’s ready to pay again.").wait_for()
    assert "£25.03 in 2 payments" in glyn.locator("main").inner_text()
    glyn.get_by_role("button", name="Hand over for release").click()
    glyn.get_by_text("You prepared this one. Someone else releases it.").wait_for()

    ref = held(laid[1])
    at_payments(sefa, "Sefa Tuilagi")
    sefa.get_by_role("link", name=re.compile("Waits for release")).first.click()
    sefa.get_by_role("button", name="Release £25.03").click()
    sefa.get_by_text(f"Released. {ref} is left out: It’s on hold").wait_for()
    assert "£12.01 in 1 payment" in sefa.locator("main").inner_text()
    with sefa.expect_download() as fetched:
        sefa.get_by_role("link", name="ISO 20022 file").click()
    assert re.fullmatch(r"payments-B\d+\.xml", fetched.value.suggested_filename)
    content = fetched.value.path().read_bytes()
    SCHEMA.validate(io.BytesIO(content))
    assert b"<CtrlSum>12.01</CtrlSum>" in content
    glyn.reload()
    glyn.get_by_text("The bank’s own lines say 0 of 1 are paid.").wait_for()


def held(receipt: Receipt) -> str:
    """The desk holds it meanwhile; which one it was."""
    row = ready.again(receipt)
    group = db.session.get_one(Group, row.group_id)
    receipts.hold(ready.finance(), group, row.id, rule="F2", reason="Is it ours?", releases="An answer")
    ref = row.ref
    db.session.remove()
    return ref


@pytest.mark.parametrize("size", ["phone", "laptop"])
def test_without_script_it_works_too(pages, laid, size):
    page = pages(size, java_script_enabled=False)
    at_payments(page, "Glyn Parry")
    page.get_by_label("cups 1403").last.check()
    page.get_by_role("button", name="Put them in").click()
    page.get_by_text("1 put in.").wait_for()
    page.get_by_text("Give this run up").click()
    page.get_by_role("button", name="Give it up").click()
    page.get_by_text("Given up. All of it is ready to pay again.").wait_for()
