"""Drafting an ask, sending it to a group, a group's answers, and what it led to."""

from datetime import date

import sqlalchemy as sa

from portal.asks import queries
from portal.asks.models import MOST_MINUTES, MOST_QUESTIONS, Ask, AskAnswer, AskQuestion, SentAsk, sameness, stands_then
from portal.autonomy.areas import Area
from portal.autonomy.change_words import Meaning
from portal.autonomy.door import Asking, Mistake, NotHere, Scope, action, has_their_yes
from portal.autonomy.models import Proposal
from portal.autonomy.queries import still_waits
from portal.contact import host_questions
from portal.core import clock
from portal.core.db import db
from portal.core.marks import mark
from portal.heard import outcomes
from portal.people.roles import ORGANISERS, Role

COORDINATORS = frozenset({Role.COORDINATOR})
AUTOMATIC = frozenset({Role.SYSTEM})
NOTHING = mark("")  # what a box showed in which nothing stood


@action(scope=Scope.HOST, roles=COORDINATORS, says="drafted an ask")
def draft(by, *, questions: list[str], **facts) -> Ask:
    """Draft an ask: `title`, `purpose`, `gets`, `sees`, `minutes`, `help_by`, `to_groups`. Without a purpose it isn't
    kept."""
    ask = Ask.begin(drafted_by=by.person_id, **_checked(**facts))
    _ask_these(ask, questions)
    return ask


@action(scope=Scope.HOST, roles=COORDINATORS, on=Ask, says="changed a draft of an ask")
def redraft(by, ask, *, questions: list[str], **facts) -> Ask:
    """Change it, as long as no group was asked."""
    if ask.sent_at:
        raise Mistake("It was sent, so it stays as it is.", "title")
    for name, value in _checked(**facts).items():
        setattr(ask, name, value)
    db.session.execute(sa.delete(AskQuestion).where(AskQuestion.ask_id == ask.id))
    _ask_these(ask, questions)
    return ask


@action(scope=Scope.HOST, roles=COORDINATORS, on=Ask, says="dropped a draft of an ask")
def drop(by, ask) -> Ask:
    """Not ask it after all, as long as no group was asked: the draft is gone."""
    if ask.sent_at:
        raise Mistake("It was sent, so it stays as it is.", "title")
    db.session.execute(sa.delete(AskQuestion).where(AskQuestion.ask_id == ask.id))
    db.session.delete(ask)
    return ask


def _checked(
    *,
    title: str,
    purpose: str,
    gets: str,
    sees: str,
    minutes: int,
    help_by: date | None = None,
    to_groups: list[int] | None = None,
) -> dict:
    """What an ask must say, or a Mistake that says what is missing."""
    said = {"title": title, "purpose": purpose, "gets": gets, "sees": sees}
    for name, words in said.items():
        if not (words or "").strip():
            raise Mistake("Say why you ask." if name == "purpose" else "Fill this in.", name)
    if not 1 <= minutes <= MOST_MINUTES:
        raise Mistake(f"Use a number from 1 to {MOST_MINUTES}.", "minutes")
    if to_groups is not None and not to_groups:
        raise Mistake("Choose at least one group.", "groups")
    return said | {"minutes": minutes, "help_by": help_by, "to_groups": to_groups}


def _ask_these(ask: Ask, questions: list[str]) -> None:
    asked = [words.strip() for words in questions if words and words.strip()]
    if not 1 <= len(asked) <= MOST_QUESTIONS:
        raise Mistake(f"Ask at least one question, and {MOST_QUESTIONS} at most.", "question_1")
    for position, words in enumerate(asked, start=1):
        db.session.add(AskQuestion(ask_id=ask.id, position=position, words=words, sameness=sameness(words)))


@action(scope=Scope.HOST, roles=COORDINATORS, on=Ask, says="began to send an ask")
def begin(by, ask) -> Ask:
    """It goes out: its words stay as they are from now on. It reaches nobody by this alone."""
    _check_open(ask)
    ask.sent_at = ask.sent_at or clock.now()
    return ask


