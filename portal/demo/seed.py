"""Lay out the demo: people, groups, levels, pots, receipts R101 to R112 and more, with days that follow today.

Its past is written with the groups' doors open, since nobody was there to act it out. Everything after is the portal's
own. Refuses outside demo mode.
"""

import tempfile
from datetime import date, datetime, time, timedelta
from pathlib import Path

import sqlalchemy as sa
from flask import current_app

from portal.autonomy.areas import Area, Duty, Level, Outcome
from portal.autonomy.models import AreaLevel, Hold, Loosening, Proposal, Quiet, SpendingLimit
from portal.breakglass.models import BreakGlass, BreakGlassItem
from portal.budget.models import BudgetLine
from portal.core import clock, files, migrate, pictures, wall, workdays
from portal.core.counters import Counter
from portal.core.db import db
from portal.demo import (
    accountability,
    asks,
    costs,
    documents,
    drawing,
    earlier_receipts,
    governance,
    log,
    money,
    risks,
    sharing,
    support,
)
from portal.demo.earlier_receipts import Told
from portal.demo.people import GROUPS, STAFF, address, levels
from portal.ledger.models import Fund
from portal.members.models import Invitation
from portal.payments import paydays
from portal.people.models import Group, Membership, Person, StaffRole, Suspension
from portal.people.roles import Role
from portal.receipts.models import Asks, Picture, Question, Receipt
from portal.sharing.models import Share

RECEIPTS = (
    Told(101, "tuesday-kettle", "Marsha", "Corner Grocer", (("Milk 4 pints x3", 465), ("Teabags 240", 681)), 21,
         label="refreshments", code="5100", accepted=True, paid_days_ago=14),
    Told(102, "tuesday-kettle", "Marsha", "Ashbrook Village Hall", (("Hall hire, November", 9000),), 6, label="our room",
         code="5300", accepted=True),
    Told(103, "tuesday-kettle", "Joe", "Bus fares", (("Bus fares", 720),), 2, why_none="They don’t give one",
         note="Four of us, there and back."),
    Told(104, "quiet-allotment", "Wren", "Fernside Nursery", (("Peat-free compost x3", 2350),), 3, label="compost"),
    Told(105, "nightshift-poets", "Lily", "Roomtone Video", (("Video calls, monthly", 1439),), 5, label="our calls",
         code="5700", accepted=True),
    Told(106, "long-table", "Farah", "Merkato Spices", (("Berbere / በርበሬ", 1450), ("Cardamom / ኮረሪማ", 2440)), 2,
         label="spices"),
    Told(107, "hillfoot-walkers", "Sam", "Dale Minibus Hire", (("Minibus, one day", 5200),), 4, label="minibus",
         held={"rule": Duty.F5, "reason": "“Paths grant” is £14.10 short of this one.",
               "releases": "Another pot, or money coming in."}),
    Told(108, "hearsay-collective", "Orla", "Speaker fee", (("Talk on 12 November", 15000),), 3, label="speaker",
         why_none="They don’t give one", note="For Pri’s cousin. Pri isn’t deciding on this one."),
    Told(109, "hearsay-collective", "Mo", "Inkwell Print", (("Zine, issue 7", 31000),), 5, label="zine print",
         asks=Asks.WHICH_POT, words="Is this from the Open Ear grant or the zine donations?", fund=False),
    Told(110, "hearsay-collective", "Dan", "Post Office", (("Stamps 2nd x23", 1999),), 4, label="stamps", asks=Asks.SAME),
    Told(111, "eastmoor-dads", "Stu", "Morning Café", (("Breakfast for nine", 2615),), 3, label="breakfast", blurred=True,
         asks=Asks.CLEARER),
    Told(112, "makers-moving-on", "Hana", "Clayworks", (("Kiln hire, November", 18780),), 1, label="kiln"),
)  # fmt: skip
EARLIER_STAMPS = Told(100, "hearsay-collective", "Dan", "Post Office", (("Stamps 2nd x23", 1999),), 7, label="stamps",
                      code="5600", accepted=True, paid_days_ago=3)  # fmt: skip

HELPERS = frozenset(name for _, _, _, helpers, _, _ in GROUPS for name in helpers)


