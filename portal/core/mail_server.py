"""Where mail comes in: handed over by this machine's mail server, through a port on 127.0.0.1 or to `portal mail receive`.

What is answered with KEPT is kept: it is in the database by then. Whose mail it is, and what becomes of it, a feature says:
its receiver. Addresses and words are in no log.
"""

import contextlib
import logging
from collections.abc import Callable
from dataclasses import dataclass
from enum import Enum

from flask import Flask

from portal.core.db import db
from portal.core.mail_in import MAX_BYTES

log = logging.getLogger("portal.mail")


class Answer(Enum):
    """What the mail server hears, and the exit code that says the same (sysexits.h)."""

    KEPT = ("250 2.0.0 Kept", 0)
    NOBODY = ("550 5.1.1 Nobody here by that name", 67)
    TOO_BIG = ("552 5.3.4 Too big: 12 MB at most", 65)
    LATER = ("451 4.3.0 Try again later", 75)

    def __init__(self, words: str, code: int):
        self.words, self.code = words, code


@dataclass(frozen=True)
class Receiver:
    """Who takes mail in. `knows(address)`: whether it is for them at all, asked before the mail itself is sent;
    `takes(raw, address, null_sender)`: keeps it, or says why not."""

    knows: Callable[[str], bool]
    takes: Callable[[bytes, str, bool], Answer]


def add_receiver(app: Flask, receiver: Receiver) -> None:
    """Have mail for the addresses that this receiver knows taken in by it."""
    app.extensions.setdefault("mail_receivers", []).append(receiver)


def knows(app: Flask, address: str) -> bool:
    """Whether anybody here takes in mail for this address."""
    return _receiver(app, address) is not None


def _receiver(app: Flask, address: str) -> Receiver | None:
    with app.app_context():
        return next((one for one in app.extensions.get("mail_receivers", ()) if one.knows(address)), None)


def is_nobody(sender: str | None) -> bool:
    """Whether an envelope's sender is nobody, as a bounce's is; Postfix writes that as MAILER-DAEMON to a command."""
    return (sender or "").strip().lower() in {"", "<>", "mailer-daemon"}


def hand_over(app: Flask, raw: bytes, address: str, *, null_sender: bool = False) -> Answer:
    """Have one email for one address taken in. Whatever goes wrong on our side, the mail server is to try again."""
    if len(raw) > MAX_BYTES:
        return Answer.TOO_BIG
    with app.app_context():
        try:
            receiver = _receiver(app, address)
            return receiver.takes(raw, address, null_sender) if receiver else Answer.NOBODY
        except Exception:
            with contextlib.suppress(Exception):
                db.session.rollback()
            log.exception("mail not kept, to be tried again")
            return Answer.LATER


@contextlib.contextmanager
def listening(app: Flask):
    """Take mail in for the block, where PORTAL_MAIL_PORT says so. Raises OSError where the port is somebody else's."""
    settings = app.config["SETTINGS"]
    if not settings.PORTAL_MAIL_PORT:
        yield
        return
    logging.getLogger("mail.log").setLevel(logging.CRITICAL)  # aiosmtpd's own, which tells addresses and lines
    from portal.core.mail_port import Port  # which loads a mail server's library: for the worker alone

    port = Port(app, settings.PORTAL_MAIL_PORT, settings.PORTAL_MAIL_PROTOCOL)
    port.start()
    try:
        yield
    finally:
        port.stop()
