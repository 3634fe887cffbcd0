"""Who we pay: the group's pages, the page behind a link, and what finance sees at the host."""

from flask import Blueprint, Flask, abort, current_app, g, request, url_for

from portal.autonomy import consent
from portal.autonomy.door import note_read
from portal.autonomy.door_answers import mistakes_beside
from portal.core import clock
from portal.core.forms import PlainForm
from portal.core.ids import id_of
from portal.core.web import invalid, page, saved
from portal.payees import actions, changes, links, queries, words
from portal.payees.details import unsealed
from portal.payees.forms import AddForm, DetailsForm
from portal.payees.models import Checked
from portal.people import queries as people
from portal.people.reach import actor, as_staff, group, group_at, in_group, public, works_for_host
from portal.people.roles import ORGANISERS, STRANGER

bp = Blueprint("payees", __name__)
OURS = "/g/<group>/money/payees"
HOSTS = "/host/groups/<slug>/payees"


@bp.get(f"{OURS}/")
@in_group(roles=ORGANISERS)
def index():
    """Everyone we pay, and what waits."""
    before = id_of(request.args.get("before"))
    rows = queries.listed(g.place.group_id, actor().person_id, before=before, limit=queries.PAGE + 1)
    return page("payees/index.html", rows=rows[: queries.PAGE], more=len(rows) > queries.PAGE, **_words(g.place.group_id))


@bp.get(f"{OURS}/new")
@in_group(roles=ORGANISERS, asks_again=True)
def new():
    """Add someone; the fresh proof comes first, so that nothing typed is lost for it."""
    return page("payees/new.html", form=AddForm())


@bp.post(f"{OURS}/")
@in_group(roles=ORGANISERS, does=actions.add)
def add():
    form = AddForm.from_request()
    if form.validate():
        with mistakes_beside(form, "name"):
            made = actions.add(actor(), group(), **form.facts())
            says = "Added." if form.given else "Added. We’ve sent them the link."
            return saved(goto=url_for(".show", group=group().slug, payee_id=made.id), says=says)
    return invalid("payees/new.html", form=form)


@bp.get(f"{OURS}/<int:payee_id>")
@in_group(roles=ORGANISERS)
def show(payee_id):
    """One of them: where they're paid, by its last digits; what was changed, by whom."""
    here = g.place.group_id
    line = _line(payee_id)
    every = [one.details for one in line.every]
    names = people.names(n for one in every for n in (one.made_by, one.second_by, one.stopped_by))
    facts = _words(here)
    barred = ""
    if line.pending:
        ours = facts["organisers"]
        barred = changes.barred(actor(), line.payee, line.pending, ours, on_both_sides=works_for_host())
    facts |= {
        "barred": barred,
        "aside": consent.aside(actor(), works_for_host()),
        "link": queries.open_link(here, payee_id),
    }
    accounts = [(one.details.tail, words.history(one, names)) for one in line.every]
    return page("payees/show.html", line=line, accounts=accounts, key=PlainForm(), **facts)


@bp.get(f"{OURS}/<int:payee_id>/change")
@in_group(roles=ORGANISERS, asks_again=True)
def change(payee_id):
    """Give another account."""
    return page("payees/change.html", line=_line(payee_id), form=DetailsForm())


@bp.post(f"{OURS}/<int:payee_id>/details")
@in_group(roles=ORGANISERS, does=actions.change_details)
def change_details(payee_id):
    form, line = DetailsForm.from_request(), _line(payee_id)
    if form.validate():
        with mistakes_beside(form, "sort_code"):
            row = actions.change_details(actor(), group(), payee_id, **form.facts())
            says = "Kept." if row.is_first else "Kept. It holds in 48 hours, once a second person has said yes."
            return saved(goto=url_for(".show", group=group().slug, payee_id=payee_id), says=says)
    return invalid("payees/change.html", line=line, form=form)


@bp.post(f"{OURS}/changes/<int:details_id>/yes")
@in_group(roles=ORGANISERS, does=actions.second)
def second(details_id):
    row = actions.second(actor(), group(), details_id, key=PlainForm.from_request().key.data)
    return saved(goto=url_for(".show", group=group().slug, payee_id=row.payee_id), says="You said yes to it.")


@bp.post(f"{OURS}/changes/<int:details_id>/stop")
@in_group(roles=ORGANISERS, does=actions.stop)
def stop(details_id):
    row = actions.stop(actor(), group(), details_id, key=PlainForm.from_request().key.data)
    return saved(goto=url_for(".show", group=group().slug, payee_id=row.payee_id), says="Stopped. It stays as it was.")


@bp.post(f"{OURS}/<int:payee_id>/end")
@in_group(roles=ORGANISERS, does=actions.end)
def end(payee_id):
    actions.end(actor(), group(), payee_id, key=PlainForm.from_request().key.data)
    return saved(goto=url_for(".index", group=group().slug), says="Taken off. What was paid stays in the books.")