def lay_out(*, if_empty: bool = False) -> None:
    """Empty the demo's database and lay everything out again. Raises ValueError outside demo mode."""
    if not current_app.config["SETTINGS"].PORTAL_DEMO:
        raise ValueError("This would empty the database. It only runs where PORTAL_DEMO=1.")
    if if_empty and db.session.scalar(sa.select(Person.id).limit(1)):
        return
    _empty()
    log.begin()
    people = _people()
    for told in GROUPS:
        _group(people, *told)
    accountability.lay_out(people)
    numbers = sorted((EARLIER_STAMPS, *RECEIPTS, *earlier_receipts.RECEIPTS), key=lambda told: told.number)
    db.session.add(Counter(name="receipt", value=max(told.number for told in numbers)))
    db.session.commit()
    made = {told.number: _receipt(people, told) for told in numbers}
    db.session.commit()
    money.lay_out(people["Glyn Parry"].id)
    costs.lay_out(people)
    support.lay_out(people)
    _shared(people, sharing.lay_out(people))
    risks.lay_out(people)
    governance.lay_out(people)
    asks.lay_out(people)
    documents.lay_out(people)
    _same_stamps(made)
    _relabelled(people, made[101])
    _suggested(people)
    _waiting_organiser(people)
    _resting(people)
    _loosening(people)
    _lost_phone(people)
    _refused(people)
    log.write()


def _empty() -> None:
    db.session.rollback()
    db.drop_all()
    with db.engine.begin() as connection:
        connection.execute(sa.text("DROP TABLE IF EXISTS alembic_version"))
    migrate.upgrade()


def _people() -> dict[str, Person]:
    names = [name for _, _, organisers, helpers, _, _ in GROUPS for name in (*organisers, *helpers)]
    names += [name for name, _, _ in STAFF]
    people = {name: Person(name=name, email=address(name)) for name in names}
    db.session.add_all(people.values())
    db.session.flush()
    db.session.add_all(StaffRole(person_id=people[name].id, role=role) for name, roles, _ in STAFF for role in roles)
    db.session.commit()
    return people


def _group(people, name, slug, organisers, helpers, letters, pots) -> None:
    group = Group(name=name, slug=slug, founded_at=_ago(400))
    db.session.add(group)
    db.session.flush()
    with wall.opened(group.id):
        own = {"group_id": group.id}
        for role, names in ((Role.ORGANISER, organisers), (Role.HELPER, helpers)):
            db.session.add_all(
                Membership(**own, person_id=people[one].id, role=role, joined_at=_ago(300 - i))
                for i, one in enumerate(names)
            )
        db.session.add_all(
            AreaLevel(**own, area=area, level=level, set_at=_ago(120), set_by=people[organisers[0]].id)
            for area, level in levels(letters).items()
        )
        db.session.add_all(Fund(**own, name=pot) for pot in pots)
        if slug == "tuesday-kettle":
            limit = SpendingLimit(**own, each_pence=60_00, month_pence=200_00, set_at=_ago(120))
            db.session.add(limit)
            db.session.flush()
            as_set = {"area": Area.SPENDING, "level": levels(letters)[Area.SPENDING]}
            says = "changed the spending limits"
            _entry(group, people["Marsha"], Role.ORGANISER, "autonomy.set_limits", says, limit, 120, **as_set)
    db.session.commit()


def _group_at(slug: str) -> Group:
    return db.session.scalars(sa.select(Group).where(Group.slug == slug)).one()


def _receipt(people, told: Told) -> Receipt:
    group = _group_at(told.slug)
    finance = people["Glyn Parry"].id
    with wall.opened(group.id):
        pots = sa.select(Fund.id).where(Fund.group_id == group.id).order_by(Fund.id).limit(1)
        fund = db.session.scalar(pots.where(Fund.name == told.pot) if told.pot else pots)
        accepted_at = _ago(max(told.days_ago - 2, 0)) if told.accepted else None
        row = Receipt(
            group_id=group.id,
            number=told.number,
            key=f"demo-{told.number}",
            added_at=_ago(told.days_ago),
            added_by=people[told.by].id,
            shop=told.shop,
            amount_pence=None if told.blurred else told.pence,
            spent_on=_day(told.days_ago + 1),
            label=told.label,
            note=told.note,
            fund_id=fund if told.fund else None,
            no_picture_why=told.why_none,
            ledger_code=told.code,
            accepted_at=accepted_at,
            accepted_by=finance if told.accepted else None,
            paid_on=_pay_day(told.paid_days_ago) if told.paid_days_ago is not None else None,
        )
        db.session.add(row)
        db.session.flush()
        role = Role.HELPER if told.by in HELPERS else Role.ORGANISER
        _entry(group, people[told.by], role, "receipts.upload", "added a receipt", row, told.days_ago)
        if not told.why_none:
            _draw(row, told)
        if told.accepted:
            says = "checked a receipt: ready to pay"
            _entry(group, people["Glyn Parry"], Role.FINANCE, "receipts.accept", says, row, max(told.days_ago - 2, 0))
        if row.paid_on:
            change = {"row": f"receipts:{row.id}", "column": "paid_on", "before": None, "after": f"{row.paid_on}"}
            glyn, at = people["Glyn Parry"], _ago(told.paid_days_ago or 0)
            log.entry(group, glyn, Role.FINANCE, "bank.settle_cost", row, at, [change])
        if told.asks and told.asks is not Asks.SAME:
            asked = {"asks": told.asks.key, "words": told.words, "asked_at": _ago(max(told.days_ago - 1, 0))}
            db.session.add(Question(group_id=group.id, receipt_id=row.id, asked_by=finance, **asked))
            log.entry(group, people["Glyn Parry"], Role.FINANCE, "receipts.ask", row, _ago(max(told.days_ago - 1, 0)))
        if told.held:
            review = workdays.after(clock.today(), 3)
            item = {"item_table": Receipt.__tablename__, "item_id": row.id}
            db.session.add(Hold(group_id=group.id, **item, **told.held, review_on=review))
    return row


