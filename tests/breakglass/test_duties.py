"""Break-glass: a closed list, two people, listed items, an end, the group told, its reply, a review, a count."""

import json
from datetime import datetime, time, timedelta

import pytest
import sqlalchemy as sa
import time_machine
from sqlalchemy.exc import DatabaseError

from portal.activity import chain, check_log
from portal.activity.models import Entry
from portal.autonomy.actions import erase, rest
from portal.autonomy.areas import Area, Level
from portal.autonomy.door import Mistake, NotHere, ProofNeeded, Refused
from portal.autonomy.models import Quiet
from portal.breakglass import actions, queries
from portal.breakglass.models import Act, BreakGlass
from portal.core import clock, wall
from portal.core.db import db
from portal.core.jobs import Job
from portal.people.models import Group, Membership, Suspension
from portal.people.roles import Actor, Role
from tests import make
from tests.client import words

AT = "/host/groups/tuesday-kettle/duties"


@pytest.fixture
def imani(app):
    return make.actor(make.staff("Imani", Role.COORDINATOR), Role.COORDINATOR)


@pytest.fixture
def beatrix(app):
    return make.actor(make.staff("Beatrix", Role.TRUSTEE), Role.TRUSTEE)


@pytest.fixture
def receipt(kettle):
    for area in Area:
        make.set_level(kettle, area, Level.ONLY_US)
    return make.receipt(kettle, label="milk")


@pytest.fixture
def later(monkeypatch):
    """Move time on."""
    start, moved = clock.now, []

    def move(**by):
        moved.append(timedelta(**by))
        monkeypatch.setattr(clock, "now", lambda: start() + sum(moved, timedelta()))

    return move


def asked(by, group, things: str, *, act="view", **facts) -> BreakGlass:
    facts = {"duty": "F9", "reason": "The tax office asks for it.", "hours": 6, **facts}
    return actions.ask(by, group, act=act, things=things, **facts)


def place_of(group, name: str) -> int:
    return db.session.scalar(
        sa.select(Membership.id).where(Membership.group_id == group.id, Membership.person_id == make.person(name).id)
    )


def covered(by, group, row, act=Act.VIEW) -> bool:
    return queries.covers(by.person_id, group.id, act, row.__tablename__, row.id)


def lines(group) -> list[tuple[str, str]]:
    query = sa.select(Entry.action, Entry.outcome).where(Entry.group_id == group.id, Entry.action.like("breakglass.%"))
    return [tuple(row) for row in db.session.execute(query.order_by(Entry.seq))]


def test_without_a_second_person_nothing_is_covered_unless_a_life_is_in_danger(kettle, receipt, imani):
    """Worked example 8."""
    glass = asked(imani, kettle, receipt.ref)
    item = glass.items[0].id
    assert not covered(imani, kettle, receipt)
    with pytest.raises(Refused):
        actions.look(imani, kettle, item)
    glass = asked(imani, kettle, receipt.ref, danger_to_life=True)
    actions.look(imani, kettle, glass.items[0].id)
    assert lines(kettle)[1:] == [
        ("breakglass.look", "deny"),
        ("breakglass.ask", "allow"),
        ("breakglass.look", "allow"),
    ]


def test_whoever_asked_is_never_the_second_person(kettle, receipt, app):
    both = make.actor(make.staff("Noor", Role.SAFEGUARDING), Role.SAFEGUARDING)
    glass = asked(both, kettle, receipt.ref)
    for decides in (actions.allow, actions.refuse):
        with pytest.raises(Refused, match="Someone other than who asked"):
            decides(both, kettle, glass.id)
    assert not covered(both, kettle, receipt)


def test_the_database_itself_asks_for_a_second_person_and_an_end(kettle, receipt, imani):
    glass = asked(imani, kettle, receipt.ref)
    for wrong in (
        {"approved_by": imani.person_id, "approved_at": clock.now()},
        {"hours": 73},
        {"delay_days": 15},
        {"started_at": clock.now()},
    ):
        with pytest.raises(DatabaseError), wall.opened(kettle.id):
            db.session.execute(sa.update(BreakGlass).where(BreakGlass.id == glass.id).values(**wrong))


