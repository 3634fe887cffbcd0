"""A page of a group's looks rows up: it reads through no table that grows with every other group (by SQLite's plan)."""

import re

import pytest

from portal.core.db import db

OURS = ("/g/", "/you", "/places")
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
def test_no_page_of_a_groups_reads_through_a_table_of_every_groups(visits):
    seen: dict[str, set[str]] = {}
    for visit in visits:
        if visit.page.body is not None or not visit.page.path.startswith(OURS):
            continue
        asked = [(statement, values) for statement, values in visit.statements if statement.startswith("SELECT")]
        assert asked, visit.page
        counted = COUNTED if visit.page.endpoint.startswith("accountability.") else set()
        for statement, values in asked:
            if statement not in seen:
                seen[statement] = read_through(statement, values)
            assert seen[statement] - FEW - counted == set(), f"{visit.page}: {statement}"
    db.session.rollback()
