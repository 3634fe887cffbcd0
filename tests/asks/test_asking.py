"""Asking groups something, on both databases: never without a purpose, by each group's own level, rest and budget."""

from datetime import timedelta

import pytest
import sqlalchemy as sa
from sqlalchemy.exc import IntegrityError

from portal.activity.models import Entry
from portal.asks import actions, queries
from portal.asks.models import Ask, AskQuestion, SentAsk, sameness
from portal.autonomy import actions as autonomy
from portal.autonomy.areas import Area, Level
from portal.autonomy.door import ACTIONS, Mistake, NotHere, Proposed, Refused
from portal.autonomy.models import Proposal
from portal.contact import actions as contact
from portal.contact import host_questions
from portal.contact.jobs import let_go
from portal.core.db import db
from portal.notices.jobs import FROM_HOST
from portal.people.roles import HOST_ROLES, SYSTEM
from portal.support import queries as support
from portal.support.models import Message
from tests import make
from tests.asks.conftest import QUESTIONS, SAID, again, ready, send, there
from tests.client import Client
from tests.people import TUESDAY_10AM

WHY = "The council decides on Friday."


def count(model) -> int:
    db.session.rollback()
    return db.session.scalar(sa.select(sa.func.count()).select_from(model))


class TestADraft:
    @pytest.mark.parametrize("purpose", [None, "", " ", " \t\n\r "])
    def test_without_a_purpose_isnt_kept(self, imani, purpose):
        with pytest.raises(Mistake, match="why you ask") as missing:
            actions.draft(imani, questions=list(QUESTIONS), **(SAID | {"purpose": purpose}))
        assert (missing.value.field, count(Ask)) == ("purpose", 0)
        made = actions.draft(imani, questions=list(QUESTIONS), **SAID)
        with pytest.raises(Mistake, match="why you ask"):
            actions.redraft(imani, None, made.id, questions=list(QUESTIONS), **(SAID | {"purpose": purpose}))
        assert again(made).purpose == SAID["purpose"]

    @pytest.mark.parametrize("purpose", ["", "  ", "\n\t"])
    def test_the_database_itself_keeps_none_without_a_purpose(self, imani, purpose):
        actions.draft(imani, questions=list(QUESTIONS), **SAID)
        with pytest.raises(IntegrityError, match="has_a_purpose"):
            db.session.execute(sa.update(Ask).values(purpose=purpose))
        db.session.rollback()

    @pytest.mark.parametrize("name", ["title", "gets", "sees"])
    def test_says_what_a_group_gets_and_who_sees_it(self, imani, name):
        with pytest.raises(Mistake) as missing:
            actions.draft(imani, questions=list(QUESTIONS), **(SAID | {name: " "}))
        assert missing.value.field == name

    def test_is_gone_once_dropped_and_what_was_sent_stays(self, imani):
        draft, sent = (actions.draft(imani, questions=list(QUESTIONS), **SAID) for _ in range(2))
        actions.begin(imani, None, sent.id)
        actions.drop(imani, None, draft.id)
        with pytest.raises(Mistake, match="was sent"):
            actions.drop(imani, None, sent.id)
        assert (count(Ask), count(AskQuestion)) == (1, len(QUESTIONS))
        assert again(sent).title == SAID["title"]

    @pytest.mark.parametrize("minutes", [0, 31])
    def test_takes_from_1_to_30_minutes(self, imani, minutes):
        with pytest.raises(Mistake, match="from 1 to 30"):
            actions.draft(imani, questions=list(QUESTIONS), **(SAID | {"minutes": minutes}))
        for fits in (1, 30):
            assert actions.draft(imani, questions=["One?"], **(SAID | {"minutes": fits})).minutes == fits

    @pytest.mark.parametrize("questions", [[], [" ", ""], ["Q?"] * 6])
    def test_has_one_to_five_questions(self, imani, questions):
        with pytest.raises(Mistake, match="at least one"):
            actions.draft(imani, questions=questions, **SAID)
        assert count(Ask) == 0

    def test_can_be_changed_until_it_goes_out_and_reaches_nobody_before(self, kettle, imani):
        made = actions.draft(imani, questions=["One?"], **SAID)
        actions.redraft(imani, None, made.id, questions=["Two?", "Three?"], **(SAID | {"minutes": 9}))
        assert [one.words for one in queries.questions(made.id)] == ["Two?", "Three?"]
        made = again(made)
        with pytest.raises(NotHere):
            send(imani, kettle, made)
        actions.begin(imani, None, made.id)
        with pytest.raises(Mistake, match="it stays as it is"):
            actions.redraft(imani, None, made.id, questions=["Four?"], **SAID)
        assert (count(SentAsk), count(AskQuestion)) == (0, 2)

    def test_to_chosen_groups_names_at_least_one(self, kettle, imani):
        with pytest.raises(Mistake, match="at least one group"):
            actions.draft(imani, questions=["One?"], to_groups=[], **SAID)
        made = actions.draft(imani, questions=["One?"], to_groups=[kettle.id], **SAID)
        make.group("Another")
        assert [place.group.name for place in queries.places(again(made))] == ["Tuesday Kettle"]


