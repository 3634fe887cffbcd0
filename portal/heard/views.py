"""What a group passes on, on its own side; and what the host hears, on the other."""

from flask import Blueprint, Flask, abort, request, url_for

from portal.autonomy.door_answers import mistakes_beside
from portal.core.forms import PlainForm
from portal.core.ids import id_of
from portal.core.web import invalid, page, saved
from portal.heard import actions, queries
from portal.heard.forms import AnswerForm, PassForm
from portal.heard.models import Attribution
from portal.people.reach import actor, as_staff, group, in_group
from portal.support import queries as support

bp = Blueprint("heard", __name__)
OURS = "/g/<group>/heard"


@bp.get(f"{OURS}/")
@in_group(asks_when_idle=True)
def ours():
    """What we passed on, and what came of it."""
    rows = queries.ours(actor(), group().id, id_of(request.args.get("after")))
    return page("heard/ours.html", rows=rows[: queries.PAGE], more=len(rows) > queries.PAGE, key=PlainForm())


@bp.get(f"{OURS}/from/<int:number>")
@in_group(asks_when_idle=True)
def new(number):
    """Pass words on from a request: of one's own making, or taken from one's own messages there."""
    found = _request(number)
    own = queries.own_messages(found.request, actor())
    taken = dict(own).get(id_of(request.args.get("message")) or 0)
    return page("heard/new.html", **_new(found, PassForm(data={"words": taken} if taken else None), own))


@bp.post(f"{OURS}/from/<int:number>")
@in_group(asks_when_idle=True, does=actions.pass_on)
def pass_on(number):
    found, form = _request(number), PassForm.from_request()
    if not form.validate():
        return invalid("heard/new.html", **_new(found, form, queries.own_messages(found.request, actor())))
    actions.pass_on(actor(), group(), found.request.id, **form.facts())
    return saved(goto=url_for(".ours", group=group().slug), says="Passed on, in your words.")


@bp.post(f"{OURS}/<int:passed>/withdrawal")
@in_group(asks_when_idle=True, does=actions.withdraw)
def withdraw(passed):
    row = queries.one_of_ours(passed, actor(), group().id) or abort(404)
    actions.withdraw(actor(), group(), row.id, key=PlainForm.from_request().key.data)
    return saved(goto=url_for(".ours", group=group().slug), says="Taken back. The words are gone.")


@bp.get("/host/heard/")
@as_staff()
def every():
    """What groups want the policy team to hear."""
    done = "done" in request.args
    lines = queries.every(done=done, after=id_of(request.args.get("after")))
    return page("heard/every.html", lines=lines[: queries.PAGE], more=len(lines) > queries.PAGE, done=done)


@bp.get("/host/heard/<int:passed>")
@as_staff()
def show(passed):
    """One of them, with what came of it."""
    return page("heard/show.html", **_heard(passed))


@bp.post("/host/heard/<int:passed>/outcome")
@as_staff(roles=actions.ANSWERERS, does=actions.answer)
def answer(passed):
    form = AnswerForm.from_request()
    whose, row_id = queries.place(passed) or abort(404)
    if form.validate():
        with mistakes_beside(form, "outcome"):
            actions.answer(actor(), whose, row_id, **form.facts())
            return saved(goto=url_for(".every"), says="Saved. Those who said it read it.")
    return invalid("heard/show.html", **_heard(passed, form))


def _request(number: int) -> support.Thread:
    return support.thread(number, actor(), group().id) or abort(404)


def _new(found: support.Thread, form: PassForm, own: list[tuple[int, str]]) -> dict:
    names = {
        Attribution.PERSON: f"{actor().name}, {group().name}",
        Attribution.GROUP: group().name,
        Attribution.NOBODY: "A group, without a name",
    }
    form.attribution.choices = names
    return {"asked": found, "form": form, "own": own}


def _heard(passed: int, form: AnswerForm | None = None) -> dict:
    one = queries.one(passed) or abort(404)
    answers = bool(actor().roles & actions.ANSWERERS)
    return {"one": one, "answers": answers, "form": form or AnswerForm(data={"outcome": one.outcome})}


def init_app(app: Flask) -> None:
    app.register_blueprint(bp)
