"""What every answer carries, who may send a form at all, and what is said when something goes wrong."""

import io
import json
import logging
import re
import shutil

import pytest
import sqlalchemy as sa
from flask.testing import FlaskClient

from portal.app import create_app
from portal.core import jobs, logs
from portal.core.db import db
from portal.core.guard import SAFE
from portal.people.roles import Role
from portal.receipts import actions as receipts
from tests import make
from tests.client import Client, words
from tests.installation import close, new_folder, settings_for
from tests.site.pages import PAGES
from tests.site.test_cells import DONE, TABLE, Try, _fresh, _path, _pick, _values, all_routes, send
from tests.site.world import photo

POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' blob:; font-src 'self'; connect-src 'self'; "
    "form-action 'self'; base-uri 'none'; frame-ancestors 'none'; manifest-src 'self'; worker-src 'self'"
)
ALWAYS = {
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "same-origin",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
}
QUIET = "geolocation=(), microphone=(), camera=()"
RECORDS = ("media-src 'self' blob:", QUIET.replace("microphone=()", "microphone=(self)"))  # on pages that do, and no others
FORM = {"content_type": "multipart/form-data; boundary=x"}
OWN_FORMS = {"Sec-Fetch-Site": "same-origin"}


def check_headers(answer, *, policy=POLICY, cache="no-store", sound=False) -> None:
    if sound:
        policy = f"{POLICY}; {RECORDS[0]}"
    assert answer.headers["Permissions-Policy"] == (RECORDS[1] if sound else QUIET)
    assert answer.headers["Content-Security-Policy"] == policy
    assert {name: answer.headers[name] for name in ALWAYS} == ALWAYS
    assert answer.headers["Cache-Control"] == cache
    assert len(answer.headers.getlist("Content-Security-Policy")) == 1
    if policy.startswith(POLICY) and "immutable" not in cache:
        assert "HX-Request" in answer.headers["Vary"]
        assert re.fullmatch("[0-9A-F]{8}", answer.headers["X-Request-Id"])


@pytest.mark.xdist_group("demo pages")
def test_every_page_carries_them(visits):
    for visit in visits:
        check_headers(visit.answer, sound="data-recorder" in visit.html or "<audio" in visit.html)


@pytest.mark.xdist_group("demo pages")
@pytest.mark.parametrize("path", ["/g/tuesday-kettle/support/ask", "/g/tuesday-kettle/support/2", "/host/requests/2"])
def test_pages_that_record_may_use_the_microphone(demo, path):
    who = "Imani Okafor" if path.startswith("/host") else "Marsha"
    answer = Client(demo.app).as_(demo.person(who)).get(path)
    assert "data-recorder" in answer.text
    check_headers(answer, sound=True)


@pytest.mark.xdist_group("demo pages")
def test_so_does_everything_else(demo):
    marsha = Client(demo.app).as_(demo.person("Marsha"))
    home = "/g/tuesday-kettle/"
    for status, answer in (
        (303, demo.client.get(home)),
        (401, demo.client.get(home, headers={"HX-Request": "true"})),
        (303, marsha.get("/")),
        (405, marsha.delete(home)),
        (405, marsha.post(home)),
        (200, marsha.head(home)),
        (200, marsha.options(home)),
        (404, marsha.get("/static/nowhere/portal.css")),
        (404, marsha.get("/g/tuesday-kettle/receipts/101/pictures/1/9.jpg")),
        (200, marsha.get("/healthz")),
        (400, marsha.get(home, headers={"Host": "trellis.example.net"})),
        (400, marsha.get("/sign-in", base_url="http://evil.example")),
        (403, marsha.post("/you/sign-out-everywhere", headers={"Sec-Fetch-Site": "cross-site"})),
        (413, marsha.post("/g/tuesday-kettle/receipts/", environ_overrides={"CONTENT_LENGTH": str(10**10)}, **FORM)),
        (204, marsha.post("/g/tuesday-kettle/receipts/103/withdrawal", headers={"HX-Request": "true"})),
        (303, marsha.post("/g/tuesday-kettle/receipts/103/return")),
    ):
        assert answer.status_code == status, answer.request.path
        check_headers(answer)


@pytest.mark.xdist_group("demo pages")
def test_style_scripts_and_icons_carry_them_and_are_kept(demo):
    page = demo.open(PAGES[0]).text
    fetched = set(re.findall(r'(?:href|src)="(/static/[^"]+)"', page))
    assert len(fetched) >= 5
    for path in fetched:
        for encoding in ("br", "gzip", "identity"):
            answer = demo.client.get(path, headers={"Accept-Encoding": encoding})
            assert answer.status_code == 200
            check_headers(answer, cache="max-age=315360000, public, immutable")


