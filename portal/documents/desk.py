"""A group's documents on the host's side: what area 6 lets its coordinators see and do; agreements offered and signed."""

from flask import Blueprint, abort, request, url_for

from portal.autonomy.areas import Outcome
from portal.autonomy.door import may
from portal.autonomy.door_answers import mistakes_beside
from portal.core import attachments
from portal.core.attachments import FormFiles
from portal.core.forms import PlainForm
from portal.core.ids import id_of
from portal.core.web import invalid, page, saved
from portal.documents import actions, attached, queries, readers, words
from portal.documents.forms import (
    AgreementForm,
    AgreementVersionForm,
    AskingDocumentForm,
    AskingVersionForm,
    MarkForm,
)
from portal.documents.models import Kind
from portal.people.reach import actor, as_staff, group_at
from portal.people.roles import Role

bp = Blueprint("their_documents", __name__, url_prefix="/host/groups/<slug>/documents")
COORDINATORS = actions.COORDINATORS


@bp.get("/")
@as_staff(roles=readers.AT_HOST)
def index(slug):
    """A group's documents, as far as it lets those at the host see them."""
    return page("documents/theirs.html", **_list(slug))


@bp.get("/new")
@as_staff(roles=COORDINATORS)
def new(slug):
    """A document for the group: added or suggested, as it has set."""
    return page("documents/new_for.html", **_new(slug, AskingDocumentForm()))


@bp.post("/")
@as_staff(roles=COORDINATORS, does=actions.add)
def add(slug):
    form = AskingDocumentForm.from_request()
    with attached.arriving(form) as came:
        if form.validate() and not came.problems:
            with mistakes_beside(form, files=came):
                made = actions.add(actor(), group_at(slug), **attached.with_files(came, form.facts()))
                return saved(goto=url_for(".show", slug=slug, document=made.number), says="Added. The group sees it.")
        return invalid("documents/new_for.html", **_new(slug, form, came.again()))


@bp.get("/offer")
@as_staff(roles=COORDINATORS)
def new_offer(slug):
    """An agreement of the host's, to offer; in words of its own that every group reads, where it starts from those."""
    shared = queries.hosts()
    start = next((one for one in shared if one.number == id_of(request.args.get("of"))), None)
    form = AgreementForm(data={"name": start.name, "words": start.words} if start else None)
    return page("documents/offer.html", **_offer(slug, form), shared=[one for one in shared if one.words])


@bp.post("/offer")
@as_staff(roles=COORDINATORS, does=actions.offer)
def offer(slug):
    form = AgreementForm.from_request()
    with attached.arriving(form) as came:
        if form.validate() and not came.problems:
            with mistakes_beside(form, files=came):
                made = actions.offer(actor(), group_at(slug), files=came.new, **form.facts())
                return saved(
                    goto=url_for(".show", slug=slug, document=made.number), says="Offered. They answer when they like."
                )
        return invalid("documents/offer.html", **_offer(slug, form, came.again()), shared=[])


@bp.get("/<int:document>")
@as_staff(roles=readers.AT_HOST)
def show(slug, document):
    """One of them, with no more than those at the host read."""
    return page("documents/theirs_show.html", **_show(slug, document))


@bp.get("/<int:document>/compare")
@as_staff(roles=readers.AT_HOST)
def compare(slug, document):
    """What differs between two versions that those at the host read."""
    _, read, at, _ = _found(slug, document)
    return page("documents/their_compare.html", group=at, **attached.two(read))


