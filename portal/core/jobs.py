"""Work for later. A job is a row in the outbox, committed with its cause; huey carries it to the worker.

The outbox is the truth and huey the postman: after a commit the row's number is handed over at once, and a sweep each
minute hands over again whatever is not done. So a job runs at least once, and every job is safe to run twice. After
MAX_TRIES it is parked for a person to look at.
"""

import logging
from collections.abc import Callable
from datetime import datetime, timedelta

import sqlalchemy as sa
from flask import Flask, current_app
from huey import Huey, PostgresHuey, SqliteHuey, crontab
from huey.consumer import Consumer
from sqlalchemy.orm import Mapped, Session, mapped_column

from portal.core import clock
from portal.core.db import db

log = logging.getLogger("portal.jobs")

MAX_TRIES = 5
LEASE = timedelta(minutes=2)
RETRY_AFTER = timedelta(seconds=30)
HEARTBEAT = "worker"

_jobs: dict[str, Callable[..., None]] = {}


class Job(db.Model):
    """One piece of work in the outbox: which function, with which ids. Never personal words (safety guide)."""

    __tablename__ = "jobs"

    name: Mapped[str] = mapped_column(sa.String(80))
    arguments: Mapped[dict] = mapped_column(sa.JSON)
    created_at: Mapped[datetime] = mapped_column(default=clock.now)
    due_at: Mapped[datetime] = mapped_column(default=clock.now, index=True)
    tries: Mapped[int] = mapped_column(default=0)
    taken_at: Mapped[datetime | None]
    done_at: Mapped[datetime | None] = mapped_column(index=True)
    parked_at: Mapped[datetime | None]
    problem: Mapped[str | None] = mapped_column(sa.String(200))


class Sign(db.Model):
    """A sign of life: which part of the installation, when it was last seen."""

    __tablename__ = "signs_of_life"

    part: Mapped[str] = mapped_column(sa.String(40), unique=True)
    seen_at: Mapped[datetime]


def job(name: str):
    """Register a function as the job `name`. It takes plain ids and may be run twice."""

    def register(function):
        _jobs[name] = function
        return function

    return register


def enqueue(name: str, *, due_at: datetime | None = None, **arguments) -> Job:
    """Add a job to the outbox in the current transaction. It is handed over after the commit."""
    if name not in _jobs:
        raise KeyError(f"no job is called {name}")
    row = Job(name=name, arguments=arguments, due_at=due_at or clock.now())
    db.session.add(row)
    db.session.info.setdefault("new_jobs", []).append(row)
    return row


@sa.event.listens_for(Session, "after_commit")
def _hand_over_new(session):
    for row in session.info.pop("new_jobs", ()):
        if row.due_at <= clock.now():
            _hand_over(row.id)


@sa.event.listens_for(Session, "after_rollback")
def _forget_new(session):
    session.info.pop("new_jobs", None)


def _hand_over(job_id: int) -> None:
    try:
        current_app.extensions["run_job"](job_id)
    except Exception:  # the postman being away must not fail what is already committed: the sweep will bring it
        log.warning("job not handed over", extra={"job": job_id})


def run(job_id: int) -> bool:
    """Run one job if it is due and nobody has it. True when it is done. A failure is noted and tried again later."""
    now = clock.now()
    free = sa.or_(Job.taken_at.is_(None), Job.taken_at < now - LEASE)
    claim = (
        sa.update(Job)
        .where(Job.id == job_id, Job.done_at.is_(None), Job.parked_at.is_(None), Job.due_at <= now, free)
        .values(taken_at=now, tries=Job.tries + 1)
    )
    claimed = db.session.execute(claim).rowcount
    db.session.commit()
    if not claimed:
        return False
    row = db.session.get_one(Job, job_id, populate_existing=True)
    name, arguments, tries = row.name, dict(row.arguments), row.tries
    db.session.commit()
    try:
        _jobs[name](**arguments)
    except Exception as error:
        db.session.rollback()
        log.exception("job failed", extra={"job": job_id, "name_of_job": name})
        facts = {"taken_at": None, "due_at": now + RETRY_AFTER * tries, "problem": type(error).__name__}
        if tries >= MAX_TRIES:
            facts["parked_at"] = clock.now()
        db.session.execute(sa.update(Job).where(Job.id == job_id).values(**facts))
        db.session.commit()
        return False
    db.session.execute(sa.update(Job).where(Job.id == job_id).values(done_at=clock.now()))
    db.session.commit()
    return True