def _check_open(ask: Ask) -> None:
    if ask.closed_at:
        raise Mistake("It is closed.")


def _means(_row, facts: dict, _rows) -> Meaning:
    minutes = facts["minutes"]
    words = f"They would like to contact us about: {facts['about']} ({minutes} minute{'' if minutes == 1 else 's'})."
    over = facts.get("over_why")
    return Meaning([], f"{words} It is more than they mean to ask in a month, because: {over}" if over else words)


def _to_send(group, ask_id: int, about: str, minutes: int) -> Ask:
    ask = db.session.get(Ask, ask_id, with_for_update=True)  # so that it isn't closed meanwhile
    if ask is None or ask.sent_at is None or (ask.title, ask.minutes) != (about, minutes):
        raise NotHere("ask")
    _check_open(ask)
    return ask


def _fits(group, _row, *, ask_id: int, about: str, minutes: int, over_why: str | None = None) -> None:
    _to_send(group, ask_id, about, minutes)
    if queries.was_put_to(group.id, ask_id):
        raise Mistake(PUT_ALREADY)
    host_questions.within_budget(group.id, minutes, over_why)


PUT_ALREADY = "It was put to them already. Once is enough."


def _call_off(by, group, sent: SentAsk) -> SentAsk:
    sent.closed_at, sent.closed_by = clock.now(), by.person_id
    return sent


def _keep_back(sent: SentAsk) -> None:
    """What was sent stays with the group alone."""
    for answer in queries.answers_of(sent).values():
        answer.draft, answer.words = answer.stands or None, None
    sent.given_at = sent.given_by = None


def _undo(by, group, sent: SentAsk) -> SentAsk:
    _keep_back(sent)
    return _call_off(by, group, sent)


@action(
    area=Area.CONTACT,
    roles=COORDINATORS,
    undo=_undo,
    asks=Asking(means=_means, fits=_fits),
    says="asked us a few questions",
)
def send(by, group, *, ask_id: int, about: str, minutes: int, over_why: str | None = None) -> SentAsk:
    """Put an ask to a group, as the group has set: at “Ask us first” the short question comes first; elsewhere it leaves
    in the hours for it, and not while they rest. `about` and `minutes` are the ask's own, for that short question. Over
    the budget of asks it says why all the same, and the group reads that."""
    ask = _to_send(group, ask_id, about, minutes)
    if not has_their_yes() and queries.was_put_to(group.id, ask_id):
        raise Mistake(PUT_ALREADY)
    why_more = host_questions.within_budget(group.id, ask.minutes, over_why)
    sent = SentAsk(group_id=group.id, ask_id=ask.id, added_by=by.person_id, why_more=why_more)
    db.session.add(sent)
    db.session.flush()
    host_questions.begin(sent)
    return sent


@action(area=Area.CONTACT, roles=AUTOMATIC, on=SentAsk, undo=_undo, says="let an ask of the host’s go to us")
def release(by, group, sent) -> SentAsk:
    """Its hour has come."""
    if sent.ask.closed_at is None:
        host_questions.let_go(sent)
    return sent


@action(roles=COORDINATORS, on=SentAsk, says="called off an ask to us")
def call_off(by, group, sent) -> SentAsk:
    """Not ask this group after all, as long as it is held."""
    if not sent.is_held:
        raise Mistake("It has left already.")
    return _call_off(by, group, sent)


@action(roles=COORDINATORS, on=Proposal, says="called off the question whether they may ask us")
def call_off_first(by, group, proposal) -> Proposal:
    """Where a group was asked first and still could answer: it needn't any more."""
    if proposal.action != send.name:
        raise NotHere("proposal")
    if proposal.answered_at is None and still_waits(group.id, proposal.made_at):
        proposal.settle(by, "called off")
    return proposal


@action(scope=Scope.HOST, roles=COORDINATORS, on=Ask, says="said what an ask led to")
def close(by, ask, *, outcome: str | None = None, look_again_on: date | None = None) -> Ask:
    """Say what it led to; or nothing yet, with the day on which the host looks again. The answers stay as they are."""
    if ask.sent_at is None:
        raise Mistake("It wasn’t sent.", "outcome")
    outcomes.say(ask, by, outcome, look_again_on)
    ask.closed_at = ask.closed_at or clock.now()
    return ask


