"""Who to invite."""

from typing import ClassVar

from wtforms import RadioField
from wtforms.validators import Length

from portal.core.forms import WHY, Needed, PlainForm, WordsField, an_address, why_field
from portal.core.question_reasons import GROUP_AND_STAFF, NOTHING_HAPPENS, WITH_GROUP, WITH_US, Asked
from portal.people.roles import STAFF_WORDS

_OURS = "Our group. {host}’s staff only as far as “Who’s in our group” lets them."
_INVITED = Asked("To send them the invitation.", _OURS, WITH_US, "Nobody is invited.")
_ROLE = Asked("So they can do what they come for.", _OURS, WITH_US, "They come as a helper.")
_THEIRS = Asked("To send them the invitation.", GROUP_AND_STAFF, WITH_GROUP, "Nobody is invited.")
_STAFF = Asked(
    "So they can sign in and do their work.", "{host}’s staff.", "As long as they work for {host}.", NOTHING_HAPPENS
)


class InviteForm(PlainForm):
    ASKED: ClassVar = {"email": _INVITED, "role": _ROLE}

    email = WordsField("Their email", [Needed("Write their email address."), an_address])
    role = RadioField("As", choices={"helper": "Helper", "organiser": "Organiser"}, default="helper")


class AddressForm(PlainForm):
    ASKED: ClassVar = {"email": _THEIRS, "why": WHY}

    email = WordsField("Their email", [Needed("Write their email address."), an_address])
    why = why_field()


class JoinForm(PlainForm):
    ASKED: ClassVar = {
        "name": Asked(
            "So the others know who you are.",
            GROUP_AND_STAFF,
            "With what you do here.",
            "You can’t join yet. A nickname is fine.",
        ),
    }

    name = WordsField("What should we call you?", [Length(max=80)])


class FoundForm(PlainForm):
    ASKED: ClassVar = {"name": _THEIRS, "email": _THEIRS}

    name = WordsField("The group’s name", [Needed("Write the group’s name."), Length(max=80)])
    email = WordsField("First organiser’s email", [Needed("Write their email address."), an_address])


class AppointForm(PlainForm):
    ASKED: ClassVar = {"email": _STAFF, "name": _STAFF, "role": _STAFF}

    email = WordsField("Their email", [Needed("Write their email address."), an_address])
    name = WordsField("Their name", [Needed("Write their name."), Length(max=80)])
    role = RadioField("Role", choices=STAFF_WORDS, default="finance")
