"""How and when someone hears of news."""

from typing import ClassVar

from wtforms import RadioField, SelectField

from portal.core.forms import PlainForm
from portal.core.question_reasons import US_AND_STAFF, WITH_US, Asked
from portal.core.workdays import DAY_NAMES
from portal.notices.models import How

HOW_WORDS = {How.NOW: "When there’s news", How.WEEKLY: "Once a week", How.OFF: "Not at all"}
_WHEN = Asked("So we write when it suits you.", "Only you.", "While you are here.", "It stays as it is.")


class ChoiceForm(PlainForm):
    ASKED: ClassVar = {"how": _WHEN, "weekday": _WHEN}

    how = RadioField("When do we write to you?", choices=HOW_WORDS)
    weekday = SelectField("Your weekly day", choices=dict(enumerate(DAY_NAMES)), coerce=int)


class ShareForm(PlainForm):
    ASKED: ClassVar = {
        "in_turn": Asked("So news needn’t reach all of us.", US_AND_STAFF, WITH_US, "All of us get it."),
    }

    in_turn = RadioField(
        "Who gets the news?", choices={"": "All of us organisers", "y": "One of us at a time, in turn"}, default=""
    )

    def facts(self) -> dict:
        return super().facts() | {"in_turn": bool(self.in_turn.data)}
