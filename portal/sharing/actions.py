"""Sharing something and withdrawing it; the summary that staff may share; being full; enquiries from outside."""

from datetime import date, timedelta

import sqlalchemy as sa

from portal.activity.models import Entry
from portal.autonomy import consent
from portal.autonomy import queries as autonomy
from portal.autonomy.areas import Area, Outcome
from portal.autonomy.door import Asking, Mistake, NotHere, action
from portal.autonomy.models import Undo
from portal.core import clock, mail, throttle
from portal.core.db import db
from portal.core.filters import full_day
from portal.core.marks import mark
from portal.people.roles import ORGANISERS, Role
from portal.sharing import queries
from portal.sharing.models import ENQUIRIES_KEPT, MOST_MONTHS, Audience, Enquiry, Seen, Share, months_on

COORDINATORS = frozenset({Role.COORDINATOR})
OUTSIDERS = frozenset({Role.STRANGER})
AUTOMATIC = frozenset({Role.SYSTEM})
TOO_OFTEN = "A lot was sent from there today. Please try again tomorrow."


def _means(_row, facts, _rows) -> autonomy.Meaning:
    """Before: nothing shows. After: these words, for whom, what for, until when."""
    until = facts["until_on"]
    day = full_day(date.fromisoformat(until) if isinstance(until, str) else until)
    after = {"words": facts["words"], "audience": facts["who"] or facts["audience"], "purpose": facts["purpose"]}
    named = [autonomy.Shown(Share.WORDS[name], None, words) for name, words in after.items()]
    return autonomy.Meaning([*named, autonomy.Shown(Share.WORDS["until_on"], None, day)])


def _check(_group, _row, *, audience: str, who: str | None, until_on: date, **_rest) -> None:
    """What every share must be: for somebody, and with an end."""
    if Audience(audience) is Audience.NAMED and not who:
        raise Mistake("Write who it is for.", "who")
    if not clock.today() <= until_on <= months_on(clock.today(), MOST_MONTHS):
        raise Mistake("Choose a last day from today on, 12 months ahead at most.", "until_on")


def _take_back(by, group, share: Share) -> Share:
    share.withdraw(by.person_id)
    return share


@action(
    area=Area.VISIBILITY,
    roles=ORGANISERS | COORDINATORS,
    asks=Asking(always=True, means=_means, fits=_check),
    says="shared something about us",
)
def share(by, group, *, words: str, audience: str, who: str | None, purpose: str, until_on: date) -> Share:
    """Show these words to somebody until a day. Of the host's it is never more than a proposal: without asking, staff share
    the approved summary alone."""
    _speaks_for_us(by)
    return _put(by, group, words=words, audience=audience, who=who, purpose=purpose, until_on=until_on)


def _check_summary(group, row, *, words: str, **facts) -> None:
    stands = queries.stands(group.id)
    if stands is None or stands.approved is None or stands.approved != words:
        raise Mistake("These aren’t the words they approved. Open the page again.")
    _check(group, row, **facts)


@action(
    area=Area.VISIBILITY,
    roles=COORDINATORS,
    undo=_take_back,
    asks=Asking(means=_means, fits=_check_summary),
    says="shared our summary",
)
def share_summary(by, group, *, words: str, audience: str, who: str | None, purpose: str, until_on: date) -> Share:
    """Show the summary that the group approved, in its exact words, and no others (autonomy guide, area 7)."""
    _check_summary(group, None, words=words, audience=audience, who=who, until_on=until_on)
    return _put(by, group, words=words, audience=audience, who=who, purpose=purpose, until_on=until_on)


def _bars_withdraw(by, share: Share, _facts) -> str:
    return "The group shared this itself, so it withdraws it." if by.is_host and not share.by_host else ""


@action(roles=ORGANISERS | COORDINATORS, on=Share, bars=_bars_withdraw, says="withdrew what was shared about us")
def withdraw(by, group, share) -> Share:
    """Gone at the next request, for good: sharing it once more is a new share. It is the tighter way, so any organiser can
    do it, and staff with what they shared; hiding what the group shared is a legal duty's (break-glass). What staff shared
    without asking and the group withdraws counts as undone: for 30 days staff ask."""
    if share.is_live(clock.today()):
        share.withdraw(by.person_id)
        told = _told_of(share) if share.by_host and not by.is_host else None
        if told:
            db.session.add(Undo(group_id=group.id, entry_id=told))
    return share


@action(area=Area.VISIBILITY, roles=ORGANISERS, on=Share, says="said whether search engines may list us")
def list_in_search(by, group, share, *, listed: bool) -> Share:
    """Let search engines list a public share, or not any more."""
    if listed:
        _speaks_for_us(by)
        if share.audience is not Audience.PUBLIC or not share.is_live(clock.today()):
            raise Mistake("Only what anyone can see can be listed.")
    if listed != (share.listed_at is not None):
        share.listed_at, share.listed_by = _since(by, listed)
    return share


@action(area=Area.VISIBILITY, roles=ORGANISERS, says="wrote our summary")
def write_summary(by, group, *, words: str | None) -> Seen:
    """The words that staff could share. Other words than those that were approved wait for an approval of their own."""
    row = _row(group)
    if row.summary != words:
        row.summary, row.approved_at, row.approved_by = words, None, None
    return row