class TestByItsOwnLevel:
    def test_at_only_us_it_is_refused(self, kettle, imani):
        make.set_level(kettle, Area.CONTACT, Level.ONLY_US)
        with pytest.raises(Refused):
            send(imani, kettle, ready(imani))
        assert count(SentAsk) == 0

    def test_at_ask_first_one_short_question_says_why_and_only_a_yes_lets_it_in(self, kettle, marsha, imani):
        ask = ready(imani)
        with pytest.raises(Proposed) as waits:
            send(imani, kettle, ask)
        assert (count(SentAsk), waits.value.proposal.why) == (0, SAID["purpose"])
        assert queries.ours(kettle.id) == []
        autonomy.say_yes(marsha, kettle, waits.value.proposal.id)
        db.session.rollback()
        (sent,) = queries.ours(kettle.id)
        assert (sent.ask.title, sent.released_at) == ("Autumn survey", TUESDAY_10AM)

    def test_their_no_is_the_end_of_it(self, kettle, marsha, imani):
        ask = ready(imani)
        with pytest.raises(Proposed) as waits:
            send(imani, kettle, ask)
        with pytest.raises(Mistake, match="already"):
            send(imani, kettle, ask)
        autonomy.say_no(marsha, kettle, waits.value.proposal.id)
        with pytest.raises(Mistake, match="Once is enough"):
            send(imani, kettle, ask)
        assert (count(SentAsk), count(Proposal)) == (0, 1)

    def test_a_yes_still_lets_it_in_where_they_loosened_meanwhile(self, kettle, marsha, imani):
        asks = [ready(imani, title=title) for title in ("One", "Two")]
        for ask in asks:
            with pytest.raises(Proposed) as waits:
                send(imani, kettle, ask)
        make.set_level(kettle, Area.CONTACT, Level.YOU_DO)
        autonomy.say_yes(marsha, kettle, waits.value.proposal.id)
        db.session.rollback()
        assert [sent.ask.title for sent in queries.ours(kettle.id)] == ["Two"]

    def test_a_no_whose_words_were_taken_out_is_still_a_no(self, app, kettle, marsha, imani):
        ask = ready(imani, minutes=8)
        with pytest.raises(Proposed) as waits:
            send(imani, kettle, ask)
        number, entry = waits.value.proposal.id, make.newest_entry(kettle, "asks.send").id
        autonomy.say_no(marsha, kettle, number)
        autonomy.erase(marsha, kettle, entry)
        assert not db.session.get_one(Proposal, number).has_words
        with pytest.raises(Mistake, match="Once is enough"):
            send(imani, kettle, ask)
        assert host_questions.had([kettle.id])[kettle.id].minutes == 8
        page = Client(app).as_(make.person("Marsha")).get(f"/g/tuesday-kettle/proposals/{number}")
        assert (page.status_code, SAID["title"] in page.text) == (200, False)

    def test_told_after_it_leaves_in_their_hours_and_they_can_undo_it(self, time, kettle, marsha, imani):
        make.set_level(kettle, Area.CONTACT, Level.TELL_AFTER)
        contact.set_times(marsha, kettle, days="sat", from_hour=19, until_hour=21, reach_by="here")
        sent = send(imani, kettle, ready(imani))
        assert again(sent).is_held
        time.move_to(TUESDAY_10AM + timedelta(days=4, hours=8, minutes=59))
        let_go()
        assert again(sent).is_held
        time.move_to(TUESDAY_10AM + timedelta(days=4, hours=9))
        let_go()
        let_go()
        assert again(sent).is_open
        assert db.session.scalar(sa.select(sa.func.count(Entry.id)).where(Entry.action == "asks.release")) == 1
        autonomy.undo(marsha, kettle, make.newest_entry(kettle, "asks.send").id)
        assert not again(sent).is_open

    def test_undone_when_it_was_let_go_it_is_over_and_nobody_asks_whether_they_may(self, time, kettle, marsha, imani):
        make.set_level(kettle, Area.CONTACT, Level.TELL_AFTER)
        time.move_to(TUESDAY_10AM + timedelta(hours=9))
        sent = send(imani, kettle, ready(imani))
        time.move_to(TUESDAY_10AM + timedelta(days=1))
        let_go()
        autonomy.undo(marsha, kettle, make.newest_entry(kettle, "asks.release").id)
        let_go()
        assert again(sent).closed_at
        assert count(Proposal) == 0

    def test_looked_after_it_leaves_on_a_working_day(self, time, kettle, imani):
        make.set_level(kettle, Area.CONTACT, Level.YOU_DO)
        assert send(imani, kettle, ready(imani)).is_open
        time.move_to(TUESDAY_10AM + timedelta(hours=7))
        late = send(imani, kettle, ready(imani))
        assert again(late).is_held
        actions.call_off(imani, kettle, late.id)
        time.move_to(TUESDAY_10AM + timedelta(days=1))
        let_go()
        assert again(late).released_at is None

    def test_what_has_left_cant_be_called_off_nor_sent_twice(self, kettle, imani):
        sent = there(imani, kettle)
        with pytest.raises(Mistake, match="left already"):
            actions.call_off(imani, kettle, sent.id)
        with pytest.raises(Mistake, match="Once is enough"):
            send(imani, kettle, again(sent).ask)

    def test_a_page_of_it_closed_meanwhile_isnt_let_in_by_a_yes(self, kettle, marsha, imani):
        ask = ready(imani)
        with pytest.raises(Proposed) as waits:
            send(imani, kettle, ask)
        actions.close(imani, None, ask.id, outcome="We know enough.")
        with pytest.raises(Mistake, match="closed"):
            autonomy.say_yes(marsha, kettle, waits.value.proposal.id)
        autonomy.say_no(marsha, kettle, waits.value.proposal.id)

    def test_what_is_closed_doesnt_go_out_again(self, imani):
        ask = ready(imani)
        actions.close(imani, None, ask.id, outcome="We know enough.")
        with pytest.raises(Mistake, match="closed"):
            actions.begin(imani, None, ask.id)

    def test_only_an_ask_is_called_off_before_its_answer(self, kettle, imani):
        """Whatever else waits for the group's yes goes on waiting."""
        with pytest.raises(Proposed) as other:
            contact.ask(imani, kettle, about="Your hall")
        with pytest.raises(NotHere):
            actions.call_off_first(imani, kettle, other.value.proposal.id)
        assert again(other.value.proposal).answered_at is None

    @pytest.mark.parametrize("tightened", [Level.ASK_FIRST, Level.ONLY_US])
    def test_what_is_held_follows_the_setting_at_the_moment_it_would_leave(self, time, kettle, marsha, imani, tightened):
        make.set_level(kettle, Area.CONTACT, Level.YOU_DO)
        time.move_to(TUESDAY_10AM + timedelta(hours=9))
        sent = send(imani, kettle, ready(imani))
        autonomy.set_level(make.actor(make.person("Marsha")), kettle, area="contact", level=tightened)
        time.move_to(TUESDAY_10AM + timedelta(days=1))
        let_go()
        assert again(sent).is_held
        with pytest.raises(Refused if tightened is Level.ONLY_US else Proposed):
            actions.release(SYSTEM, kettle, sent.id)
        assert again(sent).is_held


