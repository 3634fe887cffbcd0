"""The host's own documents on its side: shared with all groups, renewed by the host, and its rules told ahead."""

from flask import Blueprint, abort, request, url_for

from portal.autonomy.door_answers import mistakes_beside
from portal.core import attachments
from portal.core.attachments import FormFiles
from portal.core.forms import PlainForm
from portal.core.ids import id_of
from portal.core.web import invalid, page, saved
from portal.documents import actions, attached, differences, queries, readers, words
from portal.documents.forms import AnnounceForm, ChangeRuleForm, RenewForm, ShareForm
from portal.documents.models import NOTICE_DAYS, RULE_ANSWER_WORDS
from portal.people import queries as people
from portal.people.reach import actor, as_staff
from portal.people.roles import Role

bp = Blueprint("host_documents", __name__, url_prefix="/host/documents")
COORDINATORS = actions.COORDINATORS


@bp.get("/")
@as_staff()
def index():
    """What the host shares, those to renew soonest first."""
    found = queries.hosts()
    names = people.names(one.renews_by for one in found)
    return page("documents/hosts.html", lines=found, names=names, **_facts())


@bp.get("/new")
@as_staff(roles=COORDINATORS)
def new():
    """Something to share."""
    form = ShareForm(staff=_staff())
    return page("documents/share.html", form=form, came=FormFiles(form["files"]))


@bp.post("/")
@as_staff(roles=COORDINATORS, does=actions.share)
def share():
    form = ShareForm.from_request(staff=_staff())
    with attached.arriving(form) as came:
        if form.validate() and not came.problems:
            with mistakes_beside(form, files=came):
                made = actions.share(actor(), files=came.new, **form.facts())
                return saved(goto=url_for(".show", number=made.number), says="Shared with every group.")
        return invalid("documents/share.html", form=form, came=came.again())


@bp.get("/rule")
@as_staff(roles=COORDINATORS)
def new_rule():
    """A rule that wasn't there before."""
    return page("documents/announce.html", form=AnnounceForm(), notice=NOTICE_DAYS)


@bp.post("/rule")
@as_staff(roles=COORDINATORS, does=actions.announce)
def announce():
    form = AnnounceForm.from_request()
    if form.validate():
        with mistakes_beside(form, "name"):
            made = actions.announce(actor(), **form.facts())
            return saved(goto=url_for(".show", number=made.number), says="Every group is being told.")
    return invalid("documents/announce.html", form=form, notice=NOTICE_DAYS)


@bp.get("/<int:number>")
@as_staff()
def show(number):
    """One of them, and what groups answered to a new rule."""
    return page("documents/hosts_show.html", **_show(number))


@bp.post("/<int:number>/versions")
@as_staff(roles=COORDINATORS, does=actions.renew)
def renew(number):
    form, found = RenewForm.from_request(staff=_staff()), _found(number)
    with attached.arriving(form) as came:
        if form.validate() and not came.problems:
            with mistakes_beside(form, files=came):
                actions.renew(actor(), None, found.newest.id, files=came.new, **form.facts())
                return saved(goto=url_for(".show", number=number), says="Kept. Groups read this one from now on.")
        return invalid("documents/hosts_show.html", **_show(number, form, came.again()))


@bp.post("/<int:number>/rule")
@as_staff(roles=COORDINATORS, does=actions.change_rule)
def change_rule(number):
    form, found = ChangeRuleForm.from_request(), _found(number)
    if form.validate():
        with mistakes_beside(form, "words"):
            actions.change_rule(actor(), None, found.newest.id, **form.facts())
            return saved(goto=url_for(".show", number=number), says="Every group is being told.")
    return invalid("documents/hosts_show.html", **_show(number, form))


@bp.post("/<int:number>/end")
@as_staff(roles=COORDINATORS, does=actions.put_away)
def put_away(number):
    actions.put_away(actor(), None, _found(number).newest.id, key=PlainForm.from_request().key.data)
    return saved(goto=url_for(".index"), says="Put away. It is shared no more.")


@bp.get("/<int:number>/files/<int:file_id>/<size>")
@as_staff()
def file(number, file_id, size):
    """What was made of a file of the host's."""
    return attachments.send(_found(number).file(file_id), size, f"document-{number}")


def _found(number: int) -> queries.HostWhole:
    return queries.host_whole(number) or abort(404)


def _staff() -> dict[int, str]:
    return {role.person_id: name for name, role in people.staff()}


def _facts() -> dict:
    return {"coordinates": Role.COORDINATOR in actor().roles, "sentences": words, "notice": NOTICE_DAYS}


def _show(number: int, giving=None, came: FormFiles | None = None) -> dict:
    found = _found(number)
    newest = found.newest
    before = found.before(newest)
    if giving is None and newest.starts_on:
        giving = ChangeRuleForm(data={"words": newest.words})
    elif giving is None:
        giving = RenewForm(staff=_staff(), data={"renews_by": newest.renews_by})
    reads = bool(readers.AT_HOST & actor().roles) and newest.starts_on is not None
    said = queries.answered(newest.id, id_of(request.args.get("after"))) if reads else []
    return {
        "found": found,
        "newest": newest,
        "holds": found.holding({}),
        "parts": differences.compare(before.words, newest.words) if before and newest.starts_on else [],
        "reads": reads,
        "said": said[: queries.PAGE],
        "more": len(said) > queries.PAGE,
        "answers": RULE_ANSWER_WORDS,
        "giving": giving,
        "came": came or (FormFiles(giving["files"]) if "files" in giving else None),
        "key": PlainForm(),
        **_facts(),
    }
