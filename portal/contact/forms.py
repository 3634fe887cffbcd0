"""What staff type to contact a group, and how a group says when it wants that."""

from typing import ClassVar

from wtforms import RadioField, SelectField, SelectMultipleField
from wtforms.validators import Length

from portal.contact.models import DAYS, HOURS, MUST_KNOW_WORDS
from portal.core.forms import Needed, PlainForm, WordsField
from portal.core.question_reasons import GROUP_AND_STAFF, US_AND_STAFF, WITH_GROUP, WITH_US, Asked
from portal.support.models import REPLY_BY_WORDS

_HOURS = {str(hour): words for hour, words in HOURS.items()}
_ASKED = Asked("So the group can say whether it suits.", GROUP_AND_STAFF, WITH_GROUP, "Nothing is sent.")
_TIMES = Asked("So {host} comes when it suits us.", US_AND_STAFF, WITH_US, "It stays as it is.")
_LONG = Length(max=5000, message="Keep it under 5,000 letters.")
_OVER_WHY = Asked("So the group knows why it is asked so much.", GROUP_AND_STAFF, WITH_GROUP, "Nothing is sent.")


class AskForm(PlainForm):
    """One short question: “may we contact you about …?”"""

    ASKED: ClassVar = {"about": _ASKED, "over_why": _OVER_WHY}

    about = WordsField(
        "May we contact you about…",
        [Needed("Say in a few words what it is about."), Length(max=90, message="Keep it short.")],
    )
    over_why = WordsField("Why all the same?", [Length(max=200, message="Keep it to a sentence.")])


class AskMoreForm(AskForm):
    """The question and what there is to say: where a group wants no question first."""

    ASKED: ClassVar = {"words": _ASKED}

    words = WordsField("What you’d say", [_LONG])


class TellForm(PlainForm):
    """The few things that reach a group at any time."""

    ASKED: ClassVar = dict.fromkeys(
        ("must_know", "words"),
        Asked("So the group hears what it must.", GROUP_AND_STAFF, WITH_GROUP, "Nothing is sent."),
    )

    must_know = SelectField("What is it about?", choices=MUST_KNOW_WORDS)
    words = WordsField("What they must know", [Needed("Write what they must know."), _LONG])


class TimesForm(PlainForm):
    """Days, hours and way."""

    ASKED: ClassVar = dict.fromkeys(("days", "from_hour", "until_hour", "reach_by"), _TIMES)

    days = SelectMultipleField(
        "On which days?",
        choices=DAYS,
    )
    from_hour = SelectField("From", choices=_HOURS)
    until_hour = SelectField("Until", choices=_HOURS)
    reach_by = RadioField("How?", choices=REPLY_BY_WORDS)

    def validate(self, extra_validators=None) -> bool:
        fits = super().validate(extra_validators)
        if not self.days.data:
            self.days.errors = ["Choose at least one day."]
            return False
        if fits and int(self.from_hour.data) >= int(self.until_hour.data):
            self.until_hour.errors = ["Choose an hour after the first one."]
            return False
        return fits

    def facts(self) -> dict:
        told = super().facts()
        hours = {name: int(told[name]) for name in ("from_hour", "until_hour")}
        return told | hours | {"days": " ".join(day for day in DAYS if day in told["days"])}
