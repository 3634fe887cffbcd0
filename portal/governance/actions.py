"""What changes how a group runs. What the host holds is the host's own to say, shown and logged to the group; everything
else is the group's, and lies in area 6."""

from datetime import date

from portal.autonomy.areas import Area
from portal.autonomy.change_words import Meaning, Shown
from portal.autonomy.door import Asking, Mistake, action
from portal.core import clock
from portal.core.db import db
from portal.core.filters import month
from portal.cover import queries as cover
from portal.governance import months, queries
from portal.governance.models import Item
from portal.governance.starting_set import Holder
from portal.governance.states import STATUS_WORDS, Status, status_of
from portal.people.roles import ORGANISERS, Role

COORDINATORS = frozenset({Role.COORDINATOR})
AUTOMATIC = frozenset({Role.SYSTEM})
GROUP_OR_COORDINATOR = ORGANISERS | COORDINATORS
ON_BOARD = "You carry this one yourselves. It’s on your board."
HOSTS = "The host holds this one, so there is nothing here for us to say. “Let’s talk” is always open."
THEIR_WAY = "They do this their own way, so nobody asks further."
NOT_NEEDED = "It isn’t needed just now. An organiser can take it back first."
THEIRS = "The group holds this one."


@action(roles=AUTOMATIC, says="laid out what running a group takes")
def lay(by, group) -> Item | None:
    """Rows of the starting set for a group that lacks them: they say no more than the set itself. What the host holds is
    looked at again as many months from now as the set says."""
    rows = [Item.as_laid(group.id, key) for key in queries.missing(group.id)]
    db.session.add_all(rows)
    db.session.flush()
    return rows[0] if rows else None


@action(area=Area.DOCUMENTS, roles=ORGANISERS, says="added something to how we run")
def add(by, group, *, name: str, holder: str = Holder.GROUP.value, note: str | None = None) -> Item:
    """Something of the group's own."""
    made = Item(group_id=group.id, name=name, holder=_ours(holder), note=note, added_by=by.person_id)
    db.session.add(made)
    return made


@action(area=Area.DOCUMENTS, roles=ORGANISERS, on=Item, says="changed who holds something")
def set_holder(by, group, item, *, holder: str) -> Item:
    """Hold it ourselves, or share it; also what the host took on when the group wanted it to. Asking the host to hold it
    is `talk`."""
    if item.holder == Holder.HOST and item.start and item.start.holder is Holder.HOST:
        raise Mistake("The host holds this for every group. Say “Let’s talk” about it.", "holder")
    item.holder = _ours(holder)
    return item


def _ours(holder: str) -> Holder:
    if holder not in {Holder.GROUP, Holder.SHARED}:
        raise Mistake("To have the host hold it, say “Let’s talk”.", "holder")
    return Holder(holder)


def _can_say(group, item: Item, **_facts) -> None:
    """What staff may say of it at all, before the group is asked: not of what isn't the group's to do, or is settled."""
    if item.holder == Holder.HOST:
        raise Mistake(ON_BOARD)
    if item.own_way_at:
        raise Mistake(THEIR_WAY)
    if item.not_needed_at:
        raise Mistake(NOT_NEEDED)


def _check_says(by, group, item: Item) -> None:
    """Whoever says how it stands, or when to look again: never of what the host holds."""
    if by.is_host:
        _can_say(group, item)
    elif item.holder == Holder.HOST:
        raise Mistake(HOSTS)


def _status_means(item: Item, facts: dict, _rows) -> Meaning:
    after = STATUS_WORDS[Status(facts["status"])]
    shown = [Shown("How it stands", STATUS_WORDS[status_of(item)], after)]
    return Meaning(shown, f"{item.called}: {after.lower()}.")


@action(
    area=Area.DOCUMENTS,
    roles=GROUP_OR_COORDINATOR,
    on=Item,
    asks=Asking(means=_status_means, fits=_can_say),
    says="said how something stands",
)
def set_status(by, group, item, *, status: str) -> Item:
    """Not started yet, in progress, in place: then it is looked at again in some months, where no month to come is set."""
    _check_says(by, group, item)
    item.own_way_at = item.own_way_words = item.not_needed_at = None
    now, status = clock.now(), Status(status)
    if status is Status.IN_PLACE:
        item.in_place_at = now
        if item.look_on is None or item.look_on <= clock.today():
            item.look_on = months.after(item.months)
    else:
        item.in_place_at = None
        item.started_at = (item.started_at or now) if status is Status.IN_PROGRESS else None
    return item


def _can_look(group, item: Item, *, look_on: date | None) -> None:
    _can_say(group, item)
    _check_month(look_on)


def _check_month(look_on: date | None) -> None:
    if look_on is not None and not months.can_be(look_on):
        raise Mistake("Choose this month or one of the next three years.", "look_on")


def _look_means(item: Item, facts: dict, _rows) -> Meaning:
    after = month(date.fromisoformat(facts["look_on"])) if facts["look_on"] else "No month"
    return Meaning([Shown("Look again", month(item.look_on) or None, after)], f"{item.called}: look again.")


