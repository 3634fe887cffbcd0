"""Everything that changes a request."""

from collections.abc import Sequence, Set
from datetime import date, timedelta

from portal.autonomy import queries as autonomy
from portal.autonomy.areas import Area
from portal.autonomy.door import Asking, Mistake, NotHere, Scope, action
from portal.breakglass.models import MOST_DELAY_DAYS, Delay
from portal.core import clock, jobs, uploads
from portal.core.db import db
from portal.core.stored_files import Sent, forget
from portal.cover import queries as cover
from portal.ledger.models import Fund
from portal.people import queries as people
from portal.people.models import Person
from portal.people.roles import GROUP_ROLES, Role
from portal.receipts.models import Receipt
from portal.support import promises, queries, readers, search
from portal.support.messages import write
from portal.support.models import (
    MAY_WAIT,
    NOTE_LASTS,
    Attachment,
    CameOf,
    DraftFile,
    Look,
    Message,
    NamedCoordinator,
    Note,
    Reader,
    Reason,
    ReplyBy,
    ReplyStart,
    Request,
    RequestDraft,
    Wanted,
)
from portal.support.states import is_promised, takes_words

COORDINATORS = frozenset({Role.COORDINATOR})
SUPPORT_STAFF = queries.SUPPORT_STAFF
ONESELF = frozenset({Role.SELF})
SYSTEM_ONLY = frozenset({Role.SYSTEM})
TEN_AT_A_TIME = "Ten at a time. Please send the rest after."


@action(roles=ONESELF, scope=Scope.PERSON, says="kept a request that isn’t sent yet")
def keep_draft(by, *, for_group: int, left_out: Sequence[int] = (), **answers) -> RequestDraft:
    """Keep what someone has written so far, by the names of the questions; what wasn't asked on this page stays. Of the
    files they added before, `left_out` (ids) are forgotten."""
    db.session.get_one(Person, by.person_id, with_for_update=True)  # two pages at once keep one after the other
    draft = queries.draft(by.person_id, for_group) or RequestDraft(person_id=by.person_id, for_group=for_group, facts={})
    draft.facts = draft.facts | answers
    draft.kept_at = clock.now()
    db.session.add(draft)
    _forget([one for one in queries.draft_files(by.person_id, for_group) if one.id in left_out])
    return draft


@action(roles=ONESELF, scope=Scope.PERSON, says="kept a file that isn’t sent yet")
def keep_file(by, *, for_group: int, file: Sent, for_request: int | None = None) -> DraftFile:
    """Keep a file until it is sent or left out: with what someone begins to ask, or for an answer in a request. The same
    file again is the one that is there."""
    there = queries.draft_files(by.person_id, for_group, for_request)
    if same := next((one for one in there if one.sha256 == file.sha256), None):
        return same
    if len(there) >= uploads.MAX_FILES:
        raise Mistake(TEN_AT_A_TIME, "files")
    made = DraftFile(person_id=by.person_id, for_group=for_group, for_request=for_request, **_columns(file))
    db.session.add(made)
    return made


@action(roles=ONESELF, scope=Scope.PERSON, says="threw away a request that wasn’t sent")
def drop_draft(by, *, for_group: int) -> None:
    """Forget what was written, with its files."""
    if draft := queries.draft(by.person_id, for_group):
        db.session.delete(draft)
    _forget(queries.draft_files(by.person_id, for_group))


@action(roles=GROUP_ROLES, says="asked for support")
def ask(
    by,
    group,
    *,
    words: str | None,
    wanted: str = Wanted.SOON.key,
    reply_by: str = ReplyBy.HERE,
    phone: str | None = None,
    shared: bool = False,
    receipt_id: int | None = None,
    fund_id: int | None = None,
    files: Sequence[Sent] = (),
) -> Request:
    """Ask. A few words are enough, or a photo, or a voice note, or the wish to be called; the promise to answer begins.
    `files`: sent now, or added to what was begun (`keep_file`); what was begun is over with that."""
    if not words and not files and reply_by != ReplyBy.CALL:
        raise Mistake("Write a few words, add a photo or a voice note, or ask us to call you.", "words")
    if not words and not files:
        words = "Please call me."
    if receipt_id and not _is_ours(group, Receipt, receipt_id):
        raise NotHere("receipt")
    if fund_id and not _is_ours(group, Fund, fund_id):
        raise NotHere("fund")
    request = Request.begin(
        group_id=group.id,
        added_by=by.person_id,
        wanted=wanted,
        reply_by=ReplyBy(reply_by),
        phone=phone,
        shared=shared,
        receipt_id=receipt_id,
        fund_id=fund_id,
        gist=search.gist(words or ""),
        holder_id=queries.coordinator_for(group.id).id,
    )
    sent = _attach(write(request, by, words), by, files, begun=True)
    if not words:
        request.gist = min(sent, key=lambda one: not one.is_sound).what
    search.note(request, request.ref, group.name, by.name)
    promises.begin(request)
    if draft := queries.draft(by.person_id, group.id):
        db.session.delete(draft)
    return request


