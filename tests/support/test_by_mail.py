"""What becomes of an email: in its request, before a coordinator, or left out; once, and never answered."""

import io
import logging
import smtplib
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from pathlib import Path

import pytest
import sqlalchemy as sa
import time_machine
from jinja2 import ChoiceLoader, DictLoader

from portal.activity.models import Entry, EntryWords
from portal.autonomy import door
from portal.autonomy.areas import Area, Level
from portal.autonomy.door import Mistake, NotHere, Refused
from portal.core import clock, jobs, logs, mail, mail_server
from portal.core.db import db
from portal.core.jobs import Job
from portal.core.mail_in import MAX_BYTES
from portal.core.mail_server import Answer
from portal.notices import jobs as notices
from portal.people.models import Group, Membership, Suspension
from portal.people.roles import Role
from portal.support import actions, incoming_mail, reply_to, unplaced_mail
from portal.support.models import Attachment, Request
from tests import make
from tests.client import Client, words
from tests.installation import settings_for
from tests.server import free_port
from tests.smtp import listening
from tests.support.letters import REPLY, deliver, email, said, strange_ones


@pytest.fixture
def post():
    with listening() as post:
        yield post


@pytest.fixture
def settings(url, data_folder, post):
    facts = {"PORTAL_DATABASE_URL": url, "PORTAL_MAIL_URL": post.url, "PORTAL_MAIL_FROM": "trellis@trellis.example.org"}
    return settings_for(data_folder, PORTAL_MAIL_REPLY=REPLY, PORTAL_MAIL_PORT=str(free_port()), **facts)


@pytest.fixture
def imani(app):
    return make.staff("Imani", Role.COORDINATOR)


@pytest.fixture
def asked(kettle, imani):
    """A request of Marsha's that Imani answered; now it is the group's turn."""
    marsha = make.actor(make.person("Marsha"))
    request = actions.ask(marsha, kettle, words="The hall is shut on Tuesday.")
    coordinator = make.actor(imani, Role.COORDINATOR)
    seen = request.moved_at.isoformat()
    actions.reply(coordinator, kettle, request.id, words="Which day would suit you?", seen=seen, asks=True)
    return request


@pytest.fixture
def port(app):
    """Where mail is taken in, listening."""
    with mail_server.listening(app):
        yield app.config["SETTINGS"].PORTAL_MAIL_PORT


def address_of(name: str, request: Request) -> str:
    return reply_to.address(make.person(name).id, request.id)


def receive(app, to: str, raw: bytes, **facts) -> Answer:
    db.session.rollback()  # what this test read is over: mail is taken in by another session
    answer = mail_server.hand_over(app, raw, to, **facts)
    db.session.rollback()
    return answer


# It lands.


def test_an_answer_by_email_lands_in_its_request_as_its_writers(app, kettle, asked):
    to = address_of("Marsha", asked)
    assert receive(app, to, email(to, "Wednesday, please.", sender="MARSHA@Example.org")) is Answer.KEPT
    newest = said(asked)[-1]
    assert (newest.words, newest.by_mail, newest.by_host) == ("Wednesday, please.", True, False)
    assert newest.added_by == make.person("Marsha").id
    entry = make.newest_entry(kettle, "support.say")
    assert (entry.person_id, entry.role, entry.about) == (make.person("Marsha").id, Role.ORGANISER, asked.ref)
    request = db.session.get_one(Request, asked.id, populate_existing=True)
    assert request.group_to_answer_at is None
    assert request.due_on > clock.today()  # the host owes an answer again
    assert strange_ones() == []


def test_from_a_notice_to_the_thread(app, client, port, post, kettle, asked, imani):
    """The whole way: our letter, what its mail program makes of it, the mail server at our port, the page."""
    asker, request_id = make.person("Marsha").id, asked.id
    text = {"subject.txt": "News in Trellis", "body.txt": "There is news.\n{{ host }}"}
    shelf = DictLoader({f"mail/tests.answered/{name}": written for name, written in text.items()})
    app.jinja_env.loader = ChoiceLoader([shelf, app.jinja_env.loader])

    @mail.letter("tests.answered")
    def _letter(person_id, request_id):
        return mail.Letter("marsha@example.org", {}, reply_to=reply_to.address(person_id, request_id))

    mail.post("tests.answered", person_id=asker, request_id=request_id)
    db.session.commit()
    jobs.run_waiting()
    notice = post.newest
    to = notice["Reply-To"].upper()  # as some mail programs leave it
    answer = email(to, "Wednesday at 6.\n\nMarsha", In_Reply_To=notice["Message-ID"])
    db.session.rollback()
    number = asked.number
    db.session.rollback()
    deliver(port, to, answer)
    assert [one.words for one in said(asked)][-1] == "Wednesday at 6.\n\nMarsha"
    shown = words(client.as_(make.person("Marsha")).get(f"/g/tuesday-kettle/support/{number}"))
    assert "by email Wednesday at 6. Marsha" in shown
    shown = words(client.as_(make.person("Imani")).get(f"/host/requests/{number}"))
    assert "Wednesday at 6. Marsha" in shown