@action(
    area=Area.DOCUMENTS,
    roles=GROUP_OR_COORDINATOR,
    on=Item,
    asks=Asking(means=_look_means, fits=_can_look),
    says="said when to look at something again",
)
def set_look(by, group, item, *, look_on: date | None) -> Item:
    """In which month to look again; or in none."""
    _check_says(by, group, item)
    _check_month(look_on)
    item.look_on = months.of(look_on) if look_on else None
    return item


def _can_note(group, item: Item, *, note: str | None) -> None:
    _can_say(group, item)


def _note_means(item: Item, facts: dict, _rows) -> Meaning:
    return Meaning([Shown("Note", item.note, facts["note"])], f"A note on {item.called}.")


@action(
    area=Area.DOCUMENTS,
    roles=GROUP_OR_COORDINATOR,
    on=Item,
    asks=Asking(means=_note_means, fits=_can_note),
    says="wrote a note on how we run",
)
def write_note(by, group, item, *, note: str | None) -> Item:
    """A line on it, for both sides; an empty one takes it away."""
    if by.is_host:
        _can_say(group, item)
    item.note = note
    return item


@action(area=Area.DOCUMENTS, roles=ORGANISERS, on=Item, says="said that we don’t need something")
def drop(by, group, item) -> Item:
    """Not needed, where no law needs it and the host doesn't hold it."""
    if item.holder == Holder.HOST:
        raise Mistake(HOSTS)
    if item.by_law:
        raise Mistake("A law needs this one, so it stays. We can still do it our own way.")
    item.not_needed_at = item.not_needed_at or clock.now()
    return item


@action(area=Area.DOCUMENTS, roles=ORGANISERS, on=Item, says="took back that we don’t need something")
def need(by, group, item) -> Item:
    """Needed after all, and as it stood."""
    item.not_needed_at = None
    return item


@action(area=Area.DOCUMENTS, roles=ORGANISERS, on=Item, says="said that we do something our own way")
def own_way(by, group, item, *, words: str | None = None) -> Item:
    """We do it our way: in place, whoever holds it, with words or without, and nobody asks further."""
    item.own_way_at, item.own_way_words = item.own_way_at or clock.now(), words
    item.not_needed_at = item.talk_at = item.talk_words = None
    return item


@action(area=Area.DOCUMENTS, roles=ORGANISERS, on=Item, says="took back that we do something our own way")
def end_own_way(by, group, item) -> Item:
    """Not our own way any more: as it stood before."""
    item.own_way_at = item.own_way_words = None
    return item


@action(area=Area.DOCUMENTS, roles=ORGANISERS, on=Item, says="asked the host to talk about something")
def talk(by, group, item, *, words: str | None = None) -> Item:
    """Let's talk: it is on the host's board until they did."""
    item.talk_at, item.talk_words, item.talked_at = clock.now(), words, None
    return item


@action(area=Area.DOCUMENTS, roles=ORGANISERS, on=Item, says="needs no talk any more")
def end_talk(by, group, item) -> Item:
    """No need any more."""
    item.talk_at = item.talk_words = None
    return item


def _can_carry(group, item: Item) -> None:
    _can_say(group, item)


def _carry_means(item: Item, _facts, _rows) -> Meaning:
    return Meaning([], f"The host carries this from now on: {item.called}. We can take it back.")


@action(
    area=Area.DOCUMENTS,
    roles=COORDINATORS,
    on=Item,
    asks=Asking(means=_carry_means, fits=_can_carry),
    says="took on something for us",
)
def carry(by, group, item) -> Item:
    """The host holds from now on what the group held or shared, as it was asked to, or suggests."""
    _can_carry(group, item)
    item.holder, item.person_id, item.host_started_at = Holder.HOST, by.person_id, clock.now()
    item.host_look_on = item.look_on if item.look_on and months.can_be(item.look_on) else months.after(0)
    if item.wants_to_talk:
        item.talked_at = clock.now()
    return item


def _hosts_alone(by, item: Item, _facts) -> str:
    return "" if item.holder == Holder.HOST else THEIRS


@action(roles=COORDINATORS, on=Item, bars=_hosts_alone, says="is working on something the host holds")
def take_on(by, group, item) -> Item:
    """Work on it, as whom it is with."""
    item.person_id, item.host_started_at = by.person_id, item.host_started_at or clock.now()
    return item


@action(roles=COORDINATORS, on=Item, bars=_hosts_alone, says="handed something the host holds to a colleague")
def hand_to(by, group, item, *, person_id: int | None) -> Item:
    """It is with a colleague now."""
    if person_id not in cover.colleagues()[0]:
        raise Mistake("Choose someone who works here.", "person_id")
    item.person_id = person_id
    return item


@action(roles=COORDINATORS, on=Item, bars=_hosts_alone, says="did something the host holds")
def done(by, group, item, *, look_on: date, words: str | None = None) -> Item:
    """Done, and when the host looks again; the group reads the words."""
    _check_month(look_on)
    item.host_done_at, item.host_started_at, item.host_look_on = clock.now(), None, months.of(look_on)
    item.host_words = words
    item.person_id = item.person_id or by.person_id
    return item


@action(roles=COORDINATORS, on=Item, says="talked with us about something")
def talked(by, group, item) -> Item:
    """They talked."""
    if item.wants_to_talk:
        item.talked_at = clock.now()
    return item
