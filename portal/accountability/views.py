"""How are we doing, for the host's people and for each group: the same page, and the lists its figures open."""

from functools import partial

from flask import Blueprint, Flask, abort, current_app, g, request, url_for

from portal.accountability import charts, figures, queries, words
from portal.accountability.date_spans import CHOICES, Span, chosen
from portal.accountability.queries import LISTS, Looker
from portal.core import clock
from portal.core.ids import id_of
from portal.core.web import page
from portal.people.reach import actor, as_staff, in_group
from portal.support.models import Wanted

bp = Blueprint("accountability", __name__)
HOSTS, OURS = "/host/doing", "/g/<group>/doing"


@bp.get(f"{HOSTS}/")
@as_staff()
def hosts():
    """How the host keeps what it promised, for its own people and trustees."""
    return page("accountability/hosts.html", **_doing("hosts"))


@bp.get(f"{HOSTS}/<figure>")
@as_staff()
def hosts_list(figure):
    """What one figure was counted from."""
    return page("accountability/hosts_list.html", **_listed(figure, Looker(actor()), "hosts"))


@bp.get(f"{OURS}/")
@in_group()
def ours():
    """The same page for a group."""
    return page("accountability/ours.html", **_doing("ours", group=g.place.slug))


@bp.get(f"{OURS}/<figure>")
@in_group()
def ours_list(figure):
    """What one figure was counted from: our own by name, others' by their day alone."""
    return page("accountability/ours_list.html", **_listed(figure, _looker(), "ours", group=g.place.slug))


def _looker() -> Looker:
    return Looker(actor(), g.place.group_id, g.place.slug)


def _span() -> tuple[str, Span]:
    name = request.args.get("time", "")
    name = name if name in CHOICES else next(iter(CHOICES))
    return name, chosen(name, clock.today())


def _doing(endpoint: str, **where) -> dict:
    name, span = _span()
    found = figures.of(span)
    days = current_app.config["SETTINGS"].PORTAL_REPLY_DAYS
    promises = {one.key: (one.words, within) for one, within in zip(Wanted, days, strict=True)}
    return {
        "span": span,
        "found": found,
        "sentences": words,
        "waits": charts.of_waits(found.waits, promises),
        "to_paid": charts.of_paid(found.to_paid),
        "times": {called: (url_for(f".{endpoint}", **where, time=one), one == name) for one, called in CHOICES.items()},
        "opens": {one: url_for(f".{endpoint}_list", figure=one, time=name, **where) for one in LISTS},
    }


def _listed(figure: str, looker: Looker, endpoint: str, **where) -> dict:
    kind = LISTS.get(figure) or abort(404)
    name, span = _span()
    found = queries.listed(figure, span, looker, id_of(request.args.get("after")))
    more = partial(url_for, f".{endpoint}_list", figure=figure, time=name, **where)
    further = more(after=found.after) if found.after else ""
    back = url_for(f".{endpoint}", **where, time=name)
    others = queries.others_money(span, looker) if figure == "money" else (0, 0)
    says = {"kind": kind, "span": span, "back": back, "others_money": others, "sentences": words}
    return says | {"lines": found.lines, "further": further}


def init_app(app: Flask) -> None:
    app.register_blueprint(bp)
