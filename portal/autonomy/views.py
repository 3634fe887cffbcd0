"""Our say, the proposals that wait for us, what can be undone, and rest: the group's own side of the promise."""

from datetime import datetime

from flask import Blueprint, Flask, abort, current_app, g, request, url_for

from portal.activity import queries as activity
from portal.autonomy import actions, amendments, consent, door_answers, promise_words, queries, standing
from portal.autonomy.areas import AREA_WORDS, BREAK_GLASS_WORDS, DUTY_WORDS, FLOOR_REASONS, LEVEL_WORDS, Area, Level
from portal.autonomy.door import Mistake
from portal.autonomy.door_answers import mistakes_beside
from portal.autonomy.forms import LevelForm, LimitsForm, RestForm, SeveralForm, WordsForm
from portal.autonomy.promise_words import SENTENCES
from portal.core import clock
from portal.core.forms import PlainForm
from portal.core.ids import id_of
from portal.core.web import invalid, page, saved
from portal.people import queries as people
from portal.people.reach import actor, as_staff, group, group_at, in_group
from portal.people.roles import ORGANISERS

bp = Blueprint("autonomy", __name__, url_prefix="/g/<group>")
bp_host = Blueprint("suggestions", __name__, url_prefix="/host/groups/<slug>/suggestions")


@bp.get("/say")
@in_group()
def say():
    """What staff can and can't change, in short, and the way to change it."""
    return page("autonomy/say.html", **_say())


@bp.get("/say/promise")
@in_group()
def promise():
    """The whole promise on one page, to print."""
    agreed = queries.agreed(_here())
    return page(
        "autonomy/promise.html",
        standing=standing.of(_here()),
        since={what: promise_words.since(*_agreed(agreed.get(what))) for what in (*AREA_WORDS, queries.LIMITS)},
        areas=AREA_WORDS,
        sentences=SENTENCES,
        duties=DUTY_WORDS,
        break_glass=BREAK_GLASS_WORDS,
        reasons=FLOOR_REASONS,
    )


@bp.get("/say/<area>")
@in_group(roles=ORGANISERS, asks_again=True)
def area(area):
    """One area: four choices, and what each means."""
    return page("autonomy/area.html", **_area(area))


@bp.post("/say/<area>")
@in_group(roles=ORGANISERS, does=actions.set_level)
def set_level(area):
    facts, form = _area(area), LevelForm.from_request()
    if not form.validate():
        form.level.errors = ["Choose one of the four."]
        return invalid("autonomy/area.html", **facts | {"form": form})
    with mistakes_beside(form, "level"):
        made = actions.set_level(actor(), group(), key=form.key.data, area=facts["area"].value, level=form.level.data)
        return saved(goto=url_for(".say", group=group().slug), says=_what_happens(made))
    return invalid("autonomy/area.html", **facts | {"form": form})


@bp.get("/say/spending/limits")
@in_group(roles=ORGANISERS, asks_again=True)
def limits():
    """How much staff may say yes to without asking."""
    now = standing.of(_here())
    form = LimitsForm(data={"each_pence": now.each_pence, "month_pence": now.month_pence})
    return page("autonomy/limits.html", form=form)


@bp.post("/say/spending/limits")
@in_group(roles=ORGANISERS, does=actions.set_limits)
def set_limits():
    form = LimitsForm.from_request()
    if form.validate():
        with mistakes_beside(form, "each_pence"):
            made = actions.set_limits(actor(), group(), **form.facts())
            return saved(goto=url_for(".say", group=group().slug), says=_what_happens(made))
    return invalid("autonomy/limits.html", form=form)


@bp.post("/say/loosenings/<int:loosening_id>/agreement")
@in_group(roles=ORGANISERS, does=actions.agree)
def agree(loosening_id):
    made = actions.agree(actor(), group(), loosening_id)
    return saved(goto=url_for(".say", group=group().slug), says=_what_happens(made))


@bp.post("/say/loosenings/<int:loosening_id>/stop")
@in_group(roles=ORGANISERS, does=actions.stop)
def stop(loosening_id):
    actions.stop(actor(), group(), loosening_id)
    return saved(goto=url_for(".say", group=group().slug), says="Stopped. It stays as it was.")


