"""Who sees us, for the group; what may be shared, for the host; and the few pages that anyone can open."""

from flask import Blueprint, Flask, abort, current_app, make_response, request, url_for

from portal.autonomy import amendments
from portal.autonomy.door import Mistake, may
from portal.autonomy.door_answers import mistakes_beside
from portal.core.forms import PlainForm
from portal.core.ids import id_of
from portal.core.marks import mark
from portal.core.web import invalid, page, saved
from portal.people.reach import actor, as_staff, group, group_at, in_group, public
from portal.people.roles import ORGANISERS, STRANGER
from portal.sharing import actions, items, queries, words  # noqa: F401 - items registers shares
from portal.sharing.forms import (
    ApprovalForm,
    EnquiryForm,
    ShareForm,
    ShareSummaryForm,
    SuggestForm,
    SummaryForm,
)
from portal.sharing.models import Audience, Seen, Share

bp = Blueprint("sharing", __name__, url_prefix="/g/<group>/who-sees-us")
host = Blueprint("shares", __name__)
outside = Blueprint("seen", __name__)
HOSTS = "/host/groups/<slug>/shares"
amendments.register(actions.share, ShareForm)


@bp.get("/")
@in_group()
def index():
    """What we show, line by line; or what we showed."""
    ended, before = "ended" in request.args, id_of(request.args.get("before"))
    lines = queries.ours(group().id, ended=ended, before=before)
    asked = [] if ended or before else queries.passed_on(group().id, id_of(request.args.get("earlier")))
    return page(
        "sharing/index.html",
        lines=lines[: queries.PAGE],
        more=len(lines) > queries.PAGE,
        ended=ended,
        enquiries=asked[: queries.PAGE],
        more_enquiries=len(asked) > queries.PAGE,
        stands=queries.stands(group().id) or Seen(),
        organises=bool(actor().roles & ORGANISERS),
        address=_address,
    )


@bp.get("/new")
@in_group(roles=ORGANISERS)
def new():
    """Something to share: the words, for whom, what for, until when."""
    return page("sharing/new.html", form=ShareForm())


@bp.post("/new")
@in_group(roles=ORGANISERS, does=actions.share)
def share():
    """Share it; or look first, as an outsider, and come back from there with what was written."""
    form, send = ShareForm.from_request(), request.form.get("send")
    if send == "change":
        return page("sharing/new.html", form=form)
    if form.validate():
        facts = form.facts()
        if send == "look":
            return _as_outsider(_not_yet(facts), form=form, facts=facts)
        with mistakes_beside(form, "words"):
            actions.share(actor(), group(), **facts)
            return saved(goto=url_for(".index", group=group().slug), says="Shared. One tap withdraws it.")
    return invalid("sharing/new.html", form=form)


@bp.get("/<int:share_id>")
@in_group()
def look(share_id):
    """One of our shares, exactly as an outsider reads it."""
    return _as_outsider(queries.one(group().id, share_id) or abort(404))


@bp.post("/<int:share_id>/withdrawal")
@in_group(roles=ORGANISERS, does=actions.withdraw)
def withdraw(share_id):
    actions.withdraw(actor(), group(), share_id, key=PlainForm.from_request().key.data)
    return saved(goto=url_for(".index", group=group().slug), says="Withdrawn. Nobody sees it from now on.")


@bp.post("/<int:share_id>/search-engines")
@in_group(roles=ORGANISERS, does=actions.list_in_search)
def list_in_search(share_id):
    listed = _says_yes()
    actions.list_in_search(actor(), group(), share_id, listed=listed, key=PlainForm.from_request().key.data)
    says = "Search engines may list it." if listed else "Search engines are asked to leave it out."
    return saved(goto=url_for(".index", group=group().slug), says=says)


@bp.get("/summary")
@in_group(roles=ORGANISERS)
def summary():
    """The words that staff may share, once we approved them."""
    return page("sharing/summary.html", **_summary())


@bp.post("/summary")
@in_group(roles=ORGANISERS, does=actions.write_summary)
def write_summary():
    form = SummaryForm.from_request()
    if not form.validate():
        return invalid("sharing/summary.html", **_summary(form))
    actions.write_summary(actor(), group(), **form.facts())
    return saved(goto=url_for(".summary", group=group().slug), says="Kept.")