@action(roles=COORDINATORS, on=SentAsk, says="told us what an ask led to")
def tell(by, group, sent) -> SentAsk:
    """Let the group know; where the ask is still held there, it doesn't leave any more."""
    if sent.ask.closed_at is None:
        raise Mistake("Say what it led to first.")
    sent.told_at = clock.now()
    if sent.closed_at is None:
        _call_off(by, group, sent)
    return sent


@action(roles=ORGANISERS, on=SentAsk, says="kept what we might answer")
def save(by, group, sent, *, answers: dict, seen: dict) -> SentAsk:
    """Keep answers for later, by question: only the group sees them. `seen`: the marks of what stood in the boxes when
    they were opened (`queries.marks_of`); what another organiser wrote since is never written over unseen."""
    _check_answerable(sent)
    for answer, words in _each(by, sent, answers, seen):
        answer.draft = None if words == answer.words else words or ("" if answer.words else None)
    sent.skipped_at = sent.skipped_by = None
    return sent


@action(roles=ORGANISERS, on=SentAsk, says="answered an ask")
def give(by, group, sent, *, answers: dict, seen: dict) -> SentAsk:
    """Send answers, by question (`seen` as in `save`); what was sent before is what is sent now."""
    _check_answerable(sent)
    given = list(_each(by, sent, answers, seen))
    if not any(words for _, words in given):
        raise Mistake("Write a few words to one of them, or skip it.", "answers")
    for answer, words in given:
        answer.words, answer.draft = words, None
    sent.given_at, sent.given_by = clock.now(), by.person_id
    sent.skipped_at = sent.skipped_by = None
    return sent


@action(roles=ORGANISERS, on=SentAsk, says="took back what we answered")
def take_back(by, group, sent) -> SentAsk:
    """The host doesn't read the answers any more. They stay with the group."""
    _check_answerable(sent)
    _keep_back(sent)
    return sent


@action(roles=ORGANISERS, on=SentAsk, says="skipped an ask")
def skip(by, group, sent) -> SentAsk:
    """Skip it. No reason, no consequence; until it is closed the group can still answer."""
    _check_answerable(sent)
    if sent.given_at:
        raise Mistake("We answered it. We can take that back.")
    if sent.skipped_at is None:
        sent.skipped_at, sent.skipped_by = clock.now(), by.person_id
    return sent


def _check_answerable(sent: SentAsk) -> None:
    if sent.released_at is None:
        raise NotHere("ask")
    if not sent.is_open:
        raise Mistake("It is closed, so it stays as it is.")


def _each(by, sent: SentAsk, answers: dict, seen: dict):
    """Each question's answer with what was typed to it now, a new row where it is the first. A box that was left as it was
    seen stays as it stands. Raises Mistake where someone else wrote to the same one meanwhile, and something else."""
    kept = queries.answers_of(sent)
    for question in queries.questions(sent.ask_id):
        answer, was = kept.get(question.id), seen.get(str(question.id), NOTHING)
        stands = answer.stands if answer else ""
        typed = stands_then((answers.get(str(question.id)) or "").strip(), stands, was)
        if typed is None:
            raise Mistake("Someone else of us wrote here meanwhile.", "seen")
        words = typed or None
        if answer is None and words is None:
            continue
        if answer is None:
            answer = AskAnswer(group_id=sent.group_id, sent_id=sent.id, question_id=question.id, saved_by=by.person_id)
            db.session.add(answer)
        if typed != stands:
            answer.saved_at, answer.saved_by = clock.now(), by.person_id
        yield answer, words


host_questions.KINDS[send.name] = host_questions.Kind(
    SentAsk,
    (sa.exists().where(Ask.id == SentAsk.ask_id, sa.or_(Ask.closed_at.is_(None), SentAsk.released_at.is_not(None))),),
    sa.select(Ask.minutes).where(Ask.id == SentAsk.ask_id).scalar_subquery(),
    release,
)