@action(roles=GROUP_ROLES, on=Request, bars=readers.bars, says="wrote in a request")
def say(
    by,
    group,
    request,
    *,
    words: str | None,
    files: Sequence[Sent] = (),
    kept: Sequence[int] = (),
    by_mail: bool = False,
) -> Request:
    """Write more, or send files: `files` now, `kept` (ids) added to it before; `by_mail`: it came as an email. The promise
    to answer begins, and a closed request is open again: whoever writes still needs it."""
    _check_said(words, files, kept)
    _attach(write(request, by, words, by_mail=by_mail), by, files, kept)
    request.closed_at = request.closed_by = request.came_of = None
    request.closing_at = request.closing_by = request.group_to_answer_at = None
    request.snoozed_until = request.snooze_why = None
    promises.begin(request)
    return request


@action(roles=GROUP_ROLES, on=Request, bars=readers.bars, says="closed a request")
def close(by, group, request, *, came_of: str | None = None, learned: str | None = None) -> Request:
    """It is settled, for whatever reason. What came of it, and what was learned, may be said. Where two close it at once,
    the first to say what came of it is believed, and what each of them learned stays."""
    if request.closed_at is None:
        request.closed_at = request.move()
        request.closed_by = by.person_id
    request.came_of = request.came_of or (CameOf(came_of) if came_of else None)
    if learned and learned not in (request.learned or ""):
        request.learned = "\n".join(filter(None, (request.learned, learned)))
    request.closing_at = request.closing_by = request.group_to_answer_at = request.later_until = request.later_why = None
    promises.end(request)
    return request


@action(roles=GROUP_ROLES, on=Request, bars=readers.bars, says="opened a request again")
def reopen(by, group, request) -> Request:
    """It isn't settled after all: the group waits for an answer, whatever was put off or asked back before."""
    if request.closed_at:
        request.closed_at = request.closed_by = request.came_of = request.group_to_answer_at = None
        _wake_up(request)
        request.move()
        promises.begin(request)
    request.closing_at = request.closing_by = None
    return request


@action(roles=GROUP_ROLES, on=Request, bars=readers.bars, says="changed who in the group reads a request")
def share(by, group, request, *, shared: bool) -> Request:
    """Let the other organisers read it, or keep it between the asker and the coordinator again."""
    if request.added_by != by.person_id:
        raise Mistake("Only who asked decides that.")
    request.shared = shared
    return request


@action(roles=GROUP_ROLES, on=Request, bars=readers.bars, says="answered whether a later day will do")
def answer_later(by, group, request, *, agreed: bool, seen: str) -> Request:
    """Say yes or no to a day after the promised one. No leaves the promise as it is. `seen`: the day that was asked about
    (2026-12-10), so that a yes is never to another one."""
    if request.later_until is None:
        raise Mistake("That was answered already.")
    if seen != request.later_until.isoformat():
        raise Mistake("They asked about another day meanwhile. Open the page again to see which.")
    if agreed and request.later_until <= clock.today():
        raise Mistake("That day has come, so the day promised stays.")
    if agreed:
        promises.move(request, request.later_until)
        request.snoozed_until, request.snooze_why = request.later_until, request.later_why
    request.later_until = request.later_why = None
    return request


