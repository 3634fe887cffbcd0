"""What people type about a receipt."""

from typing import ClassVar

from wtforms import BooleanField, FileField, HiddenField, IntegerField, MultipleFileField, SelectField
from wtforms.validators import Length, Optional
from wtforms.widgets import HiddenInput

from portal.core.forms import (
    WHY,
    DayField,
    Needed,
    PlainForm,
    PoundsField,
    WordsField,
    not_in_future,
    not_long_ago,
    why_field,
)
from portal.core.ids import id_of
from portal.core.question_reasons import ACCOUNTS, GROUP_AND_STAFF, US_AND_DESK, Asked
from portal.ledger.models import LEDGER_CODES
from portal.receipts.models import Asks

_short = Length(max=120)
_FACT = Asked("So it can be paid and booked right.", US_AND_DESK, ACCOUNTS, "Fine. We may be asked later.")
_OWN = Asked("For us, to find it again.", US_AND_DESK, ACCOUNTS, "That’s fine.")
_WORD = Asked("Our word stands in for the receipt.", US_AND_DESK, ACCOUNTS, "We can add it once we know.")
_ANSWER = Asked("So it can go on.", US_AND_DESK, ACCOUNTS, "The question waits.")
_DESK_ASKS = Asked("So the group knows what is missing.", GROUP_AND_STAFF, ACCOUNTS, "Nothing is asked.")
_HELD = Asked("So the group knows why, and until when.", GROUP_AND_STAFF, ACCOUNTS, "Nothing is held.")
_PICTURE = Asked(
    "It shows what was paid. Where it was taken is removed.",
    US_AND_DESK,
    ACCOUNTS,
    "Our word will do.",
)


class DetailsForm(PlainForm):
    """What the group says of its receipt. Nothing here is needed."""

    ASKED: ClassVar = dict.fromkeys(("shop", "amount_pence", "spent_on", "fund_id"), _FACT) | {"label": _OWN, "note": _OWN}

    shop = WordsField("Where from", [_short])
    amount_pence = PoundsField("How much")
    spent_on = DayField("When", [not_in_future, not_long_ago])
    label = WordsField("Our label", [Length(max=60)])
    note = WordsField("Note", [Length(max=2000, message="Keep it under 2,000 letters.")])
    fund_id = SelectField("Which pot of money?", coerce=id_of, validate_choice=False)


class LabelForm(PlainForm):
    """The group's own label, as the desk changes or suggests it."""

    ASKED: ClassVar = {
        "label": Asked("The group’s own word for it.", GROUP_AND_STAFF, ACCOUNTS, "It has none."),
        "why": WHY,
    }

    label = WordsField("Label", [Length(max=60)])
    why = why_field()


class NoReceiptForm(PlainForm):
    """A cost there is no receipt of."""

    ASKED: ClassVar = dict.fromkeys(("shop", "amount_pence", "spent_on", "why"), _WORD)

    shop = WordsField("What was it?", [Needed("Say what it was, in a word or two."), _short])
    amount_pence = PoundsField("How much", [Needed("Enter how much it was. Your best guess is fine.")])
    spent_on = DayField("When", [Needed("Choose a day. Roughly is fine."), not_in_future, not_long_ago])
    why = SelectField(
        "What happened to the receipt?",
        choices={one: one for one in ("They don’t give one", "It got lost", "It can’t be read any more", "Something else")},
        validate_choice=True,
        default="They don’t give one",
    )


class AnswerForm(PlainForm):
    """An answer to a question; which box is shown depends on what is asked."""

    ASKED: ClassVar = dict.fromkeys(("words", "amount_pence", "fund_id"), _ANSWER)

    words = WordsField("Your answer", [Length(max=2000, message="Keep it under 2,000 letters.")])
    amount_pence = PoundsField("How much")
    fund_id = SelectField("Which pot of money?", coerce=id_of, validate_choice=False)


class AskForm(PlainForm):
    """A question from the desk."""

    ASKED: ClassVar = {"asks": _DESK_ASKS, "words": _DESK_ASKS}

    asks = SelectField(
        "Question",
        choices={asks.key: asks.sentence for asks in Asks if asks is not Asks.SAME},
        default=Asks.CLEARER.key,
    )
    words = WordsField("In your own words", [Length(max=1000, message="Keep it under 1,000 letters.")])


class CheckForm(PlainForm):
    """Accepting a receipt on the desk."""

    ASKED: ClassVar = {
        "ledger_code": Asked("So the books are right.", GROUP_AND_STAFF, ACCOUNTS, "It isn’t accepted yet."),
    }

    ledger_code = SelectField(
        "Our ledger code", choices={"": "Choose…", **{c: f"{c} {name}" for c, name in LEDGER_CODES.items()}}
    )
    amount_pence = IntegerField(validators=[Optional()], widget=HiddenInput())


class RenewForm(PlainForm):
    """Holding one receipt on, after looking again."""

    ASKED: ClassVar = {"reason": _HELD}

    reason = WordsField("Why it goes on", [Needed("Say why it goes on."), Length(max=300)])


class ReleaseForm(PlainForm):
    """Letting a receipt go."""

    ASKED: ClassVar = {
        "mistaken": Asked(
            "So we can be held to it.", "Counted for everyone. The group sees it in its log.", ACCOUNTS, "It was right."
        )
    }

    mistaken = BooleanField("It was a mistake to hold it")


class HoldForm(PlainForm):
    """Holding one receipt back."""

    ASKED: ClassVar = {"rule": _HELD, "reason": _HELD, "releases": _HELD}

    rule = SelectField(
        "Rule",
        choices={
            "F5": "The fund has nothing left",
            "F4": "Someone close would be paid",
            "F3": "We need to check who is paid",
            "F2": "The fund’s terms or the law don’t allow it",
        },
    )
    reason = WordsField("Why", [Needed("Say why, in words the group will read."), Length(max=300)])
    releases = WordsField("What releases it", [Needed("Say what would release it."), Length(max=300)])


class UploadForm(PlainForm):
    """Pictures are read while they arrive (`core/uploads.py`), not from here."""

    ASKED: ClassVar = {"photo": _PICTURE, "files": _PICTURE}

    receipt_key = HiddenField(validators=[Length(max=64)])
    photo = FileField("Picture")
    files = MultipleFileField("Photos or files")
