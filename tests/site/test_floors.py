"""The floors hold in what is written, and the check that says so notices each way of breaking them."""

import pytest

from portal import checks


def test_the_floors_hold():
    assert list(checks.floors()) == []


@pytest.mark.parametrize(
    ("where", "line", "why"),
    [
        ("receipts/queries.py", "from portal.home import nav", "right of receipts"),
        ("home/queries.py", "from portal.receipts import views", "receipts.views"),
        ("home/queries.py", "from portal.receipts.actions import upload", "receipts.actions"),
        ("home/queries.py", "import portal.receipts.forms", "receipts.forms"),
        ("receipts/models.py", "from portal.receipts import queries", "models, then queries"),
        ("receipts/queries.py", "from portal.receipts.actions import upload", "models, then queries"),
        ("receipts/actions.py", "from portal.receipts import forms", "models, then queries"),
        ("receipts/actions.py", "from flask import request", "takes request"),
        ("receipts/jobs.py", "from flask import g, session", "takes session"),
        ("receipts/queries.py", "import flask", "flask whole"),
        ("receipts/queries.py", "from portal.app import create_app", "above it"),
        ("receipts/actions.py", "from portal.core import wall\nwith wall.opened(1): pass", "opens a group's door"),
        ("receipts/actions.py", "def upload(db):\n    db.session.commit()", "commits"),
        ("signin/actions.py", "def enter_code(db):\n    db.session.commit()", "commits"),
        ("gossip/queries.py", "from portal.gossip import models\nfrom portal.rumours import models", "no place in FLOORS"),
    ],
)
def test_a_broken_floor_is_noticed(tmp_path, where, line, why):
    for name in ("home/nav.py", "receipts/views.py", "receipts/queries.py", "receipts/forms.py", where):
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).touch()
    (tmp_path / where).write_text(line + "\n")
    assert any(why in complaint for complaint in checks.floors(tmp_path))


def test_who_may_commit_or_open_the_door_is_still_there():
    """A name on these lists that no longer does it comes off the list."""
    for where in {*checks.OPENS_THE_DOOR, *checks.COMMITS, *checks.OF_THE_WEB}:
        file, _, function = where.partition(":")
        written = (checks.HERE / file).read_text()
        assert f"def {function}" in written, where
        if where in checks.COMMITS:
            assert ".commit()" in written, where
        if where in checks.OPENS_THE_DOOR:
            assert "wall.opened(" in written, where
