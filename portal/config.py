"""Every setting, declared once: its name, default, sentence and shape. `portal settings` lists them."""

import ipaddress
import os
import re
import secrets
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit


class UnsafeSettings(Exception):
    """A combination Trellis refuses to start with; its text says why and what to change."""


@dataclass(frozen=True)
class Setting:
    """One environment variable: what it is called, what it is when unset, and one sentence on what it does."""

    name: str
    default: str
    sentence: str
    read: Callable[[str], Any] = str


def _flag(text: str) -> bool:
    return text.strip().lower() in {"1", "yes", "true", "on"}


def _lines(text: str) -> tuple[tuple[str, str], ...]:
    """`Name=contact; Name=contact` as pairs."""
    pairs = (part.partition("=") for part in text.split(";") if part.strip())
    return tuple((name.strip(), value.strip()) for name, _, value in pairs)


def _month_and_day(text: str) -> tuple[int, int]:
    """`03-31` as 3, 31. The end of February is 02-29."""
    found = datetime.strptime(f"2000-{text.strip()}", "%Y-%m-%d")  # noqa: DTZ007 - a day has no zone
    return found.month, found.day


def _three_days(text: str) -> tuple[int, int, int]:
    """`1 3 10`: three numbers of days that don't get fewer."""
    week, soon, no_rush = (_days(part) for part in text.split())
    if not week <= soon <= no_rush:
        raise ValueError(text)
    return week, soon, no_rush


def _days(text: str) -> int:
    """So many days, at least one."""
    if int(text) < 1:
        raise ValueError(text)
    return int(text)


def _one_of(*words: str) -> Callable[[str], str]:
    """One of these words."""

    def read(text: str) -> str:
        return words[words.index(text.strip().lower())]

    return read


WEEKDAYS = ("mon", "tue", "wed", "thu", "fri")


def _weekdays(text: str) -> tuple[int, ...]:
    """`tue fri` as numbers, Monday being 0."""
    return tuple(sorted({WEEKDAYS.index(word) for word in text.lower().split()}))


SETTINGS = (
    Setting("PORTAL_DATA", "var", "Folder for the database file, receipts, keys and logs of this installation.", Path),
    Setting(
        "PORTAL_DATABASE_URL",
        "",
        "Database: empty for a SQLite file in the data folder, or postgresql+psycopg://user:password@host/name.",
    ),
    Setting(
        "PORTAL_FILES_URL",
        "",
        "Where pictures are kept: empty for a folder in the data folder, or s3://bucket/prefix "
        "(the usual AWS_ variables name the account and the endpoint).",
    ),
    Setting("PORTAL_URL", "", "The address people type, such as https://trellis.example.org; links in mail start with it."),
    Setting("PORTAL_BIND", "127.0.0.1", "The address the web server listens on."),
    Setting("PORT", "8000", "The port the web server listens on.", int),
    Setting("PORTAL_WORKERS", "2", "How many web processes to run.", int),
    Setting("PORTAL_PROXIES", "0", "How many trusted proxies stand in front and set X-Forwarded-For and -Proto.", int),
    Setting("PORTAL_SECRET", "", "Key for cookies and codes, 32 characters or more; empty keeps one in the data folder."),
    Setting("PORTAL_DEMO", "0", "1 shows the invented host with one-tap sign-in; only for this machine alone.", _flag),
    Setting(
        "PORTAL_DEMO_SHARED",
        "0",
        "1, told as well as PORTAL_DEMO, lets the demo listen beyond this machine: never with real people's data.",
        _flag,
    ),
    Setting(
        "PORTAL_MAIL_URL",
        "",
        "Mail server: smtp://user:password@host:587 (STARTTLS where offered), smtps://… ; the demo shows mail on a page.",
    ),
    Setting("PORTAL_MAIL_FROM", "trellis@localhost", "The address that mail comes from."),
    Setting(
        "PORTAL_MAIL_REPLY",
        "",
        "The address that replies to mail about a request go to, such as reply@trellis.example.org; each person and "
        "request has one of its own, with +letters before the @. Empty: there are no replies by email.",
        str.strip,
    ),
    Setting(
        "PORTAL_MAIL_PORT",
        "0",
        "The port on 127.0.0.1 where the worker takes mail for that address from this machine's mail server; 0 is none.",
        int,
    ),
    Setting(
        "PORTAL_MAIL_PROTOCOL", "lmtp", "How the mail server speaks to that port: lmtp or smtp.", _one_of("lmtp", "smtp")
    ),
    Setting("PORTAL_HOST_NAME", "", "The name of the charity that hosts the groups; the demo's is Hearthrow Commons."),
    Setting("PORTAL_HOST_CONTACT", "", "What to do when something is stuck, in words: ring Sam on 01632 960 144."),
    Setting("PORTAL_HOST_ACCENT", "#2f4f73", "The host's colour, dark enough to read on white (#rrggbb)."),
    Setting(
        "PORTAL_CRISIS_LINES",
        "Samaritans, any time=116 123; Shout, by text=85258",
        "People to talk to now, shown plainly on every page: name=number, separated by semicolons.",
        _lines,
    ),
    Setting(
        "PORTAL_YEAR_END", "03-31", "The last day of the host's financial year, month and day (MM-DD).", _month_and_day
    ),
    Setting("PORTAL_FEE_NOTICE_DAYS", "30", "How many days ahead a group is told of another fee on its grants.", _days),
    Setting("PORTAL_PAY_DAYS", "tue fri", "The days of the week on which costs are paid: mon tue wed thu fri.", _weekdays),
    Setting(
        "PORTAL_REPLY_DAYS",
        "1 3 10",
        "Within how many working days a person at the host answers a request: one that stops a group, one for the next "
        "couple of weeks, and one without a rush.",
        _three_days,
    ),
    Setting(
        "PORTAL_FULL_REPLY",
        "Thank you for thinking of them. They can’t take anyone new just now, and that has nothing to do with you. "
        "Please look again in a few months.",
        "What someone outside reads who would write to a group that is full.",
        str.strip,
    ),
    Setting("PORTAL_BANK_NAME", "", "The name on the account that costs are paid from; the demo's is an invented one."),
    Setting("PORTAL_BANK_SORT_CODE", "", "Its sort code, such as 08-99-99."),
    Setting("PORTAL_BANK_ACCOUNT", "", "Its account number, 8 digits."),
    Setting("PORTAL_LEAVE_URL", "https://www.bbc.co.uk/weather", "Where “Leave quickly” goes."),
    Setting("PORTAL_LOG_LEVEL", "info", "How much is logged: debug, info, warning or error."),
)


