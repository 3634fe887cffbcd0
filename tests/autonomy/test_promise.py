"""The promise, driven: any sequence of acts by anybody, over HTTP on the real portal, in two groups of opposite settings;
beside it a model of the autonomy guide says after each act what every row must read and which lines the log must have.

The safety guide's autonomy invariants by number stand where they are checked.
"""

import http.client
import itertools
import threading
from datetime import UTC, datetime, timedelta
from typing import NamedTuple
from urllib.parse import urlencode

import hypothesis.strategies as st
import pytest
import sqlalchemy as sa
import time_machine
from hypothesis import HealthCheck, settings
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule, run_state_machine_as_test
from itsdangerous import TimestampSigner
from sqlalchemy.exc import DatabaseError
from werkzeug.serving import WSGIRequestHandler, make_server

from portal.activity import chain
from portal.activity.models import Entry
from portal.autonomy import standing
from portal.autonomy.areas import Area, Level
from portal.autonomy.models import Loosening, Proposal
from portal.breakglass.models import BreakGlass, BreakGlassItem
from portal.core import clock, wall
from portal.core.db import db, reading
from portal.members.models import Invitation
from portal.people import session
from portal.people.models import Device, Group, Membership, Person
from portal.people.roles import Role
from portal.receipts.models import Receipt
from tests import make
from tests.autonomy import promise
from tests.soak import SOAK, times

pytestmark = pytest.mark.slow

RUNS, STEPS = times(40, 3000), times(30, 60)
LEVELS = list(Level)
AREAS = ("receipts", "people")
LIMITS = promise.LIMITS
START = datetime(2026, 3, 2, 9, tzinfo=UTC)
STAFF = ("imani", "glyn", "bea")  # coordinator, finance, trustee
OPEN = {"receipts": promise.TELL_AFTER, "people": promise.YOU_DO}
SHUT = {"receipts": promise.ONLY_US, "people": promise.ONLY_US}
OURS = {0: ("marsha", "joe", "new", "sefa", "bernie"), 1: ("sam", "pat")}  # organisers, and last a helper
HELPERS = {"bernie", "pat"}
HOSTS_TOO = frozenset({"sefa"})
ROLE = {"imani": Role.COORDINATOR, "glyn": Role.FINANCE, "bea": Role.TRUSTEE, "sefa": Role.COORDINATOR}
count = itertools.count(1)

groups, rows = st.sampled_from((0, 1)), st.sampled_from((0, 1))
labels = st.sampled_from(("milk", "bread", "tea"))
levels, areas = st.sampled_from(range(4)), st.sampled_from(AREAS)
keeps = st.sampled_from(("theirs", "before", "now"))
anyone = st.sampled_from((*OURS[0], *OURS[1], *STAFF))
deskers = st.sampled_from(("imani", "glyn", "bea", "sefa"))
hours = st.sampled_from((1, 5, 24, 49, 72, 7 * 24, 8 * 24, 13 * 24, 15 * 24, 31 * 24))


class Known(NamedTuple):
    """A group or a receipt: its number inside, and its name in addresses."""

    id: int
    name: str | int


class OneLine(WSGIRequestHandler):
    """Keeps a connection open for the next request."""

    protocol_version = "HTTP/1.1"

    def log(self, *_args):
        pass


@pytest.fixture
def port(app):
    """The portal on a real socket, in this process, so that its clock can be moved."""
    server = make_server("127.0.0.1", 0, app, threaded=True, request_handler=OneLine)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    yield server.server_port
    server.shutdown()
    thread.join()
    server.server_close()


