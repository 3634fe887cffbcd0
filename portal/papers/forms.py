"""What is chosen and typed about papers."""

from typing import ClassVar

from wtforms import HiddenField, SelectField
from wtforms.validators import Length

from portal.core.forms import PlainForm, WordsField
from portal.core.question_reasons import NOT_KEPT, WITH_GROUP, Asked

NOT_THERE = "Choose one from the list."
_WHICH = Asked("To make the right paper.", "Only you.", NOT_KEPT, "You get the first one.")


class ChoosePaper(PlainForm):
    """Which fund, over which time; sent as part of the address."""

    ASKED: ClassVar = {"fund": _WHICH, "period": _WHICH}

    fund = SelectField("Which pot?", coerce=int)
    period = SelectField("Over which time?")

    def __init__(self, *args, funds=(), periods=(), **kwargs):
        super().__init__(*args, **kwargs)
        self.fund.choices = {one.id: one.name for one in funds}
        self.period.choices = dict(periods)


class ReportWords(PlainForm):
    ASKED: ClassVar = {
        "words": Asked(
            "So the funder hears it in the group’s words.",
            "The group, {host}’s staff; the funder, if the group agrees.",
            WITH_GROUP,
            "The report goes without words.",
        ),
    }

    words = WordsField("Our own words", [Length(max=4000, message="Keep it under 4,000 letters.")])


class AgreeForm(PlainForm):
    mark_of_words = HiddenField(validators=[Length(max=64)])