@bp.get("/proposals/<int:proposal_id>")
@in_group()
def proposal(proposal_id):
    """One proposal: before, after, why."""
    return page("autonomy/proposal.html", **_proposal(proposal_id, WordsForm()))


@bp.post("/proposals/<int:proposal_id>/yes")
@in_group(roles=ORGANISERS, does=actions.say_yes)
def say_yes(proposal_id):
    """Yes as proposed, or with our own words in place of theirs."""
    found, form = _found(proposal_id), PlainForm.from_request()
    amend = amendments.as_typed(found, request.form)
    if amend and not amend.validate():
        return invalid("autonomy/proposal.html", **_proposal(proposal_id, WordsForm(), amend))
    try:
        actions.say_yes(actor(), group(), proposal_id, key=form.key.data, **(amend.data if amend else {}))
    except Mistake as mistake:
        if not amend:
            raise
        named = mistake.field if mistake.field in amend else next(iter(amend)).short_name
        amend[named].errors = [str(mistake)]
        return invalid("autonomy/proposal.html", **_proposal(proposal_id, WordsForm(), amend))
    return saved(goto=url_for("home.index", group=group().slug), says="Yes. It’s done.")


@bp.post("/proposals/<int:proposal_id>/no")
@in_group(roles=ORGANISERS, does=actions.say_no)
def say_no(proposal_id):
    actions.say_no(actor(), group(), proposal_id, key=PlainForm.from_request().key.data)
    return saved(goto=url_for("home.index", group=group().slug), says="No. Everything stays as it is.")


@bp.post("/proposals/<int:proposal_id>/questions")
@in_group(roles=ORGANISERS, does=actions.ask_about)
def ask_about(proposal_id):
    form = WordsForm.from_request()
    if not form.validate():
        return invalid("autonomy/proposal.html", **_proposal(proposal_id, form))
    actions.ask_about(actor(), group(), proposal_id, **form.facts())
    return saved(goto=url_for(".proposal", group=group().slug, proposal_id=proposal_id), says="Asked. It waits for them.")


@bp.get("/proposals/")
@in_group(roles=ORGANISERS)
def proposals():
    """Everything that staff suggest, to answer several at once."""
    return page("autonomy/proposals.html", **_proposals())


@bp.post("/proposals/answers")
@in_group(roles=ORGANISERS, does=(actions.say_yes, actions.say_no))
def answer_several():
    """Yes or no to those ticked; each passes the door by itself, and what no longer fits is named."""
    form = SeveralForm.from_request()
    if not form.validate():
        return invalid("autonomy/proposals.html", **_proposals(form))
    act = actions.say_yes if form.answer.data == "yes" else actions.say_no
    done, not_done = 0, []
    for number in form.picked.data or ():
        try:
            act(actor(), group(), number, key=f"{form.key.data}-{number}")
            done += 1
        except Mistake as mistake:
            not_done.append(f"P{number}: {mistake}")
    if not_done:
        form.picked.errors = [" ".join([f"{done} answered." if done else "None answered.", *not_done])]
        return invalid("autonomy/proposals.html", **_proposals(form))
    says = "Yes. It’s done." if form.answer.data == "yes" else "No. Everything stays as it is."
    return saved(goto=url_for(".proposals", group=group().slug), says=says)


@bp_host.get("/")
@as_staff(roles=actions.ASKERS)
def suggested(slug):
    """What staff suggested to a group and it hasn't answered, with its questions."""
    return page("autonomy/suggested.html", **_suggested(slug))


@bp_host.post("/<int:proposal_id>/answers")
@as_staff(roles=actions.ASKERS, does=actions.explain)
def explain(slug, proposal_id):
    """Answer a question the group asked under a proposal."""
    form = WordsForm.from_request()
    if not form.validate():
        return invalid("autonomy/suggested.html", **_suggested(slug, {proposal_id: form}))
    actions.explain(actor(), group_at(slug), proposal_id, **form.facts())
    return saved(goto=url_for(".suggested", slug=slug), says="Answered. The group sees it.")


@bp_host.post("/<int:proposal_id>/calling-off")
@as_staff(roles=actions.ASKERS, does=actions.call_off)
def call_off(slug, proposal_id):
    """Take a suggestion back before it is answered."""
    actions.call_off(actor(), group_at(slug), proposal_id, key=PlainForm.from_request().key.data)
    return saved(goto=url_for(".suggested", slug=slug), says="Called off. The group reads that in its log.")


