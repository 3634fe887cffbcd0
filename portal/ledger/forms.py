"""What finance and coordinators type into the books."""

import re
from datetime import date
from typing import ClassVar

from wtforms import Field, RadioField
from wtforms.validators import Length, ValidationError
from wtforms.widgets import TextInput

from portal.core.forms import DayField, Needed, PlainForm, PoundsField, WordsField, not_in_future, not_long_ago
from portal.core.question_reasons import ACCOUNTS, FINANCE, GROUP_AND_STAFF, NOTHING_HAPPENS, Asked
from portal.ledger.models import BASIS_WORDS, HOST_FUNDS, MONEY_IN, RESTRICTION_WORDS, SOURCE_WORDS, Account, HostFund

MOST = 25_00  # hundredths of a per cent
SHORT = Length(max=200)


class PercentField(Field):
    """A per cent as people write it, kept as whole hundredths."""

    widget = TextInput()

    def _value(self):
        if self.raw_data:
            return self.raw_data[0]
        return "" if self.data is None else f"{self.data / 100:g}"

    def process_formdata(self, valuelist):
        self.data = None
        typed = (valuelist[0] if valuelist else "").strip().rstrip("% \u00a0")
        if not typed:
            return
        shape = re.fullmatch(r"([0-9]{1,9})(?:\.([0-9]{1,2}))?", typed, re.ASCII)
        if not shape:
            raise ValueError("Use a number, like 5 or 7.5")
        found = int(shape[1]) * 100 + int((shape[2] or "").ljust(2, "0"))
        if found > MOST:
            raise ValueError(f"Between 0 and {MOST // 100} per cent.")
        self.data = found


def within_reach(form, field):
    """Catch a slipped year in a day that may still be to come."""
    if field.data and not date(2000, 1, 1) <= field.data < date(2100, 1, 1):
        raise ValidationError("Check the year. Which day is it?")


_BOOKED = Asked("So the books are right.", GROUP_AND_STAFF, ACCOUNTS, NOTHING_HAPPENS)
_TERMS = Asked("So it is spent as agreed.", GROUP_AND_STAFF, ACCOUNTS, "No fund is opened.")
_IF_KNOWN = Asked("So it is spent as agreed.", GROUP_AND_STAFF, ACCOUNTS, "It stays open, and can be added.")
_FEE = Asked("So the group knows ahead.", GROUP_AND_STAFF, ACCOUNTS, "The fee stays as it is.")
_OURS = Asked("So the books are right.", "The host’s finance, coordinators and trustees.", ACCOUNTS, NOTHING_HAPPENS)


class FundForm(PlainForm):
    ASKED: ClassVar = dict.fromkeys(("name", "restriction", "basis"), _TERMS) | {
        **dict.fromkeys(("funder", "purpose", "agreed", "from_on", "until_on"), _IF_KNOWN),
        "fee": Asked("So our costs are agreed ahead.", GROUP_AND_STAFF, ACCOUNTS, "No fee is taken."),
    }

    name = WordsField(
        "The group’s name for it",
        [Needed("Write what the group calls it."), Length(max=80)],
    )
    funder = WordsField("Who gave it?", [Length(max=120)])
    restriction = RadioField("What binds it?", choices=RESTRICTION_WORDS)
    purpose = WordsField("What is it for?", [Length(max=2000, message="Keep it under 2,000 letters.")])
    agreed = WordsField("Who agreed to it, and when?", [SHORT])
    basis = RadioField("How do we hold it?", choices=BASIS_WORDS)
    fee = PercentField("Our fee on grants, per cent", default=5_00)
    from_on = DayField("From", [within_reach])
    until_on = DayField("Until", [within_reach])

    def facts(self) -> dict:
        facts = super().facts()
        return facts | {"fee_basis_points": facts.pop("fee") or 0}


class FeeForm(PlainForm):
    ASKED: ClassVar = {"fee": _FEE, "starts_on": _FEE, "words": _FEE}

    fee = PercentField("The new fee, per cent", [Needed("Write the new fee, like 5 or 7.5.")])
    starts_on = DayField("From which day?", [Needed("Write the day it holds from."), within_reach])
    words = WordsField("Why does it change?", [Needed("Write why, for the group."), SHORT])

    def facts(self) -> dict:
        facts = super().facts()
        return facts | {"basis_points": facts.pop("fee")}


class MoneyInForm(PlainForm):
    ASKED: ClassVar = dict.fromkeys(("source", "pence", "on", "words"), _BOOKED)

    source = RadioField("What is it?", choices={one.value: SOURCE_WORDS[one] for one in MONEY_IN}, default="grant")
    pence = PoundsField("How much?", [Needed("Write how much, like 640 or 640.50.")])
    on = DayField("On which day?", [Needed("Write the day it came in."), not_in_future, not_long_ago])
    words = WordsField("From whom, for what?", [Needed("Write a few words."), SHORT])


class OursForm(MoneyInForm):
    ASKED: ClassVar = dict.fromkeys(("source", "pence", "on", "words", "fund"), _OURS)

    fund = RadioField(
        "Into what?",
        choices={one.value: HOST_FUNDS[one] for one in (HostFund.SMALL_THINGS, HostFund.FEES)},
        default=HostFund.SMALL_THINGS.value,
    )
    source = RadioField(
        "What is it?",
        choices={one.value: SOURCE_WORDS[one] for one in (Account.DONATION, Account.GRANT)},
        default=Account.DONATION.value,
    )


class CorrectionForm(PlainForm):
    ASKED: ClassVar = {
        "words": Asked("So the books say why.", "Whoever reads this entry.", ACCOUNTS, "The entry stays."),
    }

    words = WordsField("What was wrong?", [Needed("Write what was wrong."), SHORT])


class ClosingForm(PlainForm):
    ASKED: ClassVar = {"ends_on": Asked("So nothing more is booked in it.", FINANCE, ACCOUNTS, NOTHING_HAPPENS)}

    ends_on = DayField("The year to close", [Needed("Say which year.")])
