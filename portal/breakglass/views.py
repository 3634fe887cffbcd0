"""Legal duties on the host's side: asking, allowing, using; and on the group's: what was done, and its reply."""

import io
import zipfile

from flask import Blueprint, Flask, abort, g, make_response, request, url_for

from portal.autonomy.door import note_read
from portal.autonomy.door_answers import mistakes_beside
from portal.breakglass import actions, items, queries
from portal.breakglass.forms import AskForm, DelayForm, ReplyForm, ReviewForm
from portal.breakglass.models import ACT_WORDS, DUTY_WORDS, Act
from portal.core import clock, files
from portal.core.forms import PlainForm
from portal.core.ids import id_of
from portal.core.web import invalid, page, saved
from portal.people import queries as people
from portal.people.reach import actor, as_staff, group, group_at, in_group
from portal.people.roles import ORGANISERS

bp = Blueprint("breakglass", __name__)
AT = "/host/groups/<slug>/duties"


@bp.get("/host/duties/")
@as_staff()
def every():
    """Every use of a legal duty, newest first, and the count."""
    return page("breakglass/every.html", **_every())


@bp.get(f"{AT}/new")
@as_staff(roles=actions.ASKERS, asks_again=True)
def new(slug):
    """Ask to use one."""
    return page("breakglass/new.html", **_new(slug, AskForm()))


@bp.post(f"{AT}/")
@as_staff(roles=actions.ASKERS, does=actions.ask)
def ask(slug):
    form = AskForm.from_request()
    if form.validate():
        with mistakes_beside(form, "reason"):
            glass = actions.ask(actor(), group_at(slug), **form.facts())
            began = (
                "It has begun. Someone else looks at it within 24 hours."
                if glass.started_at
                else "Asked. Nothing happens yet."
            )
            return saved(goto=url_for(".show", slug=slug, glass_id=glass.id), says=began)
    return invalid("breakglass/new.html", **_new(slug, form))


@bp.get(f"{AT}/<int:glass_id>")
@as_staff()
def show(slug, glass_id):
    """One use: what, why, by whom, until when; and what can be done about it by whoever looks."""
    return page("breakglass/show.html", **_show(slug, glass_id))


@bp.post(f"{AT}/<int:glass_id>/allowance")
@as_staff(roles=actions.SECONDS, does=actions.allow)
def allow(slug, glass_id):
    actions.allow(actor(), group_at(slug), glass_id, key=PlainForm.from_request().key.data)
    return saved(goto=url_for(".show", slug=slug, glass_id=glass_id), says="Allowed. It ends by itself.")


@bp.post(f"{AT}/<int:glass_id>/refusal")
@as_staff(roles=actions.SECONDS, does=actions.refuse)
def refuse(slug, glass_id):
    actions.refuse(actor(), group_at(slug), glass_id, key=PlainForm.from_request().key.data)
    return saved(goto=url_for(".show", slug=slug, glass_id=glass_id), says="Not allowed. Nothing more happens.")


@bp.post(f"{AT}/<int:glass_id>/end")
@as_staff(does=actions.end)
def end(slug, glass_id):
    actions.end(actor(), group_at(slug), glass_id, key=PlainForm.from_request().key.data)
    return saved(goto=url_for(".show", slug=slug, glass_id=glass_id), says="Ended.")


@bp.post(f"{AT}/<int:glass_id>/delay")
@as_staff(roles=actions.TRUSTEES, does=actions.delay_again)
def delay_again(slug, glass_id):
    form = DelayForm.from_request()
    if not form.validate():
        return invalid("breakglass/show.html", **_show(slug, glass_id, delay=form))
    actions.delay_again(actor(), group_at(slug), glass_id, **form.facts())
    return saved(goto=url_for(".show", slug=slug, glass_id=glass_id), says="Moved.")


@bp.post(f"{AT}/<int:glass_id>/review")
@as_staff(roles=actions.SECONDS, does=actions.review)
def review(slug, glass_id):
    form = ReviewForm.from_request()
    if form.validate():
        with mistakes_beside(form, "words"):
            actions.review(actor(), group_at(slug), glass_id, **form.facts())
            return saved(goto=url_for(".show", slug=slug, glass_id=glass_id), says="Reviewed. The group reads it.")
    return invalid("breakglass/show.html", **_show(slug, glass_id, review=form))


@bp.get(f"{AT}/<int:glass_id>/items/<int:item_id>")
@as_staff(roles=actions.ASKERS, asks_again=True, notes=actions.look)
def item(slug, glass_id, item_id):
    """One listed thing, while it is covered. Each look is a line in the group's log."""
    found, glass, row = _looked(slug, glass_id, item_id)
    shown = items.KINDS[row.item_table].shows(found.id, row.item_id)
    return page("breakglass/item.html", group=found, glass=glass, item=row, shown=shown, acts=Act)


