"""When something isn't there or went wrong on our side: what happened, what is safe, one next step."""

import errno
import logging

from flask import Flask, render_template
from sqlalchemy.exc import OperationalError
from werkzeug.exceptions import HTTPException, SecurityError

from portal.core import logs
from portal.core.db import db

log = logging.getLogger("portal.web")

WORDS = {
    400: ("That didn’t arrive whole", "Go back, and send it once more. What you typed should still be there."),
    403: (
        "That came from somewhere else",
        "For safety we only take forms sent from Trellis itself. Open the page again.",
    ),
    404: ("There’s nothing here", "It may have moved, or it belongs to someone else."),
    405: ("There’s nothing here", "It may have moved, or it belongs to someone else."),
    413: (
        "That was too much at once",
        "Send up to 10 files together, each up to 12 MB. Nothing was saved from this one.",
    ),
    409: ("Something changed meanwhile", "Open the page again to see how it stands now."),
    507: ("We can’t save anything just now", "Nothing you sent was kept. Reading still works. Please try again later."),
}
OURS = ("That’s us, not you", "Trellis stopped working for a moment. Go back: what you typed is still there.")
PLAIN = '<!doctype html><html lang="en-GB"><title>{title}</title><h1>{title}</h1><p>{sentence}<p>Ref {reference}</html>'
FULL = {errno.ENOSPC, errno.EROFS, errno.EDQUOT}


def error_page(status: int):
    """The page for a status, in plain words."""
    try:
        return render_template("errors/error.html", **_facts(status)), status
    except Exception:  # even the page around it can't be made: say it plainly all the same
        log.exception("no error page")
        return _plain_page(status)


def _plain_page(status: int):
    return PLAIN.format(**_facts(status)), status


def _facts(status: int) -> dict:
    title, sentence = WORDS.get(status, OURS)
    return {"title": title, "sentence": sentence, "reference": logs.request_id(), "status": status}


def _is_full(error: Exception) -> bool:
    if isinstance(error, OSError):
        return error.errno in FULL
    return isinstance(error, OperationalError) and any(
        words in str(error.orig) for words in ("disk is full", "readonly database", "disk I/O error", "No space left")
    )


def init_app(app: Flask) -> None:
    @app.errorhandler(HTTPException)
    def known(error):
        if error.code is None or error.code < 400:
            return error
        if isinstance(error, SecurityError):
            return _plain_page(error.code)  # not our host name, so no link of ours can be written
        return error_page(error.code)

    @app.errorhandler(Exception)
    def unknown(error):
        db.session.rollback()
        full = _is_full(error)
        log.error("nowhere to save" if full else "unexpected", exc_info=None if app.testing and full else error)
        return error_page(507 if full else 500)
