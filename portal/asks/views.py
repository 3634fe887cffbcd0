"""Asks on the host's side: drafting, sending, what they led to. And on a group's own: reading, answering, skipping."""

from flask import Blueprint, Flask, abort, request, url_for

from portal.asks import actions, queries, words
from portal.asks.forms import AnswersForm, CloseForm, DraftForm, SendForm
from portal.asks.models import Ask, SentAsk
from portal.asks.queries import Place
from portal.asks.words import FIRST_A_YES, HELD, LATER, NOT_AT_ALL, NOW
from portal.autonomy.areas import Outcome
from portal.autonomy.door import Mistake, Proposed, Refused, would
from portal.autonomy.door_answers import mistakes_beside
from portal.contact.host_questions import SAY_WHY
from portal.core.forms import PlainForm
from portal.core.ids import id_of
from portal.core.web import invalid, page, saved
from portal.people.reach import actor, as_staff, group, in_group
from portal.people.roles import ORGANISERS

bp = Blueprint("asks", __name__)
HOSTS, OURS = "/host/asks", "/g/<group>/asks"


@bp.get(f"{HOSTS}/")
@as_staff()
def every():
    """What was asked of groups, month by month, and what it led to."""
    after = id_of(request.args.get("after"))
    lines, drafts = queries.every(after), [] if after else queries.drafts(id_of(request.args.get("drafts")))
    return page(
        "asks/every.html",
        drafts=drafts[: queries.PAGE],
        more_drafts=len(drafts) > queries.PAGE,
        lines=lines[: queries.PAGE],
        more=len(lines) > queries.PAGE,
        drafts_asks=_drafts_asks(),
        words=words,
    )


@bp.get(f"{HOSTS}/new")
@as_staff(roles=actions.COORDINATORS)
def new():
    """Draft an ask."""
    return page("asks/new.html", **_form(DraftForm()))


@bp.post(f"{HOSTS}/")
@as_staff(roles=actions.COORDINATORS, does=actions.draft)
def draft():
    form = DraftForm.from_request()
    facts = _form(form)
    if not form.validate():
        return invalid("asks/new.html", **facts)
    made = actions.draft(actor(), **form.facts())
    return saved(goto=url_for(".sending", number=made.number), says=f"{made.ref} is kept. Nobody has been asked yet.")


@bp.get(f"{HOSTS}/<int:number>/draft")
@as_staff(roles=actions.COORDINATORS)
def edit(number):
    """Change a draft."""
    ask = _ask(number)
    asked = {f"question_{one.position}": one.words for one in queries.questions(ask.id)}
    told = {name: getattr(ask, name) for name in ("title", "purpose", "gets", "sees", "minutes", "help_by")}
    to = {"whom": "all" if ask.to_groups is None else "some", "groups": ask.to_groups or []}
    return page("asks/new.html", **_form(DraftForm(data=told | asked | to), ask))


@bp.post(f"{HOSTS}/<int:number>/draft")
@as_staff(roles=actions.COORDINATORS, does=actions.redraft)
def redraft(number):
    ask, form = _ask(number), DraftForm.from_request()
    facts = _form(form, ask)
    if not form.validate():
        return invalid("asks/new.html", **facts)
    actions.redraft(actor(), None, ask.id, **form.facts())
    return saved(goto=url_for(".sending", number=number), says=f"{ask.ref} is kept. Nobody has been asked yet.")


@bp.post(f"{HOSTS}/<int:number>/dropping")
@as_staff(roles=actions.COORDINATORS, does=actions.drop)
def drop(number):
    ask = _ask(number)
    actions.drop(actor(), None, ask.id, key=PlainForm.from_request().key.data)
    return saved(goto=url_for(".every"), says=f"{ask.ref} is dropped. Nobody was asked.")


@bp.get(f"{HOSTS}/<int:number>/sending")
@as_staff(roles=actions.COORDINATORS)
def sending(number):
    """What would happen at each group, and how much it was asked lately."""
    return page("asks/sending.html", **_sending(_ask(number), SendForm()))