class TestWhileTheyRest:
    def test_it_is_held_and_waits_for_nobody_until_they_are_back(self, time, kettle, marsha, imani):
        make.set_level(kettle, Area.CONTACT, Level.YOU_DO)
        autonomy.rest(marsha, kettle, days=14)
        sent = send(imani, kettle, ready(imani))
        for days in (1, 6, 13):
            time.move_to(TUESDAY_10AM + timedelta(days=days))
            let_go()
            assert again(sent).is_held
            assert (queries.ours(kettle.id), queries.one_of_ours(kettle.id, sent.ask.number)) == ([], None)
        time.move_to(TUESDAY_10AM + timedelta(days=14, seconds=1))
        let_go()
        assert again(sent).is_open

    def test_told_after_becomes_a_question_first(self, kettle, marsha, imani):
        make.set_level(kettle, Area.CONTACT, Level.TELL_AFTER)
        autonomy.rest(marsha, kettle, days=14)
        with pytest.raises(Proposed):
            send(imani, kettle, ready(imani))
        assert count(SentAsk) == 0


def ask_once(by, group, n: int, over_why=None):
    return contact.ask(by, group, about=f"Question {n}", over_why=over_why)


def send_once(by, group, n: int, over_why=None):
    return send(by, group, ready(by, title=f"Ask {n}"), over_why)


