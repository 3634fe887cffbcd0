"""What people type into a budget, and into a search of what moved."""

from typing import ClassVar

from wtforms import SelectField
from wtforms.validators import Length

from portal.core.forms import Needed, PlainForm, PoundsField, WordsField, pence_of, with_why
from portal.core.ids import chosen_id
from portal.core.question_reasons import ACCOUNTS, NOTHING_HAPPENS, US_AND_STAFF, Asked


def chosen(label: str, sentence: str) -> SelectField:
    return SelectField(label, [Needed(sentence)], coerce=chosen_id, validate_choice=False)


_PLAN = Asked("So the plan shows what is left.", US_AND_STAFF, ACCOUNTS, NOTHING_HAPPENS)
_MOVE = Asked("So the plan fits what we do.", US_AND_STAFF, ACCOUNTS, NOTHING_HAPPENS)


class LineForm(PlainForm):
    ASKED: ClassVar = {"name": _PLAN, "planned_pence": _PLAN}

    name = WordsField(
        "What is it for?", [Needed("Write what it is for, like food."), Length(max=60, message="Keep it short.")]
    )
    planned_pence = PoundsField("How much do we plan for it?", [Needed("Write how much, like 500 or 500.50.")])


class MoveForm(PlainForm):
    """Between two lines of one fund; `lines` are those to choose from."""

    ASKED: ClassVar = {"from_id": _MOVE, "to_id": _MOVE, "amount_pence": _MOVE}

    from_id = chosen("From", "Choose a line.")
    to_id = chosen("To", "Choose a line.")
    amount_pence = PoundsField("How much?", [Needed("Write how much, like 80 or 80.50.")])

    def __init__(self, *args, lines=(), **kwargs):
        super().__init__(*args, **kwargs)
        choices = {one.line.id: one.line.name for one in lines if not one.line.dropped_at}
        self.from_id.choices = self.to_id.choices = choices
        if not args and len(choices) > 1:
            self.to_id.data = list(choices)[1]


class BetweenForm(PlainForm):
    """From one fund to another."""

    ASKED: ClassVar = {"to_id": _MOVE, "amount_pence": _MOVE}

    to_id = chosen("Into which pot?", "Choose a pot.")
    amount_pence = PoundsField("How much?", [Needed("Write how much, like 80 or 80.50.")])

    def __init__(self, *args, funds=(), **kwargs):
        super().__init__(*args, **kwargs)
        self.to_id.choices = {fund.id: fund.name for fund in funds}


AskingMoveForm = with_why(MoveForm)
AskingBetweenForm = with_why(BetweenForm)


def asked_for(typed: str) -> dict:
    """What a search is for: an amount, where it reads as one, or words."""
    typed = typed.strip()[:100]
    try:
        return {"pence": pence_of(typed)} if typed else {}
    except ValueError:
        return {"words": typed}
