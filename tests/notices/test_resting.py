"""Quiet mode leaks nothing: over every mail there is, and over everything that anyone at the host can do."""

from dataclasses import replace
from datetime import UTC, date, datetime
from pathlib import Path

import pytest
import sqlalchemy as sa
import time_machine

from portal.activity.models import Entry
from portal.asks import actions as asks
from portal.autonomy import actions as autonomy
from portal.autonomy.areas import Area, Level, Outcome
from portal.autonomy.door import ACTIONS
from portal.contact import actions as contact
from portal.contact.jobs import let_go
from portal.core import jobs, mail
from portal.core.db import db
from portal.core.jobs import Job
from portal.documents import actions as documents
from portal.heard import actions as heard
from portal.notices import actions
from portal.notices.jobs import MUST_KNOW, notice, send
from portal.people.models import Person
from portal.people.roles import Role
from portal.risks import actions as risks
from portal.support import actions as support
from portal.support import reply_to
from portal.support.models import Request
from tests import make

NOON = datetime(2026, 11, 10, 12, tzinfo=UTC)
# Every mail there is. What may reach someone while their group rests, and why that is neither a reminder nor an ask.
NEVER_WHILE_RESTING = {"notices.news"}
MAY_COME = {
    "breakglass.told": "safety and the law: a duty was used",
    "breakglass.urgent": "safety: urgent contact under a duty, listed and agreed to by two",
    "members.appointed": "to the host's own people",
    "members.invitation": "to someone outside, because the group asked them in",
    "members.removed": "to who is no longer in the group",
    "notices.must_know": "the list itself",
    "payees.changed": "security: to the contact on an account that was changed",
    "payees.link": "to someone outside, because the group asked them",
    "sharing.answered": "to someone outside, because they wrote to the host",
    "signin.changed": "security: one's own sign-in",
    "signin.code": "because they asked for it this minute",
    "silence.named": "to someone outside, because the group named them",
}


@pytest.fixture
def time():
    with time_machine.travel(NOON, tick=False) as moved:
        yield moved


@pytest.fixture
def resting(time, kettle):
    autonomy.rest(make.actor(make.person("Marsha")), kettle, days=60)
    jobs.run_waiting()
    return kettle


@pytest.fixture
def imani(app):
    return make.actor(make.staff("Imani", Role.COORDINATOR), Role.COORDINATOR)


def mailed() -> set[str]:
    """Which mails were written to people of the group so far; everything that is due is done first."""
    jobs.run_waiting()
    let_go()
    send()
    jobs.run_waiting()
    rows = db.session.scalars(sa.select(Job).where(Job.name == "core.mail"))
    return {row.arguments["message"] for row in rows}


def test_every_mail_there_is_is_named_here(app):
    written = {folder.name for folder in Path(app.jinja_loader.searchpath[0], "mail").iterdir()}
    assert written == NEVER_WHILE_RESTING | set(MAY_COME)


@pytest.mark.slow
def test_nothing_anyone_at_the_host_does_is_mailed_to_a_resting_group_but_the_list(time, resting, imani):
    """Each action × each way it can end × each role that may do it: as the log has it, so the notices hear it."""
    request = support.ask(make.actor(make.person("Marsha")), resting, words="Before we rest", shared=True)
    tried = 0
    for name, action in ACTIONS.items():
        for outcome in (Outcome.ALLOW, Outcome.ALLOW_TELL, Outcome.ALLOW_LIST, Outcome.PROPOSE):
            for role in action.roles:
                told = {"action": name, "role": role, "outcome": outcome, "person_id": imani.person_id}
                about = {"subject_table": "requests", "subject_id": request.id} if name.startswith("support.") else {}
                if name not in MUST_KNOW:
                    notice(None, entry=Entry(group_id=resting.id, **told, **about), group=resting)
                    tried += 1
    db.session.commit()
    assert tried > 900
    for days in range(11, 17):
        time.move_to(NOON.replace(day=days))
        assert mailed() == set()


@pytest.mark.parametrize("name", sorted(MUST_KNOW))
def test_what_they_must_know_comes_through_whatever_they_chose(time, resting, imani, name):
    from portal.notices.models import How, NoticeChoice

    for who in ("Marsha", "Joe"):
        db.session.add(NoticeChoice(person_id=make.person(who).id, how=How.OFF, weekday=0))
    db.session.commit()
    told = {"action": name, "role": Role.FINANCE, "outcome": Outcome.ALLOW, "person_id": imani.person_id}
    notice(None, entry=Entry(group_id=resting.id, **told), group=resting)
    db.session.commit()
    assert mailed() == {"notices.must_know"}


