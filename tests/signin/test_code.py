"""Six digits by email: for one browser, for ten minutes, five guesses, once."""

import io
import logging
import re
import threading
from datetime import timedelta

import pytest
import sqlalchemy as sa
import time_machine

from portal.activity.models import Entry
from portal.core import clock, jobs, logs
from portal.core.db import db
from portal.people.models import Device, Person
from portal.people.roles import STRANGER
from portal.signin import actions
from portal.signin.models import Challenge
from tests import make
from tests.client import Client, words

MARSHA = "marsha@example.org"


@pytest.fixture(autouse=True)
def marsha(kettle):
    return make.person("Marsha")


def count(model) -> int:
    db.session.rollback()
    return db.session.scalar(sa.select(sa.func.count()).select_from(model))


def enter(client, code, **more):
    return client.post("/sign-in/code", data={"code": code, **more})


def is_in(client) -> bool:
    return client.get("/you").status_code == 200


def wrong(code: str) -> str:
    return f"{(int(code) + 1) % 1_000_000:06}"


def test_a_code_from_the_mail_opens_the_group(client, post, code_for):
    code = code_for(client, "Marsha@Example.org ")
    (mail,) = post
    assert (mail["To"], mail["Subject"]) == (MARSHA, "Your code for Trellis")
    assert code not in mail["Subject"]
    answer = enter(client, f"{code[:3]} {code[3:]}")
    assert (answer.status_code, answer.headers["Location"]) == (303, "/")
    home = client.get("/", follow_redirects=True)
    assert "Tuesday Kettle" in words(home)


def test_a_code_only_works_in_the_browser_that_asked(app, client, code_for):
    """Someone who reads the inbox, or a mail scanner, can do nothing with it."""
    code = code_for(client, MARSHA)
    other = Client(app)
    other.post("/sign-in", data={"email": MARSHA})
    assert enter(other, code).status_code == 422
    assert not is_in(other)
    assert enter(client, code).status_code == 303


@pytest.mark.parametrize(("minutes", "works"), [(9.9, True), (10.1, False)])
def test_a_code_lasts_ten_minutes(client, code_for, minutes, works):
    with time_machine.travel(clock.now(), tick=False) as time:
        code = code_for(client, MARSHA)
        time.shift(timedelta(minutes=minutes))
        enter(client, code)
        assert is_in(client) is works


def test_five_guesses_and_then_even_the_right_one_is_no_use(client, code_for):
    code = code_for(client, MARSHA)
    for _ in range(4):
        assert enter(client, wrong(code)).status_code == 422
    assert enter(client, wrong(code)).status_code == 422
    assert enter(client, code).status_code == 422
    assert not is_in(client)


def test_the_fifth_guess_may_be_the_right_one(client, code_for):
    code = code_for(client, MARSHA)
    for _ in range(4):
        enter(client, wrong(code))
    assert enter(client, code).status_code == 303


def test_a_code_is_spent_once(client, code_for):
    code = code_for(client, MARSHA)
    with client.session_transaction() as kept:
        asked, browser = kept["code"]["id"], kept["browser"]
    assert enter(client, code).status_code == 303
    again = {"challenge_id": asked, "code": code, "browser": browser, "token": "t" * 43, "label": "", "remembered": False}
    assert actions.enter_code(STRANGER, **again) is None
    assert count(Device) == 1


def test_of_fifty_at_once_with_the_same_code_one_comes_in(app, client, code_for):
    code = code_for(client, MARSHA)
    with client.session_transaction() as kept:
        asked, browser = kept["code"]["id"], kept["browser"]
    start, came_in = threading.Barrier(10), []

    def race(runner):
        start.wait(30)
        for turn in range(5):
            with app.app_context():
                same = {"challenge_id": asked, "code": code, "browser": browser, "label": "", "remembered": False}
                if actions.enter_code(STRANGER, token=f"{runner}-{turn}", **same):
                    came_in.append((runner, turn))
                db.session.remove()

    runners = [threading.Thread(target=race, args=(number,)) for number in range(10)]
    for runner in runners:
        runner.start()
    for runner in runners:
        runner.join(60)
    assert len(came_in) == 1
    assert count(Device) == 1


def plain(answer) -> str:
    """A page without its one-time key."""
    return re.sub(r'name="key" value="[0-9a-f]+"', "", answer.text)


def test_nobody_can_tell_whether_an_address_is_known(app, post):
    """The same status, headers, page and rows; only the mail differs, and that is sent later by the worker."""
    Client(app).post("/sign-in", data={"email": "first@example.org"})  # so that the count for this place is there
    seen = []
    for email in (MARSHA, "nobody@example.org"):
        client = Client(app)
        before = {table.name: count(table) for table in db.metadata.sorted_tables}
        asked = client.post("/sign-in", data={"email": email})
        page = client.get("/sign-in/code")
        refused = enter(client, "000000")
        headers = {name for name, _ in asked.headers}
        grown = {table.name: count(table) - before[table.name] for table in db.metadata.sorted_tables}
        bodies = [plain(one).replace(f"{email[:2]}…", "") for one in (asked, page, refused)]
        seen.append((asked.status_code, asked.headers["Location"], headers, bodies, refused.status_code, grown))
    known, unknown = seen
    assert known == unknown
    jobs.run_waiting()
    assert [mail["To"] for mail in post] == [MARSHA]


