"""What is typed about someone we pay: who, and on which account."""

from typing import ClassVar

from wtforms import HiddenField, RadioField
from wtforms.validators import Length, ValidationError

from portal.core.forms import Needed, PlainForm, WordsField, an_address
from portal.core.question_reasons import ACCOUNTS, Asked
from portal.payees import details
from portal.payees.models import Checked

WHO = {"me": "Me", "person": "Someone else", "business": "A business"}
HOW = {"now": "We type it in now", "link": "They type it in, by a link we send"}


_ACCOUNT = Asked(
    "So the money reaches the right account.",
    "Only finance at {host} sees all of it; each look is in the group’s log. The group sees the last 4 digits.",
    f"Sealed. {ACCOUNTS}",
    "It can’t be paid there. Most accounts have no roll number.",
)
_PAID = Asked("So we know who is paid.", "Organisers, and those who pay at {host}.", ACCOUNTS, "They aren’t added.")


class DetailsForm(PlainForm):
    """An account. `sure` says which account was shown again already because the banks' check had a doubt about it."""

    ASKED: ClassVar = dict.fromkeys(("sort_code", "account", "roll"), _ACCOUNT)

    sort_code = WordsField("Sort code")
    account = WordsField("Account number")
    roll = WordsField("Roll number")
    sure = HiddenField()
    doubts = False
    given: details.Details | None = None

    def validate(self, extra_validators=None) -> bool:
        fits = super().validate(extra_validators)
        return self._read_account() and fits

    def _read_account(self) -> bool:
        """Read all three, so that each gets its sentence; then say once where the check has a doubt."""
        ways = {"sort_code": details.read_sort_code, "account": details.read_account, "roll": details.read_roll}
        for name, read in ways.items():
            try:
                read(self[name].data)
            except ValueError as problem:
                self[name].errors = [str(problem)]
        if any(self[name].errors for name in ways):
            return False
        self.given = details.of(self.sort_code.data, self.account.data, self.roll.data)
        seen, self.sure.data = self.sure.data, self.given.mark[:16]
        self.doubts = self.given.checked is Checked.DOUBTFUL
        return not self.doubts or seen == self.sure.data

    def facts(self) -> dict:
        return {"key": self.key.data, "details": self.given}


class AddForm(DetailsForm):
    ASKED: ClassVar = {
        "who": _PAID,
        "name": _PAID,
        "how": _PAID,
        "email": Asked("We write there if the account changes.", _PAID.who, ACCOUNTS, "For you: we have yours."),
    }

    who = RadioField("Who is it?", choices=WHO, default="me")
    name = WordsField(
        "Name on the account",
        [Needed("Write the name as the bank has it."), Length(max=70)],
    )
    email = WordsField("Their email")
    how = RadioField("How do we get the account?", choices=HOW, default="now")

    def validate_email(self, field):
        """Ours is known already; everyone else is told when their account changes."""
        if self.who.data == "me":
            return
        if not field.data:
            raise ValidationError("Write an address. We write there if the account ever changes.")
        an_address(self, field)

    def _read_account(self) -> bool:
        return self.how.data == "link" or super()._read_account()

    def facts(self) -> dict:
        email = None if self.who.data == "me" else self.email.data
        return super().facts() | {"who": self.who.data, "name": self.name.data, "email": email}
