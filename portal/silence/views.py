"""The ladder on the host's side, the people a group names, and those people's own page."""

from flask import Blueprint, Flask, abort, g, request, url_for

from portal.autonomy.door_answers import mistakes_beside
from portal.core.forms import PlainForm
from portal.core.ids import id_of
from portal.core.web import invalid, page, saved
from portal.people.models import Group
from portal.people.reach import actor, as_staff, group, group_at, in_group, signed_in
from portal.people.roles import ORGANISERS
from portal.silence import actions, queries
from portal.silence.forms import ExitForm, NameForm, TryForm, WishForm

bp = Blueprint("silence", __name__)
AT = "/host/groups/<slug>/silence"


@bp.get("/host/silence/")
@as_staff()
def every():
    """Groups the host tried to reach, the newest try first."""
    rows = queries.tried(id_of(request.args.get("before")))
    return page("silence/every.html", rows=rows[: queries.PAGE], more=len(rows) > queries.PAGE)


@bp.get(AT)
@as_staff()
def show(slug):
    """One group: the tries, the ladder's dates, what was asked."""
    return page("silence/show.html", **_show(slug))


@bp.post(f"{AT}/tries")
@as_staff(roles=actions.COORDINATORS, does=actions.note_try)
def note_try(slug):
    return _typed(slug, "tried", TryForm, actions.note_try, "Noted.")


@bp.post(f"{AT}/exit")
@as_staff(roles=actions.TRUSTEES, does=actions.ask_for_exit)
def ask_for_exit(slug):
    return _typed(slug, "leaving", ExitForm, actions.ask_for_exit, "Asked. Another trustee decides.")


@bp.post(f"{AT}/wishes/<int:wish_id>/confirmation")
@as_staff(roles=actions.TRUSTEES, does=actions.confirm)
def confirm(slug, wish_id):
    actions.confirm(actor(), group_at(slug), wish_id, key=PlainForm.from_request().key.data)
    return saved(goto=url_for(".show", slug=slug), says="Confirmed.")


@bp.post(f"{AT}/wishes/<int:wish_id>/refusal")
@as_staff(roles=actions.TRUSTEES, does=actions.decline)
def decline(slug, wish_id):
    actions.decline(actor(), group_at(slug), wish_id, key=PlainForm.from_request().key.data)
    return saved(goto=url_for(".show", slug=slug), says="Left as it is.")


@bp.get("/g/<group>/named")
@in_group(roles=ORGANISERS)
def ours():
    """Whom we name for when nobody can reach us, and whether anyone tried."""
    return page("silence/ours.html", **_ours())


@bp.post("/g/<group>/named")
@in_group(roles=ORGANISERS, does=actions.name)
def name():
    form = NameForm.from_request()
    if form.validate():
        with mistakes_beside(form, "email"):
            actions.name(actor(), group(), **form.facts())
            return saved(goto=url_for(".ours", group=group().slug), says="Named. We wrote to them.")
    return invalid("silence/ours.html", **_ours(form))


@bp.post("/g/<group>/named/<int:named_id>/end")
@in_group(roles=ORGANISERS, does=actions.unname)
def unname(named_id):
    actions.unname(actor(), group(), named_id, key=PlainForm.from_request().key.data)
    return saved(goto=url_for(".ours", group=group().slug), says="They’re off the list.")


@bp.post("/g/<group>/here")
@in_group(roles=ORGANISERS, does=actions.here)
def here():
    actions.here(actor(), group(), key=PlainForm.from_request().key.data)
    return saved(goto=url_for("home.index", group=group().slug), says="Good. They know we’re here.")


@bp.get("/named/")
@signed_in()
def naming():
    """The groups that name me."""
    return page("silence/naming.html", **_naming(WishForm()))


@bp.post("/named/<int:named_id>/wishes")
@signed_in(does=actions.ask)
def ask(named_id):
    form, at = WishForm.from_request(), _named_at(named_id)
    if form.validate():
        with mistakes_beside(form, "email"):
            actions.ask(actor(), at, named_id, **form.facts())
            return saved(goto=url_for(".naming"), says="Asked. A trustee decides.")
    return invalid("silence/naming.html", **_naming(form, named_id))


@bp.post("/named/<int:named_id>/end")
@signed_in(does=actions.step_down)
def step_down(named_id):
    actions.step_down(actor(), _named_at(named_id), named_id, key=PlainForm.from_request().key.data)
    return saved(goto=url_for(".naming"), says="They can’t count on you for this any more, and that’s fine.")


def _typed(slug: str, name: str, kind, act, says: str):
    """A form of the host's page: done, or shown again with what was typed."""
    form = kind.from_request()
    if form.validate():
        with mistakes_beside(form, "words"):
            act(actor(), group_at(slug), **form.facts())
            return saved(goto=url_for(".show", slug=slug), says=says)
    return invalid("silence/show.html", **_show(slug, **{name: form}))


def _show(slug: str, **forms) -> dict:
    at, me = group_at(slug), actor()
    tries = queries.tries(at.id)
    return {
        "group": at,
        "silence": queries.silence(at.id, [row.at for row, _name in tries]),
        "tries": tries,
        "wishes": queries.wishes(at.id),
        "me": me.person_id,
        "may_try": bool(me.roles & actions.COORDINATORS),
        "may_decide": bool(me.roles & actions.TRUSTEES),
        "tried": TryForm(),
        "leaving": ExitForm(),
        "key": PlainForm(),
        **forms,
    }


def _ours(form=None) -> dict:
    here = g.place.group_id
    return {"named": queries.named(here), "silence": queries.silence(here), "form": form or NameForm(), "key": PlainForm()}


def _naming(form, number: int | None = None) -> dict:
    rows = [(named, at, queries.silence(named.group_id)) for named, at in queries.naming(actor().person_id)]
    return {"rows": rows, "form": form, "at": number, "fresh": WishForm(), "key": PlainForm()}


def _named_at(number: int) -> Group:
    """The group that names me by this number; anyone else's isn't here."""
    found = next((at for named, at in queries.naming(actor().person_id) if named.id == number), None)
    return found or abort(404)


def init_app(app: Flask) -> None:
    app.register_blueprint(bp)
