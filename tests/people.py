"""The people of most tests, as those who act; and a Tuesday morning to act on. A feature's own stand in its conftest."""

from datetime import UTC, datetime

import pytest
import time_machine

from portal.people.roles import Role
from tests import make

TUESDAY_10AM = datetime(2026, 11, 24, 10, 0, tzinfo=UTC)


@pytest.fixture
def time():
    with time_machine.travel(TUESDAY_10AM, tick=False) as moved:
        yield moved


@pytest.fixture
def marsha(kettle):
    return make.actor(make.person("Marsha"))


@pytest.fixture
def joe(kettle):
    return make.actor(make.person("Joe"))


@pytest.fixture
def bernie(kettle):
    return make.actor(make.person("Bernie"), Role.HELPER)


@pytest.fixture
def imani(app):
    return make.actor(make.staff("Imani Okafor", Role.COORDINATOR), Role.COORDINATOR)


@pytest.fixture
def glyn(app):
    return make.actor(make.staff("Glyn Parry", Role.FINANCE), Role.FINANCE)


@pytest.fixture
def beatrix(app):
    return make.actor(make.staff("Beatrix Lund", Role.TRUSTEE), Role.TRUSTEE)
