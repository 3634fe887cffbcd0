"""What finance types into the books."""

from decimal import Decimal

from wtforms import DecimalField, RadioField
from wtforms.validators import Length, NumberRange, Optional

from portal.core.forms import DayField, Needed, PlainForm, PoundsField, WordsField, not_in_future, not_long_ago
from portal.ledger.models import Account, Basis, Restriction

SOURCES = {Account.GRANT: "A grant", Account.DONATION: "A donation", Account.AWARD: "From the Small Things Pot"}
RESTRICTIONS = {
    Restriction.RESTRICTED: "Restricted: the funder said what it’s for",
    Restriction.DESIGNATED: "Designated: set aside by us",
    Restriction.UNRESTRICTED: "Unrestricted: for anything the charity does",
}
BASES = {Basis.PART: "Part of the charity", Basis.HELD: "Held for the group"}


class PercentField(DecimalField):
    """A per cent as people write it."""

    def process_formdata(self, valuelist):
        try:
            super().process_formdata([valuelist[0].strip().rstrip("%")] if valuelist and valuelist[0].strip() else [])
        except ValueError:
            raise ValueError("Use a number, like 5 or 7.5") from None


class FundForm(PlainForm):
    name = WordsField("The group’s name for it", [Needed("Write what the group calls it."), Length(max=80)])
    funder = WordsField("Who gave it?", [Length(max=120, message="Keep it under 120 letters.")])
    restriction = RadioField("What binds it?", choices=[(one.value, words) for one, words in RESTRICTIONS.items()])
    purpose = WordsField("What is it for?", [Length(max=2000, message="Keep it under 2,000 letters.")])
    basis = RadioField("How do we hold it?", choices=[(one.value, words) for one, words in BASES.items()])
    fee = PercentField(
        "Our fee on grants, per cent", [Optional(), NumberRange(0, 25, "Between 0 and 25 per cent.")], default=Decimal(5)
    )
    from_on = DayField("From", [Optional()])
    until_on = DayField("Until", [Optional()])

    def facts(self) -> dict:
        facts = super().facts()
        return facts | {"fee_basis_points": int((facts.pop("fee") or 0) * 100)}


class MoneyInForm(PlainForm):
    source = RadioField("What is it?", choices=[(one.value, words) for one, words in SOURCES.items()], default="grant")
    pence = PoundsField("How much?", [Needed("Write how much, like 640 or 640.50.")])
    on = DayField("On which day?", [Needed("Write the day it came in."), not_in_future, not_long_ago])
    words = WordsField("From whom, for what?", [Needed("Write a few words."), Length(max=200)])


class CorrectionForm(PlainForm):
    words = WordsField("What was wrong?", [Needed("Write what was wrong."), Length(max=200)])
