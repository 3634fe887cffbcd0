"""Jobs: committed with their cause, run at least once, safe to run twice, parked after five tries."""

from datetime import timedelta

import pytest
import sqlalchemy as sa
import time_machine

from portal.core import clock, jobs, mail
from portal.core.db import db
from portal.core.jobs import Job
from tests import make

ran: list[int] = []


@jobs.job("tests.note")
def note(number: int) -> None:
    ran.append(number)


@jobs.job("tests.fail")
def fail() -> None:
    raise OSError("no")


@pytest.fixture(autouse=True)
def fresh(app):
    ran.clear()


def test_a_job_is_committed_with_its_cause_or_not_at_all(app):
    jobs.enqueue("tests.note", number=1)
    db.session.rollback()
    jobs.enqueue("tests.note", number=2)
    db.session.commit()
    assert jobs.run_waiting() == 1
    assert ran == [2]


def test_what_nobody_does_is_not_put_off_for_later(app):
    with pytest.raises(KeyError, match="no job is called"):
        jobs.enqueue("tests.nothing")
    with pytest.raises(KeyError, match="no message is called"):
        mail.post("tests.nothing")
    db.session.commit()
    assert db.session.scalar(sa.select(sa.func.count(Job.id))) == 0


def test_without_an_address_for_mail_a_message_waits_and_the_log_says_what_is_missing(app, monkeypatch, caplog):
    monkeypatch.setitem(app.config["SETTINGS"].values, "PORTAL_MAIL_URL", "")
    mail.post("signin.changed", person_id=make.person("Ada").id)
    db.session.commit()
    jobs.run_waiting()
    (row,) = db.session.scalars(sa.select(Job))
    assert (row.done_at, row.tries) == (None, 1)
    assert "PORTAL_MAIL_URL is not set" in caplog.text


def test_a_done_job_is_not_run_again(app):
    row = jobs.enqueue("tests.note", number=3)
    db.session.commit()
    assert jobs.run(row.id)
    assert not jobs.run(row.id)
    assert ran == [3]


def test_a_job_whose_worker_died_is_taken_up_again(app):
    row = jobs.enqueue("tests.note", number=4)
    row.taken_at = clock.now()
    db.session.commit()
    assert not jobs.run(row.id)
    with time_machine.travel(clock.now() + jobs.LEASE + timedelta(seconds=1)):
        assert jobs.waiting() == [row.id]
        assert jobs.run(row.id)


def test_a_failing_job_is_tried_five_times_and_parked(app):
    row = jobs.enqueue("tests.fail")
    db.session.commit()
    start = clock.now()
    for hour in range(8):
        with time_machine.travel(start + timedelta(hours=hour)):
            jobs.run_waiting()
    (parked,) = jobs.parked()
    assert (parked.id, parked.tries, parked.problem) == (row.id, jobs.MAX_TRIES, "OSError")


def test_a_job_waits_for_its_time(app):
    jobs.enqueue("tests.note", number=5, due_at=clock.now() + timedelta(hours=1))
    db.session.commit()
    assert jobs.run_waiting() == 0
    with time_machine.travel(clock.now() + timedelta(hours=1, seconds=1)):
        assert jobs.run_waiting() == 1


def test_the_postman_brings_it_to_the_worker(app):
    jobs.enqueue("tests.note", number=6)
    db.session.commit()
    task = app.extensions["huey"].dequeue()
    assert task.args == (db.session.scalar(sa.select(Job.id).where(Job.name == "tests.note")),)


def test_ready_needs_a_worker_lately(app):
    client = app.test_client()
    assert client.get("/readyz").json["worker"] is False
    jobs.sign_of_life()
    assert client.get("/readyz").json == {"schema": True, "database": True, "files": True, "worker": True}
    with time_machine.travel(clock.now() + timedelta(minutes=5)):
        assert client.get("/readyz").status_code == 503


def test_a_tidy_up_that_fails_stops_no_other_and_leaves_nothing_half_done(app, monkeypatch, caplog):
    def breaks():
        db.session.add(Job(name="tests.note", arguments={}))
        db.session.flush()
        raise OSError("no")

    monkeypatch.setattr(jobs, "_tidy_ups", [breaks, lambda: ran.append(1)])
    jobs.tidy_up()
    assert ran == [1]
    assert db.session.scalar(sa.select(sa.func.count()).select_from(Job)) == 0
    assert [one.tidy_up.rsplit(".", 1)[-1] for one in caplog.records if one.message == "tidy-up failed"] == ["breaks"]