def test_without_a_reply_address_a_letter_has_none(app, post):
    shelf = DictLoader({"mail/tests.plain/subject.txt": "News", "mail/tests.plain/body.txt": "News."})
    app.jinja_env.loader = ChoiceLoader([shelf, app.jinja_env.loader])

    @mail.letter("tests.plain")
    def _letter():
        return mail.Letter("marsha@example.org", {})

    mail.post("tests.plain")
    db.session.commit()
    jobs.run_waiting()
    assert "Reply-To" not in post.newest


def test_a_helper_writes_in_their_own_request(app, kettle, imani):
    bernie = make.person("Bernie")
    own = actions.ask(make.actor(bernie, Role.HELPER), kettle, words="Could I have a key?")
    to = reply_to.address(bernie.id, own.id)
    assert receive(app, to, email(to, "The blue one.", sender="bernie@example.org")) is Answer.KEPT
    assert [one.words for one in said(own)] == ["Could I have a key?", "The blue one."]


def test_what_came_with_it_is_said_to_be_missing(app, asked):
    to = address_of("Marsha", asked)
    receive(app, to, email(to, "Two photos.", files=[("a.jpg", b"1"), ("b.jpg", b"2")]))
    receive(app, to, email(to, "", files=[("c.jpg", b"3")]))
    two, one = (message.words for message in said(asked)[-2:])
    told = "(2 files that came with this email aren’t kept here. Please add them in Trellis.)"
    assert two == f"Two photos.\n\n{told}"
    assert one == "(1 file that came with this email isn’t kept here. Please add it in Trellis.)"


def test_photos_and_sounds_that_came_with_it_are_there_once_made_safe(app, asked):
    to = address_of("Marsha", asked)
    raw = email(to, "The landlord’s letter.", files=[("letter.jpg", make.jpeg()), ("virus.exe", b"MZ")])
    for _ in range(2):  # delivered twice, there once
        assert receive(app, to, raw) is Answer.KEPT
    jobs.run_waiting()
    (sent,) = db.session.scalars(sa.select(Attachment)).all()
    assert (sent.is_ready, len(sent.pages)) == (True, 1)
    assert said(asked)[-1].words.startswith("The landlord’s letter.\n\n(1 file that came")


# Once.


def test_an_email_delivered_twice_lands_once(app, kettle, asked):
    to = address_of("Marsha", asked)
    raw = email(to, "Wednesday.", number="same")
    for again in (raw, b"Received: from elsewhere\r\n" + raw, raw):
        assert receive(app, to.upper(), again) is Answer.KEPT
    assert [one.words for one in said(asked)].count("Wednesday.") == 1
    lines = sa.select(sa.func.count()).select_from(Entry).where(Entry.action == "support.say")
    assert db.session.scalar(lines) == 1
    for _ in range(2):
        receive(app, REPLY, email(REPLY, "Who are you?", sender="who@example.net", number="stranger"))
    assert len(strange_ones()) == 1


def test_other_words_under_the_same_number_are_not_lost(app, asked):
    to = address_of("Marsha", asked)
    for said_now in ("Wednesday.", "No, Thursday."):
        assert receive(app, to, email(to, said_now, number="same")) is Answer.KEPT
    assert [one.words for one in said(asked)][-1] == "Wednesday."
    assert [one.words for one in strange_ones()] == ["No, Thursday."]


def test_the_same_email_to_two_requests_lands_in_both(app, kettle, asked):
    other = actions.ask(make.actor(make.person("Marsha")), kettle, words="And the chairs?")
    for request in (asked, other):
        to = address_of("Marsha", request)
        receive(app, to, email(to, "Yes to both.", number="both"))
        assert said(request)[-1].words == "Yes to both."


