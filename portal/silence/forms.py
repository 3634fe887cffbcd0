"""What is typed about a silence: a try, a person to name, what is asked."""

from typing import ClassVar

from wtforms import RadioField
from wtforms.validators import Length, Optional

from portal.core.forms import Needed, PlainForm, WordsField, an_address
from portal.core.question_reasons import GROUP_AND_STAFF, NOTHING_HAPPENS, US_AND_STAFF, WITH_GROUP, WITH_US, Asked
from portal.silence.models import Kind

LONG = Length(max=2000, message="Keep it under 2,000 letters.")


_NAMED = Asked("So someone we trust can speak up for us.", US_AND_STAFF, WITH_US, "Nobody is named.")
_WISH = Asked("So trustees can decide.", "Trustees, {host}’s staff, and the group.", WITH_GROUP, NOTHING_HAPPENS)


class TryForm(PlainForm):
    ASKED: ClassVar = {"how": Asked("So tries can be counted.", GROUP_AND_STAFF, WITH_GROUP, "No try is noted.")}

    how = WordsField(
        "How did you try?",
        [Needed("Write how you tried, like “rang Marsha”."), Length(max=200)],
    )


class NameForm(PlainForm):
    ASKED: ClassVar = {"called": _NAMED, "email": _NAMED}

    called = WordsField("Their name", [Needed("Write their name."), Length(max=80)])
    email = WordsField("Their email", [Needed("Write their email address."), an_address])


class WishForm(PlainForm):
    ASKED: ClassVar = {
        "kind": _WISH,
        "words": _WISH,
        "email": Asked("To invite them, if trustees agree.", _WISH.who, WITH_GROUP, "For a pause: leave it."),
    }

    kind = RadioField(
        "What do you ask for?",
        choices={Kind.PAUSE.value: "A pause for the group", Kind.ORGANISER.value: "A new organiser"},
        default=Kind.PAUSE.value,
    )
    email = WordsField("Their email", [Optional(), an_address])
    words = WordsField("What should the trustees know?", [Needed("Write a few words."), LONG])


class ExitForm(PlainForm):
    ASKED: ClassVar = {"words": Asked("So the group can see what was done.", GROUP_AND_STAFF, WITH_GROUP, NOTHING_HAPPENS)}

    words = WordsField("What will you do, by the exit plan?", [Needed("Write what you will do."), LONG])
