"""Papers: a fund's statement as a page and as files, the report to its funder, the whole ledger.

To take a file away asks for a passkey or a password again. A file that would take long isn't offered: the page says why,
and how to have it month by month.
"""

from collections.abc import Iterator
from itertools import chain, islice

from flask import (
    Blueprint,
    Flask,
    Response,
    abort,
    current_app,
    g,
    make_response,
    redirect,
    request,
    url_for,
)

from portal.autonomy import consent
from portal.autonomy.door import Mistake, may
from portal.autonomy.door_answers import mistakes_beside
from portal.core import clock, csv
from portal.core.db import one_moment, reader, reading_blocks
from portal.core.forms import PlainForm
from portal.core.marks import mark
from portal.core.typeset import CantSet
from portal.core.web import invalid, page, saved
from portal.papers import actions, beancount, pdf, periods, queries, sheets, words, xlsx
from portal.papers.forms import AgreeForm, ChoosePaper, ReportWords
from portal.papers.queries import Report, Statement
from portal.people.reach import actor, as_staff, group, group_at, in_group, works_for_host
from portal.people.roles import ORGANISERS, Role

bp = Blueprint("papers", __name__)
BOOKS = frozenset({Role.FINANCE, Role.COORDINATOR, Role.TRUSTEE})
OURS, HOSTS = "/g/<group>/money/papers", "/host/groups/<slug>/papers"
ONE = "<int:fund_id>/<period>"
LONGEST = {"pdf": 1_000, "xlsx": 20_000, "csv": 20_000}  # movements in one file: a second or two of work
KINDS = {
    "pdf": "application/pdf",
    "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    "csv": "text/csv; charset=utf-8",
}


@bp.get(f"{OURS}/")
@in_group()
def index():
    """Choose a fund and a time."""
    return _chosen(**_ours())


@bp.get(f"{HOSTS}/")
@as_staff(roles=BOOKS)
def host_index(slug):
    """The same for a group's."""
    return _chosen(**_theirs(slug))


@bp.get(f"{OURS}/{ONE}")
@in_group()
def statement(fund_id, period):
    """One fund over one time: what was there, what happened, what is there."""
    one_moment()
    return page("papers/statement.html", **_page_of(_ours(), fund_id, period))


@bp.get(f"{HOSTS}/{ONE}")
@as_staff(roles=BOOKS)
def host_statement(slug, fund_id, period):
    one_moment()
    return page("papers/statement.html", **_page_of(_theirs(slug), fund_id, period))


@bp.get(f"{OURS}/{ONE}/statement.<kind>")
@in_group(roles=ORGANISERS, asks_again=True)
def statement_file(fund_id, period, kind):
    one_moment()
    return _statement_file(_ours(), fund_id, period, kind)


@bp.get(f"{HOSTS}/{ONE}/statement.<kind>")
@as_staff(roles=BOOKS, asks_again=True)
def host_statement_file(slug, fund_id, period, kind):
    one_moment()
    return _statement_file(_theirs(slug), fund_id, period, kind)


@bp.get(f"{OURS}/{ONE}/report")
@in_group(roles=ORGANISERS)
def report(fund_id, period):
    """What the fund's funder would read, and our own words for it."""
    return page("papers/report.html", **_ours_report(fund_id, period))


@bp.get(f"{HOSTS}/{ONE}/report")
@as_staff(roles=BOOKS)
def host_report(slug, fund_id, period):
    """What the funder would read, with the group's words only where it agreed."""
    return page("papers/report.html", **_theirs_report(slug, fund_id, period))


@bp.get(f"{OURS}/{ONE}/report.pdf")
@in_group(roles=ORGANISERS, asks_again=True)
def report_file(fund_id, period):
    one_moment()
    return _report_file(_ours(), fund_id, period)


@bp.get(f"{HOSTS}/{ONE}/report.pdf")
@as_staff(roles=BOOKS, asks_again=True)
def host_report_file(slug, fund_id, period):
    one_moment()
    return _report_file(_theirs(slug), fund_id, period)