@bp.get(f"{AT}/<int:glass_id>/items/<int:item_id>/file")
@as_staff(roles=actions.ASKERS, asks_again=True, notes=actions.look)
def file(slug, glass_id, item_id):
    """One listed thing as a file, to give to whom it was asked for; only under `disclose`."""
    found, glass, row = _looked(slug, glass_id, item_id)
    if glass.act is not Act.DISCLOSE:
        abort(404)
    kind = items.KINDS[row.item_table]
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w") as archive:
        lines = [f"{name}: {value}" for name, value in kind.shows(found.id, row.item_id)]
        archive.writestr("facts.txt", "\n".join([f"For {glass.outside}, {glass.ref}", "", *lines, ""]))
        for n, name in enumerate(kind.pages(found.id, row.item_id), 1):
            archive.writestr(f"page-{n}.jpg", files.store().read(name))
    answer = make_response(packed.getvalue())
    answer.headers["Content-Type"] = "application/zip"
    answer.headers["Content-Disposition"] = f'attachment; filename="{glass.ref}-{row.id}.zip"'
    return answer


@bp.get("/g/<group>/duties/")
@in_group()
def ours():
    """What the host did under a legal duty for us, urgent messages to me, and the count for everyone."""
    me, organises = actor(), bool(actor().roles & ORGANISERS)
    told = queries.told(g.place.group_id, id_of(request.args.get("before"))) if organises else []
    return page(
        "breakglass/ours.html",
        told=told[: queries.PAGE],
        more=len(told) > queries.PAGE,
        counts=queries.counts(),
        messages=queries.urgent_to(g.place.group_id, me.person_id),
        organises=organises,
        **_words(),
    )


@bp.get("/g/<group>/duties/<int:glass_id>")
@in_group()
def ours_show(glass_id):
    """One of them."""
    return page("breakglass/ours_show.html", **_ours(glass_id, ReplyForm()))


@bp.post("/g/<group>/duties/<int:glass_id>/reply")
@in_group(roles=ORGANISERS, does=actions.reply)
def reply(glass_id):
    form = ReplyForm.from_request()
    facts = _ours(glass_id, form)
    if form.validate():
        with mistakes_beside(form, "words"):
            actions.reply(actor(), group(), glass_id, **form.facts())
            return saved(
                goto=url_for(".ours_show", group=group().slug, glass_id=glass_id), says="Your words stand beside it."
            )
    return invalid("breakglass/ours_show.html", **facts)


def _words() -> dict:
    return {"duties": DUTY_WORDS, "acts": ACT_WORDS, "now": clock.now()}


def _every() -> dict:
    before = id_of(request.args.get("before"))
    rows = queries.every(before)
    return {
        "rows": rows[: queries.PAGE],
        "more": len(rows) > queries.PAGE,
        "counts": queries.counts(),
        "to_review": queries.to_review(),
        **_words(),
    }


def _new(slug: str, form) -> dict:
    found = group_at(slug)
    return {"group": found, "form": form}


def _show(slug: str, glass_id: int, **forms) -> dict:
    found = group_at(slug)
    glass = queries.one(found.id, glass_id) or abort(404)
    me = actor()
    second = bool(me.roles & actions.SECONDS) and me.person_id != glass.asked_by
    live = glass.is_live(clock.now())
    return {
        "group": found,
        "glass": glass,
        "live": live,
        "names": people.names([glass.asked_by, glass.approved_by, glass.ended_by, glass.reviewed_by, glass.replied_by]),
        "review_by": queries.review_by(glass),
        "may_decide": second and glass.is_asked,
        "may_end": live and me.person_id in {glass.asked_by, glass.approved_by},
        "may_look": live and me.person_id == glass.asked_by and glass.act in {Act.VIEW, Act.DISCLOSE},
        "may_review": second and glass.started_at is not None and not live and glass.reviewed_at is None,
        "may_delay": second and bool(me.roles & actions.TRUSTEES) and bool(glass.delay) and not glass.is_told(clock.now()),
        "delay": DelayForm(),
        "review": ReviewForm(),
        "key": PlainForm(),
        **_words(),
        **forms,
    }


def _looked(slug: str, glass_id: int, item_id: int):
    found = group_at(slug)
    row = queries.item(found.id, glass_id, item_id) or abort(404)
    note_read(actions.look, actor(), found, row.id)
    row = queries.item(found.id, glass_id, item_id) or abort(404)
    return found, queries.one(found.id, glass_id), row


def _ours(glass_id: int, form) -> dict:
    here, me = g.place.group_id, actor()
    organises = bool(me.roles & ORGANISERS)
    to_me = any(one.id == glass_id for one in queries.urgent_to(here, me.person_id))
    glass = queries.one(here, glass_id)
    whole = organises and glass is not None and glass.started_at is not None and glass.is_told(clock.now())
    if glass is None or not (to_me or whole):
        abort(404)
    return {
        "glass": glass,
        "whole": whole,
        "live": glass.is_live(clock.now()),
        "names": people.names([glass.asked_by, glass.approved_by, glass.reviewed_by, glass.replied_by]),
        "review_by": queries.review_by(glass),
        "organises": organises,
        "form": form,
        **_words(),
    }


def init_app(app: Flask) -> None:
    app.register_blueprint(bp)
