"""The Money page, what moved, one fund with its budget; and money moved between lines by staff."""

from flask import Blueprint, Flask, abort, g, request, url_for

from portal.autonomy import amendments
from portal.autonomy.door import may
from portal.autonomy.door_answers import mistakes_beside
from portal.budget import actions, charts, queries, words
from portal.budget.forms import AskingBetweenForm, AskingMoveForm, BetweenForm, LineForm, MoveForm, asked_for
from portal.core import clock
from portal.core.forms import PlainForm
from portal.core.ids import id_of
from portal.core.web import invalid, page, saved
from portal.ledger import queries as ledger
from portal.ledger.models import fund_names
from portal.people.reach import actor, as_staff, group, group_at, in_group
from portal.people.roles import ORGANISERS

bp = Blueprint("budget", __name__)
for one, form in (
    (actions.plan_line, LineForm),
    (actions.change_line, LineForm),
    (actions.move, MoveForm),
    (actions.move_between_funds, BetweenForm),
):
    amendments.register(one, form)
MONEY, BOOKS = "/g/<group>/money", "/host/groups/<slug>/books"
LATEST = 5


@bp.get(f"{MONEY}/")
@in_group()
def money():
    """What we can spend now, pot by pot; a year's picture; what moved lately."""
    here, this = g.place.group_id, queries.year_of(clock.today())
    start = id_of(request.args.get("year")) or this
    if not 2000 <= start <= this:
        abort(404)
    funds = ledger.statuses(here)
    lines = queries.lines(here, funds)
    year = queries.year(here, start, funds, lines)
    return page(
        "budget/money.html",
        funds=funds,
        spendable=ledger.spendable(funds),
        lines=lines,
        parts=charts.bar(funds),
        year=year,
        bars=charts.bars(year),
        this=this,
        moved=ledger.movements(here, limit=LATEST),
    )


@bp.get(f"{MONEY}/movements/")
@in_group()
def movements():
    """Everything that moved, the newest first; by words, amount or pot."""
    here = g.place.group_id
    names, typed, chosen = fund_names(here), request.args.get("q", ""), id_of(request.args.get("fund"))
    fund_id = chosen if chosen in names else None
    found = ledger.movements(here, id_of(request.args.get("before")), fund_id=fund_id, **asked_for(typed))
    return page("budget/movements.html", moved=found, names=names, asked={"q": typed, "fund": fund_id})


@bp.get(f"{MONEY}/funds/<int:fund_id>/")
@in_group()
def fund(fund_id):
    """One pot: what binds it, its budget, what moved in it."""
    return page("budget/fund.html", **_fund(fund_id))


@bp.post(f"{MONEY}/funds/<int:fund_id>/lines")
@in_group(roles=ORGANISERS, does=actions.plan_line)
def plan(fund_id):
    form = LineForm.from_request()
    if form.validate():
        with mistakes_beside(form, "name"):
            actions.plan_line(actor(), group(), fund_id, **form.facts())
            return _back_to(fund_id, "Planned.")
    return invalid("budget/fund.html", **_fund(fund_id, planning=form))


@bp.post(f"{MONEY}/funds/<int:fund_id>/lines/<int:line_id>")
@in_group(roles=ORGANISERS, does=actions.change_line)
def change(fund_id, line_id):
    form = LineForm.from_request()
    if form.validate():
        with mistakes_beside(form, "name"):
            actions.change_line(actor(), group(), line_id, **form.facts())
            return _back_to(fund_id, "Changed.")
    return invalid("budget/fund.html", **_fund(fund_id, changing={line_id: form}))


@bp.post(f"{MONEY}/funds/<int:fund_id>/lines/<int:line_id>/drop")
@in_group(roles=ORGANISERS, does=actions.drop_line)
def drop(fund_id, line_id):
    actions.drop_line(actor(), group(), line_id, key=PlainForm.from_request().key.data)
    return _back_to(fund_id, "It isn’t planned any more. What was spent on it stays.")


@bp.post(f"{MONEY}/funds/<int:fund_id>/moves")
@in_group(roles=ORGANISERS, does=actions.move)
def move(fund_id):
    form = MoveForm.from_request()
    if form.validate():
        with mistakes_beside(form, "from_id"):
            _move(group(), fund_id, form)
            return _back_to(fund_id, "Moved.")
    return invalid("budget/fund.html", **_fund(fund_id, moving=form))


@bp.post(f"{MONEY}/funds/<int:fund_id>/transfers")
@in_group(roles=ORGANISERS, does=actions.move_between_funds)
def transfer(fund_id):
    form = BetweenForm.from_request()
    if form.validate():
        with mistakes_beside(form, "to_id"):
            actions.move_between_funds(actor(), group(), fund_id, **form.facts())
            return _back_to(fund_id, "Moved. It shows under what moved, in both pots.")
    return invalid("budget/fund.html", **_fund(fund_id, sending=form))