def read_by(by, group, request) -> str:
    """What someone in the group reads in a single question."""
    assert support.thread(request.number, by, group.id)
    return db.session.scalars(sa.select(Message.words).where(Message.request_id == request.id)).one()


# Every route that puts a question to a group. What else the host does that waits for words of a group's is no ask, because:
ROUTES = {"contact.ask": ask_once, "asks.send": send_once}
NO_ASK = {
    "asks.release": "lets go an ask that was counted as it was made",
    "contact.release": "the same, for a single question",
    "asks.tell": "says what an ask led to",
    "autonomy.explain": "answers what the group asked about a proposal",
    "bank.receive_into": "money came",
    "bank.settle_cost": "money went",
    "bank.settle_payment": "money went",
    "disagreements.answer": "answers the group’s disagreement",
    "documents.offer": "offers words; an answer is the group’s affair, and nothing reminds it",
    "documents.offer_version": "the same in other words",
    "documents.sign": "the host’s own signature",
    "documents.tell": "tells of a rule to come",
    "heard.answer": "says what came of what the group passed on",
    "ledger.change_fee": "says what will change",
    "notices.remind": "the one reminder of a proposal (autonomy guide)",
    "payees.second": "checks an account that the group gave",
    "payees.stop": "checks an account that the group gave",
    "receipts.ask": "about a receipt the group sent to be paid: its own matter",
    "receipts.give_up_picture": "about a picture the group sent",
    "receipts.hold": "the floor: says what a payment waits for",
    "risks.answer": "answers a worry of the group’s",
    "risks.take_in": "answers a worry of the group’s",
    "sharing.pass_on": "passes on what somebody outside wrote",
    "sharing.withdraw": "takes back what was shown",
    "support.propose_closing": "in a request of the group’s own",
    "support.reply": "in a request of the group’s own",
    "support.say_sorry": "in a request of the group’s own",
}


def test_every_action_by_which_the_host_could_ask_is_counted_or_named_as_no_ask(app):
    could = {
        name
        for name, action in ACTIONS.items()
        if action.roles & HOST_ROLES and (action.area is Area.CONTACT or name in FROM_HOST)
    }
    assert could == set(ROUTES) | set(NO_ASK)
    assert set(host_questions.KINDS) == set(ROUTES)
    for kind in host_questions.KINDS.values():
        assert kind.release.name in NO_ASK