class Promise(RuleBasedStateMachine):
    """One run: two new groups, everyone signed in, the clock in our hands."""

    app = None
    port = 0

    def __init__(self):
        super().__init__()
        self.travel = time_machine.travel(START, tick=False)
        self.clock = self.travel.start()
        self.context = self.app.app_context()
        self.context.push()
        self.line = http.client.HTTPConnection("127.0.0.1", self.port, timeout=30)
        self.signer = TimestampSigner(self.app.secret_key, salt="device")

    def teardown(self):
        try:
            if hasattr(self, "groups"):
                for group, mark in zip(self.groups, self.marks, strict=True):
                    with reading():
                        assert list(chain.faults(group.id, [mark])) == []
        finally:
            self.line.close()
            self.context.pop()
            self.travel.stop()

    @initialize()
    def found(self):
        """Two groups that chose opposite settings: one open, one shut."""
        self.run = next(count)
        self.people, self.tokens, self.groups, self.receipts = {}, {}, [], []
        self.inside = [set(names) for names in OURS.values()]
        for name in (*OURS[0], *OURS[1], *STAFF):
            self.people[name] = self.arrive(name)
        for name in ("imani", "glyn", "bea", "sefa"):
            make.staff(f"{name}{self.run}", ROLE[name])
        self.model = [self.gather(0, OPEN), self.gather(1, SHUT)]
        db.session.commit()
        self.names = {number: name for name, number in self.people.items()}
        with reading():
            self.seen = db.session.scalar(sa.select(sa.func.max(Entry.id)))
            self.marks = [chain.fingerprint(group.id) for group in self.groups]
        self.expected = []

    def arrive(self, name: str) -> int:
        person = make.person(f"{name}{self.run}")
        token = session.new_token()
        facts = {"token_hash": session.hashed(token), "label": "Tests", "remembered": True}
        now = clock.now()
        far = now + timedelta(days=3650)
        db.session.add(Device(person_id=person.id, expires_at=far, proved_at=now, second_factor_at=now, **facts))
        self.tokens[name] = token
        return person.id

    def gather(self, n: int, chosen: dict[str, int]) -> promise.Group:
        group = Group(name=f"Group {self.run} {n}", slug=f"group-{self.run}-{n}")
        db.session.add(group)
        db.session.flush()
        self.groups.append(Known(group.id, group.slug))
        since = {name: START if name == "new" else START - timedelta(days=60) for name in OURS[n]}
        with wall.opened(group.id):
            for name in OURS[n]:
                role = Role.HELPER if name in HELPERS else Role.ORGANISER
                mine = {"person_id": self.people[name], "role": role, "joined_at": since[name]}
                db.session.add(Membership(group_id=group.id, **mine))
        db.session.commit()
        for area, level in chosen.items():
            make.set_level(group, Area(area), LEVELS[level])
        first = db.session.get_one(Person, self.people[OURS[n][0]])
        self.receipts.append([Known(one.id, one.number) for one in (make.receipt(group, first) for _ in (0, 1))])
        organisers = {name: since[name] for name in OURS[n] if name not in HELPERS}
        return promise.Group(dict(chosen), organisers, HOSTS_TOO, rows={0: promise.Row(), 1: promise.Row()})

    # How a browser asks

    def send(self, who: str, path: str, **facts) -> int:
        return self.ask(who, "POST", path, urlencode({"key": f"key-of-machine-{next(count):06}", **facts}))

    def ask(self, who: str, method: str, path: str, body: str | None = None) -> int:
        cookie = f"trellis={self.signer.sign(self.tokens[who]).decode()}"
        headers = {"Cookie": cookie, "Sec-Fetch-Site": "same-origin", "Content-Type": "application/x-www-form-urlencoded"}
        self.line.request(method, path, body, headers)
        answer = self.line.getresponse()
        answer.read()
        assert answer.status < 500, (who, method, path, body)
        return answer.status

    def ours(self, n: int, path: str) -> str:
        return f"/g/{self.groups[n].name}/{path}"

    def organises(self, who: str, n: int) -> bool:
        return who in self.model[n].organisers

    def expect(self, n: int, who: str | None, action: str, outcome: str = "allow", role: str = "organiser") -> None:
        """One line more in this group's log (invariant 2)."""
        self.expected.append((self.groups[n].id, who, role, action, outcome))

    def newest(self, model, n: int):
        with reading():
            return db.session.scalar(
                sa.select(model).where(model.group_id == self.groups[n].id).order_by(model.id.desc()).limit(1)
            )

    @property
    def now(self) -> datetime:
        return clock.now()

    # What people do

    @rule(n=groups, who=anyone, area=areas, level=levels)
    def set_level(self, n, who, area, level):
        """Tighter at once, looser by the quorum and the wait (5); never by staff, whatever way they try (4, 6)."""
        status = self.send(who, self.ours(n, f"say/{area}"), level=LEVELS[level].value)
        if not self.organises(who, n):
            assert status == 404
            return
        did = self.model[n].tighten_or_loosen(who, area, level, self.now)
        assert status == (422 if did == "refused" else 303)
        if did in {"tighter", "looser"}:
            self.expect(n, who, "autonomy.set_level")

    @rule(n=groups, who=anyone, each=st.sampled_from((50, 100, 150)), month=st.sampled_from((200, 300, 400)))
    def set_limits(self, n, who, each, month):
        """Lower at once, higher like any loosening; both in one form (5)."""
        status = self.send(who, self.ours(n, "say/spending/limits"), each_pence=each, month_pence=month)
        if not self.organises(who, n):
            assert status == 404
            return
        did = self.model[n].set_limits(who, each * 100, month * 100, self.now)
        assert status == (422 if did == "refused" else 303)
        if did in {"tighter", "looser"}:
            self.expect(n, who, "autonomy.set_limits")

    @precondition(lambda self: any(group.loosenings for group in self.model))
    @rule(pick=st.integers(0, 99))
    def whoever_started_leaves(self, pick):
        """Then nobody can agree to it; the last organiser stays (5)."""
        n, loosening = self.pick(pick, "loosenings")
        who, group = loosening.by, self.model[n]
        if who not in group.organisers:
            return
        with reading():
            own = (Membership.group_id == self.groups[n].id, Membership.person_id == self.people[who])
            place = db.session.scalar(sa.select(Membership.id).where(*own))
        status = self.send(who, self.ours(n, f"people/{place}/leaving"))
        assert status == (303 if len(group.organisers) > 1 else 422)
        if status == 303:
            del group.organisers[who]
            self.inside[n].remove(who)
            self.expect(n, who, "members.leave")

    @rule(n=groups, who=anyone, area=st.sampled_from((*AREAS, LIMITS)), what=st.sampled_from(("agreement", "stop")))
    def answer_loosening(self, n, who, area, what):
        with reading():
            own = (Loosening.group_id == self.groups[n].id, Loosening.area == ("spending" if area == LIMITS else area))
            number = db.session.scalar(sa.select(sa.func.max(Loosening.id)).where(*own))
        if number is None:
            return
        status = self.send(who, self.ours(n, f"say/loosenings/{number}/{what}"))
        if not self.organises(who, n):
            assert status == 404
        elif what == "stop":
            assert (status == 303) == bool(self.model[n].loosenings.pop(area, None))
        else:
            assert (status == 303) == self.model[n].agree(who, area, self.now)
        if status == 303:
            self.expect(n, who, "autonomy.agree" if what == "agreement" else "autonomy.stop")

    @rule(n=groups, who=deskers, row=rows, label=labels)
    def staff_label(self, n, who, row, label):
        """The group's own words on its receipt: done, proposed or refused, as the group has set it (1, 3)."""
        receipt, group = self.receipts[n][row], self.model[n]
        status = self.send(who, f"/host/receipts/{receipt.name}/label", label=label)
        if who == "bea":
            assert status == 404
            return
        outcome = group.staff("receipts", self.now, row)
        assert status == {"deny": 403, "propose": 202}.get(outcome, 303)
        before = group.rows[row].label
        if outcome == "propose":
            made = self.newest(Proposal, n)
            facts = (made.id, "receipts", row, label, who, self.now, group.rows[row].version)
            group.proposals[made.id] = promise.Proposal(*facts)
        elif outcome != "deny" and not group.write(row, label):
            return
        self.expect(n, who, "receipts.describe", outcome, ROLE[who].value)
        if outcome == "allow_tell":
            made = self.newest(Entry, n)
            group.told[made.id] = promise.Told(made.id, row, before, label, self.now)

    @rule(n=groups, who=anyone, row=rows, label=labels)
    def our_label(self, n, who, row, label):
        """An organiser at every level; a helper only what they added, and these they didn't."""
        status = self.send(who, self.ours(n, f"receipts/{self.receipts[n][row].name}/details"), label=label)
        if who not in self.inside[n]:
            assert status == 404
        elif who in HELPERS:
            assert status == 403
            self.expect(n, who, "receipts.describe", "deny", "helper")
        else:
            assert status == 303
            if self.model[n].write(row, label):
                self.expect(n, who, "receipts.describe")

    @precondition(lambda self: any(group.proposals for group in self.model))
    @rule(who=anyone, pick=st.integers(0, 99), how=st.sampled_from(("yes", "yes", "amended", "no")), label=labels)
    def answer_proposal(self, who, pick, how, label):
        """A live yes of an organiser's, never of whoever proposed it, never by silence (1, 4)."""
        n, proposal = self.pick(pick, "proposals")
        group = self.model[n]
        facts = {"to-label": label} if how == "amended" else {}
        path = "no" if how == "no" else "yes"
        status = self.send(who, self.ours(n, f"proposals/{proposal.id}/{path}"), **facts)
        if not self.organises(who, n):
            assert status == 404
        elif how == "no":
            assert (status == 303) == group.waits(proposal, self.now)
            proposal.answer = "no" if status == 303 else proposal.answer
        else:
            assert (status == 303) == group.yes(who, proposal, facts.get("to-label", proposal.label), self.now)
        if status == 303:
            self.expect(n, who, f"autonomy.say_{path}")

    @precondition(lambda self: any(group.proposals for group in self.model))
    @rule(who=deskers, pick=st.integers(0, 99))
    def call_off(self, who, pick):
        """The host takes back what it suggested, as long as it waits. That is all it can do to it."""
        n, proposal = self.pick(pick, "proposals")
        status = self.send(who, f"/host/groups/{self.groups[n].name}/suggestions/{proposal.id}/calling-off")
        if who == "bea":
            assert status == 404
            return
        assert (status == 303) == self.model[n].waits(proposal, self.now)
        if status == 303:
            proposal.answer = "called off"
            self.expect(n, who, "autonomy.call_off", role=ROLE[who].value)

    @precondition(lambda self: any(group.told for group in self.model))
    @rule(who=anyone, pick=st.integers(0, 99), keep=keeps)
    def undo(self, who, pick, keep):
        """Exactly what was there before, for 14 days that weren't quiet (1)."""
        n, told = self.pick(pick, "told")
        status = self.send(who, self.ours(n, f"changes/{told.id}/undo"), keep=keep)
        if not self.organises(who, n):
            assert status == 404
            return
        assert (status == 303) == self.model[n].undo(told, keep, self.now)
        if status == 303:
            self.expect(n, who, "autonomy.undo")

    def pick(self, pick: int, kind: str):
        found = [(n, one) for n, group in enumerate(self.model) for one in getattr(group, kind).values()]
        return found[pick % len(found)]

    @rule(n=groups, who=anyone, weeks=st.integers(1, 12))
    def rest(self, n, who, weeks):
        status = self.send(who, self.ours(n, "rest"), weeks=weeks)
        if not self.organises(who, n):
            assert status == 404
            return
        until = self.now + timedelta(weeks=weeks)
        spells = self.model[n].spells
        if self.model[n].is_quiet(self.now):
            changed, spells[-1][1] = spells[-1][1] != until, until
        else:
            changed = True
            spells.append([self.now, until])
        if changed:
            self.expect(n, who, "autonomy.rest")

    @rule(n=groups, who=anyone)
    def wake(self, n, who):
        status = self.send(who, self.ours(n, "rest/end"))
        if not self.organises(who, n):
            assert status == 404
        elif self.model[n].is_quiet(self.now):
            self.model[n].spells[-1][1] = self.now
            self.expect(n, who, "autonomy.wake")

    @rule(n=groups, who=st.sampled_from((*STAFF, "sefa")))
    def invite(self, n, who):
        """Another area, decided on its own."""
        email = f"helper{next(count)}@example.org"
        status = self.send(who, f"/host/groups/{self.groups[n].name}/helpers", email=email)
        if ROLE[who] is not Role.COORDINATOR:
            assert status == 404
            return
        outcome = self.model[n].staff("people", self.now)
        assert status == {"deny": 403, "propose": 202}.get(outcome, 303)
        self.expect(n, who, "members.invite_helper", outcome, "coordinator")
        if outcome.startswith("allow"):
            self.model[n].invited.add(email)

    # Legal duties

    @rule(n=groups, who=anyone, hours=st.sampled_from((1, 24, 72, 73)))
    def ask_for_duty(self, n, who, hours):
        facts = {"duty": "F6", "act": "view", "things": f"R{self.receipts[n][0].name}", "reason": "Someone may be hurt."}
        status = self.send(who, f"/host/groups/{self.groups[n].name}/duties/", hours=hours, **facts)
        if who not in {"imani", "glyn", "sefa"}:
            assert status == 404
            return
        assert status == (422 if hours > 72 else 303)
        if status == 303:
            self.expect(n, who, "breakglass.ask", "allow", ROLE[who].value)
            glass = self.newest(BreakGlass, n)
            with reading():
                item = db.session.scalar(sa.select(BreakGlassItem.id).where(BreakGlassItem.break_glass_id == glass.id))
            self.model[n].glasses[glass.id] = promise.Glass(glass.id, item, who, hours)

    @precondition(lambda self: any(group.glasses for group in self.model))
    @rule(pick=st.integers(0, 99), who=anyone)
    def allow_duty(self, pick, who):
        """By a second person alone."""
        n, glass = self.pick(pick, "glasses")
        status = self.send(who, f"/host/groups/{self.groups[n].name}/duties/{glass.id}/allowance")
        if who != "bea":
            assert status == 404
            return
        assert status == (303 if glass.starts is None else 422)
        if status == 303:
            glass.starts = self.now
            self.expect(n, who, "breakglass.allow", "allow", "trustee")

    @precondition(lambda self: any(group.glasses for group in self.model))
    @rule(pick=st.integers(0, 99), who=anyone, other=st.booleans())
    def look(self, pick, who, other):
        """A listed item, by whoever asked, until its end, in that group alone (7); each look is a line (10)."""
        n, glass = self.pick(pick, "glasses")
        at = 1 - n if other else n
        status = self.ask(who, "GET", f"/host/groups/{self.groups[at].name}/duties/{glass.id}/items/{glass.item}")
        if other or who not in {"imani", "glyn", "sefa"}:
            assert status == 404
            return
        covered = glass.by == who and glass.is_live(self.now)
        assert status == (200 if covered else 403)
        self.expect(n, who, "breakglass.look", "allow" if covered else "deny", ROLE[who].value)

    # Ways round

    @rule(n=groups, way=st.sampled_from(("label", "level", "log", "member")))
    def go_round(self, n, way):
        """Raw SQL through the portal's own engine meets the wall, and stands in the log (6, 9)."""
        statement = {
            "label": "UPDATE receipts SET label = 'slipped in' WHERE group_id = :group",
            "level": "UPDATE area_levels SET level = 'you_do' WHERE group_id = :group",
            "log": "UPDATE entries SET says = 'nothing' WHERE group_id = :group",
            "member": "UPDATE memberships SET ended_at = joined_at WHERE group_id = :group",
        }[way]
        group_id = self.groups[n].id
        with self.app.app_context(), pytest.raises(DatabaseError, match=r"the door is closed|never changed"):
            db.session.execute(sa.text(statement), {"group": group_id})
        self.expect(n, None, "wall.refused", "deny", "system")

    @rule(hours=hours)
    def time_goes_by(self, hours):
        """Nothing comes of it but what was agreed (4)."""
        self.clock.shift(timedelta(hours=hours))
        for group in self.model:
            group.settle(self.now)
        now = self.now
        db.session.execute(sa.update(Device).values(proved_at=now, second_factor_at=now))  # everyone proves themselves anew
        db.session.commit()

    # What must hold after every step

    @invariant()
    def holds(self):
        if not hasattr(self, "groups"):
            return
        with reading():
            numbers = [group.id for group in self.groups]
            lines = db.session.execute(
                sa.select(Entry.id, Entry.group_id, Entry.person_id, Entry.role, Entry.action, Entry.outcome)
                .where(Entry.id > self.seen, Entry.group_id.in_(numbers))
                .order_by(Entry.id)
            ).all()
            assert [(g, self.names.get(p), r, a, o) for _, g, p, r, a, o in lines] == self.expected
            for n, group in enumerate(self.model):
                self.check(numbers[n], group, self.receipts[n])
        self.seen = max([self.seen, *(line.id for line in lines)])
        self.expected = []

    def check(self, group_id: int, group: promise.Group, receipts: list) -> None:
        wanted = {receipt.id: group.rows[row].label for row, receipt in enumerate(receipts)}
        found = sa.select(Receipt.id, Receipt.label).where(Receipt.group_id == group_id)
        assert dict(db.session.execute(found).all()) == wanted
        stands = standing.of(group_id)
        assert {area: LEVELS.index(stands.levels[Area(area)]) for area in AREAS} == group.levels
        assert (stands.each_pence, stands.month_pence) == group.limits
        assert stands.is_quiet == group.is_quiet(self.now)
        answers = sa.select(Proposal.id, Proposal.answer).where(Proposal.group_id == group_id, Proposal.area == "receipts")
        assert dict(db.session.execute(answers).all()) == {one.id: one.answer for one in group.proposals.values()}
        members = sa.select(Membership.person_id).where(Membership.group_id == group_id, Membership.ended_at.is_(None))
        n = self.model.index(group)
        assert set(db.session.scalars(members)) == {self.people[name] for name in self.inside[n]}
        invited = sa.select(Invitation.email).where(Invitation.group_id == group_id)
        assert set(db.session.scalars(invited)) == group.invited


@pytest.mark.sampled
def test_no_sequence_of_acts_breaks_the_promise(app, port):
    machine = type("OnThisDatabase", (Promise,), {"app": app, "port": port})
    shape = settings(
        max_examples=RUNS,
        stateful_step_count=STEPS,
        deadline=None,
        derandomize=not SOAK,
        database=None,
        suppress_health_check=list(HealthCheck),
    )
    db.session.remove()
    run_state_machine_as_test(machine, settings=shape)
