"""The register and groups' worries, on both databases: who carries what, what was seen of it, and who reads it."""

from datetime import UTC, date, datetime, timedelta

import pytest
import sqlalchemy as sa
import time_machine

from portal.activity.models import Entry, EntryWords
from portal.autonomy.door import Mistake, NotHere, Refused
from portal.core import clock, wall
from portal.core.db import db
from portal.people.models import Group, StaffRole
from portal.risks import actions, queries
from portal.risks.models import Did, Risk, RiskLook, Worry
from portal.risks.states import State
from tests import make
from tests.client import Client, words

WHAT, DOES = "The room could be shut at short notice.", "We know of two other rooms."
NOON = datetime(2026, 11, 23, 12, 0, tzinfo=UTC)
SOON = date(2026, 12, 14)


@pytest.fixture(autouse=True)
def noon():
    with time_machine.travel(NOON, tick=False):
        yield


def line(**facts) -> dict:
    return {"what": WHAT, "does": DOES, "look_again_on": SOON} | facts


def add(by, group, **facts) -> Risk:
    return actions.add(by, group, **line(holder_id=by.person_id, **facts))


def done(risk: Risk) -> list[Did]:
    db.session.rollback()
    return [row[0].did for row in queries.looks(risk)][::-1]


def numbers(view: str, after: str | None = None) -> list[int]:
    db.session.rollback()
    return [one.number for one in queries.listed(view, after).lines]


def state(number: int) -> State:
    db.session.rollback()
    found = queries.one(number)
    assert found
    return found.state


def test_each_act_is_a_look_that_is_never_changed(kettle, imani, glyn, beatrix, dialect):
    risk = add(imani, kettle)
    actions.look(imani, kettle, risk.id, words="Two rooms are free.", does=DOES, look_again_on=SOON)
    actions.hand_over(imani, kettle, risk.id, holder_id=glyn.person_id)
    actions.weigh(imani, kettle, risk.id, serious=True, words="Nothing else is near.")
    actions.see(beatrix, kettle, risk.id, words="Thank you.")
    actions.weigh(imani, kettle, risk.id, serious=False, words="The church said yes.")
    actions.close(imani, kettle, risk.id, words="They have a room of their own.")
    assert done(risk) == [Did.ADDED, Did.LOOKED, Did.HANDED, Did.SERIOUS, Did.SEEN, Did.EASED, Did.CLOSED]
    for change in ("UPDATE risk_looks SET words = 'x'", "DELETE FROM risk_looks"):
        with pytest.raises(sa.exc.DBAPIError, match="what happened is never changed"), wall.opened(kettle.id):
            db.session.execute(sa.text(change))
        db.session.rollback()


def test_a_look_keeps_what_was_seen_and_what_is_done_from_then_on(kettle, imani, sefa):
    risk = add(imani, kettle)
    with time_machine.travel(NOON + timedelta(days=21), tick=False):
        assert state(risk.number) is State.TO_LOOK
        more = {"does": "We booked the church hall.", "look_again_on": date(2027, 3, 1)}
        actions.look(sefa, kettle, risk.id, words="It was shut twice.", **more)
        found = queries.one(risk.number)
        assert found
        now = found.risk
        assert (now.does, now.look_again_on, now.looked_by) == (
            "We booked the church hall.",
            date(2027, 3, 1),
            sefa.person_id,
        )
        latest, first = [row[0] for row in queries.looks(risk)]
        assert (latest.words, latest.does, first.does) == ("It was shut twice.", "We booked the church hall.", DOES)
        assert state(risk.number) is State.CARRIED


def test_what_is_to_be_looked_at_soonest_comes_first_a_page_at_a_time(kettle, imani):
    days = [30, 10, 20] * 8
    made = {add(imani, kettle, look_again_on=clock.today() + timedelta(days=n)).number: n for n in days}
    expected = sorted(made, key=lambda number: (made[number], number))
    first = queries.listed("open")
    assert [one.number for one in first.lines] == expected[:20]
    assert numbers("open", first.after) == expected[20:]
    for typed in ("x", "x_y", "2026-13-01_4", "_", "_" + "9" * 30):
        assert queries.listed("open", typed).lines


