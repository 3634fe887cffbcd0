"""Whose a request was before a colleague took it on: to them, and nobody else, it is put back."""

from alembic import op

revision = "0025"
down_revision = "0024"


def upgrade() -> None:
    # By hand: a batch would build the table anew on SQLite, and its triggers would be gone.
    op.execute("ALTER TABLE requests ADD COLUMN had_by INTEGER CONSTRAINT fk_requests_had_by REFERENCES people (id)")
