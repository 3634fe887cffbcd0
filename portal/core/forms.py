"""Forms: the shape of what people type, with plain sentences when it doesn't fit. They never write."""

import re
import secrets
from datetime import date, datetime
from functools import cache
from typing import ClassVar

from flask import request
from wtforms import Field, Form, HiddenField, StringField
from wtforms.meta import DefaultMeta
from wtforms.validators import Length, StopValidation, ValidationError
from wtforms.widgets import TextInput

from portal.core import clock
from portal.core.mail import is_address
from portal.core.question_reasons import GROUP_AND_STAFF, NAMES, WITH_GROUP, Asked

MAX_PENCE = 10_000_000_00  # ten million pounds: beyond any receipt, well within the database's whole numbers


class OurWords:
    """What the library says of its own accord, as we say it (a translation, as WTForms takes them)."""

    SAID: ClassVar = {
        "This field is required.": "Fill this in.",
        "Not a valid choice.": "Pick one of these.",
        "Invalid Choice: could not coerce.": "Pick one of these.",
        "Invalid choice(s): one or more data inputs could not be coerced.": "Pick from these.",
        "'%(value)s' are not valid choices for this field.": "Pick from these.",
        "Not a valid integer value.": "Use a whole number, like 3.",
        "Number must be at least %(min)s.": "Use %(min)s or more.",
        "Number must be at most %(max)s.": "Use %(max)s or less.",
        "Number must be between %(min)s and %(max)s.": "Use a number from %(min)s to %(max)s.",
        "Field must be at least %(min)d characters long.": "Use at least %(min)d letters.",
        "Field cannot be longer than %(max)d characters.": "Keep it under %(max)d letters.",
    }

    def gettext(self, said: str) -> str:
        return self.SAID.get(said, said)

    def ngettext(self, _one: str, many: str, _count: int) -> str:
        return self.gettext(many)


class PlainForm(Form):
    """A form whose `key` makes a second sending of the same page harmless.

    `ASKED`: why each field is asked, by its name (`core/question_reasons.py`); what a form takes over from
    another is said there.
    """

    ASKED: ClassVar[dict[str, Asked]] = {}

    class Meta(DefaultMeta):
        def get_translations(self, _form) -> OurWords:
            return OurWords()

        def bind_field(self, form, unbound_field, options):
            field = super().bind_field(form, unbound_field, options)
            field.asked = form.asked_of(options["name"])
            return field

    def __init_subclass__(cls, **kwargs):
        super().__init_subclass__(**kwargs)
        NAMES.update(vars(cls).get("ASKED", ()))

    key = HiddenField(validators=[Length(max=64)])

    @classmethod
    @cache
    def asked_of(cls, name: str) -> Asked | None:
        """What was said of a field, by this form or the nearest it builds on."""
        said = (vars(kind).get("ASKED", {}).get(name) for kind in cls.__mro__)
        return next((asked for asked in said if asked), None)

    @classmethod
    def from_request(cls, **kwargs):
        """The form as sent, with what was typed kept."""
        return cls(request.form, **kwargs)

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        if not re.fullmatch(r"[0-9a-zA-Z-]{16,64}", self.key.data or ""):
            self.key.data = secrets.token_hex(16)

    def facts(self) -> dict:
        """What was typed, by field, for the action; the key travels as `key`."""
        return dict(self.data)

    def to_look_at(self, came=None) -> list[tuple[str, str]]:
        """The fields that something is wrong with: the id of each, and its name for the middle of a sentence. `came`: files
        sent with it, of which some couldn't be taken."""
        wrong = [self[name] for name in self.errors] + ([came.field] if came and came.problems else [])
        return [(field.id, field.label.text.rstrip("?…:.").lower()) for field in wrong]


class Needed:
    """Say this sentence when nothing was typed. What was typed and couldn't be read has a sentence of its own."""

    field_flags = {"required": True}

    def __init__(self, sentence: str):
        self.sentence = sentence

    def __call__(self, form, field):
        if field.process_errors:
            raise StopValidation()  # something was typed, and it is said already what was wrong with it
        if field.data is None or (isinstance(field.data, str) and not field.data.strip()):
            field.errors[:] = []
            raise StopValidation(self.sentence)


