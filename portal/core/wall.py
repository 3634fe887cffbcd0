"""The wall: no group's row is written unless that group's door is open.

Twice: the session refuses it (adds, changes, deletes, bulk statements), and triggers in the database refuse the same for
anything that goes round the session. Only `autonomy/door.py` opens it; the demo's invented past is laid with it too.

Each refusal is remembered until the request, job or command is over; then the door notes it as a try in the group's log.
"""

import re
from collections.abc import Iterable
from contextlib import contextmanager
from contextvars import ContextVar

import sqlalchemy as sa
from flask import Flask, has_app_context
from sqlalchemy.orm import ORMExecuteState, Session

from portal.core.db import RECORD, db, is_reading

KEY = "door"
NEW = "founded"

_tries: ContextVar[dict[tuple[int, str], None]] = ContextVar("tries", default={})  # noqa: B039 - never changed in place


class DoorClosed(Exception):
    """A group's row was about to be written with its door closed."""

    def __init__(self, table: str, groups: Iterable[int]):
        super().__init__(f"{table} belongs to a group, and that group's door is closed")
        remember(table, groups)


def remember(table: str, groups: Iterable[int]) -> None:
    """Keep a refused try at these groups' rows for the log: it is written when this request, job or command is over."""
    if has_app_context():
        _tries.set({**_tries.get(), **{(group_id, table): None for group_id in groups}})


def tries() -> list[tuple[int, str]]:
    """What was refused since the last time of asking: each group and table, once."""
    found = list(_tries.get())
    _tries.set({})
    return found


def owner_column(table: sa.Table) -> sa.Column | None:
    """The column that says which group a row of this table belongs to, or None for tables of the host or a person."""
    if table.name == "groups":
        return table.c.id
    return table.c.get("group_id") if table.info.get("group_owned") else None


def owner_of(table: sa.Table, column: str) -> str | None:
    """Whose a column of a group's row is: an area, HOST, RECORD or SETTING; None where its model doesn't say."""
    named = next((owner for owner, columns in table.info.get("owners", {}).items() if column in columns.split()), None)
    kept = column == "id" or column.endswith(("_id", "_at", "_by"))
    return named or (RECORD if kept else None)


def is_open() -> bool:
    """Whether a door is open on this session."""
    return KEY in db.session().info


@contextmanager
def opened(group_id: int | None):
    """Open one group's door on this session for the block. Doors don't nest."""
    session = db.session()
    if is_reading():
        raise RuntimeError("a request that only reads can't open a door")
    if KEY in session.info:
        raise RuntimeError("actions don't call actions: the door is already open")
    connection = session.connection()
    told = connection.info  # kept with the connection itself: it outlives a rollback
    session.info[KEY] = group_id
    _tell_database(connection, group_id)
    try:
        yield
        session.flush()
    except BaseException:
        session.rollback()
        raise
    finally:
        del session.info[KEY]
        session.info.pop(NEW, None)
        told.pop(KEY, None)
    _tell_database(connection, None)


def found(group) -> None:
    """Add a new group within the host's own open door, that group’s from here on, for its first rows."""
    session = db.session()
    if session.info.get(KEY, group) is not None or group.id is not None:
        raise RuntimeError("a group is founded by an action of the host's, and once")
    session.add(group)
    session.flush()
    session.info[KEY] = group.id
    session.info[NEW] = group
    _tell_database(session.connection(), group.id)


def founded():
    """The group that was founded within the door that is open, if any."""
    return db.session().info.get(NEW)


def _tell_database(connection: sa.Connection, group_id: int | None) -> None:
    if connection.dialect.name == "sqlite":
        connection.info[KEY] = group_id  # read by portal_door() on this very connection
    else:
        shown = "" if group_id is None else str(group_id)
        connection.execute(sa.select(sa.func.set_config("portal.door", shown, True)))


def _refuse_unless_open(session: Session, row) -> None:
    table = row.__table__
    column = owner_column(table)
    if column is None or (table.name == "groups" and row in session.new):
        return
    state = sa.inspect(row).attrs[column.key].history
    owners = {*state.added, *state.unchanged, *state.deleted} - {None}
    if KEY not in session.info or owners - {session.info[KEY]}:
        raise DoorClosed(table.name, owners - {session.info.get(KEY)})


@sa.event.listens_for(Session, "before_flush")
def _check_rows(session, context, instances):
    for row in (*session.new, *session.deleted, *(row for row in session.dirty if session.is_modified(row))):
        _refuse_unless_open(session, row)


@sa.event.listens_for(Session, "do_orm_execute")
def _check_statements(state: ORMExecuteState):
    if not (state.is_insert or state.is_update or state.is_delete):
        return
    table = getattr(state.statement, "table", None)
    column = owner_column(table) if isinstance(table, sa.Table) else None
    if table is not None and column is not None and state.session.info.get(KEY) is None:
        raise DoorClosed(table.name, _owners(state, column))


def _owners(state: ORMExecuteState, column: sa.Column) -> set[int]:
    """Whose rows a bulk statement would have written."""
    if state.is_insert:
        rows = state.parameters if isinstance(state.parameters, list) else [state.statement.compile().params]
        return {row.get(column.key) for row in rows} - {None}
    whose, which = sa.select(column).distinct(), state.statement.whereclause
    with state.session.no_autoflush:
        return set(state.session.connection().scalars(whose if which is None else whose.where(which)))


