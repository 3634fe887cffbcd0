"""How a group runs, on its own side and on the host's; and the host's board of all it carries."""

from collections.abc import Callable

from flask import Blueprint, Flask, abort, current_app, request, url_for

from portal.autonomy import standing
from portal.autonomy.door import may
from portal.autonomy.door_answers import mistakes_beside
from portal.core import clock
from portal.core.forms import PlainForm
from portal.core.ids import id_of
from portal.core.web import invalid, page, saved
from portal.cover import queries as cover
from portal.documents import queries as documents
from portal.governance import actions, forms, months, queries, words
from portal.governance.models import Item
from portal.governance.starting_set import Holder
from portal.governance.states import TASKS, State, state_of, status_of, words_of
from portal.people.models import Group
from portal.people.reach import actor, as_staff, group, group_at, in_group
from portal.people.roles import ORGANISERS, SYSTEM, Role

bp = Blueprint("how_we_run", __name__, url_prefix="/g/<group>/how-we-run")
theirs = Blueprint("how_they_run", __name__, url_prefix="/host/groups/<slug>/how-we-run")
board = Blueprint("board", __name__, url_prefix="/host/board")
COORDINATORS = actions.COORDINATORS
ON_ITEM = "/<item>"


@bp.get("/")
@in_group()
def index():
    """Who holds what, and how each thing stands."""
    after = id_of(request.args.get("after"))
    held, more = queries.of_group(group().id, after)
    whole = not after and not more
    facts = _listed(group(), held) | {"sides": words.our_sides(_host()), "organises": _organises()}
    return page("governance/index.html", more=more, whole=whole, **facts)


@bp.get("/new")
@in_group(roles=ORGANISERS)
def new():
    """Something of our own."""
    return page("governance/new.html", form=forms.AddForm(data={"holder": Holder.GROUP}))


@bp.post("/")
@in_group(roles=ORGANISERS, does=actions.add)
def add():
    form = forms.AddForm.from_request()
    if not form.validate():
        return invalid("governance/new.html", form=form)
    made = actions.add(actor(), group(), **form.facts())
    return saved(goto=_at(made.at), says="Added.")


@bp.get(ON_ITEM)
@in_group()
def show(item):
    """One thing: what it is for, who asks, how it stands."""
    return page("governance/show.html", **_shown(item))


@bp.post(f"{ON_ITEM}/status")
@in_group(roles=ORGANISERS, does=actions.set_status)
def set_status(item):
    return _act(item, actions.set_status, forms.StatusForm, "how", "Noted.")


@bp.post(f"{ON_ITEM}/look")
@in_group(roles=ORGANISERS, does=actions.set_look)
def set_look(item):
    return _act(item, actions.set_look, forms.MonthForm, "look", "Noted.")


@bp.post(f"{ON_ITEM}/holder")
@in_group(roles=ORGANISERS, does=actions.set_holder)
def set_holder(item):
    return _act(item, actions.set_holder, forms.HolderForm, "holding", "Noted.")


@bp.post(f"{ON_ITEM}/note")
@in_group(roles=ORGANISERS, does=actions.write_note)
def write_note(item):
    return _act(item, actions.write_note, forms.NoteForm, "note", "Saved.")


@bp.post(f"{ON_ITEM}/own-way")
@in_group(roles=ORGANISERS, does=actions.own_way)
def own_way(item):
    return _act(item, actions.own_way, forms.OwnWayForm, "own", "Our own way it is. Nobody asks further.")


@bp.post(f"{ON_ITEM}/own-way/end")
@in_group(roles=ORGANISERS, does=actions.end_own_way)
def end_own_way(item):
    return _act(item, actions.end_own_way, PlainForm, "", "Taken back.")


@bp.post(f"{ON_ITEM}/talk")
@in_group(roles=ORGANISERS, does=actions.talk)
def talk(item):
    return _act(item, actions.talk, forms.TalkForm, "talk", "They know. Nothing else changes.")


@bp.post(f"{ON_ITEM}/talk/end")
@in_group(roles=ORGANISERS, does=actions.end_talk)
def end_talk(item):
    return _act(item, actions.end_talk, PlainForm, "", "Taken back.")


@bp.post(f"{ON_ITEM}/drop")
@in_group(roles=ORGANISERS, does=actions.drop)
def drop(item):
    return _act(item, actions.drop, PlainForm, "", "We don’t need it. It can come back on any day.")


@bp.post(f"{ON_ITEM}/drop/end")
@in_group(roles=ORGANISERS, does=actions.need)
def need(item):
    return _act(item, actions.need, PlainForm, "", "It’s back, as it stood.")


