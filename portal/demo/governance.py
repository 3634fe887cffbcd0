"""How the demo's groups run (shared demo data, "Governance"), and what the host carries for all of them."""

from datetime import timedelta

import sqlalchemy as sa

from portal.core import clock, wall
from portal.core.db import db
from portal.governance import months
from portal.governance.models import Item
from portal.governance.starting_set import SET, Holder
from portal.people.models import Group

IN_PLACE, IN_PROGRESS, NOT_STARTED = "in place", "in progress", "not started"
# By group: how everything stands, and what stands in another way.
GROUPS: dict[str, tuple[str, dict[str, str]]] = {
    "tuesday-kettle": (IN_PLACE, {}),
    "quiet-allotment": (IN_PLACE, {"exit-plan": NOT_STARTED}),
    "nightshift-poets": (IN_PLACE, {}),
    "long-table": (IN_PLACE, {}),
    "hillfoot-walkers": (IN_PLACE, {"how-we-decide": IN_PROGRESS}),
    "hearsay-collective": (IN_PLACE, {"conflicts-of-interest": IN_PROGRESS}),
    "eastmoor-dads": (NOT_STARTED, {"hosting-agreement": IN_PROGRESS}),
    "makers-moving-on": (IN_PLACE, {"exit-plan": IN_PROGRESS}),
}
OWN_WAYS = {
    (
        "nightshift-poets",
        "hosting-agreement",
    ): "One page, in our own words. We read it aloud together, and all of us said yes.",
    (
        "long-table",
        "safeguarding",
    ): "Two of us are at the door and two in the kitchen, always. Whoever is worried says so to "
    "Celestine or Joy, in any of our languages, and nobody has to write it down.",
}
NOTES = {
    ("makers-moving-on", "exit-plan"): "4 of 9 steps",
    ("hillfoot-walkers", "how-we-decide"): "Sam and Kit are writing down what we do already.",
    ("hearsay-collective", "conflicts-of-interest"): "Pri stands back where family is paid. We’re putting it in words.",
    ("eastmoor-dads", "hosting-agreement"): "We read it together on the 2nd.",
}
# In which month from now, where it isn't by the set: on the demo's day, January 2027 and so on.
LOOKS = {("tuesday-kettle", "safeguarding"): 2}
# What the host carries for all: with whom, in how many months it looks again, and what groups read.
CARRIED = {
    "insurance": ("Imani Okafor", 7, "One policy covers all groups."),
    "money-rules": ("Glyn Parry", 4, "Two people here release each payment."),
}


def lay_out(people) -> None:
    """Lay them out, group by group."""
    for slug, (usual, others) in GROUPS.items():
        group = db.session.scalars(sa.select(Group).where(Group.slug == slug)).one()
        with wall.opened(group.id):
            for number, start in enumerate(SET):
                row = Item.as_laid(group.id, start.key)
                if start.holder is Holder.HOST:
                    _carry(row, people)
                else:
                    _stand(row, slug, others.get(start.key, usual), LOOKS.get((slug, start.key), 3 + number % 9))
                db.session.add(row)
        db.session.commit()


def _carry(row: Item, people) -> None:
    name, in_months, row.host_words = CARRIED[row.key or ""]
    row.person_id, row.host_look_on = people[name].id, months.after(in_months)
    row.host_done_at = clock.now() - timedelta(days=30 * (12 - in_months))


def _stand(row: Item, slug: str, status: str, in_months: int) -> None:
    at = (slug, row.key or "")
    if status != NOT_STARTED:
        row.started_at = clock.now() - timedelta(days=40)
    if status == IN_PLACE:
        row.in_place_at, row.look_on = clock.now() - timedelta(days=30), months.after(in_months)
    row.note = NOTES.get(at)
    if at in OWN_WAYS:
        row.own_way_at, row.own_way_words = clock.now() - timedelta(days=60), OWN_WAYS[at]
