"""What finance says of the bank's lines and files."""

from typing import ClassVar

from wtforms import FileField, HiddenField, IntegerField, RadioField, SelectField
from wtforms.validators import InputRequired, Length, NumberRange
from wtforms.widgets import HiddenInput

from portal.bank.models import SOURCES
from portal.bank.table import Columns
from portal.core.forms import Needed, PlainForm, WordsField
from portal.core.ids import id_of
from portal.core.question_reasons import ACCOUNTS, FINANCE, GROUP_AND_STAFF, HOSTS_OWN, NOTHING_HAPPENS, Asked

ROLES = {
    "day": "The day",
    "words": "The words",
    "more": "More words",
    "amount": "The amount, with a minus for what went out",
    "paid_in": "Paid in",
    "paid_out": "Paid out",
    "balance": "The balance after it",
    "own": "The bank’s own number for it",
}


_CAME = Asked("So it lands in the right fund.", GROUP_AND_STAFF, ACCOUNTS, "It isn’t received yet.")
_FILE = Asked("So the bank’s lines can be matched.", FINANCE, "Lines 6 years, the file a day.", NOTHING_HAPPENS)
_COLUMN = Asked("So each line is read right.", FINANCE, HOSTS_OWN, "That column is left out.")


class LineForm(PlainForm):
    """Which line is meant."""

    line_id = IntegerField(validators=[InputRequired(), NumberRange(1, 2**31 - 1)], widget=HiddenInput())


class ReceiveForm(LineForm):
    ASKED: ClassVar = {"source": _CAME, "words": _CAME}
    source = RadioField("What is it?", choices=SOURCES)
    words = WordsField("From whom, for what?", [Needed("Write a few words."), Length(max=200)])


class AccountForm(PlainForm):
    ASKED: ClassVar = {"name": Asked("To tell accounts apart.", FINANCE, HOSTS_OWN, "None is added.")}
    name = WordsField("What do you call it?", [Needed("Write a name."), Length(max=80)])


class FileForm(PlainForm):
    ASKED: ClassVar = {"account_id": _FILE, "file": _FILE}
    account_id = SelectField("Which account?", coerce=id_of)
    file = FileField("The file")


class OwnForm(PlainForm):
    ASKED: ClassVar = {"fund": Asked("So it is in the right books.", FINANCE, ACCOUNTS, "It waits.")}

    fund = RadioField("Whose is it?", choices={"fees": "Ours", "small_things": "The Small Things Pot"})


class ColumnsForm(PlainForm):
    """Which column is what, counted from 1. Its choices are the columns of the file at hand."""

    ASKED: ClassVar = dict.fromkeys(ROLES, _COLUMN)

    held = HiddenField(validators=[Length(max=600)])
    day, words, more, amount, paid_in, paid_out, balance, own = (SelectField(name, coerce=id_of) for name in ROLES.values())

    def offer(self, header: list[str], first: list[str]) -> None:
        """The columns, each with what its first row says."""
        shown = [f"{name}: {first[n]}"[:60] if first else name for n, name in enumerate(header)]
        for name in ROLES:
            self[name].choices = {"": "None of them", **dict(enumerate(shown, start=1))}

    def chosen(self) -> dict[str, int | None]:
        return {name: self[name].data - 1 if self[name].data else None for name in ROLES}

    @classmethod
    def of(cls, columns: Columns, held: str) -> "ColumnsForm":
        """As it was guessed."""
        guessed = {name: getattr(columns, name) for name in ROLES}
        return cls(data={"held": held} | {name: None if n is None else n + 1 for name, n in guessed.items()})
