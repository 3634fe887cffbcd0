"""Reading an email that came in: what sort it is, who it says it is from, the answer in it (`mail_words.py`), and what came
with it. Nothing here is kept, logged or sent."""

import base64
import hashlib
import mimetypes
import re
from collections.abc import Collection
from dataclasses import dataclass
from email import policy
from email.header import decode_header
from email.message import Message
from email.parser import BytesParser
from email.utils import getaddresses
from enum import StrEnum

from portal.core.mail_words import answer, as_text, clean, fitted, of_html, unwrapped
from portal.core.uploads import shown_name

MAX_BYTES = 12 * 1024 * 1024
MAX_LINES = 400_000  # twelve MiB of base64 have 170,000
MAX_PARTS, MAX_DEPTH, MAX_BOUNDARIES = 100, 10, 40
READ_LETTERS = 500_000  # of a text, before it is looked at: the answer is at its start or end
HEADER_LETTERS = 4000


class Sort(StrEnum):
    """What an email is to us."""

    WORDS = "words"
    AUTOMATIC = "automatic"
    BOUNCE = "bounce"
    TOO_BIG = "too big"
    UNREADABLE = "unreadable"


@dataclass(frozen=True)
class Arrived:
    """An email as read. `sender`: the one address it says it is from, in lower case, or empty. `words`: the answer alone,
    MOST_LETTERS at most. `files`: what came with it, each a name that is safe to show, and its bytes."""

    sort: Sort
    sender: str = ""
    message_id: str = ""
    words: str = ""
    files: tuple[tuple[str, bytes], ...] = ()


def read(raw: bytes, *, ours: Collection[str] = (), null_sender: bool = False) -> Arrived:
    """Read an email. Whatever it is, it ends in a sort. `ours`: our own addresses, whose mail is never an answer;
    `null_sender`: it was delivered as from nobody, as bounces are."""
    if len(raw) > MAX_BYTES or raw.count(b"\n") > MAX_LINES or raw.lower().count(b"boundary=") > MAX_BOUNDARIES:
        return Arrived(Sort.TOO_BIG)
    try:
        return _read(raw, {address.lower() for address in ours}, null_sender)
    except _TooMuch:
        return Arrived(Sort.TOO_BIG)
    except Exception:  # what strangers send breaks things in ways nobody lists; the caller says that it couldn't be read
        return Arrived(Sort.UNREADABLE)


def recipients(raw: bytes) -> list[str]:
    """The addresses an email says it was delivered to, else is to; for a mail server that doesn't tell us."""
    try:
        mail = _headers(raw)
        for names in (("delivered-to", "x-original-to", "envelope-to"), ("to", "cc")):
            found = [one for name in names for value in _all(mail, name) for one in _addresses(value)]
            if found:
                return found
    except Exception:  # noqa: S110 - as above; then nobody here was named
        pass
    return []


def mark(raw: bytes, arrived: Arrived, recipient: str) -> str:
    """What makes an email itself, so that one delivered twice lands once: its Message-ID (without one, its date and all
    below its headers), and to whom."""
    own = arrived.message_id.encode("utf-8", "replace")
    if not own:
        head, _, body = raw.replace(b"\r\n", b"\n").partition(b"\n\n")
        own = b"\n".join(re.findall(rb"(?im)^date:.*", head)) + b"\0" + body
    return hashlib.sha256(own + b"\0" + recipient.lower().encode("utf-8", "replace")).hexdigest()


class _TooMuch(Exception):
    """More parts, or deeper ones, than a person's email has."""


