"""The host's own books: its funds, what the bank should hold, years, the movement in funds."""

from datetime import date

from flask import Blueprint, Response, abort, request, url_for

from portal.autonomy.door_answers import mistakes_beside
from portal.core import clock, csv
from portal.core.ids import id_of
from portal.core.web import invalid, page, saved
from portal.ledger import actions, queries, year
from portal.ledger.forms import ClosingForm, CorrectionForm, OursForm
from portal.ledger.models import HOST_FUNDS, HostFund
from portal.people.reach import actor, as_staff
from portal.people.roles import Role

bp = Blueprint("books", __name__, url_prefix="/host/books")
READERS = frozenset({Role.FINANCE, Role.COORDINATOR, Role.TRUSTEE})
YEARS = range(2000, 2100)


@bp.get("/")
@as_staff(roles=READERS)
def index():
    """What we hold of our own and for everyone, what moved in our own funds, the years."""
    return page("ledger/ours.html", **_ours())


@bp.post("/money-in")
@as_staff(roles=actions.FINANCE, does=actions.receive_ours)
def receive():
    form = OursForm.from_request()
    if form.validate():
        with mistakes_beside(form, "pence"):
            actions.receive_ours(actor(), **form.facts())
            return saved(goto=url_for(".index"), says="Recorded.")
    return invalid("ledger/ours.html", **_ours(coming=form))


@bp.get("/entries/<int:entry_id>")
@as_staff(roles=READERS)
def entry(entry_id):
    """One entry of our own books with its postings."""
    return page("ledger/entry.html", **_entry(entry_id))


@bp.post("/entries/<int:entry_id>/correction")
@as_staff(roles=actions.FINANCE, does=actions.correct_ours)
def correct(entry_id):
    form = CorrectionForm.from_request()
    if form.validate():
        with mistakes_beside(form, "words"):
            made = actions.correct_ours(actor(), None, entry_id, **form.facts())
            return saved(goto=url_for(".entry", entry_id=made.id), says="Corrected. Both entries stay.")
    return invalid("ledger/entry.html", **_entry(entry_id, form))


@bp.post("/years")
@as_staff(roles=actions.FINANCE, does=actions.close_year)
def close():
    form = ClosingForm.from_request()
    if form.validate():
        with mistakes_beside(form, "ends_on"):
            closed = actions.close_year(actor(), **form.facts())
            return saved(
                goto=url_for(".show_year", number=closed.ends_on.year), says="Closed. Its figures stay as they are."
            )
    return invalid("ledger/ours.html", **_ours(closing=form))


@bp.get("/year/<int:number>")
@as_staff(roles=READERS)
def show_year(number):
    """The movement in funds of one year."""
    moved = year.movement(_year(number))
    return page(
        "ledger/year.html",
        moved=moved,
        classes=year.CLASSES,
        ours=year.OURS,
        stands=_stands(moved.year, queries.closed_until()),
    )


@bp.get("/year/<int:number>.csv")
@as_staff(roles=READERS, asks_again=True)
def year_csv(number):
    """The same as a file for a spreadsheet."""
    moved = year.movement(_year(number))
    head = ("Class", "Group", "Fund", "Opening", "Incoming", "Outgoing", "Transfers", "Closing")
    rows = [_as_row(year.CLASSES[one.kind], one) for one in moved.funds]
    rows += [_as_row(f"{words}, together", moved.total([kind])) for kind, words in year.CLASSES.items() if moved.of(kind)]
    rows.append(_as_row("Everything", moved.total()))
    name = f'attachment; filename="movement-in-funds-{number}.csv"'
    return Response(csv.written([head, *rows]), content_type="text/csv", headers={"Content-Disposition": name})


def _as_row(words: str, one: year.Moved) -> tuple:
    sums = (one.opening, one.incoming, -one.outgoing, one.transfers, one.closing)
    return (words, one.group, one.fund, *map(csv.pounds, sums))


def _year(number: int) -> year.Year:
    return year.ending_in(number) if number in YEARS else abort(404)


def _ours(**forms) -> dict:
    name = request.args.get("fund", "")
    fund = HostFund(name) if name in set(HostFund) else None
    rows, before = queries.our_movements(fund, id_of(request.args.get("before")))
    closed = queries.closed_years()
    over, last = year.just_over(), closed[-1].ends_on if closed else None
    open_still = last is None or last < over.ends_on
    years = {year.running(), over, *(year.of(one.ends_on) for one in closed)}
    forms = {"coming": OursForm(), "closing": ClosingForm(ends_on=over.ends_on)} | forms
    return {
        "funds": queries.our_funds(),
        "for_groups": queries.held_for_groups(),
        "names": HOST_FUNDS,
        "fund": fund,
        "rows": rows,
        "before": before,
        "check": queries.last_check(),
        "years": [(one, _stands(one, last)) for one in sorted(years, key=lambda one: one.number, reverse=True)],
        "to_close": over if open_still else None,
        "finance": bool(actor().roles & actions.FINANCE),
        **forms,
    }


def _stands(one: year.Year, closed_until: date | None) -> str:
    if closed_until and one.ends_on <= closed_until:
        return "Closed"
    return "Open" if one.ends_on < clock.today() else "Running"


def _entry(entry_id: int, form=None) -> dict:
    found = queries.entry(None, entry_id) or abort(404)
    return {
        "group": None,
        "entry": found,
        "lines": queries.lines(found),
        "rate": None,
        "account_words": queries.account_words,
        "names": HOST_FUNDS,
        "correct_at": url_for(".correct", entry_id=entry_id),
        "form": form or CorrectionForm(),
        "finance": bool(actor().roles & actions.FINANCE),
    }