@bp.get("/changes/<int:entry_id>")
@in_group()
def change(entry_id):
    """One change staff told us of: before, after, and how it is now."""
    return page("autonomy/change.html", **_change(entry_id))


@bp.post("/changes/<int:entry_id>/erasure")
@in_group(roles=ORGANISERS, does=actions.erase)
def erase(entry_id):
    actions.erase(actor(), group(), entry_id, key=PlainForm.from_request().key.data)
    return saved(goto=url_for(".change", group=group().slug, entry_id=entry_id), says="The words are gone for good.")


@bp.post("/changes/<int:entry_id>/undo")
@in_group(roles=ORGANISERS, does=actions.undo)
def undo(entry_id):
    keep, told = request.form.get("keep", "theirs"), queries.told(_here(), entry_id)
    try:
        actions.undo(actor(), group(), entry_id, key=PlainForm.from_request().key.data, keep=keep)
    except Mistake as mistake:
        return invalid("autonomy/change.html", **_change(entry_id, problem=str(mistake)))
    says = "Taken back." if told and told.added else "Put back, exactly as it was."
    return saved(goto=url_for("home.index", group=group().slug), says=says)


@bp.get("/rest")
@in_group()
def rest():
    """Quiet mode, and what it does."""
    return page("autonomy/rest.html", **_rest(RestForm()))


@bp.get("/rest/<int:quiet_id>")
@in_group()
def rested(quiet_id):
    """The one summary at the end of a rest: what the host did meanwhile, and what waits for us."""
    quiet = queries.rest_that_was(_here(), quiet_id) or abort(404)
    before = id_of(request.args.get("before"))
    found = activity.changed(_here(), staff=True, between=(quiet.started_at, quiet.over_at), before=before)
    return page(
        "autonomy/rested.html",
        quiet=quiet,
        entries=found[: activity.PAGE],
        more=len(found) > activity.PAGE,
        proposals=queries.waiting(_here()),
        areas=AREA_WORDS,
    )


@bp.post("/rest")
@in_group(roles=ORGANISERS, does=actions.rest)
def start_rest():
    form = RestForm.from_request()
    if not form.validate():
        return invalid("autonomy/rest.html", **_rest(form))
    actions.rest(actor(), group(), key=form.key.data, days=(form.weeks.data or 2) * 7)
    return saved(goto=url_for(".rest", group=group().slug), says="It’s quiet now. Rest well.")


@bp.post("/rest/end")
@in_group(roles=ORGANISERS, does=actions.wake)
def wake():
    actions.wake(actor(), group())
    return saved(goto=url_for("home.index", group=group().slug), says="Welcome back.")


def _host_name() -> str:
    return current_app.config["SETTINGS"].host_name


def _here() -> int:
    """The group of this page by its number: reading needs no more of it."""
    return g.place.group_id


def _agreed(what: queries.Agreed | None) -> tuple[datetime | None, list[str]]:
    return (what.at, what.by) if what else (None, [])


def _say() -> dict:
    now = standing.of(_here())
    return {
        "standing": now,
        "areas": AREA_WORDS,
        "levels": LEVEL_WORDS,
        "in_short": promise_words.in_short(now.levels),
        "duties": DUTY_WORDS,
        "loosenings": _loosenings(),
        "proposals": queries.waiting(_here()),
        "organises": bool(actor().roles & ORGANISERS),
    }


def _loosenings() -> list[promise_words.OnItsWay]:
    """What is on its way to let staff do more, as whoever looks reads it."""
    found, me, now = queries.loosenings(_here()), actor().person_id, clock.now()
    if not found:
        return []
    quorum, new = _quorum(), me not in queries.organisers_that_count(_here())
    return [
        promise_words.on_its_way(
            *(one, name, me, now), seconds=quorum["counts"] and (one.started_by != me or quorum["alone"]), new=new
        )
        for one, name in found
    ]


def _rest(form) -> dict:
    return {"form": form, "quiet": queries.quiet_now(_here()), "organises": bool(actor().roles & ORGANISERS)}


def _quorum() -> dict:
    """Who counts for letting staff do more: whether there is one alone, and whether whoever looks is among them."""
    ours = consent.electorate(_here())
    return {"alone": len(ours) == 1, "counts": actor().person_id in ours}