# Nobody can be sure.


def refused_ways(asked):
    """Each way in which an email isn't taken for the person's own: to, from, and the request it names."""
    to = address_of("Marsha", asked)
    name, _, domain = to.partition("@")
    forged = f"{name[:-9]}aaaaaaaaa@{domain}"
    return {
        "no token": (REPLY, "marsha@example.org", None),
        "a forged token": (forged, "marsha@example.org", None),
        "noise for a token": ("reply+hello@trellis.example.org", "marsha@example.org", None),
        "another sender": (to, "stranger@example.net", asked.id),
        "someone else of the group": (to, "joe@example.org", asked.id),
        "a request that isn’t shared": (address_of("Joe", asked), "joe@example.org", asked.id),
        "someone of no group": (reply_to.address(make.person("Nobody").id, asked.id), "nobody@example.org", asked.id),
        "the coordinator, as if of the group": (address_of("Imani", asked), "imani@example.org", asked.id),
        "a request that isn’t there": (reply_to.address(make.person("Marsha").id, 9999), "marsha@example.org", None),
    }


WAYS = (
    *("no token", "a forged token", "noise for a token", "another sender", "someone else of the group"),
    *("a request that isn’t shared", "someone of no group", "the coordinator, as if of the group"),
    "a request that isn’t there",
)


@pytest.mark.parametrize("way", WAYS)
def test_nobody_can_be_sure_so_it_waits_for_a_coordinator(app, asked, way):
    ways = refused_ways(asked)
    assert set(ways) == set(WAYS)
    to, sender, names = ways[way]
    before = len(said(asked))
    assert receive(app, to, email(to, "Let me in.", sender=sender)) is Answer.KEPT
    assert len(said(asked)) == before
    (kept,) = strange_ones()
    assert (kept.words, kept.sender, kept.request_id, kept.sort.value) == ("Let me in.", sender, names, "words")


def test_two_senders_in_one_email_are_nobody(app, asked):
    to = address_of("Marsha", asked)
    raw = b"From: marsha@example.org\r\n" + email(to, "One of us.", sender="joe@example.org")
    receive(app, to, raw)
    (kept,) = strange_ones()
    assert (kept.sender, kept.words) == (None, "One of us.")


@pytest.mark.parametrize("how", ["removed", "paused"])
def test_someone_who_may_not_write_there_any_more_waits_like_a_stranger(app, kettle, asked, how):
    """It works at once, and comes back when a pause is over."""
    to = address_of("Marsha", asked)
    place = db.session.scalars(sa.select(Membership).where(Membership.person_id == make.person("Marsha").id)).one()
    if how == "removed":
        make.set_facts(place, ended_at=clock.now())
    else:
        with door.wall.opened(kettle.id):
            until = clock.now() + timedelta(hours=1)
            db.session.add(Suspension(group_id=kettle.id, membership_id=place.id, until=until))
        db.session.commit()
    receive(app, to, email(to, "It’s still me."))
    assert [one.words for one in strange_ones()] == ["It’s still me."]
    assert "It’s still me." not in [one.words for one in said(asked)]


def test_an_email_without_words_of_its_own_waits(app, asked):
    to = address_of("Marsha", asked)
    assert receive(app, to, email(to, "")) is Answer.KEPT
    (kept,) = strange_ones()
    assert (kept.words, kept.request_id) == (None, asked.id)


def test_what_cant_be_read_waits_as_such(app, asked):
    to = address_of("Marsha", asked)
    assert receive(app, to, b"no headers at all") is Answer.KEPT
    (kept,) = strange_ones()
    assert (kept.sort.value, kept.words, kept.sender) == ("unreadable", None, None)


def test_when_hundreds_wait_mail_servers_keep_the_rest_and_peoples_own_still_lands(app, asked):
    db.session.add_all(unplaced_mail.StrangeMail(sort="words", words="Buy now") for _ in range(incoming_mail.MOST_WAITING))
    db.session.commit()
    assert receive(app, REPLY, email(REPLY, "Buy now", sender="s@example.net")) is Answer.LATER
    to = address_of("Marsha", asked)
    assert receive(app, to, email(to, "Wednesday.")) is Answer.KEPT
    assert said(asked)[-1].words == "Wednesday."


