"""Code that forgets the door, or means to go round it, in a group that said “Only us”: each is refused by the wall,
nothing is changed, and the try stands in the group's log."""

import csv
import io

import click
import pytest
import sqlalchemy as sa
from alembic.migration import MigrationContext
from alembic.operations import Operations
from click.testing import CliRunner
from sqlalchemy.exc import DatabaseError

from portal.activity import chain
from portal.activity.models import Entry
from portal.autonomy.areas import Area, Level
from portal.core import jobs, wall
from portal.core.db import db
from portal.core.wall import DoorClosed, owner_column
from portal.ledger.models import Fund
from portal.people.models import Group, Membership
from portal.people.reach import as_staff
from portal.people.roles import Role
from portal.receipts import actions
from tests import make
from tests.client import words

REFUSED = (DoorClosed, DatabaseError)


@pytest.fixture
def group(kettle):
    for area in Area:
        make.set_level(kettle, area, Level.ONLY_US)
    make.receipt(kettle)
    return kettle


def forgets(group_id):
    """As every tutorial does it."""
    db.session.scalars(sa.select(Fund).where(Fund.group_id == group_id)).first().name = "Slipped in"
    db.session.commit()


def adds(group_id):
    db.session.add(Membership(group_id=group_id, person_id=1, role=Role.HELPER))
    db.session.commit()


def removes(group_id):
    db.session.delete(db.session.scalars(sa.select(Fund).where(Fund.group_id == group_id)).first())
    db.session.commit()


def updates_in_bulk(group_id):
    db.session.execute(sa.update(Fund).where(Fund.group_id == group_id).values(name="Slipped in"))
    db.session.commit()


def deletes_in_bulk(group_id):
    db.session.execute(sa.delete(Fund).where(Fund.group_id == group_id))
    db.session.commit()


def writes_with_core(group_id):
    db.session.connection().execute(Fund.__table__.update().values(name="Slipped in"))
    db.session.commit()


def writes_on_the_engine(group_id):
    with db.engine.begin() as connection:
        connection.execute(sa.text("UPDATE funds SET name = 'Slipped in'"))


def writes_raw(group_id):
    db.session.execute(sa.text("UPDATE area_levels SET level = 'you_do'"))
    db.session.commit()


def deletes_raw(group_id):
    db.session.execute(sa.text("DELETE FROM memberships WHERE group_id = :group"), {"group": group_id})
    db.session.commit()


def renames_the_group(group_id):
    db.session.execute(sa.text("UPDATE groups SET name = 'Slipped in'"))
    db.session.commit()


def rewrites_the_log(group_id):
    db.session.execute(sa.text("UPDATE entries SET says = 'nothing'"))
    db.session.commit()


def imports(group_id):
    """A spreadsheet brought in, many rows at a stroke."""
    rows = csv.DictReader(io.StringIO(f"group_id,name\n{group_id},First\n{group_id},Second\n"))
    db.session.execute(sa.insert(Fund), [{"group_id": int(row["group_id"]), "name": row["name"]} for row in rows])
    db.session.commit()


def imports_one(group_id):
    db.session.execute(sa.insert(Fund).values(group_id=group_id, name="Slipped in"))
    db.session.commit()


WAYS = (
    *(forgets, adds, removes, updates_in_bulk, deletes_in_bulk, writes_with_core, writes_on_the_engine),
    *(writes_raw, deletes_raw, renames_the_group, rewrites_the_log, imports, imports_one),
)


def in_a_view(app, client, way, group_id):
    """A page of staff's that never asks: whoever opens it is named in the log."""
    rob = make.staff("Rob", Role.COORDINATOR)

    @as_staff(does=actions.accept)
    def rogue(**_address):
        way(group_id)
        return "done"

    with pytest.MonkeyPatch.context() as patched:
        patched.setitem(app.view_functions, "desk.accept", rogue)
        answer = client.as_(rob).post("/host/receipts/101/acceptance")
    assert answer.status_code == 500
    return rob.id, Role.COORDINATOR


def in_a_job(app, client, way, group_id):
    jobs._jobs["rogue"] = way
    row = jobs.enqueue("rogue", group_id=group_id)
    db.session.commit()
    with app.app_context():
        assert not jobs.run(row.id)
    problem = db.session.scalar(sa.select(jobs.Job.problem).where(jobs.Job.id == row.id))
    assert problem in {"DoorClosed", *(kind.__name__ for kind in DatabaseError.__subclasses__())}
    return None, Role.SYSTEM


