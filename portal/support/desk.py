"""The coordinator's queue: what is promised soonest comes first. Keyboard first; single pages on a phone."""

from datetime import timedelta

from flask import Blueprint, abort, request, url_for

from portal.autonomy import standing
from portal.autonomy.areas import Area
from portal.autonomy.door import note_read
from portal.autonomy.door_answers import mistakes_beside
from portal.core import attachments, clock
from portal.core.forms import PlainForm
from portal.core.ids import id_of
from portal.core.web import invalid, page, saved
from portal.people.reach import actor, as_staff, group_at
from portal.people.session import is_dozed
from portal.support import actions, attached, queries, unplaced_mail, words
from portal.support.forms import NoteForm, PersonForm, ReplyForm, ReviewNoteForm, SnoozeForm, SorryForm, WithForm
from portal.support.models import NOTE_LASTS

bp = Blueprint("requests", __name__, url_prefix="/host/requests")
STAFF = actions.SUPPORT_STAFF
BESIDE = 7  # lines of the queue beside one request


@bp.get("/")
@as_staff(roles=STAFF)
def index():
    """The queue of one view, or what was found by words."""
    return page("support/desk.html", "support/_news.html", **_facts(None))


@bp.get("/<int:number>")
@as_staff(roles=STAFF, notes=actions.read, asks_when_idle=True)
def show(number):
    """One request with the queue beside it. That it was read is in the group's log."""
    return page("support/desk.html", "support/_item.html", **_facts(number))


@bp.post("/<int:number>/taking")
@as_staff(roles=STAFF, does=actions.take, asks_when_idle=True)
def take(number):
    return _done(number, actions.take, "You’re on it.")


@bp.post("/<int:number>/putting-back")
@as_staff(roles=STAFF, does=actions.put_back, asks_when_idle=True)
def put_back(number):
    return _done(number, actions.put_back, "Put back. It is new again.")


@bp.get("/<int:number>/files/<int:file_id>/<size>")
@as_staff(roles=STAFF, notes=actions.read, asks_when_idle=True)
def file(number, file_id, size):
    """What was made of a photo, a PDF or a voice note. Seeing it is reading the request."""
    _read(number)
    return attachments.send(queries.file_at_host(number, file_id, actor()), size, f"S{number}")


@bp.post("/<int:number>/replies")
@as_staff(roles=STAFF, does=(actions.reply, actions.keep_file), asks_when_idle=True)
def reply(number):
    form = ReplyForm.from_request()
    with attached.arriving() as came:
        found = _found(number)
        if form.validate() and not came.problems:
            with mistakes_beside(form, files=came):
                actions.reply(actor(), found.group, found.request.id, files=came.new, kept=came.kept, **form.facts())
                return saved(goto=_next(found), says=f"{found.ref}: Answered.")
        attached.keep(came, found.request.group_id, found.request.id)
    return invalid("support/desk.html", "support/_item.html", **_facts(number, replying=form, came=came))


@bp.post("/<int:number>/sorry")
@as_staff(roles=STAFF, does=actions.say_sorry, asks_when_idle=True)
def say_sorry(number):
    return _typed(number, "sorry", SorryForm, actions.say_sorry, "Said, with the new day.")


@bp.post("/<int:number>/snooze")
@as_staff(roles=STAFF, does=actions.snooze, asks_when_idle=True)
def snooze(number):
    return _typed(number, "snoozing", SnoozeForm, actions.snooze, "Put off. The group sees why.", on=True)


@bp.post("/<int:number>/waking")
@as_staff(roles=STAFF, does=actions.wake_up, asks_when_idle=True)
def wake_up(number):
    return _done(number, actions.wake_up, "Here again.")


@bp.post("/<int:number>/outside")
@as_staff(roles=STAFF, does=actions.pass_to, asks_when_idle=True)
def pass_to(number):
    return _typed(number, "passing", WithForm, actions.pass_to, "Noted. The group sees it.", again=_more)


@bp.post("/<int:number>/closing")
@as_staff(roles=STAFF, does=actions.propose_closing, asks_when_idle=True)
def propose_closing(number):
    return _done(number, actions.propose_closing, "Suggested. Only the group closes it.")


@bp.post("/<int:number>/closing/end")
@as_staff(roles=STAFF, does=actions.stop_closing, asks_when_idle=True)
def stop_closing(number):
    return _done(number, actions.stop_closing, "Taken back.")


@bp.post("/<int:number>/notes")
@as_staff(roles=STAFF, does=actions.keep_note, asks_when_idle=True)
def keep_note(number):
    return _typed(number, "noting", NoteForm, actions.keep_note, "Note kept.", again=_more)


