"""What is ticked, and for which day."""

from datetime import date
from typing import ClassVar

from wtforms import RadioField, SelectMultipleField
from wtforms.validators import InputRequired, Length

from portal.core.filters import full_day
from portal.core.forms import PlainForm
from portal.core.question_reasons import ACCOUNTS, Asked
from portal.payments.queries import READY


def _day(value) -> date | None:
    try:
        return date.fromisoformat(value)
    except (TypeError, ValueError):
        return None


_RUN = Asked(
    "So a colleague can release it.", "Finance, and each group what is its own.", ACCOUNTS, "It waits for another run."
)


class PrepareForm(PlainForm):
    ASKED: ClassVar = {"picked": _RUN, "pay_on": _RUN}

    picked = SelectMultipleField(
        "Costs",
        [InputRequired("Tick at least one."), Length(max=READY, message="Tick fewer at once.")],
        coerce=int,
        validate_choice=False,
    )
    pay_on = RadioField("Pay day", [InputRequired("Choose a pay day.")], coerce=_day, validate_choice=False)

    def __init__(self, *args, days=(), **kwargs):
        super().__init__(*args, **kwargs)
        self.pay_on.choices = {day.isoformat(): full_day(day) for day in days}
        if self.pay_on.data is None and not self.pay_on.raw_data and days:
            self.pay_on.data = days[0]
