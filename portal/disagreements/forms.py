"""What is asked when someone disagrees, and what the host answers."""

from wtforms import RadioField
from wtforms.validators import Length

from portal.autonomy.models import Among
from portal.core.forms import Needed, PlainForm, WordsField

TOO_LONG = Length(max=2000, message="Keep it under 2,000 letters.")
SHORT = Length(max=120)


class DisagreeForm(PlainForm):
    about = WordsField("What is it about?", [Needed("Write what it is about."), SHORT])
    words = WordsField("What don’t you agree with?", [Needed("Write a few words, as you’d say them."), TOO_LONG])
    among = RadioField("With whom?", choices=[], default=Among.HOST.value)

    def __init__(self, *args, host: str = "", **kwargs):
        super().__init__(*args, **kwargs)
        self.among.choices = [(Among.HOST.value, f"With {host}"), (Among.OURSELVES.value, "Among us organisers")]


class FurtherForm(PlainForm):
    friend = WordsField("Is there someone you’d like with you?", [SHORT])


class AnswerForm(PlainForm):
    words = WordsField("Your answer", [Needed("Write your answer."), TOO_LONG])
