"""The people of the tests of how groups run."""

import pytest

from portal.governance import actions, queries
from portal.people.roles import SYSTEM, Role
from tests import make
from tests.support.conftest import glyn, sefa

__all__ = ["glyn", "sefa"]


@pytest.fixture
def beatrix(imani):
    return make.actor(make.staff("Beatrix Lund", Role.TRUSTEE), Role.TRUSTEE)


def laid(group, key):
    """The row of one thing of the starting set."""
    actions.lay(SYSTEM, group)
    return queries.one_of(group.id, key).item
