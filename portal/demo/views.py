"""The demo's own pages: come in as anyone, read the mail that isn't sent. They only exist in demo mode."""

from dataclasses import dataclass

import sqlalchemy as sa
from flask import Blueprint, Flask, abort, request

from portal.core.db import db
from portal.core.ids import id_of
from portal.core.mail import ShownMail
from portal.core.web import page, saved
from portal.demo import actions
from portal.demo.people import STAFF
from portal.people import session
from portal.people.models import Group, Membership, Person, StaffRole
from portal.people.reach import public
from portal.people.roles import STRANGER

bp = Blueprint("demo", __name__, url_prefix="/demo")


@dataclass(frozen=True)
class Guise:
    """Someone to look around as."""

    id: int
    name: str
    what: str


@bp.post("/enter")
@public(does=actions.enter)
def enter():
    chosen = id_of(request.form.get("person")) or abort(404)
    token = session.new_token()
    actions.enter(STRANGER, person_id=chosen, token=token, label="A look around")
    session.start(token, remembered=False)
    return saved(goto="/")


@bp.get("/mail")
@public()
def mail():
    """What would have been sent."""
    after = id_of(request.args.get("after"))
    query = sa.select(ShownMail).order_by(ShownMail.id.desc()).limit(21)
    if after:
        query = query.where(ShownMail.id < after)
    found = list(db.session.scalars(query))
    return page("demo/mail.html", mails=found[:20], after=found[19].id if len(found) > 20 else None)


def people() -> list[Guise]:
    """Everyone in the demo, in the order of their groups, then the host's people."""
    in_groups = db.session.execute(
        sa.select(Person.id, Person.name, Group.name, Membership.role)
        .join(Membership, Membership.person_id == Person.id)
        .join(Group, Group.id == Membership.group_id)
        .where(Membership.ended_at.is_(None))
        .order_by(Group.id, Membership.id)
    )
    guises = [Guise(i, name, f"{role.value.capitalize()}, {group}") for i, name, group, role in in_groups]
    what = {name: words for name, _, words in STAFF}
    at_host = db.session.execute(
        sa.select(Person.id, Person.name).join(StaffRole, StaffRole.person_id == Person.id).distinct().order_by(Person.id)
    )
    return guises + [Guise(i, name, what.get(name, "Staff")) for i, name in at_host]


def init_app(app: Flask) -> None:
    if app.config["SETTINGS"].PORTAL_DEMO:
        app.register_blueprint(bp)
        app.jinja_env.globals["demo_people"] = people
