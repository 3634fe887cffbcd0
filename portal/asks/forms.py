"""What staff type to ask groups something, and what a group answers."""

from collections.abc import Sequence
from typing import ClassVar

from wtforms import HiddenField, IntegerField, RadioField, SelectMultipleField
from wtforms.validators import Length, NumberRange

from portal.asks.models import MOST_MINUTES, MOST_QUESTIONS, AskAnswer, AskQuestion, stands_then
from portal.core.forms import DayField, Needed, PlainForm, WordsField
from portal.core.marks import mark
from portal.core.question_reasons import GROUP_AND_STAFF, HOSTS_OWN, WITH_GROUP, Asked

_NOT_KEPT = "It isn’t kept."
_ASKED = Asked("So a group can judge whether it wants to answer.", GROUP_AND_STAFF, HOSTS_OWN, _NOT_KEPT)
_QUESTIONS = [f"question_{n}" for n in range(1, MOST_QUESTIONS + 1)]


def _question(n: int) -> WordsField:
    checks = [Needed("Ask at least one question.")] if n == 1 else []
    return WordsField(f"Question {n}", [*checks, Length(max=300, message="Keep it under 300 letters.")])


def _said(label: str, missing: str, most: int) -> WordsField:
    return WordsField(label, [Needed(missing), Length(max=most, message=f"Keep it under {most} letters.")])


class DraftForm(PlainForm):
    """An ask, whole: what for, what a group gets, who sees it, how long it takes, and to whom it goes."""

    ASKED: ClassVar = {
        **dict.fromkeys(("title", *_QUESTIONS, "purpose", "gets", "sees", "minutes"), _ASKED),
        "help_by": Asked("So a group knows when it helps most.", GROUP_AND_STAFF, HOSTS_OWN, "Any day is as good."),
        **dict.fromkeys(
            ("whom", "groups"), Asked("So nobody is asked needlessly.", "{host}’s staff.", HOSTS_OWN, _NOT_KEPT)
        ),
    }

    title = _said("What is it about?", "Say in a few words what it is about.", 90)
    purpose = _said("Why do you ask?", "Say why you ask.", 500)
    gets = _said("What does a group get from it?", "Say what a group gets from it. “Nothing” is an answer too.", 500)
    sees = _said("Who sees the answers?", "Say who sees the answers.", 300)
    minutes = IntegerField(
        "How many minutes does it take?", [NumberRange(1, MOST_MINUTES, f"Use a number from 1 to {MOST_MINUTES}.")]
    )
    question_1, question_2, question_3, question_4, question_5 = (_question(n) for n in range(1, MOST_QUESTIONS + 1))
    help_by = DayField("By when would it help?")
    whom = RadioField("To whom?", choices={"all": "All groups", "some": "These groups"}, default="all")
    groups = SelectMultipleField("Which groups, if not all?", coerce=int)

    def validate(self, extra_validators=None) -> bool:
        fits = super().validate(extra_validators)
        if self.whom.data == "some" and not self.groups.data and not self.groups.errors:
            self.groups.errors = ["Choose at least one group."]
            return False
        return fits

    @property
    def questions(self) -> list[WordsField]:
        """The boxes for questions, in order."""
        return [self[name] for name in _QUESTIONS]

    def facts(self) -> dict:
        told = super().facts()
        asked = [told.pop(name) for name in _QUESTIONS]
        whom, groups = told.pop("whom"), told.pop("groups")
        return told | {"questions": [words for words in asked if words], "to_groups": groups if whom == "some" else None}


class SendForm(PlainForm):
    """Why groups are asked although it is over the budget, where it is."""

    ASKED: ClassVar = {
        "over_why": Asked(
            "So a group knows why it is asked so much.", "Those groups, and {host}’s staff.", WITH_GROUP, "Nothing is sent."
        ),
    }

    over_why = WordsField("Why all the same?", [Length(max=200, message="Keep it to a sentence.")])


class CloseForm(PlainForm):
    """What it led to; or a day."""

    ASKED: ClassVar = {
        "outcome": Asked(
            "So those who were asked know.", "Those groups, and {host}’s staff.", HOSTS_OWN, "You name a day."
        ),
        "look_again_on": Asked(
            "So those who were asked know when they hear more.",
            "Those groups, and {host}’s staff.",
            HOSTS_OWN,
            "You say what it led to.",
        ),
    }

    outcome = WordsField("What it led to", [Length(max=500, message="Keep it under 500 letters.")])
    look_again_on = DayField("Nothing yet: when do you look again?")


_ANSWER = Asked(
    "For what it says above. Any of them can stay empty.",
    "Who is named above, once we send it. Until then our organisers.",
    "While we are with {host}, unless we take it back.",
    "Nothing happens, and nobody asks again.",
)
_BOXES = [f"answer_{n}" for n in range(1, MOST_QUESTIONS + 1)]


def _box() -> WordsField:
    return WordsField("Our answer", [Length(max=2000, message="Keep it under 2,000 letters.")])


class AnswersForm(PlainForm):
    """A box for each question of an ask, in their order; those beyond its last one stay out of sight."""

    ASKED: ClassVar = dict.fromkeys(_BOXES, _ANSWER)

    answer_1, answer_2, answer_3, answer_4, answer_5 = (_box() for _ in _BOXES)
    seen = HiddenField()

    def beside(self, questions: Sequence[AskQuestion]) -> list[tuple[AskQuestion, WordsField]]:
        """Each question with its box, which is called as the question is."""
        found = [(one, self[name]) for one, name in zip(questions, _BOXES, strict=False)]
        for question, box in found:
            box.label.text = question.words
        return found

    def answers(self, questions: Sequence[AskQuestion]) -> dict[str, str | None]:
        """What was typed, by the question's id."""
        return {str(question.id): box.data for question, box in self.beside(questions)}

    def saw(self, questions: Sequence[AskQuestion]) -> dict[str, str]:
        """The marks of what stood in the boxes when the page was opened, by the question's id."""
        return {str(question.id): seen for question, seen in zip(questions, (self.seen.data or "").split(), strict=False)}

    def meanwhile(self, questions: Sequence[AskQuestion], written: dict[int, AskAnswer]) -> None:
        """Someone else of us wrote too: their words in the boxes that were left alone, and beside those that weren't."""
        saw = self.saw(questions)
        for question, box in self.beside(questions):
            stands = written[question.id].stands if question.id in written else ""
            then = stands_then(box.data or "", stands, saw.get(str(question.id), mark("")))
            if then is not None:
                box.data = then
            else:
                theirs = f"wrote “{stands}”" if stands else "emptied this"
                box.errors = [f"Meanwhile someone else of us {theirs}. Send again, and yours stands instead."]
