"""Inviting and joining with two phones; what one taps on the people page."""

import re

import pytest

from tests.browser import ask_code, enter, letter

pytestmark = pytest.mark.browser


@pytest.mark.parametrize("script", [True, False])
def test_someone_is_invited_on_one_phone_and_joins_on_another(pages, demo_server, script):
    marsha = enter(pages("phone", java_script_enabled=script), "Marsha")
    email = f"noor{int(script)}@example.net"
    marsha.get_by_role("link", name="Our say").click()
    marsha.get_by_role("link", name="Our people").click()
    marsha.get_by_label("Their email").fill(email)
    marsha.get_by_role("button", name="Invite them").click()
    marsha.get_by_text("We’ve sent it.").wait_for()
    noor = pages("phone", java_script_enabled=script)
    link = re.search(r"/join/\S+", letter(noor, f"To {email}", "Tuesday Kettle invites you"))[0]
    noor.goto(link)
    assert "/sign-in" in noor.url
    noor.get_by_label("Your code").fill(ask_code(noor, email))
    noor.get_by_role("button", name="Sign in").click()
    noor.get_by_role("heading", name="Tuesday Kettle invites you").wait_for()
    noor.get_by_role("button", name="Yes, join").click()
    noor.get_by_text("Write a name. A first name or a nickname is fine.").wait_for()
    noor.get_by_label("What should we call you?").fill(f"Noor {int(script)}")
    noor.get_by_role("button", name="Yes, join").click()
    noor.get_by_text("Welcome to Tuesday Kettle.").wait_for()
    marsha.reload()
    assert marsha.get_by_text(f"Noor {int(script)}", exact=True).first.is_visible()


def test_an_organiser_goes_when_two_others_agree(pages):
    orla = enter(pages("phone"), "Orla")
    orla.get_by_role("link", name="Our say").click()
    orla.get_by_role("link", name="Our people").click()
    orla.get_by_text("When an organiser should go").click()
    orla.get_by_role("button", name=re.compile(r"^Ask that they leave.*Dan")).click()
    orla.get_by_text("It needs one more organiser’s yes.", exact=False).first.wait_for()
    mo = enter(pages("phone"), "Mo")
    mo.goto("/g/hearsay-collective/people")
    mo.get_by_role("button", name="No, they stay").click()
    mo.get_by_text("They stay. Nothing has changed.").wait_for()
    assert mo.get_by_text("Dan", exact=True).first.is_visible()