def test_allowed_it_covers_the_listed_item_for_who_asked_and_nothing_else(kettle, walkers, receipt, imani, beatrix):
    other, theirs = make.receipt(kettle), make.receipt(walkers)
    glass = asked(imani, kettle, receipt.ref)
    actions.allow(beatrix, kettle, glass.id)
    assert covered(imani, kettle, receipt)
    assert not covered(imani, kettle, other)
    assert not covered(imani, walkers, theirs)
    assert not queries.covers(imani.person_id, walkers.id, Act.VIEW, "receipts", receipt.id)
    assert not covered(beatrix, kettle, receipt)
    assert not covered(imani, kettle, receipt, Act.DISCLOSE)


def test_it_ends_by_itself_without_any_job(kettle, receipt, imani, beatrix, later):
    glass = asked(imani, kettle, receipt.ref, hours=2)
    actions.allow(beatrix, kettle, glass.id)
    later(hours=1, minutes=59)
    assert covered(imani, kettle, receipt)
    later(minutes=1)
    assert not covered(imani, kettle, receipt)


def test_danger_to_life_alone_lasts_24_hours_and_its_full_time_once_somebody_looked(kettle, receipt, imani, beatrix, later):
    facts = {"danger_to_life": True, "hours": 48}
    alone = asked(imani, kettle, receipt.ref, **facts)
    later(hours=25)
    assert not covered(imani, kettle, receipt)
    actions.refuse(beatrix, kettle, alone.id)
    imani, beatrix = (make.actor(make.person(one.name), *one.roles) for one in (imani, beatrix))  # proved once more
    looked = asked(imani, kettle, receipt.ref, **facts)
    actions.allow(beatrix, kettle, looked.id)
    with pytest.raises(Mistake, match="decided already"):
        actions.refuse(beatrix, kettle, looked.id)
    later(hours=25)
    assert covered(imani, kettle, receipt)


@pytest.mark.parametrize(
    ("wrong", "sentence"),
    [
        ({"hours": 73}, "between 1 and 72"),
        ({"hours": 0}, "between 1 and 72"),
        ({"delay": "law", "delay_days": 15}, "within 14 days"),
        ({"act": "disclose"}, "Write who gets it"),
        ({"act": "urgent_contact"}, "Write the message"),
        ({"act": "suspend_login"}, "We can’t find"),
        ({"act": "hide_from_public"}, "We can’t find"),
    ],
)
def test_what_is_asked_has_to_be_within_the_rules(kettle, receipt, imani, wrong, sentence):
    with pytest.raises(Mistake, match=sentence):
        asked(imani, kettle, receipt.ref, **wrong)


def test_another_groups_things_cant_be_listed(kettle, walkers, receipt, imani):
    theirs = make.receipt(walkers)
    for things in (theirs.ref, "R9999999", "Sam", "sam@example.org", "nonsense", f"{receipt.ref}, {theirs.ref}", " ,\n"):
        with pytest.raises(Mistake):
            asked(imani, kettle, things)
    with pytest.raises(ValueError, match="F1"):
        asked(imani, kettle, receipt.ref, duty="F1")


def test_pausing_a_way_in_shuts_out_one_person_from_one_group_for_that_time_only(kettle, imani, beatrix, client, later):
    joe = make.person("Joe")
    elsewhere = make.group("Joes Other", organisers=("Joe",)).slug
    glass = asked(imani, kettle, "Joe", act="suspend_login", duty="F10", hours=6)
    browser = client.as_(joe)
    assert browser.get("/g/tuesday-kettle/").status_code == 200
    actions.allow(beatrix, kettle, glass.id)
    paused = browser.get("/g/tuesday-kettle/")
    assert paused.status_code == 403
    assert "Your way in to Tuesday Kettle is paused" in words(paused)
    assert browser.get(f"/g/{elsewhere}/").status_code == 200
    assert client.as_(make.person("Marsha")).get("/g/tuesday-kettle/").status_code == 200
    place = db.session.get_one(Membership, place_of(kettle, "Joe"))
    assert (place.role, place.ended_at) == (Role.ORGANISER, None)
    with pytest.raises(Refused):
        rest(make.actor(joe), kettle, days=7)
    later(hours=6)
    assert client.as_(joe).get("/g/tuesday-kettle/").status_code == 200


def test_ending_a_pause_early_lets_them_back_in(kettle, imani, beatrix, client):
    glass = asked(imani, kettle, "Joe", act="suspend_login", duty="F10")
    actions.allow(beatrix, kettle, glass.id)
    actions.end(imani, kettle, glass.id)
    assert client.as_(make.person("Joe")).get("/g/tuesday-kettle/").status_code == 200
    assert db.session.scalars(sa.select(Suspension)).one().ended_at is not None