def test_the_whole_way_a_question_is_held_and_what_they_must_know_is_mailed_by_day(time, resting, imani):
    make.set_level(resting, Area.CONTACT, Level.YOU_DO)
    contact.ask(imani, resting, about="A survey")
    assert mailed() == set()
    time.move_to(NOON.replace(hour=21))
    contact.tell(imani, resting, must_know="safety", words="The gas in the hall is off: it leaked.")
    assert mailed() == set()  # between 9am and 8pm
    time.move_to(NOON.replace(day=11, hour=9))
    assert mailed() == {"notices.must_know"}
    rows = db.session.scalars(sa.select(Job).where(Job.name == "core.mail"))
    people = {db.session.get_one(Person, row.arguments["ids"]["person_id"]).name for row in rows}
    assert people == {"Marsha", "Joe"}
    assert not any("gas" in str(row.arguments) for row in db.session.scalars(sa.select(Job)))


def an_ask(imani, group):
    """What the host would ask of a group, put to it."""
    said = {"title": "Rooms", "purpose": "To find some", "gets": "A room", "sees": "Imani", "minutes": 3}
    ask = asks.draft(imani, questions=["What is the zymurgy room like?"], **said)
    asks.begin(imani, None, ask.id)
    return asks.send(imani, group, ask_id=ask.id, about="Rooms", minutes=3)


def test_an_ask_is_held_unheard_of_and_comes_by_the_same_job_when_they_are_back(time, resting, imani):
    make.set_level(resting, Area.CONTACT, Level.YOU_DO)
    an_ask(imani, resting)
    for day in (11, 18, 25):
        time.move_to(NOON.replace(day=day))
        assert mailed() == set()
    time.move_to(datetime(2027, 1, 11, 12, tzinfo=UTC))
    assert mailed() == {"notices.news"}
    assert not any("zymurgy" in str(row.arguments) for row in db.session.scalars(sa.select(Job)))


@pytest.mark.parametrize("asked", ["contact.ask", "asks.send"])
def test_what_waits_for_its_hour_is_no_news_before_that(time, kettle, imani, asked):
    make.set_level(kettle, Area.CONTACT, Level.TELL_AFTER)
    marsha = make.actor(make.person("Marsha"))
    contact.set_times(marsha, kettle, days="thu", from_hour=15, until_hour=17, reach_by="here")
    if asked == "contact.ask":
        contact.ask(imani, kettle, about="A fair")
    else:
        an_ask(imani, kettle)
    time.move_to(NOON.replace(day=11))
    assert mailed() == set()
    time.move_to(NOON.replace(day=12, hour=15))
    mailed()  # it leaves, and there is news
    assert mailed() == {"notices.news"}


