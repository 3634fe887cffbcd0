"""The port on 127.0.0.1 where `core/mail_server.py` takes mail in."""

import asyncio
import logging

from aiosmtpd.controller import Controller
from aiosmtpd.lmtp import LMTP
from aiosmtpd.smtp import SMTP
from flask import Flask

from portal.core.mail_in import MAX_BYTES
from portal.core.mail_server import Answer, hand_over, is_nobody, knows

log = logging.getLogger("portal.mail")

HERE = "127.0.0.1"
LONGEST_LINE = 1_000_000  # beyond the standard's 998: what is sloppy, but somebody's words, comes in too


class _Handler:
    """What is said at the port. One address at a time: the mail server comes again for the next, so each has its answer."""

    def __init__(self, app: Flask):
        self.app = app

    async def handle_RCPT(self, server, session, envelope, address, options):
        if envelope.rcpt_tos:
            return "452 4.5.3 One address at a time"
        if not await asyncio.to_thread(knows, self.app, address):
            return Answer.NOBODY.words
        envelope.rcpt_tos.append(address)
        return "250 2.1.5 OK"

    async def handle_DATA(self, server, session, envelope):
        from_nobody = is_nobody(envelope.mail_from)
        address, raw = envelope.rcpt_tos[0], envelope.content
        answer = await asyncio.to_thread(hand_over, self.app, raw, address, null_sender=from_nobody)
        return answer.words

    async def handle_exception(self, error):
        log.error("mail server stumbled", extra={"faults": type(error).__name__})
        return Answer.LATER.words


class _LongLines:
    line_length_limit = LONGEST_LINE


class _Lmtp(_LongLines, LMTP):
    pass


class _Smtp(_LongLines, SMTP):
    pass


class Port(Controller):
    """The port itself, in a thread of its own."""

    def __init__(self, app: Flask, port: int, protocol: str):
        self._kind = _Lmtp if protocol == "lmtp" else _Smtp
        super().__init__(_Handler(app), hostname=HERE, port=port)

    def factory(self):
        return self._kind(
            self.handler, data_size_limit=MAX_BYTES, enable_SMTPUTF8=True, ident="Trellis", hostname="localhost"
        )
