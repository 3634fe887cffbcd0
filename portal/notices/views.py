"""Where people choose how they hear of news, and groups share the load."""

from flask import Blueprint, Flask, g, url_for

from portal.core.web import invalid, page, saved
from portal.notices import actions, queries
from portal.notices.forms import ChoiceForm, ShareForm
from portal.people.reach import actor, group, in_group, signed_in
from portal.people.roles import ORGANISERS

bp = Blueprint("notices", __name__)


@bp.get("/you/news")
@signed_in()
def mine():
    """When do we write to you?"""
    found = queries.choice(actor().person_id or 0)
    return page("notices/mine.html", form=ChoiceForm(how=found.how.value, weekday=found.weekday))


@bp.post("/you/news")
@signed_in(does=actions.choose)
def choose():
    form = ChoiceForm.from_request()
    if not form.validate():
        return invalid("notices/mine.html", form=form)
    actions.choose(actor(), **form.facts())
    return saved(goto=url_for(".mine"), says="Kept.")


@bp.get("/g/<group>/news")
@in_group(roles=ORGANISERS)
def ours():
    """Who gets the news in our group?"""
    return page("notices/ours.html", form=ShareForm(in_turn="y" if queries.in_turn(g.place.group_id) else ""))


@bp.post("/g/<group>/news")
@in_group(roles=ORGANISERS, does=actions.share)
def share():
    form = ShareForm.from_request()
    if not form.validate():
        return invalid("notices/ours.html", form=form)
    actions.share(actor(), group(), **form.facts())
    return saved(goto=url_for(".ours", group=group().slug), says="Kept.")


def init_app(app: Flask) -> None:
    app.register_blueprint(bp)
