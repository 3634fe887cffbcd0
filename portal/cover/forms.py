"""What is typed when someone is away."""

from typing import ClassVar

from wtforms import SelectField

from portal.core.forms import DayField, Needed, PlainForm
from portal.core.ids import id_of
from portal.core.question_reasons import HOSTS_OWN, Asked

_AWAY = Asked(
    "So groups know who answers.", "{host}’s staff. A group sees who has its requests.", HOSTS_OWN, "Nothing is kept."
)


class AwayForm(PlainForm):
    """Who is away, from when until when, and who covers."""

    ASKED: ClassVar = dict.fromkeys(("person_id", "from_on", "until_on", "cover_id"), _AWAY)

    person_id = SelectField("Who is away?", coerce=id_of, validate_choice=False)
    from_on = DayField("First day away", [Needed("Choose the first day.")])
    until_on = DayField("Last day away", [Needed("Choose the last day.")])
    cover_id = SelectField("Who covers?", coerce=id_of, validate_choice=False)