@bp.post("/summary/approval")
@in_group(roles=ORGANISERS, does=actions.approve_summary)
def approve_summary():
    form = ApprovalForm.from_request()
    try:
        actions.approve_summary(actor(), group(), key=form.key.data, mark_of_words=form.mark_of_words.data or "")
    except Mistake as mistake:
        return invalid("sharing/summary.html", **_summary(problem=str(mistake)))
    return saved(goto=url_for(".summary", group=group().slug), says="Approved, these words and no others.")


@bp.post("/summary/approval/end")
@in_group(roles=ORGANISERS, does=actions.take_back_summary)
def take_back_summary():
    actions.take_back_summary(actor(), group(), key=PlainForm.from_request().key.data)
    return saved(goto=url_for(".summary", group=group().slug), says="Taken back. Staff share it no more.")


@bp.post("/full")
@in_group(roles=ORGANISERS, does=actions.set_full)
def set_full():
    full = _says_yes()
    actions.set_full(actor(), group(), full=full, key=PlainForm.from_request().key.data)
    says = "Whoever would ask now reads that we’re full." if full else "We’re no longer full."
    return saved(goto=url_for(".index", group=group().slug), says=says)


@bp.post("/enquiries")
@in_group(roles=ORGANISERS, does=actions.take_enquiries)
def take_enquiries():
    wanted = _says_yes()
    actions.take_enquiries(actor(), group(), wanted=wanted, key=PlainForm.from_request().key.data)
    says = "People can write to us from our public pages." if wanted else "Nobody can write to us from there."
    return saved(goto=url_for(".index", group=group().slug), says=says)


@host.get(HOSTS)
@as_staff(roles=actions.COORDINATORS)
def of_group(slug):
    """What a group shows and to whom, and what may be shared within what it set."""
    return page("sharing/hosts.html", **_hosts(slug))


@host.post(f"{HOSTS}/summary")
@as_staff(roles=actions.COORDINATORS, does=actions.share_summary)
def share_summary(slug):
    shared, form = group_at(slug), ShareSummaryForm.from_request()
    if form.validate():
        facts = form.facts()
        stands, seen = queries.stands(shared.id), facts.pop("mark")
        facts["words"] = stands.approved if stands and mark(stands.approved) == seen else ""
        with mistakes_beside(form, "audience"):
            actions.share_summary(actor(), shared, **facts)
            return saved(goto=url_for(".of_group", slug=slug), says="Shared. They read it in their log.")
    return invalid("sharing/hosts.html", **_hosts(slug, sharing=form))


@host.post(f"{HOSTS}/suggestions")
@as_staff(roles=actions.COORDINATORS, does=actions.share)
def suggest(slug):
    form = SuggestForm.from_request()
    if form.validate():
        with mistakes_beside(form, "words"):
            actions.share(actor(), group_at(slug), **form.facts())
            return saved(goto=url_for(".of_group", slug=slug), says="Shared.")
    return invalid("sharing/hosts.html", **_hosts(slug, suggesting=form))


@host.post(f"{HOSTS}/<int:share_id>/withdrawal")
@as_staff(roles=actions.COORDINATORS, does=actions.withdraw)
def withdraw_for_group(slug, share_id):
    actions.withdraw(actor(), group_at(slug), share_id, key=PlainForm.from_request().key.data)
    return saved(goto=url_for(".of_group", slug=slug), says="Withdrawn. The group is told.")


@host.get("/host/enquiries/")
@as_staff(roles=actions.COORDINATORS)
def enquiries():
    """What people outside wrote on public pages: to pass on, or to answer."""
    done = "done" in request.args
    rows = queries.enquiries(done=done, after=id_of(request.args.get("after")))
    return page(
        "sharing/enquiries.html",
        rows=rows[: queries.PAGE],
        more=len(rows) > queries.PAGE,
        done=done,
        reply=_reply(),
        mails=bool(current_app.config["SETTINGS"].mail_url),
    )


@host.post("/host/enquiries/<int:enquiry_id>/passing-on")
@as_staff(roles=actions.COORDINATORS, does=actions.pass_on)
def pass_on(enquiry_id):
    whose, row_id = queries.enquiry(enquiry_id) or abort(404)
    actions.pass_on(actor(), whose, row_id, key=PlainForm.from_request().key.data)
    return saved(goto=url_for(".enquiries"), says="Passed on. It is on their page.")


@host.post("/host/enquiries/<int:enquiry_id>/answer")
@as_staff(roles=actions.COORDINATORS, does=actions.answer)
def answer(enquiry_id):
    whose, row_id = queries.enquiry(enquiry_id) or abort(404)
    made = actions.answer(actor(), whose, row_id, key=PlainForm.from_request().key.data)
    says = "Sent, in our usual words." if made.by_mail else "Noted as answered."
    return saved(goto=url_for(".enquiries"), says=says)