def test_serious_stands_with_the_trustees_at_once_until_one_has_seen_it(kettle, imani, beatrix):
    risk = add(imani, kettle, serious_why="Nothing else is near.")
    plain = add(imani, kettle)
    assert (numbers("trustees"), numbers("serious"), state(risk.number)) == ([risk.number],) * 2 + (State.SERIOUS,)
    assert queries.counts() == {"worries": 0, "trustees": 1}
    with pytest.raises(Mistake, match="trustees’ list"):
        actions.see(beatrix, kettle, plain.id)
    actions.see(beatrix, kettle, risk.id, words="Ask the council.")
    actions.see(beatrix, kettle, risk.id, words="Again.")
    assert (numbers("trustees"), numbers("serious"), state(risk.number)) == ([], [risk.number], State.SEEN)
    assert queries.looks(risk)[0][0].words == "Ask the council."
    for serious in (False, True):
        with pytest.raises(Mistake, match="marked as serious"):
            actions.weigh(imani, kettle, risk.id, serious=not serious, words="Because.")
        actions.weigh(imani, kettle, risk.id, serious=serious, words="Because.")
    assert (numbers("trustees"), state(risk.number)) == ([risk.number], State.SERIOUS)  # anew, so seen anew


def test_a_line_for_all_groups_is_the_hosts_own_and_every_group_reads_it(kettle, walkers, imani, glyn, beatrix):
    risk = actions.add_for_all(imani, **line(holder_id=imani.person_id))
    own = add(imani, kettle)
    assert risk.group_id is None
    assert [one.risk.number for one in queries.ours(walkers.id)] == [risk.number]
    assert [one.risk.number for one in queries.ours(kettle.id)] == [own.number, risk.number]
    actions.look_for_all(imani, None, risk.id, words="As before.", does=DOES, look_again_on=SOON)
    actions.hand_over_for_all(imani, None, risk.id, holder_id=glyn.person_id)
    actions.weigh_for_all(imani, None, risk.id, serious=True, words="It grows.")
    actions.see_for_all(beatrix, None, risk.id)
    actions.weigh_for_all(imani, None, risk.id, serious=False, words="It shrank.")
    actions.close_for_all(imani, None, risk.id, words="It is over.")
    assert done(risk) == [Did.ADDED, Did.LOOKED, Did.HANDED, Did.SERIOUS, Did.SEEN, Did.EASED, Did.CLOSED]
    for act, facts in (
        (actions.look_for_all, {"words": "x", "does": "x", "look_again_on": SOON}),
        (actions.hand_over_for_all, {"holder_id": glyn.person_id}),
        (actions.weigh_for_all, {"serious": True, "words": "x"}),
        (actions.close_for_all, {"words": "x"}),
    ):
        with pytest.raises(NotHere):
            act(imani, None, own.id, **facts)
    with pytest.raises(NotHere):
        actions.see_for_all(beatrix, None, own.id)
    with pytest.raises(NotHere):
        actions.look(imani, kettle, risk.id, words="x", does="x", look_again_on=SOON)


def test_only_coordinators_write_in_the_register_and_only_trustees_see_as_trustees(kettle, marsha, imani, glyn, beatrix):
    risk = add(imani, kettle, serious_why="It is near.")
    for by in (marsha, glyn, beatrix):
        with pytest.raises(Refused):
            add(by, kettle)
        with pytest.raises(Refused):
            actions.close(by, kettle, risk.id, words="x")
    with pytest.raises(Refused):
        actions.see(imani, kettle, risk.id)
    assert done(risk) == [Did.ADDED, Did.SERIOUS]


def test_someone_who_works_here_carries_it_and_it_shows_where_they_left(kettle, marsha, imani, glyn):
    for nobody in (None, marsha.person_id, 0):
        with pytest.raises(Mistake, match="works here"):
            actions.add(imani, kettle, **line(holder_id=nobody))
    risk = actions.add(imani, kettle, **line(holder_id=glyn.person_id))
    with pytest.raises(Mistake, match="works here"):
        actions.hand_over(imani, kettle, risk.id, holder_id=marsha.person_id)
    actions.hand_over(imani, kettle, risk.id, holder_id=glyn.person_id)  # theirs already: nothing happened
    assert done(risk) == [Did.ADDED]
    db.session.execute(sa.update(StaffRole).where(StaffRole.person_id == glyn.person_id).values(ended_at=clock.now()))
    db.session.commit()
    assert queries.one(risk.number).there is False


def test_the_day_for_the_next_look_is_in_the_year_that_comes(kettle, imani):
    for day in (clock.today(), clock.today() + timedelta(days=367)):
        with pytest.raises(Mistake, match="year that comes"):
            add(imani, kettle, look_again_on=day)
    risk = add(imani, kettle, look_again_on=clock.today() + timedelta(days=366))
    with pytest.raises(Mistake, match="year that comes"):
        actions.look(imani, kettle, risk.id, words="x", does="x", look_again_on=clock.today())