@bp.post("/<int:number>/notes/<int:note_id>")
@as_staff(roles=STAFF, does=actions.review_note, asks_when_idle=True)
def review_note(number, note_id):
    """Keep a private note on."""
    found, form = _with_note(number, note_id), ReviewNoteForm.from_request()
    if form.validate():
        with mistakes_beside(form, "review_on"):
            actions.review_note(actor(), found.group, note_id, **form.facts())
            return saved(goto=url_for(".show", number=number, view=_view()), says="Kept on. The group sees until when.")
    return _more(number, reviewing=(note_id, form))


@bp.post("/<int:number>/notes/<int:note_id>/end")
@as_staff(roles=STAFF, does=actions.end_note, asks_when_idle=True)
def end_note(number, note_id):
    found = _with_note(number, note_id)
    actions.end_note(actor(), found.group, note_id, key=PlainForm.from_request().key.data)
    return saved(goto=url_for(".show", number=number, view=_view()), says="Ended. Its words are gone.")


@bp.get("/<int:number>/more")
@as_staff(roles=STAFF, notes=actions.read, asks_when_idle=True)
def more(number):
    """What is rarer: a note, private notes to look after, someone outside whom it waits for."""
    return page("support/more.html", **_beyond(number))


@bp.get("/<int:number>/colleagues")
@as_staff(roles=actions.COORDINATORS, asks_when_idle=True)
def colleagues(number):
    """Whom to hand it to, or bring in, and what the group has set about that."""
    return page("support/colleagues.html", **_among(_found(number)))


@bp.post("/<int:number>/colleagues")
@as_staff(roles=actions.COORDINATORS, does=actions.bring_in, asks_when_idle=True)
def bring_in(number):
    return _with_colleague(number, actions.bring_in, "They can read it. The group is told.")


@bp.post("/<int:number>/handing-over")
@as_staff(roles=actions.COORDINATORS, does=actions.hand_over, asks_when_idle=True)
def hand_over(number):
    return _with_colleague(number, actions.hand_over, "Handed over. The group is told.")


@bp.post("/<int:number>/standing-in")
@as_staff(roles=actions.COORDINATORS, does=actions.stand_in, asks_when_idle=True)
def stand_in(number):
    """Ask to read what isn't theirs, covering for whose it is; or read it, as the group has set."""
    found = queries.on_desk(number, actor()) or abort(404)
    actions.stand_in(actor(), found.group, found.request.id, key=PlainForm.from_request().key.data)
    return saved(goto=url_for(".show", number=number, view=_view()), says="You can read it. The group is told.")


@bp.get("/of/<slug>")
@as_staff(roles=actions.COORDINATORS)
def coordinator(slug):
    """Who looks after a group's requests."""
    return page("support/coordinator.html", **_naming(slug))


@bp.post("/of/<slug>")
@as_staff(roles=actions.COORDINATORS, does=actions.name_coordinator)
def name_coordinator(slug):
    form = PersonForm.from_request()
    facts = _naming(slug, form)
    if not form.person_id.data:
        form.person_id.errors = ["Choose someone."]
        return invalid("support/coordinator.html", **facts)
    with mistakes_beside(form, "person_id"):
        actions.name_coordinator(actor(), facts["group"], **form.facts())
        return saved(goto=url_for("members.group_page", slug=slug), says="Named. Their next request goes there.")
    return invalid("support/coordinator.html", **_naming(slug, form))


def _naming(slug: str, form: PersonForm | None = None) -> dict:
    group = group_at(slug)
    form = form or PersonForm(person_id=queries.coordinator_for(group.id).id)
    form.person_id.choices = queries.coordinators()
    return {"group": group, "form": form}


def _found(number: int) -> queries.Thread:
    return queries.thread_at_host(number, actor()) or abort(404)


def _read(number: int) -> queries.Thread | None:
    """A request to show with its words: that they are read is in the group's log, beside a form to look at again too."""
    found = queries.on_desk(number, actor())
    if found is None or not found.reads or not found.is_unread:
        return found
    note_read(actions.read, actor(), found.group, found.request.id)
    return queries.on_desk(number, actor())  # as it stands with this reading


def _with_note(number: int, note_id: int) -> queries.Thread:
    """A request that this reader may read, in which this private note is still kept."""
    found = _found(number)
    return found if note_id in {one.note.id for one in found.kept if one.note} else abort(404)


