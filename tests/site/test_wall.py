"""The wall in the database: nothing of a group's is written unless that group's door is open, whichever way round."""

import contextlib
import re
import sqlite3

import pytest
import sqlalchemy as sa
from sqlalchemy.exc import DatabaseError

from portal import checks
from portal.activity.models import Entry
from portal.autonomy import actions
from portal.autonomy.areas import Area, Level
from portal.core import wall
from portal.core.db import db, reading, set_mode
from portal.core.wall import DoorClosed
from portal.ledger.models import Fund
from portal.people.models import Group, Membership
from portal.receipts.models import Receipt
from tests import make

REFUSED = (DoorClosed, DatabaseError)


@pytest.fixture
def fund(kettle):
    return db.session.scalars(sa.select(Fund).where(Fund.group_id == kettle.id)).first()


def add(fund):
    db.session.add(Fund(group_id=fund.group_id, name="Slipped in"))
    db.session.flush()


def change(fund):
    db.session.get_one(Fund, fund.id).name = "Slipped in"
    db.session.flush()


def move(fund, to):
    """Take a row to another group: both doors would have to be open."""
    db.session.get_one(Fund, fund.id).group_id = to.id
    db.session.flush()


def remove(fund):
    db.session.delete(db.session.get_one(Fund, fund.id))
    db.session.flush()


def bulk_update(fund):
    db.session.execute(sa.update(Fund).values(name="Slipped in"))


def bulk_delete(fund):
    db.session.execute(sa.delete(Fund).where(Fund.id == fund.id))


def bulk_insert(fund):
    db.session.execute(sa.insert(Fund), [{"group_id": fund.group_id, "name": "Slipped in"}])


def save_in_bulk(fund):
    db.session.bulk_save_objects([Fund(group_id=fund.group_id, name="Slipped in")])


def core_update(fund):
    db.session.connection().execute(Fund.__table__.update().values(name="Slipped in"))


def core_insert(fund):
    db.session.connection().execute(Fund.__table__.insert().values(group_id=fund.group_id, name="Slipped in"))


def raw(fund):
    db.session.execute(sa.text("UPDATE funds SET name = 'Slipped in'"))


def raw_delete(fund):
    db.session.execute(sa.text("DELETE FROM funds"))


def raw_upsert(fund):
    db.session.execute(
        sa.text("INSERT INTO funds (id, group_id, name) VALUES (:i, :g, 'x') ON CONFLICT (id) DO UPDATE SET name = 'x'"),
        {"i": fund.id, "g": fund.group_id},
    )


def on_the_engine(fund):
    db.session.rollback()  # which has a transaction of its own open; on SQLite this one would wait for it
    with db.engine.begin() as connection:
        connection.execute(sa.text("UPDATE funds SET name = 'Slipped in'"))


def the_group_itself(fund):
    db.session.execute(sa.text("UPDATE groups SET name = 'Slipped in'"))


def a_membership(fund):
    db.session.execute(sa.text("UPDATE memberships SET role = 'organiser'"))


WAYS = (
    *(add, change, remove, bulk_update, bulk_delete, bulk_insert, save_in_bulk, core_update, core_insert),
    *(raw, raw_delete, raw_upsert, on_the_engine, the_group_itself, a_membership),
)


def contents() -> list:
    db.session.rollback()
    return [db.session.execute(sa.select(*model.__table__.c)).all() for model in (Fund, Group, Membership)]


@pytest.mark.parametrize("way", WAYS, ids=lambda way: way.__name__)
def test_with_the_door_closed_nothing_is_written(fund, way):
    before = contents()
    with pytest.raises(REFUSED):
        way(fund)
    assert contents() == before


@pytest.mark.parametrize("way", [way for way in WAYS if way is not on_the_engine], ids=lambda way: way.__name__)
def test_with_another_groups_door_open_nothing_is_written(fund, walkers, way):
    before = contents()
    with pytest.raises(REFUSED), wall.opened(walkers.id):
        way(fund)
    assert contents() == before


