"""What people type when they ask, answer and close. Nothing but the first question needs an answer."""

from typing import ClassVar

from wtforms import BooleanField, HiddenField, MultipleFileField, RadioField, SelectField, StringField
from wtforms.validators import Length

from portal.core.forms import DayField, Needed, PlainForm, WordsField
from portal.core.ids import id_of
from portal.core.question_reasons import GROUP_AND_STAFF, HOSTS_OWN, NOT_KEPT, NOTHING_HAPPENS, WITH_GROUP, Asked
from portal.support.models import CAME_OF_WORDS, REASON_WORDS, REPLY_BY_WORDS, ReplyBy, Wanted

_long = Length(max=5000, message="Keep it under 5,000 letters. You can send a second message.")
_READERS = "You and your coordinator. Others only as you or your group let them."
_STAYS = "While your group is with {host}."
_HELP = Asked("So {host} knows what would help.", _READERS, _STAYS, "You can ask for a call instead.")
_WAY = Asked("So the answer reaches you your way.", _READERS, _STAYS, "It is the way you had last.")
_LEARN = Asked("So {host} learns from it.", _READERS, _STAYS, "That’s fine. It closes all the same.")
_ANSWERED = Asked("So the group has its answer.", "Whoever may read this request.", WITH_GROUP, "Nothing is sent.")
_EXPECT = Asked("So the group knows what to expect.", "Whoever may read this request.", WITH_GROUP, NOTHING_HAPPENS)
_NOTED = "Whoever may read this request."
_LAST_DAY = Asked("So no private note stays for good.", _NOTED, WITH_GROUP, "It is 90 days from now.")
REASON = [Needed("Say why, in words the group will read."), Length(max=300)]


class WhatForm(PlainForm):
    """The one question that needs an answer: in words, by a photo or a voice note, or by asking for a call."""

    ASKED: ClassVar = {
        "words": _HELP,
        "call_me": Asked("Some things are easier said.", _READERS, _STAYS, "Fine. Words are enough."),
    }

    words = WordsField("What would help?", [_long])
    call_me = BooleanField("Call me instead")


class WhenForm(PlainForm):
    """When an answer would help: one of the host's promises."""

    ASKED: ClassVar = {
        "wanted": Asked("So what can’t wait comes first.", _READERS, _STAYS, "It is “in a couple of weeks”."),
    }

    wanted = RadioField("When would you like to hear back?", choices={one.key: one.words for one in Wanted})


class HowForm(PlainForm):
    """How to answer, remembered for the next time."""

    ASKED: ClassVar = {
        "reply_by": _WAY,
        "phone": Asked("To text or call you about this.", _READERS, _STAYS, "Fine, unless you chose text or call."),
    }

    reply_by = RadioField("How should we answer?", choices=REPLY_BY_WORDS)
    phone = WordsField("Your number", [Length(max=30)])

    def validate(self, extra_validators=None) -> bool:
        fits = super().validate(extra_validators)
        if fits and self.reply_by.data in {ReplyBy.TEXT, ReplyBy.CALL} and not self.phone.data:
            self.phone.errors = ["Write the number to use, or choose another way."]
            return False
        return fits


class AboutForm(PlainForm):
    """What it is about, where that helps, and who in the group reads it."""

    ASKED: ClassVar = {
        "about": Asked("So they needn’t ask which one.", _READERS, _STAYS, "That’s fine."),
        "shared": Asked("So you choose who reads it.", _READERS, _STAYS, "Only you, in your group."),
    }

    about = SelectField("Is it about one of these?", default="")
    shared = RadioField(
        "Who in our group can read it?",
        choices={"": "Only me", "y": "All of us organisers"},
        default="",
    )


class SayForm(PlainForm):
    """More words in a request; or none, with a file."""

    ASKED: ClassVar = {"words": Asked("So it can go on.", _READERS, _STAYS, "Nothing is sent.")}

    words = WordsField("Your message", [_long])


class CloseForm(PlainForm):
    """Closing: saying what came of it is a gift, not a duty."""

    ASKED: ClassVar = {"came_of": _LEARN, "learned": _LEARN}

    came_of = SelectField(
        "What came of it?",
        choices={"": "I’d rather not say", **CAME_OF_WORDS},
    )
    learned = WordsField("Anything we should learn from it", [Length(max=1000)])


