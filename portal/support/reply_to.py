"""Where an answer by email goes: an address for one person and one request, signed so that nobody can make one up.

    reply+mfrggzdfmztwq2lknnwg23tpobyxg5dvozxw64t@trellis.example.org

Mail servers may change the case of what stands before the @, so the token is base32 and read in any case. It opens
nothing by itself: whoever writes must also write from that person's address, and still be someone who may write there.
"""

import base64
import binascii
import hmac
import struct

from flask import current_app
from itsdangerous import Signer

_IDS = struct.Struct(">II")
_SEAL = 16  # bytes of the signature that are kept: 128 bits


def address(person_id: int, request_id: int) -> str:
    """Where this person's answers in this request go; empty where replies by email are off."""
    base = current_app.config["SETTINGS"].PORTAL_MAIL_REPLY
    if not base:
        return ""
    name, _, domain = base.partition("@")
    ids = _IDS.pack(person_id, request_id)
    token = base64.b32encode(ids + _seal(ids)).decode().rstrip("=").lower()
    return f"{name}+{token}@{domain}"


def is_ours(typed: str) -> bool:
    """Whether mail to this address is for us at all: the reply address, whatever stands behind its +."""
    base = current_app.config["SETTINGS"].PORTAL_MAIL_REPLY.lower()
    name, _, domain = typed.strip().lower().rpartition("@")
    return bool(base) and f"{name.partition('+')[0]}@{domain}" == base


def told_by(typed: str) -> tuple[int, int] | None:
    """The person and the request that an address was made for; None where we didn't make it."""
    if not is_ours(typed):
        return None
    token = typed.strip().rpartition("@")[0].partition("+")[2].upper()
    try:
        told = base64.b32decode(token + "=" * (-len(token) % 8))
    except (binascii.Error, ValueError):
        return None
    ids, seal = told[: _IDS.size], told[_IDS.size :]
    if len(ids) < _IDS.size or not hmac.compare_digest(seal, _seal(ids)):
        return None
    person_id, request_id = _IDS.unpack(ids)
    return person_id, request_id


def _seal(ids: bytes) -> bytes:
    key = Signer(str(current_app.secret_key), salt="reply by email").derive_key()
    return hmac.digest(key, ids, "sha256")[:_SEAL]