def test_an_urgent_message_reaches_whom_it_is_for_and_says_nothing_in_the_mail(kettle, imani, beatrix, client):
    glass = asked(*(imani, kettle, "Bernie"), act="urgent_contact", words="Please call us today.")
    actions.allow(beatrix, kettle, glass.id)
    letters = [job.arguments for job in db.session.scalars(sa.select(Job).where(Job.name == "core.mail"))]
    assert [letter["message"] for letter in letters] == ["breakglass.urgent"]
    assert "call us" not in str(letters)
    bernie = client.as_(make.person("Bernie"))
    assert "A message from Imani, to read today" in words(bernie.get("/g/tuesday-kettle/"))
    assert "Please call us today." in words(bernie.get(f"/g/tuesday-kettle/duties/{glass.id}"))


def test_looking_shows_the_item_and_leaves_a_line_in_the_groups_log(kettle, receipt, imani, beatrix, client):
    glass = asked(imani, kettle, receipt.ref)
    actions.allow(beatrix, kettle, glass.id)
    path = f"{AT}/{glass.id}/items/{glass.items[0].id}"
    assert "milk" in words(client.as_(make.person("Imani")).get(path))
    assert lines(kettle)[-1] == ("breakglass.look", "allow")
    assert client.as_(make.staff("Glyn", Role.FINANCE)).get(path).status_code == 403
    assert lines(kettle)[-1] == ("breakglass.look", "deny")
    assert client.as_(make.person("Imani")).get(f"{path}/file").status_code == 404


@pytest.mark.parametrize(("act", "more"), [("suspend_login", {}), ("urgent_contact", {"words": "Please call us."})])
def test_pausing_or_writing_to_someone_opens_nothing_about_them(kettle, imani, beatrix, client, act, more):
    glass = asked(imani, kettle, "Bernie", act=act, **more)
    actions.allow(beatrix, kettle, glass.id)
    answer = client.as_(make.person("Imani")).get(f"{AT}/{glass.id}/items/{glass.items[0].id}")
    assert answer.status_code == 403
    assert "bernie@example.org" not in answer.text
    assert lines(kettle)[-1] == ("breakglass.look", "deny")


def test_what_is_given_outside_is_one_file_of_the_listed_item(kettle, receipt, imani, beatrix, client):
    import io
    import zipfile

    glass = asked(imani, kettle, receipt.ref, act="disclose", outside="The tax office")
    actions.allow(beatrix, kettle, glass.id)
    answer = client.as_(make.person("Imani")).get(f"{AT}/{glass.id}/items/{glass.items[0].id}/file")
    facts = zipfile.ZipFile(io.BytesIO(answer.data)).read("facts.txt").decode()
    assert "For The tax office" in facts
    assert f"Reference: {receipt.ref}" in facts


def told_jobs() -> list[Job]:
    return list(db.session.scalars(sa.select(Job).where(Job.name == "breakglass.tell").order_by(Job.id)))


def test_the_group_is_told_at_once_and_reads_why(kettle, receipt, imani, beatrix, client):
    glass = asked(imani, kettle, receipt.ref)
    marsha = client.as_(make.person("Marsha"))
    assert marsha.get(f"/g/tuesday-kettle/duties/{glass.id}").status_code == 404
    actions.allow(beatrix, kettle, glass.id)
    assert told_jobs()[0].due_at <= clock.now()
    page = words(marsha.get(f"/g/tuesday-kettle/duties/{glass.id}"))
    assert "The tax office asks for it." in page
    assert "Imani" in page
    assert "Beatrix" in page
    assert "Hearthrow Commons used a legal duty" in words(marsha.get("/g/tuesday-kettle/"))