class PersonForm(PlainForm):
    """Someone who works for the host."""

    ASKED: ClassVar = {
        "person_id": Asked("So it is clear who reads it.", GROUP_AND_STAFF, WITH_GROUP, NOTHING_HAPPENS),
    }

    person_id = SelectField("Who", coerce=id_of, validate_choice=False)


class ReplyForm(PlainForm):
    """The host's answer. `seen`: what stood in the thread when it was written."""

    ASKED: ClassVar = {"words": _ANSWERED, "asks": _ANSWERED}

    words = WordsField("Your answer", [_long])
    asks = BooleanField("We need an answer back")
    seen = HiddenField()


class StartForm(PlainForm):
    """A plain reply that answers can start from."""

    ASKED: ClassVar = dict.fromkeys(
        ("title", "words"),
        Asked("So an answer needn’t start from nothing.", "{host}’s staff.", HOSTS_OWN, "It isn’t offered."),
    )

    title = WordsField("What it is called", [Needed("Give it a short name, such as “We have it”."), Length(max=40)])
    words = WordsField("What it says", [Needed("Write what it says."), Length(max=1500)])


class SnoozeForm(PlainForm):
    """Putting a request off."""

    ASKED: ClassVar = {"until": _EXPECT, "reason": _EXPECT}

    until = DayField("Until", [Needed("Choose a day.")])
    reason = WordsField("Why", REASON)


class SorryForm(PlainForm):
    """A promise that can't be kept."""

    ASKED: ClassVar = {"words": _EXPECT, "due_on": _EXPECT}

    words = WordsField("What you say", [Needed("Say sorry in your own words."), _long])
    due_on = DayField("The new day", [Needed("Choose the day by which you will answer.")])


class FilesForm(PlainForm):
    """What is sent with words, or instead of them (`attached.py` takes it in)."""

    ASKED: ClassVar = {"files": Asked("Some things are easier shown or told.", _READERS, _STAYS, "Fine. Words are enough.")}

    files = MultipleFileField("Photos, papers or your voice")


class PlaceForm(PlainForm):
    """The request that an email belongs in, by its number."""

    ASKED: ClassVar = {
        "number": Asked("So it comes to whoever waits for it.", "{host}’s coordinators.", NOT_KEPT, "It waits here.")
    }

    number = StringField("Request", [Needed("Write the number of the request, like S12."), Length(max=20)])

    @property
    def written(self) -> int | None:
        """The number, with or without its S."""
        return id_of((self.number.data or "").strip().lstrip("Ss"))


class WithForm(PlainForm):
    """Someone outside whom it waits for; empty when it is with us again."""

    ASKED: ClassVar = {"with_whom": _EXPECT}

    with_whom = WordsField("Who is it with?", [Length(max=80)])


class NoteForm(PlainForm):
    """A note in a request: for everyone who reads it, unless one of four reasons keeps it from the group."""

    ASKED: ClassVar = {
        "words": Asked(
            "So whoever works on this knows it.",
            "Whoever may read this request; a private one, only those at {host}.",
            "While the group is with {host}; a private one until its day.",
            "No note is kept.",
        ),
        "reason": Asked("So the group sees why it is private.", _NOTED, WITH_GROUP, "The group reads the note."),
        "review_on": _LAST_DAY,
        "delay": Asked(
            "So telling them endangers nobody, and keeps the law.",
            "Those who read it at {host}; after 14 days the group too.",
            WITH_GROUP,
            "They see at once that there is one.",
        ),
    }

    words = WordsField("Note", [Needed("Write the note."), _long])
    reason = SelectField(
        "Does the group read it?",
        choices={"": "Yes, like all else here", **{one.value: f"No: {words}" for one, words in REASON_WORDS.items()}},
    )
    review_on = DayField("If not: until when at the latest?")
    delay = SelectField(
        "If not: when are they told that it exists?",
        choices={
            "": "At once",
            "danger": "In 14 days: telling adds danger",
            "law": "In 14 days: the law forbids it now",
        },
        default="",
    )

    def facts(self) -> dict:
        facts = super().facts()
        return facts | {"reason": facts["reason"] or None, "delay": facts["delay"] or None}


class ReviewNoteForm(PlainForm):
    """Keeping a private note on: why, and until when."""

    ASKED: ClassVar = {
        "reason": Asked("So the group sees why it is still private.", _NOTED, WITH_GROUP, "The reason stays as it was."),
        "review_on": _LAST_DAY,
    }

    reason = SelectField("Why is it still needed?", choices=REASON_WORDS)
    review_on = DayField("Until when at the latest?")
