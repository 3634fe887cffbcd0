"""What is passed on, and what came of it."""

from typing import ClassVar

from wtforms import RadioField
from wtforms.validators import Length

from portal.core.forms import DayField, Needed, PlainForm, WordsField
from portal.core.question_reasons import WITH_GROUP, Asked
from portal.heard.models import Attribution

_THEIRS = "Those who said it, and all of {host}’s staff."
_OURS = "While we are with {host}, unless we take it back."


class PassForm(PlainForm):
    """The group's own words, and under which name."""

    ASKED: ClassVar = {
        "words": Asked(
            "So those who make the rules at {host} hear it from us.",
            "All of {host}’s staff. Of us, whoever may read the request.",
            _OURS,
            "Nothing is passed on.",
        ),
        "attribution": Asked(
            "So we choose whose words they are.",
            "All of {host}’s staff. From our group, all our organisers too.",
            _OURS,
            "It goes without a name.",
        ),
    }

    words = WordsField(
        "What should they hear?",
        [
            Needed("Write a few words, or take one of your messages."),
            Length(max=2000, message="Keep it under 2,000 letters."),
        ],
    )
    attribution = RadioField("From whom?", choices={one.value: one.value for one in Attribution}, default="nobody")


class AnswerForm(PlainForm):
    """One line on what came of it; or a day."""

    ASKED: ClassVar = {
        "outcome": Asked("So they know what came of it.", _THEIRS, WITH_GROUP, "You say when you look again."),
        "look_again_on": Asked("So they know when they hear more.", _THEIRS, WITH_GROUP, "You say what came of it."),
    }

    outcome = WordsField("What came of it", [Length(max=500, message="Keep it under 500 letters.")])
    look_again_on = DayField("Nothing yet: when do you look again?")
