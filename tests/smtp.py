"""A real mail server on this machine that keeps what it gets."""

from contextlib import contextmanager
from email import message_from_bytes, policy
from email.message import EmailMessage

from aiosmtpd.controller import Controller

from tests.server import free_port


class Post(list):
    """The messages that arrived, in order."""

    url: str
    refuses = False

    @property
    def newest(self) -> EmailMessage:
        return self[-1]


class _Keeps:
    def __init__(self, post: Post):
        self._post = post

    async def handle_RCPT(self, server, session, envelope, address, options):
        if self._post.refuses:
            return "550 Nobody here by that name"
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(self, server, session, envelope):
        self._post.append(message_from_bytes(envelope.content, policy=policy.default))
        return "250 Kept"


@contextmanager
def listening():
    """A mail server for the block; what it yields is the list of messages."""
    post, port = Post(), free_port()
    post.url = f"smtp://127.0.0.1:{port}"
    controller = Controller(_Keeps(post), hostname="127.0.0.1", port=port)
    controller.start()
    try:
        yield post
    finally:
        controller.stop()
