"""The schema: what the migrations build is what the models say, and no migration loses a row."""

import shutil
from pathlib import Path

import pytest
import sqlalchemy as sa
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy.exc import IntegrityError

from portal import checks
from portal.app import ROOT, create_app
from portal.core import migrate, wall
from portal.core.db import db
from tests import make
from tests.installation import close, create, new_folder, settings_for

pytestmark = pytest.mark.slow

REVISIONS = [script.revision for script in ScriptDirectory(str(ROOT / "migrations")).walk_revisions()][::-1]


@pytest.fixture
def bare(request, dialect, tmp_path, shelf):
    """An app on a database with nothing in it, its context open."""
    url = create(request.getfixturevalue("postgresql"), "bare") if dialect == "postgresql" else ""
    app = create_app(settings_for(new_folder(tmp_path / "data", shelf), PORTAL_DATABASE_URL=url))
    with app.app_context():
        yield app
        close(app)


def test_what_the_migrations_build_is_what_the_models_say(app):
    def ours(_object, name, kind, _reflected, _compare_to):
        return not (kind == "table" and name.startswith("huey_"))

    with db.engine.connect() as connection:
        options = {"compare_type": True, "include_object": ours}
        found = compare_metadata(MigrationContext.configure(connection, opts=options), db.metadata)
    assert found == []


# What each CHECK refuses, with a row in every table and the group's door open.
REFUSED = {
    "ck_asks_has_a_purpose": "UPDATE asks SET purpose = '  '",
    "ck_asks_minutes": "UPDATE asks SET minutes = 31",
    "ck_break_glass_allowed": "UPDATE break_glass SET started_at = asked_at, danger_to_life = false",
    "ck_break_glass_delay": "UPDATE break_glass SET delay_days = 15",
    "ck_break_glass_hours": "UPDATE break_glass SET hours = 73",
    "ck_break_glass_reviewer": "UPDATE break_glass SET reviewed_by = asked_by",
    "ck_break_glass_second_person": "UPDATE break_glass SET approved_by = asked_by",
    "ck_commitments_something": "UPDATE commitments SET pence = 0",
    "ck_disagreement_answers_step": "UPDATE disagreement_answers SET step = 4",
    "ck_bank_lines_something": "UPDATE bank_lines SET pence = 0",
    "ck_budget_lines_planned": "UPDATE budget_lines SET planned_pence = -1",
    "ck_document_versions_signed_is_accepted": "UPDATE document_versions SET signed_at = added_at",
    "ck_documents_agreements_are_signed": "UPDATE documents SET current = 1",
    "ck_fee_rates_fee": "UPDATE fee_rates SET basis_points = 10001",
    "ck_fund_reports_period": "UPDATE fund_reports SET until_on = '2020-01-01'",
    "ck_governance_items_host_looks": "UPDATE governance_items SET holder = 'host', host_look_on = NULL",
    "ck_holds_says_why": "UPDATE holds SET reason = ''",
    "ck_host_documents_says_what_differs": "UPDATE host_documents SET starts_on = '2026-12-24'",
    "ck_loosenings_one_thing": "UPDATE loosenings SET each_pence = 1",
    "ck_notes_ended_is_blank": "UPDATE notes SET ended_at = added_at, words = 'x'",
    "ck_notes_has_a_day": "UPDATE notes SET reason = 'safeguarding'",
    "ck_notes_told_later": "UPDATE notes SET told_at = added_at, reason = 'staff_safety', review_on = '2026-11-01'",
    "ck_passed_on_withdrawn_is_blank": "UPDATE passed_on SET withdrawn_at = added_at, words = 'x'",
    "ck_postings_one_fund": "INSERT INTO postings (SOME) SELECT SOME FROM postings",
    "ck_postings_something": "INSERT INTO postings (SOME) SELECT SOME FROM postings",
    "ck_payment_runs_two_people": "UPDATE payment_runs SET released_by = prepared_by",
    "ck_payments_something": "UPDATE payments SET pence = 0",
    "ck_receipts_amount_above_zero": "UPDATE receipts SET amount_pence = 0",
    "ck_receipts_in_a_run_is_not_taken_back": "UPDATE receipts SET in_run_at = added_at, withdrawn_at = added_at",
    "ck_receipts_paid_is_not_taken_back": "UPDATE receipts SET paid_on = '2026-11-01', withdrawn_at = added_at",
    "ck_contact_times_from_until": "UPDATE contact_times SET until_hour = 0",
    "ck_seen_approved_words": "UPDATE seen SET approved_at = '2026-11-01 10:00:00'",
    "ck_shares_listed_is_public": "UPDATE shares SET listed_at = added_at",
    "ck_shares_named": "UPDATE shares SET who = 'x'",
    "ck_spending_rules_over": "UPDATE spending_rules SET over_pence = 1",
    "ck_worries_withdrawn_is_blank": "UPDATE worries SET withdrawn_at = added_at, words = 'x'",
    "ck_wishes_second_person": "UPDATE wishes SET decided_by = asked_by",
}


