"""What a group does with its promise: set levels, answer proposals, undo, rest. None of it is ever the staff's."""

from datetime import date, timedelta
from enum import Enum
from typing import get_args, get_origin, get_type_hints

import sqlalchemy as sa
from sqlalchemy.exc import IntegrityError

from portal.activity.models import TOLD_LATER, Entry, EntryWords
from portal.autonomy import change_words, consent, queries, standing
from portal.autonomy.areas import Area, Level
from portal.autonomy.door import ACTIONS, Mistake, NotHere, ProofNeeded, action, newest_seq, run_for
from portal.autonomy.models import (
    COOLING_OFF,
    QUIET_MOST_DAYS,
    AreaLevel,
    Loosening,
    Proposal,
    ProposalNote,
    Quiet,
    SpendingLimit,
    Undo,
)
from portal.autonomy.policy import DISPUTED
from portal.core import clock
from portal.core.db import db
from portal.people.roles import ORGANISERS, Actor, Role

ASKERS = frozenset({Role.COORDINATOR, Role.FINANCE})
ORDER = list(Level)


@action(roles=ORGANISERS, asks_again=True, says="changed what staff may do")
def set_level(by, group, *, area: str, level: str):
    """Set an area's level. Tighter holds at once, and what staff proposed there lapses; looser starts a Loosening."""
    wanted_area, wanted = Area(area), Level(level)
    now_level = standing.of(group.id).levels[wanted_area]
    if wanted is now_level:
        return None
    if ORDER.index(wanted) > ORDER.index(now_level):
        return _loosen(by, group, area=wanted_area, level=wanted)
    _end_open_loosenings(by, group, wanted_area)
    _lapse_proposals(by, group, wanted_area)
    row = db.session.scalar(sa.select(AreaLevel).where(AreaLevel.group_id == group.id, AreaLevel.area == wanted_area))
    if row is None:
        row = AreaLevel(group_id=group.id, area=wanted_area, level=wanted)
        db.session.add(row)
    row.level, row.set_at, row.set_by = wanted, clock.now(), by.person_id
    return row


@action(area=Area.SPENDING, roles=ORGANISERS, asks_again=True, says="changed the spending limits")
def set_limits(by, group, *, each_pence: int, month_pence: int):
    """Set how much staff may say yes to. What is lower holds at once, and ends what staff proposed to spend; raising either
    limit is loosening."""
    now = standing.of(group.id)
    lower = min(each_pence, now.each_pence), min(month_pence, now.month_pence)
    row = None
    if lower != (now.each_pence, now.month_pence):
        _end_open_loosenings(by, group, Area.SPENDING, limits=True)
        _lapse_proposals(by, group, Area.SPENDING)
        row = db.session.scalar(sa.select(SpendingLimit).where(SpendingLimit.group_id == group.id))
        if row is None:
            row = SpendingLimit(group_id=group.id)
            db.session.add(row)
        row.each_pence, row.month_pence = lower
        row.set_at = clock.now()
    if (each_pence, month_pence) != lower:
        return _loosen(by, group, area=Area.SPENDING, each_pence=each_pence, month_pence=month_pence)
    return row


@action(roles=ORGANISERS, asks_again=True, on=Loosening, says="agreed to let staff do more")
def agree(by, group, loosening) -> Loosening:
    """Be the second organiser; or, being the only one, confirm again after 7 days."""
    now = clock.now()
    if not loosening.is_open(now) or loosening.agreed_at:
        raise Mistake("That one has lapsed, was stopped, or is agreed already.")
    _check_counts(by, group)
    ours = consent.electorate(group.id)
    if loosening.started_by not in ours:
        raise Mistake("Whoever started this is no longer an organiser who counts for it. Start it anew.")
    if loosening.started_by == by.person_id:
        if ours != [by.person_id]:
            raise Mistake("Another organiser says yes to this.")
        if now < loosening.again_from:
            raise Mistake("You can confirm again 7 days after you started.")
        loosening.holds_from = now
    else:
        loosening.holds_from = now + COOLING_OFF
    loosening.agreed_at, loosening.agreed_by = now, by.person_id
    return loosening


@action(roles=ORGANISERS, on=Loosening, says="stopped letting staff do more")
def stop(by, group, loosening) -> Loosening:
    """Stop it before it holds. Any organiser can."""
    if not loosening.is_open(clock.now()):
        raise Mistake("It holds already, or was stopped. You can make the area tighter at once.")
    loosening.ended_at, loosening.ended_by = clock.now(), by.person_id
    return loosening


