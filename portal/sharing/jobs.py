"""What people outside wrote goes after 90 days. (A share needs no job to end: that is worked out at each read.)"""

from datetime import timedelta

import sqlalchemy as sa

from portal.core import clock
from portal.core.db import db
from portal.core.jobs import regularly
from portal.people.models import Group
from portal.people.roles import SYSTEM
from portal.sharing import actions
from portal.sharing.models import ENQUIRIES_KEPT, Enquiry


@regularly
def forget_enquiries() -> None:
    """Delete what was written more than 90 days ago."""
    since = clock.now() - timedelta(days=ENQUIRIES_KEPT)
    old = sa.select(Enquiry.group_id, Enquiry.id).where(Enquiry.asked_at < since).limit(100)
    for group_id, enquiry_id in db.session.execute(old).all():
        actions.forget(SYSTEM, db.session.get_one(Group, group_id), enquiry_id)
    db.session.rollback()
