"""Who asks and who answers, for the tests of requests."""

import pytest

from portal.people.roles import Role
from tests import make


@pytest.fixture
def sefa(imani):
    """Another coordinator."""
    return make.actor(make.staff("Sefa Tuilagi", Role.COORDINATOR), Role.COORDINATOR)


@pytest.fixture
def glyn(imani):
    return make.actor(make.staff("Glyn Parry", Role.FINANCE), Role.FINANCE)