@bp.post(f"{OURS}/{ONE}/words")
@in_group(roles=ORGANISERS, does=actions.write)
def write(fund_id, period):
    form = ReportWords.from_request()
    if not form.validate():
        return invalid("papers/report.html", **_ours_report(fund_id, period, form))
    actions.write(actor(), group(), fund_id, time=_period(period).key, **form.facts())
    return _to_report(fund_id, period, "Kept here. It goes to nobody until one of us agrees.")


@bp.post(f"{HOSTS}/{ONE}/words")
@as_staff(roles={Role.COORDINATOR}, does=actions.write)
def host_write(slug, fund_id, period):
    form = ReportWords.from_request()
    if form.validate():
        with mistakes_beside(form, "words"):
            actions.write(actor(), group_at(slug), fund_id, time=_period(period).key, **form.facts())
            goto = url_for(".host_report", slug=slug, fund_id=fund_id, period=period)
            return saved(goto=goto, says="Written. It waits for the group’s yes.")
    return invalid("papers/report.html", **_theirs_report(slug, fund_id, period, form))


@bp.post(f"{OURS}/{ONE}/agreement")
@in_group(roles=ORGANISERS, does=actions.agree)
def agree(fund_id, period):
    form = AgreeForm.from_request()
    try:
        actions.agree(actor(), group(), _written(fund_id, period), **form.facts())
    except Mistake as mistake:
        return invalid("papers/report.html", **_ours_report(fund_id, period) | {"problem": str(mistake)})
    return _to_report(fund_id, period, "Agreed. Our words go with the report.")


@bp.post(f"{OURS}/{ONE}/taking-back")
@in_group(roles=ORGANISERS, does=actions.take_back)
def take_back(fund_id, period):
    actions.take_back(actor(), group(), _written(fund_id, period), key=PlainForm.from_request().key.data)
    return _to_report(fund_id, period, "Taken back. The report goes without our words.")


@bp.get(f"{OURS}/ledger.beancount")
@in_group(roles=ORGANISERS, asks_again=True)
def ledger():
    """Every entry in our own funds, for a bookkeeping program."""
    return _ledger(g.place.group_id)


@bp.get("/host/papers/ledger.beancount")
@as_staff(roles=BOOKS, asks_again=True)
def host_ledger():
    """Every entry there is, the host's own too."""
    return _ledger(None)


def _ours() -> dict:
    """Whose papers these are, and where their pages lie: the group's own side."""
    takes_away = g.place.role in ORGANISERS
    return {"group_id": g.place.group_id, "at": {"group": g.place.slug}, "side": "", "takes_away": takes_away}


def _theirs(slug: str) -> dict:
    """The same on the host's side."""
    found = group_at(slug)
    return {"group_id": found.id, "at": {"slug": slug}, "side": "host_", "takes_away": True, "group": found}


def _chosen(group_id: int, at: dict, side: str, **whose):
    """The page to choose on, or the statement that was chosen."""
    funds = queries.funds(group_id)
    form = ChoosePaper(request.args, funds=funds, periods=periods.offered(clock.today()))
    if {"fund", "period"} <= set(request.args) and form.validate():
        return redirect(url_for(f".{side}statement", fund_id=form.fund.data, period=form.period.data, **at), 303)
    return page("papers/index.html", funds=funds, form=form, at=at, side=side, **whose)


def _period(key: str) -> periods.Period:
    return periods.read(key) or abort(404)


def _statement(group_id: int, fund_id: int, key: str) -> Statement:
    return queries.statement(group_id, fund_id, _period(key)) or abort(404)


def _made_report(group_id: int, fund_id: int, key: str) -> Report:
    return queries.report(group_id, fund_id, _period(key)) or abort(404)


def _page_of(whose: dict, fund_id: int, key: str) -> dict:
    """A statement's page: by month, or where it is of one month, with what moved in it."""
    made = _statement(whose["group_id"], fund_id, key)
    rows, more = queries.movements(made, request.args.get("after")) if made.period.is_month else ([], None)
    says = {"sheets": sheets, "sentences": words, "month": periods.month, "longest": LONGEST}
    return {**whose, **says, "made": made, "rows": rows, "more": more}


