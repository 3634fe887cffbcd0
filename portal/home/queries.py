"""What waits for a group, from every feature, in one statement."""

from dataclasses import dataclass
from datetime import datetime

import sqlalchemy as sa

from portal.asks import queries as asks
from portal.autonomy import queries as autonomy
from portal.breakglass import queries as breakglass
from portal.core.db import fetched, prepared
from portal.disagreements import queries as disagreements
from portal.documents import queries as documents
from portal.members import queries as members
from portal.payees import queries as payees
from portal.receipts import queries as receipts
from portal.silence import queries as silence
from portal.spending import queries as spending
from portal.support import queries as support

MOST = 6
# Where each kind of waiting thing is answered: the endpoint, and what it calls the number.
ANSWERED_AT = {
    "question": ("receipts.show", "number"),
    "proposal": ("autonomy.proposal", "proposal_id"),
    "loosening": ("autonomy.say", ""),
    "rested": ("autonomy.rested", "quiet_id"),
    "tried": ("silence.ours", ""),
    "duty": ("breakglass.ours_show", "glass_id"),
    "urgent": ("breakglass.ours_show", "glass_id"),
    "disagreement": ("disagreements.show", "disagreement_id"),
    "payee": ("payees.show", "payee_id"),
    "request": ("support.show", "number"),
    "cost": ("spending.show", "number"),
    "rule": ("spending.rule", ""),
    "agreement": ("documents.show", "number"),
    "new_rule": ("documents.from_host", "hosts"),
    "organiser": ("members.index", ""),
    "removal": ("members.index", ""),
    "ask": ("asks.read", "number"),
}


@dataclass(frozen=True)
class Waiting:
    """Something that waits for the group: a question, a proposal, a new organiser, an organiser to go, a loosening, a
    changed account, something the host asks."""

    kind: str
    number: int
    who: str
    what: str
    at: datetime


def _in_order(*parts: sa.Select) -> sa.Select:
    every = sa.union_all(*parts).subquery()
    return sa.select(every).order_by(every.c.at).limit(MOST)


@prepared
def _waits(*, organises: bool, counts: bool) -> sa.Select:
    if not organises:
        return _in_order(receipts.WAITING, support.WAITING_FOR_HELPERS, breakglass.URGENT)
    yes = (members, autonomy, payees, spending, documents)
    return _in_order(
        *(receipts.WAITING, *autonomy.WAITING, disagreements.WAITING, silence.WAITING, support.WAITING, asks.WAITING),
        *(breakglass.WAITING, breakglass.URGENT, *documents.WAITING),
        *(part for feature in yes for part in feature.WAITING_FOR_YES if counts),
    )


def waiting_for_us(group_id: int, person_id: int, *, organises: bool, counts: bool = True) -> list[Waiting]:
    """What waits longest comes first. Helpers see questions and urgent messages; the rest is the organisers' to answer, and
    what waits for the group's yes only those whose yes `counts`."""
    facts = {"group": group_id, "person": person_id, **breakglass.waiting_since()}
    if organises:
        facts |= members.waiting_since() | autonomy.waiting_since() | documents.waiting_since()
    found = [Waiting(*row) for row in fetched(_waits(organises=organises, counts=counts), facts)]
    return [one for one in found if one.kind != "proposal" or autonomy.still_waits(group_id, one.at)]
