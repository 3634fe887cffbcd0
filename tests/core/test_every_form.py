"""Every field of every form: whatever is typed into it, nothing breaks, and what doesn't fit has a plain sentence."""

import re

import pytest
from werkzeug.datastructures import MultiDict

from portal.core.forms import PlainForm

ODD = (
    *("", " ", "\x00", "0", "-1", "£-5.00", "1e12", "999999999999", "1.234", "٣", "NaN", "12-34-5x", "x", "ten"),
    *("31/2/2026", "2026-02-30", "29/2/2027", "0000-00-00", "9999-12-31", "yesterday", "1/1/1"),
    *("x" * 5000, "🐄" * 200, "<b>x</b>", "a\u202eb", "a\r\nb", "é", "../../x", "nobody@", "{{ 7 * 7 }}"),
)
SENTENCE = re.compile(r"[A-Z“].*(?:[.?0-9”]|\.org)$", re.DOTALL)
LIBRARYS_OWN = re.compile(
    r"\bfield\b|Not a valid|Not match|Invalid|required|must be|must match|characters? long|could not coerce", re.IGNORECASE
)


def forms(kind=PlainForm) -> list[type[PlainForm]]:
    return [made for one in kind.__subclasses__() for made in (one, *forms(one)) if made.__module__.startswith("portal.")]


@pytest.fixture
def every_form(app):
    return sorted(set(forms()), key=str)


@pytest.mark.slow
def test_whatever_is_typed_into_any_field_breaks_nothing_and_what_does_not_fit_has_a_sentence(app, every_form):
    assert len(every_form) > 50
    wrong = []
    with app.test_request_context():
        for kind in every_form:
            for name in kind().data:
                for typed in ODD:
                    form = kind(MultiDict({name: typed}))
                    for field in form:
                        if getattr(field, "choices", ()) is None:
                            field.choices = {"1": "One"}
                    form.validate()
                    wrong += [
                        f"{kind.__module__}.{kind.__name__}.{field.name}: {said}"
                        for field in form
                        for said in field.errors
                        if field.name != "key" and (not SENTENCE.match(said) or LIBRARYS_OWN.search(said))
                    ]
    assert sorted(set(wrong)) == []