def in_a_command(app, client, way, group_id):
    @click.command()
    def rogue():
        with app.app_context():
            way(group_id)

    assert isinstance(CliRunner().invoke(rogue).exception, REFUSED)
    return None, Role.SYSTEM


def in_a_script(app, client, way, group_id):
    """Whoever swallows the refusal and goes on is noted all the same."""
    with app.app_context():
        try:
            way(group_id)
        except REFUSED:
            db.session.rollback()
        db.session.execute(sa.text("INSERT INTO counters (name, value) VALUES ('x', 1)"))
        db.session.commit()
    return None, Role.SYSTEM


def everything() -> dict:
    """All rows of all groups, the log apart."""
    db.session.rollback()
    tables = [table for table in db.metadata.sorted_tables if owner_column(table) is not None and table.name != "entries"]
    rows = {table.name: db.session.execute(sa.select(table).order_by(table.c.id)).all() for table in tables}
    db.session.rollback()
    return rows


def log() -> list:
    db.session.rollback()
    found = list(db.session.scalars(sa.select(Entry).order_by(Entry.id)))
    db.session.rollback()
    return found


@pytest.mark.parametrize("way", WAYS, ids=lambda way: way.__name__)
@pytest.mark.parametrize("where", [in_a_view, in_a_job, in_a_command, in_a_script], ids=lambda where: where.__name__)
def test_rogue_code_is_refused_and_its_try_is_in_the_log(app, client, group, where, way):
    group_id = group.id
    before, lines = everything(), len(log())
    person_id, role = where(app, client, way, group_id)
    assert everything() == before
    (tried,) = log()[lines:]
    assert (tried.outcome, tried.group_id, tried.person_id, tried.role) == ("deny", group_id, person_id, role)
    assert tried.says == f"change {tried.subject_table.replace('_', ' ')} going round our settings"
    assert list(chain.faults(group_id)) == []


def test_a_migration_time_script_is_refused_and_its_try_is_in_the_log(app, group):
    before, lines = everything(), len(log())
    db.session.rollback()
    with app.app_context(), db.engine.connect() as connection:
        operations = Operations(MigrationContext.configure(connection))
        with pytest.raises(DatabaseError, match="door is closed"):
            operations.execute("UPDATE area_levels SET level = 'you_do'")
    assert everything() == before
    (tried,) = log()[lines:]
    assert (tried.outcome, tried.subject_table) == ("deny", "area_levels")


def test_a_bulk_change_of_many_groups_is_in_the_log_of_each(app, group, walkers):
    make.receipt(walkers)
    before = {one.id: chain.fingerprint(one.id) for one in (group, walkers)}
    db.session.rollback()
    with app.app_context(), pytest.raises(DoorClosed):
        db.session.execute(sa.update(Membership).values(role=Role.ORGANISER))
    for group_id, mark in before.items():
        assert int(chain.fingerprint(group_id).split(":")[0]) == int(mark.split(":")[0]) + 1


def test_a_bulk_change_of_one_group_is_in_the_log_of_no_other(app, group, walkers):
    before, lines, which = chain.fingerprint(walkers.id), len(log()), Membership.group_id == group.id
    db.session.rollback()
    with app.app_context(), pytest.raises(DoorClosed):
        db.session.execute(sa.update(Membership).where(which).values(role=Role.ORGANISER))
    assert chain.fingerprint(walkers.id) == before
    assert [entry.subject_table for entry in log()[lines:]] == ["memberships"]


def test_a_group_is_founded_once_within_the_hosts_own_door(app, group):
    """Not without a door, nor within a group's, nor one that is there already."""
    with pytest.raises(RuntimeError, match="founded by an action"):
        wall.found(Group(name="Another", slug="another"))
    with pytest.raises(RuntimeError, match="founded by an action"), wall.opened(group.id):
        wall.found(Group(name="Another", slug="another"))
    with pytest.raises(RuntimeError, match="founded by an action"), wall.opened(None):
        wall.found(group)


def test_the_group_reads_of_the_try(app, client, group):
    in_a_view(app, client, writes_raw, group.id)
    page = client.as_(make.person("Marsha")).get(f"/g/{group.slug}/log/")
    assert "Rob tried, and was refused: “change area levels going round our settings”" in words(page)


def test_what_passes_the_door_leaves_no_try(app, group):
    lines = len(log())
    actions.withdraw(make.actor(make.person("Marsha")), group, 1)
    assert wall.tries() == []
    assert [entry.action for entry in log()[lines:]] == ["receipts.withdraw"]
