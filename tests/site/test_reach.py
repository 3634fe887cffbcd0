"""The way in: a route that forgot to say for whom it is, a page that asks for a fresh proof."""

from flask import request

from portal.people.reach import as_staff
from portal.people.roles import Role
from tests import make
from tests.client import Client


def test_a_route_that_forgot_to_say_whom_it_is_for_is_nobodys(app, monkeypatch):
    monkeypatch.setitem(app.view_functions, "home.talk", lambda: "in")
    assert Client(app).get("/talk").status_code == 404
    assert Client(app).as_(make.staff("Imani", Role.COORDINATOR)).get("/talk").status_code == 404


def test_a_page_that_asks_again_sends_whoever_gave_no_proof_lately_to_give_one(app, monkeypatch):
    @as_staff(asks_again=True)
    def vault():
        return f"in at {request.path}"

    monkeypatch.setitem(app.view_functions, "home.talk", vault)
    imani = make.staff("Imani", Role.COORDINATOR)
    assert Client(app).as_(imani).get("/talk").text == "in at /talk"
    away = Client(app).as_(imani, proved=False).get("/talk")
    assert (away.status_code, away.headers["Location"]) == (303, "/sign-in/again?next=/talk")