@action(roles=GROUP_ROLES, on=Request, bars=readers.bars, says="let someone at the host read a request")
def let_in(by, group, request, *, person_id: int | None) -> Request:
    """Let someone else at the host read and answer it."""
    _can_be_let_in(group, request, person_id=person_id)
    _let_in(request, person_id, by.person_id)
    return request


@action(roles=GROUP_ROLES, on=Request, bars=readers.bars, says="ended that someone at the host reads a request")
def keep_out(by, group, request, *, reader_id: int) -> Request:
    """End it: it works at their next request."""
    reader = db.session.get(Reader, reader_id)
    if reader is None or (reader.group_id, reader.request_id) != (group.id, request.id):
        raise NotHere("reader")
    if reader.ended_at is None:
        _end_reading(by, group, reader)
    return request


@action(roles=SUPPORT_STAFF, on=Request, bars=readers.bars, scope=Scope.LOOK, says="read a request")
def read(by, group, request) -> Request:
    """A reading, for its line in the group's log (autonomy guide, area 9)."""
    look = queries.look_of(request, by.person_id) or Look(group_id=group.id, request_id=request.id, person_id=by.person_id)
    look.read_at = clock.now()
    db.session.add(look)
    return request


@action(roles=SUPPORT_STAFF, on=Request, bars=readers.bars, says="took a request on")
def take(by, group, request) -> Request:
    """Be on it. Who got there first keeps it; the other sees who."""
    if request.taken_at and not _has_it(request, by):
        name = people.names([request.holder_id])[request.holder_id]
        raise Mistake(f"{name} is on it already.")
    if request.taken_at is None:
        _take(request, by)
    return request


@action(roles=SUPPORT_STAFF, on=Request, bars=readers.bars, says="put a request back")
def put_back(by, group, request) -> Request:
    """Not be on it any more: it is theirs again who had it. Nobody else's: who reads it is the group's to say (area 9)."""
    if _has_it(request, by):
        request.taken_at = None
    if request.holder_id == by.person_id and _works_on_support(request.had_by):
        _is_theirs(request, request.had_by)
    return request


@action(roles=SUPPORT_STAFF, on=Request, bars=readers.bars, says="answered a request")
def reply(
    by,
    group,
    request,
    *,
    words: str | None,
    seen: str,
    asks: bool = False,
    files: Sequence[Sent] = (),
    kept: Sequence[int] = (),
) -> Request:
    """Answer, in words or by files (as in `say`): the promise is kept. `asks`: it is the group's turn now. `seen`: what
    stood there when this was written; where something came in between, the writer looks at that first and sends again."""
    _check_said(words, files, kept)
    _check_seen(request, seen)
    _check_takes_words(request)
    _attach(write(request, by, words), by, files, kept)
    promises.keep(request, by.person_id)
    if request.taken_at is None:
        _take(request, by)
    request.answered_at = request.moved_at
    request.group_to_answer_at = request.moved_at if asks else None
    request.with_whom = None
    _wake_up(request)
    return request


@action(roles=SUPPORT_STAFF, on=Request, bars=readers.bars, says="said sorry, with another day")
def say_sorry(by, group, request, *, words: str, due_on: date) -> Request:
    """A promise that can't be kept: say so, and name another day. It counts as late whatever comes after."""
    if not is_promised(request.due_on):
        raise Mistake("Nothing is promised here just now.")
    _check_ahead(due_on, "due_on")
    write(request, by, words)
    promises.replace(request, due_on)
    _wake_up(request)
    return request


@action(roles=SUPPORT_STAFF, on=Request, bars=readers.bars, says="put a request off")
def snooze(by, group, request, *, until: date, reason: str) -> Request:
    """Put it off until a day, for a reason the group sees. A day after the promised one takes the group's yes first."""
    _check_ahead(until, "until")
    if until > request.due_on:
        request.later_until, request.later_why = until, reason
    else:
        request.snoozed_until, request.snooze_why = until, reason
    return request


@action(roles=SUPPORT_STAFF, on=Request, bars=readers.bars, says="took a request up again")
def wake_up(by, group, request) -> Request:
    """Not put it off any longer, nor ask to."""
    _wake_up(request)
    return request


@action(roles=SUPPORT_STAFF, on=Request, bars=readers.bars, says="said whom a request waits for")
def pass_to(by, group, request, *, with_whom: str | None) -> Request:
    """It is with someone outside, such as the council; or, with nobody named, with us again. The promise stays."""
    request.with_whom = with_whom
    return request