def _draw(row: Receipt, told: Told) -> None:
    """A picture as the pipeline would have left it."""
    day = f"{_day(told.days_ago + 1):%d/%m/%Y}"
    drawn = drawing.receipt(told.shop, list(told.lines), day=day, seed=told.number % 100, blurred=told.blurred)
    kept = files.store()
    with tempfile.NamedTemporaryFile() as source:
        source.write(drawn)
        source.flush()
        with pictures.make_of_ours(Path(source.name)) as made:
            names = []
            for path in (*made.pages, made.thumb):
                ours = kept.scratch()
                ours.write_bytes(path.read_bytes())
                names.append(kept.keep(ours))
            width, height = made.sizes[0]
            looks = made.looks
    db.session.add(
        Picture(
            group_id=row.group_id,
            receipt_id=row.id,
            added_by=row.added_by,
            added_at=row.added_at,
            shown_name="photo.jpg",
            kind="jpeg",
            size=len(drawn),
            sha256=f"demo-{told.number}",
            pages=[{"file": names[0], "width": width, "height": height}],
            thumb=names[1],
            looks=looks,
            made_at=row.added_at,
        )
    )


def _same_stamps(made: dict[int, Receipt]) -> None:
    later, earlier = made[110], made[100]
    with wall.opened(later.group_id):
        own = {"group_id": later.group_id, "receipt_id": later.id}
        db.session.add(Question(**own, asks=Asks.SAME.key, other_id=earlier.id, asked_at=later.added_at))
    db.session.commit()


def _relabelled(people, row: Receipt) -> None:
    """Glyn relabelled R101; the group was told."""
    group = db.session.get_one(Group, row.group_id)
    change = {"row": f"receipts:{row.id}", "column": "label", "before": "tea things", "after": "refreshments"}
    as_told = {"area": Area.RECEIPTS, "level": Level.TELL_AFTER, "outcome": Outcome.ALLOW_TELL}
    with wall.opened(group.id):
        says = "changed the words on a receipt"
        _entry(group, people["Glyn Parry"], Role.FINANCE, "receipts.describe", says, row, 6, [change], **as_told)
    db.session.commit()


def _shared(people, row: Share) -> None:
    """Imani shared the Hearsay's summary; the group was told."""
    group = db.session.get_one(Group, row.group_id)
    change = {"row": f"shares:{row.id}", "column": "id", "before": None, "after": row.id}
    as_told = {"area": Area.VISIBILITY, "level": Level.TELL_AFTER, "outcome": Outcome.ALLOW_TELL}
    with wall.opened(group.id):
        says = "shared our summary"
        _entry(group, people["Imani Okafor"], Role.COORDINATOR, "sharing.share_summary", says, row, 5, [change], **as_told)
    db.session.commit()


def _suggested(people) -> None:
    """Imani suggests that the Kettle moves £80 from travel to food."""
    group, imani = _group_at("tuesday-kettle"), people["Imani Okafor"]
    lines = {one.name: one for one in db.session.scalars(sa.select(BudgetLine).where(BudgetLine.group_id == group.id))}
    wanted = Proposal(
        group_id=group.id,
        action="budget.move",
        area=Area.BUDGET,
        subject_table=BudgetLine.__tablename__,
        subject_id=lines["Travel"].id,
        facts={"to_id": lines["Food"].id, "amount_pence": 80_00},
        why="Travel has money to spare, and more people come to eat.",
        person_id=imani.id,
        role=Role.COORDINATOR,
        made_at=_ago(4),
    )
    with wall.opened(group.id):
        db.session.add(wanted)
        db.session.flush()
        as_asked = {"area": Area.BUDGET, "level": Level.ASK_FIRST, "outcome": Outcome.PROPOSE}
        _entry(group, imani, Role.COORDINATOR, "budget.move", "moved money between budget lines", wanted, 4, **as_asked)
    db.session.commit()