def test_every_rule_of_the_models_is_tried_on_the_database():
    named = {one.name for table in db.metadata.tables.values() for one in table.constraints if _is_check(one)}
    assert named == set(REFUSED)


def _is_check(constraint) -> bool:
    return isinstance(constraint, sa.CheckConstraint) and bool(constraint.name)


@pytest.mark.parametrize("name", REFUSED)
def test_the_database_itself_holds_each_rule_of_the_models(app, name):
    make.a_row_each()
    statement = REFUSED[name]
    if "SOME" in statement:
        columns = [column.name for column in db.metadata.tables["postings"].c if column.name != "id"]
        wrong = {"ck_postings_one_fund": ("fund_id", "NULL"), "ck_postings_something": ("pence", "0")}[name]
        values = [wrong[1] if column == wrong[0] else column for column in columns]
        statement = f"INSERT INTO postings ({', '.join(columns)}) SELECT {', '.join(values)} FROM postings"
    with pytest.raises(IntegrityError, match=name), wall.opened(1):
        db.session.execute(sa.text(statement))


def test_the_schema_is_current_and_an_older_one_is_noticed(app):
    assert migrate.is_current()
    with db.engine.begin() as connection:
        connection.exec_driver_sql("UPDATE alembic_version SET version_num = '0000'")
    assert not migrate.is_current()
    with db.engine.begin() as connection:
        connection.exec_driver_sql("DROP TABLE alembic_version")
    assert not migrate.is_current()


def test_migrations_follow_one_another_by_number():
    """One line from the baseline on, named NNNN_words.py, forward only."""
    assert [f"{n:04}" for n in range(24, 24 + len(REVISIONS))] == REVISIONS
    for revision in REVISIONS:
        (file,) = (ROOT / "migrations" / "versions").glob(f"{revision}_*.py")
        assert "def downgrade" not in file.read_text()


def rows_now(names) -> dict[str, list]:
    db.session.rollback()
    tables = sa.MetaData()
    tables.reflect(db.engine)
    found = {name: [dict(row._mapping) for row in db.session.execute(sa.select(tables.tables[name]))] for name in names}
    db.session.rollback()
    return found


@pytest.mark.parametrize("revision", REVISIONS[:-1])
def test_a_database_of_any_age_comes_up_to_date_with_its_rows(bare, revision):
    migrate.upgrade(revision)
    put_in = make.a_row_each()
    before = rows_now(put_in)
    assert all(len(rows) == 1 for rows in before.values())
    migrate.upgrade()
    assert migrate.is_current()
    after = rows_now(put_in)
    for name, (row,) in before.items():
        (now,) = after[name]
        assert {column: now[column] for column in row} == row, name
    assert list(checks.walls(bare)) == []


WALLS = {  # name, table, how it is built
    "sqlite": "SELECT name, tbl_name, sql FROM sqlite_master WHERE type = 'trigger' AND name LIKE 'wall!_%' ESCAPE '!'",
    "postgresql": """
        SELECT tgname, tgrelid::regclass::text, pg_get_triggerdef(pg_trigger.oid) || pg_get_functiondef(tgfoid)
        FROM pg_trigger WHERE tgname LIKE 'wall!_%' ESCAPE '!'""",
}


def walls_now(connection) -> dict[tuple[str, str], str]:
    found = connection.execute(sa.text(WALLS[connection.dialect.name])).all()
    return {(name, table): " ".join(built.split()) for name, table, built in found}


def test_the_walls_that_the_migrations_build_are_those_the_code_would_build(app, dialect):
    """What builds walls can change under migrations that are there; one that builds them anew comes with that."""
    with db.engine.connect() as connection:
        found = walls_now(connection)
        for name, table in found:
            connection.execute(sa.text(f"DROP TRIGGER {name}{'' if dialect == 'sqlite' else f' ON {table}'}"))
        kept = {table for (_, table), built in found.items() if f"never changed: {table}'" in built or "'append')" in built}
        for table in checks.group_owned():
            for statement in wall.ddl(dialect, table, append_only=table in kept):
                connection.execute(sa.text(statement))
        assert walls_now(connection) == found
        connection.rollback()


