"""The bank's lines for finance: what each is, with one key; files taken in; how the books stand beside the bank."""

from flask import Blueprint, Flask, abort, current_app, request, url_for
from itsdangerous import BadSignature, URLSafeTimedSerializer

from portal.autonomy.door import Mistake
from portal.autonomy.door_answers import mistakes_beside
from portal.bank import actions, matching, queries, statement_files
from portal.bank.forms import ROLES, AccountForm, ColumnsForm, FileForm, LineForm, OwnForm, ReceiveForm
from portal.bank.matching import Match, Matches
from portal.bank.models import SOURCES
from portal.bank.statement import Statement, Unreadable
from portal.bank.statement_files import Asked
from portal.bank.table import Columns
from portal.core import clock, files, uploads
from portal.core.db import reading
from portal.core.forms import PlainForm
from portal.core.ids import id_of
from portal.core.uploads import NotTaken
from portal.core.web import invalid, page, saved
from portal.people.reach import actor, as_staff, group_at

bp = Blueprint("bank", __name__)
LINES, GROUPS = "/host/bank", "/host/groups/<slug>/bank"
FINANCE = actions.FINANCE
GONE = "That file isn’t here any more. Send it once more."


@bp.get(f"{LINES}/")
@as_staff(roles=FINANCE)
def index():
    """Lines to match, the oldest first; on a laptop the first one lies open beside the list."""
    return page("bank/lines.html", **_facts(_listed()) | {"accounts": queries.accounts()})


@bp.get(f"{LINES}/<int:line_id>")
@as_staff(roles=FINANCE)
def show(line_id):
    """One line."""
    return page("bank/lines.html", **_one(line_id))


@bp.post(f"{GROUPS}/payments/<int:payment_id>")
@as_staff(roles=FINANCE, does=actions.settle_payment)
def settle_payment(slug, payment_id):
    return _matched(actions.settle_payment, slug, payment_id, "{} is paid. Its group sees it.")


@bp.post(f"{GROUPS}/costs/<int:cost_id>")
@as_staff(roles=FINANCE, does=actions.settle_cost)
def settle_cost(slug, cost_id):
    return _matched(actions.settle_cost, slug, cost_id, "{} is paid. Its group sees it.")


@bp.post(f"{GROUPS}/payments/<int:payment_id>/return")
@as_staff(roles=FINANCE, does=actions.returned)
def returned(slug, payment_id):
    return _matched(actions.returned, slug, payment_id, "{} came back. It can be paid anew.")


@bp.post(f"{GROUPS}/funds/<int:fund_id>")
@as_staff(roles=FINANCE, does=actions.receive_into)
def receive_into(slug, fund_id):
    form = ReceiveForm.from_request()
    if not form.validate():
        _known_line(form)
        wrong = {"wrong": next(iter(form.errors.values()))[0]}
        return invalid("bank/lines.html", **_one(form.line_id.data) | wrong)
    facts = form.facts()
    actions.receive_into(actor(), group_at(slug), fund_id, **facts)
    return saved(goto=_next(facts["line_id"]), says="Recorded. The group sees it under Money.")


@bp.post(f"{GROUPS}/entries/<int:entry_id>/undoing")
@as_staff(roles=FINANCE, does=actions.undo)
def undo(slug, entry_id):
    actions.undo(actor(), group_at(slug), entry_id, key=PlainForm.from_request().key.data)
    return saved(goto=url_for(".index"), says="Undone. The line is open again.")


@bp.post(f"{LINES}/<int:line_id>/suspense")
@as_staff(roles=FINANCE, does=actions.to_suspense)
def to_suspense(line_id):
    actions.to_suspense(actor(), None, line_id, key=PlainForm.from_request().key.data)
    return saved(goto=_next(line_id), says="It waits in suspense, for all of finance to see.")


@bp.post(f"{LINES}/<int:line_id>/own")
@as_staff(roles=FINANCE, does=actions.hosts_own)
def hosts_own(line_id):
    form = OwnForm.from_request()
    if not form.validate():
        raise Mistake("Choose our own money, or the pot.")
    actions.hosts_own(actor(), None, line_id, **form.facts())
    return saved(goto=_next(line_id), says="Kept as our own.")


