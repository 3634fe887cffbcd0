"""What is shared, with whom and until when; the summary; what someone outside writes."""

from typing import ClassVar

from wtforms import HiddenField, RadioField
from wtforms.validators import Length

from portal.core import clock
from portal.core.forms import WHY, DayField, Needed, PlainForm, WordsField, why_field
from portal.core.question_reasons import US_AND_STAFF, WITH_US, Asked
from portal.sharing.models import AUDIENCE_WORDS, LONGEST_WORDS, USUAL_MONTHS, Audience, months_on

_LONG = Length(max=LONGEST_WORDS, message="Keep it under 2,000 letters.")
_SEEN = "Those it is for, our group, and {host}’s coordinators."
_THEIRS = "The coordinator at {host}, and the group once they pass it on."
_GONE = "90 days, then it is deleted."


class AudienceForm(PlainForm):
    """For whom, what for, until when."""

    ASKED: ClassVar = {
        "audience": Asked("So nobody else sees it.", US_AND_STAFF, WITH_US, "Nothing is shared."),
        "who": Asked("So whoever opens the link knows it is for them.", _SEEN, WITH_US, "Needed for someone named."),
        "purpose": Asked("So we remember why.", US_AND_STAFF, WITH_US, "Nothing is shared."),
        "until_on": Asked("So it vanishes by itself.", US_AND_STAFF, WITH_US, "It vanishes after 3 months."),
    }

    audience = RadioField(
        "Who can see it?",
        choices=AUDIENCE_WORDS,
        default=Audience.NAMED.value,
    )
    who = WordsField("Their name", [Length(max=80, message="Keep it under 80 letters.")])
    purpose = WordsField("What for?", [Needed("Say in a few words what for."), Length(max=120, message="Keep it short.")])
    until_on = DayField("Until when?", default=lambda: months_on(clock.today(), USUAL_MONTHS))

    def facts(self) -> dict:
        told = super().facts()
        named = told["audience"] == Audience.NAMED.value
        usual = months_on(clock.today(), USUAL_MONTHS)
        return told | {"who": told["who"] if named else None, "until_on": told["until_on"] or usual}

    def validate(self, extra_validators=None) -> bool:
        fits = super().validate(extra_validators)
        if "audience" in self and self.audience.data == Audience.NAMED.value and not self.who.data and not self.who.errors:
            self.who.errors = ["Write who it is for."]
            return False
        return fits


class ShareForm(AudienceForm):
    """The words, too."""

    ASKED: ClassVar = {"words": Asked("It is all they see of us.", _SEEN, WITH_US, "Nothing is shared.")}

    words = WordsField("What they read about us", [Needed("Write what they should read."), _LONG])


class SuggestForm(ShareForm):
    """A share that staff suggest, and why."""

    ASKED: ClassVar = {"why": WHY}

    why = why_field("The group reads this beside it.")


class ShareSummaryForm(AudienceForm):
    """The approved summary, as it was when the page was opened."""

    ASKED: ClassVar = {"why": WHY}

    mark = HiddenField()
    why = why_field("The group reads this beside it.")


class SummaryForm(PlainForm):
    """The words that staff could share."""

    ASKED: ClassVar = {
        "words": Asked("So staff use our words, not theirs.", US_AND_STAFF, WITH_US, "They have nothing to share.")
    }

    words = WordsField("Our summary", [_LONG])


class ApprovalForm(PlainForm):
    """A yes to the words on the page."""

    mark_of_words = HiddenField()


class EnquiryForm(PlainForm):
    """What someone outside writes: short, and no more than is needed to answer."""

    ASKED: ClassVar = {
        "name": Asked("So they know what to call you.", _THEIRS, _GONE, "Nothing is sent. A first name is fine."),
        "reach": Asked("So somebody can answer.", _THEIRS, _GONE, "Nothing is sent."),
        "words": Asked("So they know what it is about.", _THEIRS, _GONE, "Nothing is sent."),
    }

    name = WordsField(
        "Your name", [Needed("Write a name. A first name is fine."), Length(max=80, message="Keep it short.")]
    )
    reach = WordsField(
        "How to reach you", [Needed("Write a number or an address."), Length(max=120, message="Keep it short.")]
    )
    words = WordsField(
        "What would you like to ask?",
        [Needed("Write a few words."), Length(max=1000, message="Keep it under 1,000 letters.")],
    )
