"""What is chosen and typed about papers."""

from wtforms import SelectField, StringField
from wtforms.validators import Length

from portal.core.forms import PlainForm, WordsField

NOT_THERE = "Choose one from the list."


class ChoosePaper(PlainForm):
    """Which fund, over which time; sent as part of the address."""

    fund = SelectField("Which pot?", coerce=int)
    period = SelectField("Over which time?")

    def __init__(self, *args, funds=(), periods=(), **kwargs):
        super().__init__(*args, **kwargs)
        self.fund.choices = [(one.id, one.name) for one in funds]
        self.period.choices = list(periods)


class ReportWords(PlainForm):
    words = WordsField("Our own words", [Length(max=4000, message="Keep it under 4,000 letters.")])


class AgreeForm(PlainForm):
    mark_of_words = StringField(validators=[Length(max=64)])
