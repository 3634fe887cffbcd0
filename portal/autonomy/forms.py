"""What a group types about its promise."""

from wtforms import IntegerField, RadioField, SelectMultipleField
from wtforms.validators import InputRequired, Length, NumberRange

from portal.autonomy.areas import LEVEL_WORDS
from portal.core.forms import Needed, PlainForm, PoundsField, WordsField


class LevelForm(PlainForm):
    level = RadioField("How much can staff do?", choices=[(level.value, words) for level, words in LEVEL_WORDS.items()])


class LimitsForm(PlainForm):
    each_pence = PoundsField("Each cost up to", [Needed("Enter an amount, like 60.")])
    month_pence = PoundsField("In one month up to", [Needed("Enter an amount, like 200.")])


class RestForm(PlainForm):
    weeks = IntegerField("For how many weeks?", [NumberRange(1, 12, "Choose between 1 and 12 weeks.")], default=2)


class SeveralForm(PlainForm):
    picked = SelectMultipleField("Suggestions", [InputRequired("Tick at least one.")], coerce=int, validate_choice=False)
    answer = RadioField("Our answer", choices=[("yes", "Yes"), ("no", "No")], default="no")


class WordsForm(PlainForm):
    words = WordsField(
        "Your question",
        [Needed("Write what you’d like to know."), Length(max=2000, message="Keep it under 2,000 letters.")],
    )
