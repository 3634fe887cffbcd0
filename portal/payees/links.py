"""The link by which one person gives their own details: signed, for them alone, used once, good for 14 days."""

import secrets

import sqlalchemy as sa
from flask import current_app
from itsdangerous import BadSignature, URLSafeSerializer

from portal.autonomy.door import Mistake
from portal.core import clock, mail
from portal.core.db import db
from portal.payees import queries
from portal.payees.changes import ENDED
from portal.payees.models import Payee, PayeeLink
from portal.people.models import Group

OVER = "This link has been used, or has run out. Whoever sent it can send a new one."


def send(payee: Payee, by: int) -> PayeeLink:
    """Within an action: send the person a link. Earlier ones stop working."""
    if payee.ended_at:
        raise Mistake(ENDED)
    if not payee.email:
        raise Mistake("There’s no address to send it to.")
    close(payee)
    link = PayeeLink(group_id=payee.group_id, payee_id=payee.id, nonce=secrets.token_hex(16), made_by=by)
    db.session.add(link)
    db.session.flush()
    mail.post("payees.link", link_id=link.id)
    return link


def close(payee: Payee) -> None:
    """Within an action: no link of this payee works any more."""
    mine = sa.select(PayeeLink).where(PayeeLink.group_id == payee.group_id, PayeeLink.payee_id == payee.id)
    for link in db.session.scalars(mine.where(PayeeLink.used_at.is_(None), PayeeLink.ended_at.is_(None))):
        link.ended_at = clock.now()


def token(link: PayeeLink) -> str:
    """What the link in the email carries: its number and nonce, signed. It can't be guessed."""
    return str(_links().dumps([link.id, link.nonce]))


def by_token(typed: str) -> tuple[PayeeLink, Payee, Group] | None:
    """The link that this stands for, open or not, with whose it is and in which group."""
    try:
        number, nonce = _links().loads(typed)
    except (BadSignature, ValueError, TypeError):
        return None
    found = queries.link(number)
    return found if found and secrets.compare_digest(found[0].nonce, nonce) else None


def is_open(link: PayeeLink, payee: Payee) -> bool:
    return link.is_open and payee.ended_at is None


def _links() -> URLSafeSerializer:
    return URLSafeSerializer(str(current_app.secret_key), salt="payee link")


@mail.letter("payees.link")
def _letter(link_id: int) -> mail.Letter | None:
    found = queries.link(link_id)
    if found is None or not is_open(*found[:2]):
        return None
    link, payee, _group = found
    return mail.Letter(payee.email or "", {"link": f"/details/{token(link)}"})
