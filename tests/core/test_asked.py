"""Why we ask: every field of every form says it (that every page tells it is in tests/site/test_asked.py)."""

import re

from portal.core.forms import PlainForm
from portal.core.question_reasons import Asked, is_hidden
from tests.core.test_every_form import every_form  # noqa: F401 - a fixture

SENTENCE = re.compile(r"(?:[A-Z0-9“]|\{host\}).{2,}[.”]")
LONGEST = 120  # letters: read by someone tired, on a phone


def test_every_field_of_every_form_says_why_who_how_long_and_without(app, every_form):  # noqa: F811
    said, wrong = 0, []
    with app.test_request_context():
        for kind in every_form:
            for field in kind():
                if is_hidden(field):
                    wrong += [f"{kind.__name__}.{field.name} asks nobody"] if field.asked else []
                    continue
                said += 1
                answers = field.asked and (field.asked.why, field.asked.who, field.asked.kept, field.asked.skipped)
                if not answers or not all(SENTENCE.fullmatch(one) and len(one) <= LONGEST for one in answers):
                    wrong.append(f"{kind.__module__}.{kind.__name__}.{field.name}: {answers}")
    assert wrong == []
    assert said > 100


def test_what_a_form_says_is_of_a_field_it_has(app, every_form):  # noqa: F811
    with app.test_request_context():
        for kind in every_form:
            assert set(vars(kind).get("ASKED", {})) <= set(kind().data), kind


def test_a_form_takes_over_what_another_says_and_may_say_it_anew(app):
    one, other = (Asked(f"So {which}.", "All of us.", "A year.", "Fine.") for which in ("this", "that"))

    class First(PlainForm):
        ASKED = {"words": one}

    class Second(First):
        pass

    class Third(Second):
        ASKED = {"words": other}

    assert [kind.asked_of("words") for kind in (PlainForm, First, Second, Third)] == [None, one, one, other]