class TestNewsOfARequest:
    """Only who reads it hears of it."""

    def replied(self, imani, group, asked) -> None:
        support.reply(imani, group, asked.id, words="Yes.", seen=asked.moved_at.isoformat())

    def mailed_to(self) -> list[str]:
        mailed()
        rows = db.session.scalars(sa.select(Job).where(Job.name == "core.mail").order_by(Job.id))
        return sorted(db.session.get_one(Person, row.arguments["ids"]["person_id"]).name for row in rows)

    @pytest.mark.parametrize(("shared", "who"), [(False, ["Marsha"]), (True, ["Joe", "Marsha"])])
    def test_who_asked_alone_or_all_who_share_it(self, time, kettle, imani, shared, who):
        asked = support.ask(make.actor(make.person("Marsha")), kettle, words="Is the hall free?", shared=shared)
        self.replied(imani, kettle, asked)
        assert self.mailed_to() == who

    def test_of_one_request_the_mail_can_be_answered_and_of_several_it_cant(self, app, time, kettle, imani):
        settings = app.config["SETTINGS"]
        answered_at = {**settings.values, "PORTAL_MAIL_REPLY": "reply@trellis.example.org"}
        app.config["SETTINGS"] = replace(settings, values=answered_at)
        marsha = make.actor(make.person("Marsha"))
        one, two = (support.ask(marsha, kettle, words=f"Hall {n}?") for n in (1, 2))
        self.replied(imani, kettle, one)
        mailed()
        time.move_to(NOON.replace(day=11))
        for asked in (one, two):
            db.session.expire_all()
            support.reply(
                imani, kettle, asked.id, words="And.", seen=db.session.get_one(Request, asked.id).moved_at.isoformat()
            )
        mailed()
        rows = db.session.scalars(sa.select(Job).where(Job.name == "core.mail").order_by(Job.id)).all()
        first, second = (mail._letters["notices.news"](**row.arguments["ids"]) for row in rows)
        assert reply_to.told_by(first.reply_to) == (marsha.person_id, one.id)
        assert (second.reply_to, second.facts["answers"]) == ("", False)

    def test_a_helper_hears_of_their_own(self, time, kettle, imani):
        asked = support.ask(make.actor(make.person("Bernie"), Role.HELPER), kettle, words="Bus fares?")
        self.replied(imani, kettle, asked)
        assert self.mailed_to() == ["Bernie"]

    def test_a_helper_who_shared_it_hears_beside_the_organisers(self, time, kettle, imani):
        bernie = make.actor(make.person("Bernie"), Role.HELPER)
        asked = support.ask(bernie, kettle, words="Bus fares?", shared=True)
        self.replied(imani, kettle, asked)
        assert self.mailed_to() == ["Bernie", "Joe", "Marsha"]

    def test_who_asked_hears_whoevers_turn_it_is(self, time, kettle, imani):
        joe = make.actor(make.person("Joe"))
        actions.share(joe, kettle, in_turn=True)
        asked = support.ask(joe, kettle, words="Is the hall free?", shared=True)
        self.replied(imani, kettle, asked)
        assert self.mailed_to() == ["Joe"]

    def test_who_left_hears_nothing(self, time, kettle, imani):
        bernie = make.person("Bernie")
        asked = support.ask(make.actor(bernie, Role.HELPER), kettle, words="Bus fares?")
        place = db.session.execute(
            sa.text("SELECT id FROM memberships WHERE person_id = :id"), {"id": bernie.id}
        ).scalar_one()
        from portal.people.models import Membership

        make.set_facts(db.session.get_one(Membership, place), ended_at=NOON)
        self.replied(imani, kettle, asked)
        assert self.mailed_to() == []

    def test_putting_off_is_news_only_where_it_asks(self, time, kettle, imani):
        asked = support.ask(make.actor(make.person("Marsha")), kettle, words="Is the hall free?", wanted="no_rush")
        support.snooze(imani, kettle, asked.id, until=date(2026, 11, 12), reason="Then")
        assert self.mailed_to() == []
        support.snooze(imani, kettle, asked.id, until=date(2027, 1, 12), reason="Then")
        assert self.mailed_to() == ["Marsha"]

    @pytest.mark.parametrize("reason", [None, "others_data", "safeguarding"])
    def test_of_a_note_who_reads_the_request_hears_when_it_is_kept_kept_on_and_ended(self, time, kettle, imani, reason):
        asked = support.ask(make.actor(make.person("Marsha")), kettle, words="Is the hall free?")
        note = support.keep_note(imani, kettle, asked.id, words="Ask the warden", reason=reason)
        assert self.mailed_to() == ["Marsha"]
        if reason:
            time.move_to(NOON.replace(day=11))
            support.review_note(imani, kettle, note.id, reason=reason)
            assert self.mailed_to() == ["Marsha"] * 2
            time.move_to(NOON.replace(day=12))
            support.end_note(imani, kettle, note.id)
            assert self.mailed_to() == ["Marsha"] * 3

    def test_no_mail_tells_of_a_note_that_is_told_of_later(self, time, kettle, imani):
        asked = support.ask(make.actor(make.person("Marsha")), kettle, words="Is the hall free?")
        note = support.keep_note(imani, kettle, asked.id, words="x", reason="safeguarding", delay="danger")
        support.review_note(imani, kettle, note.id, reason="legal_advice")
        assert self.mailed_to() == []
        support.review_note(imani, kettle, note.id, reason="staff_safety")  # which can't wait: it shows at once
        assert self.mailed_to() == ["Marsha"]

    def test_an_outcome_of_what_was_passed_on_is_news(self, time, kettle, imani):
        marsha = make.actor(make.person("Marsha"))
        asked = support.ask(marsha, kettle, words="Is the hall free?", shared=True)
        passed = heard.pass_on(marsha, kettle, asked.id, words="Halls are too dear", attribution="group")
        assert self.mailed_to() == []
        heard.answer(imani, kettle, passed.id, outcome="We asked the council.")
        assert self.mailed_to() == ["Joe", "Marsha"]

    @pytest.mark.parametrize("how", ["answered", "taken in"])
    def test_an_answer_to_a_worry_is_news(self, time, kettle, imani, how):
        worry = risks.worry(make.actor(make.person("Bernie"), Role.HELPER), kettle, words="The hall is cold")
        assert self.mailed_to() == []
        if how == "answered":
            risks.answer(imani, kettle, worry.id, words="It is being mended.")
        else:
            told = {"what": "The hall is cold", "does": "We ask", "look_again_on": date(2026, 11, 20)}
            risks.take_in(imani, kettle, worry.id, **told, holder_id=imani.person_id)
        assert self.mailed_to() == ["Joe", "Marsha"]

    @pytest.mark.slow
    def test_what_the_host_offers_signs_and_changes_of_its_rules_is_news(self, time, kettle, imani):
        said, started = {"summary": "In short", "words": "We hold it, you decide."}, {"starts_on": date(2026, 12, 31)}
        offered = documents.offer(imani, kettle, name="Agreement", **said)
        version = documents.queries.version(kettle.id, offered.id, 1)
        assert self.mailed_to() == ["Joe", "Marsha"]
        for name in ("Marsha", "Joe"):
            documents.agree(make.actor(make.person(name)), kettle, version.id, mark=version.mark)
        for day, call in enumerate(
            (
                lambda: documents.sign(imani, kettle, version.id, mark=version.mark),
                lambda: documents.offer_version(imani, kettle, offered.id, **said),
                lambda: documents.announce(imani, name="Rule", words="Two people pay.", differs="New.", **started),
            ),
            start=1,
        ):
            time.move_to(NOON.replace(day=10 + day))
            call()
            assert self.mailed_to() == sorted(["Joe", "Marsha"] * (day + 1))
