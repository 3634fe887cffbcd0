"""Staying signed in, and no longer than that."""

from datetime import timedelta
from http.cookies import SimpleCookie

import pytest

from portal.core import clock, jobs, wall
from portal.core.db import db
from portal.people.models import Device, Membership, StaffRole
from portal.people.roles import Role
from tests import make
from tests.client import Client, words
from tests.installation import settings_for

DAY = timedelta(days=1)
KETTLE = "/g/tuesday-kettle/"


@pytest.fixture
def imani(app):
    return make.staff("Imani Okafor", Role.COORDINATOR)


@pytest.fixture
def remembered(client, code_for, marsha, time):
    """Marsha on a phone she asked us to remember."""
    client.post("/sign-in/code", data={"code": code_for(client, marsha.email), "keep": "y"})
    return client


def opens(client, path=KETTLE) -> bool:
    return client.get(path).status_code == 200


def test_a_remembered_device_lasts_fourteen_idle_days(remembered, time):
    time.shift(14 * DAY - timedelta(minutes=1))
    assert opens(remembered)
    time.shift(14 * DAY - timedelta(minutes=1))
    assert opens(remembered)
    time.shift(14 * DAY + timedelta(minutes=1))
    assert not opens(remembered)


def test_sixty_days_is_the_most(remembered, time):
    for _ in range(5):
        time.shift(12 * DAY - timedelta(minutes=1))
        assert opens(remembered)
    time.shift(timedelta(minutes=6))
    assert not opens(remembered)


def test_a_device_nobody_asked_to_remember_ends_with_the_browser(client, code_for, marsha):
    answer = client.post("/sign-in/code", data={"code": code_for(client, marsha.email)})
    (cookie,) = [one for one in answer.headers.getlist("Set-Cookie") if one.startswith("trellis=")]
    assert "Max-Age" not in cookie
    assert "Expires" not in cookie


def test_behind_tls_the_cookies_are_locked_to_this_host(installation, url, data_folder, kettle, code_for, post):
    address = "https://trellis.example.org"
    facts = {"PORTAL_DATABASE_URL": url, "PORTAL_URL": address, "PORTAL_MAIL_URL": post.url}
    with installation.open(settings_for(data_folder, **facts)) as app:
        client = Client(app)
        client.post("/sign-in", data={"email": "marsha@example.org"}, base_url=address)
        jobs.run_waiting()
        code = post.newest.get_content().split()[4]
        answer = client.post("/sign-in/code", data={"code": code, "keep": "y"}, base_url=address)
    cookies = SimpleCookie()
    for line in answer.headers.getlist("Set-Cookie"):
        cookies.load(line)
    assert set(cookies) == {"__Host-trellis", "__Host-page", "__Host-known"}
    for cookie in cookies.values():
        assert (cookie["secure"], cookie["httponly"], cookie["samesite"]) == (True, True, "Lax")
        assert (cookie["path"], cookie["domain"]) == ("/", "")
    assert cookies["__Host-trellis"]["max-age"] == str(14 * 24 * 3600)
    assert answer.headers["Strict-Transport-Security"].startswith("max-age=31536000")


def test_a_cookie_somebody_changed_is_nobodys(remembered):
    kept = remembered.get_cookie("trellis").value
    token, stamp, mark = kept.split(".")
    other = ("B" if token[0] == "A" else "A") + token[1:]
    for changed in (f"{other}.{stamp}.{mark}", f"{token}.{stamp}", f"{token}.zzzzzz.{mark}", "", "é"):
        remembered.set_cookie("trellis", changed)
        assert not opens(remembered), changed
    remembered.set_cookie("trellis", kept)
    assert opens(remembered)


def test_the_database_keeps_no_token(remembered, marsha):
    token = remembered.get_cookie("trellis").value.split(".")[0]
    assert len(token) == 43  # 256 bits
    device = db.session.scalars(db.select(Device)).one()
    assert token not in str(device.__dict__)


def test_signing_out_works_at_the_next_request_even_with_a_copied_cookie(remembered, marsha):
    kept = remembered.get_cookie("trellis").value
    device = db.session.scalars(db.select(Device)).one()
    answer = remembered.post(f"/you/devices/{device.id}/sign-out")
    assert answer.headers["Location"] == "/sign-in"
    assert remembered.get_cookie("trellis") is None
    remembered.set_cookie("trellis", kept)
    assert not opens(remembered)