@action(roles=SUPPORT_STAFF, on=Request, bars=readers.bars, says="suggested closing a request")
def propose_closing(by, group, request) -> Request:
    """Say that it looks settled. Only the group closes it."""
    if request.closed_at is None:
        request.closing_at, request.closing_by = clock.now(), by.person_id
    return request


@action(roles=SUPPORT_STAFF, on=Request, bars=readers.bars, says="took back the suggestion to close a request")
def stop_closing(by, group, request) -> Request:
    request.closing_at = request.closing_by = None
    return request


@action(roles=SUPPORT_STAFF, on=Request, bars=readers.bars, says="kept a note in a request")
def keep_note(
    by, group, request, *, words: str, reason: str | None = None, review_on: date | None = None, delay: str | None = None
) -> Note:
    """Keep a note: for everyone who reads the request or, for a reason, for who reads it at the host alone. It answers
    nobody: what was promised stays. `delay`: why the group is told only in 14 days that there is a private one."""
    private = Reason(reason) if reason else None
    if private is None:
        _check_takes_words(request)
    if delay and private not in MAY_WAIT:
        raise Mistake("Only where someone may be at risk, or it’s a lawyer’s advice, is the group told later.", "delay")
    note = Note(
        group_id=group.id,
        request_id=request.id,
        added_by=by.person_id,
        words=words,
        reason=private,
        review_on=_review_day(review_on) if private else None,
        delay=Delay(delay) if delay else None,
        told_at=clock.now() + timedelta(days=MOST_DELAY_DAYS) if delay else None,
    )
    db.session.add(note)
    if private is None:
        search.note(request, words)
    db.session.flush()
    return note


@action(roles=SUPPORT_STAFF, on=Note, bars=readers.bars_note, says="kept a private note on")
def review_note(by, group, note, *, reason: str, review_on: date | None = None) -> Note:
    """It is still needed: say again why, and until when."""
    _check_kept(note)
    note.reason, note.review_on = Reason(reason), _review_day(review_on)
    if note.reason not in MAY_WAIT:
        note.delay = note.told_at = None
    note.reviewed_at, note.reviewed_by = clock.now(), by.person_id
    return note


@action(roles=SUPPORT_STAFF, on=Note, bars=readers.bars_note, says="ended a private note")
def end_note(by, group, note) -> Note:
    """It isn't needed any more: its words go for good."""
    _check_kept(note)
    note.end(by.person_id)
    return note


@action(roles=SYSTEM_ONLY, on=Note, says="ended a private note nobody looked at again")
def expire_note(by, group, note) -> Note:
    """What nobody kept on by its day ends by itself."""
    if note.reason and note.ended_at is None and not note.is_kept(clock.today()):
        note.end(None)
    return note


def _means_reading(row, facts, rows) -> autonomy.Meaning:
    name = people.names([facts["person_id"]]).get(facts["person_id"], "Someone")
    return autonomy.Meaning([], f"{name} would read {row.ref}, and could answer in it.")


def _can_be_let_in(group, request, *, person_id: int | None) -> None:
    if not _works_on_support(person_id):
        raise Mistake("Choose someone who works on support.", "person_id")


def _works_on_support(person_id: int | None) -> bool:
    return person_id in {row.id for row in queries.support_staff()}


def _can_be_asked(group, request, **facts) -> None:
    """Before the group is asked: someone must be there who can say yes, which only who reads it can."""
    if facts:
        _can_be_let_in(group, request, **facts)
    if not (request.by_host or request.shared or request.added_by in people.organisers(group.id)):
        raise Mistake("A helper asked this, for themselves. They can let someone in from their page.", "person_id")


def _end_reading(by, group, reader: Reader) -> Reader:
    """Whoever took it on meanwhile gives it back to who had it; where they are gone, to the group's coordinator."""
    reader.ended_at, reader.ended_by = clock.now(), by.person_id
    request = db.session.get_one(Request, reader.request_id)
    if request.holder_id == reader.person_id:
        still = _works_on_support(request.had_by)
        _is_theirs(request, request.had_by if still else queries.coordinator_for(group.id).id)
        request.taken_at = None
    return reader


