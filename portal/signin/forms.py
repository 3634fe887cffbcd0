"""What people type to sign in."""

import re

from wtforms import BooleanField, PasswordField, StringField
from wtforms.validators import Length, ValidationError

from portal.core.forms import Needed, PlainForm, WordsField, an_address


class EmailForm(PlainForm):
    email = WordsField("Your email", [Needed("Write your email address."), an_address])
    next = StringField(validators=[Length(max=300)])


class CodeForm(PlainForm):
    code = StringField("Your code", [Needed("Write the six numbers from the email.")])
    keep = BooleanField("Keep me signed in here")
    next = StringField(validators=[Length(max=300)])

    def validate_code(self, field):
        digits = re.sub(r"\D", "", field.data or "")
        if len(digits) != 6:
            raise ValidationError("The code is six numbers.")
        field.data = digits


class PasswordForm(PlainForm):
    email = WordsField("Your email", [Needed("Write your email address."), an_address])
    password = PasswordField("Password", [Needed("Write your password.")])
    keep = BooleanField("Keep me signed in here")
    next = StringField(validators=[Length(max=300)])


class ProofForm(PlainForm):
    password = PasswordField("Password", [Needed("Write your password.")])
    app_code = StringField("Six numbers from your app", [Length(max=10)])
    next = StringField(validators=[Length(max=300)])


class NewPasswordForm(PlainForm):
    password = PasswordField(
        "New password",
        [Needed("Write a password."), Length(min=10, max=200, message="Use 10 letters or more. A few words are good.")],
    )
    next = StringField(validators=[Length(max=300)])


class AppCodeForm(PlainForm):
    app_code = StringField("Six numbers from your app", [Needed("Write the six numbers your app shows.")])
    next = StringField(validators=[Length(max=300)])

    def validate_app_code(self, field):
        field.data = re.sub(r"\D", "", field.data or "")


class SetUpForm(PlainForm):
    code = WordsField("Set-up code", [Needed("Write the code that was printed."), Length(max=80)])
