"""Disagreements on the group's side: saying it, reading what was answered, going on; and the host's answers."""

from flask import Blueprint, Flask, abort, current_app, g, request, url_for

from portal.autonomy.door import may
from portal.autonomy.door_answers import mistakes_beside
from portal.autonomy.models import Among
from portal.core.forms import PlainForm
from portal.core.ids import id_of
from portal.core.web import invalid, page, saved
from portal.disagreements import actions, queries, steps
from portal.disagreements.forms import AnswerForm, DisagreeForm, FurtherForm
from portal.people.reach import actor, as_staff, group, group_at, in_group
from portal.people.roles import ORGANISERS, STAFF_ROLES

bp = Blueprint("disagreements", __name__)
HOSTS = "/host/groups/<slug>/disagreements/<int:disagreement_id>"


@bp.get("/g/<group>/disagreements/")
@in_group(roles=ORGANISERS)
def ours():
    """Every disagreement of the group, newest first."""
    rows = queries.ours(g.place.group_id, id_of(request.args.get("before")))
    return page("disagreements/ours.html", rows=rows[: queries.PAGE], more=len(rows) > queries.PAGE, **_words())


@bp.get("/g/<group>/disagreements/new")
@in_group(roles=ORGANISERS)
def new():
    """Say that we disagree; the page one came from says about what."""
    form = DisagreeForm(host=_host(), about=request.args.get("about", "")[:120])
    return page("disagreements/new.html", form=form)


@bp.post("/g/<group>/disagreements/")
@in_group(roles=ORGANISERS, does=actions.disagree)
def disagree():
    form = DisagreeForm.from_request(host=_host())
    if not form.validate():
        return invalid("disagreements/new.html", form=form)
    said = actions.disagree(actor(), group(), **form.facts())
    says = "Said. Nothing changes for us meanwhile."
    return saved(goto=url_for(".show", group=group().slug, disagreement_id=said.id), says=says)


@bp.get("/g/<group>/disagreements/<int:disagreement_id>")
@in_group(roles=ORGANISERS)
def show(disagreement_id):
    """One: what we said, what was answered, and what comes next by when."""
    return page("disagreements/show.html", **_ours(disagreement_id, FurtherForm()))


@bp.post("/g/<group>/disagreements/<int:disagreement_id>/further")
@in_group(roles=ORGANISERS, does=actions.further)
def further(disagreement_id):
    form = FurtherForm.from_request()
    if not form.validate():
        return invalid("disagreements/show.html", **_ours(disagreement_id, form))
    actions.further(actor(), group(), disagreement_id, **form.facts())
    return saved(goto=url_for(".show", group=group().slug, disagreement_id=disagreement_id), says="Taken further.")


@bp.post("/g/<group>/disagreements/<int:disagreement_id>/settlement")
@in_group(roles=ORGANISERS, does=actions.settle)
def settle(disagreement_id):
    actions.settle(actor(), group(), disagreement_id, key=PlainForm.from_request().key.data)
    return saved(goto=url_for(".show", group=group().slug, disagreement_id=disagreement_id), says="Settled.")


@bp.get("/host/disagreements/")
@as_staff()
def every():
    """Every disagreement with the host, newest first, and by when each is answered."""
    rows = queries.every(id_of(request.args.get("before")))
    return page("disagreements/every.html", rows=rows[: queries.PAGE], more=len(rows) > queries.PAGE, **_words())


@bp.get(HOSTS)
@as_staff()
def hosts(slug, disagreement_id):
    """One, with the box for an answer where it is this person's turn."""
    return page("disagreements/hosts.html", **_hosts(slug, disagreement_id, AnswerForm()))


@bp.post(f"{HOSTS}/answers")
@as_staff(roles=STAFF_ROLES, does=actions.answer)
def answer(slug, disagreement_id):
    form = AnswerForm.from_request()
    if form.validate():
        with mistakes_beside(form, "words"):
            actions.answer(actor(), group_at(slug), disagreement_id, **form.facts())
            return saved(
                goto=url_for(".hosts", slug=slug, disagreement_id=disagreement_id), says="Answered. The group reads it."
            )
    return invalid("disagreements/hosts.html", **_hosts(slug, disagreement_id, form))


def _host() -> str:
    return current_app.config["SETTINGS"].host_name


def _words() -> dict:
    return {"due_words": steps.due_words, "in_a_line": steps.in_a_line, "enough": queries.enough}


def _one(group_id: int, number: int, among: Among | None = None) -> dict:
    found, raised_by, settled_by = queries.one(group_id, number, among=among) or abort(404)
    answers = queries.answers(found)
    answered = queries.is_answered(found, answers)
    return {
        "found": found,
        "answers": answers,
        "answered": answered,
        "ladder": steps.ladder(found, answered),
        "further": None if found.step == steps.OUTSIDE else steps.FURTHER[found.step - 1],
        "raised_by": raised_by,
        "settled_by": settled_by,
        **_words(),
    }


def _ours(number: int, form) -> dict:
    facts = _one(g.place.group_id, number)
    found = facts["found"]
    return {
        **facts,
        "may_settle": may(actor(), group(), actions.settle, found).changes and found.settled_at is None,
        "may_further": found.among is Among.HOST
        and found.settled_at is None
        and queries.may_go_further(found, facts["answers"]),
        "form": form,
        "key": PlainForm(),
    }


def _hosts(slug: str, number: int, form) -> dict:
    at = group_at(slug)
    facts = _one(at.id, number, Among.HOST)
    decision = may(actor(), at, actions.answer, facts["found"])
    return {**facts, "group": at, "decision": decision, "form": form}


def init_app(app: Flask) -> None:
    app.register_blueprint(bp)
