"""The people of the tests of requests, and a trustee."""

from tests.heard.conftest import beatrix
from tests.support.conftest import glyn, sefa

__all__ = ["beatrix", "glyn", "sefa"]
