"""The people of the tests of requests, and who decides at the host."""

import pytest

from portal.people.roles import Role
from tests import make
from tests.support.conftest import glyn, sefa

__all__ = ["glyn", "sefa"]


@pytest.fixture
def beatrix(imani):
    return make.actor(make.staff("Beatrix Lund", Role.TRUSTEE), Role.TRUSTEE)
