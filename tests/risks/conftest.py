"""The people of the tests of requests, and a trustee."""

from tests.heard.conftest import beatrix
from tests.support.conftest import bernie, glyn, imani, joe, marsha, sefa

__all__ = ["beatrix", "bernie", "glyn", "imani", "joe", "marsha", "sefa"]