def test_telling_can_wait_for_a_fixed_day_a_trustee_can_move_but_no_longer(kettle, receipt, imani, beatrix, client, later):
    glass = asked(imani, kettle, receipt.ref, delay="law", delay_days=14)
    actions.allow(beatrix, kettle, glass.id)
    path = f"/g/tuesday-kettle/duties/{glass.id}"
    assert client.as_(make.person("Marsha")).get(path).status_code == 404
    assert "legal duty" not in words(client.get("/g/tuesday-kettle/"))
    later(days=13)
    with pytest.raises(Mistake, match="between 1 and 14"):
        actions.delay_again(make.actor(make.person("Beatrix"), Role.TRUSTEE), kettle, glass.id, days=15)
    actions.delay_again(make.actor(make.person("Beatrix"), Role.TRUSTEE), kettle, glass.id, days=14)
    later(days=13)
    assert queries.told(kettle.id) == []
    later(days=1, hours=1)
    assert [one.id for one in queries.told(kettle.id)] == [glass.id]
    with pytest.raises(Mistake, match="has been told"):
        actions.delay_again(make.actor(make.person("Beatrix"), Role.TRUSTEE), kettle, glass.id, days=1)


def log_lines(client) -> list[str]:
    return client.get("/g/tuesday-kettle/log/log.jsonl").text.splitlines()


def test_until_its_day_nothing_of_it_shows_anywhere_and_then_all_of_it_does(kettle, receipt, imani, beatrix, client):
    """The log page, who acted, the downloaded log, a change's page, the summary of a rest; and the chain holds."""
    rest(make.actor(make.person("Marsha")), kettle, days=1)
    glass = asked(imani, kettle, receipt.ref, delay="danger", delay_days=7)
    actions.allow(beatrix, kettle, glass.id)
    actions.look(imani, kettle, glass.items[0].id)
    with pytest.raises(Refused):
        actions.look(make.actor(make.staff("Glyn", Role.FINANCE), Role.FINANCE), kettle, glass.items[0].id)
    known, number = chain.fingerprint(kettle.id), db.session.scalar(sa.select(sa.func.max(Entry.id)))
    quiet, ref = db.session.scalar(sa.select(Quiet.id)), glass.ref
    log, change = "/g/tuesday-kettle/log/", f"/g/tuesday-kettle/changes/{number}"
    with time_machine.travel(clock.now() + timedelta(days=2)):
        client.as_(make.person("Marsha"))
        for page in (client.get(log), client.get(f"{log}?staff=1"), client.get(f"/g/tuesday-kettle/rest/{quiet}")):
            assert page.status_code == 200
            assert not {"Imani", "Beatrix", "Glyn", "duty", ref} & set(words(page).replace(",", " ").split())
        assert client.get(change).status_code == 404
        before = log_lines(client)
    assert not any(word in line for line in before for word in ("breakglass", "break_glass", "duty", ref, "deny"))
    assert [json.loads(line)["line"]["says"] for line in before].count("kept a record") == 4
    with time_machine.travel(clock.now() + timedelta(days=8)):
        shown = words(client.as_(make.person("Marsha")).get(log))
        assert client.get(change).status_code == 200
        after = log_lines(client)
        assert list(chain.faults(kettle.id, [known])) == []
    assert f"Imani asked to use a legal duty {ref}" in shown
    assert "Glyn tried, and was refused: “looked at something under a legal duty”" in shown
    assert "Beatrix" in shown[: shown.index("Imani asked")]
    told = [json.loads(line)["words"]["told"] for line in after if "kept a record" in line]
    assert [one["action"] for one in told] == ["breakglass.ask", "breakglass.allow", "breakglass.look", "breakglass.look"]
    assert (told[0]["person"], told[3]["outcome"]) == (imani.person_id, "deny")
    for lines_ in (before, after):
        assert list(check_log.faults(check_log.read(lines_), [known])) == []


def test_what_is_told_later_cant_be_rewritten_behind_our_back_nor_taken_out(kettle, receipt, imani, dialect):
    asked(imani, kettle, receipt.ref, delay="law", delay_days=2)
    entry = db.session.scalar(sa.select(sa.func.max(Entry.id)))
    with pytest.raises(NotHere):
        erase(make.actor(make.person("Marsha")), kettle, entry)
    with time_machine.travel(clock.now() + timedelta(days=3)), pytest.raises(Mistake, match="so they stay"):
        erase(make.actor(make.person("Marsha")), kettle, entry)
    if dialect == "sqlite":
        for name in db.session.scalars(sa.text("SELECT name FROM sqlite_master WHERE type = 'trigger'")).all():
            db.session.execute(sa.text(f"DROP TRIGGER {name}"))
    else:
        db.session.execute(sa.text("SET session_replication_role = replica"))
    db.session.execute(sa.text("UPDATE entries SET person_id = NULL WHERE id = :id"), {"id": entry})
    assert any("The words of entry" in fault for fault in chain.faults(kettle.id))