@action(roles=ORGANISERS, on=Proposal, says="said yes to a proposal")
def say_yes(by, group, proposal, **amended):
    """Let it happen, as proposed or with the group's own changes to its facts; the answer is the row it was about.

    Refused as stale when the row has moved on since. What asks for a passkey or password again asks whoever says yes.
    """
    _check_waits(group, proposal)
    wanted = ACTIONS[proposal.action]
    if wanted.asks_again and not by.proved_lately:
        raise ProofNeeded()
    row = _row_of(group, proposal)
    _check_undisputed(group, row, proposal)
    if row is not None and not wanted.asks.lasting and newest_seq(row) != proposal.seen_seq:
        raise Mistake("This changed since it was proposed, so a yes no longer fits. Say no, or ask for a new one.")
    facts = {name: change_words.plain(amended.get(name, value)) for name, value in proposal.facts.items()}
    proposer = Actor(proposal.person_id, "", frozenset({proposal.role}))
    consent.check(by, f"{consent.ASIDE} A no is yours as well.")
    if proposal.person_id == by.person_id:
        raise Mistake("Someone who didn’t propose it says yes.")
    facts_now = _revived(wanted, facts)
    for barred in (wanted.bars(one, row, facts_now) for one in (proposer, by) if wanted.bars and row is not None):
        if barred:
            raise Mistake(barred)
    run_for(proposer, wanted, group, row, facts_now)
    proposal.settle(by, "yes" if facts == proposal.facts else "amended")
    return row if row is not None else proposal


@action(roles=ORGANISERS, on=Proposal, says="said no to a proposal")
def say_no(by, group, proposal) -> Proposal:
    """Leave everything as it is. Nobody needs a reason."""
    _check_waits(group, proposal)
    proposal.settle(by, "no")
    return proposal


@action(roles=ORGANISERS, on=Proposal, says="asked about a proposal")
def ask_about(by, group, proposal, *, words: str) -> Proposal:
    """Ask the host something before answering."""
    _check_waits(group, proposal)
    db.session.add(_words_under(proposal, by, words, from_host=False))
    return proposal


@action(roles=ASKERS, on=Proposal, says="explained a proposal")
def explain(by, group, proposal, *, words: str) -> Proposal:
    """The host's answer under its proposal. It changes nothing."""
    _check_waits(group, proposal)
    db.session.add(_words_under(proposal, by, words, from_host=True))
    return proposal


@action(roles=ASKERS, on=Proposal, says="called off a suggestion")
def call_off(by, group, proposal) -> Proposal:
    """The host takes its own proposal back before it is answered: nobody has to answer it any more. Nothing changes."""
    _check_waits(group, proposal)
    proposal.settle(by, "called off")
    return proposal


@action(roles=ORGANISERS, on=Entry, says="undid what staff changed")
def undo(by, group, entry, *, keep: str = "theirs") -> object:
    """Put back exactly what was there before a change the group was told of, or end what was added: 14 days, quiet time not
    counted.

    Where somebody changed the same thing again since, nothing is guessed: `keep` says which one stays, `before` (put back
    what was there first) or `now` (leave it as it is now).
    """
    told = queries.told(group.id, entry.id)
    if told is None or not told.can_undo:
        raise Mistake("This can’t be undone any more. You can change it yourself, or raise a question.")
    rows = queries.rows_of(group.id, told.keys)
    row = rows.get((entry.subject_table, entry.subject_id))
    if row is None or len(rows) < len(told.keys):
        raise Mistake("What this was about is no longer there.")
    if past := queries.past_undo(told, row):
        raise Mistake(past)
    _check_undisputed(group, *rows.values())
    ends = ACTIONS[entry.action].undo
    changes = told.changes if told.added or ends is None else []
    clashes = queries.clashes(rows, changes)
    if clashes and keep not in {"before", "now"}:
        raise Mistake("Someone changed this again since. Choose which one stays.")
    db.session.add(Undo(group_id=group.id, entry_id=entry.id))
    if ends:
        ends(by, group, row)
    for change in changes:
        if keep == "before" or change not in clashes:
            own, column = queries.in_its_row(rows, change), change["column"]
            setattr(own, column, queries.typed(own, column, change["before"]))
    try:
        db.session.flush()
    except IntegrityError:
        raise Mistake("Something newer stands in its place, so this one can’t be put back.") from None
    return row


@action(roles=ORGANISERS, asks_again=True, on=Entry, says="took the words out of an entry")
def erase(by, group, entry) -> Entry:
    """Empty the words kept beside an entry, and those of the proposal it is about, for good: who did what and when stays,
    and the chain still verifies."""
    if queries.told(group.id, entry.id) is None:
        raise NotHere("entry")
    words = db.session.scalar(sa.select(EntryWords).where(EntryWords.group_id == group.id, EntryWords.entry_id == entry.id))
    if entry.level == TOLD_LATER:
        raise Mistake("Who did this, and that it was, is under these words alone, so they stay.")
    kept = words is not None and words.salt is not None
    changed = (words.words or {}).get("changes", []) if words else []
    about = [f"{entry.subject_table}:{entry.subject_id}", *(change["row"] for change in changed)]
    numbers = {int(row.partition(":")[2]) for row in about if row.startswith("proposals:")}
    proposed = sa.select(Proposal).where(Proposal.group_id == group.id, Proposal.id.in_(numbers))
    for proposal in db.session.scalars(proposed):
        if queries.still_waits(group.id, proposal.made_at) and not proposal.answered_at:
            raise Mistake("It still waits for an answer. Once it has one, its words can go.")
        kept = kept or proposal.has_words
        proposal.facts, proposal.why = proposal.wordless, None
    if not kept:
        raise Mistake("There are no words kept with it.")
    if words is not None:
        words.salt, words.words = None, sa.null()
    return entry


