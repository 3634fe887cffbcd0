"""Requests on the group's side: asking, one question a page, and the thread."""

from flask import Blueprint, Flask, abort, request, url_for

from portal.autonomy import standing
from portal.autonomy.areas import Area
from portal.autonomy.door import Mistake, SameKeyOtherBody
from portal.autonomy.door_answers import mistakes_beside
from portal.core import attachments
from portal.core.attachments import FormFiles
from portal.core.forms import PlainForm
from portal.core.ids import id_of
from portal.core.stored_files import Sent
from portal.core.web import invalid, page, saved
from portal.cover import queries as cover
from portal.ledger.models import fund_names
from portal.people.reach import actor, group, in_group
from portal.people.roles import Role
from portal.people.session import is_dozed
from portal.receipts import queries as receipts
from portal.support import actions, attached, incoming_mail, items, mail_desk, queries, reply_starts, words  # noqa: F401
from portal.support.forms import AboutForm, CloseForm, HowForm, PersonForm, SayForm, WhatForm, WhenForm
from portal.support.models import CAME_OF_WORDS, REASON_WORDS, REPLY_BY_WORDS, ReplyBy, Wanted

bp = Blueprint("support", __name__, url_prefix="/g/<group>/support")
STEPS = {"what": WhatForm, "when": WhenForm, "how": HowForm, "about": AboutForm}
ORDER = list(STEPS)


@bp.get("/")
@in_group()
def index():
    """What we asked for and how it stands."""
    closed = "closed" in request.args
    found = queries.ours(actor(), group().id, id_of(request.args.get("after")), closed=closed)
    kept = queries.draft(actor().person_id, group().id)
    return page(
        "support/index.html",
        found=found.without_words() if is_dozed() else found,
        closed=closed,
        draft=kept,
        ahead=cover.choice(group().id),
        level=standing.of(group().id).levels[Area.SUPPORT],
        organises=Role.ORGANISER in actor().roles,
        key=PlainForm(),
        words=words,
    )


@bp.get("/ask")
@bp.get("/ask/<step>")
@in_group()
def ask(step="what"):
    """One question a page; what was written before is there again."""
    return page("support/ask.html", **_asking(step))


@bp.post("/ask/<step>")
@in_group(does=(actions.keep_draft, actions.keep_file, actions.drop_draft, actions.ask))
def answer(step):
    """Keep this answer and its files; on to the next question, or send what there is."""
    form = _form(step).from_request()
    with attached.arriving() as came:
        _offer(form)
        fits = form.validate()
        if fits:
            answers = {name: value for name, value in form.facts().items() if name != "key"}
            draft = actions.keep_draft(attached.oneself(), for_group=group().id, left_out=came.left_out, **answers)
            written = dict(draft.facts)  # the draft itself may be gone any moment: a second tap sends it too
        attached.keep(came, group().id)
    if not fits or came.problems:
        return invalid("support/ask.html", **_asking(step, form, came))
    last = step == ORDER[-1]
    if not (last or "send" in request.form):
        return saved(goto=url_for(".ask", group=group().slug, step=ORDER[ORDER.index(step) + 1]))
    files = [Sent.of_row(one) for one in queries.draft_files(actor().person_id, group().id)]
    try:
        asked = actions.ask(actor(), group(), key=form.key.data, files=files, **_as_asked(written))
    except Mistake as mistake:
        form = WhatForm(data=written)
        form.words.errors = [str(mistake)]
        return invalid("support/ask.html", **_asking("what", form))
    except SameKeyOtherBody as again:  # the answer was lost on the way, and what was kept before went with the first
        asked = again.row
        if written.get("words") not in {None, *(one.words for one in _found(asked.number).said)}:
            return saved(
                goto=_at(asked.number), says=f"{asked.ref} was sent before. What you changed since isn’t: it is kept."
            )
    kept = queries.draft(actor().person_id, group().id)
    if kept and kept.facts.get("words") in {None, written.get("words")}:  # a moment ago, by a second sending of the same
        actions.drop_draft(attached.oneself(), for_group=group().id)
    shut = is_dozed()  # they took their time: no proof is asked for after a cry for help
    goto = url_for(".index", group=group().slug) if shut else _at(asked.number)
    return saved(goto=goto, says=f"Sent. It is {asked.ref}.")


@bp.post("/ask/nothing")
@in_group(does=(actions.drop_draft, actions.ask))
def drop():
    """Throw away what was written."""
    actions.drop_draft(attached.oneself(), for_group=group().id)
    return saved(goto=url_for(".index", group=group().slug), says="Thrown away. Nothing was sent.")


@bp.get("/<int:number>")
@in_group(asks_when_idle=True)
def show(number):
    """One request, from the first word on."""
    return page("support/show.html", "support/_thread.html", **_facts(number))


@bp.post("/<int:number>/messages")
@in_group(asks_when_idle=True, does=(actions.say, actions.keep_file))
def say(number):
    form = SayForm.from_request()
    with attached.arriving() as came:
        found = _found(number)
        if form.validate() and not came.problems:
            with mistakes_beside(form, files=came):
                actions.say(actor(), group(), found.request.id, files=came.new, kept=came.kept, **form.facts())
                return saved(goto=_at(number), says=f"{found.ref}: your message is there.")
        attached.keep(came, group().id, found.request.id)
    return invalid("support/show.html", **_facts(number, saying=form, came=came))


@bp.get("/<int:number>/files/<int:file_id>/<size>")
@in_group(asks_when_idle=True)
def file(number, file_id, size):
    """What was made of a photo, a PDF or a voice note, for whoever reads the request."""
    return attachments.send(queries.file(number, file_id, actor(), group().id), size, f"S{number}")


