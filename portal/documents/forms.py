"""What people type into documents, agreements and answers."""

from collections.abc import Mapping
from typing import ClassVar
from urllib.parse import urlsplit

from wtforms import HiddenField, MultipleFileField, RadioField, SelectField
from wtforms.validators import Length, ValidationError

from portal.core.forms import DayField, Needed, PlainForm, WordsField, with_why
from portal.core.ids import chosen_id
from portal.core.question_reasons import HOSTS_OWN, NOTHING_HAPPENS, WITH_GROUP, WITH_US, Asked
from portal.documents.models import ABOUT, RULE_ANSWER_WORDS
from portal.spending.models import NEEDS_WORDS

MOST_WORDS = 20_000

_READ = "All of us. {host}’s coordinators and trustees, as far as “Our documents” in Our say lets them."
_OURS = Asked("So we all find what we go by.", _READ, WITH_US, NOTHING_HAPPENS)
_FIND = Asked("So it is found where we need it.", _READ, WITH_US, "It is just in the list.")
_GIVE = Asked("So we all find what we go by.", _READ, WITH_US, "One of the others is enough.")
_THEIRS = "The group, and {host}’s coordinators and trustees."
_BOTH = Asked("So both sides know what they agree to.", _THEIRS, WITH_GROUP, NOTHING_HAPPENS)
_BESIDE = Asked("To show what words can’t.", _THEIRS, WITH_GROUP, "The words are enough.")
_ANSWER = Asked(
    "So {host} knows what we’d change.", "All of us, and {host}’s coordinators and trustees.", WITH_US, NOTHING_HAPPENS
)

_SHARED = Asked("So every group finds it.", "All groups, and all of {host}’s staff.", HOSTS_OWN, NOTHING_HAPPENS)
_VALID = Asked("So it is renewed in time.", "All groups, and all of {host}’s staff.", HOSTS_OWN, "It has no end.")
_TOLD = Asked("So groups know ahead what changes.", "All groups, and all of {host}’s staff.", HOSTS_OWN, NOTHING_HAPPENS)
_SAY = Asked(
    "So {host} knows what we think of it.",
    "All of us, and {host}’s coordinators and trustees.",
    WITH_US,
    "Fine. No answer is not a yes.",
)


def an_https_link(_form, field):
    """A whole address that begins with https://. It is kept as text and never opened from here."""
    typed = field.data or ""
    try:
        parts = urlsplit(typed)
        fits = parts.scheme == "https" and bool(parts.hostname) and "@" not in parts.netloc and (parts.port or 1) > 0
    except ValueError:
        fits = False
    if typed and not (fits and typed.isprintable() and " " not in typed):
        raise ValidationError("Use the whole address. It begins with https.")


_words = Length(max=MOST_WORDS, message="Keep it under 20,000 letters, or choose a file.")
_name = [Needed("Give it a name, like Our agreement."), Length(max=80, message="Keep it short.")]


class VersionForm(PlainForm):
    """Words, a link, or files."""

    ASKED: ClassVar = {"words": _GIVE, "link": _GIVE, "files": _GIVE}

    words = WordsField("In plain words", [_words])
    link = WordsField("Or a link", [Length(max=500, message="That is too long for a link."), an_https_link])
    files = MultipleFileField("Or a photo, a PDF or a voice note")

    def facts(self) -> dict:
        """What was given, and nothing that was left empty: the files travel on their own."""
        return {name: value for name, value in super().facts().items() if name != "files" and value}


class NameForm(PlainForm):
    """What it is called, and what it is about."""

    ASKED: ClassVar = {"name": _OURS, "about": _FIND}

    name = WordsField("What is it called?", _name)
    about = SelectField("What is it about?", choices={"": "Something else", **ABOUT}, default="")

    def facts(self) -> dict:
        return {name: value or None for name, value in super().facts().items()}


class DocumentForm(VersionForm, NameForm):
    """A document with its first version."""


AskingVersionForm = with_why(VersionForm)
AskingDocumentForm = with_why(DocumentForm)


class AgreementVersionForm(PlainForm):
    """An agreement in plain words, and in short."""

    ASKED: ClassVar = {"summary": _BOTH, "words": _BOTH, "files": _BESIDE}

    summary = WordsField(
        "In short", [Needed("Say in a few lines what it comes to."), Length(max=600, message="Keep it under 600 letters.")]
    )
    words = WordsField("The whole of it, in plain words", [Needed("Write what both sides agree to."), _words])
    files = MultipleFileField("A photo, a PDF or a voice note beside it")

    def facts(self) -> dict:
        return {name: value for name, value in super().facts().items() if name != "files"}


class AgreementForm(AgreementVersionForm):
    """A new one, with its name."""

    ASKED: ClassVar = {"name": _BOTH}

    name = WordsField("What is it called?", _name)


class MarkForm(PlainForm):
    """Which version, exactly as it was shown."""

    mark = HiddenField()


class DeclineForm(PlainForm):
    """Not like this, and why."""

    ASKED: ClassVar = {"words": _ANSWER}

    words = WordsField(
        "What would we change?",
        [Needed("Write what we’d change."), Length(max=2000, message="Keep it under 2,000 letters.")],
    )


class RenewForm(VersionForm):
    """A version of a document of the host's own, and until when it is valid."""

    ASKED: ClassVar = {"words": _SHARED, "link": _SHARED, "files": _SHARED, "valid_until": _VALID, "renews_by": _VALID}

    valid_until = DayField("Valid until")
    renews_by = SelectField("Who renews it?", coerce=chosen_id, validate_choice=False)

    def __init__(self, *args, staff: Mapping[int, str] | None = None, **kwargs):
        super().__init__(*args, **kwargs)
        self.renews_by.choices = {"": "Nobody yet", **(staff or {})}


class ShareForm(RenewForm):
    """A new one, with its name."""

    ASKED: ClassVar = {"name": _SHARED, "about": _SHARED}

    name = WordsField("What is it called?", _name)
    about = SelectField("What is it about?", choices={"": "Something else", **ABOUT}, default="")


class ChangeRuleForm(PlainForm):
    """A rule in plain words, what differs, and from when."""

    ASKED: ClassVar = {"words": _TOLD, "differs": _TOLD, "starts_on": _TOLD}

    differs = WordsField(
        "What differs, in plain words",
        [Needed("Say in a few lines what is different."), Length(max=1000, message="Keep it under 1,000 letters.")],
    )
    words = WordsField("The whole rule, in plain words", [Needed("Write the whole rule."), _words])
    starts_on = DayField("It starts on", [Needed("Choose the day it starts.")])


class AnnounceForm(ChangeRuleForm):
    """A new rule, with its name."""

    ASKED: ClassVar = {"name": _TOLD}

    name = WordsField("What is it called?", _name)


class AnswerRuleForm(PlainForm):
    """What we say to a new rule."""

    ASKED: ClassVar = {"answer": _SAY, "words": _SAY}

    answer = RadioField(
        "What do we say?",
        choices=RULE_ANSWER_WORDS,
        validators=[Needed("Pick one of these.")],
    )
    words = WordsField("In our words", [Length(max=2000, message="Keep it under 2,000 letters.")])


class RuleForm(PlainForm):
    """How many of us agree to an agreement."""

    ASKED: ClassVar = {"needs": Asked("So we know how we accept one.", "All of us.", WITH_US, "It is two of us.")}

    needs = RadioField("Who agrees to an agreement, for us?", choices=NEEDS_WORDS)