def test_signing_out_one_leaves_the_others(app, client, marsha):
    phone, laptop = client.as_(marsha), Client(app).as_(marsha)
    first = db.session.scalars(db.select(Device).order_by(Device.id)).first()
    assert "Sign out everywhere" in words(laptop.get("/you"))
    laptop.post(f"/you/devices/{first.id}/sign-out")
    assert not opens(phone)
    assert opens(laptop)


def test_signing_out_everywhere_ends_every_device_of_this_person_alone(app, client, marsha):
    devices = [Client(app).as_(marsha) for _ in range(60)]
    joe = Client(app).as_(make.person("Joe"))
    devices[0].post("/you/sign-out-everywhere")
    assert [opens(devices[number]) for number in (0, 1, 30, 59)] == [False] * 4
    assert opens(joe)


def test_nobody_signs_out_somebody_else(app, client, marsha):
    client.as_(marsha)
    device = db.session.scalars(db.select(Device)).one()
    joe = Client(app).as_(make.person("Joe"))
    assert joe.post(f"/you/devices/{device.id}/sign-out").status_code == 404
    assert opens(client)


def test_someone_removed_is_out_at_the_next_request(client, kettle, marsha):
    client.as_(marsha)
    assert opens(client)
    with wall.opened(kettle.id):
        place = db.session.scalar(db.select(Membership).where(Membership.person_id == marsha.id))
        place.ended_at = clock.now()
    db.session.commit()
    gone, never = client.get(KETTLE), client.get("/g/nothing-here/")
    assert gone.status_code == never.status_code == 404
    assert words(gone).split("ref ")[0] == words(never).split("ref ")[0]


def test_staff_pages_need_a_second_factor(client, imani):
    client.as_(imani, second_factor=False)
    answer = client.get("/host/groups/")
    assert (answer.status_code, answer.headers["Location"]) == (303, "/sign-in/second?next=/host/groups/")
    assert opens(client.as_(imani), "/host/groups/")


def test_an_emailed_code_alone_never_opens_staff_pages(client, code_for, imani):
    client.post("/sign-in/code", data={"code": code_for(client, imani.email), "keep": "y"})
    for path in ("/host/groups/", "/host/staff", "/host/receipts/"):
        assert client.get(path).headers["Location"].startswith("/sign-in/second")


def test_staff_come_back_within_thirty_idle_minutes_or_prove_themselves(client, imani, time):
    client.as_(imani)
    time.shift(timedelta(minutes=29))
    assert opens(client, "/host/groups/")
    time.shift(timedelta(minutes=29))
    assert opens(client, "/host/groups/")
    time.shift(timedelta(minutes=31))
    assert not opens(client, "/host/groups/")
    assert not opens(client, "/host/groups/")  # asking once more doesn't wake it
    time.shift(timedelta(minutes=5))
    assert not opens(client, "/host/groups/")


def test_staff_are_signed_in_for_ten_hours_at_most(client, imani, time):
    client.as_(imani)
    for _ in range(24):
        time.shift(timedelta(minutes=24, seconds=50))
        assert opens(client, "/host/groups/")
    time.shift(timedelta(minutes=24))
    assert not opens(client, "/host/groups/")


def test_staff_are_never_remembered(client, code_for, imani, time):
    client.post("/sign-in/code", data={"code": code_for(client, imani.email), "keep": "y"})
    device = db.session.scalars(db.select(Device)).one()
    assert not device.remembered
    assert device.expires_at == clock.now() + timedelta(hours=10)


def test_a_staff_role_that_ended_is_over_at_the_next_request(client, imani):
    client.as_(imani)
    assert opens(client, "/host/groups/")
    db.session.scalars(db.select(StaffRole)).one().ended_at = clock.now()
    db.session.commit()
    assert client.get("/host/groups/").status_code == 404


def test_the_clock_going_back_keeps_nobody_in_longer(remembered, time):
    """A phone's or a server's clock may jump; the device ends when it ends."""
    time.shift(timedelta(hours=-3))
    assert opens(remembered)
    time.shift(60 * DAY + timedelta(hours=3, minutes=1))
    assert not opens(remembered)