@bp.post(f"{LINES}/<int:line_id>/reopening")
@as_staff(roles=FINANCE, does=actions.reopen)
def reopen(line_id):
    actions.reopen(actor(), None, line_id, key=PlainForm.from_request().key.data)
    return saved(goto=url_for(".show", line_id=line_id), says="Undone. The line is open again.")


@bp.get(f"{LINES}/files/")
@as_staff(roles=FINANCE)
def imports():
    """Every file that was read, the newest first."""
    rows = queries.imports(id_of(request.args.get("before")))
    return page("bank/files.html", rows=rows[: queries.PAGE], more=len(rows) > queries.PAGE, key=PlainForm())


@bp.get(f"{LINES}/files/new")
@as_staff(roles=FINANCE)
def new():
    """Send a file of the bank's."""
    return page("bank/new.html", **_sending(queries.accounts()))


@bp.post(f"{LINES}/accounts")
@as_staff(roles=FINANCE, does=actions.open_account)
def open_account():
    form = AccountForm.from_request()
    if form.validate():
        with mistakes_beside(form, "name"):
            actions.open_account(actor(), **form.facts())
            return saved(goto=url_for(".new"), says="Named. Its files can be sent now.")
    return invalid("bank/new.html", **_sending(queries.accounts(), naming=form))


@bp.post(f"{LINES}/files/")
@as_staff(roles=FINANCE, does=(actions.import_file, actions.hold_file))
def send():
    """Take a file in; where its columns aren't known yet, keep it a day and ask."""
    with reading():
        facts = _sending(queries.accounts(), form=FileForm.from_request())
        form = facts["form"]
        found = queries.account(form.account_id.data) if form.validate() else None
        account_id, columns = (found.id, found.columns) if found else (0, None)
    if not account_id:
        form.account_id.errors = ["Choose the account."]
        return invalid("bank/new.html", **facts)
    try:
        arrived = uploads.look_at_any(
            request.files.get("file"), none="Choose the file first.", big="Export a shorter time."
        )
        content = arrived.path.read_bytes()
        said = statement_files.read(content, clock.today(), Columns(**columns) if columns else None)
    except (NotTaken, Unreadable) as why:
        form.file.errors = [str(why)]
        return invalid("bank/new.html", **facts)
    if isinstance(said, Statement):
        return _taken(form, account_id, arrived.sha256, arrived.name, said)
    name = files.store().keep(arrived.path)
    try:
        actions.hold_file(actor(), name=name)
    except BaseException:
        files.store().remove(name)
        raise
    held = _tokens().dumps([name, account_id, arrived.sha256, arrived.name])
    return page("bank/columns.html", **_columns(ColumnsForm.of(said.columns, held), said))


@bp.post(f"{LINES}/files/columns")
@as_staff(roles=FINANCE, does=actions.import_file)
def columns():
    """The columns as a person set them: the file is read by them, and the next one too."""
    form = ColumnsForm.from_request()
    try:
        name, account_id, sha256, shown_name = _tokens().loads(
            form.held.data or "", max_age=int(queries.FILE_LASTS.total_seconds())
        )
        content = files.store().read(name)
    except (BadSignature, ValueError, files.FileMissing):
        raise Mistake(GONE) from None
    asked = statement_files.read(content, clock.today())
    if not isinstance(asked, Asked):
        raise Mistake(GONE)
    facts = _columns(form, asked)
    if not form.validate():
        return invalid("bank/columns.html", **facts)
    chosen = Columns(asked.columns.header, **form.chosen())
    try:
        said = statement_files.read(content, clock.today(), chosen)
    except Unreadable as why:
        return invalid("bank/columns.html", **facts | {"wrong": str(why)})
    assert isinstance(said, Statement)  # its columns are this file's own
    return _taken(form, account_id, sha256, shown_name, said, columns=chosen, held=name)


@bp.post(f"{LINES}/files/<int:import_id>/removal")
@as_staff(roles=FINANCE, does=actions.take_back)
def take_back(import_id):
    actions.take_back(actor(), None, import_id, key=PlainForm.from_request().key.data)
    return saved(goto=url_for(".imports"), says="Its lines are out again.")


