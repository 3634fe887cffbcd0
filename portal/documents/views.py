"""A group's documents on its own side: its own, agreements with the host, and how it accepts one."""

from flask import Blueprint, Flask, abort, g, request, url_for

from portal.autonomy import amendments
from portal.autonomy.door_answers import mistakes_beside
from portal.autonomy.standing import quiet_spells
from portal.core import attachments, clock
from portal.core.attachments import FormFiles
from portal.core.forms import PlainForm
from portal.core.ids import id_of
from portal.core.web import invalid, page, saved
from portal.documents import (
    actions,
    attached,
    desk,
    differences,
    host_documents,
    items,  # noqa: F401 - registers
    queries,
    rules,
    words,
)
from portal.documents.forms import (
    AgreementForm,
    AgreementVersionForm,
    AnswerRuleForm,
    DeclineForm,
    DocumentForm,
    MarkForm,
    NameForm,
    RuleForm,
    VersionForm,
)
from portal.documents.models import RULE_ANSWER_WORDS, Kind, host_of
from portal.people.reach import actor, group, in_group
from portal.people.roles import ORGANISERS
from portal.spending.models import NEEDS_WORDS

bp = Blueprint("documents", __name__, url_prefix="/g/<group>/documents")
amendments.register(actions.add, DocumentForm)
amendments.register(actions.add_version, VersionForm)


@bp.get("/")
@in_group()
def index():
    """Our documents, the newest first."""
    lines = queries.listed(g.place.group_id, id_of(request.args.get("after")))
    return page("documents/index.html", **_list(lines), away=False, hosts=queries.hosts())


@bp.get("/away")
@in_group()
def away():
    """What was taken away and can still be brought back."""
    lines = queries.listed(g.place.group_id, id_of(request.args.get("after")), away=True)
    return page("documents/index.html", **_list(lines), away=True, hosts=[])


@bp.get("/new")
@in_group(roles=ORGANISERS)
def new():
    """A document: a photo, a file, a voice note, a link, or words."""
    form = DocumentForm(data={"about": request.args.get("about", "")})
    return page("documents/new.html", form=form, came=FormFiles(form["files"]))


@bp.post("/")
@in_group(roles=ORGANISERS, does=actions.add)
def add():
    return _add(DocumentForm.from_request(), "documents/new.html", "Kept. This is the version that counts.")


@bp.get("/agreement")
@in_group(roles=ORGANISERS)
def new_agreement():
    """An agreement with the host, in our own words."""
    form = AgreementForm()
    return page("documents/new_agreement.html", form=form, came=FormFiles(form["files"]))


@bp.post("/agreement")
@in_group(roles=ORGANISERS, does=actions.add)
def write_agreement():
    form = AgreementForm.from_request()
    return _add(form, "documents/new_agreement.html", "Kept. It waits for our own yes first.", both_sign=True)


@bp.get("/<int:number>")
@in_group()
def show(number):
    """One document: what counts, what it said before; of an agreement, who said what."""
    return page("documents/show.html", **_show(number))


@bp.get("/<int:number>/compare")
@in_group()
def compare(number):
    """What differs between two versions."""
    return page("documents/compare.html", **attached.two(_found(number)))


@bp.post("/<int:number>/versions")
@in_group(roles=ORGANISERS, does=actions.add_version)
def add_version(number):
    found = _found(number)
    form = (AgreementVersionForm if found.document.is_agreement else VersionForm).from_request()
    with attached.arriving(form) as came:
        if form.validate() and not came.problems:
            with mistakes_beside(form, files=came):
                actions.add_version(actor(), group(), found.document.id, files=came.new, **form.facts())
                says = "Kept. Each of us reads it anew." if found.document.is_agreement else "Kept. It counts from now on."
                return saved(goto=_here(number), says=says)
        return invalid("documents/show.html", **_show(number, giving=form, came=came.again()))


@bp.post("/<int:number>/current")
@in_group(roles=ORGANISERS, does=actions.mark_current)
def mark_current(number):
    which = id_of(request.form.get("version")) or 0
    key = PlainForm.from_request().key.data
    actions.mark_current(actor(), group(), _found(number).document.id, number=which, key=key)
    return saved(goto=_here(number), says=f"Version {which} counts from now on.")


