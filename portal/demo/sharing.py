"""What the demo's groups show (shared demo data, levels of visibility): the Hearsay's approved summary, which staff shared
and told them of; a link of the Makers', who leave soon. The others show nothing."""

from datetime import datetime, time, timedelta

import sqlalchemy as sa

from portal.core import clock, wall
from portal.core.db import db
from portal.people.models import Group
from portal.sharing.models import USUAL_MONTHS, Audience, Seen, Share, months_on

SUMMARY = (
    "We are people who hear voices. We make a zine and put on events, for each other and for anyone who wants to listen."
)
LEAVING = "We make things together. At the end of January we leave Hearthrow Commons, to become a company of our own."


def lay_out(people) -> Share:
    """Write them, each in its group's own rows. Returns the one that staff shared."""
    orla, imani, hana = (people[name].id for name in ("Orla", "Imani Okafor", "Hana"))
    hearsay, makers = (_group_at(slug) for slug in ("hearsay-collective", "makers-moving-on"))
    with wall.opened(hearsay.id):
        db.session.add(Seen(group_id=hearsay.id, summary=SUMMARY, approved_at=_ago(20), approved_by=orla))
        facts = {"audience": Audience.PUBLIC, "purpose": "So people find the events", "by_host": True}
        shared = _share(hearsay, words=SUMMARY, added_by=imani, added_at=_ago(5), **facts)
    with wall.opened(makers.id):
        facts = {"audience": Audience.LINK, "purpose": "So people know where we go"}
        _share(makers, words=LEAVING, added_by=hana, added_at=_ago(8), **facts)
    db.session.commit()
    return shared


def _share(group: Group, **facts) -> Share:
    made = Share(group_id=group.id, until_on=months_on(clock.today(), USUAL_MONTHS), **facts)
    db.session.add(made)
    db.session.flush()
    return made


def _group_at(slug: str) -> Group:
    return db.session.scalars(sa.select(Group).where(Group.slug == slug)).one()


def _ago(days: int) -> datetime:
    """So many days ago, in the morning."""
    return datetime.combine(clock.today() - timedelta(days=days), time(10, 20), clock.LONDON)