@bp.post(f"{OURS}/<int:payee_id>/links")
@in_group(roles=ORGANISERS, does=actions.send_link)
def send_link(payee_id):
    actions.send_link(actor(), group(), payee_id, key=PlainForm.from_request().key.data)
    return saved(goto=url_for(".show", group=group().slug, payee_id=payee_id), says="We’ve sent them the link.")


@bp.post(f"{OURS}/links/<int:link_id>/end")
@in_group(roles=ORGANISERS, does=actions.revoke_link)
def revoke_link(link_id):
    row = actions.revoke_link(actor(), group(), link_id, key=PlainForm.from_request().key.data)
    says = "Taken back. The link no longer works."
    return saved(goto=url_for(".show", group=group().slug, payee_id=row.payee_id), says=says)


@bp.get("/details/<token>")
@public()
def link(token):
    """The page behind a link: for one person, who needs no account here. Opening it changes nothing."""
    found, payee, at = links.by_token(token) or abort(404)
    return page("payees/link.html", form=DetailsForm(), open=links.is_open(found, payee), payee=payee, at=at)


@bp.post("/details/<token>")
@public(does=actions.give)
def give(token):
    found, payee, at = links.by_token(token) or abort(404)
    form = DetailsForm.from_request()
    if form.validate():
        with mistakes_beside(form, "sort_code"):
            row = actions.give(STRANGER, at, found.id, **form.facts())
            says = "Thank you. That’s all." if row.is_first else "Thank you. Someone looks at it, and it holds in two days."
            return saved(goto=url_for(".link", token=token), says=says)
    return invalid("payees/link.html", form=form, open=links.is_open(found, payee), payee=payee, at=at)


@bp.get("/host/payees/")
@as_staff(roles=actions.FINANCE)
def to_check():
    """Changed accounts in all groups that wait for finance, oldest first."""
    rows = queries.for_finance(id_of(request.args.get("after")))
    return page("payees/to_check.html", rows=rows[: queries.PAGE], more=len(rows) > queries.PAGE)


@bp.get(f"{HOSTS}/")
@as_staff(roles=actions.FINANCE)
def hosts(slug):
    """Whom one group pays, by the last digits."""
    at = group_at(slug)
    rows = queries.listed(at.id, before=id_of(request.args.get("before")), limit=queries.PAGE + 1)
    facts = _words(at.id)
    me, ours = actor(), facts["organisers"]
    both = people.is_in(at.id, me.person_id or 0)
    barred = {
        line.payee.id: changes.barred(me, line.payee, line.pending, ours, on_both_sides=both)
        for line in rows
        if line.pending
    }
    shown, more = rows[: queries.PAGE], len(rows) > queries.PAGE
    return page("payees/hosts.html", group=at, rows=shown, more=more, barred=barred, key=PlainForm(), **facts)


@bp.get(f"{HOSTS}/details/<int:details_id>")
@as_staff(roles=actions.FINANCE, asks_again=True, notes=actions.look)
def look(slug, details_id):
    """The whole number. Each look is a line in the group's log."""
    at = group_at(slug)
    note_read(actions.look, actor(), at, details_id)
    row, payee = queries.details(at.id, details_id) or abort(404)
    return page("payees/look.html", group=at, payee=payee, row=row, whole=unsealed(row), checked=Checked)


@bp.post(f"{HOSTS}/details/<int:details_id>/yes")
@as_staff(roles=actions.FINANCE, does=actions.second)
def second_for(slug, details_id):
    actions.second(actor(), group_at(slug), details_id, key=PlainForm.from_request().key.data)
    return saved(goto=url_for(".hosts", slug=slug), says="You said yes. It holds when its time comes.")


@bp.post(f"{HOSTS}/details/<int:details_id>/stop")
@as_staff(roles=actions.FINANCE, does=actions.stop)
def stop_for(slug, details_id):
    actions.stop(actor(), group_at(slug), details_id, key=PlainForm.from_request().key.data)
    return saved(goto=url_for(".hosts", slug=slug), says="Stopped. The group sees it; they’re paid where they were.")


def _line(payee_id: int) -> queries.Line:
    """One of our payees, or 404."""
    payee = queries.one(g.place.group_id, payee_id) or abort(404)
    return queries.lines(g.place.group_id, [payee], actor().person_id)[0]


def _words(group_id: int) -> dict:
    organisers, host = consent.electorate(group_id), current_app.config["SETTINGS"].host_name
    return {
        "organisers": organisers,
        "waits": lambda given: words.waits(given, organisers, host, clock.now()),
        "checked": Checked,
    }


def init_app(app: Flask) -> None:
    app.register_blueprint(bp)