def test_bringing_it_up_to_date_twice_does_nothing(bare):
    migrate.upgrade()
    put_in = make.a_row_each()
    before = rows_now(put_in)
    migrate.upgrade()
    assert rows_now(put_in) == before


THROWAWAY = """
import sqlalchemy as sa
from alembic import op
revision, down_revision = "9001", "{head}"

def upgrade():
    op.create_table("shelves", sa.Column("id", sa.Integer(), primary_key=True))
    op.create_table("books", sa.Column("id", sa.Integer(), primary_key=True),
        sa.Column("shelf_id", sa.Integer(), sa.ForeignKey("shelves.id", ondelete="CASCADE"), nullable=False))
    op.execute("INSERT INTO shelves (id) VALUES (1), (2)")
    op.execute("INSERT INTO books (id, shelf_id) VALUES (1, 1), (2, 2), (3, 2)")
"""
ALTERED = """
import sqlalchemy as sa
from alembic import op
revision, down_revision = "9002", "9001"

def upgrade():
    for name in ("shelves", "people", "receipts"):
        with op.batch_alter_table(name, recreate="{recreate}") as table:
            table.add_column(sa.Column("colour", sa.String(10)))
    {more}
"""


@pytest.fixture
def shelf_of_migrations(tmp_path):
    """Our migrations with two more that are thrown away: tables with rows that hang together, then a change of them."""

    def put(dialect: str, more: str = "pass") -> Path:
        folder = tmp_path / "migrations"
        shutil.copytree(ROOT / "migrations", folder)
        recreate = "always" if dialect == "sqlite" else "never"
        (folder / "versions" / "9001_shelves.py").write_text(THROWAWAY.format(head=REVISIONS[-1]))
        (folder / "versions" / "9002_colours.py").write_text(ALTERED.format(recreate=recreate, more=more))
        return folder

    return put


def test_rebuilding_a_table_keeps_the_rows_that_hang_on_it(app, kettle, dialect, shelf_of_migrations):
    """Trap 3 of the stack guide: on SQLite a table is dropped and made anew, and nothing may go with it."""
    receipt_id = make.receipt(kettle).id
    names = ("people", "receipts", "pictures", "memberships", "entries")
    before = {name: len(rows) for name, rows in rows_now(names).items()}
    folder = shelf_of_migrations(dialect)
    db.session.rollback()
    migrate.upgrade(folder=folder)
    after = rows_now((*names, "shelves", "books"))
    assert {name: len(after[name]) for name in names} == before
    assert (len(after["shelves"]), len(after["books"])) == (2, 3)
    assert "colour" in after["receipts"][0]
    assert after["pictures"][0]["receipt_id"] == receipt_id
    if dialect == "sqlite":
        with db.engine.connect() as connection:
            assert connection.exec_driver_sql("PRAGMA foreign_keys").scalar() == 1
            assert connection.exec_driver_sql("PRAGMA foreign_key_check").fetchall() == []


@pytest.mark.parametrize("dialect", ["sqlite"], indirect=True)
def test_a_table_rebuilt_without_its_wall_is_noticed(app, dialect, shelf_of_migrations):
    """A rebuilt table has lost its triggers; the check says so until the migration builds them again."""
    migrate.upgrade(folder=shelf_of_migrations(dialect))
    with db.engine.begin() as connection:
        connection.exec_driver_sql(f"UPDATE alembic_version SET version_num = '{REVISIONS[-1]}'")
    assert list(checks.walls(app)) == ["receipts has a group's rows, and the database has no wall around it."]


@pytest.mark.parametrize("dialect", ["sqlite"], indirect=True)
def test_a_migration_that_leaves_rows_pointing_at_nothing_is_undone(app, kettle, dialect, shelf_of_migrations, caplog):
    folder = shelf_of_migrations(dialect, more='op.execute("DELETE FROM shelves WHERE id = 2")')
    with pytest.raises(SystemExit):
        migrate.upgrade(folder=folder)
    assert "pointing at nothing" in caplog.text
    assert "shelves" not in sa.inspect(db.engine).get_table_names()
    assert migrate.is_current()
    with db.engine.connect() as connection:
        assert connection.exec_driver_sql("PRAGMA foreign_keys").scalar() == 1