def test_asked_for_with_a_delay_and_never_begun_it_is_read_on_its_day_and_begins_no_more(kettle, receipt, imani, client):
    glass = asked(imani, kettle, receipt.ref, delay="danger", delay_days=3).id
    with time_machine.travel(clock.now() + timedelta(days=4)):
        client.as_(make.person("Marsha"))
        assert "Imani asked to use a legal duty" in words(client.get("/g/tuesday-kettle/log/"))
        assert client.get(f"/g/tuesday-kettle/duties/{glass}").status_code == 404
        with pytest.raises(Mistake, match="Ask anew"):
            actions.allow(make.actor(make.staff("Beatrix", Role.TRUSTEE), Role.TRUSTEE), kettle, glass)
        with pytest.raises(Refused):
            actions.reply(make.actor(make.person("Marsha")), kettle, glass, words="Why?")


def test_the_group_replies_and_someone_else_reviews_within_ten_working_days(kettle, receipt, imani, beatrix, client):
    glass = asked(imani, kettle, receipt.ref)
    actions.allow(beatrix, kettle, glass.id)
    with pytest.raises(Mistake, match="once it has ended"):
        actions.review(beatrix, kettle, glass.id, words="Fine.")
    actions.end(imani, kettle, glass.id)
    actions.reply(make.actor(make.person("Marsha")), kettle, glass.id, words="You could have asked us.")
    shown = words(client.as_(make.person("Beatrix")).get(f"{AT}/{glass.id}"))
    assert "You could have asked us." in shown
    actions.review(beatrix, kettle, glass.id, words="They were right. We ask first.")
    assert "They were right. We ask first." in words(
        client.as_(make.person("Marsha")).get(f"/g/tuesday-kettle/duties/{glass.id}")
    )
    with pytest.raises(Mistake, match="reviewed"):
        actions.reply(make.actor(make.person("Marsha")), kettle, glass.id, words="More")


def test_every_group_sees_how_often_and_never_whose(kettle, walkers, receipt, imani, beatrix, client):
    asked(imani, kettle, receipt.ref)
    allowed = asked(imani, kettle, receipt.ref)
    actions.allow(beatrix, kettle, allowed.id)
    assert [(one.duty, one.uses, one.reviewed) for one in queries.counts() if one.uses] == [("F9", 1, 0)]
    page = words(client.as_(make.person("Sam")).get("/g/hillfoot-walkers/duties/"))
    assert "a grant audit 1 0" in page
    assert "Kettle" not in page


def test_asking_and_allowing_need_a_passkey_or_password_just_given(kettle, receipt, imani, beatrix):
    stale = Actor(imani.person_id, "Imani", frozenset({Role.COORDINATOR}))
    with pytest.raises(ProofNeeded):
        asked(stale, kettle, receipt.ref)
    glass = asked(imani, kettle, receipt.ref)
    with pytest.raises(ProofNeeded):
        actions.allow(Actor(beatrix.person_id, "Beatrix", frozenset({Role.TRUSTEE})), kettle, glass.id)


def test_a_form_asked_wrongly_keeps_what_was_typed(kettle, receipt, imani, client):
    body = {"duty": "F6", "act": "view", "reason": "Somebody may be hurt.", "hours": "100", "delay": ""}
    answer = client.as_(make.person("Imani")).post(f"{AT}/", data=body)
    assert answer.status_code == 422
    assert "Choose between 1 and 72 hours." in words(answer)
    assert "Somebody may be hurt." in answer.text
    assert db.session.scalar(sa.select(sa.func.count()).select_from(BreakGlass)) == 0


def test_the_form_lists_nobody_who_belongs_to_the_group(kettle, receipt, imani, client):
    page = words(client.as_(make.person("Imani")).get(f"{AT}/new"))
    assert not {"Marsha", "Joe", "Bernie"} & set(page.split())
    glass = asked(imani, kettle, f"{receipt.ref.lower()}\nBERNIE@example.org")
    assert [item.called for item in glass.items] == [receipt.ref, "Bernie"]