@dataclass(frozen=True)
class Settings:
    """The settings as read, with the few values that follow from them."""

    values: Mapping[str, Any]

    def __getattr__(self, name: str) -> Any:
        try:
            return self.values[name]
        except KeyError:
            raise AttributeError(name) from None

    @property
    def data(self) -> Path:
        return self.values["PORTAL_DATA"].absolute()

    @property
    def database_url(self) -> str:
        return self.values["PORTAL_DATABASE_URL"] or f"sqlite:///{self.data / 'portal.db'}"

    @property
    def files_url(self) -> str:
        return self.values["PORTAL_FILES_URL"] or (self.data / "files").as_uri()

    @property
    def url(self) -> str:
        return (self.values["PORTAL_URL"] or f"http://127.0.0.1:{self.values['PORT']}").rstrip("/")

    @property
    def mail_url(self) -> str:
        return self.values["PORTAL_MAIL_URL"] or ("page:" if self.PORTAL_DEMO else "")

    @property
    def host_name(self) -> str:
        return self.values["PORTAL_HOST_NAME"] or ("Hearthrow Commons" if self.PORTAL_DEMO else "Your host charity")

    @property
    def host_contact(self) -> str:
        return self.values["PORTAL_HOST_CONTACT"] or ("ring Imani on 01632 960 144" if self.PORTAL_DEMO else "")

    @property
    def bank(self) -> tuple[str, str, str] | None:
        """Name, sort code and number of the account that costs are paid from; None where it isn't set."""
        said = tuple(self.values[f"PORTAL_BANK_{part}"] for part in ("NAME", "SORT_CODE", "ACCOUNT"))
        if not any(said) and self.PORTAL_DEMO:
            said = (self.host_name, "08-99-99", "66374958")  # Vocalink's own example for testing
        name, sort_code, account = said
        return (name, re.sub(r"[ -]", "", sort_code), account) if all(said) else None

    @property
    def secure(self) -> bool:
        """Whether people reach us over TLS, so that cookies can be `__Host-` and HSTS can be sent."""
        return self.url.startswith("https:")

    @property
    def passkey_domain(self) -> str | None:
        """The WebAuthn relying-party id: the host name, or None for a bare IP address, which browsers refuse."""
        host = urlsplit(self.url).hostname or ""
        return "localhost" if _is_loopback(host) else (None if _is_ip(host) else host)

    def secret(self) -> str:
        """The installation's secret: as set, or made once and kept in the data folder, readable by us alone."""
        if self.PORTAL_SECRET:
            return self.PORTAL_SECRET
        kept = self.data / "secret"
        if not kept.exists():
            self.data.mkdir(parents=True, exist_ok=True)
            mine = kept.with_name(f"secret.{os.getpid()}")
            mine.touch(mode=0o600)
            mine.write_text(secrets.token_urlsafe(48))
            try:
                os.link(mine, kept)  # the first process wins; the others read what it wrote
            except FileExistsError:
                pass
            finally:
                mine.unlink()
        return kept.read_text()


