"""Mail: a folder of subject.txt and body.txt per message, sent by a job. Subjects and previews carry no detail.

The job gets the name of the message and plain ids; each feature registers how to fill its own message, so that nothing
personal waits in the outbox.
"""

import re
import smtplib
import ssl
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from email.headerregistry import Address
from email.message import EmailMessage
from email.utils import formatdate
from urllib.parse import unquote, urlsplit

import sqlalchemy as sa
from flask import current_app
from sqlalchemy.orm import Mapped, mapped_column

from portal.core import clock
from portal.core.db import db
from portal.core.jobs import enqueue, job


class ShownMail(db.Model):
    """A message of the demo, shown on a page instead of being sent."""

    __tablename__ = "shown_mail"

    message_id: Mapped[str] = mapped_column(sa.String(120), unique=True)
    at: Mapped[datetime] = mapped_column(default=clock.now)
    to: Mapped[str] = mapped_column(sa.String(254))
    subject: Mapped[str] = mapped_column(sa.String(200))
    body: Mapped[str] = mapped_column(sa.Text)


@dataclass(frozen=True)
class Letter:
    """One message filled in: to whom, and what its templates may say. `reply_to`: where an answer to it goes, if not to
    the address it comes from."""

    to: str
    facts: dict
    reply_to: str = ""


def is_address(typed: str) -> bool:
    """Whether this can be an email address."""
    return len(typed) <= 254 and re.fullmatch(r"[^@\s]+@[^@\s]+\.[^@\s.]+", typed) is not None


_letters: dict[str, Callable[..., Letter | None]] = {}


def letter(name: str):
    """Register the function that fills the message `name` from ids; it returns None when there is nobody to tell."""

    def register(function):
        _letters[name] = function
        return function

    return register


def post(name: str, **ids) -> None:
    """Send the message `name`, in the current transaction's wake."""
    if name not in _letters:
        raise KeyError(f"no message is called {name}")
    row = enqueue("core.mail", message=name, ids=ids)
    db.session.flush()
    row.arguments = {**row.arguments, "number": row.id}  # the same Message-ID however often the job runs


@job("core.mail")
def send(message: str, ids: dict, number: int) -> None:
    """Fill and send one message."""
    settings = current_app.config["SETTINGS"]
    filled = _letters[message](**ids)
    db.session.commit()
    if filled is None:
        return
    facts = {"host": settings.host_name, "url": settings.url, **filled.facts}
    domain = settings.PORTAL_MAIL_FROM.rpartition("@")[2]
    mail = EmailMessage()
    mail["Subject"] = _written(f"mail/{message}/subject.txt", facts).strip()
    mail["From"] = Address(settings.host_name, addr_spec=settings.PORTAL_MAIL_FROM)
    mail["To"] = filled.to
    if filled.reply_to:
        mail["Reply-To"] = filled.reply_to
    mail["Date"] = formatdate()
    mail["Message-ID"] = f"<trellis-{number}@{domain}>"
    mail["Auto-Submitted"] = "auto-generated"
    mail.set_content(_written(f"mail/{message}/body.txt", facts))
    _hand_in(settings.mail_url, mail)


def _written(template: str, facts: dict) -> str:
    """A letter knows its own facts only: nobody is signed in where it is written."""
    return current_app.jinja_env.get_template(template).render(facts)


def _hand_in(url: str, mail: EmailMessage) -> None:
    parts = urlsplit(url)
    if parts.scheme == "page":
        if not db.session.scalar(sa.select(ShownMail.id).where(ShownMail.message_id == mail["Message-ID"])):
            shown = {"to": mail["To"], "subject": mail["Subject"], "body": mail.get_content()}
            db.session.add(ShownMail(message_id=mail["Message-ID"], **shown))
            db.session.commit()
        return
    if not parts.scheme:
        raise RuntimeError("PORTAL_MAIL_URL is not set, so this message can't be sent")
    context = ssl.create_default_context()
    with _connect(parts, context) as server:
        if parts.scheme == "smtp" and server.has_extn("starttls"):
            server.starttls(context=context)
        if parts.username:
            server.login(unquote(parts.username), unquote(parts.password or ""))
        server.send_message(mail)


def _connect(parts, context) -> smtplib.SMTP:
    if parts.scheme == "smtps":
        server: smtplib.SMTP = smtplib.SMTP_SSL(parts.hostname, parts.port or 465, timeout=20, context=context)
    else:
        server = smtplib.SMTP(parts.hostname, parts.port or 25, timeout=20)
    server.ehlo()
    return server
