"""At most six SQL statements a page, and no more with 200 rows than with 20. A sensitive read passes the door besides."""

import re
from html import unescape
from urllib.parse import urljoin

import pytest
import sqlalchemy as sa

from portal.autonomy.models import Disagreement
from portal.breakglass.models import BreakGlass
from portal.core import clock, wall
from portal.core.db import db
from portal.governance.models import Item
from portal.governance.starting_set import Holder
from portal.heard.models import PassedOn
from portal.members.models import Invitation
from portal.people.models import Device, Group, Membership, Person, StaffRole
from portal.people.reach import rule_of
from portal.people.roles import Role
from portal.people.session import ORGANISER_LONGEST
from portal.receipts.models import Question
from portal.risks.models import Did, Risk, RiskLook, Worry
from portal.sharing import queries as shares
from portal.support.models import Message, Note, Request
from tests import make
from tests.client import Client
from tests.site import pages
from tests.site.pages import PAGES
from tests.site.visits import Listening
from tests.soak import times

pytestmark = pytest.mark.slow

MOST = 6
NEXT = re.compile(r'<a class="btn[^>]*href="([^"]*(?:after|before)=[^"]+)"')


@pytest.mark.xdist_group("demo pages")
def test_every_page_takes_few_statements(demo, visits):
    too_many = {}
    for visit in visits:
        notes = visit.page.endpoint != "404" and rule_of(demo.app, visit.page.endpoint).notes
        if visit.page.body is None and len(visit.statements) > (MOST + 12 if notes else MOST):  # 12: it passes the door
            too_many[visit.page.name] = [statement for statement, _ in visit.statements]
    assert too_many == {}


def more_people(group: Group, count: int) -> None:
    """Helpers of the group, and people who are invited."""
    people = [Person(name=f"Helper {n}", email=f"{count}-{n}@example.org") for n in range(count)]
    db.session.add_all(people)
    db.session.flush()
    with wall.opened(group.id):
        db.session.add_all(Membership(group_id=group.id, person_id=one.id, role=Role.HELPER) for one in people)
        invited = {"role": Role.HELPER, "nonce": "0" * 32, "made_by": people[0].id, "agreed_at": clock.now()}
        db.session.add_all(Invitation(group_id=group.id, email=f"i{one.email}", **invited) for one in people)
    db.session.commit()