def test_what_is_closed_stays_closed(kettle, imani, beatrix):
    risk = add(imani, kettle, serious_why="It is near.")
    actions.close(imani, kettle, risk.id, words="Nothing came of it.")
    assert (numbers("open"), numbers("trustees"), numbers("closed"), state(risk.number)) == (
        *([], [], [risk.number]),
        State.CLOSED,
    )
    for act, facts in (
        (actions.look, {"words": "x", "does": "x", "look_again_on": SOON}),
        (actions.hand_over, {"holder_id": imani.person_id}),
        (actions.weigh, {"serious": False, "words": "x"}),
        (actions.close, {"words": "x"}),
    ):
        with pytest.raises(Mistake, match="closed"):
            act(imani, kettle, risk.id, **facts)
    with pytest.raises(Mistake, match="trustees’ list"):
        actions.see(beatrix, kettle, risk.id)


def test_a_line_about_a_group_names_no_one_in_it(kettle, walkers, imani, glyn, beatrix, marsha):
    for facts in ({"what": "Marsha could fall ill."}, {"does": "We ring Joe."}, {"serious_why": "Bernie said so."}):
        with pytest.raises(Mistake, match="Leave out names") as refused:
            add(imani, kettle, **facts)
        assert refused.value.field == next(iter(facts))
    add(imani, walkers, what="Marsha could fall ill.")  # nobody of theirs
    risk = add(imani, kettle, what="The marshal of the market may shut it, and Joes too.", serious_why="It is near.")
    for act, by, facts in (
        (actions.look, imani, {"words": "Joe rang", "does": DOES, "look_again_on": SOON}),
        (actions.hand_over, imani, {"holder_id": glyn.person_id, "words": "Joe rang"}),
        (actions.weigh, imani, {"serious": False, "words": "Joe rang"}),
        (actions.close, imani, {"words": "Joe rang"}),
        (actions.see, beatrix, {"words": "Joe rang"}),
    ):
        with pytest.raises(Mistake, match="like Joe"):
            act(by, kettle, risk.id, **facts)


def test_the_group_finds_every_act_in_its_log(kettle, imani, beatrix):
    risk = add(imani, kettle, serious_why="It is near.")
    actions.see(beatrix, kettle, risk.id)
    lines = db.session.execute(sa.select(Entry.group_id, Entry.action, Entry.about).where(Entry.action.like("risks.%")))
    assert [tuple(row) for row in lines] == [
        (kettle.id, "risks.add", risk.ref),
        (kettle.id, "risks.see", risk.ref),
    ]