@action(
    area=Area.SUPPORT,
    roles=COORDINATORS,
    on=Request,
    bars=readers.bars,
    undo=_end_reading,
    asks=Asking(means=_means_reading, fits=_can_be_asked, lasting=True),
    says="brought a colleague in to a request",
)
def bring_in(by, group, request, *, person_id: int) -> Reader:
    """Let a colleague read and answer it, as the group has set (area 9)."""
    _can_be_let_in(group, request, person_id=person_id)
    return _let_in(request, person_id, by.person_id)


def _means_standing_in(row, facts, rows) -> autonomy.Meaning:
    name = people.names([row.holder_id]).get(row.holder_id, "someone")
    return autonomy.Meaning([], f"They cover for {name}, would read {row.ref}, and could answer in it.")


def _not_asked_yet(group, request) -> None:
    _can_be_asked(group, request)
    waiting = (one.proposal for one in autonomy.waiting(group.id))
    mine = (one for one in waiting if (one.action, one.subject_id) == (stand_in.name, request.id))
    if any(cover.covers(one.person_id, request.holder_id) for one in mine):
        raise Mistake("They are asked already. Nothing changes until an organiser says yes.")


@action(
    area=Area.SUPPORT,
    roles=COORDINATORS,
    on=Request,
    bars=readers.bars_standing_in,
    undo=_end_reading,
    asks=Asking(means=_means_standing_in, fits=_not_asked_yet, lasting=True),
    says="stood in for whose request it is",
)
def stand_in(by, group, request) -> Reader:
    """Read and answer it for whoever is away, where the group didn't agree to that ahead (area 9)."""
    return _let_in(request, by.person_id, by.person_id)


@action(
    area=Area.SUPPORT,
    roles=COORDINATORS,
    on=Request,
    bars=readers.bars,
    asks=Asking(means=_means_reading, fits=_can_be_asked, lasting=True),
    says="handed a request over",
)
def hand_over(by, group, request, *, person_id: int) -> Request:
    """Make it a colleague's, as the group has set (area 9). The group is told who has it."""
    _can_be_let_in(group, request, person_id=person_id)
    _is_theirs(request, person_id)
    request.taken_at = clock.now()
    return request


@action(roles=COORDINATORS, says="named who looks after our requests")
def name_coordinator(by, group, *, person_id: int) -> NamedCoordinator:
    """Say whose a group's new requests are. What was asked before stays with who has it."""
    if person_id not in queries.coordinators():
        raise Mistake("Choose someone who coordinates.", "person_id")
    for earlier in queries.named(group.id):
        earlier.ended_at = clock.now()
    made = NamedCoordinator(group_id=group.id, person_id=person_id, named_by=by.person_id)
    db.session.add(made)
    return made


@action(roles=SYSTEM_ONLY, on=Attachment, says="made a file of a request ready")
def keep_made(by, group, attachment, *, looks: str | None = None, **made) -> Attachment:
    """Note what was made of a file: pages and a thumbnail, or a sound and its seconds."""
    attachment.became(**made)
    return attachment


@action(roles=SYSTEM_ONLY, on=Attachment, says="couldn’t open a file of a request")
def give_up_file(by, group, attachment, *, sentence: str) -> Attachment:
    """Note that a file couldn't be opened, so that another can be sent."""
    attachment.cant_be_made(sentence)
    return attachment


@action(scope=Scope.HOST, roles=COORDINATORS, says="wrote a reply to start from")
def write_start(by, *, title: str, words: str) -> ReplyStart:
    """Write a plain reply that answers can start from."""
    if len(queries.starts()) >= queries.MOST_STARTS:
        raise Mistake(f"{queries.MOST_STARTS} are plenty. Put one away first.", "title")
    made = ReplyStart(title=title, words=words)
    db.session.add(made)
    return made


@action(scope=Scope.HOST, roles=COORDINATORS, on=ReplyStart, says="changed a reply to start from")
def change_start(by, start, *, title: str, words: str) -> ReplyStart:
    """Write it anew. Answers that started from it stay as they are."""
    start.title, start.words = title, words
    return start