# Left out, and no loops.

MACHINES = {
    "away": {"Auto_Submitted": "auto-replied"},
    "away, told by its subject": {"Subject": "Out of office: back on Monday"},
    "a list": {"List_Id": "<all.example.org>"},
    "bulk": {"Precedence": "bulk"},
    "a loop": {"X_Loop": "marsha@example.org"},
    "a bounce": {"Return_Path": "<>"},
}


@pytest.mark.parametrize("what", MACHINES)
def test_what_a_machine_sent_is_left_out(app, asked, what):
    to = address_of("Marsha", asked)
    headers = dict(MACHINES[what])
    raw = email(to, "I am away.", **{name: value for name, value in headers.items() if name != "Subject"})
    if "Subject" in headers:
        raw = raw.replace(b"Re: News in Trellis", headers["Subject"].encode())
    before = len(said(asked))
    assert receive(app, to, raw) is Answer.KEPT
    assert receive(app, REPLY, raw) is Answer.KEPT
    assert (len(said(asked)), strange_ones()) == (before, [])


def test_our_own_mail_that_comes_back_is_left_out(app, asked):
    for sender in ("trellis@trellis.example.org", REPLY, address_of("Marsha", asked)):
        assert receive(app, REPLY, email(REPLY, "There is news.", sender=sender)) is Answer.KEPT
    assert strange_ones() == []


def test_a_bounce_by_its_envelope_is_left_out(app, asked):
    to = address_of("Marsha", asked)
    assert receive(app, to, email(to, "Not delivered."), null_sender=True) is Answer.KEPT
    assert strange_ones() == []


@pytest.mark.parametrize("headers", [{}, {"Auto_Submitted": "auto-replied"}], ids=["rude", "polite"])
def test_two_that_answer_by_themselves_never_keep_each_other_going(app, post, kettle, asked, headers):
    """Theirs answers all mail at once, even without saying that it is a machine; ours has ten rounds to answer that."""
    to = address_of("Marsha", asked)

    def sends() -> None:
        jobs.run_waiting()
        notices.send()
        jobs.run_waiting()

    sends()  # what there was to tell before, at the hours in which it may leave
    sent = len(post)
    for round_ in range(10):
        receive(app, to, email(to, f"Thank you for your message. Number {round_}.", **headers))
        sends()
        theirs = [one for one in post[sent:] if one["To"] == "marsha@example.org"]
        sent = len(post)
        assert [one.get_content() for one in theirs] == []
    assert db.session.scalar(sa.select(sa.func.count()).select_from(Job).where(Job.parked_at.is_not(None))) == 0


# Planted words.


def test_nothing_of_an_email_is_in_logs_jobs_titles_addresses_or_entries(app, client, kettle, asked, imani, monkeypatch):
    planted = "quokka"
    stream = io.StringIO()
    handler = logging.StreamHandler(stream)
    handler.setFormatter(logs.Line())
    for name in ("portal", "mail.log", "aiosmtpd"):
        logging.getLogger(name).addHandler(handler)
        monkeypatch.setattr(logging.getLogger(name), "level", logging.DEBUG)
    try:
        to = address_of("Marsha", asked)
        photo = [(f"{planted}.jpg", b"1")]
        raw = email(to, f"A {planted}.", files=photo, X_Thing=planted)
        ref = asked.ref
        db.session.rollback()
        lands = raw.replace(b"Re: News in Trellis", f"About a {planted}".encode())
        with mail_server.listening(app):
            port = app.config["SETTINGS"].PORTAL_MAIL_PORT
            deliver(port, to, lands)
            for sender in (f"{planted}@example.net", "joe@example.org"):
                deliver(port, REPLY, email(REPLY, f"A {planted}.", sender=sender, files=photo), sender=sender)
            deliver(port, to, email(to, f"A {planted}.", sender=f"{planted}@example.org"))
            deliver(port, to, email(to, f"A {planted} is away.", Auto_Submitted="auto-replied"))
            with pytest.raises(smtplib.SMTPRecipientsRefused):
                deliver(port, f"{planted}@example.net", raw)
            db.session.rollback()
            with db.engine.begin() as connection:
                connection.exec_driver_sql("ALTER TABLE strange_mail RENAME TO elsewhere")
            with pytest.raises(smtplib.SMTPDataError):
                deliver(port, REPLY, email(REPLY, f"A {planted}.", sender=f"{planted}@example.com"))
            with db.engine.begin() as connection:
                connection.exec_driver_sql("ALTER TABLE elsewhere RENAME TO strange_mail")
        browser = client.as_(make.person("Imani"))
        page = browser.get("/host/requests/mail")
        browser.post(f"/host/requests/mail/{strange_ones()[0].id}/placing", data={"number": ref})
        browser.post(f"/host/requests/mail/{strange_ones()[1].id}/dropping")
    finally:
        for name in ("portal", "mail.log", "aiosmtpd"):
            logging.getLogger(name).removeHandler(handler)
    assert planted in page.text
    assert planted not in page.text.partition("</title>")[0]
    assert not [part for part in page.text.split('"') if part.startswith(("/", "http")) and planted in part]
    assert "mail not kept" in stream.getvalue()
    assert planted not in stream.getvalue()
    db.session.rollback()
    kept = [*db.session.scalars(sa.select(Job.arguments)), *db.session.scalars(sa.select(EntryWords.words))]
    kept += [row._asdict() for row in db.session.execute(sa.select(Entry.says, Entry.about))]
    assert planted not in str(kept)