@bp.post("/<int:number>/name")
@in_group(roles=ORGANISERS, does=actions.describe)
def describe(number):
    found, form = _found(number), NameForm.from_request()
    if not form.validate():
        return invalid("documents/show.html", **_show(number, naming=form))
    actions.describe(actor(), group(), found.document.id, **form.facts())
    return saved(goto=_here(number), says="Changed.")


@bp.post("/<int:number>/withdrawal")
@in_group(roles=ORGANISERS, does=actions.withdraw)
def withdraw(number):
    actions.withdraw(actor(), group(), _found(number).document.id, key=PlainForm.from_request().key.data)
    return saved(goto=_here(number), says="Taken away. We can bring it back for 30 days.")


@bp.post("/<int:number>/return")
@in_group(roles=ORGANISERS, does=actions.restore)
def restore(number):
    actions.restore(actor(), group(), _found(number).document.id, key=PlainForm.from_request().key.data)
    return saved(goto=_here(number), says="It’s back.")


@bp.post("/<int:number>/versions/<int:version>/yes")
@in_group(roles=ORGANISERS, does=actions.agree)
def agree(number, version):
    form, row = MarkForm.from_request(), _version(number, version)
    row = actions.agree(actor(), group(), row.id, mark=form.mark.data or "", key=form.key.data)
    says = "Said. With that, we have accepted it." if row.accepted_at else "Said. It waits for more of us."
    return saved(goto=_here(number), says=says)


@bp.post("/<int:number>/versions/<int:version>/no")
@in_group(roles=ORGANISERS, does=actions.decline)
def decline(number, version):
    form, row = DeclineForm.from_request(), _version(number, version)
    if not form.validate():
        return invalid("documents/show.html", **_show(number, declining=form))
    actions.decline(actor(), group(), row.id, **form.facts())
    return saved(goto=_here(number), says="Said. Nothing is agreed by that.")


@bp.get("/<int:number>/files/<int:file_id>/<size>")
@in_group()
def file(number, file_id, size):
    """What was made of a file of one of our documents."""
    return attachments.send(_found(number).file(file_id), size, f"D{number}")


@bp.get("/rule")
@in_group()
def rule():
    """How many of us agree to an agreement."""
    return page("documents/rule.html", **_rule())


@bp.post("/rule")
@in_group(roles=ORGANISERS, does=actions.set_rule, asks_again=True)
def set_rule():
    form = RuleForm.from_request()
    if not form.validate():
        return invalid("documents/rule.html", **_rule(form))
    made = actions.set_rule(actor(), group(), **form.facts())
    waits = made is not None and made.agreed_at is None
    return saved(goto=url_for(".rule", group=group().slug), says="It waits for more of us." if waits else "Saved.")


@bp.post("/rule/<int:rule_id>/yes")
@in_group(roles=ORGANISERS, does=actions.agree_rule, asks_again=True)
def agree_rule(rule_id):
    row = actions.agree_rule(actor(), group(), rule_id, key=PlainForm.from_request().key.data)
    return saved(goto=url_for(".rule", group=group().slug), says="Agreed." if row.agreed_at else "It waits for more of us.")


@bp.get("/host/<int:hosts>")
@in_group()
def from_host(hosts):
    """A document of the host's; of a rule, what changes and from when for us."""
    return page("documents/from_host.html", **_from_host(hosts))


@bp.post("/host/<int:hosts>/versions/<int:version>/answer")
@in_group(roles=ORGANISERS, does=actions.answer_rule)
def answer_rule(hosts, version):
    form, found = AnswerRuleForm.from_request(), queries.host_whole(hosts) or abort(404)
    row = next((one for one, _, _ in found.versions if one.version == version), None) or abort(404)
    notice = queries.notice(g.place.group_id, row.id) or abort(404)
    if form.validate():
        with mistakes_beside(form, "answer"):
            actions.answer_rule(actor(), group(), notice.id, **form.facts())
            return saved(goto=url_for(".from_host", group=group().slug, hosts=hosts), says="Kept. They read it.")
    return invalid("documents/from_host.html", **_from_host(hosts, version, form))


@bp.get("/host/<int:hosts>/files/<int:hosts_file>/<size>")
@in_group()
def host_file(hosts, hosts_file, size):
    """What was made of a file of the host's."""
    found = queries.host_whole(hosts) or abort(404)
    return attachments.send(found.file(hosts_file), size, f"document-{hosts}")