def test_signing_in_makes_a_new_token_and_ends_the_one_before(client, code_for):
    enter(client, code_for(client, MARSHA))
    first = client.get_cookie("trellis").value
    enter(client, code_for(client, MARSHA))
    second = client.get_cookie("trellis").value
    assert first.split(".")[0] != second.split(".")[0]
    client.set_cookie("trellis", first)
    assert not is_in(client)
    client.set_cookie("trellis", second)
    assert is_in(client)


def test_asking_too_often_slows_down_and_a_known_browser_still_gets_through(app, client, code_for):
    with time_machine.travel(clock.now(), tick=False) as time:
        enter(client, code_for(client, MARSHA))
        client.post("/you/sign-out-everywhere")
        stranger = Client(app)
        answers = [stranger.post("/sign-in", data={"email": MARSHA}) for _ in range(6)]
        assert [one.status_code for one in answers] == [303] * 4 + [422] * 2
        assert "Wait ten minutes" in words(answers[-1])
        assert enter(client, code_for(client, MARSHA)).status_code == 303
        time.shift(timedelta(minutes=10, seconds=1))
        assert stranger.post("/sign-in", data={"email": MARSHA}).status_code == 303


def test_unknown_addresses_are_slowed_down_alike(client):
    answers = [client.post("/sign-in", data={"email": "nobody@example.org"}).status_code for _ in range(6)]
    assert answers == [303] * 5 + [422]


def test_a_known_browser_is_slowed_down_too_before_it_could_guess(client, code_for):
    enter(client, code_for(client, MARSHA))
    answers = [client.post("/sign-in", data={"email": MARSHA}).status_code for _ in range(21)]
    assert answers == [303] * 20 + [422]


def test_looking_at_the_pages_writes_nothing(client, code_for):
    code_for(client, MARSHA)
    before = {table.name: count(table) for table in db.metadata.sorted_tables}
    for path in ("/sign-in", "/sign-in/code", "/sign-in/password", "/set-up", "/you", "/sign-in/again", "/join/nothing"):
        for method in (client.get, client.head):
            assert method(path).status_code in {200, 303, 404}
    assert {table.name: count(table) for table in db.metadata.sorted_tables} == before


@pytest.fixture
def log(app):
    """The log as it is written, down to the smallest thing."""
    ours, written = logging.getLogger("portal"), io.StringIO()
    handler, before = logging.StreamHandler(written), ours.level
    handler.setFormatter(logs.Line())
    ours.addHandler(handler)
    ours.setLevel("DEBUG")
    yield written
    ours.removeHandler(handler)
    ours.setLevel(before)


@pytest.mark.parametrize("refuses", [False, True])
def test_jobs_rows_and_logs_hold_no_code_and_no_address(client, post, code_for, log, refuses):
    if refuses:
        post.refuses = True
        client.post("/sign-in", data={"email": MARSHA})
        jobs.run_waiting()
        code = db.session.scalars(sa.select(Challenge)).one().code
    else:
        code = code_for(client, MARSHA)
    enter(client, wrong(code))
    enter(client, code)
    kept = [f"{job.name} {job.arguments} {job.problem}" for job in db.session.scalars(sa.select(jobs.Job))]
    kept += [f"{entry.says} {entry.about}" for entry in db.session.scalars(sa.select(Entry))]
    kept += [str(row.__dict__) for row in db.session.scalars(sa.select(Challenge))]
    everything = "\n".join([*kept, log.getvalue()])
    assert '"endpoint": "signin.enter_code"' in everything
    assert ("SMTPRecipientsRefused" in everything) is refuses
    assert code not in everything
    assert "marsha" not in everything.lower()


def test_mail_that_is_sent_twice_says_it_is_the_same(client, post, code_for):
    """A worker may die between handing a message in and noting it."""
    code_for(client, MARSHA)
    job = db.session.scalar(sa.select(jobs.Job).where(jobs.Job.name == "core.mail"))
    job.done_at = job.taken_at = None
    db.session.commit()
    jobs.run_waiting()
    first, again = post
    assert first["Message-ID"] == again["Message-ID"]
    assert first.get_content() == again.get_content()


def test_a_code_that_ran_out_is_not_mailed_any_more(client, post, kettle):
    client.post("/sign-in", data={"email": MARSHA})
    with time_machine.travel(clock.now() + timedelta(minutes=11)):
        jobs.run_waiting()
    assert post == []


def test_signing_in_goes_where_one_wanted_but_never_elsewhere(client, code_for):
    for wanted, goes in (
        ("/g/tuesday-kettle/people", "/g/tuesday-kettle/people"),
        ("//evil.example", "/"),
        ("/\\evil.example", "/"),
        ("/\t/evil.example", "/"),
        ("https://evil.example", "/"),
    ):
        answer = enter(client, code_for(client, MARSHA), next=wanted)
        assert answer.headers["Location"] == goes, wanted


def test_someone_only_invited_can_sign_in_and_sees_nothing(client, post, code_for):
    db.session.add(Person(name="", email="new@example.org"))
    db.session.commit()
    enter(client, code_for(client, "new@example.org"))
    assert "not in a group yet" in words(client.get("/", follow_redirects=True))
    assert client.get("/g/tuesday-kettle/").status_code == 404