# Before a coordinator.


@pytest.fixture
def waiting(app, asked):
    """Two that wait: one from a stranger, and one that names Marsha's request."""
    to = address_of("Marsha", asked)
    receive(app, REPLY, email(REPLY, "Is this the allotment?", sender="ann@example.net"))
    receive(app, to, email(to, "From my other address: the lock is broken.", sender="marsha@home.example"))
    return strange_ones()


def test_a_coordinator_puts_one_in_a_request(client, kettle, asked, waiting, imani):
    ref, request_id, imani_id = asked.ref, asked.id, imani.id
    browser = client.as_(imani)
    shown = words(browser.get("/host/requests/mail"))
    assert "It says it is from ann@example.net" in shown
    assert "Is this the allotment?" in shown
    assert f"about {ref} of Tuesday Kettle" in shown
    assert "2 emails wait to be placed" in words(browser.get("/host/requests/"))
    named = waiting[1]
    answer = browser.post(f"/host/requests/mail/{named.id}/placing", data={"number": ref})
    assert answer.status_code == 303
    newest = said(db.session.get_one(Request, request_id))[-1]
    assert newest.words == "From marsha@home.example, by email:\n\nFrom my other address: the lock is broken."
    assert (newest.by_mail, newest.by_host, newest.added_by) == (True, True, imani_id)
    kept = strange_ones()[1]
    assert (kept.words, kept.sender, kept.done_by, kept.request_id) == (None, None, imani_id, request_id)
    entry = db.session.scalars(sa.select(Entry).where(Entry.action == "support.put_in")).one()
    assert (entry.person_id, entry.says, entry.about) == (imani_id, "put an email in a request", ref)
    request = db.session.get_one(Request, request_id, populate_existing=True)
    assert request.due_on > clock.today()
    assert "the lock is broken" not in words(browser.get("/host/requests/mail"))


def test_putting_one_in_takes_up_what_was_put_off(app, kettle, asked, waiting, imani):
    coordinator = make.actor(imani, Role.COORDINATOR)
    actions.snooze(coordinator, kettle, asked.id, until=clock.today() + timedelta(days=60), reason="After the summer")
    unplaced_mail.put_in(coordinator, kettle, asked.id, mail_id=waiting[0].id)
    db.session.refresh(asked)
    assert (asked.snoozed_until, asked.snooze_why, asked.group_to_answer_at) == (None, None, None)


def test_putting_one_in_opens_a_closed_request_again(app, kettle, asked, waiting, imani):
    actions.close(make.actor(make.person("Marsha")), kettle, asked.id)
    unplaced_mail.put_in(make.actor(imani, Role.COORDINATOR), kettle, asked.id, mail_id=waiting[0].id)
    assert db.session.get_one(Request, asked.id, populate_existing=True).closed_at is None


@pytest.mark.parametrize("typed", ["", "S", "S999999", "12x", "99999999999999", "Sé"])
def test_a_number_that_is_none_is_asked_for_again(client, waiting, imani, typed):
    answer = client.as_(imani).post(f"/host/requests/mail/{waiting[0].id}/placing", data={"number": typed})
    assert answer.status_code == 422
    assert "You read no request of that number" in answer.text or "Write the number of the request" in answer.text
    assert strange_ones()[0].words == "Is this the allotment?"


