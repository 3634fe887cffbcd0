"""The register on the host's side, by keyboard; a group's worries, and what the host carries for it, on the group's."""

from flask import Blueprint, Flask, abort, request, url_for

from portal.autonomy.door_answers import mistakes_beside
from portal.core.forms import PlainForm
from portal.core.ids import id_of
from portal.core.web import invalid, page, saved
from portal.people.reach import actor, as_staff, group, group_at, in_group
from portal.people.roles import GROUP_ROLES, Role
from portal.risks import actions, queries, words
from portal.risks.forms import AnswerForm, CloseForm, HandForm, LookForm, RiskForm, SeenForm, TakeForm, WeighForm, WorryForm

host = Blueprint("risks", __name__, url_prefix="/host/risks")
bp = Blueprint("worries", __name__, url_prefix="/g/<group>/worries")
FOR_ALL = "*"  # which no address of a group can be


@host.get("/")
@as_staff()
def index():
    """The register: one view of it, or what waits for a trustee."""
    return page("risks/desk.html", **_desk(), found=None, asked=None)


@host.get("/new")
@as_staff(roles=actions.COORDINATORS)
def new():
    """A form for a line; the group it is about can be named in the address."""
    return page("risks/new.html", form=_choices(RiskForm(data={"about": request.args.get("about"), **_mine()})))


@host.post("/")
@as_staff(roles=actions.COORDINATORS, does=(actions.add, actions.add_for_all))
def add():
    form = _choices(RiskForm.from_request())
    if form.validate():
        facts = form.facts()
        about = facts.pop("about")
        with mistakes_beside(form, "words"):
            if about == FOR_ALL:
                made = actions.add_for_all(actor(), **facts)
            else:
                made = actions.add(actor(), group_at(about), **facts)
            return saved(goto=url_for(".show", number=made.number), says=f"{made.ref} is in the register.")
    return invalid("risks/new.html", form=form)


@host.get("/<int:number>")
@as_staff()
def show(number):
    """One line with the list beside it."""
    return page("risks/desk.html", **_risk(number))


@host.post("/<int:number>/looks")
@as_staff(roles=actions.COORDINATORS, does=(actions.look, actions.look_for_all))
def look(number):
    return _typed(number, "looking", LookForm.from_request(), actions.look, actions.look_for_all, "Noted.")


@host.post("/<int:number>/handing-over")
@as_staff(roles=actions.COORDINATORS, does=(actions.hand_over, actions.hand_over_for_all))
def hand_over(number):
    form = HandForm.from_request()
    return _typed(number, "handing", form, actions.hand_over, actions.hand_over_for_all, "Handed over.")


@host.post("/<int:number>/seriousness")
@as_staff(roles=actions.COORDINATORS, does=(actions.weigh, actions.weigh_for_all))
def weigh(number):
    form, serious = WeighForm.from_request(), request.form.get("serious") == "yes"
    says = "It is on the trustees’ list." if serious else "It isn’t marked as serious any more."
    return _typed(number, "weighing", form, actions.weigh, actions.weigh_for_all, says, serious=serious)


@host.post("/<int:number>/closing")
@as_staff(roles=actions.COORDINATORS, does=(actions.close, actions.close_for_all))
def close(number):
    return _typed(number, "closing", CloseForm.from_request(), actions.close, actions.close_for_all, "Closed.")


@host.post("/<int:number>/seen")
@as_staff(roles=actions.TRUSTEES, does=(actions.see, actions.see_for_all))
def see(number):
    return _typed(number, "seeing", SeenForm.from_request(), actions.see, actions.see_for_all, "Seen. The group reads it.")


@host.get("/worries/<int:number>")
@as_staff()
def show_worry(number):
    """One worry with the list beside it."""
    return page("risks/desk.html", **_worry(number))


@host.post("/worries/<int:number>/taking-in")
@as_staff(roles=actions.COORDINATORS, does=actions.take_in)
def take_in(number):
    return _answered(number, "taking", TakeForm.from_request(), actions.take_in, "In the register. The group sees it.")


@host.post("/worries/<int:number>/answers")
@as_staff(roles=actions.COORDINATORS, does=actions.answer)
def answer(number):
    return _answered(number, "answering", AnswerForm.from_request(), actions.answer, "Answered. The group reads it.")


@host.post("/worries/<int:number>/seen")
@as_staff(roles=actions.TRUSTEES, does=actions.see_worry)
def see_worry(number):
    return _answered(number, "seeing", SeenForm.from_request(), actions.see_worry, "Seen. The group reads it.")