def more_of_everything(group: Group, by: Person, count: int) -> None:
    """That many rows for every list."""
    first = db.session.scalar(sa.text("SELECT coalesce(max(number), 100) FROM receipts")) + 1
    checked = {"accepted_at": clock.now(), "ledger_code": "5100"}
    for facts in ({}, {"withdrawn_at": clock.now()}, checked, {**checked, "paid_on": clock.today()}):
        pages.more_receipts(group.id, by.id, count, first=first, **facts)
        first += count
    with wall.opened(group.id):
        asked = db.session.execute(sa.text("SELECT id FROM receipts ORDER BY number LIMIT :n"), {"n": count // 2}).scalars()
        db.session.add_all(Question(group_id=group.id, receipt_id=i, asks="what_for") for i in asked.all())
    more_people(group, count)
    pages.more_payees(group, by, count)
    for n in range(count):
        make.bank_line(n + 1 if n % 2 else -(n + 1), f"Line {n}")
    with wall.opened(group.id):
        said = {"group_id": group.id, "raised_by": by.id, "words": "No", "among": "host"}
        db.session.add_all(Disagreement(about=f"Thing {n}", **said) for n in range(count))
    db.session.commit()
    pages.more_groups(count)
    pages.more_requests(group, by, count)
    pages.more_shares(make.actor(by), group, count)
    public = next(one.share.id for one in shares.ours(group.id) if one.share.audience == "anyone")
    pages.more_enquiries(group, public, count)
    done = sa.text("UPDATE enquiries SET passed_on_at = asked_at WHERE id % 2 = 0")
    with wall.opened(group.id):
        db.session.execute(done)
    db.session.commit()
    asked = db.session.scalar(sa.select(sa.func.min(Request.id)))
    with wall.opened(group.id):
        own = {"group_id": group.id, "request_id": asked, "added_by": by.id, "words": "Said"}
        db.session.add_all(Note(**own) for _ in range(count))
        db.session.add_all(Message(**own, by_host=False) for _ in range(count))
        numbers = range(count, 2 * count)
        db.session.add_all(PassedOn(**own, number=number, attribution="group") for number in numbers)
        held = {"group_id": group.id, "name": "Rota", "talk_at": clock.now(), "host_look_on": clock.today()}
        db.session.add_all(Item(**held, holder=holder) for holder in Holder for _ in range(count))
    db.session.commit()
    with wall.opened(group.id):
        duty = {"group_id": group.id, "duty": "F9", "act": "view", "reason": "A court asks", "hours": 1}
        db.session.add_all(BreakGlass(**duty, asked_by=by.id) for _ in range(count))
    db.session.commit()
    _more_risks(group, by, count)
    pages.more_asks(make.actor(make.person("Imani"), Role.COORDINATOR), group, count)
    pages.more_documents(group, by, count)
    people = [Person(name=f"Staff {n}", email=f"s{count}-{n}@example.org") for n in range(count)]
    db.session.add_all(people)
    db.session.flush()
    db.session.add_all(StaffRole(person_id=one.id, role=Role.TRUSTEE) for one in people)
    live = {"expires_at": clock.now() + ORGANISER_LONGEST}
    db.session.add_all(Device(person_id=by.id, token_hash=f"{count}-{n}", label="Phone", **live) for n in range(count))
    db.session.commit()


def _more_risks(group: Group, by: Person, count: int) -> None:
    """Lines of the register, looks at one of them, and worries."""
    told = {
        "group_id": group.id,
        "what": "Rain",
        "does": "We ask",
        "holder_id": by.id,
        "added_by": by.id,
        "looked_by": by.id,
    }
    with wall.opened(group.id):
        lines = [Risk(**told, number=2 * n, look_again_on=clock.today()) for n in range(count, 2 * count)]
        db.session.add_all(lines)
        db.session.flush()
        own = {"group_id": group.id, "risk_id": min(line.id for line in db.session.scalars(sa.select(Risk)))}
        db.session.add_all(RiskLook(**own, did=Did.LOOKED, words="Wet", looked_by=by.id) for _ in range(count))
        said = {"group_id": group.id, "added_by": by.id, "words": "Rain", "to_trustees": True}
        db.session.add_all(Worry(**said, number=2 * n + 1) for n in range(count, 2 * count))
    db.session.commit()


LISTS = [
    *"""/g/kettle/ /g/kettle/receipts/ /g/kettle/receipts/?after=115 /g/kettle/log/ /g/kettle/receipts/bin
    /g/kettle/receipts/101 /g/kettle/people /you /host/receipts/101 /host/bank/ /host/bank/?view=settled
    /host/bank/files/ /host/duties/ /g/kettle/disagreements/ /g/kettle/money/payees/ /host/groups/kettle/payees/
    /host/payees/ /host/disagreements/ /g/kettle/support/ /host/requests/?view=all /g/kettle/heard/
    /g/kettle/who-sees-us/ /g/kettle/who-sees-us/?ended=1 /host/groups/kettle/shares /host/enquiries/
    /host/enquiries/?done=1 /groups/ /host/heard/ /g/kettle/worries/ /g/kettle/worries/carried/40 /host/risks/40
    /host/risks/worries/41 /g/kettle/how-we-run/ /g/kettle/how-we-run/events /host/groups/kettle/how-we-run/
    /host/groups/kettle/how-we-run/events /host/board/ /host/board/?view=talk /g/kettle/asks/ /g/kettle/asks/1
    /host/asks/ /host/asks/1 /host/asks/1/sending /g/kettle/documents/ /host/groups/kettle/documents/
    /g/kettle/documents/1 /g/kettle/support/1 /host/requests/?q=could /host/groups/ /host/groups/kettle
    /host/staff""".split(),
    *(f"/host/receipts/?view={view}" for view in ("check", *pages.VIEWS)),
    *(f"/g/kettle/doing/{name}" for name in ("", "late", "replies", "holds", "paid", "money")),
    *(f"/host/doing/{name}" for name in ("", "late", "first", "waited")),
    *(f"/host/risks/?view={view}" for view in ("open", "worries", "trustees", "closed")),
]


def test_a_list_takes_as_many_statements_with_80_rows_as_with_20(app):
    kettle, marsha = make.group("Kettle", organisers=("Marsha",), pots=("Ours",)), make.person("Marsha")
    imani = make.staff("Imani", Role.COORDINATOR, Role.FINANCE)
    groups, hosts = Client(app).as_(marsha), Client(app).as_(imani)
    taken: dict[str, list[int]] = {path: [] for path in LISTS}
    for count in (20, times(60, 180)):
        more_of_everything(kettle, marsha, count)
        for path in LISTS:
            with Listening() as seen:
                assert (hosts if path.startswith("/host/") else groups).get(path).status_code == 200, path
            taken[path].append(len(seen))
    assert {path: counts for path, counts in taken.items() if counts[0] != counts[1] or counts[1] > MOST} == {}
    check_next_pages({path: hosts if path.startswith("/host/") else groups for path in LISTS})


def check_next_pages(lists: dict[str, Client]) -> None:
    """By its link to what comes next, each list goes on, to lines that the page before didn't have."""
    further = {path: [path] for path in lists}
    for path, browser in lists.items():
        while len(further[path]) < 3 and (link := NEXT.search(browser.get(further[path][-1]).text)):
            further[path].append(urljoin(path, unescape(link[1])))
    assert {path: found for path, found in further.items() if len(set(found)) < len(found)} == {}
    assert sum(len(found) > 1 for found in further.values()) > len(lists) / 2


@pytest.mark.xdist_group("demo pages")
def test_the_demos_mail_takes_as_many_statements_when_there_is_more(demo):
    page = next(page for page in PAGES if page.name == "mail")
    taken = []
    for _ in range(2):
        with Listening() as seen:
            assert demo.open(page).status_code == 200
        taken.append(len(seen))
        pages.more_mail(180)
    assert taken[0] == taken[1] <= MOST


def test_a_list_is_a_page_at_a_time(app, kettle):
    """Twenty lines however many there are; the next ones by key."""
    marsha = make.person("Marsha")
    pages.more_receipts(kettle.id, marsha.id, 45, first=101)
    browser, seen, path = Client(app).as_(marsha), [], "/g/tuesday-kettle/receipts/"
    while path:
        text = browser.get(path).text
        lines = [int(part.partition('"')[0]) for part in text.split("/receipts/")[1:] if part[:3].isdecimal()]
        seen.append(len(lines))
        path = f"/g/tuesday-kettle/receipts/?after={lines[-1]}" if "Earlier ones" in text else ""
    assert seen == [20, 20, 5]