def test_whoever_asked_neither_reviews_nor_moves_the_telling(kettle, receipt, beatrix, later):
    """Someone who is trustee and safeguarding lead at once asks; the rest is another's."""
    both = make.actor(make.staff("Bo", Role.TRUSTEE, Role.SAFEGUARDING), Role.TRUSTEE, Role.SAFEGUARDING)
    glass = asked(both, kettle, receipt.ref, delay="danger", delay_days=7)
    for decides in (actions.allow, actions.refuse):
        with pytest.raises(Refused, match="other than who asked"):
            decides(both, kettle, glass.id)
    actions.allow(beatrix, kettle, glass.id)
    with pytest.raises(Refused):
        actions.delay_again(both, kettle, glass.id, days=7)
    later(hours=7)
    with pytest.raises(Refused, match="other than who asked"):
        actions.review(make.actor(make.person("Bo"), Role.TRUSTEE), kettle, glass.id, words="All fine.")
    db.session.rollback()
    assert db.session.get_one(BreakGlass, glass.id).reviewed_at is None


def test_only_who_asked_or_allowed_ends_it(kettle, receipt, imani, beatrix):
    glass = asked(imani, kettle, receipt.ref)
    actions.allow(beatrix, kettle, glass.id)
    with pytest.raises(Refused, match="Whoever asked or allowed"):
        actions.end(make.actor(make.staff("Glyn", Role.FINANCE), Role.FINANCE), kettle, glass.id)
    assert covered(imani, kettle, receipt)
    actions.end(beatrix, kettle, glass.id)
    assert not covered(imani, kettle, receipt)


def test_a_group_answers_only_what_it_was_told_of(kettle, receipt, imani, beatrix, later):
    glass = asked(imani, kettle, receipt.ref, delay="law", delay_days=2)
    actions.allow(beatrix, kettle, glass.id)
    with pytest.raises(Refused, match="told of this in a while"):
        actions.reply(make.actor(make.person("Marsha")), kettle, glass.id, words="Why?")
    later(days=2, seconds=1)
    assert actions.reply(make.actor(make.person("Marsha")), kettle, glass.id, words="Why?").reply == "Why?"


def test_what_was_decided_or_reviewed_is_not_decided_or_reviewed_again(kettle, receipt, imani, beatrix, later):
    glass = asked(imani, kettle, receipt.ref)
    actions.refuse(beatrix, kettle, glass.id)
    with pytest.raises(Mistake, match="decided already"):
        actions.allow(beatrix, kettle, glass.id)
    used = asked(imani, kettle, receipt.ref)
    actions.allow(beatrix, kettle, used.id)
    later(hours=7)
    by = Actor(beatrix.person_id, beatrix.name, beatrix.roles, proved_at=clock.now())
    actions.review(by, kettle, used.id, words="It was right.")
    with pytest.raises(Mistake, match="reviewed already"):
        actions.review(by, kettle, used.id, words="Or was it?")


def test_what_a_group_was_told_of_is_a_page_at_a_time(kettle, receipt, imani, beatrix, client):
    made = [asked(imani, kettle, receipt.ref) for _ in range(25)]
    numbers = [glass.id for glass in made]
    for number in numbers:
        actions.allow(beatrix, kettle, number)
    client.as_(make.person("Marsha"))
    first = client.get("/g/tuesday-kettle/duties/").text
    second = client.get("/g/tuesday-kettle/duties/?before=" + first.split("duties/?before=")[1].partition('"')[0]).text
    shown = [{n for n in numbers if f'/duties/{n}"' in text} for text in (first, second)]
    assert (len(shown[0]), shown[0] | shown[1], shown[0] & shown[1]) == (20, set(numbers), set())


def test_a_use_nobody_reviewed_in_ten_working_days_stands_on_top_of_the_hosts_list(kettle, receipt, imani, beatrix, client):
    glass = asked(imani, kettle, receipt.ref)
    actions.allow(beatrix, kettle, glass.id)
    number, day = glass.id, queries.review_by(glass)
    for days, waits in ((0, False), (1, True)):
        noon = datetime.combine(day + timedelta(days=days), time(12), clock.LONDON)
        with time_machine.travel(noon):
            page = client.as_(make.person("Beatrix")).get("/host/duties/").text
            assert ("Waiting for a review" in page) is waits
    assert page.index("Waiting for a review") < page.index(f"/duties/{number}") < page.index('id="u"')
    with time_machine.travel(noon):
        group = db.session.get_one(Group, db.session.get_one(BreakGlass, number).group_id)
        actions.review(make.actor(make.person("Beatrix"), Role.TRUSTEE), group, number, words="It was right.")
        assert queries.to_review() == []
