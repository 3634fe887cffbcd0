"""The plain replies that answers on the queue can start from: written, changed and put away by coordinators."""

from flask import Blueprint, abort, url_for

from portal.autonomy.door_answers import mistakes_beside
from portal.core.forms import PlainForm
from portal.core.web import invalid, page, saved
from portal.people.reach import actor, as_staff
from portal.support import actions, queries
from portal.support.forms import StartForm

bp = Blueprint("starts", __name__, url_prefix="/host/requests/starts")


@bp.get("/")
@as_staff(roles=actions.COORDINATORS)
def index():
    """All of them, and a form for one more."""
    return _listed(StartForm())


@bp.post("/")
@as_staff(roles=actions.COORDINATORS, does=actions.write_start)
def write():
    form = StartForm.from_request()
    if form.validate():
        with mistakes_beside(form, "title"):
            actions.write_start(actor(), **form.facts())
            return saved(goto=url_for(".index"), says="Written. It is offered beside each request.")
    return _listed(form, invalid)


@bp.get("/<int:start_id>")
@as_staff(roles=actions.COORDINATORS)
def show(start_id):
    """One of them, to change or put away."""
    found = _found(start_id)
    return page("support/start.html", found=found, form=StartForm(obj=found))


@bp.post("/<int:start_id>")
@as_staff(roles=actions.COORDINATORS, does=actions.change_start)
def change(start_id):
    found, form = _found(start_id), StartForm.from_request()
    if not form.validate():
        return invalid("support/start.html", found=found, form=form)
    actions.change_start(actor(), None, start_id, **form.facts())
    return saved(goto=url_for(".index"), says="Changed. Answers that started from it stay as they are.")


@bp.post("/<int:start_id>/end")
@as_staff(roles=actions.COORDINATORS, does=actions.end_start)
def end(start_id):
    _found(start_id)
    actions.end_start(actor(), None, start_id, key=PlainForm.from_request().key.data)
    return saved(goto=url_for(".index"), says="Put away. Answers that started from it stay as they are.")


def _listed(form: StartForm, answer=page):
    return answer("support/starts.html", starts=queries.starts(), form=form)


def _found(start_id: int):
    return queries.start(start_id) or abort(404)
