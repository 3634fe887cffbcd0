"""What a group types about its promise."""

from typing import ClassVar

from wtforms import IntegerField, RadioField, SelectMultipleField
from wtforms.validators import InputRequired, Length, NumberRange

from portal.autonomy.areas import LEVEL_WORDS
from portal.core.forms import Needed, PlainForm, PoundsField, WordsField
from portal.core.question_reasons import GROUP_AND_STAFF, NOTHING_HAPPENS, US_AND_STAFF, WITH_GROUP, WITH_US, Asked

_LIMIT = Asked("So a yes of staff never goes past it.", US_AND_STAFF, WITH_US, "The limits stay as they are.")
_ANSWER = Asked("So one answer does for several.", US_AND_STAFF, WITH_US, "Nothing changes. No answer is a no.")


class LevelForm(PlainForm):
    ASKED: ClassVar = {
        "level": Asked("So staff know how far they may go.", US_AND_STAFF, WITH_US, "It stays as it is."),
    }
    level = RadioField("How much can staff do?", choices=LEVEL_WORDS)


class LimitsForm(PlainForm):
    ASKED: ClassVar = {"each_pence": _LIMIT, "month_pence": _LIMIT}
    each_pence = PoundsField("Each cost up to", [Needed("Enter an amount, like 60.")])
    month_pence = PoundsField("In one month up to", [Needed("Enter an amount, like 200.")])


class RestForm(PlainForm):
    ASKED: ClassVar = {
        "weeks": Asked("So we know when news begins again.", US_AND_STAFF, WITH_US, "It is two weeks, unless we say."),
    }
    weeks = IntegerField("For how many weeks?", [NumberRange(1, 12, "Choose between 1 and 12 weeks.")], default=2)


class SeveralForm(PlainForm):
    ASKED: ClassVar = {"picked": _ANSWER, "answer": _ANSWER}
    picked = SelectMultipleField("Suggestions", [InputRequired("Tick at least one.")], coerce=int, validate_choice=False)
    answer = RadioField("Our answer", choices={"yes": "Yes", "no": "No"}, default="no")


class WordsForm(PlainForm):
    ASKED: ClassVar = {
        "words": Asked("So the others know what is meant.", GROUP_AND_STAFF, WITH_GROUP, NOTHING_HAPPENS),
    }
    words = WordsField(
        "Your question",
        [Needed("Write what you’d like to know."), Length(max=2000, message="Keep it under 2,000 letters.")],
    )