def test_a_coordinator_drops_one(client, waiting, imani):
    imani_id = imani.id
    browser = client.as_(imani)
    for _ in range(2):  # a second tap does no more
        assert browser.post(f"/host/requests/mail/{waiting[0].id}/dropping").status_code == 303
    dropped = strange_ones()[0]
    assert (dropped.words, dropped.sender, dropped.done_by) == (None, None, imani_id)
    assert "Is this the allotment?" not in browser.get("/host/requests/mail").text


def test_one_placed_already_is_not_placed_again(app, kettle, asked, waiting, imani):
    coordinator = make.actor(imani, Role.COORDINATOR)
    unplaced_mail.put_in(coordinator, kettle, asked.id, mail_id=waiting[0].id)
    with pytest.raises(Mistake, match="already"):
        unplaced_mail.put_in(coordinator, kettle, asked.id, mail_id=waiting[0].id)
    with pytest.raises(NotHere):
        unplaced_mail.put_in(coordinator, kettle, asked.id, mail_id=9999)
    db.session.rollback()
    assert len([one for one in said(asked) if one.by_mail]) == 1


def test_one_that_names_a_request_is_read_by_who_reads_that_request(client, kettle, asked, waiting, imani):
    """Area 9: another coordinator sees that something waits; once let in, what it is."""
    other = make.staff("Esi", Role.COORDINATOR)
    esi, named = make.actor(other, Role.COORDINATOR), waiting[1].id
    mine = actions.ask(make.actor(make.person("Joe")), kettle, words="Mine", shared=True)
    actions.let_in(make.actor(make.person("Joe")), kettle, mine.id, person_id=other.id)
    with pytest.raises(NotHere):
        unplaced_mail.put_in(esi, kettle, mine.id, mail_id=named)
    with pytest.raises(NotHere):
        unplaced_mail.drop_strange(esi, None, named)
    with pytest.raises(Refused):
        unplaced_mail.put_in(esi, kettle, asked.id, mail_id=waiting[0].id)
    kettle_id = kettle.id
    browser = client.as_(other)
    page = browser.get("/host/requests/mail").text
    assert "the lock is broken" not in page
    assert "marsha@home.example" not in page
    assert "For whoever reads that request." in page
    make.set_level(db.session.get_one(Group, kettle_id), Area.SUPPORT, Level.YOU_DO)
    assert "the lock is broken" in browser.get("/host/requests/mail").text


@pytest.mark.parametrize("role", [Role.FINANCE, Role.TRUSTEE, Role.SAFEGUARDING])
def test_only_coordinators_see_them(client, waiting, role):
    browser = client.as_(make.staff("Glyn", role))
    assert browser.get("/host/requests/mail").status_code == 404
    assert browser.post(f"/host/requests/mail/{waiting[0].id}/dropping").status_code == 404
    assert client.as_(make.person("Marsha")).get("/host/requests/mail").status_code == 404


def test_whoever_idled_proves_themselves_before_their_words_show(app, waiting, imani):
    browser = Client(app).as_(imani)
    with time_machine.travel(clock.now() + timedelta(minutes=6), tick=False):
        answer = browser.get("/host/requests/mail")
    assert (answer.status_code, "the lock is broken" in answer.text) == (303, False)
    assert answer.location.startswith("/sign-in/again")


def test_a_host_with_a_comma_in_its_name_is_one_sender(app, post, settings):
    settings.values["PORTAL_HOST_NAME"] = "Roots, Shoots & Co"
    marsha = make.person("Marsha")
    mail.post("notices.news", person_id=marsha.id, news=True, groups=[])
    db.session.commit()
    jobs.run_waiting()
    assert [one.display_name for one in post.newest["From"].addresses] == ["Roots, Shoots & Co"]


def test_many_are_paged_by_key(client, asked, imani):
    for n in range(45):
        db.session.add(unplaced_mail.StrangeMail(sort="words", words=f"Number {n:03}", sender="s@example.net"))
    db.session.commit()
    browser, goto, seen = client.as_(imani), "/host/requests/mail", []
    for _ in range(3):
        page = browser.get(goto).text
        seen += [n for n in range(45) if f"Number {n:03}" in page]
        goto = f"/host/requests/mail?after={strange_ones()[len(seen) - 1].id}"
    assert seen == list(range(45))


