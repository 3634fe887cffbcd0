"""A group's own words for a funder: written, agreed to, taken back. They go with a report only while agreed."""

from portal.autonomy import consent
from portal.autonomy.areas import Area
from portal.autonomy.door import Mistake, action
from portal.core import clock
from portal.core.db import db
from portal.core.marks import mark
from portal.ledger.models import Fund
from portal.papers import periods, queries
from portal.papers.models import FundReport
from portal.people.roles import ORGANISERS, Role


@action(area=Area.STORY, roles=ORGANISERS | {Role.COORDINATOR}, on=Fund, says="wrote words for a funder")
def write(by, group, fund, *, time: str, words: str | None) -> FundReport:
    """Words for the report on a fund over a time. Whoever writes them, they wait for an organiser's yes; where nothing
    changed, what was agreed stays so. The host writes nothing over words of the group's that it hasn't been let read."""
    period = periods.read(time)
    if period is None:
        raise Mistake("Choose a time from the list.")
    days = {"from_on": period.from_on, "until_on": period.until_on}
    row = queries.written(group.id, fund.id, period)
    if row is None:
        row = FundReport(group_id=group.id, fund_id=fund.id, **days)
        db.session.add(row)
        db.session.flush()  # so that the words are a change, which the group can undo
    if by.is_host and row.words and row.agreed_at is None:
        raise Mistake("There are words already that the group hasn’t agreed to yet.", "words")
    if row.words != words:
        row.words, row.agreed_at, row.agreed_by = words, None, None
    return row


@action(area=Area.STORY, roles=ORGANISERS, on=FundReport, says="agreed that a funder reads their words")
def agree(by, group, report, *, mark_of_words: str) -> FundReport:
    """These words go with the report, and no others."""
    consent.check(by)
    if not report.words:
        raise Mistake("There are no words to agree to.")
    if mark_of_words != mark(report.words):
        raise Mistake("The words changed since this page was opened. Read them once more.")
    report.agreed_at, report.agreed_by = clock.now(), by.person_id
    return report


@action(area=Area.STORY, roles=ORGANISERS, on=FundReport, says="took their words for a funder back")
def take_back(by, group, report) -> FundReport:
    """The words stay here and no longer go with the report."""
    report.agreed_at, report.agreed_by = None, None
    return report