def _read(raw: bytes, ours: set[str], null_sender: bool) -> Arrived:
    mail = BytesParser(policy=_CUT).parsebytes(raw)
    senders = [one for value in _all(mail, "from") for one in _addresses(value)]
    sender = senders[0] if len(senders) == 1 else ""
    message_id = _first(mail, "message-id").strip()[:500]
    sort = _sort(mail, senders, message_id, ours, null_sender)
    if sort is not Sort.WORDS:
        return Arrived(sort, sender, message_id)
    if not mail.keys():
        return Arrived(Sort.UNREADABLE)
    parts = _Parts()
    texts = parts.take(mail, 0)
    shown = [of_html(text) if is_html else text for is_html, text in texts]
    words = "\n\n".join(one for one in shown if one.strip())
    return Arrived(sort, sender, message_id, fitted(answer(clean(words))), tuple(parts.files))


# What sort it is.

_SILENT_ADDRESSES = {"mailer-daemon", "mailerdaemon", "mail-daemon"}
_AUTOMATIC = (
    *("x-autoreply", "x-autorespond", "x-autoresponder", "x-auto-reply", "x-mail-autoreply", "x-vacation"),
    *("x-loop", "list-id", "list-post"),
)
_AWAY = re.compile(
    r"\s*(automatic reply|auto[- ]?reply|auto[- ]?response|out of (the )?office|automatische antwort|abwesenheitsnotiz|"
    r"réponse automatique|respuesta automática|risposta automatica|automatisch antwoord|autosvar)\b\s*(:|$|-)",
    re.IGNORECASE,
)


def _sort(mail: Message, senders: list[str], message_id: str, ours: set[str], null_sender: bool) -> Sort:
    report = mail.get_content_type() == "multipart/report"
    if report and "disposition-notification" in _first(mail, "content-type").lower():
        return Sort.AUTOMATIC
    names = {sender.partition("@")[0] for sender in senders}
    if report or names & _SILENT_ADDRESSES or _all(mail, "x-failed-recipients"):
        return Sort.BOUNCE
    submitted = _first(mail, "auto-submitted").strip().lower()
    if submitted and not submitted.startswith("no"):
        return Sort.AUTOMATIC
    if _first(mail, "precedence").strip().lower() in {"bulk", "list", "junk", "auto_reply"}:
        return Sort.AUTOMATIC
    if any(_all(mail, name) for name in _AUTOMATIC) or _AWAY.match(_decoded(_first(mail, "subject"))):
        return Sort.AUTOMATIC
    if _is_ours(senders, message_id, ours):
        return Sort.AUTOMATIC
    from_nobody = null_sender or any(re.fullmatch(r"\s*<\s*>\s*", value) for value in _all(mail, "return-path"))
    return Sort.BOUNCE if from_nobody else Sort.WORDS


def _is_ours(senders: list[str], message_id: str, ours: set[str]) -> bool:
    """Whether we sent it ourselves: by its address (a reply address carries a token), or by how we number mail."""
    plain = {re.sub(r"\+[^@]*(?=@)", "", sender) for sender in senders}
    domains = {address.rpartition("@")[2] for address in ours}
    own = re.fullmatch(r"<trellis-[^@]*@([^>]*)>", message_id.lower())
    return bool(ours & plain) or bool(own and own[1] in domains)


# Its headers: read as bytes that may be anything, and cut where they are endless.


class _Cut(policy.Compat32):
    """Cuts each header, of each part, before it is looked at: what reads its parameters takes the square of its length."""

    def header_source_parse(self, sourcelines):
        name, value = super().header_source_parse(sourcelines)
        return name, value[:HEADER_LETTERS]


_CUT = _Cut()


def _headers(raw: bytes) -> Message:
    head = re.split(rb"\r?\n\r?\n", raw[:MAX_BYTES], maxsplit=1)[0]
    return BytesParser(policy=_CUT).parsebytes(head, headersonly=True)


def _all(mail: Message, name: str) -> list[str]:
    return [
        as_text(value.encode("utf-8", "surrogateescape"))[:HEADER_LETTERS]
        for key, value in mail.raw_items()
        if key.lower() == name
    ]


def _first(mail: Message, name: str) -> str:
    return next(iter(_all(mail, name)), "")


