"""What is asked before a legal duty is used, and what is written about it afterwards."""

from typing import ClassVar

from wtforms import BooleanField, IntegerField, RadioField
from wtforms.validators import Length, NumberRange, Optional

from portal.breakglass.items import KINDS
from portal.breakglass.models import ACT_WORDS, DUTY_WORDS, MOST_DELAY_DAYS, MOST_HOURS, Act
from portal.core.forms import Needed, PlainForm, WordsField
from portal.core.question_reasons import GROUP_AND_STAFF, WITH_GROUP, WITH_US, Asked

TOO_LONG = Length(max=2000, message="Keep it under 2,000 letters.")


_SEEN = "Who says yes with you, then the group."
_BOUND = Asked("So no more is done than is needed.", _SEEN, WITH_GROUP, "Without it no duty is used.")
_IF_SO = Asked("So the group can see what was done.", _SEEN, WITH_GROUP, "Leave it, if it isn’t so.")
_WHEN = Asked("So the group hears as soon as it may.", _SEEN, WITH_GROUP, "They hear at once.")


class AskForm(PlainForm):
    ASKED: ClassVar = dict.fromkeys(("duty", "reason", "act", "things", "hours"), _BOUND) | {
        **dict.fromkeys(("outside", "words", "danger_to_life"), _IF_SO),
        **dict.fromkeys(("delay", "delay_days"), _WHEN),
    }

    duty = RadioField("Which duty?", choices=DUTY_WORDS)
    reason = WordsField("Why will nothing less do?", [Needed("Say why nothing less will do."), TOO_LONG])
    act = RadioField("What will you do?", choices={})  # those that something can be done with
    things = WordsField("With what, exactly?", [Needed("Write what it is about."), TOO_LONG])
    outside = WordsField("Who gets it?", [Length(max=120)])
    words = WordsField("Your message", [TOO_LONG])
    hours = IntegerField("For how many hours?", [NumberRange(1, MOST_HOURS, "Choose between 1 and 72 hours.")], default=24)
    delay = RadioField(
        "When is the group told?",
        choices={"": "At once", "danger": "Later: telling adds danger", "law": "Later: the law forbids telling now"},
        default="",
    )
    delay_days = IntegerField(
        "In how many days?",
        [Optional(), NumberRange(1, MOST_DELAY_DAYS, "The group is told within 14 days at the latest.")],
    )
    danger_to_life = BooleanField("Someone’s life is in danger")

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        able = frozenset[Act]().union(*(kind.acts for kind in KINDS.values()))
        self.act.choices = {act.value: words for act, words in ACT_WORDS.items() if act in able}

    def facts(self) -> dict:
        facts = super().facts()
        return facts | {"delay": facts["delay"] or None, "delay_days": facts["delay_days"] or 0}


class ReplyForm(PlainForm):
    ASKED: ClassVar = {
        "words": Asked("So our side stands beside it.", "Our group, {host}’s staff and trustees.", WITH_US, "That’s fine."),
    }

    words = WordsField("Our words on this", [Needed("Write what you’d like to say."), TOO_LONG])


class ReviewForm(PlainForm):
    ASKED: ClassVar = {
        "words": Asked("So someone else has looked at it.", GROUP_AND_STAFF, WITH_GROUP, "The review stays open."),
    }

    words = WordsField("Was it right? What do we learn?", [Needed("Write what you found."), TOO_LONG])


class DelayForm(PlainForm):
    ASKED: ClassVar = {"days": _WHEN}

    days = IntegerField(
        "Tell them in how many days?", [NumberRange(1, MOST_DELAY_DAYS, "Choose between 1 and 14 days.")], default=7
    )
