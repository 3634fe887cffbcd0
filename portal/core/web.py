"""Answers: a page, a part of it, a redirect. `page`, `saved` and `invalid` choose between them, and nothing else does."""

import secrets
from functools import lru_cache

from flask import Flask, flash, get_flashed_messages, make_response, redirect, render_template, session
from flask.templating import Environment
from htmx_flask import request
from markupsafe import Markup
from werkzeug.routing import IntegerConverter

from portal.core import icons
from portal.core.ids import BEYOND


def wants_part() -> bool:
    """Whether htmx asks for a part of the page rather than the page."""
    return bool(request.htmx) and not request.htmx.boosted


def page(template: str, part: str | None = None, status: int = 200, **facts):
    """The page, or just its part where htmx asked."""
    chosen = part if part and wants_part() else template
    return make_response(render_template(chosen, **facts), status)


def saved(part: str | None = None, *, goto: str, says: str = "", **facts):
    """It is done: a 303 to `goto`, or the refreshed part with the flash line beside it."""
    if part and wants_part():
        return make_response(render_template("components/saved.html", part=part, says=says, **facts))
    if says:
        flash(says)
    if request.htmx:
        return "", 204, {"HX-Redirect": goto}
    return redirect(goto, 303)


def invalid(template: str, part: str | None = None, **facts):
    """Something to fill in: the same form with its sentences, and what was typed kept. 422."""
    return page(template, part, 422, **facts)


def goto_safely(target: str | None, otherwise: str) -> str:
    """A local address to return to; anything that could leave this site becomes `otherwise`."""
    if target and target.startswith("/") and not target.startswith(("//", "/\\")) and target.isprintable():
        return target
    return otherwise


def browser_mark() -> str:
    """A random mark of this browser, to bind codes and challenges to it."""
    if "browser" not in session:
        session["browser"] = secrets.token_urlsafe(24)
    return session["browser"]


class Templates(Environment):
    """No template has globals of its own, so all share the environment's, without a chain of maps for each of them:
    reading through those took a tenth of a page's time."""

    def make_globals(self, d):
        return super().make_globals(d) if d else self.globals


class Id(IntegerConverter):
    """A number in an address. One beyond what the database counts to is just not here."""

    def __init__(self, map, *args, **kwargs):
        super().__init__(map, *args, **{"max": BEYOND - 1, **kwargs})


def init_app(app: Flask) -> None:
    app.url_map.converters["int"] = Id

    # Kept, as it is the same for everyone: an address, of which a page names dozens, each slow to build; and what a macro
    # makes, with the icons it asks for. Both are the app's own, and go with it.
    @lru_cache(10_000)
    def address(endpoint: str, **values) -> str:
        """`url_for` of a whole name: one that depends on the page it stands on can't be kept."""
        assert not endpoint.startswith("."), endpoint
        return app.url_for(endpoint, **values)

    @lru_cache(1000)
    def made(macro, *told):
        with icons.apart() as symbols:
            return macro(*told), symbols

    def once(macro, *told) -> Markup:
        """What a macro makes of what it is told, worked out the first time that it is asked."""
        words, symbols = made(macro, *told)
        icons.put(symbols)
        return words

    app.jinja_env.globals.update(flashes=get_flashed_messages, once=once, url_for=address)
