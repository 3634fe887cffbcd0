"""The demo's register of risks: a line for all groups, three about one group, and two worries (shared demo data: the Paths
grant ran short, the Makers leave on 31 January 2027, a landlord asks for proof of insurance, a newspaper calls)."""

from datetime import datetime, time, timedelta

import sqlalchemy as sa

from portal.core import clock, wall
from portal.core.counters import Counter
from portal.core.db import db
from portal.people.models import Group, Person
from portal.risks.models import Did, Risk, RiskLook, Worry

IMANI, GLYN, SEFA, BEATRIX = "Imani Okafor", "Glyn Parry", "Sefa Tuilagi", "Beatrix Lund"
# Number, about which group, what, what the host does, who carries it, added how many days ago, looked at again in how many.
LINES = (
    (1, None, "Payments could stand still on the days finance isn’t here.",
     "Two people can release a run, and one covers for the other.", GLYN, 120, 60),
    (2, "makers-moving-on", "When the group leaves on 31 January 2027, papers of theirs could stay behind with us.",
     "We go through their exit plan with them, and give them a copy of everything we hold.", GLYN, 40, 14),
    (3, "hillfoot-walkers", "The Paths grant is short, so a walk that was promised could fall through.",
     "The minibus waits, that one thing alone. We look at what the Small Things Pot can do.", IMANI, 1, 6),
    (5, "tuesday-kettle", "Without proof of insurance the group could be without its room.",
     "We asked our insurer for the certificate, and send it as soon as it is here.", IMANI, 1, 5),
)  # fmt: skip
# What was done with them since: which line, days ago, by whom, what, the words.
LOOKS = (
    (1, 30, SEFA, Did.LOOKED, "A run was released on a day that finance was away. Nothing waited."),
    (2, 20, IMANI, Did.SERIOUS, "The day is fixed, and more than half of the steps are still to do."),
    (2, 18, BEATRIX, Did.SEEN, "We ask about it at each of our meetings until then."),
    (2, 4, IMANI, Did.LOOKED, "Four of nine steps are done."),
    (3, 0, IMANI, Did.SERIOUS, "Saturday is booked, and the money isn’t there yet."),
)
# Number, which group, by whom, days ago, the words, whether for the trustees, and which line it became.
WORRIES = (
    (4, "tuesday-kettle", "Marsha", 1, "If the landlord doesn’t see the insurance in time, we lose our room.", False, 5),
    (6, "hearsay-collective", "Orla", 1,
     "A newspaper is after a story. We could be in it before we know, and not in our own words.", True, None),
)  # fmt: skip


def lay_out(people: dict[str, Person]) -> None:
    """Lay them out, the oldest first."""
    made = {number: _line(people, number, *told) for number, *told in LINES}
    for number, days_ago, by, did, words in LOOKS:
        _look(people, made[number], days_ago, by, did, words)
    for worry in WORRIES:
        _worry(people, made, *worry)
    db.session.add(Counter(name="risk", value=max(number for number, *_ in (*LINES, *WORRIES))))
    db.session.commit()


def _line(people, number: int, slug: str | None, what: str, does: str, holder: str, days_ago: int, again_in: int) -> Risk:
    group_id = _group(slug) if slug else None
    at, imani, holder_id = _at(days_ago), people[IMANI].id, people[holder].id
    own = {"group_id": group_id, "does": does, "holder_id": holder_id}
    again_on = clock.today() + timedelta(days=again_in)
    with wall.opened(group_id):
        own |= {"look_again_on": again_on, "looked_at": at, "looked_by": imani}
        risk = Risk(number=number, what=what, added_at=at, added_by=imani, **own)
        db.session.add(risk)
        db.session.flush()
        db.session.add(RiskLook(risk_id=risk.id, did=Did.ADDED, **own))
    db.session.commit()
    return risk


def _look(people, risk: Risk, days_ago: int, by: str, did: Did, words: str) -> None:
    at, by_id = _at(days_ago), people[by].id
    with wall.opened(risk.group_id):
        own = {"group_id": risk.group_id, "risk_id": risk.id}
        again_on = risk.look_again_on if did is Did.LOOKED else None
        db.session.add(RiskLook(**own, did=did, looked_at=at, looked_by=by_id, words=words, look_again_on=again_on))
        if did is Did.LOOKED:
            risk.looked_at, risk.looked_by = at, by_id
        elif did is Did.SERIOUS:
            risk.serious_at, risk.serious_by, risk.serious_why = at, by_id, words
        else:
            risk.seen_at, risk.seen_by = at, by_id
    db.session.commit()


def _worry(people, made, number: int, slug: str, by: str, days_ago: int, words: str, to_trustees: bool, line) -> None:
    group_id, at = _group(slug), _at(days_ago) - timedelta(hours=1)
    answered = (
        {"risk_id": made[line].id, "answered_at": made[line].added_at, "answered_by": people[IMANI].id} if line else {}
    )
    with wall.opened(group_id):
        own = {"group_id": group_id, "number": number, "words": words, "to_trustees": to_trustees}
        db.session.add(Worry(**own, added_at=at, added_by=people[by].id, **answered))
    db.session.commit()


def _group(slug: str) -> int:
    return db.session.scalars(sa.select(Group.id).where(Group.slug == slug)).one()


def _at(days_ago: int) -> datetime:
    """The morning of that day; never later than now."""
    morning = datetime.combine(clock.today() - timedelta(days=days_ago), time(9, 40), clock.LONDON)
    return min(morning.astimezone(clock.UTC), clock.now() - timedelta(minutes=40))
