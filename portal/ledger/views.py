"""The books of one group, for the host."""

from flask import Blueprint, Flask, abort, current_app, request, url_for

from portal.autonomy.door_answers import mistakes_beside
from portal.core.filters import full_day
from portal.core.ids import id_of
from portal.core.web import invalid, page, saved
from portal.ledger import actions, desk, queries
from portal.ledger.forms import CorrectionForm, FeeForm, FundForm, MoneyInForm
from portal.ledger.models import HOST_FUNDS
from portal.people.reach import actor, as_staff, group_at
from portal.people.roles import Role

bp = Blueprint("ledger", __name__)
BOOKS = frozenset({Role.FINANCE, Role.COORDINATOR, Role.TRUSTEE})
AT = "/host/groups/<slug>/books"


@bp.get(AT)
@as_staff(roles=BOOKS)
def books(slug):
    """One group's funds and entries."""
    return page("ledger/books.html", **_books(slug))


@bp.post(f"{AT}/funds")
@as_staff(roles=actions.FINANCE, does=actions.open_fund)
def open_fund(slug):
    form = FundForm.from_request()
    if form.validate():
        with mistakes_beside(form, "name"):
            actions.open_fund(actor(), group_at(slug), **form.facts())
            return saved(goto=url_for(".books", slug=slug), says="Opened. The group sees it under Money.")
    return invalid("ledger/books.html", **_books(slug, opening=form))


@bp.post(f"{AT}/funds/<int:fund_id>/money-in")
@as_staff(roles=actions.FINANCE, does=actions.receive)
def receive(slug, fund_id):
    form = MoneyInForm.from_request()
    if form.validate():
        with mistakes_beside(form, "pence"):
            actions.receive(actor(), group_at(slug), fund_id, **form.facts())
            return saved(goto=url_for(".books", slug=slug), says="Recorded.")
    return invalid("ledger/books.html", **_books(slug, coming=form, at=fund_id))


@bp.post(f"{AT}/funds/<int:fund_id>/fee")
@as_staff(roles=actions.COORDINATORS, does=actions.change_fee)
def change_fee(slug, fund_id):
    form = FeeForm.from_request()
    if form.validate():
        with mistakes_beside(form, "fee"):
            rate = actions.change_fee(actor(), group_at(slug), fund_id, **form.facts())
            says = f"The group reads it now. It holds from {full_day(rate.starts_on)}."
            return saved(goto=url_for(".books", slug=slug), says=says)
    return invalid("ledger/books.html", **_books(slug, changing=form, at=fund_id))


@bp.get(f"{AT}/entries/<int:entry_id>")
@as_staff(roles=BOOKS)
def entry(slug, entry_id):
    """One entry with its postings."""
    return page("ledger/entry.html", **_entry(slug, entry_id))


@bp.post(f"{AT}/entries/<int:entry_id>/correction")
@as_staff(roles=actions.FINANCE, does=actions.correct)
def correct(slug, entry_id):
    form = CorrectionForm.from_request()
    if form.validate():
        with mistakes_beside(form, "words"):
            made = actions.correct(actor(), group_at(slug), entry_id, **form.facts())
            return saved(goto=url_for(".entry", slug=slug, entry_id=made.id), says="Corrected. Both entries stay.")
    return invalid("ledger/entry.html", **_entry(slug, entry_id, form))


def _books(slug: str, **forms) -> dict:
    at = group_at(slug)
    facts = {
        "funds": queries.statuses(at.id),
        "fees": queries.fees(at.id),
        "notice": current_app.config["SETTINGS"].PORTAL_FEE_NOTICE_DAYS,
        "moved": queries.movements(at.id, id_of(request.args.get("before"))),
    }
    fresh = {"fresh": MoneyInForm(), "afresh": FeeForm()}
    forms = {"opening": FundForm(), "coming": None, "changing": None, "at": None} | forms
    roles = actor().roles
    may = {"finance": bool(roles & actions.FINANCE), "coordinator": bool(roles & actions.COORDINATORS)}
    return {**facts, "group": at, **may, **fresh, **forms}


def _entry(slug: str, entry_id: int, form=None) -> dict:
    at = group_at(slug)
    found = queries.entry(at.id, entry_id) or abort(404)
    finance = bool(actor().roles & actions.FINANCE)
    return {
        "group": at,
        "entry": found,
        "lines": queries.lines(found),
        "rate": queries.rate_taken(found),
        "account_words": queries.account_words,
        "names": HOST_FUNDS,
        "correct_at": url_for(".correct", slug=slug, entry_id=entry_id),
        "form": form or CorrectionForm(),
        "finance": finance,
    }


def init_app(app: Flask) -> None:
    app.register_blueprint(bp)
    app.register_blueprint(desk.bp)