def _add(form, template: str, says: str, **facts):
    with attached.arriving(form) as came:
        if form.validate() and not came.problems:
            with mistakes_beside(form, files=came):
                made = actions.add(actor(), group(), files=came.new, **facts, **form.facts())
                return saved(goto=_here(made.number), says=says)
        return invalid(template, form=form, came=came.again())


def _here(number: int) -> str:
    return url_for(".show", group=group().slug, number=number)


def _found(number: int) -> queries.Whole:
    return queries.whole(g.place.group_id, number) or abort(404)


def _version(number: int, version: int):
    return _found(number).numbered(version) or abort(404)


def _list(lines: list[queries.Line]) -> dict:
    return {
        "lines": lines[: queries.PAGE],
        "more": len(lines) > queries.PAGE,
        "organises": bool(actor().roles & ORGANISERS),
        "sentences": words,
    }


def _show(number: int, **forms) -> dict:
    found = _found(number)
    both = found.document.is_agreement
    answers = queries.answers(found) if both else {}
    mine = [one for one, _ in answers.get(found.newest.id, []) if one.person_id == actor().person_id]
    giving = forms.get("giving") or (_again(found) if both else VersionForm())
    return {
        "found": found,
        "sentences": words,
        "organises": bool(actor().roles & ORGANISERS),
        "agreed_to": any(one.agrees for one in mine),
        "offered": found.document.kind is Kind.OFFERED,
        "answers": answers,
        "rule": rules.of(g.place.group_id) if both else None,
        "giving": giving,
        "came": forms.get("came") or FormFiles(giving["files"]),
        "naming": forms.get("naming") or NameForm(obj=found.document),
        "says_no": "declining" in forms or request.args.get("answer") == "no",
        "declining": forms.get("declining") or DeclineForm(),
        "key": PlainForm(),
    }


def _again(found: queries.Whole) -> AgreementVersionForm:
    """Another version starts from the words there are."""
    return AgreementVersionForm(data={"words": found.newest.words, "summary": found.newest.summary})


def _from_host(number: int, answering: int = 0, form: AnswerRuleForm | None = None) -> dict:
    found = queries.host_whole(number) or abort(404)
    told = queries.notices(g.place.group_id, number)
    spells = quiet_spells(g.place.group_id) if told else []
    notices = {document_id: notice for document_id, (notice, _) in told.items()}
    days = {one.id: queries.starts_for(one, spells, notices.get(one.id)) for one, _, _ in found.versions}
    starts = {document_id: day for document_id, day in days.items() if day}
    holds = found.holding(starts)
    ahead = [one for one, _, _ in found.versions if one.id in told and one is not holds and starts[one.id] > clock.today()]
    asked = [*ahead, *([holds] if holds is not None and holds.id in told else [])]
    forms = {one.id: _named(form if form and one.version == answering else AnswerRuleForm(), one.version) for one in asked}
    return {
        "found": found,
        "holds": holds,
        "ahead": ahead,
        "starts": starts,
        "told": told,
        "parts": {one.id: _differs(found.before(one), one) for one in ahead},
        "forms": forms,
        "answers": RULE_ANSWER_WORDS,
        "organises": bool(actor().roles & ORGANISERS),
        "sentences": words,
    }


def _differs(before, after) -> list[differences.Part]:
    return differences.compare(before.words, after.words) if before else []


def _named(form: AnswerRuleForm, mark: int) -> AnswerRuleForm:
    """The form with ids of its own, where a page has several of a kind."""
    for field in form:
        field.id = f"{field.name}-{mark}"
    return form


def _rule(form: RuleForm | None = None) -> dict:
    here = g.place.group_id
    now, wish = rules.of(here), queries.open_rule(here)
    return {
        "now": now,
        "wish": wish,
        "said": rules.yeses(wish[0]) if wish else set(),
        "me": actor().person_id,
        "organises": bool(actor().roles & ORGANISERS),
        "needs": NEEDS_WORDS,
        "sentences": words,
        "form": form or RuleForm(data={"needs": now.needs.value}),
    }


def init_app(app: Flask) -> None:
    app.register_blueprint(bp)
    app.register_blueprint(desk.bp)
    app.register_blueprint(host_documents.bp)
    app.jinja_env.globals.update(host_of=host_of)