@action(area=Area.VISIBILITY, roles=ORGANISERS, says="approved our summary for staff to share")
def approve_summary(by, group, *, mark_of_words: str) -> Seen:
    """These very words, and no others."""
    _speaks_for_us(by)
    row = _row(group)
    if not row.summary:
        raise Mistake("There are no words to approve.", "words")
    if mark_of_words != mark(row.summary):
        raise Mistake("The words changed since this page was opened. Read them once more.", "words")
    if row.approved_at is None:
        row.approved_at, row.approved_by = _since(by, True)
    return row


@action(area=Area.VISIBILITY, roles=ORGANISERS, says="took back the approval of our summary")
def take_back_summary(by, group) -> Seen:
    """The words stay here, and staff share them no more. What is shared already is withdrawn line by line."""
    row = _row(group)
    row.approved_at, row.approved_by = None, None
    return row


@action(area=Area.VISIBILITY, roles=ORGANISERS, says="said whether we are full")
def set_full(by, group, *, full: bool) -> Seen:
    """The host's public page says so, and whoever would ask reads the host's own reply."""
    row = _row(group)
    if full != (row.full_at is not None):
        row.full_at, row.full_by = _since(by, full)
    return row


@action(area=Area.VISIBILITY, roles=ORGANISERS, says="said whether we take enquiries")
def take_enquiries(by, group, *, wanted: bool) -> Seen:
    """Whether someone outside can write to the group, by the host, from its public shares."""
    if wanted:
        _speaks_for_us(by)
    row = _row(group)
    if wanted != (row.enquiries_at is not None):
        row.enquiries_at, row.enquiries_by = _since(by, wanted)
    return row


@action(roles=OUTSIDERS, on=Share, says="wrote to us from a public page")
def enquire(by, group, share, *, name: str, reach: str, words: str, address: str) -> Enquiry | None:
    """Someone outside writes; the host's coordinator reads it first. None where the group is full: nothing is kept then.
    `address` is where it came from, counted as a hash for a day against floods and kept nowhere else."""
    found = queries.seen(share.token, public=True)
    if found is None or not found.asks:
        raise NotHere("share")
    if found.full:
        return None
    often = throttle.too_many("enquiry from", address, limit=5, window=timedelta(days=1))
    if throttle.too_many("enquiry to", str(group.id), limit=40, window=timedelta(days=1)) or often:
        raise Mistake(TOO_OFTEN, "words")
    made = Enquiry(group_id=group.id, share_id=share.id, name=name, reach=reach, words=words)
    db.session.add(made)
    return made


@action(roles=COORDINATORS, on=Enquiry, says="passed on what someone outside wrote to us")
def pass_on(by, group, enquiry) -> Enquiry:
    """The group asked for enquiries, so this one is theirs to read now."""
    if enquiry.passed_on_at is None:
        enquiry.passed_on_at, enquiry.passed_on_by = clock.now(), by.person_id
    return enquiry


@action(roles=COORDINATORS, on=Enquiry, says="answered what someone outside wrote to us")
def answer(by, group, enquiry) -> Enquiry:
    """Answered by the host, in its usual words; the group isn't asked. By email where they gave an address for it."""
    if enquiry.answered_at is None:
        enquiry.answered_at, enquiry.answered_by = clock.now(), by.person_id
        if enquiry.by_mail:
            mail.post("sharing.answered", enquiry_id=enquiry.id)
    return enquiry


@action(roles=AUTOMATIC, on=Enquiry, says="deleted an enquiry after 90 days")
def forget(by, group, enquiry) -> None:
    """Nothing an outsider wrote is kept longer."""
    if enquiry.asked_at < clock.now() - timedelta(days=ENQUIRIES_KEPT):
        db.session.delete(enquiry)


def _put(by, group, *, audience: str, who: str | None, until_on: date, **said: str) -> Share:
    kind = Audience(audience)
    _check(group, None, audience=audience, who=who, until_on=until_on)
    own = {"audience": kind, "who": who if kind is Audience.NAMED else None, "by_host": by.is_host}
    made = Share(group_id=group.id, added_by=by.person_id, until_on=until_on, **own, **said)
    db.session.add(made)
    return made


def _row(group) -> Seen:
    """What the group set about being seen, to change it."""
    row = queries.stands(group.id) or Seen(group_id=group.id)
    db.session.add(row)
    db.session.flush()  # so that what changes in it from here on is noted
    return row


def _since(by, holds: bool) -> tuple:
    """Since when something holds, and by whom; neither where it doesn't."""
    return (clock.now(), by.person_id) if holds else (None, None)


def _told_of(share: Share) -> int | None:
    """The entry by which the group was told of a share of staff's; None where it had said yes to it."""
    return db.session.scalar(
        sa.select(sa.func.max(Entry.id)).where(
            Entry.group_id == share.group_id,
            Entry.subject_table == Share.__tablename__,
            Entry.subject_id == share.id,
            Entry.outcome.in_((Outcome.ALLOW_TELL, Outcome.ALLOW_LIST)),
        )
    )


def _speaks_for_us(by) -> None:
    """Host staff never count as consent, even where they organise (autonomy guide, "Actors")."""
    if not by.is_host:
        consent.check(by, "You also work for the host, so another organiser does this. Withdrawing works at once.")
