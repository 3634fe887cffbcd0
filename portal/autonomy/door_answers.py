"""The door's answers as pages, the same for every feature: the wall, the proposal that waits, proof asked again."""

import logging
from collections.abc import Iterator
from contextlib import contextmanager

from flask import Flask, g, make_response, redirect, render_template, request, url_for
from sqlalchemy.exc import SQLAlchemyError
from wtforms import Form

from portal.autonomy import door, door_lines
from portal.autonomy.areas import AREA_WORDS, STAFF_LEVEL_WORDS, Level
from portal.core.attachments import FormFiles
from portal.core.db import db
from portal.core.errors import error_page
from portal.core.web import goto_safely
from portal.people import expired_sign_in
from portal.people.reach import actor
from portal.people.roles import SYSTEM, Role

log = logging.getLogger("portal.autonomy")


def init_app(app: Flask) -> None:
    """Turn what the door raises into pages, for every feature alike."""
    app.register_error_handler(door.Refused, _wall)
    app.register_error_handler(door.Proposed, _asked)
    app.register_error_handler(door.NotHere, lambda error: _no_such(404))
    app.register_error_handler(door.SameKeyOtherBody, lambda error: _no_such(409))
    app.register_error_handler(door.ProofNeeded, _ask_again)
    app.register_error_handler(door.Mistake, _mistake)
    app.jinja_env.globals.update(
        may=lambda group, action, row=None: door.may(actor(), group, door.ACTIONS[action], row),
        area_words=AREA_WORDS,
        level_words=STAFF_LEVEL_WORDS,
    )
    app.teardown_appcontext(_note_tries)


@contextmanager
def mistakes_beside(form: Form, otherwise: str = "", *, files: FormFiles | None = None, **boxes: str) -> Iterator[None]:
    """Say a Mistake of the block beside the box it names (`boxes`: by another name there), else beside `otherwise` or the
    form's `files`; with none it is raised. The view goes on after the block, with the same form to look at again."""
    try:
        yield
    except door.Mistake as mistake:
        named = boxes.get(mistake.field or "", mistake.field)
        if files and (named not in form or named == "files"):
            files.problems.append(str(mistake))
            return
        if named not in form and not otherwise:
            raise
        form[named if named in form else otherwise].errors = [str(mistake)]


def _note_tries(_error) -> None:
    try:
        door_lines.note_tries(g.get("actor", SYSTEM))
    except SQLAlchemyError:  # what is over stays as it was answered: nothing was changed either way
        log.exception("a try was refused and could not be noted")


def _no_such(status: int):
    """The same page as for an address that isn't there. (`abort` inside an error handler would be a 500.)"""
    db.session.rollback()
    return error_page(status)


def _came_from() -> str:
    return goto_safely(request.headers.get("Referer", "").removeprefix(request.host_url.rstrip("/")), "/")


def _wall(refused: door.Refused):
    """The group keeps this one: a full page, who keeps it, and the honest ways on. No override."""
    facts = {
        "decision": refused.decision,
        "area": AREA_WORDS[refused.action.area] if refused.action.area else None,
        "can_suggest": refused.decision.level == Level.ASK_FIRST,
        "back": _came_from(),
        "is_host": actor().is_host,
        "group": refused.group if refused.action.area else None,
        "can_use_duty": bool(actor().roles - {Role.TRUSTEE}),
    }
    return _whole_page("autonomy/wall.html", 403, facts)


def _asked(proposed: door.Proposed):
    """It waits for the group's yes."""
    db.session.rollback()
    return _whole_page("autonomy/asked.html", 202, {"proposal": proposed.proposal, "back": _came_from()})


def _mistake(mistake: door.Mistake):
    """A change that can't be done as asked, where no form was there to say it beside a field."""
    db.session.rollback()
    return _whole_page("autonomy/mistake.html", 422, {"sentence": str(mistake), "back": _came_from()})


def _ask_again(_error):
    db.session.rollback()
    return expired_sign_in.give_back(403, "signin.again") or redirect(url_for("signin.again", next=_came_from()), 303)


def _whole_page(template: str, status: int, facts: dict):
    """A page of its own even where htmx asked for a part."""
    answer = make_response(render_template(template, **facts), status)
    answer.headers["HX-Retarget"], answer.headers["HX-Reswap"] = "body", "innerHTML"
    return answer