@pytest.mark.xdist_group("demo pages")
def test_a_picture_can_do_nothing_and_is_asked_for_anew(demo):
    for who, number in (("Marsha", "/g/tuesday-kettle/receipts/101"), ("Glyn Parry", "/host/receipts/101")):
        browser = Client(demo.app).as_(demo.person(who))
        path = re.search(r'src="([^"]+/pictures/\d+/1\.jpg)"', browser.get(number).text)[1]
        for size in ("1", "thumb"):
            answer = browser.get(path.replace("/1.jpg", f"/{size}.jpg"))
            assert (answer.status_code, answer.content_type) == (200, "image/jpeg")
            check_headers(answer, policy="sandbox; default-src 'none'", cache="private, no-cache")
            again = browser.get(path.replace("/1.jpg", f"/{size}.jpg"), headers={"If-None-Match": answer.headers["ETag"]})
            assert again.status_code == 304
            check_headers(again, policy="sandbox; default-src 'none'", cache="private, no-cache")


def test_behind_tls_cookies_are_locked_to_the_host_and_tls_stays(tmp_path, shelf, installations):
    data = new_folder(tmp_path / "data", shelf)
    shutil.copy(installations("sqlite").database, data / "portal.db")
    app = create_app(settings_for(data, PORTAL_URL="https://trellis.example.org"))
    with app.app_context():
        browser = Client(app)
        at = {"base_url": "https://trellis.example.org"}
        page = browser.post("/sign-in", data={"email": "a@example.org"}, **at)
        asset = re.search(r'href="(/static/[^"]+\.css)"', browser.get("/sign-in", **at).text)[1]
        for answer in (page, browser.get(asset, **at), browser.get("/nowhere", **at)):
            assert answer.headers["Strict-Transport-Security"] == "max-age=31536000; includeSubDomains"
        make.person("Marsha")
        signed_in = browser.as_(make.person("Marsha")).get("/you", **at)
        for cookie in (*page.headers.getlist("Set-Cookie"), *signed_in.headers.getlist("Set-Cookie")):
            assert cookie.startswith("__Host-")
            for part in ("Secure", "HttpOnly", "SameSite=Lax", "Path=/"):
                assert part in cookie
            assert "Domain" not in cookie
        close(app)


FORGED = (
    {"Sec-Fetch-Site": "cross-site"},
    {"Sec-Fetch-Site": "same-site"},
    {"Sec-Fetch-Site": "none"},
    {"Sec-Fetch-Site": ""},
    {"Sec-Fetch-Site": "cross-site", "Origin": "http://localhost"},
    {"Origin": "http://evil.example"},
    {"Origin": "http://localhost.evil.example"},
    {"Origin": "http://localhost:8001"},
    {"Origin": "null"},
    {},
)


def plainly(browser: Client, path: str, headers: dict):
    """A post with these headers alone, without the mark that our test browser adds."""
    with browser.app.app_context():
        return FlaskClient.open(browser, path, method="POST", headers=headers)


@pytest.mark.parametrize("forged", FORGED, ids=str)
def test_a_form_from_elsewhere_is_refused_before_anything_happens(place, written, forged):
    """Every unsafe route, sent by someone who may."""
    world, routes = place.world, all_routes(place.world.app)
    for name in (name for name in TABLE if name.startswith("POST")):
        who = next(iter(TABLE[name].may))
        values = _pick(routes[name].arguments, _values(world, TABLE[name], who, "kettle"))
        path = _path(world.app, routes[name], Try(who, "own", values, DONE))
        answer = plainly(_fresh(world, who), path, forged)
        assert answer.status_code == 403, (name, forged)
        assert "came from somewhere else" in words(answer)
    assert written == []


@pytest.mark.parametrize("honest", [OWN_FORMS, {"Origin": "http://localhost"}], ids=str)
def test_a_form_of_our_own_is_taken(place, honest):
    answer = plainly(_fresh(place.world, "organiser"), "/you/devices/987654/sign-out", honest)
    assert answer.status_code == 404


def test_reading_needs_no_mark(place):
    for site in ("cross-site", "none", "same-site"):
        assert _fresh(place.world, "organiser").get("/you", headers={"Sec-Fetch-Site": site}).status_code == 200


def test_no_route_answers_to_anything_but_get_and_post(place):
    for route in place.world.app.url_map.iter_rules():
        assert route.methods <= {*SAFE, "POST"}


@pytest.fixture
def lines():
    """What is written to the log, line by line, at its most talkative."""
    written = io.StringIO()
    handler = logging.StreamHandler(written)
    handler.setFormatter(logs.Line())
    log = logging.getLogger("portal")
    level, others = log.level, list(log.handlers)
    log.setLevel("DEBUG")
    log.handlers[:] = [handler]
    yield lambda: [json.loads(line) for line in written.getvalue().splitlines()]
    log.handlers[:] = others
    log.setLevel(level)


def break_things(app) -> None:
    """As when a table is gone: every statement on it fails, with what was in it in the message."""
    for name in ("questions", "holds"):
        with db.engine.begin() as connection:
            connection.exec_driver_sql(f"DROP TABLE {name}")