@bp.post("/<int:document>/versions")
@as_staff(roles=COORDINATORS, does=(actions.add_version, actions.offer_version))
def add_version(slug, document):
    found, _, at, _ = _found(slug, document)
    offered = found.document.kind is Kind.OFFERED
    form = (AgreementVersionForm if offered else AskingVersionForm).from_request()
    with attached.arriving(form) as came:
        if form.validate() and not came.problems:
            with mistakes_beside(form, files=came):
                if offered:
                    actions.offer_version(actor(), at, found.document.id, files=came.new, **form.facts())
                else:
                    actions.add_version(actor(), at, found.document.id, **attached.with_files(came, form.facts()))
                return saved(goto=url_for(".show", slug=slug, document=document), says="Added. The group sees it.")
        return invalid("documents/theirs_show.html", **_show(slug, document, form, came.again()))


@bp.post("/<int:document>/current")
@as_staff(roles=COORDINATORS, does=actions.mark_current)
def mark_current(slug, document):
    found, _, at, _ = _found(slug, document)
    form = PlainForm.from_request()
    actions.mark_current(actor(), at, found.document.id, number=id_of(request.form.get("version")) or 0, key=form.key.data)
    return saved(goto=url_for(".show", slug=slug, document=document), says="Changed. The group sees it.")


@bp.post("/<int:document>/versions/<int:version>/signature")
@as_staff(roles=actions.SIGNERS, does=actions.sign)
def sign(slug, document, version):
    _, read, at, _ = _found(slug, document)
    row, form = read.numbered(version) or abort(404), MarkForm.from_request()
    actions.sign(actor(), at, row.id, mark=form.mark.data or "", key=form.key.data)
    return saved(goto=url_for(".show", slug=slug, document=document), says="Signed. Both sides hold this version now.")


@bp.get("/<int:document>/files/<int:file_id>/<size>")
@as_staff(roles=readers.AT_HOST)
def file(slug, document, file_id, size):
    """What was made of a file of a version that those at the host read."""
    return attachments.send(_found(slug, document)[1].file(file_id), size, f"D{document}")


def _level(at):
    """What the group lets staff do with its documents; trustees read and never change."""
    return may(actor(), at, actions.add)


def _list(slug: str) -> dict:
    at = group_at(slug)
    decision = _level(at)
    lines = queries.host_listed(at.id, decision.level, id_of(request.args.get("after")))
    return {
        "group": at,
        "decision": decision,
        "lines": lines[: queries.PAGE],
        "more": len(lines) > queries.PAGE,
        "coordinates": Role.COORDINATOR in actor().roles,
        "sentences": words,
    }


def _new(slug: str, form: PlainForm, came: FormFiles | None = None) -> dict:
    at = group_at(slug)
    facts = {"group": at, "decision": _level(at), "form": form, "came": came or FormFiles(form["files"])}
    return facts | {"asks": facts["decision"].outcome == Outcome.PROPOSE}


def _offer(slug: str, form: AgreementForm, came: FormFiles | None = None) -> dict:
    return {"group": group_at(slug), "form": form, "came": came or FormFiles(form["files"])}


def _found(slug: str, document: int):
    """The document, what of it those at the host read, its group, and what that lets them do. Without a trace where they
    don't know of it."""
    at = group_at(slug)
    found, decision = queries.whole(at.id, document) or abort(404), _level(at)
    if not readers.host_knows(decision.level, found.document):
        abort(404)
    return found, found.read_at_host(), at, decision


def _show(slug: str, document: int, giving=None, came: FormFiles | None = None) -> dict:
    found, read, at, decision = _found(slug, document)
    offered = found.document.kind is Kind.OFFERED
    newest = found.newest
    again = {"words": newest.words, "summary": newest.summary}
    giving = giving or (AgreementVersionForm(data=again) if offered else AskingVersionForm())
    return {
        "group": at,
        "decision": decision,
        "found": found,
        "read": read,
        "offered": offered,
        "sentences": words,
        "coordinates": Role.COORDINATOR in actor().roles,
        "asks": decision.outcome == Outcome.PROPOSE,
        "answers": queries.answers(read) if found.document.is_agreement else {},
        "giving": giving,
        "came": came or FormFiles(giving["files"]),
        "key": PlainForm(),
        "me": actor().person_id,
    }
