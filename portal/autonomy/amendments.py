"""How a group writes its own words over what staff propose, and agrees to those: in the form the action has anyway, so that
the same things are asked of it. Each feature says here which form that is; without one a proposal is answered yes or no.
"""

from collections.abc import Mapping

from werkzeug.datastructures import MultiDict
from wtforms.widgets import TextInput

from portal.autonomy.door import Action
from portal.autonomy.models import Proposal
from portal.core.forms import PlainForm

FORMS: dict[str, type[PlainForm]] = {}
PREFIX = "to-"


def register(action: Action, form: type[PlainForm]) -> None:
    """Let what is proposed of this action be changed in this form, by fields of the same names as its facts."""
    FORMS[action.name] = form


def as_proposed(proposal: Proposal) -> PlainForm | None:
    """The form filled in as it was proposed; None where nothing of it can be written anew."""
    return _form(proposal, {f"{PREFIX}{name}": _written(name, value) for name, value in proposal.facts.items()})


def as_typed(proposal: Proposal, typed: Mapping[str, str]) -> PlainForm | None:
    """The form as the group filled it in; None where it only said yes."""
    return _form(proposal, {name: value for name, value in typed.items() if name.startswith(PREFIX)})


def _form(proposal: Proposal, typed: dict[str, str]) -> PlainForm | None:
    if proposal.action not in FORMS:
        return None
    form = FORMS[proposal.action](MultiDict(typed), prefix=PREFIX)
    for field in list(form):
        if field.short_name not in proposal.facts or field.name not in typed or not isinstance(field.widget, TextInput):
            del form[field.short_name]
    return form if list(form) else None


def _written(name: str, value) -> str:
    if isinstance(value, int) and name.endswith("_pence"):
        return f"{value // 100}.{value % 100:02}"
    return "" if value is None else str(value)
