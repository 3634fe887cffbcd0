"""What one test leaves behind, the next doesn't meet: a canary for each kind of leftover."""

from datetime import timedelta

import pytest
import sqlalchemy as sa
import time_machine

from portal.core import clock, files, jobs, migrate
from portal.core.db import db
from portal.people.models import Group
from tests import make
from tests.client import Client, words
from tests.installation import around


def emptied(installation):
    """As between two tests."""
    db.session.remove()
    installation.empty()


def test_rows_are_gone_and_numbers_begin_anew(app, installation, kettle):
    first = kettle.id
    emptied(installation)
    assert db.session.scalars(sa.select(Group)).all() == []
    assert make.group("Another").id == first == 1


def test_rows_that_another_process_wrote_are_gone(app, installation):
    other = sa.create_engine(db.engine.url, module=db.engine.dialect.dbapi)
    with other.begin() as connection:
        connection.exec_driver_sql("INSERT INTO counters (name, value) VALUES ('left', 1)")
    other.dispose()
    emptied(installation)
    assert db.session.scalar(sa.text("SELECT count(*) FROM counters")) == 0


def test_a_schema_that_was_changed_is_as_it_was(app, installation):
    with db.engine.begin() as connection:
        connection.exec_driver_sql("DROP TABLE holds")
        connection.exec_driver_sql("CREATE TABLE left_over (id integer)")
    emptied(installation)
    assert {"holds"} == {"holds", "left_over"} & set(sa.inspect(db.engine).get_table_names())


def test_a_schema_that_says_it_is_an_older_one_is_the_newest(app, installation):
    with db.engine.begin() as connection:
        connection.exec_driver_sql("UPDATE alembic_version SET version_num = '0000'")
    emptied(installation)
    assert migrate.is_current()


def test_a_trigger_that_was_switched_off_is_on(app, installation, dialect):
    if dialect == "postgresql":
        off = "ALTER TABLE receipts DISABLE TRIGGER USER"
        on = "SELECT bool_and(tgenabled = 'O') FROM pg_trigger"
    else:
        (name, *_) = db.session.scalars(sa.text("SELECT name FROM sqlite_master WHERE type = 'trigger' ORDER BY name"))
        off, on = f"DROP TRIGGER {name}", f"SELECT count(*) FROM sqlite_master WHERE name = '{name}'"
    db.session.rollback()
    with db.engine.begin() as connection:
        connection.exec_driver_sql(off)
    emptied(installation)
    assert db.session.scalar(sa.text(on))


def test_files_are_gone(app, installation):
    path = files.store().scratch()
    path.write_bytes(b"left")
    name = files.store().keep(path)
    (installation.data / "note").write_text("left")
    emptied(installation)
    with pytest.raises(files.FileMissing):
        files.store().read(name)
    assert not (installation.data / "note").exists()
    assert (installation.data / "static").is_symlink()


def test_jobs_are_gone_from_the_outbox_and_from_the_postman(app, installation, kettle):
    jobs.enqueue("receipts.forget_files", names=[])
    db.session.commit()
    assert len(app.extensions["huey"])
    emptied(installation)
    assert jobs.waiting() == []
    assert len(app.extensions["huey"]) == 0


def test_what_a_page_kept_says_nothing_of_the_group_before(app, installation):
    for name in ("Kettle", "Walkers"):
        group = make.group(name, organisers=("Sam",))
        page = words(Client(app).as_(make.person("Sam")).get(f"/g/{group.slug}/"))
        assert {"Kettle", "Walkers"} & set(page.split()) == {name}
        emptied(installation)


def test_an_apps_settings_are_as_they_were(app, installation, settings):
    app.config["SETTINGS"], app.config["MAX_CONTENT_LENGTH"] = None, 1
    emptied(installation)
    assert (app.config["SETTINGS"].values, app.config["MAX_CONTENT_LENGTH"] > 1) == (settings.values, True)


def test_an_environment_that_was_changed_is_seen(monkeypatch):
    before = around()
    monkeypatch.setenv("PORTAL_HOST_NAME", "Left")
    assert around() != before


def test_a_clock_that_is_moved_is_seen():
    before = around()
    with time_machine.travel(clock.now() + timedelta(days=1)):
        assert around() != before
    assert around() == before