@theirs.get("/")
@as_staff()
def listed(slug):
    """How a group runs, as staff see it."""
    found = group_at(slug)
    held, more = queries.of_group(found.id, id_of(request.args.get("after")))
    return page("governance/theirs.html", more=more, sides=words.THEIR_SIDES, **_listed(found, held))


@theirs.get(ON_ITEM)
@as_staff()
def one(slug, item):
    """One thing, and what this group lets staff say of it."""
    return page("governance/their_item.html", **_their_item(group_at(slug), item))


@theirs.post(f"{ON_ITEM}/status")
@as_staff(roles=COORDINATORS, does=actions.set_status)
def set_their_status(slug, item):
    return _act_for(slug, item, actions.set_status, forms.TheirStatusForm, "how")


@theirs.post(f"{ON_ITEM}/look")
@as_staff(roles=COORDINATORS, does=actions.set_look)
def set_their_look(slug, item):
    return _act_for(slug, item, actions.set_look, forms.TheirMonthForm, "look")


@theirs.post(f"{ON_ITEM}/note")
@as_staff(roles=COORDINATORS, does=actions.write_note)
def write_their_note(slug, item):
    return _act_for(slug, item, actions.write_note, forms.TheirNoteForm, "note")


@theirs.post(f"{ON_ITEM}/carrying")
@as_staff(roles=COORDINATORS, does=actions.carry)
def carry(slug, item):
    return _act_for(slug, item, actions.carry, forms.CarryForm, "carrying")


@board.get("/")
@as_staff()
def desk():
    """What the host carries for all groups, the soonest first; or who wants to talk."""
    return page("governance/board.html", **_board(None))


@board.get("/<int:carried>")
@as_staff()
def opened(carried):
    """One thing beside the board."""
    return page("governance/board.html", "governance/_board_item.html", **_board(carried))


@board.post("/<int:carried>/taking")
@as_staff(roles=COORDINATORS, does=actions.take_on)
def take_on(carried):
    return _act_on_board(carried, actions.take_on, PlainForm, "", "You’re on it. The group sees it.")


@board.post("/<int:carried>/handing")
@as_staff(roles=COORDINATORS, does=actions.hand_to)
def hand_to(carried):
    return _act_on_board(carried, actions.hand_to, forms.HandForm, "hand", "Handed over. The group sees it.")


@board.post("/<int:carried>/done")
@as_staff(roles=COORDINATORS, does=actions.done)
def done(carried):
    return _act_on_board(carried, actions.done, forms.DoneForm, "finish", "Done. The group sees it.")


@board.post("/<int:carried>/talked")
@as_staff(roles=COORDINATORS, does=actions.talked)
def talked(carried):
    return _act_on_board(carried, actions.talked, PlainForm, "", "Noted that you talked.")


def _organises() -> bool:
    return Role.ORGANISER in actor().roles


def _at(item: str) -> str:
    return url_for("how_we_run.show", group=group().slug, item=item)


def _laid(at: Group, item: str) -> Item:
    """The row of an item, which is laid where this is the first thing said about the set; 404 where there is no such."""
    found = queries.one_of(at.id, item) or abort(404)
    if found.item.id is None:
        actions.lay(SYSTEM, at)
        found = queries.one_of(at.id, item) or abort(404)
    return found.item


def _act(item: str, act: Callable, kind: type[PlainForm], called: str, says: str):
    """One act of an organiser's on one item; `called`: its form on the page, for what is to be looked at again."""
    form = kind.from_request()
    row = _laid(group(), item)
    if form.validate():
        with mistakes_beside(form):
            act(actor(), group(), row.id, **form.facts())
            return saved(goto=_at(item), says=says)
    return invalid("governance/show.html", **_shown(item, **{called: form}))


def _act_for(slug: str, item: str, act: Callable, kind: type[PlainForm], called: str):
    """One act of a coordinator's on what a group holds: as the group has set it."""
    found, form = group_at(slug), kind.from_request()
    row = _laid(found, item)
    if not form.validate():
        return invalid("governance/their_item.html", **_their_item(found, item, **{called: form}))
    act(actor(), found, row.id, **form.facts())
    return saved(goto=url_for("how_they_run.one", slug=slug, item=item), says="Saved. The group sees it.")