@pytest.mark.parametrize("route", ROUTES)
class TestTheBudget:
    """Two asks and 20 minutes within 30 days, whichever way they come."""

    def fill(self, imani, group) -> None:
        """One of each kind."""
        for n, ask in enumerate(ROUTES.values()):
            ask(imani, group, n)

    def test_over_it_nothing_leaves_without_a_sentence_that_the_group_reads(self, kettle, marsha, imani, route):
        make.set_level(kettle, Area.CONTACT, Level.YOU_DO)
        self.fill(imani, kettle)
        assert host_questions.had([kettle.id]) == {kettle.id: host_questions.Had(2, 9)}
        for blank in (None, "", "  "):
            with pytest.raises(Mistake, match="more than we mean to ask") as over:
                ROUTES[route](imani, kettle, 3, blank)
            assert over.value.field == "over_why"
        assert host_questions.had([kettle.id])[kettle.id].asks == 2
        made = ROUTES[route](imani, kettle, 3, WHY)
        if route == "asks.send":
            assert queries.one_of_ours(kettle.id, again(made).ask.number).why_more == WHY
        else:
            assert WHY in read_by(marsha, kettle, made)

    def test_a_sentence_that_nobody_needed_isnt_kept(self, kettle, marsha, imani, route):
        make.set_level(kettle, Area.CONTACT, Level.YOU_DO)
        made = ROUTES[route](imani, kettle, 3, WHY)
        if route == "asks.send":
            assert again(made).why_more is None
        else:
            assert WHY not in read_by(marsha, kettle, made)

    def test_it_holds_for_the_short_question_first(self, kettle, marsha, imani, route):
        for n, ask in enumerate(ROUTES.values()):
            with pytest.raises(Proposed):
                ask(imani, kettle, n)
        assert host_questions.had([kettle.id]) == {kettle.id: host_questions.Had(2, 9)}
        with pytest.raises(Mistake, match="more than we mean to ask"):
            ROUTES[route](imani, kettle, 3)
        assert count(Proposal) == 2
        with pytest.raises(Proposed) as waits:
            ROUTES[route](imani, kettle, 3, WHY)
        assert waits.value.proposal.facts["over_why"] == WHY
        autonomy.say_yes(marsha, kettle, waits.value.proposal.id)
        assert host_questions.had([kettle.id])[kettle.id].asks == 3

    @pytest.mark.parametrize("level", [Level.TELL_AFTER, Level.YOU_DO])
    def test_it_holds_while_they_rest(self, kettle, marsha, imani, route, level):
        make.set_level(kettle, Area.CONTACT, level)
        self.fill(imani, kettle)
        autonomy.rest(marsha, kettle, days=14)
        with pytest.raises(Mistake, match="more than we mean to ask"):
            ROUTES[route](imani, kettle, 3)
        if level is Level.TELL_AFTER:
            with pytest.raises(Proposed):
                ROUTES[route](imani, kettle, 3, WHY)
        else:
            assert again(ROUTES[route](imani, kettle, 3, WHY)).is_held

    def test_at_only_us_no_sentence_helps(self, kettle, imani, route):
        make.set_level(kettle, Area.CONTACT, Level.ONLY_US)
        with pytest.raises(Refused):
            ROUTES[route](imani, kettle, 3, WHY)

    def test_30_days_later_there_is_room_again(self, time, kettle, imani, route):
        make.set_level(kettle, Area.CONTACT, Level.YOU_DO)
        self.fill(imani, kettle)
        time.move_to(TUESDAY_10AM + timedelta(days=29))
        with pytest.raises(Mistake):
            ROUTES[route](imani, kettle, 3)
        time.move_to(TUESDAY_10AM + timedelta(days=30))
        ROUTES[route](imani, kettle, 3)


class TestWhatCounts:
    def test_minutes_do_too(self, kettle, imani):
        there(imani, kettle, minutes=16)
        with pytest.raises(Mistake, match="more than we mean"):
            contact.ask(imani, kettle, about="Five minutes more")
        send(imani, kettle, ready(imani, minutes=4))
        assert host_questions.had([kettle.id])[kettle.id] == host_questions.Had(2, 20)

    def test_one_alone_can_be_too_long(self, kettle, imani):
        make.set_level(kettle, Area.CONTACT, Level.YOU_DO)
        with pytest.raises(Mistake, match="more than we mean"):
            send(imani, kettle, ready(imani, minutes=21))

    def test_what_is_held_counts_and_what_was_called_off_before_it_left_doesnt(self, time, kettle, imani):
        make.set_level(kettle, Area.CONTACT, Level.YOU_DO)
        time.move_to(TUESDAY_10AM + timedelta(hours=9))
        sent, single = send_once(imani, kettle, 1), ask_once(imani, kettle, 1)
        assert host_questions.had([kettle.id])[kettle.id].asks == 2
        actions.call_off(imani, kettle, sent.id)
        contact.call_off(imani, kettle, single.id)
        assert host_questions.had([kettle.id])[kettle.id] == host_questions.Had()

    def test_what_they_must_know_asks_for_nothing_and_a_groups_own_request_is_no_ask(self, kettle, marsha, imani):
        from portal.support import actions as requests

        contact.tell(imani, kettle, must_know="safety", words="The boiler leaks")
        requests.ask(marsha, kettle, words="Is the hall free?")
        assert host_questions.had([kettle.id])[kettle.id] == host_questions.Had()

    def test_each_group_has_its_own(self, kettle, walkers, imani):
        there(imani, kettle)
        assert host_questions.had([kettle.id, walkers.id]) == {
            kettle.id: host_questions.Had(1, 4),
            walkers.id: host_questions.Had(),
        }


def test_the_words_of_two_questions_are_the_same_whatever_their_marks():
    assert sameness("  How many — of you — come? ") == sameness("how many of you come") == "how many of you come"