class TestWorries:
    @pytest.fixture
    def worry(self, kettle, marsha, imani) -> Worry:
        return actions.worry(marsha, kettle, words="The room may be sold.")

    def answered(self, worry: Worry) -> queries.Asked:
        db.session.rollback()
        found = queries.worry(worry.number)
        assert found
        return found

    def test_anyone_in_the_group_adds_one_and_the_host_never_does(self, kettle, walkers, marsha, bernie, imani):
        made = [actions.worry(by, kettle, words="It is cold.") for by in (marsha, bernie)]
        assert [one.ref for one in made] == ["Y1", "Y2"]
        assert numbers("worries") == [1, 2]
        assert queries.counts() == {"worries": 2, "trustees": 0}
        for by, group in ((imani, kettle), (marsha, walkers)):
            with pytest.raises(Refused):
                actions.worry(by, group, words="x")
        assert queries.worries(walkers.id) == []

    def test_taken_in_it_is_a_line_in_the_hosts_words(self, kettle, imani, glyn, worry):
        actions.take_in(imani, kettle, worry.id, **line(holder_id=glyn.person_id))
        found = self.answered(worry)
        assert (found.state, found.risk, found.answered) == (State.TAKEN, 2, "Imani Okafor")
        carried = queries.one_of_ours(2, kettle.id)
        assert carried
        assert (carried.risk.what, carried.holder) == (WHAT, "Glyn Parry")
        assert numbers("worries") == []
        for act, facts in ((actions.take_in, line(holder_id=glyn.person_id)), (actions.answer, {"words": "No."})):
            with pytest.raises(Mistake, match="already"):
                act(imani, kettle, worry.id, **facts)

    def test_or_the_host_says_why_not_and_may_think_again(self, kettle, imani, glyn, worry):
        with pytest.raises(Refused):
            actions.answer(glyn, kettle, worry.id, words="No.")
        actions.answer(imani, kettle, worry.id, words="The owner wrote that it isn’t for sale.")
        assert (self.answered(worry).state, numbers("worries")) == (State.ANSWERED, [])
        actions.answer(imani, kettle, worry.id, words="It isn’t for sale before June.")
        actions.take_in(imani, kettle, worry.id, **line(holder_id=imani.person_id))
        assert self.answered(worry).state is State.TAKEN

    def test_shown_to_the_trustees_only_where_the_group_asks(self, kettle, marsha, imani, beatrix, worry):
        with pytest.raises(Mistake, match="for the trustees"):
            actions.see_worry(beatrix, kettle, worry.id)
        shown = actions.worry(marsha, kettle, words="It is cold.", to_trustees=True)
        serious = add(imani, kettle, serious_why="It is near.")
        assert numbers("trustees") == [shown.number, serious.number]
        assert numbers("trustees", f"_{shown.number}") == [serious.number]
        with pytest.raises(Refused):
            actions.see_worry(imani, kettle, shown.id)
        actions.see_worry(beatrix, kettle, shown.id, words="I’ll ask.")
        actions.see_worry(beatrix, kettle, shown.id, words="Again.")
        found = self.answered(shown)
        assert (found.seen, found.worry.seen_words, found.state) == ("Beatrix Lund", "I’ll ask.", State.NEW)
        assert numbers("trustees") == [serious.number]

    def test_taken_back_its_words_are_gone_everywhere(self, kettle, marsha, joe, bernie, imani, beatrix, worry):
        hers = actions.worry(bernie, kettle, words="Zymurgy", to_trustees=True)
        with pytest.raises(Refused):
            actions.withdraw(bernie, kettle, worry.id)
        with pytest.raises(Refused):
            actions.withdraw(imani, kettle, worry.id)
        actions.withdraw(bernie, kettle, hers.id)
        actions.withdraw(joe, kettle, hers.id)
        db.session.rollback()
        assert queries.worry(hers.number) is None
        assert (numbers("worries"), numbers("trustees")) == ([worry.number], [])
        kept = {one.worry.number: one.worry for one in queries.worries(kettle.id)}[hers.number]
        assert (kept.words, kept.withdrawn_by) == (None, bernie.person_id)
        assert "Zymurgy" not in str(db.session.scalars(sa.select(EntryWords.words)).all())
        with pytest.raises(Mistake, match="taken back"):
            actions.take_in(imani, kettle, hers.id, **line(holder_id=imani.person_id))
        with pytest.raises(Mistake, match="taken back"):
            actions.answer(imani, kettle, hers.id, words="x")
        with pytest.raises(Mistake, match="taken back"):
            actions.see_worry(beatrix, kettle, hers.id)

    def test_what_the_host_took_in_stays_when_the_worry_is_taken_back(self, kettle, marsha, imani, worry):
        actions.take_in(imani, kettle, worry.id, **line(holder_id=imani.person_id))
        actions.withdraw(marsha, kettle, worry.id)
        assert (numbers("open"), queries.worries(kettle.id)[0].state) == ([2], State.WITHDRAWN)

    def test_another_groups_is_out_of_reach(self, kettle, walkers, imani, worry):
        sam = make.actor(make.person("Sam"))
        assert queries.worry_of_ours(worry.number, walkers.id) is None
        for act, by, facts in (
            (actions.withdraw, sam, {}),
            (actions.answer, imani, {"words": "x"}),
            (actions.take_in, imani, line(holder_id=imani.person_id)),
        ):
            with pytest.raises(NotHere):
                act(by, walkers, worry.id, **facts)


