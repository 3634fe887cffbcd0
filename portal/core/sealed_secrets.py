"""Small secrets kept sealed in the database: readable only with the installation's key, which is kept apart from it."""

import base64
import hashlib

from cryptography.fernet import Fernet
from flask import current_app


def _box() -> Fernet:
    key = hashlib.sha256(b"sealed\0" + str(current_app.secret_key).encode()).digest()
    return Fernet(base64.urlsafe_b64encode(key))


def seal(words: str) -> str:
    """`words` as sealed text."""
    return _box().encrypt(words.encode()).decode()


def unseal(sealed: str) -> str:
    """The words again. Raises cryptography.fernet.InvalidToken when the key is another one."""
    return _box().decrypt(sealed.encode()).decode()