@bp.post(f"{HOSTS}/<int:number>/sending")
@as_staff(roles=actions.COORDINATORS, does=(actions.begin, actions.send))
def send(number):
    ask, form = _ask(number), SendForm.from_request()
    facts = _sending(ask, form)
    if not form.validate():
        return invalid("asks/sending.html", **facts)
    over_why, key = form.over_why.data, form.key.data
    if facts["over"] and not over_why:
        form.over_why.errors = [SAY_WHY]
        return invalid("asks/sending.html", **facts)
    actions.begin(actor(), None, ask.id, key=key)
    told = {"ask_id": ask.id, "about": ask.title, "minutes": ask.minutes}
    not_to = [
        place.group.name
        for place in facts["goes"]
        if not _send(place, key, ask.purpose, told | {"over_why": over_why if place in facts["over"] else None})
    ]
    says = f"{ask.ref} is on its way, to each as it has set."
    return saved(goto=url_for(".show", number=number), says=f"{says} Not to {', '.join(not_to)}." if not_to else says)


def _send(place: Place, key: str, purpose: str, told: dict) -> bool:
    """Ask one group's door; False where it couldn't be put to the group just now. What the door answers, and that it is at
    a group already, shows on the page of the ask."""
    try:
        actions.send(actor(), place.group, key=key, why=purpose, **told)
    except (Proposed, Refused):
        return True
    except Mistake as mistake:
        return str(mistake) == actions.PUT_ALREADY
    return True


@bp.get(f"{HOSTS}/<int:number>")
@as_staff()
def show(number):
    """One ask: what was asked, where, what groups said, and what it led to."""
    return page("asks/one.html", **_one(_ask(number)))


@bp.post(f"{HOSTS}/<int:number>/outcome")
@as_staff(roles=actions.COORDINATORS, does=(actions.close, actions.tell, actions.call_off, actions.call_off_first))
def close(number):
    ask, form = _ask(number), CloseForm.from_request()
    if not form.validate():
        return invalid("asks/one.html", **_one(ask, form))
    with mistakes_beside(form, "outcome"):
        actions.close(actor(), None, ask.id, **form.facts())
        for asked, sent, proposal in queries.at_groups(ask):
            if sent is None:
                if proposal:
                    actions.call_off_first(actor(), asked, proposal.id, key=form.key.data)
            elif sent.is_held:
                actions.call_off(actor(), asked, sent.id, key=form.key.data)
            elif sent.closed_at is None or sent.told_at:
                actions.tell(actor(), asked, sent.id, key=form.key.data)
        return saved(goto=url_for(".show", number=number), says="Saved. Those who were asked read it.")
    return invalid("asks/one.html", **_one(_ask(number), form))


@bp.get(f"{OURS}/")
@in_group(roles=ORGANISERS)
def ours():
    """What the host asked us, month by month, and what it led to."""
    rows = queries.ours(group().id, id_of(request.args.get("after")))
    return page("asks/ours.html", rows=rows[: queries.PAGE], more=len(rows) > queries.PAGE, words=words)


@bp.get(f"{OURS}/<int:number>")
@in_group(roles=ORGANISERS)
def read(number):
    """One ask: what for, and our answers."""
    sent = _sent(number)
    return page("asks/show.html", **_ours(sent))


