"""What someone can sign in with, and what is waiting to be answered."""

import base64
import hashlib
import hmac
from datetime import datetime, timedelta

import sqlalchemy as sa
from flask import current_app
from sqlalchemy.orm import Mapped, mapped_column

from portal.core import clock
from portal.core.db import db

CHALLENGE_LASTS = timedelta(minutes=10)
MAX_GUESSES = 5


class Challenge(db.Model):
    """Something one browser must answer within 10 minutes: an emailed code, or a passkey's challenge. Spent once.

    The six digits are never kept: they follow from this row and the installation's secret.
    """

    __tablename__ = "challenges"

    kind: Mapped[str] = mapped_column(sa.String(10))  # code, passkey
    person_id: Mapped[int | None] = mapped_column(sa.ForeignKey("people.id"))
    browser_hash: Mapped[str] = mapped_column(sa.String(64))
    nonce: Mapped[str] = mapped_column(sa.String(64))
    created_at: Mapped[datetime] = mapped_column(default=clock.now, index=True)
    guesses: Mapped[int] = mapped_column(default=0)
    spent_at: Mapped[datetime | None]

    @property
    def code(self) -> str:
        """The six digits of an emailed code."""
        key = str(current_app.secret_key).encode()
        digest = hmac.digest(key, f"code\0{self.id}\0{self.nonce}".encode(), hashlib.sha256)
        return f"{int.from_bytes(digest[:8], 'big') % 1_000_000:06}"

    @property
    def is_open(self) -> bool:
        """Whether it can still be answered."""
        return self.spent_at is None and self.guesses < MAX_GUESSES and self.created_at > clock.now() - CHALLENGE_LASTS


class Passkey(db.Model):
    """A passkey: its public half."""

    __tablename__ = "passkeys"

    person_id: Mapped[int] = mapped_column(sa.ForeignKey("people.id"), index=True)
    credential_id: Mapped[str] = mapped_column(sa.String(1400), unique=True)
    public_key: Mapped[str] = mapped_column(sa.Text)
    sign_count: Mapped[int] = mapped_column(sa.BigInteger)
    label: Mapped[str] = mapped_column(sa.String(60))
    added_at: Mapped[datetime] = mapped_column(default=clock.now)
    last_used_at: Mapped[datetime | None]

    @staticmethod
    def text(raw: bytes) -> str:
        """Bytes as they are kept: base64url without padding."""
        return base64.urlsafe_b64encode(raw).rstrip(b"=").decode()

    @staticmethod
    def raw(text: str) -> bytes:
        """Kept text as bytes again."""
        return base64.urlsafe_b64decode(text + "=" * (-len(text) % 4))


class Password(db.Model):
    """An optional password, as an Argon2id hash, and the sealed key of a code app (staff)."""

    __tablename__ = "passwords"

    person_id: Mapped[int] = mapped_column(sa.ForeignKey("people.id"), unique=True)
    hash: Mapped[str] = mapped_column(sa.String(200))
    set_at: Mapped[datetime] = mapped_column(default=clock.now)
    app_key: Mapped[str | None] = mapped_column(sa.String(300))
    app_confirmed_at: Mapped[datetime | None]
    app_last_step: Mapped[int | None] = mapped_column(sa.BigInteger)
