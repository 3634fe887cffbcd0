"""How and when someone hears of news."""

from wtforms import RadioField, SelectField

from portal.core.forms import PlainForm
from portal.notices.models import How

DAYS = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")
HOW_WORDS = {How.NOW: "When there’s news", How.WEEKLY: "Once a week", How.OFF: "Not at all"}


class ChoiceForm(PlainForm):
    how = RadioField("When do we write to you?", choices=[(how.value, words) for how, words in HOW_WORDS.items()])
    weekday = SelectField("Your weekly day", choices=list(enumerate(DAYS)), coerce=int)


class ShareForm(PlainForm):
    in_turn = RadioField(
        "Who gets the news?", choices=[("", "All of us organisers"), ("y", "One of us at a time, in turn")], default=""
    )

    def facts(self) -> dict:
        return super().facts() | {"in_turn": bool(self.in_turn.data)}
