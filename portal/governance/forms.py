"""What is typed and chosen about how a group runs: one small form for each act."""

from datetime import date
from typing import ClassVar

from wtforms import RadioField, SelectField
from wtforms.validators import Length, ValidationError

from portal.core.forms import Needed, PlainForm, WordsField, with_why
from portal.core.ids import chosen_id
from portal.core.question_reasons import (
    GROUP_AND_STAFF,
    HOSTS_OWN,
    NOTHING_HAPPENS,
    US_AND_STAFF,
    WITH_GROUP,
    WITH_US,
    Asked,
)
from portal.governance import months
from portal.governance.starting_set import HOLDER_WORDS, Holder
from portal.governance.states import STATUS_WORDS

_STANDS = Asked("So we both know how it stands.", US_AND_STAFF, WITH_US, NOTHING_HAPPENS)
_HOSTS = Asked("So the group knows what you carry for it.", GROUP_AND_STAFF, WITH_GROUP, NOTHING_HAPPENS)
_LINE = Length(max=300, message="Keep it under 300 letters.")


class StatusForm(PlainForm):
    """How something stands."""

    ASKED: ClassVar = {"status": _STANDS}

    status = RadioField("How does it stand?", choices=STATUS_WORDS)


class MonthForm(PlainForm):
    """In which month someone looks again."""

    ASKED: ClassVar = {"look_on": _STANDS}

    NO_MONTH: ClassVar[dict[str, str]] = {"": "No month"}

    look_on = SelectField("Look again in", validate_choice=False)

    def __init__(self, *args, look_on: date | None = None, **kwargs):
        super().__init__(*args, **kwargs)
        self.look_on.choices = self.NO_MONTH | months.coming()
        if not args:
            self.look_on.data = months.of(look_on).isoformat() if look_on else ""

    def validate_look_on(self, field):
        """One of the months that come, or none."""
        if field.data not in field.choices:
            raise ValidationError("Choose one of these months.")

    def facts(self) -> dict:
        chosen = self.look_on.data
        return super().facts() | {"look_on": date.fromisoformat(chosen) if chosen else None}


class HolderForm(PlainForm):
    """Who holds it: the group, or both."""

    ASKED: ClassVar = {"holder": _STANDS}

    holder = RadioField("Who holds it?", choices={one.value: HOLDER_WORDS[one] for one in (Holder.GROUP, Holder.SHARED)})


class NoteForm(PlainForm):
    """A line on it."""

    ASKED: ClassVar = {"note": _STANDS}

    note = WordsField("A note", [_LINE])


class OwnWayForm(PlainForm):
    """How the group does it, if it wants to say."""

    ASKED: ClassVar = {"words": Asked("So whoever is new finds it.", US_AND_STAFF, WITH_US, "It counts just the same.")}

    words = WordsField("How we do it, if we like", [Length(max=4000, message="Keep it under 4,000 letters.")])


class TalkForm(PlainForm):
    """What to talk about, if the group wants to say."""

    ASKED: ClassVar = {"words": Asked("So {host} comes prepared.", US_AND_STAFF, WITH_US, "They ask when we talk.")}

    words = WordsField("What about, if we like", [Length(max=1000, message="Keep it under 1,000 letters.")])


class AddForm(HolderForm, NoteForm):
    """Something of the group's own."""

    ASKED: ClassVar = {"name": Asked("So we can find it.", US_AND_STAFF, WITH_US, "Nothing is added.")}

    name = WordsField(
        "What is it?", [Needed("Write what it is, like kitchen rota."), Length(max=80, message="Keep it short.")]
    )


TheirStatusForm = with_why(StatusForm)
TheirMonthForm = with_why(MonthForm)
TheirNoteForm = with_why(NoteForm)
CarryForm = with_why(PlainForm)  # that the host takes it on


class HandForm(PlainForm):
    """To whom something goes."""

    ASKED: ClassVar = {"person_id": Asked("So it is clear who has it.", GROUP_AND_STAFF, HOSTS_OWN, NOTHING_HAPPENS)}

    person_id = SelectField("With whom?", [Needed("Choose someone.")], coerce=chosen_id, validate_choice=False)


class DoneForm(MonthForm):
    """Done, and when the host looks again."""

    ASKED: ClassVar = {"look_on": _HOSTS, "words": _HOSTS}
    NO_MONTH: ClassVar[dict[str, str]] = {}

    words = WordsField("A line for the group", [_LINE])