def test_when_it_breaks_the_page_shows_a_reference_that_the_log_has_and_nothing_else(app, kettle, lines):
    browser = Client(app).as_(make.person("Marsha"))
    receipt = make.receipt(kettle, label="secretword")
    break_things(app)
    for answer in (
        browser.get(f"/g/tuesday-kettle/receipts/{receipt.number}"),
        browser.get(f"/g/tuesday-kettle/receipts/{receipt.number}", headers={"HX-Request": "true"}),
    ):
        assert answer.status_code == 500
        check_headers(answer)
        reference = answer.headers["X-Request-Id"]
        assert f"ref {reference}" in words(answer)
        assert "That’s us, not you" in words(answer)
        for slip in ("Traceback", "OperationalError", "ProgrammingError", "sqlalchemy", ".py", "SELECT", "secretword"):
            assert slip not in answer.text
        (line,) = [line for line in lines() if line["request"] == reference and line["event"] == "unexpected"]
        assert line["error"] in {"OperationalError", "ProgrammingError"}
        assert any("receipts/queries.py:" in where for where in line["where"])


def test_error_pages_show_the_reference_of_the_request(place):
    browser = _fresh(place.world, "organiser")
    for answer in (
        browser.get("/nowhere"),
        browser.get("/g/walkers/"),
        browser.post("/you", headers=OWN_FORMS),
        browser.post("/you/sign-out-everywhere", headers={"Sec-Fetch-Site": "cross-site"}),
        browser.get("/sign-in", base_url="http://evil.example"),
    ):
        assert re.search(f"(?i)ref {answer.headers['X-Request-Id']}", words(answer))


PLANTED = {
    "name": "Plantedname",
    "email": "plantedaddress@example.org",
    "group": "Plantedgroup",
    "label": "Plantedlabel",
    "note": "Plantednote",
    "shop": "Plantedshop",
    "file": "plantedfile.jpg",
    "question": "Plantedquestion",
    "answer": "Plantedanswer",
    "password": "plantedpassword",
    "query": "plantedquery",
    "code": "719283",
}


def test_the_log_holds_no_personal_words(app, lines):
    """Plant a word of its own wherever people type, use the portal, let it break, and look for each in the log."""
    group = make.group(PLANTED["group"], organisers=(PLANTED["name"],), pots=("Plantedpot",))
    org = make.person(PLANTED["name"])
    browser, desk = Client(app).as_(org), Client(app).as_(make.staff("Glyn", Role.FINANCE))
    here = f"/g/{group.slug}"
    Client(app).post("/sign-in", data={"email": PLANTED["email"]})
    Client(app).post("/sign-in/password", data={"email": PLANTED["email"], "password": PLANTED["password"]})
    browser.post("/sign-in/code", data={"code": PLANTED["code"]})
    browser.post("/you/password", data={"password": PLANTED["password"]})
    browser.post(f"{here}/people/invitations", data={"email": PLANTED["email"], "role": "helper"})
    content, _ = photo()
    browser.post(f"{here}/receipts/", data={"files": (content, PLANTED["file"])})
    number = db.session.scalar(sa.text("SELECT max(number) FROM receipts"))
    db.session.rollback()
    details = {"shop": PLANTED["shop"], "label": PLANTED["label"], "note": PLANTED["note"], "amount_pence": "4"}
    assert browser.post(f"{here}/receipts/{number}/details", data=details).status_code == 303
    desk.post(f"/host/receipts/{number}/questions", data={"asks": "other", "words": PLANTED["question"]})
    asked = db.session.scalar(sa.text("SELECT max(id) FROM questions"))
    db.session.rollback()
    browser.post(f"{here}/receipts/{number}/answers/{asked}", data={"words": PLANTED["answer"]})
    for path in (f"{here}/", f"{here}/receipts/{number}", f"/nowhere?q={PLANTED['query']}", f"{here}/receipts/?after=x"):
        browser.get(path)
    jobs.run_waiting()  # the mail server of the tests isn't there, so letters fail, with addresses in hand
    break_things(app)
    browser.get(f"{here}/receipts/{number}?q={PLANTED['query']}")
    browser.post(f"{here}/receipts/{number}/details", data=details)
    with pytest.raises(Exception, match="questions"):
        receipts.ask(make.actor(make.person("Glyn"), Role.FINANCE), group, 1, asks="other", words=PLANTED["question"])
    found = json.dumps(lines()).lower()
    assert {"answered", "job failed", "unexpected"} <= {line["event"] for line in lines()}
    assert len(lines()) > 15
    for what, word in PLANTED.items():
        assert word.lower() not in found, what
    for held in ("kettle", group.slug, "@", "/g/", "bearer", "cookie"):
        assert held not in found


def test_a_line_of_the_log_has_known_fields_only(app, kettle, lines):
    Client(app).as_(make.person("Marsha")).get("/g/tuesday-kettle/receipts/?after=7")
    (line,) = [line for line in lines() if line["event"] == "answered"]
    assert set(line) == {"at", "level", "from", "event", "request", "endpoint", "method", "status", "ms"}
    assert (line["endpoint"], line["status"]) == ("receipts.index", 200)


def test_a_try_is_sent_as_a_browser_sends_it(place):
    """The cells of `test_cells.py` stand on this: the same path and body, with our own pages' mark."""
    assert send(_fresh(place.world, "anon"), "POST", "/you/sign-out-everywhere", {}, htmx=False).status_code == 303
