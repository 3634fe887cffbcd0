"""Home for a group, and the way there after signing in."""

from urllib.parse import urlsplit

from flask import Blueprint, Flask, current_app, g, redirect, url_for

from portal.activity.queries import by_host
from portal.core.web import page
from portal.home import health, nav, words
from portal.home.queries import ANSWERED_AT, waiting_for_us
from portal.ledger import queries as ledger
from portal.ledger.models import Restriction
from portal.people import session
from portal.people.reach import actor, in_group, public, signed_in, works_for_host
from portal.people.roles import Role
from portal.receipts import queries as receipts
from portal.receipts.models import ASKS

bp = Blueprint("home", __name__)
DESKS = ((Role.COORDINATOR, "requests.index"), (Role.FINANCE, "desk.index"))  # where their day begins


@bp.get("/")
@public()
def front():
    """To one's own place: the only group, the host's desk, a choice of places, or the sign-in page."""
    who = session.identity()
    if who is None:
        return redirect(url_for("signin.start"), 303)
    if len(who.places) == 1 and not who.staff_roles:
        return redirect(url_for(".index", group=who.places[0].slug), 303)
    if who.staff_roles and not who.places:
        desk = next((desk for role, desk in DESKS if role in who.staff_roles), "members.groups")
        return redirect(url_for(desk), 303)
    return redirect(url_for(".choose"), 303)


@bp.get("/places")
@signed_in()
def choose():
    """For someone in several groups, or in a group and at the host: which side are you on now?"""
    who = session.identity()
    assert who is not None
    here = words.where_you_are(who, current_app.config["SETTINGS"].host_name)
    return page("home/choose.html", who=who, where_you_are=here)


@bp.get("/g/<group>/")
@in_group()
def index():
    """What's ours, what's happening."""
    group_id = g.place.group_id
    organises = Role.ORGANISER in actor().roles
    funds = ledger.statuses(group_id)
    spendable, on_the_way = ledger.spendable(funds), receipts.on_the_way(group_id)
    bound = [one for one in funds if one.fund.restriction is Restriction.RESTRICTED and one.free > 0]
    return page(
        "home/index.html",
        funds=funds,
        spendable=spendable,
        bound_words=words.bound(bound, spendable),
        on_the_way=on_the_way,
        how_many=words.how_many(on_the_way.count),
        waiting=waiting_for_us(group_id, actor().person_id or 0, organises=organises, counts=not works_for_host()),
        answered_at=ANSWERED_AT,
        asks=ASKS,
        by_host=by_host(group_id),
        organises=organises,
    )


@bp.get("/talk")
@public()
def talk():
    """People to talk to now."""
    return page("home/talk.html")


def init_app(app: Flask) -> None:
    app.register_blueprint(bp)
    app.register_blueprint(health.bp)
    settings = app.config["SETTINGS"]
    app.jinja_env.globals.update(
        host_name=settings.host_name,
        host_contact=settings.host_contact,
        crisis_lines=settings.PORTAL_CRISIS_LINES,
        leave_url=settings.PORTAL_LEAVE_URL,
        demo=settings.PORTAL_DEMO,
        port=urlsplit(settings.url).port,
    )

    @app.context_processor
    def everywhere():
        return {"places": nav.places(), "room": nav.room(), "who": session.identity(), "place": nav.group()}
