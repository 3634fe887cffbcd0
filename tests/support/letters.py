"""Emails for tests, as people and mail servers send them."""

import smtplib
from email import policy
from email.message import EmailMessage

import sqlalchemy as sa

from portal.core.db import db
from portal.support.models import Message, Request
from portal.support.unplaced_mail import StrangeMail
from tests import make

REPLY = "reply@trellis.example.org"


def email(to: str, words: str, *, sender="marsha@example.org", files=(), number="", **headers: str) -> bytes:
    """An answer to a notice, top-posted above what it quotes."""
    mail = EmailMessage(policy.SMTP)
    mail["From"], mail["To"] = f"Somebody <{sender}>", to
    mail["Subject"] = "Re: News in Trellis"
    mail["Message-ID"] = f"<{number or make.count()}@mail.example.org>"
    for name, value in headers.items():
        mail[name.replace("_", "-")] = value
    mail.set_content(f"{words}\n\nOn Tue, 24 Nov 2026 at 10:15, Hearthrow Commons <{to}> wrote:\n\n> There is news.\n")
    for name, content in files:
        mail.add_attachment(content, maintype="image", subtype="jpeg", filename=name)
    return mail.as_bytes()


def deliver(port: int, to: str, raw: bytes, *, sender="marsha@example.org", protocol=smtplib.LMTP) -> None:
    """Hand an email over as a mail server does. Raises what smtplib raises when it is refused."""
    with protocol("127.0.0.1", port, timeout=20) as server:
        server.sendmail(sender, [to], raw)


def said(request: Request) -> list[Message]:
    """What stands in a request's thread."""
    db.session.rollback()
    return list(
        db.session.scalars(
            sa.select(Message)
            .where(Message.request_id == request.id)
            .order_by(Message.id)
            .execution_options(populate_existing=True)
        )
    )


def strange_ones() -> list[StrangeMail]:
    """Every email that was ever to be placed."""
    db.session.rollback()
    rows = sa.select(StrangeMail).order_by(StrangeMail.id).execution_options(populate_existing=True)
    return list(db.session.scalars(rows))
