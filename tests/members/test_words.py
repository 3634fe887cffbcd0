"""What staff read of inviting somebody, and where a group's page leads them."""

import pytest

from portal.autonomy.areas import Level, Outcome
from portal.members import words
from portal.people.roles import Role


@pytest.mark.parametrize(
    ("outcome", "button", "follows"),
    [
        (Outcome.PROPOSE, "Suggest them", "Nothing is sent until an organiser says yes."),
        (Outcome.ALLOW_TELL, "Invite them", "The group is told, and can take it back."),
        (Outcome.ALLOW_LIST, "Invite them", "It shows in What’s changed."),
    ],
)
def test_the_button_says_what_it_does_and_what_follows(outcome, button, follows):
    form = words.inviting(outcome)
    assert (form.button, form.follows) == (button, follows)


def test_where_a_group_says_no_there_is_no_form():
    assert words.inviting(Outcome.DENY) is None


def test_staff_read_how_a_group_that_keeps_its_people_can_be_reached():
    assert "answer in a request" in words.why_hidden(Level.ASK_FIRST)
    assert words.why_hidden(Level.YOU_DO) == "The group shows this to coordinators."


def test_a_trustee_is_led_to_money_and_documents_but_not_to_contact_or_a_legal_duty():
    led_to = {way.endpoint for way in words.ways(frozenset({Role.TRUSTEE}))}
    assert led_to == {"how_they_run.listed", "ledger.books", "their_documents.index", "silence.show"}