@bp.get(f"{BOOKS}/lines")
@as_staff(roles=actions.MOVERS)
def lines(slug):
    """A group's budget, and what this group lets staff do with it."""
    return page("budget/lines.html", **_lines(slug))


@bp.post(f"{BOOKS}/funds/<int:fund_id>/moves")
@as_staff(roles=actions.MOVERS, does=actions.move)
def move_for_group(slug, fund_id):
    form = AskingMoveForm.from_request()
    if form.validate():
        with mistakes_beside(form, "from_id"):
            _move(group_at(slug), fund_id, form)
            return saved(goto=url_for(".lines", slug=slug), says="Moved. The group sees it.")
    return invalid("budget/lines.html", **_lines(slug, fund_id, moving=form))


@bp.post(f"{BOOKS}/funds/<int:fund_id>/transfers")
@as_staff(roles=actions.MOVERS, does=actions.move_between_funds)
def transfer_for_group(slug, fund_id):
    form = AskingBetweenForm.from_request()
    if form.validate():
        with mistakes_beside(form, "to_id"):
            actions.move_between_funds(actor(), group_at(slug), fund_id, **form.facts())
            return saved(goto=url_for(".lines", slug=slug), says="Moved. The group sees it.")
    return invalid("budget/lines.html", **_lines(slug, fund_id, sending=form))


def _move(at, fund_id: int, form) -> None:
    ledger.fund(at.id, fund_id) or abort(404)
    facts = form.facts()
    actions.move(actor(), at, facts.pop("from_id"), **facts)


def _back_to(fund_id: int, says: str):
    return saved(goto=url_for(".fund", group=group().slug, fund_id=fund_id), says=says)


def _fund(fund_id: int, **forms) -> dict:
    here = g.place.group_id
    statuses = ledger.statuses(here)
    one = next((one for one in statuses if one.fund.id == fund_id), None) or abort(404)
    its_lines = queries.lines(here, statuses).get(fund_id, [])
    forms = {"planning": None, "moving": None, "sending": None, "changing": {}} | forms
    return {
        "one": one,
        "binds": words.binds(one.fund),
        "term": words.term(one.fund),
        "held_as": words.held_as(one.fund),
        "lines": its_lines,
        "organises": bool(actor().roles & ORGANISERS),
        "versions": ledger.fees(here).get(fund_id, []),
        "moved": ledger.movements(here, id_of(request.args.get("before")), fund_id=fund_id),
        "planning": _named(forms["planning"] or LineForm(), "new"),
        "moving": _named(_with(forms["moving"], MoveForm, lines=its_lines), "move"),
        "sending": _named(_with(forms["sending"], BetweenForm, funds=_reachable(one, statuses)), "send"),
        "changing": {
            line.line.id: _named(
                forms["changing"].get(line.line.id)
                or LineForm(data={"name": line.line.name, "planned_pence": line.line.planned_pence}),
                line.line.id,
            )
            for line in its_lines
        },
    }


def _lines(slug: str, fund_id: int | None = None, **forms) -> dict:
    at = group_at(slug)
    statuses = ledger.statuses(at.id)
    if fund_id and fund_id not in {one.fund.id for one in statuses}:
        abort(404)
    its_lines = queries.lines(at.id, statuses)
    forms = {"moving": None, "sending": None} | forms
    return {
        "group": at,
        "funds": statuses,
        "lines": its_lines,
        "decision": may(actor(), at, actions.move),
        "forms": {
            one.fund.id: (
                _named(_with(moving, AskingMoveForm, lines=its_lines.get(one.fund.id, ())), f"m{one.fund.id}"),
                _named(_with(sending, AskingBetweenForm, funds=_reachable(one, statuses)), f"s{one.fund.id}"),
            )
            for one in statuses
            for moving, sending in ((forms["moving"], forms["sending"]) if one.fund.id == fund_id else (None, None),)
        },
    }


def _with(form, kind, **choices):
    """This form again with its choices, what was typed and what was wrong kept; or a fresh one."""
    fresh = kind(**choices)
    if form is None:
        return fresh
    for field, now in zip(form, fresh, strict=True):
        if hasattr(now, "choices"):
            field.choices = now.choices
    return form


def _named(form, mark):
    """The form with ids of its own, where a page has several of a kind."""
    for field in form:
        field.id = f"{field.name}-{mark}"
    return form


def _reachable(one: ledger.Status, statuses) -> list:
    """The funds that money of this one can move into."""
    return [other.fund for other in statuses if not actions.cant_move(one.fund, other.fund)]


def init_app(app: Flask) -> None:
    app.register_blueprint(bp)
    app.jinja_env.globals["budget_lines"] = queries.lines  # the books show them, a floor below