REFUSED = re.compile(r"(?:the door is closed|what happened is never changed): (\w+) of (\d+)")


def _remember_refused(context: sa.engine.ExceptionContext) -> None:
    if said := REFUSED.search(str(context.original_exception)):
        remember(said[1], [int(said[2])])


def _on_connect(dbapi_connection, record):
    """What the triggers on SQLite ask and tell: which door is open on this connection, and whose rows they kept."""
    dbapi_connection.create_function("portal_door", 0, lambda: record.info.get(KEY))
    dbapi_connection.create_function(
        "portal_kept", 2, lambda table, group_id: remember(table, [group_id] if group_id else [])
    )


def init_app(app: Flask) -> None:
    """Hear of what the database itself refuses: PostgreSQL says it in its error, SQLite by calling us."""
    with app.app_context():
        engine = db.engine
    if engine.dialect.name == "sqlite":
        sa.event.listen(engine, "connect", _on_connect)
    else:
        sa.event.listen(engine, "handle_error", _remember_refused)


def ddl(dialect: str, table: str, *, append_only: bool = False) -> list[str]:
    """The statements that build the wall for one table, for migrations. A change here needs one that builds it anew."""
    owner = "id" if table == "groups" else "group_id"
    changes = ("UPDATE", "DELETE") if table == "groups" else ("INSERT", "UPDATE", "DELETE")
    return (_sqlite if dialect == "sqlite" else _postgresql)(table, owner, changes, append_only)


def _sqlite(table, owner, changes, append_only):
    rows = {"INSERT": ("NEW",), "UPDATE": ("OLD", "NEW"), "DELETE": ("OLD",)}
    for change in changes:
        closed = " OR ".join(f"portal_door() IS NOT {row}.{owner}" for row in rows[change])
        when, words = closed, "the door is closed"
        if change == "INSERT":
            yield never_over(table)
            continue
        if append_only:
            when, words = "1", "what happened is never changed"
        yield (
            f"CREATE TRIGGER wall_{table}_{change.lower()} BEFORE {change} ON {table} "
            f"WHEN {when} BEGIN SELECT portal_kept('{table}', {rows[change][0]}.{owner}); "
            f"SELECT RAISE(ABORT, '{words}: {table}'); END"
        )


def never_over(table: str) -> str:
    """On SQLite, the trigger against an INSERT: with the door closed, and whichever is open over a row that is there
    (REPLACE, whose deleting is no DELETE)."""
    closed, there = "portal_door() IS NOT NEW.group_id", f"FROM {table} WHERE id = NEW.id"
    return (
        f"CREATE TRIGGER wall_{table}_insert BEFORE INSERT ON {table} WHEN {closed} OR EXISTS (SELECT 1 {there}) BEGIN "
        f"SELECT portal_kept('{table}', coalesce(NEW.group_id, (SELECT group_id {there}))); "
        f"SELECT CASE WHEN {closed} THEN RAISE(ABORT, 'the door is closed: {table}') "
        f"ELSE RAISE(ABORT, 'a row that is there is never written over: {table}') END; END"
    )


def _postgresql(table, owner, changes, append_only):
    yield FUNCTION
    kind = "append" if append_only else "rows"
    run = f"EXECUTE FUNCTION portal_wall('{owner}', '{kind}')"
    yield f"CREATE TRIGGER wall_{table} BEFORE {' OR '.join(changes)} ON {table} FOR EACH ROW {run}"
    yield f"CREATE TRIGGER wall_{table}_truncate BEFORE TRUNCATE ON {table} FOR EACH STATEMENT {run}"


FUNCTION = """
        CREATE OR REPLACE FUNCTION portal_wall() RETURNS trigger LANGUAGE plpgsql AS $wall$
        DECLARE
            door text := nullif(current_setting('portal.door', true), '');
            owner text := TG_ARGV[0];
            old_owner text;
            new_owner text;
        BEGIN
            IF TG_OP = 'TRUNCATE' THEN
                RAISE EXCEPTION 'the door is closed: %', TG_TABLE_NAME;
            END IF;
            IF TG_OP <> 'INSERT' THEN old_owner := to_jsonb(OLD) ->> owner; END IF;
            IF TG_OP <> 'DELETE' THEN new_owner := to_jsonb(NEW) ->> owner; END IF;
            IF TG_ARGV[1] = 'append' AND TG_OP <> 'INSERT' THEN
                RAISE EXCEPTION 'what happened is never changed: % of %', TG_TABLE_NAME, coalesce(old_owner, 'nobody');
            END IF;
            IF (TG_OP <> 'INSERT' AND door IS DISTINCT FROM old_owner)
                OR (TG_OP <> 'DELETE' AND door IS DISTINCT FROM new_owner) THEN
                RAISE EXCEPTION 'the door is closed: % of %', TG_TABLE_NAME, coalesce(old_owner, new_owner, 'nobody');
            END IF;
            IF TG_OP = 'DELETE' THEN RETURN OLD; END IF;
            RETURN NEW;
        END $wall$"""
