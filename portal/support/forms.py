"""What people type when they ask, answer and close. Nothing but the first question needs an answer."""

from wtforms import BooleanField, HiddenField, RadioField, SelectField, StringField
from wtforms.validators import Length

from portal.core.forms import DayField, Needed, PlainForm, WordsField
from portal.core.ids import id_of
from portal.support.models import CAME_OF_WORDS, REPLY_BY_WORDS, ReplyBy, Wanted

_long = Length(max=5000, message="Keep it under 5,000 letters. You can send a second message.")
REASON = [Needed("Say why, in words the group will read."), Length(max=300)]


class WhatForm(PlainForm):
    """The one question that needs an answer: in words, by a photo or a voice note, or by asking for a call."""

    words = WordsField("What would help?", [_long])
    call_me = BooleanField("Call me instead")


class WhenForm(PlainForm):
    """When an answer would help: one of the host's promises."""

    wanted = RadioField("When would you like to hear back?", choices=[(one.key, one.words) for one in Wanted])


class HowForm(PlainForm):
    """How to answer, remembered for the next time."""

    reply_by = RadioField("How should we answer?", choices=[(how.value, words) for how, words in REPLY_BY_WORDS.items()])
    phone = WordsField("Your number", [Length(max=30)])

    def validate(self, extra_validators=None) -> bool:
        fits = super().validate(extra_validators)
        if fits and self.reply_by.data in {ReplyBy.TEXT, ReplyBy.CALL} and not self.phone.data:
            self.phone.errors = ["Write the number to use, or choose another way."]
            return False
        return fits


class AboutForm(PlainForm):
    """What it is about, where that helps, and who in the group reads it."""

    about = SelectField("Is it about one of these?", default="")
    shared = RadioField(
        "Who in our group can read it?",
        choices=[("", "Only me"), ("y", "All of us organisers")],
        default="",
    )


class SayForm(PlainForm):
    """More words in a request; or none, with a file."""

    words = WordsField("Your message", [_long])


class CloseForm(PlainForm):
    """Closing: saying what came of it is a gift, not a duty."""

    came_of = SelectField(
        "What came of it?",
        choices=[("", "I’d rather not say"), *((one.value, words) for one, words in CAME_OF_WORDS.items())],
    )
    learned = WordsField("Anything we should learn from it", [Length(max=1000)])


class PersonForm(PlainForm):
    """Someone who works for the host."""

    person_id = SelectField("Who", coerce=id_of, validate_choice=False)


class ReplyForm(PlainForm):
    """The host's answer. `seen`: what stood in the thread when it was written."""

    words = WordsField("Your answer", [_long])
    asks = BooleanField("We need an answer back")
    seen = HiddenField()


class SnoozeForm(PlainForm):
    """Putting a request off."""

    until = DayField("Until", [Needed("Choose a day.")])
    reason = WordsField("Why", REASON)


class SorryForm(PlainForm):
    """A promise that can't be kept."""

    words = WordsField("What you say", [Needed("Say sorry in your own words."), _long])
    due_on = DayField("The new day", [Needed("Choose the day by which you will answer.")])


class PlaceForm(PlainForm):
    """The request that an email belongs in, by its number."""

    number = StringField("Request", [Needed("Write the number of the request, like S12."), Length(max=20)])

    @property
    def written(self) -> int | None:
        """The number, with or without its S."""
        return id_of((self.number.data or "").strip().lstrip("Ss"))


class WithForm(PlainForm):
    """Someone outside whom it waits for; empty when it is with us again."""

    with_whom = WordsField("Who is it with?", [Length(max=80)])