def _taken(form, account_id: int, sha256: str, shown_name: str, said: Statement, **more):
    facts = {"sha256": sha256, "shown_name": shown_name, "statement": said, **more}
    made = actions.import_file(actor(), None, account_id, key=form.key.data, **facts)
    lines = f"{made.lines} line{'s' if made.lines != 1 else ''}"
    says = f"{lines}, {made.fresh} of them new." if made.fresh else f"{lines}, all of them here already. Nothing was added."
    return saved(goto=url_for(".index"), says=says)


def _matched(action, slug: str, row_id: int, says: str):
    form = LineForm.from_request()
    _known_line(form)
    receipt = action(actor(), group_at(slug), row_id, key=form.key.data, line_id=form.line_id.data)
    return saved(goto=_next(form.line_id.data), says=says.format(receipt.ref))


def _known_line(form: LineForm) -> None:
    if not form.line_id.validate(form):
        abort(404)


def _next(line_id: int) -> str:
    """The next open line: the hands stay on the keyboard."""
    following = queries.listed("match", after=line_id).items or queries.listed("match").items
    return url_for(".show", line_id=following[0].line.id) if following else url_for(".index")


def _listed() -> tuple[str, int | None, queries.Page]:
    """The page of the view that this address names."""
    view, after = request.args.get("view", "match"), id_of(request.args.get("after"))
    view = view if view in queries.VIEWS else "match"
    return view, after, queries.listed(view, after)


def _one(line_id: int) -> dict:
    """A line among those it was chosen from; else its view opens where it lies."""
    if "view" in request.args:
        view, after, lines = _listed()
        if found := next((one for one in lines.items if one.line.id == line_id), None):
            return _facts((view, after, lines), found)
    found = queries.item(line_id) or abort(404)
    view = queries.view_of(found.line)
    return _facts((view, None, queries.listed(view, at=found.line)), found)


def _facts(listed: tuple[str, int | None, queries.Page], found: queries.Item | None = None) -> dict:
    """A view with one of its lines open: `found`, or the first."""
    view, after, lines = listed
    opened = found is not None
    found = found or (lines.items[0] if lines.items else None)
    words = request.args.get("find", "").strip()[:60]
    if view == "settled" or found is None:
        matches: dict[int, Matches] = {}
    elif words:
        by_cost, by_fund = queries.costs_like(words), queries.funds_like(words)
        matches = {found.line.id: matching.looked_for(found.line, by_cost, by_fund)}
    else:
        matches = matching.suggest([one.line for one in lines.items])
    if view == "suspense":
        matches = {id_: Matches([one for one in these.every if one.how == "fund"]) for id_, these in matches.items()}
    return {
        "view": view,
        "views": queries.VIEWS,
        "sums": queries.sums(),
        "lines": lines,
        "after": after,
        "found": found,
        "opened": opened,
        "matches": matches,
        "these": matches.get(found.line.id, Matches()) if found else Matches(),
        "words": words,
        "settle_at": _settle_at,
        "key": PlainForm(),
        "receiving": ReceiveForm(),
        "sources": SOURCES,
        "accounts": [],
        "wrong": "",
    }


def _settle_at(one: Match) -> str:
    """Where to say that a line is this."""
    return {
        "payment": lambda: url_for(".settle_payment", slug=one.slug, payment_id=one.key),
        "cost": lambda: url_for(".settle_cost", slug=one.slug, cost_id=one.key),
        "return": lambda: url_for(".returned", slug=one.slug, payment_id=one.key),
        "fund": lambda: url_for(".receive_into", slug=one.slug, fund_id=one.key),
    }[one.how]()


def _sending(accounts, form=None, naming=None) -> dict:
    form = form or FileForm()
    form.account_id.choices = {row.BankAccount.id: row.BankAccount.name for row in accounts}
    return {"form": form, "naming": naming or AccountForm(), "accounts": accounts}


def _columns(form: ColumnsForm, asked: Asked) -> dict:
    form.offer(asked.columns.header, asked.rows[0] if asked.rows else [])
    return {"form": form, "roles": ROLES, "header": asked.columns.header, "rows": asked.rows, "wrong": ""}


def _tokens() -> URLSafeTimedSerializer:
    return URLSafeTimedSerializer(str(current_app.secret_key), salt="bank file")


def init_app(app: Flask) -> None:
    app.register_blueprint(bp)
