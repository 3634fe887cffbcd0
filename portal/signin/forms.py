"""What people type to sign in."""

import re
from typing import ClassVar

from wtforms import BooleanField, HiddenField, PasswordField, StringField
from wtforms.validators import Length, ValidationError

from portal.core.forms import Needed, PlainForm, WordsField, an_address
from portal.core.question_reasons import NOT_KEPT, Asked

_EMAIL = Asked(
    "To find your account, and send you the code.",
    "Your group, and {host}’s staff.",
    "While you have a place here. If we don’t know it: not at all.",
    "You can’t come in.",
)
_SECRET = Asked(
    "So we know it’s you.", "Nobody. We keep only a scrambled form.", "Until you change it.", "You can use a code by email."
)
_CODE = Asked("So we know it’s you.", "Nobody.", NOT_KEPT, "This page stays shut.")
_KEEP = Asked("To save you signing in each time.", "Only you.", "60 days at most.", "Closing the browser signs you out.")


class EmailForm(PlainForm):
    ASKED: ClassVar = {"email": _EMAIL}

    email = WordsField("Your email", [Needed("Write your email address."), an_address])
    next = HiddenField(validators=[Length(max=300)])


class CodeForm(PlainForm):
    ASKED: ClassVar = {"code": _CODE, "keep": _KEEP}

    code = StringField("Your code", [Needed("Write the six numbers from the email.")])
    keep = BooleanField("Keep me signed in here")
    next = HiddenField(validators=[Length(max=300)])

    def validate_code(self, field):
        digits = re.sub(r"\D", "", field.data or "")
        if len(digits) != 6:
            raise ValidationError("The code is six numbers.")
        field.data = digits


class PasswordForm(PlainForm):
    ASKED: ClassVar = {"email": _EMAIL, "password": _SECRET, "keep": _KEEP}

    email = WordsField("Your email", [Needed("Write your email address."), an_address])
    password = PasswordField("Password", [Needed("Write your password.")])
    keep = BooleanField("Keep me signed in here")
    next = HiddenField(validators=[Length(max=300)])


class ProofForm(PlainForm):
    ASKED: ClassVar = {"password": _CODE, "app_code": _CODE}

    password = PasswordField("Password", [Needed("Write your password.")])
    app_code = StringField("Six numbers from your app", [Length(max=10)])
    next = HiddenField(validators=[Length(max=300)])


class NewPasswordForm(PlainForm):
    ASKED: ClassVar = {"password": _SECRET}

    password = PasswordField(
        "New password",
        [Needed("Write a password."), Length(min=10, max=200, message="Use 10 letters or more. A few words are good.")],
    )
    next = HiddenField(validators=[Length(max=300)])


class AppCodeForm(PlainForm):
    ASKED: ClassVar = {"app_code": _CODE}

    app_code = StringField("Six numbers from your app", [Needed("Write the six numbers your app shows.")])
    next = HiddenField(validators=[Length(max=300)])

    def validate_app_code(self, field):
        field.data = re.sub(r"\D", "", field.data or "")


class SetUpForm(PlainForm):
    ASKED: ClassVar = {"code": _CODE}

    code = WordsField("Set-up code", [Needed("Write the code that was printed."), Length(max=80)])