@action(roles=ORGANISERS, says="started quiet mode")
def rest(by, group, *, days: int) -> Quiet:
    """Rest for so many days, without a reason: from now on, 12 weeks at most. Resting already, it goes on until then."""
    if not 1 <= days <= QUIET_MOST_DAYS:
        raise Mistake("Choose between 1 day and 12 weeks.", "days")
    until = clock.now() + timedelta(days=days)
    current = queries.quiet_now(group.id)
    if current:
        current.until = until
        return current
    quiet = Quiet(group_id=group.id, started_by=by.person_id, until=until)
    db.session.add(quiet)
    return quiet


@action(roles=ORGANISERS, says="ended quiet mode")
def wake(by, group) -> Quiet | None:
    """Be back."""
    current = queries.quiet_now(group.id)
    if current:
        current.ended_at, current.ended_by = clock.now(), by.person_id
    return current


def _loosen(by, group, **wanted) -> Loosening:
    _check_counts(by, group)
    _end_open_loosenings(by, group, wanted["area"], limits="each_pence" in wanted)
    loosening = Loosening(group_id=group.id, started_by=by.person_id, **wanted)
    db.session.add(loosening)
    return loosening


def _check_counts(by, group) -> None:
    """Whoever loosens is an organiser for 7 days or more, and not the host's as well."""
    consent.check(by, "You also work for the host, so other organisers decide this. Making it tighter works at once.")
    if by.person_id not in queries.organisers_that_count(group.id):
        raise Mistake("New organisers can do this after their first 7 days. Making it tighter works at once.")


def _end_open_loosenings(by, group, area: Area, *, limits: bool = False) -> None:
    """End what was agreed or started in this area: the tighter choice stands."""
    kind = Loosening.each_pence.is_not(None) if limits else Loosening.level.is_not(None)
    open_ones = sa.select(Loosening).where(
        Loosening.group_id == group.id, Loosening.area == area, Loosening.ended_at.is_(None), kind
    )
    for loosening in db.session.scalars(open_ones):
        if loosening.holds_from is None or loosening.holds_from > clock.now():
            loosening.ended_at, loosening.ended_by = clock.now(), by.person_id


def _lapse_proposals(by, group, area: Area) -> None:
    open_ones = sa.select(Proposal).where(
        Proposal.group_id == group.id, Proposal.area == area, Proposal.answered_at.is_(None)
    )
    for proposal in db.session.scalars(open_ones):
        proposal.settle(by, "lapsed")


def _check_waits(group, proposal: Proposal) -> None:
    if proposal.answered_at or queries.proposal_deadline(proposal, standing.quiet_spells(group.id)) <= clock.now():
        raise Mistake("That was answered already, or its time has run out. No answer means no.")


def _check_undisputed(group, *rows) -> None:
    """What the organisers don't agree about waits (autonomy guide, "Disagreement")."""
    if any(row is not None and standing.of(group.id, row).disputed for row in rows):
        raise Mistake(DISPUTED)


def _words_under(proposal: Proposal, by, words: str, *, from_host: bool) -> ProposalNote:
    facts = {"proposal_id": proposal.id, "person_id": by.person_id, "from_host": from_host, "words": words}
    return ProposalNote(group_id=proposal.group_id, **facts)


def _row_of(group, proposal: Proposal):
    model = ACTIONS[proposal.action].on
    if model is None:
        return None
    query: sa.Select = sa.select(model).where(model.id == proposal.subject_id, model.group_id == group.id)  # type: ignore[attr-defined]
    row = db.session.scalar(query.with_for_update())
    if row is None:
        raise Mistake("What this is about is no longer there. Say no, and it’s done with.")
    return row


def _revived(wanted, facts: dict) -> dict:
    """Plain facts as the action takes them: days, moments, an enum's words and sets come back by its own hints."""
    hints = get_type_hints(wanted.run)
    return {name: _of_kind(hints.get(name), value) for name, value in facts.items()}


def _of_kind(hint, value):
    if isinstance(value, list) and get_origin(hint) in {set, frozenset, tuple}:
        return get_origin(hint)(value)
    for kind in get_args(hint) or (hint,):
        if isinstance(value, str) and isinstance(kind, type):
            if issubclass(kind, Enum):
                return kind(value)
            if issubclass(kind, date):
                return kind.fromisoformat(value)
    return value
