"""What people say when they ask for a cost to be paid."""

from typing import ClassVar

from wtforms import RadioField, SelectField
from wtforms.validators import InputRequired, Length
from wtforms.widgets import HiddenInput

from portal.core.forms import Needed, PlainForm, PoundsField, WordsField
from portal.core.ids import chosen_id
from portal.core.question_reasons import ACCOUNTS, US_AND_DESK, US_AND_STAFF, WITH_US, Asked
from portal.payees.queries import Line
from portal.receipts.models import COST_KIND_WORDS
from portal.spending.models import NEEDS_WORDS

_COST = Asked("So we can say yes, and it can be paid.", US_AND_DESK, ACCOUNTS, "It isn’t asked for yet.")
_RULE = Asked("So money waits for as many of us as we want.", US_AND_STAFF, WITH_US, "It stays as it is.")


class CostForm(PlainForm):
    """One short form. What is known of the receipt is filled in."""

    ASKED: ClassVar = dict.fromkeys(("kind", "shop", "amount_pence", "pot"), _COST) | {
        "payee_id": Asked(_COST.why, US_AND_DESK, ACCOUNTS, "Fine, if our float paid.")
    }

    kind = RadioField(
        "What is it?",
        choices=COST_KIND_WORDS,
        validators=[InputRequired("Choose what it is.")],
    )
    shop = WordsField("What for?", [Needed("Say what it’s for, in a few words."), Length(max=120)])
    amount_pence = PoundsField("How much?", [Needed("Write how much it is, like 6 or 6.50.")])
    payee_id = SelectField("Who is paid?", validate_choice=False, coerce=chosen_id)
    pot = SelectField("From which pot?", validate_choice=False, validators=[Needed("Choose which pot it comes from.")])

    def offer(self, payees: list[Line], pots: dict[str, str]) -> None:
        """The group's own payees and pots to choose from."""
        shown = {one.payee.id: f"{one.payee.name}, {_account(one)}" for one in payees}
        self.payee_id.choices = {"": "Choose…" if payees else "Nobody yet", **shown}
        self.pot.choices = pots if len(pots) == 1 else {"": "Choose…"} | pots

    def facts(self) -> dict:
        facts = super().facts()
        fund, _, line = facts.pop("pot").partition("-")
        return facts | {"fund_id": chosen_id(fund), "line_id": chosen_id(line)}


def _account(one: Line) -> str:
    return f"account ending {one.current.tail}" if one.current else "details to come"


class YesForm(PlainForm):
    """A yes to exactly what was on the page."""

    mark = WordsField(widget=HiddenInput(), validators=[Needed("Look at it once more, then say yes.")])


class RuleForm(PlainForm):
    """Who says yes to costs."""

    ASKED: ClassVar = dict.fromkeys(("needs", "over_pence", "over_needs"), _RULE)

    needs = RadioField("Who says yes to a cost?", choices=NEEDS_WORDS, default="one")
    over_pence = PoundsField("Over how much do more of us say yes?")
    over_needs = RadioField("Who says yes above that?", choices=NEEDS_WORDS, default="two")

    def facts(self) -> dict:
        facts = super().facts()
        return facts if facts["over_pence"] else facts | {"over_pence": None, "over_needs": None}
