"""Each page opened once, as its person gets it: what came, and which statements it took. All checks of pages read these."""

from dataclasses import dataclass
from functools import cached_property

import brotli
import sqlalchemy as sa

from portal.core.db import db
from tests.site.pages import PAGES, Demo, Page

NOT_COUNTED = ("BEGIN", "COMMIT", "ROLLBACK", "SET ", "PRAGMA", "SAVEPOINT", "RELEASE")


class Listening:
    """The statements that run meanwhile, with their values."""

    def __enter__(self) -> list[tuple[str, tuple]]:
        self.seen: list[tuple[str, tuple]] = []
        sa.event.listen(db.engine, "before_cursor_execute", self._hear)
        return self.seen

    def __exit__(self, *_error):
        sa.event.remove(db.engine, "before_cursor_execute", self._hear)

    def _hear(self, _connection, _cursor, statement, values, *_):
        if not statement.startswith(NOT_COUNTED):
            self.seen.append((statement, values))


@dataclass
class Visit:
    """What a page answered, and the statements it took."""

    page: Page
    answer: object
    statements: list[tuple[str, tuple]]

    @cached_property
    def html(self) -> str:
        """The page itself. What isn't as it should be (a form given back) is compressed by the web server in front."""
        return (brotli.decompress(self.answer.data) if self.page.status < 400 else self.answer.data).decode()


def opened(demo: Demo) -> list[Visit]:
    """A visit to each page there is. Raises AssertionError where one answers otherwise than it should."""
    visits = []
    for page in PAGES:
        browser = demo.browser(page)  # signing in takes statements of its own
        with Listening() as statements:
            answer = demo.open(page, browser, **{"Accept-Encoding": "br"})
        assert answer.status_code == page.status, f"{page} answered {answer.status_code}"
        visits.append(Visit(page, answer, statements))
    return visits
