"""Who asks and who answers, for the tests of requests."""

import pytest

from portal.people.roles import Role
from tests import make


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
    """Who has coordinated longest, so that requests are hers unless the host names another."""
    return make.actor(make.staff("Imani Okafor", Role.COORDINATOR), Role.COORDINATOR)


@pytest.fixture
def sefa(imani):
    """Another coordinator."""
    return make.actor(make.staff("Sefa Tuilagi", Role.COORDINATOR), Role.COORDINATOR)


@pytest.fixture
def glyn(imani):
    return make.actor(make.staff("Glyn Parry", Role.FINANCE), Role.FINANCE)