@bp.post(f"{OURS}/<int:number>/answers")
@in_group(roles=ORGANISERS, does=(actions.save, actions.give))
def answer(number):
    """Keep the answers for later; send them; or put in what we said before, and keep that."""
    sent, form = _sent(number), AnswersForm.from_request()
    questions = queries.questions(sent.ask_id)
    typed = form.answers(questions)
    if not form.validate():
        return invalid("asks/show.html", **_ours(sent, form))
    if used := id_of(request.form.get("use")):
        before = queries.said_before(sent)
        typed |= {str(used): before[used].words} if used in before else {}
    act, says = actions.save, "Put in. Nothing is sent yet." if used else "Kept for later. Only we see it."
    if "send" in request.form and not used:
        act, says = actions.give, "Sent. We can change it, or take it back."
    try:
        act(actor(), group(), sent.id, key=form.key.data, answers=typed, seen=form.saw(questions))
    except Mistake as mistake:
        sent = _sent(number)
        if mistake.field == "seen":
            form.meanwhile(questions, queries.answers_of(sent))
        else:
            form.answer_1.errors = [str(mistake)]
        return invalid("asks/show.html", **_ours(sent, form))
    return saved(goto=url_for(".read", group=group().slug, number=number), says=says)


@bp.post(f"{OURS}/<int:number>/skipping")
@in_group(roles=ORGANISERS, does=actions.skip)
def skip(number):
    actions.skip(actor(), group(), _sent(number).id, key=PlainForm.from_request().key.data)
    return saved(goto=url_for(".ours", group=group().slug), says="Skipped. That’s fine.")


@bp.post(f"{OURS}/<int:number>/taking-back")
@in_group(roles=ORGANISERS, does=actions.take_back)
def take_back(number):
    actions.take_back(actor(), group(), _sent(number).id, key=PlainForm.from_request().key.data)
    return saved(goto=url_for(".read", group=group().slug, number=number), says="Taken back. Only we see it now.")


def _ask(number: int) -> Ask:
    return queries.one(number) or abort(404)


def _sent(number: int) -> SentAsk:
    return queries.one_of_ours(group().id, number) or abort(404)


def _drafts_asks() -> bool:
    return bool(actor().roles & actions.COORDINATORS)


def _form(form: DraftForm, ask: Ask | None = None) -> dict:
    form.groups.choices = queries.all_groups()
    return {"form": form, "ask": ask}


def _how(place: Place) -> str:
    """What the door would answer at this group, and when it would leave there."""
    outcome = would(actor(), place.stands, actions.send).outcome
    if outcome is Outcome.DENY:
        return NOT_AT_ALL
    if outcome is Outcome.PROPOSE:
        return FIRST_A_YES
    if place.leaves_at is None:
        return HELD
    return NOW if place.leaves_now else LATER


def _sending(ask: Ask, form: SendForm) -> dict:
    if ask.closed_at:
        abort(404)
    places = [(place, _how(place)) for place in queries.places(ask)]
    goes = [place for place, how in places if how != NOT_AT_ALL]
    return {
        "ask": ask,
        "questions": queries.questions(ask.id),
        "at": places,
        "goes": goes,
        "over": [place for place in goes if place.had.over(ask.minutes)],
        "words": words,
        "form": form,
    }


def _one(ask: Ask, form: CloseForm | None = None) -> dict:
    coordinates = _drafts_asks()
    return {
        "ask": ask,
        "questions": queries.questions(ask.id),
        "rows": queries.at_groups(ask),
        "answers": queries.answers_given(ask) if coordinates else {},
        "coordinates": coordinates,
        "words": words,
        "form": form or CloseForm(data={"outcome": ask.outcome}),
    }


def _ours(sent: SentAsk, form: AnswersForm | None = None) -> dict:
    questions, written = queries.questions(sent.ask_id), queries.answers_of(sent)
    if form is None:
        stands = {f"answer_{one.position}": written[one.id].stands for one in questions if one.id in written}
        form = AnswersForm(data=stands)
    if sent.is_open:
        form.seen.data = " ".join(queries.marks_of(questions, written).values())
    said = {number: one.words if sent.given_at else one.stands for number, one in written.items()}
    return {
        "sent": sent,
        "ask": sent.ask,
        "form": form,
        "boxes": form.beside(questions),
        "said": {number: words for number, words in said.items() if words},
        "before": queries.said_before(sent) if sent.is_open else {},
        "words": words,
        "changed": any(one.draft is not None for one in written.values()),
    }


def init_app(app: Flask) -> None:
    app.register_blueprint(bp)