def waiting(limit: int = 200) -> list[int]:
    """Jobs that are due and not done, oldest first."""
    now = clock.now()
    free = sa.or_(Job.taken_at.is_(None), Job.taken_at < now - LEASE)
    due = sa.select(Job.id).where(Job.done_at.is_(None), Job.parked_at.is_(None), Job.due_at <= now, free)
    return list(db.session.scalars(due.order_by(Job.id).limit(limit)))


def run_waiting() -> int:
    """Run everything that is due, here and now; returns how many got done. For the demo, commands and tests."""
    done = 0
    while ids := waiting():
        finished = sum(run(job_id) for job_id in ids)
        if not finished:
            break
        done += finished
    db.session.rollback()
    return done


def sign_of_life(part: str = HEARTBEAT) -> None:
    """Note that this part of the installation is up."""
    seen = sa.update(Sign).where(Sign.part == part).values(seen_at=clock.now())
    if not db.session.execute(seen).rowcount:
        db.session.add(Sign(part=part, seen_at=clock.now()))
    db.session.commit()


def worker_seen(within: timedelta = timedelta(seconds=150)) -> bool:
    """Whether a worker gave a sign of life lately."""
    seen = db.session.scalar(sa.select(Sign.seen_at).where(Sign.part == HEARTBEAT))
    return seen is not None and seen > clock.now() - within


def parked() -> list[Job]:
    """Jobs that failed MAX_TRIES times and wait for a person."""
    return list(db.session.scalars(sa.select(Job).where(Job.parked_at.is_not(None)).order_by(Job.id)))


def _postman(app: Flask) -> Huey:
    settings = app.config["SETTINGS"]
    url = settings.database_url
    if url.startswith("sqlite"):
        settings.data.mkdir(parents=True, exist_ok=True)
        return SqliteHuey("portal", filename=str(settings.data / "jobs.db"), results=False)
    return PostgresHuey("portal", dsn=url.replace("postgresql+psycopg:", "postgresql:", 1), results=False)


def init_app(app: Flask) -> None:
    """Give the app its huey: one task that runs a job by number, and a sweep each minute."""
    huey = _postman(app)

    @huey.task(name="run_job")
    def run_job(job_id):
        with app.app_context():
            run(job_id)

    @huey.periodic_task(crontab(minute="*"), name="sweep")
    def sweep():
        with app.app_context():
            sign_of_life()
            for job_id in waiting():
                run(job_id)
            tidy_up()

    app.extensions["huey"] = huey
    app.extensions["run_job"] = run_job


_tidy_ups: list[Callable[[], None]] = []


def regularly(function: Callable[[], None]) -> Callable[[], None]:
    """Register a tidy-up that the worker's sweep calls; it decides itself whether there is anything to do."""
    _tidy_ups.append(function)
    return function


def tidy_up() -> None:
    """Call each tidy-up, in a transaction of its own. One that fails is noted, and stops no other."""
    for due in _tidy_ups:
        try:
            due()
        except Exception:
            log.exception("tidy-up failed", extra={"tidy_up": f"{due.__module__}.{due.__name__}"})
        finally:
            db.session.rollback()


def work(app: Flask) -> None:
    """Run the worker until it is told to stop."""
    with app.app_context():
        sign_of_life()
        run_waiting()
    Consumer(app.extensions["huey"], workers=1, max_delay=0.5, shutdown_timeout=20).run()