@bp.get("/")
@in_group()
def ours():
    """What worries us, and the risks the host carries for us."""
    worries = queries.worries(group().id, id_of(request.args.get("after")))
    risks = queries.ours(group().id, id_of(request.args.get("before")))
    return page(
        "risks/ours.html",
        sentences=words,
        worries=worries[: queries.PAGE],
        more_worries=len(worries) > queries.PAGE,
        risks=risks[: queries.PAGE],
        more_risks=len(risks) > queries.PAGE,
        me=actor().person_id,
        organises=Role.ORGANISER in actor().roles,
    )


@bp.get("/new")
@in_group()
def new_worry():
    """Say what worries us."""
    return page("risks/worry.html", form=WorryForm())


@bp.post("/")
@in_group(roles=GROUP_ROLES, does=actions.worry)
def worry():
    form = WorryForm.from_request()
    if not form.validate():
        return invalid("risks/worry.html", form=form)
    made = actions.worry(actor(), group(), **form.facts())
    return saved(goto=url_for(".ours", group=group().slug), says=f"Added. It is {made.ref}.")


@bp.post("/<int:taken>/withdrawal")
@in_group(does=actions.withdraw)
def withdraw(taken):
    row_id = queries.worry_of_ours(taken, group().id) or abort(404)
    actions.withdraw(actor(), group(), row_id, key=PlainForm.from_request().key.data)
    return saved(goto=url_for(".ours", group=group().slug), says="Taken back. The words are gone.")


@bp.get("/carried/<int:number>")
@in_group()
def carried(number):
    """One line that is about us, with everything that was done with it."""
    found = queries.one_of_ours(number, group().id) or abort(404)
    return page("risks/carried.html", found=found, looks=queries.looks(found.risk), sentences=words)


def _typed(number: int, name: str, form: PlainForm, act, for_all, says: str, **more):
    """Do what was typed with one line, through the group's door or the host's own; or show it again."""
    found = queries.one(number) or abort(404)
    if form.validate():
        with mistakes_beside(form, "words"):
            if found.group:
                act(actor(), found.group, found.risk.id, **more, **form.facts())
            else:
                for_all(actor(), None, found.risk.id, **more, **form.facts())
            return saved(goto=url_for(".show", number=number, view=_view()), says=says)
    return invalid("risks/desk.html", **_risk(number, **{name: form}))


def _answered(number: int, name: str, form: PlainForm, act, says: str):
    """Do what was typed with one worry, or show it again."""
    asked = queries.worry(number) or abort(404)
    if form.validate():
        with mistakes_beside(form, "words"):
            act(actor(), asked.group, asked.worry.id, **form.facts())
            return saved(goto=url_for(".show_worry", number=number, view=_view()), says=says)
    return invalid("risks/desk.html", **_worry(number, **{name: form}))


def _view() -> str:
    """The view asked for; from the start, what waits for oneself."""
    asked = request.args.get("view", "")
    mine = "trustees" if Role.TRUSTEE in actor().roles else "open"
    return asked if asked in queries.VIEWS else mine


def _desk() -> dict:
    view, after = _view(), request.args.get("after")
    roles = {"coordinates": Role.COORDINATOR in actor().roles, "oversees": Role.TRUSTEE in actor().roles}
    lists = {"lines": queries.listed(view, after), "counts": queries.counts(), "after": after}
    says = {"sentences": words, "keys": words.keys(**roles)}
    return {**lists, **roles, **says, "view": view, "views": queries.VIEWS, "here": 0}


def _risk(number: int, **typed: PlainForm) -> dict:
    found = queries.one(number) or abort(404)
    forms = {
        "looking": LookForm(data={"does": found.risk.does}),
        "handing": HandForm(),
        "weighing": WeighForm(),
        "closing": CloseForm(),
        "seeing": SeenForm(),
        **typed,
    }
    desk = _desk()
    if desk["coordinates"]:
        forms["handing"].holder_id.choices = {"": "Choose", **queries.colleagues()}
    return {**desk, **forms, "found": found, "asked": None, "looks": queries.looks(found.risk), "here": number}


def _worry(number: int, **typed: PlainForm) -> dict:
    asked = queries.worry(number) or abort(404)
    forms = {"taking": TakeForm(data=_mine()), "answering": AnswerForm(), "seeing": SeenForm(), **typed}
    desk = _desk()
    if desk["coordinates"]:
        forms["taking"].holder_id.choices = {"": "Choose", **queries.colleagues()}
    return {**desk, **forms, "found": None, "asked": asked, "here": number}


def _mine() -> dict:
    return {"holder_id": actor().person_id}


def _choices(form: RiskForm) -> RiskForm:
    form.about.choices = {"": "Choose", FOR_ALL: "All groups"} | queries.groups()
    form.holder_id.choices = {"": "Choose", **queries.colleagues()}
    return form


def init_app(app: Flask) -> None:
    app.register_blueprint(host)
    app.register_blueprint(bp)