def test_over_the_pages_from_a_worry_to_its_end(app, kettle, walkers, marsha, imani, beatrix):
    group, host = Client(app).as_(make.person("Marsha")), Client(app).as_(make.person("Imani Okafor"))
    trustee, other = Client(app).as_(make.person("Beatrix Lund")), Client(app).as_(make.person("Sam"))
    ours = "/g/tuesday-kettle/worries/"
    assert f'href="{ours}"' in group.get("/g/tuesday-kettle/say").text
    assert "None, which is fine." in words(group.get(ours))
    missing = group.post(ours, data={"words": " ", "to_trustees": "y"})
    assert (missing.status_code, "A few words are enough" in words(missing)) == (422, True)
    assert group.post(ours, data={"words": "Marsha worries that the room may be sold."}).status_code == 303
    assert "With them" in words(group.get(ours))

    listed = host.get("/host/risks/?view=worries")
    assert "Worries 1" in words(listed)
    assert 'href="/host/risks/worries/1' in listed.text
    form = host.get("/host/risks/worries/1?view=worries")
    assert "sold.</textarea>" not in form.text  # a line has words of the host’s
    told = line(holder_id=imani.person_id, look_again_on=SOON.isoformat())
    named = host.post("/host/risks/worries/1/taking-in", data=told | {"what": "Marsha may leave"})
    assert (named.status_code, "like Marsha" in words(named)) == (422, True)
    nobody = host.post("/host/risks/worries/1/taking-in", data=told | {"holder_id": ""})
    assert (nobody.status_code, "Choose someone who works here" in words(nobody)) == (422, True)
    assert host.post("/host/risks/worries/1/taking-in", data=told).location == "/host/risks/worries/1?view=open"
    assert WHAT in words(host.get("/host/risks/2"))
    assert WHAT in words(group.get(ours))

    assert host.post("/host/risks/2/seriousness", data={"serious": "yes", "words": ""}).status_code == 422
    assert host.post("/host/risks/2/seriousness", data={"serious": "yes", "words": "It is near."}).status_code == 303
    waits = trustee.get("/host/risks/")
    assert "For trustees 1" in words(waits)
    assert 'href="/host/risks/2?view=trustees"' in waits.text
    assert "Look at it again" not in words(trustee.get("/host/risks/2"))
    assert trustee.post("/host/risks/2/looks", data={"words": "x"}).status_code == 404
    assert trustee.post("/host/risks/2/seen", data={"words": "We ask the owner."}).status_code == 303
    carried = words(group.get(f"{ours}carried/2"))
    for said in ("Beatrix, a trustee, has seen it", "We ask the owner.", "It is near.", "Serious, seen by a trustee"):
        assert said in carried
    assert other.get("/g/hillfoot-walkers/worries/carried/2").status_code == 404
    assert other.get(ours).status_code == 404

    looked = {"words": "Not sold.", "does": DOES, "look_again_on": "1999-01-01"}
    again = host.post("/host/risks/2/looks", data=looked)
    assert (again.status_code, "year that comes" in words(again), "Not sold." in again.text) == (422, True, True)
    assert host.post("/host/risks/2/looks", data=looked | {"look_again_on": "1/3/2027"}).status_code == 303
    assert host.post("/host/risks/2/closing", data={"words": "It wasn’t sold."}).status_code == 303
    assert "It wasn’t sold." in words(group.get(f"{ours}carried/2"))
    assert group.post(f"{ours}1/withdrawal").status_code == 303
    assert "taken back today" in words(group.get(ours))
    assert host.get("/host/risks/worries/1").status_code == 404


def test_a_line_can_be_about_any_group_however_many_there_are(app):
    db.session.add_all(Group(name=f"Group {n:03}", slug=f"group-{n:03}") for n in range(502))
    db.session.commit()
    assert queries.groups()["group-501"] == "Group 501"


def test_a_line_is_added_for_one_group_or_for_all(app, kettle, walkers, imani, glyn):
    host = Client(app).as_(make.person("Imani Okafor"))
    at = "/host/risks/new?about=tuesday-kettle"
    assert f'href="{at}"' in host.get("/host/groups/tuesday-kettle").text
    assert '<option value="tuesday-kettle" selected>' in host.get(at).text
    told = line(holder_id=glyn.person_id, look_again_on=SOON.isoformat())
    for about in ("", "nobody"):
        assert host.post("/host/risks/", data=told | {"about": about}).status_code == 422
    assert host.post("/host/risks/", data=told | {"about": "*"}).location == "/host/risks/1"
    assert host.post("/host/risks/", data=told | {"about": "hillfoot-walkers"}).location == "/host/risks/2"
    assert host.post("/host/risks/", data=told | {"about": "*", "holder_id": "9999"}).status_code == 422
    assert host.post("/host/risks/1/handing-over", data={"holder_id": imani.person_id}).status_code == 303
    assert (queries.one(1).group, queries.one(2).group.id) == (None, walkers.id)
    assert "Imani handed it to Imani" in words(
        Client(app).as_(make.person("Sam")).get("/g/hillfoot-walkers/worries/carried/1")
    )
    assert host.get("/host/risks/7").status_code == 404
    assert db.session.scalar(sa.select(sa.func.count()).select_from(RiskLook)) == 3