@action(scope=Scope.HOST, roles=COORDINATORS, on=ReplyStart, says="put a reply to start from away")
def end_start(by, start) -> ReplyStart:
    """Not offer it any longer."""
    start.ended_at = start.ended_at or clock.now()
    return start


def _check_said(words: str | None, files: Sequence[Sent], kept: Sequence[int]) -> None:
    if not (words or files or kept):
        raise Mistake("Write a few words, or add a photo or a voice note.", "words")


def _attach(message: Message, by, files: Sequence[Sent], kept: Sequence[int] = (), *, begun=False) -> list[Attachment]:
    """Put files with a message: these, and of those its writer added to it before the ones chosen by id. `begun`: it is the
    first message, of what they had begun to ask. The others added before are forgotten: it is sent."""
    there = queries.draft_files(by.person_id, message.group_id, None if begun else message.request_id)
    sent: list[DraftFile | Sent] = [one for one in there if one.id in kept]
    if len(sent) < len(set(kept)):
        raise Mistake("A file you added isn’t there any more. Look at what is, and send it again.", "files")
    sent += files
    if len(sent) > uploads.MAX_FILES:
        raise Mistake(TEN_AT_A_TIME, "files")
    db.session.flush()  # the message has its number
    own = {"group_id": message.group_id, "request_id": message.request_id, "message_id": message.id}
    made = [Attachment(**own, added_by=by.person_id, **_columns(one)) for one in sent]
    db.session.add_all(made)
    db.session.flush()
    for one in made:
        jobs.enqueue("support.make_safe", attachment_id=one.id, group_id=one.group_id)
    _forget(there, but={one.original for one in sent})
    return made


def _columns(file: Sent | DraftFile) -> dict:
    return {name: getattr(file, name) for name in ("shown_name", "kind", "size", "sha256", "original", "seconds")}


def _forget(files: Sequence[DraftFile], but: Set[str | None] = frozenset()) -> None:
    """These are sent or left out: their rows go, and their bytes, `but` for those that something else holds now."""
    for one in files:
        if one.original and one.original not in but:
            forget(one.original)
        db.session.delete(one)


def _wake_up(request: Request) -> None:
    request.snoozed_until = request.snooze_why = request.later_until = request.later_why = None


def _check_takes_words(request: Request) -> None:
    if not takes_words(request):
        what = "The group closed this one." if request.closed_at else "Nothing of theirs waits here."
        raise Mistake(f"{what} To write to them now, ask whether you may: on their page.", "words")


def _is_theirs(request: Request, person_id: int | None) -> None:
    """It is this person's, and nobody's to put back to."""
    request.holder_id, request.had_by = person_id, None


def _has_it(request: Request, by) -> bool:
    """Whether it is theirs, or of one they cover for."""
    return request.holder_id == by.person_id or cover.covers(by.person_id, request.holder_id)


def _take(request: Request, by) -> None:
    """Be on it. Who covers is so for whoever is away: it is theirs again when they are back."""
    if not _has_it(request, by):
        request.holder_id, request.had_by = by.person_id, request.had_by or request.holder_id
    request.taken_at = clock.now()


def _let_in(request: Request, person_id: int | None, by: int) -> Reader:
    if already := queries.reader(request, person_id):
        return already
    made = Reader(group_id=request.group_id, request_id=request.id, person_id=person_id, let_in_by=by)
    db.session.add(made)
    return made


def _is_ours(group, model, row_id: int) -> bool:
    row = db.session.get(model, row_id)
    return row is not None and row.group_id == group.id


def _check_seen(request: Request, seen: str) -> None:
    if seen != request.moved_at.isoformat():
        raise Mistake("Something came in while you wrote: look above, then send it again if it still fits.", "words")


def _check_kept(note: Note) -> None:
    if not note.is_kept(clock.today()):
        raise Mistake("That note isn’t private, or it has ended.")


def _review_day(day: date | None) -> date:
    last = clock.today() + timedelta(days=NOTE_LASTS)
    if day is None:
        return last
    _check_ahead(day, "review_on")
    if day > last:
        raise Mistake(f"{NOTE_LASTS} days ahead is the most. Somebody can keep it on then.", "review_on")
    return day


def _check_ahead(day: date, field: str) -> None:
    if day <= clock.today():
        raise Mistake("Choose a day that is still to come.", field)