class WordsField(StringField):
    """Words, trimmed; an empty box is None."""

    def process_formdata(self, valuelist):
        words = (valuelist[0] if valuelist else "").replace("\x00", "").strip()
        self.data = words or None


WHY = Asked("So the group can judge it.", GROUP_AND_STAFF, WITH_GROUP, "They may wonder why.")


def why_field(hint: str = "") -> WordsField:
    """Why a change is made, in a sentence: whoever it concerns reads it beside the change."""
    return WordsField("Why", [Length(max=500)], description=hint)


def with_why(form: type[PlainForm]) -> type[PlainForm]:
    """The same form by staff, who say why where they have to ask."""
    added = {"ASKED": {"why": WHY}, "why": why_field(), "__module__": form.__module__, "__doc__": form.__doc__}
    return type(f"{form.__name__}WithWhy", (form,), added)


class PoundsField(Field):
    """Pounds as people write them, kept as whole pence. What was typed is kept for showing again."""

    widget = TextInput()

    def _value(self):
        if self.raw_data:
            return self.raw_data[0]
        return "" if self.data is None else f"{self.data // 100}.{self.data % 100:02}"

    def process_formdata(self, valuelist):
        self.data = None
        self.data = pence_of(valuelist[0] if valuelist else "")


_POUNDS = re.compile(r"([1-9][0-9]{0,2}(?:[, ][0-9]{3})+|[0-9]{1,40})(?:\.([0-9]{0,2}))?", re.ASCII)
_DECIMAL_COMMA = re.compile(r"([0-9]{1,40}),([0-9]{1,2})", re.ASCII)


def pence_of(typed: str) -> int | None:
    """Whole pence of pounds as typed; nothing typed is None. Raises ValueError with a plain sentence.

    A comma or a space is for thousands before exactly three digits. One comma before one or two is how half of Europe
    writes pence, and can be nothing else. What could be read in two ways is not read at all.
    """
    typed = typed.strip().lstrip("£").strip()
    if not typed:
        return None
    shape = _POUNDS.fullmatch(typed) or _DECIMAL_COMMA.fullmatch(typed)
    if not shape:
        raise ValueError("Use numbers, like 6 or 6.50")
    pence = int(re.sub("[, ]", "", shape[1])) * 100 + int((shape[2] or "").ljust(2, "0"))
    if pence == 0:
        raise ValueError("Enter an amount above £0")
    if pence > MAX_PENCE:
        raise ValueError("That is more than we can hold. Is there a zero too many?")
    return pence


class DayField(Field):
    """A day, as a date picker sends it or typed day first (9/11/2026)."""

    widget = TextInput()

    def _value(self):
        if self.raw_data:
            return self.raw_data[0]
        return self.data.isoformat() if self.data else ""

    def process_formdata(self, valuelist):
        self.data = None
        typed = (valuelist[0] if valuelist else "").strip()
        if not typed:
            return
        for pattern in ("%Y-%m-%d", "%d/%m/%Y", "%d/%m/%y", "%d.%m.%Y", "%d-%m-%Y", "%d %B %Y", "%d %b %Y"):
            try:
                self.data = datetime.strptime(typed, pattern).date()  # noqa: DTZ007 - a day has no zone
                return
            except ValueError:
                continue
        raise ValueError("Use a day that exists, like 9/11/2026")


def not_in_future(form, field):
    """A receipt's day has happened."""
    if field.data and field.data > clock.today():
        raise ValidationError("That day hasn’t come yet. Which day was it?")


def not_long_ago(form, field):
    """Catch a slipped year without refusing an old receipt."""
    if field.data and field.data < date(2000, 1, 1):
        raise ValidationError("Check the year. Which day was it?")


def an_address(form, field):
    """Something that can be an email address."""
    typed = (field.data or "").strip()
    if not is_address(typed):
        raise ValidationError("Write the whole address, like sam@example.org")
    field.data = typed.lower()