def _statement_file(whose: dict, fund_id: int, key: str, kind: str):
    """The statement as one kind of file. One that would take long sends back to the page, which says so."""
    if kind not in LONGEST:
        abort(404)
    made = _statement(whose["group_id"], fund_id, key)
    the_page = url_for(f".{whose['side']}statement", fund_id=fund_id, period=key, **whose["at"])
    if made.count > LONGEST[kind]:
        return redirect(the_page, 303)
    paper = sheets.statement(made, queries.every_movement(made), _host())
    try:
        return _file(WRITERS[kind](paper), f"statement-{key}.{kind}", KINDS[kind])
    except CantSet as sorry:
        return saved(goto=the_page, says=f"{sorry} The spreadsheet and the CSV have the same in them.")


def _csv(paper: sheets.Paper) -> bytes:
    tables = ([(), (one.title,), one.heads, *one.rows] for one in paper.tables)
    rows: Iterator[tuple] = chain([(paper.title,)], paper.facts, *tables)
    return csv.written([csv.pounds(cell) if isinstance(cell, sheets.Pence) else cell for cell in row] for row in rows)


WRITERS = {"pdf": pdf.made, "xlsx": xlsx.made, "csv": _csv}


def _ours_report(fund_id: int, key: str, form: ReportWords | None = None) -> dict:
    made = _made_report(g.place.group_id, fund_id, key)
    written = made.written.words if made.written else None
    agreeing = AgreeForm(mark_of_words=mark(written))
    form, aside = form or ReportWords(words=written), consent.aside(actor(), works_for_host())
    facts = {"made": made, "form": form, "agreeing": agreeing, "sheets": sheets, "problem": "", "decision": None}
    return {**_ours(), **facts, "aside": aside}


def _theirs_report(slug: str, fund_id: int, key: str, form: ReportWords | None = None) -> dict:
    whose = _theirs(slug)
    made = _made_report(whose["group_id"], fund_id, key)
    decision = may(actor(), whose["group"], actions.write, made.statement.fund)
    form = form or ReportWords(words=made.words)
    facts = {"made": made, "form": form, "agreeing": None, "sheets": sheets, "problem": "", "decision": decision}
    return {**whose, **facts, "aside": ""}


def _written(fund_id: int, key: str) -> int:
    """The number of what was written for this report."""
    row = queries.written(g.place.group_id, fund_id, _period(key)) or abort(404)
    return row.id


def _to_report(fund_id: int, period: str, says: str):
    return saved(goto=url_for(".report", group=g.place.slug, fund_id=fund_id, period=period), says=says)


def _report_file(whose: dict, fund_id: int, key: str):
    paper = sheets.report(_made_report(whose["group_id"], fund_id, key), _host())
    try:
        return _file(pdf.made(paper), f"report-{key}.pdf", KINDS["pdf"])
    except CantSet as sorry:
        goto = url_for(f".{whose['side']}report", fund_id=fund_id, period=key, **whose["at"])
        return saved(goto=goto, says=f"{sorry} Please try again later.")


def _ledger(group_id: int | None):
    """The ledger as it is read, some hundred entries at a time, all of one moment."""

    read = reader()
    written = beancount.written(read, f"Ledger of {_host()}", group_id)
    parts = iter(lambda: "".join(islice(written, 500)), "")
    if reading_blocks():  # all of it is read first, so that nobody waits for whoever fetches it slowly
        parts = iter(list(parts))
        read.close()
    answer = _file(parts, "ledger.beancount", "text/plain; charset=utf-8")
    answer.call_on_close(read.close)
    return answer


def _file(body, name: str, kind: str) -> Response:
    answer = make_response(body) if isinstance(body, bytes) else Response(body)
    answer.headers["Content-Type"] = kind
    answer.headers["Content-Disposition"] = f'attachment; filename="{name}"'
    return answer


def _host() -> str:
    return current_app.config["SETTINGS"].host_name


def init_app(app: Flask) -> None:
    app.register_blueprint(bp)
