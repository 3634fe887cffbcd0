"""When has a group agreed to an agreement? By as many organisers as its own rule asks for, two from the start, or the only
one where there is one. The host's people never count (autonomy guide, "Actors")."""

from dataclasses import dataclass

import sqlalchemy as sa

from portal.autonomy import consent
from portal.autonomy.models import NEW_ORGANISER_WAITS
from portal.core import clock
from portal.core.db import db
from portal.documents.models import AgreementRule, Answer, RuleYes, Version
from portal.people.models import Membership
from portal.spending.models import Needs

START = Needs.TWO
STRICTNESS = list(Needs)


@dataclass(frozen=True)
class Rule:
    """What a group's rule asks for, and of whom: its organisers that count, each with whether they have been one for 7 days
    (autonomy guide, "Changing a level")."""

    needs: Needs
    organisers: dict[int, bool]

    @property
    def count(self) -> int:
        """How many yeses that comes to."""
        there = max(1, len(self.organisers))
        return {Needs.ONE: 1, Needs.TWO: min(2, there), Needs.ALL: there}[self.needs]


def of(group_id: int) -> Rule:
    """The rule that holds, in one statement."""
    held = (
        sa.select(AgreementRule.needs)
        .where(AgreementRule.group_id == group_id, AgreementRule.agreed_at.is_not(None))
        .order_by(AgreementRule.agreed_at.desc(), AgreementRule.id.desc())
        .limit(1)
        .scalar_subquery()
    )
    rows = db.session.execute(
        sa.select(Membership.person_id, Membership.joined_at, held).where(consent.counted(group_id))
    ).all()
    since = clock.now() - NEW_ORGANISER_WAITS
    needs = next((row[2] for row in rows if row[2]), START)
    return Rule(needs, {row.person_id: row.joined_at <= since for row in rows})


def is_easier(new: Needs, old: Needs) -> bool:
    return STRICTNESS.index(new) < STRICTNESS.index(old)


def is_accepted(version: Version) -> bool:
    """Whether enough of today's organisers said yes to exactly this version."""
    rule = of(version.group_id)
    said = sa.select(Answer.person_id).where(
        *(Answer.group_id == version.group_id, Answer.version_id == version.id, Answer.ended_at.is_(None)),
        *(Answer.agrees.is_(True), Answer.says_to == version.mark),
    )
    return len(rule.organisers.keys() & set(db.session.scalars(said))) >= rule.count


def yeses(rule: AgreementRule) -> set[int]:
    """Who said yes to an easier rule."""
    said = sa.select(RuleYes.person_id).where(RuleYes.group_id == rule.group_id, RuleYes.rule_id == rule.id)
    return set(db.session.scalars(said))


def may_hold(wish: AgreementRule) -> bool:
    """Whether an easier rule has the yes of as many as the present one asks for. New organisers don't count yet."""
    rule = of(wish.group_id)
    settled = {person_id for person_id, long_enough in rule.organisers.items() if long_enough}
    return len(settled & yeses(wish)) >= rule.count
