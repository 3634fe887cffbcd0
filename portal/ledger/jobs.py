"""Once a day the books are added up anew."""

import logging

from portal.core import clock
from portal.core.db import db, one_moment, reading
from portal.core.jobs import regularly
from portal.ledger import queries
from portal.ledger.models import BooksCheck

log = logging.getLogger("portal.ledger")


@regularly
def check_books() -> None:
    """Compare every entry and balance with its postings, once a day. What differs is logged, and shown to the host."""
    with reading():  # it takes a while with many postings, and nobody waits for it meanwhile
        last = queries.last_check()
        if last and clock.in_london(last.checked_at).date() >= clock.today():
            return
        one_moment()
        found = list(queries.faults())
    if found:
        log.error("the books don’t add up", extra={"faults": len(found)})
    db.session.add(BooksCheck(faults=len(found), first=found[0] if found else None))
    db.session.commit()
