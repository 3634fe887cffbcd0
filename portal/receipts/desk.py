"""The host's receipt desk: check, ask, accept, hold. Keyboard first; single pages on a phone."""

from flask import Blueprint, abort, request, url_for

from portal.autonomy.door import may
from portal.autonomy.door_answers import mistakes_beside
from portal.core.ids import id_of
from portal.core.web import invalid, page, saved
from portal.people.reach import actor, as_staff
from portal.receipts import actions, queries, words
from portal.receipts.forms import AskForm, CheckForm, HoldForm, LabelForm, ReleaseForm, RenewForm
from portal.receipts.pictures import send_picture

bp = Blueprint("desk", __name__, url_prefix="/host/receipts")
DESK = actions.DESK


@bp.get("/")
@as_staff(roles=DESK)
def index():
    """Receipts to check, the longest waiting first; on a laptop the first one lies open beside the list."""
    return page("receipts/desk.html", **_facts(None))


@bp.get("/<int:number>")
@as_staff(roles=DESK)
def show(number):
    """One receipt on the desk."""
    return page("receipts/desk.html", "receipts/_desk_item.html", **_facts(number))


@bp.post("/<int:number>/acceptance")
@as_staff(roles=DESK, does=actions.accept)
def accept(number):
    found, form = _found(number), CheckForm.from_request()
    if form.validate():
        with mistakes_beside(form, "key"):
            actions.accept(actor(), found.group, found.receipt.id, **form.facts())
            return saved(goto=_next(number), says=f"R{number} is ready to pay.")
    return invalid("receipts/desk.html", "receipts/_desk_item.html", **_facts(number, check=form))


@bp.post("/<int:number>/questions")
@as_staff(roles=DESK, does=actions.ask)
def ask(number):
    found, form = _found(number), AskForm.from_request()
    if form.validate():
        with mistakes_beside(form, "key"):
            actions.ask(actor(), found.group, found.receipt.id, **form.facts())
            return saved(goto=_next(number), says=f"Asked about R{number}.")
    return invalid("receipts/desk.html", "receipts/_desk_item.html", **_facts(number, asking=form))


@bp.post("/<int:number>/hold")
@as_staff(roles=DESK, does=actions.hold)
def hold(number):
    found, form = _found(number), HoldForm.from_request()
    if not form.validate():
        return invalid("receipts/desk.html", "receipts/_desk_item.html", **_facts(number, holding=form))
    actions.hold(actor(), found.group, found.receipt.id, **form.facts())
    return saved(goto=_next(number), says=f"R{number} is held. The group sees why.")


@bp.post("/<int:number>/hold/renewal")
@as_staff(roles=DESK, does=actions.renew_hold)
def renew_hold(number):
    """Past its day a hold lapses, unless someone looked again and says why it goes on."""
    found, form = _found(number), RenewForm.from_request()
    if form.validate():
        with mistakes_beside(form, "key"):
            actions.renew_hold(actor(), found.group, found.receipt.id, **form.facts())
            return saved(
                goto=url_for(".show", number=number, view=_view()), says=f"R{number} stays held. The group sees why."
            )
    return invalid("receipts/desk.html", "receipts/_desk_item.html", **_facts(number, renewing=form))


@bp.post("/<int:number>/release")
@as_staff(roles=DESK, does=actions.release)
def release(number):
    found = _found(number)
    actions.release(actor(), found.group, found.receipt.id, **ReleaseForm.from_request().facts())
    return saved(goto=url_for(".show", number=number), says=f"R{number} is released.")


@bp.post("/<int:number>/label")
@as_staff(roles=DESK, does=actions.describe)
def describe(number):
    """Change the group's own label: done, proposed or refused, as the group has set it."""
    found, form = _found(number), LabelForm.from_request()
    if not form.validate():
        return invalid("receipts/desk.html", "receipts/_desk_item.html", **_facts(number, details=form))
    actions.describe(actor(), found.group, found.receipt.id, **form.facts())
    return saved(goto=url_for(".show", number=number, view=_view()), says="Saved. The group sees it.")


@bp.get("/<int:number>/pictures/<int:picture_id>/<size>.jpg")
@as_staff(roles=DESK)
def picture(number, picture_id, size):
    return send_picture(queries.picture(_found(number).receipt.group_id, picture_id), size)


def _found(number: int) -> queries.Whole:
    return queries.numbered(number) or abort(404)


def _view() -> str:
    view = request.args.get("view", "check")
    return view if view in queries.VIEWS else "check"


def _next(number: int) -> str:
    """The next receipt of this view, else the list: the hands stay on the keyboard."""
    following = queries.desk(_view(), after=number, size=1).lines or queries.desk(_view(), size=1).lines
    if following:
        return url_for(".show", number=following[0].number, view=_view())
    return url_for(".index", view=_view())


def _facts(number: int | None, **forms) -> dict:
    view, after = _view(), id_of(request.args.get("after"))
    lines = queries.desk(view, after)
    if number and lines.after and number > lines.after:  # further down: the list opens where this one lies
        after = number - 1
        lines = queries.desk(view, after)
    chosen = number or (lines.lines[0].number if lines.lines else None)
    found = _found(chosen) if chosen else None
    facts = {
        "view": view,
        "views": queries.VIEWS,
        "counts": queries.desk_counts(),
        "lines": lines,
        "after": after,
        "found": found,
        "opened": number is not None,
        "words": words,
        "check": CheckForm(data={"ledger_code": found.likely_code or ""}) if found else None,
        "asking": AskForm(),
        "holding": HoldForm(),
        "releasing": ReleaseForm(),
        "renewing": RenewForm(data={"reason": found.hold.reason}) if found and found.hold else RenewForm(),
        "details": LabelForm(obj=found.receipt) if found else None,
        "may_label": may(actor(), found.group, actions.describe, found.receipt) if found else None,
    }
    return facts | forms