def _act_on_board(carried: int, act: Callable, kind: type[PlainForm], called: str, says: str):
    found, form = queries.on_board(carried) or abort(404), kind.from_request()
    if form.validate():
        with mistakes_beside(form):
            act(actor(), found.group, carried, **form.facts())
            view, after = request.args.get("view"), request.args.get("after")
            if queries.on_board(carried):
                return saved(goto=url_for(".opened", carried=carried, view=view, after=after), says=says)
            return saved(goto=url_for(".desk", view=view, after=after), says=says)
    return invalid("governance/board.html", "governance/_board_item.html", **_board(carried, **{called: form}))


def _host() -> str:
    return current_app.config["SETTINGS"].host_name


def _words(item: Item, state: State) -> str:
    return words_of(item, state, _host(), you="them" if actor().is_host else "you")


def _listed(at: Group, held: list[queries.Held]) -> dict:
    """Items by who holds them, each with how it stands."""
    quiet, today, ours = standing.of(at.id).tasks_rest, clock.today(), not actor().is_host
    lines: dict[Holder, list[words.Line]] = {holder: [] for holder in Holder}
    for one in held:
        state = state_of(one.item, today, quiet=quiet)
        below = words.below(one.item, one.person, ours=ours)
        lines[Holder(one.item.holder)].append(words.Line(one.item, state, _words(one.item, state), below))
    return {"group": at, "lines": lines}


def _one(at: Group, item: str) -> dict:
    found = queries.one_of(at.id, item) or abort(404)
    state = state_of(found.item, clock.today(), quiet=standing.of(at.id).tasks_rest)
    start = found.item.start
    return {
        "group": at,
        "item": found.item,
        "person": found.person,
        "state": state,
        "words": _words(found.item, state),
        "why_it_is": start.why.format(host=_host()) if start else "",
        "who_asks": start.asks.format(host=_host()) if start else "",
        "is_hosts": found.item.holder == Holder.HOST,
        "hosts_first": start is not None and start.holder is Holder.HOST,
        "is_task": state in TASKS,
    }


def _shown(item: str, **given) -> dict:
    facts = _one(group(), item)
    row = facts["item"]
    return (
        facts
        | {
            "organises": _organises(),
            "held_by": words.our_holder(row, facts["person"], _host()),
            "papers": documents.about(group().id, row.key) if row.key else [],
            "from_host": documents.hosts_about(row.key) if row.key else [],
            "how": forms.StatusForm(data={"status": status_of(row)}),
            "look": forms.MonthForm(look_on=row.look_on),
            "holding": forms.HolderForm(data={"holder": row.holder}),
            "note": forms.NoteForm(data={"note": row.note}),
            "own": forms.OwnWayForm(data={"words": row.own_way_words}),
            "talk": forms.TalkForm(),
            "key": PlainForm(),
        }
        | given
    )


def _their_item(at: Group, item: str, **given) -> dict:
    facts = _one(at, item)
    row = facts["item"]
    return (
        facts
        | {
            "decision": may(actor(), at, actions.set_status, row if row.id else None),
            "held_by": words.their_holder(row, facts["person"]),
            "how": forms.TheirStatusForm(data={"status": status_of(row)}),
            "look": forms.TheirMonthForm(look_on=row.look_on),
            "note": forms.TheirNoteForm(data={"note": row.note}),
            "carrying": forms.CarryForm(),
        }
        | given
    )


def _board(carried: int | None, **given) -> dict:
    view = request.args.get("view", "carried")
    view = view if view in queries.VIEWS else "carried"
    typed = request.args.get("after")
    lines = queries.board(view, queries.mark(view, typed))
    shown, more = lines[: queries.PAGE], len(lines) > queries.PAGE
    chosen = queries.on_board(carried) or abort(404) if carried else shown[0] if shown else None
    facts = {
        "view": view,
        "views": queries.VIEWS,
        "lines": shown,
        "after": queries.mark_of(view, shown[-1].item) if more else "",
        "typed": typed if queries.mark(view, typed) else "",
        "found": chosen,
        "opened": carried is not None,
        "sentences": words,
        "coordinates": bool(actor().roles & COORDINATORS),
        "key": PlainForm(),
        "hand": forms.HandForm(data={"person_id": chosen.item.person_id}) if chosen else None,
        "finish": _finish(chosen.item) if chosen else None,
    } | given
    if facts["hand"]:
        facts["hand"].person_id.choices = {"": "Choose", **cover.colleagues()[0]}
    return facts


def _finish(item: Item) -> forms.DoneForm:
    return forms.DoneForm(look_on=months.after(item.months), data={"words": item.host_words})


def init_app(app: Flask) -> None:
    for one in (bp, theirs, board):
        app.register_blueprint(one)
