"""Statements: built once and found by a name, and always the one that was asked for."""

from datetime import datetime

import pytest
import sqlalchemy as sa

from portal.core.db import db, fetched, prepared
from portal.people.models import Person
from tests import make


@pytest.fixture
def people():
    """A statement of people's names, of all or of those `named` so; how often it was built is its list `built`."""

    def build(*, named: bool) -> sa.Select:
        built.append(named)
        every = sa.select(Person.name).order_by(Person.name)
        return every.where(Person.name == sa.bindparam("name", type_=sa.String)) if named else every

    built = []
    people = prepared(build)
    people.built = built
    return people


def names(statement, **values) -> list[str]:
    return [row.name for row in fetched(statement, values)]


def test_a_prepared_statement_is_built_once_and_asks_with_the_values_of_each_time(app, people):
    make.person("Ada"), make.person("Bea")
    assert names(people(named=True), name="Ada") == ["Ada"]
    assert names(people(named=True), name="Bea") == ["Bea"]
    assert names(people(named=False)) == ["Ada", "Bea"]
    assert people.built == [True, False]


def test_what_is_made_of_a_prepared_statement_is_another(app, people):
    make.person("Ada"), make.person("Bea")
    assert names(people(named=False)) == ["Ada", "Bea"]
    assert names(people(named=False).where(Person.name != "Ada")) == ["Bea"]
    assert names(people(named=False)) == ["Ada", "Bea"]


def test_a_time_without_its_zone_is_not_written(app):
    db.session.add(Person(name="Ada", email="ada@example.org", created_at=datetime(2026, 11, 9)))
    with pytest.raises(sa.exc.StatementError, match="times must be aware"):
        db.session.flush()
    db.session.rollback()


def test_what_was_changed_and_not_yet_written_is_found(app, people):
    db.session.add(Person(name="Ada", email="ada@example.org"))
    assert names(people(named=False)) == ["Ada"]
