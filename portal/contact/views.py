"""When we may be contacted, for the group; asking a group something, for the host."""

from flask import Blueprint, Flask, url_for

from portal.autonomy import standing
from portal.autonomy.areas import Area, Level
from portal.autonomy.door import NotHere
from portal.autonomy.door_answers import mistakes_beside
from portal.contact import actions, host_questions, times, words
from portal.contact.forms import AskForm, AskMoreForm, TellForm, TimesForm
from portal.contact.models import MUST_KNOW_WORDS
from portal.core.forms import PlainForm
from portal.core.web import invalid, page, saved
from portal.people.reach import actor, as_staff, group, group_at, in_group
from portal.people.roles import ORGANISERS
from portal.support import queries as support
from portal.support.queries import SUPPORT_STAFF

bp = Blueprint("contact", __name__)
OURS, HOSTS = "/g/<group>/say/contact/times", "/host/groups/<slug>/contact"


@bp.get(OURS)
@in_group(roles=ORGANISERS)
def ours():
    """When and how the host contacts us, where it may."""
    now = times.of(group().id)
    form = TimesForm(
        data={
            "days": list(now.days),
            "from_hour": str(now.from_hour),
            "until_hour": str(now.until_hour),
            "reach_by": now.by.value,
        }
    )
    return page("contact/ours.html", form=form)


@bp.post(OURS)
@in_group(roles=ORGANISERS, does=actions.set_times)
def set_times():
    form = TimesForm.from_request()
    if not form.validate():
        return invalid("contact/ours.html", form=form)
    actions.set_times(actor(), group(), **form.facts())
    return saved(goto=url_for("autonomy.say", group=group().slug), says="Kept. It holds from now on.")


@bp.get(HOSTS)
@as_staff(roles=SUPPORT_STAFF)
def new(slug):
    """What the group has set about being contacted, and what can be asked or told within it."""
    return page("contact/new.html", **_facts(slug))


@bp.post(f"{HOSTS}/questions")
@as_staff(roles=actions.COORDINATORS, does=actions.ask)
def ask(slug):
    asked = group_at(slug)
    form = _form(standing.of(asked.id).levels[Area.CONTACT]).from_request()
    if form.validate():
        with mistakes_beside(form, "over_why"):
            made = actions.ask(actor(), asked, **form.facts())
            goto = url_for("requests.show", number=made.number)
            return saved(goto=goto, says="It is there for them." if made.released_at else "It waits for its hour.")
    return invalid("contact/new.html", **_facts(slug, asking=form))


@bp.post(f"{HOSTS}/notices")
@as_staff(roles=SUPPORT_STAFF, does=actions.tell)
def tell(slug):
    form = TellForm.from_request()
    if not form.validate():
        return invalid("contact/new.html", **_facts(slug, telling=form))
    made = actions.tell(actor(), group_at(slug), **form.facts())
    return saved(goto=url_for("requests.show", number=made.number), says="Told. It is in their log, with what it is about.")


@bp.post("/host/requests/<int:number>/calling-off")
@as_staff(roles=actions.COORDINATORS, does=actions.call_off)
def call_off(number):
    found = support.thread_at_host(number, actor())
    if found is None:
        raise NotHere("request")
    actions.call_off(actor(), found.group, found.request.id, key=PlainForm.from_request().key.data)
    return saved(goto=url_for("requests.index"), says=f"{found.ref}: called off. Nothing was sent.")


def _form(level: Level) -> type[AskForm]:
    return AskForm if level is Level.ASK_FIRST else AskMoreForm


def _facts(slug: str, asking: AskForm | None = None, telling: TellForm | None = None) -> dict:
    asked = group_at(slug)
    stands, had = standing.of(asked.id), host_questions.had([asked.id])[asked.id]
    return {
        "had": had,
        "over": had.over(host_questions.A_QUESTION),
        "group": asked,
        "level": stands.levels[Area.CONTACT],
        "quiet_until": stands.quiet_until,
        "times": times.of(asked.id),
        "words": words,
        "asking": asking or _form(stands.levels[Area.CONTACT])(),
        "telling": telling or TellForm(),
    }


def init_app(app: Flask) -> None:
    app.register_blueprint(bp)
    app.jinja_env.globals.update(must_know_words=MUST_KNOW_WORDS)
