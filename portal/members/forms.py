"""Who to invite."""

from wtforms import RadioField
from wtforms.validators import Length

from portal.core.forms import Needed, PlainForm, WordsField, an_address, why_field
from portal.people.roles import STAFF_WORDS


class InviteForm(PlainForm):
    email = WordsField("Their email", [Needed("Write their email address."), an_address])
    role = RadioField("As", choices=[("helper", "Helper"), ("organiser", "Organiser")], default="helper")


class AddressForm(PlainForm):
    email = WordsField("Their email", [Needed("Write their email address."), an_address])
    why = why_field()


class JoinForm(PlainForm):
    name = WordsField("What should we call you?", [Length(max=80)])


class FoundForm(PlainForm):
    name = WordsField("The group’s name", [Needed("Write the group’s name."), Length(max=80)])
    email = WordsField("First organiser’s email", [Needed("Write their email address."), an_address])


class AppointForm(PlainForm):
    email = WordsField("Their email", [Needed("Write their email address."), an_address])
    name = WordsField("Their name", [Needed("Write their name."), Length(max=80)])
    role = RadioField("Role", choices=[(role.value, words) for role, words in STAFF_WORDS.items()], default="finance")
