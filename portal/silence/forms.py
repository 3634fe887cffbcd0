"""What is typed about a silence: a try, a person to name, what is asked."""

from wtforms import RadioField
from wtforms.validators import Length, Optional

from portal.core.forms import Needed, PlainForm, WordsField, an_address
from portal.silence.models import Kind

LONG = Length(max=2000, message="Keep it under 2,000 letters.")


class TryForm(PlainForm):
    how = WordsField(
        "How did you try?",
        [Needed("Write how you tried, like “rang Marsha”."), Length(max=200)],
    )


class NameForm(PlainForm):
    called = WordsField("Their name", [Needed("Write their name."), Length(max=80)])
    email = WordsField("Their email", [Needed("Write their email address."), an_address])


class WishForm(PlainForm):
    kind = RadioField(
        "What do you ask for?",
        choices=[(Kind.PAUSE.value, "A pause for the group"), (Kind.ORGANISER.value, "A new organiser")],
        default=Kind.PAUSE.value,
    )
    email = WordsField("Their email", [Optional(), an_address])
    words = WordsField("What should the trustees know?", [Needed("Write a few words."), LONG])


class ExitForm(PlainForm):
    words = WordsField("What will you do, by the exit plan?", [Needed("Write what you will do."), LONG])
