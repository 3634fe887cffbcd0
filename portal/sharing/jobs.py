"""The host's reply to somebody outside; what they wrote goes after 90 days. (A share needs no job to end: that is worked
out at each read.)"""

from datetime import timedelta

import sqlalchemy as sa
from flask import current_app

from portal.core import clock, mail
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


@mail.letter("sharing.answered")
def _answered(enquiry_id: int) -> mail.Letter | None:
    """The host's reply, to somebody outside. Nobody is told where no mail is set up, or what they wrote is gone by now."""
    settings, enquiry = current_app.config["SETTINGS"], db.session.get(Enquiry, enquiry_id)
    return mail.Letter(enquiry.reach, {"reply": settings.PORTAL_FULL_REPLY}) if enquiry and settings.mail_url else None
