"""Of which groups the news is that waits to be mailed."""

import sqlalchemy as sa
from alembic import op

revision = "0024"
down_revision = "0023"


def upgrade() -> None:
    op.add_column("notice_choices", sa.Column("group_ids", sa.JSON(), nullable=True))