@pytest.mark.parametrize("way", WAYS[:6], ids=lambda way: way.__name__)
def test_the_session_refuses_by_itself(fund, dialect, way):
    """Without a single trigger in the database."""
    db.session.rollback()
    with db.engine.begin() as connection:
        for name in checks.group_owned():
            for trigger in re.findall(r"CREATE TRIGGER (\w+)", " ".join(wall.ddl(dialect, name))):
                connection.exec_driver_sql(f"DROP TRIGGER {trigger}{'' if dialect == 'sqlite' else f' ON {name}'}")
    before = contents()
    with pytest.raises(DoorClosed):
        way(fund)
    assert contents() == before


CHANGES = {
    "UPDATE": "UPDATE {0} SET id = id",
    "DELETE": "DELETE FROM {0}",
    "INSERT": "INSERT INTO {0} SELECT * FROM {0}",
    "TRUNCATE": "TRUNCATE {0} CASCADE",
}


def kinds(name, dialect) -> set[str]:
    """The kinds of change that this table's triggers refuse. A new group is its own first row."""
    return CHANGES.keys() - ({"TRUNCATE"} if dialect == "sqlite" else set()) - ({"INSERT"} if name == "groups" else set())


def let_through(connection, name, dialect) -> set[str]:
    """The kinds of change that this very table's triggers don't refuse, with no door open."""
    passed = set()
    for change in kinds(name, dialect):
        attempt = connection.begin_nested()
        try:
            connection.exec_driver_sql(CHANGES[change].format(name))
            passed.add(change)
        except DatabaseError as refused:
            if not re.search(rf"(the door is closed|never changed): {name}\b", str(refused)):
                passed.add(change)
        attempt.rollback()
    return passed


def take_out(connection, name, change) -> None:
    """The trigger of one table against one kind of change."""
    if connection.dialect.name == "sqlite":
        connection.exec_driver_sql(f"DROP TRIGGER wall_{name}_{change.lower()}")
    elif change == "TRUNCATE":
        connection.exec_driver_sql(f"DROP TRIGGER wall_{name}_truncate ON {name}")
    else:
        found = sa.text("SELECT pg_get_triggerdef(oid) FROM pg_trigger WHERE tgname = :name")
        built = connection.scalar(found, {"name": f"wall_{name}"})
        connection.exec_driver_sql(f"DROP TRIGGER wall_{name} ON {name}")
        connection.exec_driver_sql(built.replace(f"{change} OR ", "").replace(f" OR {change}", ""))


def test_the_database_refuses_by_itself_each_kind_of_change_in_every_table(app, dialect):
    make.a_row_each()
    with db.engine.connect() as connection:
        for name in sorted(checks.group_owned()):
            assert let_through(connection, name, dialect) == set(), name
    assert {table for _, table in wall.tries()} == checks.group_owned()


@pytest.mark.slow
def test_any_single_trigger_that_is_gone_would_be_noticed(app, dialect):
    """What is asked above sees each of them: taken out one by one, exactly that one is missing."""
    make.a_row_each()
    with db.engine.connect() as connection:
        for name in sorted(checks.group_owned()):
            for change in kinds(name, dialect):
                out = connection.begin_nested()
                take_out(connection, name, change)
                assert let_through(connection, name, dialect) == {change}, name
                out.rollback()
            assert let_through(connection, name, dialect) == set(), name


def test_the_door_is_open_on_one_connection_alone(fund, kettle, dialect):
    """On SQLite a second writer would wait, so there the other connection is only asked what it sees."""
    insert = sa.text("INSERT INTO funds (group_id, name) VALUES (:group, 'Slipped in')")
    with wall.opened(kettle.id):
        set_mode(reads=dialect == "sqlite")
        with db.engine.connect() as other:
            if dialect == "sqlite":
                assert other.exec_driver_sql("SELECT portal_door()").scalar() is None
            else:
                with pytest.raises(DatabaseError, match="door is closed"):
                    other.execute(insert, {"group": fund.group_id})
        set_mode(reads=False)


def test_a_row_cannot_move_to_another_group(fund, kettle, walkers):
    for owner in (kettle, walkers):
        with pytest.raises(REFUSED), wall.opened(owner.id):
            db.session.execute(sa.text("UPDATE funds SET group_id = :to WHERE id = :id"), {"to": walkers.id, "id": fund.id})
        with pytest.raises(REFUSED), wall.opened(owner.id):
            move(fund, to=walkers)
    assert db.session.scalar(sa.select(Fund.group_id).where(Fund.id == fund.id)) == kettle.id


