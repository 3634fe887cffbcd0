"""The people of the tests of documents: a group's organisers and helper, and who may see or sign at the host."""

import pytest

from portal.people.roles import Role
from tests import make
from tests.support.conftest import glyn

__all__ = ["glyn"]


@pytest.fixture
def beatrix(imani):
    return make.actor(make.staff("Beatrix Lund", Role.TRUSTEE), Role.TRUSTEE)


@pytest.fixture
def sam(walkers):
    """An organiser of another group."""
    return make.actor(make.person("Sam"))