def _waiting_organiser(people) -> None:
    """The Poets are about to agree on a new organiser."""
    group = _group_at("nightshift-poets")
    with wall.opened(group.id):
        ade = people["Ade"].id
        asked = {"email": "june@example.org", "role": Role.ORGANISER, "nonce": "0" * 32, "made_by": ade}
        db.session.add(Invitation(group_id=group.id, **asked, made_at=_ago(1)))
    db.session.commit()


def _resting(people) -> None:
    """The Allotment rests until the end of November (or for three weeks more, where that has passed)."""
    group = _group_at("quiet-allotment")
    with wall.opened(group.id):
        end = datetime(2026, 11, 30, 12, tzinfo=clock.LONDON)
        until = end if end > clock.now() else clock.now() + timedelta(weeks=3)
        db.session.add(Quiet(group_id=group.id, started_at=_ago(9), started_by=people["Wren"].id, until=until))
    db.session.commit()


def _loosening(people) -> None:
    """Rafiq would let staff look after receipts, and waits for a second organiser."""
    group = _group_at("eastmoor-dads")
    with wall.opened(group.id):
        wish = {"area": Area.RECEIPTS, "level": Level.TELL_AFTER, "started_by": people["Rafiq"].id}
        db.session.add(Loosening(group_id=group.id, **wish, started_at=_ago(2)))
    db.session.commit()


def _lost_phone(people) -> None:
    """Mo lost a phone: the way in was paused for six hours. Closed and reviewed; the only use of a legal duty so far."""
    group, imani = _group_at("hearsay-collective"), people["Imani Okafor"].id
    place = sa.select(Membership).where(Membership.group_id == group.id, Membership.person_id == people["Mo"].id)
    with wall.opened(group.id):
        mo, start = db.session.scalars(place).one(), _ago(50)
        glass = BreakGlass(
            group_id=group.id,
            duty="F10",
            act="suspend_login",
            reason="Mo’s phone was lost on a bus, signed in, and Mo asked us to shut it out at once.",
            hours=6,
            asked_at=start - timedelta(minutes=15),
            asked_by=imani,
            started_at=start,
            approved_at=start,
            approved_by=people["Beatrix Lund"].id,
            told_at=start + timedelta(minutes=10),
            review="Right, and short. Next time we say sooner that one can end one’s own sign-ins.",
            reviewed_at=start + timedelta(days=7),
            reviewed_by=people["Noor Haddad"].id,
        )
        db.session.add(glass)
        db.session.flush()
        own = {"group_id": group.id, "break_glass_id": glass.id}
        db.session.add(BreakGlassItem(**own, item_table="memberships", item_id=mo.id, called="Mo"))
        until = start + timedelta(hours=6)
        db.session.add(Suspension(group_id=group.id, membership_id=mo.id, started_at=start, until=until))
        for name, role, action, says in (
            ("Imani Okafor", Role.COORDINATOR, "breakglass.ask", "asked to use a legal duty"),
            ("Beatrix Lund", Role.TRUSTEE, "breakglass.allow", "allowed the use of a legal duty"),
        ):
            _entry(group, people[name], role, action, says, glass, 50)
    db.session.commit()


def _refused(people) -> None:
    """Someone on the staff tried to replace a document of the Long Table, which keeps everything to itself."""
    group = _group_at("long-table")
    as_refused = {"area": Area.DOCUMENTS, "level": Level.ONLY_US, "outcome": Outcome.DENY}
    with wall.opened(group.id):
        says = "replaced a document"
        _entry(group, people["Imani Okafor"], Role.COORDINATOR, "documents.replace", says, None, 28, **as_refused)
    db.session.commit()


def _entry(group, person, role, action, says, row, days_ago, changes=(), **facts) -> None:
    log.entry(group, person, role, action, row, _ago(days_ago), changes, says=says, **facts)


def _ago(days: int) -> datetime:
    """So many days ago, in the morning; never later than now."""
    morning = datetime.combine(_day(days), time(10, 20), clock.LONDON)
    return min(morning, clock.now() - timedelta(hours=1))


def _pay_day(days_ago: int) -> date:
    """The pay day on or after that day, where it has been; else the day itself."""
    day = _day(days_ago)
    paid = paydays.coming(1, since=day)[0]
    return paid if paid <= clock.today() else day


def _day(days_ago: int) -> date:
    return clock.today() - timedelta(days=days_ago)
