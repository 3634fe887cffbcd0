"""Who is away and who covers, on the host's side; a group's agreeing to it ahead, from its Support page."""

from flask import Blueprint, Flask, url_for

from portal.autonomy.door_answers import mistakes_beside
from portal.core import clock
from portal.core.forms import PlainForm
from portal.core.web import invalid, page, saved
from portal.cover import actions, queries
from portal.cover.forms import AwayForm
from portal.people.reach import actor, as_staff, group, in_group
from portal.people.roles import ORGANISERS, Role

host = Blueprint("away", __name__, url_prefix="/host/away")
bp = Blueprint("cover", __name__, url_prefix="/g/<group>/support/cover")


@host.get("/")
@as_staff(roles=actions.SUPPORT_STAFF)
def index():
    """Who is away now or soon, and a form to say so."""
    return page("cover/away.html", **_facts())


@host.post("/")
@as_staff(roles=actions.SUPPORT_STAFF, does=actions.set_away)
def add():
    form = AwayForm.from_request()
    if form.validate():
        with mistakes_beside(form):
            actions.set_away(actor(), **form.facts())
            return saved(goto=url_for(".index"), says="Noted. Groups see it on their requests.")
    return invalid("cover/away.html", **_facts(form))


@host.post("/<int:away_id>/end")
@as_staff(roles=actions.SUPPORT_STAFF, does=actions.end_away)
def end(away_id):
    actions.end_away(actor(), None, away_id, key=PlainForm.from_request().key.data)
    return saved(goto=url_for(".index"), says="Ended. Nobody covers there any more.")


@bp.post("/")
@in_group(roles=ORGANISERS, does=actions.agree_ahead)
def agree():
    actions.agree_ahead(actor(), group(), key=PlainForm.from_request().key.data)
    return saved(goto=_support(), says="Agreed. We can end it on any day.")


@bp.post("/end")
@in_group(roles=ORGANISERS, does=actions.end_agreement)
def end_agreement():
    actions.end_agreement(actor(), group(), key=PlainForm.from_request().key.data)
    return saved(goto=_support(), says="Ended. It works at once.")


def _support() -> str:
    return url_for("support.index", group=group().slug)


def _facts(form: AwayForm | None = None) -> dict:
    me = actor()
    everyone, can_cover = queries.colleagues()
    if Role.COORDINATOR not in me.roles:
        everyone = {number: name for number, name in everyone.items() if number == me.person_id}
    form = form or AwayForm(data={"person_id": me.person_id, "from_on": clock.today()})
    form.person_id.choices = everyone
    form.cover_id.choices = {"": "Choose", **can_cover}
    today = clock.today()
    return {"form": form, "aways": queries.aways(), "speaks_for": everyone, "me": me.person_id, "today": today}


def init_app(app: Flask) -> None:
    app.register_blueprint(host)
    app.register_blueprint(bp)
