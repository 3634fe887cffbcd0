"""Receipts on the group's side."""

from flask import Blueprint, Flask, abort, request, url_for

from portal.activity.queries import about_row
from portal.autonomy import amendments
from portal.autonomy.door import Mistake
from portal.core import clock, uploads
from portal.core.ids import id_of
from portal.core.uploads import NotTaken
from portal.core.web import invalid, page, saved, wants_part
from portal.ledger.models import fund_names
from portal.people.reach import actor, group, in_group
from portal.receipts import actions, desk, items, queries, words  # noqa: F401 - items registers receipts
from portal.receipts.forms import AnswerForm, DetailsForm, NoReceiptForm, UploadForm
from portal.receipts.pictures import arriving, send_picture

bp = Blueprint("receipts", __name__, url_prefix="/g/<group>/receipts")
amendments.register(actions.describe, DetailsForm)


@bp.get("/")
@in_group()
def index():
    """All of the group's receipts, newest first."""
    return page("receipts/index.html", "receipts/_list.html", found=queries.listed(group().id, _after()), binned=False)


@bp.get("/bin")
@in_group()
def bin_():
    """What was taken back in the last 30 days."""
    found = queries.listed(group().id, _after(), binned=True)
    return page("receipts/bin.html", "receipts/_list.html", found=found, binned=True)


@bp.get("/new")
@in_group()
def new():
    """Take a photo, or choose some."""
    return page("receipts/new.html", form=UploadForm(), not_taken=[])


@bp.post("/")
@in_group(does=actions.upload)
def create():
    """Take one or several files; each is a receipt of its own, and one that can't be taken doesn't stop the rest."""
    form = UploadForm.from_request()
    sent, beyond = uploads.chosen(request.files, request.form, "photo", "files")
    taken, not_taken = [], []
    for place, file in enumerate(sent):
        key = form.receipt_key.data or f"{form.key.data}-{place}"
        try:
            with arriving(file) as photo:
                taken.append(actions.upload(actor(), group(), key=key, receipt_key=key, photo=photo))
        except NotTaken as why:
            not_taken.append((uploads.shown_name(file.filename or ""), str(why)))
    not_taken += beyond
    if not sent and not not_taken:
        not_taken.append(("", "Choose a photo or a file first."))
    numbers = [receipt.number for receipt in taken]
    if not_taken:
        facts = {"form": UploadForm(), "not_taken": not_taken, "taken": queries.these(group().id, numbers)}
        return invalid("receipts/new.html", "receipts/_sent.html", **facts)
    if wants_part():
        return page("", "receipts/_sent.html", taken=queries.these(group().id, numbers), not_taken=[])
    if len(taken) == 1:
        return saved(goto=url_for(".show", group=group().slug, number=numbers[0]))
    return saved(goto=url_for(".sent", group=group().slug, r=numbers))


@bp.get("/sent")
@in_group()
def sent():
    """What was just sent together, to come back to."""
    numbers = [number for typed in request.args.getlist("r") if (number := id_of(typed))]
    return page("receipts/sent.html", taken=queries.these(group().id, numbers), not_taken=[])


@bp.get("/without")
@in_group()
def without():
    """There is no receipt: say so in a few words."""
    return page("receipts/without.html", form=NoReceiptForm(spent_on=clock.today()))


@bp.post("/without")
@in_group(does=actions.declare)
def declare():
    form = NoReceiptForm.from_request()
    if not form.validate():
        return invalid("receipts/without.html", form=form)
    facts = form.facts()
    why = facts.pop("why")
    receipt = actions.declare(actor(), group(), receipt_key=facts["key"], no_picture_why=why, **facts)
    return saved(goto=url_for(".show", group=group().slug, number=receipt.number))


@bp.get("/<int:number>")
@in_group()
def show(number):
    """One receipt: how it stands, what happens next, what can be added."""
    return page("receipts/show.html", "receipts/_pictures.html", **_facts(number))


