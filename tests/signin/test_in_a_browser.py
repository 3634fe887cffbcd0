"""Signing in as people do it, in a real browser."""

import re
import time

import pyotp
import pytest

from tests.browser import ask_code, enter

pytestmark = pytest.mark.browser


def sign_in_by_code(page, email: str) -> None:
    page.goto("/sign-in")
    page.get_by_label("Your code").fill(ask_code(page, email))
    page.get_by_role("button", name="Sign in").click()


@pytest.fixture
def key(pages, demo_server):
    """A phone whose owner proves themselves by finger, at an address with a name."""
    page = pages("phone", base_url=demo_server.named)
    tools = page.context.new_cdp_session(page)
    tools.send("WebAuthn.enable")
    facts = {"protocol": "ctap2", "transport": "internal", "hasResidentKey": True, "hasUserVerification": True}
    options = {**facts, "isUserVerified": True, "automaticPresenceSimulation": True}
    page.authenticator = tools.send("WebAuthn.addVirtualAuthenticator", {"options": options})["authenticatorId"]
    page.tools = tools
    return page


def test_one_tap_opens_the_demo_as_someone(phone):
    enter(phone, "Marsha")
    assert "/g/tuesday-kettle/" in phone.url
    enter(phone, "Wren")
    assert "/g/quiet-allotment/" in phone.url


@pytest.mark.parametrize("script", [True, False])
def test_a_code_on_a_phone_with_and_without_script(pages, script):
    page, email = pages("phone", java_script_enabled=script), "lily@example.org" if script else "tomasz@example.org"
    page.goto("/sign-in")
    code = ask_code(page, email)
    page.get_by_label("Your code").fill("12")
    page.get_by_role("button", name="Sign in").click()
    page.get_by_text("The code is six numbers.").wait_for()
    page.get_by_label("Your code").fill(code)
    page.get_by_role("button", name="Sign in").click()
    page.wait_for_url("**/g/nightshift-poets/")
    assert page.get_by_role("button", name="Use my face").count() == 0


def test_without_script_no_button_promises_a_passkey(pages, demo_server):
    page = pages("phone", base_url=demo_server.named, java_script_enabled=False)
    page.goto("/sign-in")
    assert page.get_by_role("button", name="Send me a code").is_visible()
    assert not page.get_by_text("Use my face, finger or PIN").is_visible()


def test_a_passkey_is_made_and_opens_the_next_time(key):
    enter(key, "Joe")
    key.goto("/you")
    key.get_by_role("button", name="Set up a passkey").click()
    key.get_by_text("Your passkey is set up.").wait_for()
    assert len(key.tools.send("WebAuthn.getCredentials", {"authenticatorId": key.authenticator})["credentials"]) == 1
    key.get_by_role("button", name=re.compile("Sign out of")).first.click()
    key.wait_for_url("**/sign-in*")
    key.get_by_role("button", name="Use my face, finger or PIN").click()
    key.wait_for_url("**/g/tuesday-kettle/")
    key.goto("/you")
    assert key.get_by_text("last used today").is_visible()


def test_a_passkey_proves_staff(key):
    enter(key, "Sefa Tuilagi")
    key.goto("/you")
    key.get_by_role("button", name="Set up a passkey").click()
    key.get_by_text("Your passkey is set up.").wait_for()
    key.context.clear_cookies()
    sign_in_by_code(key, "sefa@example.org")
    key.get_by_role("heading", name="Is it you?").wait_for()
    key.get_by_role("button", name="Use my face, finger or PIN").click()
    key.get_by_role("heading", name="Requests").wait_for()
    assert "/host/requests" in key.url


def test_a_passkey_that_does_not_come_leaves_the_other_ways_open(key):
    key.tools.send("WebAuthn.setUserVerified", {"authenticatorId": key.authenticator, "isUserVerified": False})
    key.goto("/sign-in")
    key.get_by_role("button", name="Use my face, finger or PIN").click()
    key.get_by_text("That didn’t work this time.").wait_for()
    assert key.get_by_role("button", name="Send me a code").is_enabled()


@pytest.mark.parametrize("script", [True, False])
def test_a_password_and_an_app_open_staff_pages(pages, script):
    page = pages("laptop", java_script_enabled=script)
    name = "Beatrix Lund" if script else "Dev Anand"
    email = f"{name.split()[0].lower()}@example.org"
    words = "four calm words here"
    enter(page, name)
    page.goto("/you")
    page.get_by_text("I’d like a password too").click()
    page.get_by_label("New password").fill(words)
    page.get_by_role("button", name="Save the password").click()
    page.get_by_role("button", name="Set up an app for six numbers").click()
    page.locator(".qrbox svg").wait_for()
    app = pyotp.TOTP(page.locator("li b").inner_text().replace(" ", ""))
    page.get_by_label("Six numbers from your app").fill(app.now())  # a half-minute that ends just now still counts
    page.get_by_role("button", name="It’s set up").click()
    page.get_by_text("An app gives you six numbers.").wait_for()
    page.context.clear_cookies()
    page.goto("/sign-in/password")
    page.get_by_label("Your email").fill(email)
    page.get_by_label("Password").fill(words)
    page.get_by_role("button", name="Sign in").click()
    page.get_by_role("heading", name="Is it you?").wait_for()
    page.get_by_label("Password").fill(words)
    page.get_by_label("Six numbers from your app").fill(app.at(int(time.time()) + 30))  # the same ones wouldn't do twice
    page.get_by_role("button", name="Go on").click()
    page.get_by_role("heading", name="Groups", exact=True).wait_for()


def test_signing_out_everywhere_reaches_the_other_phone(pages):
    one, other = enter(pages("phone"), "Kit"), enter(pages("laptop"), "Kit")
    one.goto("/you")
    one.get_by_role("button", name="Sign out everywhere").click()
    one.get_by_text("You’re signed out.").wait_for()
    other.reload()
    assert "/sign-in" in other.url