def _addresses(value: str) -> list[str]:
    found = (address.strip().lower() for _, address in getaddresses([value]))
    return [one for one in found if len(one) <= 254 and one.isprintable() and re.fullmatch(r"[^@\s<>]+@[^@\s<>]+", one)]


def _decoded(value: str) -> str:
    """A header's words, where they are coded."""
    try:
        parts = decode_header(value)
    except Exception:  # a coded word that isn't one: as it stands
        return value
    return "".join(part if isinstance(part, str) else as_text(part, charset or "") for part, charset in parts)


# Its parts.

_SIGNED = {"application/pgp-signature", "application/pkcs7-signature", "application/x-pkcs7-signature"}


class _Parts:
    """Goes through the parts of an email: what of it is text to read, and which files came with it."""

    def __init__(self) -> None:
        self.files: list[tuple[str, bytes]] = []
        self.count = 0

    def take(self, part: Message, depth: int) -> list[tuple[bool, str]]:
        """The texts of this part, each with whether it is HTML."""
        self.count += 1
        if depth > MAX_DEPTH or self.count > MAX_PARTS:
            raise _TooMuch
        kind = part.get_content_type()
        payload: object = part.get_payload()
        if part.get_content_maintype() == "multipart" and isinstance(payload, list):
            inner = [self.take(one, depth + 1) for one in payload]
            return _best(inner) if kind == "multipart/alternative" else [text for texts in inner for text in texts]
        named = _name(part)
        whole = part.get_content_maintype() == "multipart"  # it says it has parts, and has none: the text of it all
        attached = part.get_content_disposition() == "attachment" or bool(named)
        if whole or (kind in {"text/plain", "text/html"} and not attached):
            text = as_text(_bytes_of(part), str(part.get_content_charset("")))[:READ_LETTERS]
            flowed = str(part.get_param("format", "")).lower() == "flowed"
            return [(kind == "text/html", unwrapped(text) if flowed else text)]
        if kind not in _SIGNED:
            self.files.append((_shown(named, kind, len(self.files) + 1), _bytes_of(part)))
        return []


def _best(inner: list[list[tuple[bool, str]]]) -> list[tuple[bool, str]]:
    """Of the same words told in several ways, the plain ones; the last where none is plain."""
    told = [texts for texts in inner if any(text.strip() for _, text in texts)]
    plain = (texts for texts in told if not any(is_html for is_html, _ in texts))
    return next(plain, told[-1] if told else [])


def _bytes_of(part: Message) -> bytes:
    payload: object = part.get_payload()
    if isinstance(payload, list):  # an email within the email
        return b"\n".join(one.as_bytes() for one in payload)
    if str(part.get("content-transfer-encoding", "")).strip().lower() == "base64":
        letters = re.sub(r"[^A-Za-z0-9+/]", "", str(payload))
        return base64.b64decode(letters[: len(letters) // 4 * 4] + _rest(letters))
    decoded = part.get_payload(decode=True)
    return decoded if isinstance(decoded, bytes) else b""


def _rest(letters: str) -> str:
    """What is left of base64 that was cut off, filled up; a single letter says nothing."""
    rest = letters[len(letters) // 4 * 4 :]
    return rest + "=" * (4 - len(rest)) if len(rest) > 1 else ""


def _name(part: Message) -> str:
    try:
        return _decoded(part.get_filename("")).strip()
    except Exception:  # a name coded in a way that can't be read
        return "?"


def _shown(name: str, kind: str, number: int) -> str:
    """A name that is safe to show, and to save a file by."""
    bare = re.sub(r"[<>:\"|?*]", "", name.replace("\x00", ""))
    plain = shown_name(bare).lstrip(". ")
    stands = any(c.isalnum() for c in bare.replace("\\", "/").rsplit("/", 1)[-1])
    return plain if stands and plain else f"file-{number}{mimetypes.guess_extension(kind) or ''}"