def test_a_row_cannot_point_at_another_groups(kettle, walkers):
    """Composite foreign keys hold where even an open door would let it pass."""
    theirs = make.receipt(walkers)
    ours = make.receipt(kettle)
    for statement in (
        "UPDATE pictures SET receipt_id = :theirs WHERE receipt_id = :ours",
        "INSERT INTO questions (group_id, receipt_id, asks, asked_at) VALUES (:group, :theirs, 'other', CURRENT_TIMESTAMP)",
    ):
        facts = {"theirs": theirs.id, "ours": ours.id, "group": kettle.id}
        with pytest.raises(DatabaseError, match=r"(?i)foreign key"), wall.opened(kettle.id):
            db.session.execute(sa.text(statement), {k: v for k, v in facts.items() if f":{k}" in statement})


@pytest.mark.parametrize("statement", ["UPDATE entries SET says = 'nothing'", "DELETE FROM entries"])
def test_what_happened_is_never_changed_even_with_the_door_open(kettle, statement):
    make.receipt(kettle)
    before = db.session.execute(sa.select(*Entry.__table__.c)).all()
    assert before
    for door in (contextlib.nullcontext(), wall.opened(kettle.id)):
        with pytest.raises(DatabaseError, match=r"what happened is never changed|the door is closed"), door:
            db.session.execute(sa.text(statement))
        db.session.rollback()
    assert db.session.execute(sa.select(*Entry.__table__.c)).all() == before


def test_entries_of_nobodys_group_are_not_changed_either(app):
    """Signing in leaves entries without a group."""
    from portal.people.roles import STRANGER
    from portal.signin import actions

    actions.ask_code(STRANGER, email="nobody@example.org", browser="b", address="192.0.2.1")
    for statement in ("UPDATE entries SET says = 'nothing'", "DELETE FROM entries"):
        with pytest.raises(DatabaseError, match="what happened is never changed"):
            db.session.execute(sa.text(statement))
        db.session.rollback()


@pytest.mark.parametrize("dialect", ["postgresql"], indirect=True)
def test_tables_are_not_emptied_at_a_stroke(kettle):
    for name in sorted(checks.group_owned()):
        for door in (contextlib.nullcontext(), wall.opened(kettle.id)):
            with pytest.raises(DatabaseError, match=rf"the door is closed: {name}\b"), door:
                db.session.execute(sa.text(f"TRUNCATE {name} CASCADE"))
            db.session.rollback()


@pytest.mark.parametrize("dialect", ["sqlite"], indirect=True)
def test_a_stray_shell_cannot_write(fund, data_folder):
    with contextlib.closing(sqlite3.connect(data_folder / "portal.db")) as shell:
        for statement in ("UPDATE funds SET name = 'x'", "DELETE FROM funds", "UPDATE groups SET name = 'x'"):
            with pytest.raises(sqlite3.OperationalError, match="no such function: portal_door"):
                shell.execute(statement)


def test_doors_do_not_nest(kettle, walkers):
    for inner in (kettle, walkers):
        with pytest.raises(RuntimeError, match="already open"), wall.opened(kettle.id), wall.opened(inner.id):
            pass
        assert not wall.is_open()


def test_an_action_inside_an_action_is_refused(kettle):
    from portal.receipts import actions

    receipt = make.receipt(kettle)
    marsha = make.actor(make.person("Marsha"))
    with pytest.raises(RuntimeError, match="already open"), wall.opened(kettle.id):
        actions.withdraw(marsha, kettle, receipt.id)


def test_a_request_that_only_reads_cannot_open_a_door(kettle):
    db.session.rollback()
    set_mode(reads=True)
    try:
        with pytest.raises(RuntimeError, match="only reads"), wall.opened(kettle.id):
            pass
    finally:
        set_mode(reads=False)


def test_a_transaction_that_only_reads_cannot_write_at_all(app):
    """Not even rows of nobody's group."""
    db.session.rollback()
    with pytest.raises(DatabaseError, match=r"(?i)read-?only"), reading():
        db.session.execute(sa.text("INSERT INTO counters (name, value) VALUES ('x', 1)"))
    db.session.rollback()
    db.session.execute(sa.text("INSERT INTO counters (name, value) VALUES ('x', 1)"))


