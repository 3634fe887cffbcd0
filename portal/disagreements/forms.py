"""What is asked when someone disagrees, and what the host answers."""

from typing import ClassVar

from wtforms import RadioField
from wtforms.validators import Length

from portal.autonomy.models import Among
from portal.core.forms import Needed, PlainForm, WordsField
from portal.core.question_reasons import GROUP_AND_STAFF, WITH_GROUP, WITH_US, Asked

TOO_LONG = Length(max=2000, message="Keep it under 2,000 letters.")
SHORT = Length(max=120)


_SAID = Asked("So it can be answered.", "Those we choose under “With whom?”.", WITH_US, "Nothing is sent.")


class DisagreeForm(PlainForm):
    ASKED: ClassVar = {
        "about": _SAID,
        "words": _SAID,
        "among": Asked(
            "So it goes to the right people.", "Our organisers, and {host} if we say so.", WITH_US, "It goes to {host}."
        ),
    }

    about = WordsField("What is it about?", [Needed("Write what it is about."), SHORT])
    words = WordsField("What don’t you agree with?", [Needed("Write a few words, as you’d say them."), TOO_LONG])
    among = RadioField("With whom?", choices={}, default=Among.HOST.value)

    def __init__(self, *args, host: str = "", **kwargs):
        super().__init__(*args, **kwargs)
        self.among.choices = {Among.HOST.value: f"With {host}", Among.OURSELVES.value: "Among us organisers"}


class FurtherForm(PlainForm):
    ASKED: ClassVar = {
        "friend": Asked(
            "So nobody has to be there alone.", "Our organisers, {host}’s staff and trustees.", WITH_US, "That’s fine."
        ),
    }

    friend = WordsField("Is there someone you’d like with you?", [SHORT])


class AnswerForm(PlainForm):
    ASKED: ClassVar = {
        "words": Asked("So the group hears what we make of it.", GROUP_AND_STAFF, WITH_GROUP, "They can take it further."),
    }

    words = WordsField("Your answer", [Needed("Write your answer."), TOO_LONG])
