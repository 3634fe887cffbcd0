"""A page of a group's looks rows up: it reads through no table that grows with every other group (by SQLite's plan)."""

import re

import pytest
import sqlalchemy as sa

from portal.core.db import db
from tests.site.pages import PAGES, Page

OURS = [page for page in PAGES if page.body is None and page.path.startswith(("/g/", "/you", "/places"))]
THROUGH = re.compile(r"SCAN (\w+)")
# The host's own, which are few, as are the uses of a legal duty; and what the figures about the host are counted from, the
# same for every group.
FEW = {"staff_roles", "host_documents", "reply_starts", "break_glass"}
COUNTED = {"undos", "postings"}


def read_through(statement: str, values) -> set[str]:
    """The tables that a statement reads through."""
    plan = db.session.connection().exec_driver_sql(f"EXPLAIN QUERY PLAN {statement}", values)
    return {table for *_, step in plan for table in THROUGH.findall(step) if table in db.metadata.tables}


@pytest.mark.xdist_group("demo pages")
@pytest.mark.parametrize("page", OURS, ids=str)
def test_it_reads_through_no_table_of_every_groups(demo, page: Page):
    browser, path = demo.browser(page), page.path.format(**demo.words)
    asked: list[tuple] = []

    def look(_connection, _cursor, statement, values, *_):
        if statement.startswith("SELECT"):
            asked.append((statement, values))

    sa.event.listen(db.engine, "before_cursor_execute", look)
    try:
        browser.get(path).close()
    finally:
        sa.event.remove(db.engine, "before_cursor_execute", look)
    found = set().union(*(read_through(*one) for one in asked))
    db.session.rollback()
    assert found - FEW - (COUNTED if page.endpoint.startswith("accountability.") else set()) == set()
    assert asked