# At the port.


@pytest.mark.parametrize("protocol", ["lmtp", "smtp"])
def test_what_the_port_says(app, asked, protocol, monkeypatch):
    settings = app.config["SETTINGS"]
    monkeypatch.setitem(settings.values, "PORTAL_MAIL_PROTOCOL", protocol)
    kind = {"lmtp": smtplib.LMTP, "smtp": smtplib.SMTP}[protocol]
    to = address_of("Marsha", asked)
    db.session.rollback()
    with mail_server.listening(app), kind("127.0.0.1", settings.PORTAL_MAIL_PORT, timeout=20) as server:
        server.ehlo()
        assert int(server.esmtp_features["size"]) == MAX_BYTES
        assert server.mail("marsha@example.org")[0] == 250
        assert server.rcpt("nobody@trellis.example.org")[0] == 550
        assert server.rcpt(to)[0] == 250
        assert server.rcpt(REPLY)[0] == 452  # the mail server comes again for that one
        assert server.data(email(to, "Wednesday.\n.\n..dots"))[0] == 250
        assert said(asked)[-1].words == "Wednesday.\n.\n..dots"
        db.session.rollback()
        assert server.mail("marsha@example.org", [f"SIZE={MAX_BYTES + 1}"])[0] == 552
        server.rset()
        assert server.mail("")[0] == 250
        assert server.rcpt(to)[0] == 250
        assert server.data(email(to, "Undeliverable."))[0] == 250
        assert server.mail("marsha@example.org")[0] == 250
        assert server.rcpt(to)[0] == 250
        long = email(to, "x").replace(b"\r\nx\r\n", b"\r\n" + b"long " * 5000 + b"\r\n").replace(b"7bit", b"8bit")
        assert server.data(long)[0] == 250
    assert said(asked)[-1].words.startswith("long long")
    assert "Undeliverable." not in [one.words for one in said(asked)]


def test_too_big_is_refused_at_the_end_of_it(app, port, asked):
    to = address_of("Marsha", asked)
    raw = email(to, "Big.") + b"x" * 70 + (b"\r\n" + b"x" * 70) * (MAX_BYTES // 72)
    with smtplib.LMTP("127.0.0.1", port, timeout=60) as server:
        server.ehlo()
        server.mail("marsha@example.org")
        server.rcpt(to)
        assert server.data(raw)[0] == 552
    assert "Big." not in [one.words for one in said(asked)]


def test_a_database_that_is_away_is_try_again_later(app, port, asked):
    to = address_of("Marsha", asked)
    raws = {to: email(to, "Wednesday."), REPLY: email(REPLY, "Who?", sender="s@example.net")}
    db.session.rollback()
    for table, address in (("requests", to), ("strange_mail", REPLY)):
        with db.engine.begin() as connection:
            connection.exec_driver_sql(f"ALTER TABLE {table} RENAME TO elsewhere")
        with pytest.raises(smtplib.SMTPDataError) as refused:
            deliver(port, address, raws[address])
        assert refused.value.smtp_code == 451
        with db.engine.begin() as connection:
            connection.exec_driver_sql(f"ALTER TABLE elsewhere RENAME TO {table}")
        deliver(port, address, raws[address])
    assert said(asked)[-1].words == "Wednesday."
    assert [one.words for one in strange_ones()] == ["Who?"]


def test_only_this_machine_is_heard(app, port):
    lines = Path("/proc/net/tcp").read_text().splitlines()
    listening_at = [line.split()[1] for line in lines if line.split()[3] == "0A"]
    assert f"0100007F:{port:04X}" in listening_at
    assert f"00000000:{port:04X}" not in listening_at


@pytest.mark.slow
def test_many_at_once_each_land_once(app, port, kettle, asked):
    """Eight connections, each sending the same twenty emails: a mail server that retries while the first goes on."""
    to = address_of("Marsha", asked)
    raws = [email(to, f"Line {n:02}.", number=f"line-{n}") for n in range(20)]

    db.session.rollback()

    def send(_):
        for raw in raws:
            deliver(port, to, raw)

    with ThreadPoolExecutor(8) as pool:
        list(pool.map(send, range(8)))
    landed = sorted(one.words for one in said(asked) if one.by_mail)
    assert landed == [f"Line {n:02}." for n in range(20)]
    assert strange_ones() == []