def read(environ: Mapping[str, str] | None = None) -> Settings:
    """Read the settings from the environment and check them. Raises UnsafeSettings with a plain sentence."""
    environ = os.environ if environ is None else environ
    values = {}
    for setting in SETTINGS:
        raw = environ.get(setting.name, setting.default)
        try:
            values[setting.name] = setting.read(raw)
        except ValueError:
            raise UnsafeSettings(f"{setting.name} can't be read from “{raw}”. {setting.sentence}") from None
    settings = Settings(values)
    for complaint in _complaints(settings):
        raise UnsafeSettings(complaint)
    return settings


def _is_ip(host: str) -> bool:
    try:
        ipaddress.ip_address(host)
    except ValueError:
        return False
    return True


def _is_loopback(host: str) -> bool:
    return host == "localhost" or (_is_ip(host) and ipaddress.ip_address(host).is_loopback)


def contrast_with_white(colour: str) -> float:
    """WCAG 2.2 contrast ratio of `#rrggbb` against white."""
    channels = [int(colour[i : i + 2], 16) / 255 for i in (1, 3, 5)]
    red, green, blue = (c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in channels)
    return 1.05 / (0.2126 * red + 0.7152 * green + 0.0722 * blue + 0.05)


def _complaints(settings: Settings):
    """Each unsafe combination, as a sentence."""
    local_bind = _is_loopback(settings.PORTAL_BIND)
    local_url = _is_loopback(urlsplit(settings.url).hostname or "")
    if settings.PORTAL_DEMO and not local_bind and not settings.PORTAL_DEMO_SHARED:
        yield (
            "The demo lets anyone in with one tap, so it only listens on this machine: set PORTAL_BIND=127.0.0.1, "
            "or say PORTAL_DEMO_SHARED=1 as well if you mean it."
        )
    if not settings.PORTAL_DEMO and not settings.secure and not local_url:
        yield "PORTAL_URL must start with https:// so that nobody on the way can read people's cookies."
    if not settings.PORTAL_DEMO and not local_bind and not settings.PORTAL_URL:
        yield "PORTAL_URL must be set when PORTAL_BIND is open to other machines."
    if not settings.PORTAL_DEMO and settings.mail_url.startswith("page:"):
        yield "PORTAL_MAIL_URL=page: shows everyone's mail on a page, so only the demo may use it."
    if settings.mail_url and not re.match(r"(smtps?://|page:)", settings.mail_url):
        yield "PORTAL_MAIL_URL must start with smtp:// or smtps://."
    if settings.PORTAL_MAIL_REPLY and not re.fullmatch(
        r"[^@\s+]{1,24}@[^@\s+]{1,180}", settings.PORTAL_MAIL_REPLY, re.ASCII
    ):
        yield "PORTAL_MAIL_REPLY must be an address with at most 24 letters before its @, and no +."
    if settings.PORTAL_MAIL_PORT and not settings.PORTAL_MAIL_REPLY:
        yield "PORTAL_MAIL_PORT takes in mail for PORTAL_MAIL_REPLY, so that must be set as well."
    if settings.PORTAL_SECRET and len(settings.PORTAL_SECRET) < 32:
        yield "PORTAL_SECRET must be 32 characters or more."
    if not re.fullmatch(r"#[0-9a-fA-F]{6}", settings.PORTAL_HOST_ACCENT):
        yield "PORTAL_HOST_ACCENT must look like #2f4f73."
    elif contrast_with_white(settings.PORTAL_HOST_ACCENT) < 7:
        yield "PORTAL_HOST_ACCENT is too pale to read on white (7:1 is needed). Choose a darker shade."
    if not settings.PORTAL_PAY_DAYS:
        yield "PORTAL_PAY_DAYS needs a day of the week at least, such as fri."
    if settings.bank and not re.fullmatch(r"[0-9]{6}/[0-9]{8}", "/".join(settings.bank[1:]), re.ASCII):
        yield "PORTAL_BANK_SORT_CODE must be 6 digits and PORTAL_BANK_ACCOUNT 8."
    if not re.match(r"(sqlite:///|postgresql\+psycopg://)", settings.database_url):
        yield "PORTAL_DATABASE_URL must start with sqlite:/// or postgresql+psycopg://."