@bp.post("/<int:number>/details")
@in_group(does=actions.describe)
def describe(number):
    found, form = _found(number), DetailsForm.from_request()
    _offer_pots(form)
    if not form.validate():
        return invalid("receipts/show.html", "receipts/_details.html", **_facts(number, details=form))
    actions.describe(actor(), group(), found.receipt.id, **form.facts())
    return saved(goto=url_for(".show", group=group().slug, number=number), says="Saved.")


@bp.post("/<int:number>/pictures")
@in_group(does=actions.add_picture)
def add_picture(number):
    found, form = _found(number), UploadForm.from_request()
    replaces = id_of(request.form.get("replaces"))
    file = next((file for file in request.files.getlist("photo") if file.filename), None)
    try:
        if file is None:
            raise NotTaken("Choose a photo first.")
        with arriving(file) as photo:
            actions.add_picture(actor(), group(), found.receipt.id, key=form.key.data, photo=photo, replaces=replaces)
    except (NotTaken, Mistake) as why:
        return invalid("receipts/show.html", **_facts(number, picture_problem=str(why)))
    return saved(goto=url_for(".show", group=group().slug, number=number), says="We have your picture.")


@bp.post("/<int:number>/withdrawal")
@in_group(does=actions.withdraw)
def withdraw(number):
    actions.withdraw(actor(), group(), _found(number).receipt.id)
    return saved(goto=url_for(".show", group=group().slug, number=number), says="Taken back. Nothing is paid for it.")


@bp.post("/<int:number>/return")
@in_group(does=actions.restore)
def restore(number):
    actions.restore(actor(), group(), _found(number).receipt.id)
    return saved(goto=url_for(".show", group=group().slug, number=number), says="It’s back.")


@bp.post("/<int:number>/answers/<int:question_id>")
@in_group(does=(actions.answer, actions.withdraw))
def answer(number, question_id):
    found, form = _found(number), AnswerForm.from_request()
    _offer_pots(form)
    if request.form.get("same") == "yes":
        actions.withdraw(actor(), group(), found.receipt.id)
        return saved(goto=url_for(".show", group=group().slug, number=number), says="Taken back. Thank you.")
    if not form.validate():
        return invalid("receipts/show.html", **_facts(number, answering=form))
    facts = form.facts()
    if request.form.get("same") == "no":
        facts["words"] = "It’s another one."
    if not any(facts[name] for name in ("words", "amount_pence", "fund_id")):
        form.words.errors = ["Write a few words, or fill in what is asked."]
        return invalid("receipts/show.html", **_facts(number, answering=form))
    actions.answer(actor(), group(), found.receipt.id, question_id=question_id, **facts)
    return saved(goto=url_for(".show", group=group().slug, number=number), says="Thank you. That’s answered.")


@bp.get("/<int:number>/pictures/<int:picture_id>/<size>.jpg")
@in_group()
def picture(number, picture_id, size):
    """A safe page or the thumbnail of a picture."""
    return send_picture(queries.picture(group().id, picture_id), size)


def _found(number: int) -> queries.Whole:
    return queries.numbered(number, group().id) or abort(404)


def _facts(number: int, details=None, answering=None, picture_problem: str = "") -> dict:
    found = _found(number)
    form = details or DetailsForm(obj=found.receipt)
    pots = _offer_pots(form)
    return {
        "found": found,
        "receipt": found.receipt,
        "form": form,
        "pots": pots,
        "answering": answering or AnswerForm(),
        "upload": UploadForm(),
        "picture_problem": picture_problem,
        "history": about_row(found.group.id, "receipts", found.receipt.id),
        "words": words,
    }


def _offer_pots(form) -> dict[int, str]:
    pots = fund_names(group().id)
    form.fund_id.choices = {**pots, "": "Not sure"}
    return pots


def _after() -> int | None:
    return id_of(request.args.get("after"))


def init_app(app: Flask) -> None:
    app.register_blueprint(bp)
    app.register_blueprint(desk.bp)