@bp.post("/<int:number>/closing")
@in_group(asks_when_idle=True, does=actions.close)
def close(number):
    found, form = _found(number), CloseForm.from_request()
    if not form.validate():
        return invalid("support/show.html", **_facts(number, closing=form))
    actions.close(actor(), group(), found.request.id, **form.facts())
    return saved(goto=_at(number), says="Closed. You can open it again on any day.")


@bp.post("/<int:number>/opening")
@in_group(asks_when_idle=True, does=actions.reopen)
def reopen(number):
    return _done(number, actions.reopen, "It’s open again.")


@bp.post("/<int:number>/sharing")
@in_group(asks_when_idle=True, does=actions.share)
def share(number):
    shared = request.form.get("shared") == "y"
    return _done(number, actions.share, "Saved. It works at once.", shared=shared)


@bp.post("/<int:number>/later")
@in_group(asks_when_idle=True, does=actions.answer_later)
def answer_later(number):
    agreed, seen = request.form.get("agreed") == "y", request.form.get("seen", "")
    return _done(number, actions.answer_later, "Thank you. They see it.", agreed=agreed, seen=seen)


@bp.post("/<int:number>/readers")
@in_group(asks_when_idle=True, does=actions.let_in)
def let_in(number):
    form = PersonForm.from_request()
    with mistakes_beside(form, "person_id"):
        return _done(number, actions.let_in, "They can read it and answer.", person_id=form.person_id.data)
    return invalid("support/show.html", **_facts(number, letting=form))


@bp.post("/<int:number>/readers/<int:reader_id>/end")
@in_group(asks_when_idle=True, does=actions.keep_out)
def keep_out(number, reader_id):
    return _done(number, actions.keep_out, "They can’t read it any more.", reader_id=reader_id)


def _done(number: int, action, says: str, **facts):
    action(actor(), group(), _found(number).request.id, key=PlainForm.from_request().key.data, **facts)
    return saved(goto=_at(number), says=says)


def _at(number: int) -> str:
    return url_for(".show", group=group().slug, number=number)


def _found(number: int) -> queries.Thread:
    return queries.thread(number, actor(), group().id) or abort(404)


def _facts(number: int, saying=None, closing=None, letting=None, came=None) -> dict:
    found = _found(number)
    letting = letting or PersonForm()
    letting.person_id.choices = {row.id: row.name for row in queries.support_staff() if row.id != found.request.holder_id}
    return {
        "found": found,
        "asked": found.request,
        "saying": saying or SayForm(),
        "came": (came or attached.none()).beside(found.begun),
        "closing": closing or CloseForm(),
        "letting": letting,
        "me": actor().person_id,
        "on_host": False,
        "words": words,
    }


def _form(step: str) -> type[PlainForm]:
    return STEPS.get(step) or abort(404)


def _asking(step: str, form: PlainForm | None = None, came: FormFiles | None = None) -> dict:
    came = came or attached.none()
    if step == ORDER[0]:
        came.beside(queries.draft_files(actor().person_id, group().id))
    kept = queries.draft(actor().person_id, group().id)
    facts = kept.facts if kept else {}
    if form is None:
        form = _form(step)(data=_from_the_start(step, facts) | facts)
    _offer(form)
    theirs = queries.coordinator_for(group().id)
    facts_of_page = {"form": form, "step": step, "steps": ORDER, "kept": facts, "came": came, "words": words}
    return facts_of_page | {"theirs": theirs, "holder": theirs.name or ""}


def _from_the_start(step: str, facts: dict) -> dict:
    """What a question holds before it was ever answered."""
    if step == "when":
        return {"wanted": Wanted.SOON.key}
    if step != "how":
        return {}
    reply_by, phone = queries.last_way(actor().person_id)
    return {"reply_by": ReplyBy.CALL.value if facts.get("call_me") else reply_by.value, "phone": phone}


def _offer(form: PlainForm) -> None:
    """The receipts and pots that a request can be about."""
    if not isinstance(form, AboutForm):
        return
    lately = receipts.listed(group().id, size=5).lines
    form.about.choices = {
        "": "None of these",
        **{f"receipt-{line.id}": f"{line.ref}, {line.title}" for line in lately},
        **{f"fund-{number}": name for number, name in fund_names(group().id).items()},
    }


def _as_asked(facts: dict) -> dict:
    """The answers of all the pages as the action takes them."""
    way, phone = queries.last_way(actor().person_id)
    kind, _, number = (facts.get("about") or "").partition("-")
    reply_by = facts.get("reply_by") or (ReplyBy.CALL.value if facts.get("call_me") else way.value)
    return {
        "words": facts.get("words"),
        "wanted": facts.get("wanted") or Wanted.SOON.key,
        "reply_by": reply_by,
        "phone": facts.get("phone") or phone,
        "shared": facts.get("shared") == "y",
        "receipt_id": id_of(number) if kind == "receipt" else None,
        "fund_id": id_of(number) if kind == "fund" else None,
    }


def init_app(app: Flask) -> None:
    app.register_blueprint(bp)
    app.register_blueprint(mail_desk.bp)  # the desk's own, with the emails to place beside it
    app.register_blueprint(reply_starts.bp)
    incoming_mail.init_app(app)
    app.jinja_env.globals.update(
        came_of_words=CAME_OF_WORDS,
        reason_words=REASON_WORDS,
        reply_by_words=REPLY_BY_WORDS,
        wanted_words=queries.WANTED_WORDS,
    )