def _done(number: int, action, says: str, **facts):
    found = _found(number)
    action(actor(), found.group, found.request.id, key=PlainForm.from_request().key.data, **facts)
    return saved(goto=url_for(".show", number=number, view=_view()), says=f"{found.ref}: {says}")


def _item(number: int, **forms):
    return invalid("support/desk.html", "support/_item.html", **_facts(number, **forms))


def _more(number: int, **forms):
    return invalid("support/more.html", **_beyond(number, **forms))


def _beyond(number: int, **forms) -> dict:
    found = _read(number)
    if found is None or not found.reads:
        abort(404)
    return {
        "found": found,
        "view": _view(),
        "levels": standing.of(found.request.group_id).levels,
        "noting": NoteForm(data={"review_on": clock.today() + timedelta(days=NOTE_LASTS)}),
        "reviewing": (0, None),
        "sorry": SorryForm(),
        "review_form": _review_form,
        "passing": WithForm(data={"with_whom": found.request.with_whom}),
        "words": words,
    } | forms


def _typed(number: int, name: str, form_class: type[PlainForm], action, says: str, *, on: bool = False, again=None):
    """Validate, act, and stay here, or (`on`) go on to the next one in this view: the hands stay on the keyboard.
    `again`: where to look at it again, if not beside the queue."""
    again = again or _item
    found, form = _found(number), form_class.from_request()
    if form.validate():
        with mistakes_beside(form, next(iter(form.data))):
            action(actor(), found.group, found.request.id, **form.facts())
            goto = _next(found) if on else url_for(".show", number=number, view=_view())
            return saved(goto=goto, says=f"{found.ref}: {says}")
    return again(number, **{name: form})


def _next(found: queries.Thread) -> str:
    lines = queries.queue(_view(), actor(), size=2).lines
    other = next((line for line in lines if line.number != found.request.number), None)
    return url_for(".show", number=other.number, view=_view()) if other else url_for(".index", view=_view())


def _view() -> str:
    view = request.args.get("view", "mine")
    return view if view in queries.VIEWS else "mine"


def _with_colleague(number: int, action, says: str):
    found, form = _found(number), PersonForm.from_request()
    with mistakes_beside(form, "person_id"):
        action(actor(), found.group, found.request.id, **form.facts())
        return saved(goto=url_for(".index", view=_view()), says=f"{found.ref}: {says}")
    return invalid("support/colleagues.html", **_among(_found(number), form))


def _among(found: queries.Thread, form: PersonForm | None = None) -> dict:
    form, already = form or PersonForm(), {found.request.holder_id, actor().person_id}
    form.person_id.choices = {row.id: row.name for row in queries.support_staff() if row.id not in already}
    level = standing.of(found.request.group_id).levels[Area.SUPPORT]
    return {"found": found, "form": form, "level": level, "view": _view(), "words": words}


def _start(starts) -> str | None:
    """The words of the reply that somebody chose to start from."""
    chosen = id_of(request.args.get("start"))
    return next((one.start_words for one in starts if one.start_id == chosen), None)


def _review_form(note: queries.Kept) -> ReviewNoteForm:
    return ReviewNoteForm(data={"reason": note.reason, "review_on": clock.today() + timedelta(days=NOTE_LASTS)})


def _facts(number: int | None, **forms) -> dict:
    found = _read(number) or abort(404) if number else None
    view, asked = _view(), request.args.get("q", "").strip()[:100]
    after = request.args.get("after", "")
    size = BESIDE if number else queries.PAGE
    lines = queries.found(asked, actor(), id_of(after)) if asked else queries.queue(view, actor(), after, size)
    if is_dozed():
        lines = lines.without_words()
    counts = found.counts if found else queries.counts(actor())
    found, locked = (found, None) if found and found.reads else (None, found)
    facts = {
        "view": view,
        "views": queries.VIEWS,
        "counts": counts,
        "lines": lines,
        "after": after,
        "asked": asked,
        "mail_waits": 0 if number else unplaced_mail.count(actor()),
        "since": id_of(request.args.get("since")) or counts["newest"],
        "found": found,
        "locked": locked,
        "opened": number is not None,
        "standing_in": locked and PlainForm(),
        "me": actor().person_id,
        "on_host": True,
        "words": words,
    }
    if found:
        forms["came"] = forms.get("came", attached.none()).beside(found.begun)
        facts |= {
            "levels": standing.of(found.request.group_id).levels,
            "starts": found.starts,
            "replying": ReplyForm(data={"seen": found.mark, "words": _start(found.starts)}),
            "snoozing": SnoozeForm(),
            "sorry": SorryForm() if found.is_past_due else None,
        }
    return facts | forms