@outside.get("/seen/<token>")
@public()
def link(token):
    """What whoever has this link may see. Ended, withdrawn or never there: the same nothing."""
    return _to_anyone("sharing/seen.html", one=queries.seen(token, public=False) or abort(404))


@outside.get("/groups/")
@public()
def every():
    """The groups that want to be found, by name."""
    found = queries.listed(request.args.get("after"))
    return _to_anyone("sharing/every.html", found=found[: queries.PAGE], more=len(found) > queries.PAGE)


@outside.get("/groups/<token>")
@public()
def anyone(token):
    """One public share."""
    return _to_anyone("sharing/seen.html", one=queries.seen(token, public=True) or abort(404), form=EnquiryForm())


@outside.post("/groups/<token>/enquiries")
@public(does=actions.enquire)
def enquire(token):
    one = queries.seen(token, public=True)
    if one is None or not one.asks:
        abort(404)
    whose, share_id = queries.place(token) or abort(404)
    form = EnquiryForm.from_request()
    if one.full:
        return _to_anyone("sharing/seen.html", one=one, form=form)
    if form.validate():
        with mistakes_beside(form, "words"):
            if actions.enquire(STRANGER, whose, share_id, **form.facts(), address=request.remote_addr or ""):
                return _to_anyone("sharing/sent.html", one=one)
            return _to_anyone("sharing/seen.html", one=queries.seen(token, public=True) or abort(404))  # full by now
    return _to_anyone("sharing/seen.html", one=one, form=form, status=422)


def _to_anyone(template: str, *, status: int = 200, **facts):
    """A page for anyone: kept by no browser, and by no search engine unless the group said so. (No session, no cookie.)"""
    answer = make_response(_outside(template, **facts), status)
    one = facts.get("one")
    if one is None or not one.listed:
        answer.headers["X-Robots-Tag"] = "noindex, nofollow, noarchive"
    return answer


def _outside(template: str, **facts):
    return page(template, reply=_reply(), **{"form": None, "own": None, **facts})


def _as_outsider(row: Share, **own):
    """The public page itself, with a strip above it that only the group sees."""
    one = queries.as_seen(row, group().name, queries.stands(group().id))
    back = url_for(".index", group=group().slug)
    return _outside("sharing/seen.html", one=one, form=EnquiryForm(), own={"back": back, "form": None, "facts": {}, **own})


def _not_yet(facts: dict) -> Share:
    """A share as it would be: never added to the session."""
    return Share(audience=Audience(facts["audience"]), who=facts["who"], words=facts["words"])


def _says_yes() -> bool:
    return request.form.get("agreed") == "yes"


def _address(share: Share) -> str:
    """Where a share is seen, to copy."""
    route = "seen.anyone" if share.audience is Audience.PUBLIC else "seen.link"
    return current_app.config["SETTINGS"].url + url_for(route, token=share.token)


def _reply() -> str:
    """What the host says where a group is full."""
    return current_app.config["SETTINGS"].PORTAL_FULL_REPLY


def _summary(form: SummaryForm | None = None, problem: str = "") -> dict:
    stands = queries.stands(group().id) or Seen()
    return {
        "stands": stands,
        "form": form or SummaryForm(data={"words": stands.summary}),
        "approval": ApprovalForm(data={"mark_of_words": mark(stands.summary)}),
        "problem": problem,
    }


def _hosts(slug: str, sharing: ShareSummaryForm | None = None, suggesting: SuggestForm | None = None) -> dict:
    shown = group_at(slug)
    before = id_of(request.args.get("before"))
    lines, stands = queries.ours(shown.id, before=before), queries.stands(shown.id)
    approved, decision = stands.approved if stands else None, may(actor(), shown, actions.share_summary)
    return {
        "group": shown,
        "level": decision.level,
        "may_share": words.may_share(decision.level),
        "lines": lines[: queries.PAGE],
        "more": len(lines) > queries.PAGE,
        "approved": approved,
        "outcome": decision.outcome,
        "sharing": sharing or ShareSummaryForm(data={"mark": mark(approved)}),
        "suggesting": suggesting or SuggestForm(),
    }


def init_app(app: Flask) -> None:
    for one in (bp, host, outside):
        app.register_blueprint(one)
