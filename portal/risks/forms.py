"""What is typed into the register, and what a group types of its worries."""

from typing import ClassVar

from wtforms import BooleanField, SelectField
from wtforms.validators import Length

from portal.core.forms import DayField, Needed, PlainForm, WordsField
from portal.core.ids import id_of
from portal.core.question_reasons import GROUP_AND_STAFF, US_AND_STAFF, WITH_GROUP, WITH_US, Asked

TOO_LONG = Length(max=1000, message="Keep it under 1,000 letters.")
_LINE = Asked("So both know what is carried, and by whom.", GROUP_AND_STAFF, WITH_GROUP, "The line isn’t kept.")
_LOOK = Asked("So the group reads that it was looked at.", GROUP_AND_STAFF, WITH_GROUP, "Nothing is noted.")
_WHY = Asked("So the group and the trustees can judge it.", GROUP_AND_STAFF, WITH_GROUP, "It stays as it is.")


class TakeForm(PlainForm):
    """A line of the register."""

    ASKED: ClassVar = dict.fromkeys(("what", "does", "holder_id", "look_again_on"), _LINE) | {"serious_why": _WHY}

    what = WordsField("What could go wrong?", [Needed("Say what could go wrong."), TOO_LONG])
    does = WordsField("What do we do about it?", [Needed("Say what you do about it."), TOO_LONG])
    holder_id = SelectField("Who carries it?", coerce=id_of, validate_choice=False)
    look_again_on = DayField("Look again on", [Needed("Choose the day of the next look.")])
    serious_why = WordsField("Only if it is serious: why?", [TOO_LONG])


class RiskForm(TakeForm):
    """The same, with whom it is about."""

    ASKED: ClassVar = {"about": _LINE}

    about = SelectField("For which group?", [Needed("Choose a group, or all of them.")])


class LookForm(PlainForm):
    """What was seen, and what follows."""

    ASKED: ClassVar = dict.fromkeys(("words", "does", "look_again_on"), _LOOK)

    words = WordsField("What did you see?", [Needed("Say what you saw."), TOO_LONG])
    does = WordsField("What do we do about it?", [Needed("Say what you do about it."), TOO_LONG])
    look_again_on = DayField("Look again on", [Needed("Choose the day of the next look.")])


class HandForm(PlainForm):
    """To whom, and why if one likes."""

    ASKED: ClassVar = dict.fromkeys(("holder_id", "words"), _LOOK)

    holder_id = SelectField("Who carries it from now on?", coerce=id_of, validate_choice=False)
    words = WordsField("Why, if you like", [TOO_LONG])


class WeighForm(PlainForm):
    """Why it is serious, or isn't any more."""

    ASKED: ClassVar = {"words": _WHY}

    words = WordsField("Why is it serious?", [Needed("Say why."), TOO_LONG])


class CloseForm(PlainForm):
    """What came of it."""

    ASKED: ClassVar = {"words": _LOOK}

    words = WordsField("What came of it?", [Needed("Say what came of it."), TOO_LONG])


class SeenForm(PlainForm):
    """A trustee's words, if any."""

    ASKED: ClassVar = {
        "words": Asked("So they know what you think.", GROUP_AND_STAFF, WITH_GROUP, "They read that you saw it.")
    }

    words = WordsField("A word on it, if you like", [TOO_LONG])


class AnswerForm(PlainForm):
    """Why a worry isn't in the register."""

    ASKED: ClassVar = {"words": Asked("So they know where they stand.", GROUP_AND_STAFF, WITH_GROUP, "It stays open.")}

    words = WordsField("Why not, and what do we do instead?", [Needed("Say why not."), TOO_LONG])


class WorryForm(PlainForm):
    """A group's own words."""

    ASKED: ClassVar = {
        "words": Asked("So {host} knows, and says what it does about it.", US_AND_STAFF, WITH_US, "Nothing is added."),
        "to_trustees": Asked("So we choose how far it goes.", US_AND_STAFF, WITH_US, "It waits for a coordinator alone."),
    }

    words = WordsField("What worries us?", [Needed("A few words are enough."), TOO_LONG])
    to_trustees = BooleanField("Please show it to the trustees")