def _area(name: str) -> dict:
    if name not in list(Area):
        abort(404)
    chosen = Area(name)
    level = standing.of(_here()).levels[chosen]
    has_looser = level != list(Level)[-1]
    return {
        "area": chosen,
        "words": AREA_WORDS[chosen],
        "sentences": SENTENCES[chosen],
        "level": level,
        "looser": promise_words.looser(**_quorum(), host_name=_host_name()) if has_looser else "",
        "form": LevelForm(data={"level": level.value}),
    }


def _proposals(form=None) -> dict:
    after = id_of(request.args.get("after"))
    found = queries.waiting(_here(), after)
    shown = found[: queries.PAGE]
    return {
        "rows": list(zip(shown, queries.meanings(_here(), [one.proposal for one in shown]), strict=True)),
        "more": len(found) > queries.PAGE,
        "form": form or SeveralForm(),
        "areas": AREA_WORDS,
    }


def _found(proposal_id: int):
    return queries.proposal(_here(), proposal_id) or abort(404)


def _suggested(slug: str, typed: dict | None = None) -> dict:
    found = group_at(slug)
    waiting = queries.waiting(found.id, id_of(request.args.get("after")))
    notes = queries.notes_of(found.id, [one.proposal.id for one in waiting])
    return {
        "group": found,
        "waiting": waiting[: queries.PAGE],
        "more": len(waiting) > queries.PAGE,
        "notes": notes,
        "areas": AREA_WORDS,
        "forms": {one.proposal.id: WordsForm() for one in waiting} | (typed or {}),
    }


def _proposal(proposal_id: int, form, amend=None) -> dict:
    found = _found(proposal_id)
    until = queries.proposal_deadline(found, standing.quiet_spells(_here()))
    return {
        "proposal": found,
        "by": people.names([found.person_id]).get(found.person_id or 0, "Trellis"),
        "until": until,
        "over": until <= clock.now(),
        "answered": promise_words.answered(found.answer, _host_name()),
        "meaning": queries.meanings(_here(), [found])[0],
        "notes": queries.notes(found),
        "area": AREA_WORDS[found.area],
        "form": form,
        "amend": amend or amendments.as_proposed(found),
        "entry": queries.entry_of(found) if found.answered_at and found.has_words else None,
        "key": PlainForm(),
        "organises": bool(actor().roles & ORGANISERS),
    }


def _change(entry_id: int, problem: str = "") -> dict:
    told = queries.told(group().id, entry_id) or abort(404)
    rows = queries.rows_of(group().id, told.keys)
    organises = bool(actor().roles & ORGANISERS)
    shown = queries.shown_changes(group().id, rows, told.changes)
    if told.added and organises and told.row_key in rows:
        shown = queries.of_added(rows[told.row_key])
    return {
        "told": told,
        "shown": shown,
        "nothing_shown": _nothing_shown(told, shown),
        "past": queries.past_undo(told, rows.get(told.row_key)),
        "clash": bool(queries.clashes(rows, told.changes)),
        "problem": problem,
        "key": PlainForm(),
        "organises": organises,
    }


def _nothing_shown(told: queries.Told, shown: list) -> str:
    """Why a change shows no more than its own sentence; an empty string where it does, or the sentence says it all."""
    if shown and not told.added:
        return ""
    if not told.is_kept:
        return "What it said is no longer kept."
    return "" if told.added else "There is no more to it than that."


def _what_happens(made) -> str:
    """What follows from a change of level or limits, in a sentence."""
    if made is None:
        return "It’s that way already."
    if getattr(made, "started_at", None) is None:
        return "Done. It holds from now."
    if made.holds_from is None and made.each_pence:
        return "What is lower holds from now. What is higher waits until it is agreed to."
    if made.holds_from is None:
        if consent.electorate(made.group_id) == [made.started_by]:
            return "It stays as it was until you confirm again in 7 days."
        return "It stays as it was until another organiser agrees."
    return (
        "Agreed. It holds in 48 hours, unless one of us stops it." if made.agreed_by != made.started_by else "It holds now."
    )


def init_app(app: Flask) -> None:
    app.register_blueprint(bp)
    app.register_blueprint(bp_host)
    door_answers.init_app(app)