def test_after_something_goes_wrong_inside_the_door_is_closed_again(fund, kettle):
    def half_done():
        change(fund)
        raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError), wall.opened(kettle.id):
        half_done()
    assert not wall.is_open()
    assert db.session.scalar(sa.select(Fund.name).where(Fund.id == fund.id)) == "Grant"
    for way in (raw, change):
        with pytest.raises(REFUSED):
            way(fund)
        db.session.rollback()


def test_a_refused_statement_inside_leaves_the_door_closed(fund, kettle, walkers):
    with pytest.raises(REFUSED), wall.opened(walkers.id):
        raw(fund)
    assert not wall.is_open()
    with pytest.raises(REFUSED):
        raw(fund)
    db.session.rollback()


def test_rolling_back_inside_closes_nothing_by_accident_and_leaves_nothing_open(fund, kettle):
    with wall.opened(kettle.id):
        pass
    db.session.commit()
    for _ in range(8):  # whichever of the pool's connections comes next
        with db.engine.connect() as connection, pytest.raises(DatabaseError, match="door is closed"):
            connection.execute(sa.text("UPDATE funds SET name = 'Slipped in'"))


def test_every_group_owned_table_has_its_wall_in_the_database(app):
    assert list(checks.walls(app)) == []
    with db.engine.connect() as connection:
        assert checks.walled(connection) == checks.group_owned()
    assert {"groups", "memberships", "receipts", "entries", "proposals"} <= checks.group_owned()


def test_a_missing_trigger_is_noticed(app, dialect):
    with db.engine.begin() as connection:
        on = "" if dialect == "sqlite" else " ON funds"
        connection.exec_driver_sql(f"DROP TRIGGER wall_funds{'_update' if dialect == 'sqlite' else ''}{on}")
    assert list(checks.walls(app)) == ["funds has a group's rows, and the database has no wall around it."]


def test_the_door_open_writes_its_own_groups_rows(fund, kettle):
    with wall.opened(kettle.id):
        change(fund)
        add(fund)
        db.session.execute(sa.update(Fund).where(Fund.id == fund.id).values(name="Renamed"))
    db.session.commit()
    assert db.session.scalar(sa.select(sa.func.count()).select_from(Fund)) == 3
    assert db.session.scalar(sa.select(sa.func.count()).select_from(Receipt)) == 0


def over(table: str, changed: str, value: str) -> str:
    """A statement that writes the newest row of a table anew, over itself, one column another."""
    columns = db.metadata.tables[table].c.keys()
    values = ", ".join(value if name == changed else name for name in columns)
    rows = f"SELECT {values} FROM {table} ORDER BY id DESC LIMIT 1"
    return f"INTO {table} ({', '.join(columns)}) {rows}"


@pytest.mark.parametrize(
    ("table", "changed", "value"),
    [("entries", "group_id", "NULL"), ("entries", "says", "'nothing'"), ("funds", "name", "'Slipped in'")],
)
@pytest.mark.parametrize("how", ["REPLACE", "INSERT OR REPLACE"])
@pytest.mark.parametrize("opens", [False, True])
def test_no_row_is_written_over_by_replace(fund, kettle, dialect, table, changed, value, how, opens):
    """SQLite's own: what it replaces is deleted without a DELETE. Refused with the door closed, and with one's own open."""
    if dialect != "sqlite":
        value = f"{value}::text" if value != "NULL" else "NULL::integer"
        how = "INSERT"
    make.set_level(kettle, Area.PEOPLE, Level.TELL_AFTER)
    actions.set_level(make.actor(make.person("Marsha")), kettle, area="people", level="only_us")
    before = db.session.execute(sa.text(f"SELECT * FROM {table} ORDER BY id")).all()
    door = wall.opened(kettle.id) if opens else contextlib.nullcontext()
    with pytest.raises(DatabaseError), door:
        db.session.execute(sa.text(f"{how} {over(table, changed, value)}"))
    db.session.rollback()
    assert db.session.execute(sa.text(f"SELECT * FROM {table} ORDER BY id")).all() == before
    if dialect == "sqlite":
        assert ("entries" if table == "entries" else "funds") in {name for _, name in wall.tries()}
