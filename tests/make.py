"""Rows for tests, laid with the group's door open. Everything has a default; say only what the test is about."""

import datetime
import io
import itertools
import json

import sqlalchemy as sa
from PIL import Image, ImageDraw

from portal.activity.models import Entry
from portal.autonomy.areas import Area, Level
from portal.autonomy.models import AreaLevel
from portal.bank.models import BankAccount, BankImport, BankLine
from portal.core import files, wall
from portal.core.db import db
from portal.core.uploads import Arrived
from portal.ledger.models import Fund
from portal.payees.models import Payee, PayeeDetails
from portal.payments.models import Payment, PaymentRun
from portal.people.models import Group, Membership, Person, StaffRole
from portal.people.roles import SYSTEM, Actor, Role
from portal.receipts import actions as receipts
from portal.receipts.models import Picture, Receipt

_count = itertools.count(1)


def count() -> int:
    """A number that no other row of these tests has."""
    return next(_count)


def person(name: str = "Somebody", **facts) -> Person:
    """Someone who can sign in. Asked for twice by the same name, it is the same person."""
    email = facts.pop("email", f"{name.split(' ')[0].lower()}@example.org")
    found = db.session.scalar(sa.select(Person).where(Person.email == email))
    if found is None:
        found = Person(name=name, email=email, **facts)
        db.session.add(found)
        db.session.commit()
    return found


def staff(name: str, *roles: Role) -> Person:
    """Someone of the host's."""
    made = person(name)
    db.session.add_all(StaffRole(person_id=made.id, role=role) for role in roles)
    db.session.commit()
    return made


def group(name="A Group", *, organisers=("Org",), helpers=(), levels: dict[Area, Level] | None = None, pots=()) -> Group:
    """A group with its people, levels and pots."""
    people = {one: person(one) for one in (*organisers, *helpers)}
    made = Group(name=name, slug=name.lower().replace(" ", "-"))
    db.session.add(made)
    db.session.flush()
    with wall.opened(made.id):
        for role, names in ((Role.ORGANISER, organisers), (Role.HELPER, helpers)):
            db.session.add_all(Membership(group_id=made.id, person_id=people[one].id, role=role) for one in names)
        db.session.add_all(Fund(group_id=made.id, name=pot) for pot in pots)
        for area, level in (levels or {}).items():
            db.session.add(AreaLevel(group_id=made.id, area=area, level=level))
    db.session.commit()
    return made


def set_level(group_: Group, area: Area, level: Level) -> None:
    """Put one area of a group at a level."""
    with wall.opened(group_.id):
        row = db.session.scalar(sa.select(AreaLevel).where(AreaLevel.group_id == group_.id, AreaLevel.area == area))
        if row is None:
            row = AreaLevel(group_id=group_.id, area=area, level=level)
            db.session.add(row)
        row.level = level
    db.session.commit()


def actor(person_: Person, *roles: Role) -> Actor:
    """Someone acting as these roles; an organiser unless told otherwise. Just proved themselves."""
    from portal.core import clock

    return Actor(person_.id, person_.name, frozenset(roles or {Role.ORGANISER}), proved_at=clock.now())


def jpeg(width=600, height=800, text="Receipt", **save) -> bytes:
    """A photo of something."""
    image = Image.new("RGB", (width, height), "white")
    ImageDraw.Draw(image).text((width // 10, height // 10), text, fill="black", font_size=max(12, width // 16))
    out = io.BytesIO()
    image.save(out, "JPEG", **save)
    return out.getvalue()


def photo(content: bytes | None = None) -> receipts.Photo:
    """A picture that is already kept, as an upload hands it to the action."""
    import hashlib

    content = content or jpeg(text=f"Receipt {next(_count)}")
    path = files.store().scratch()
    path.write_bytes(content)
    arrived = Arrived(path, hashlib.sha256(content).hexdigest(), len(content), "jpeg", "photo.jpg")
    return receipts.Photo.of(arrived, files.store().keep(path))


def receipt(group_: Group, by: Person | None = None, **facts) -> Receipt:
    """A receipt somebody of the group sent, filled in as told."""
    from portal.people.queries import organisers

    by = by or db.session.get_one(Person, organisers(group_.id)[0])
    key = facts.pop("key", f"key-of-a-test-{next(_count)}")
    role = facts.pop("role", Role.ORGANISER)
    made = receipts.upload(actor(by, role), group_, key=key, receipt_key=key, photo=photo())
    if facts:
        set_facts(made, **facts)
    return made


def payee(group_: Group, name="Village Hall", *, details=True, **facts) -> Payee:
    """Somebody the group pays, with an account ending 5678 unless told otherwise."""
    if who := facts.pop("person", ""):
        facts["person_id"] = person(who).id
    with wall.opened(group_.id):
        made = Payee(group_id=group_.id, name=name, **facts)
        db.session.add(made)
    db.session.commit()
    if details:
        account(made)
    return made


def account(payee_: Payee, digits="12345678", *, holds_in=datetime.timedelta(), second="") -> PayeeDetails:
    """Bank details of a payee, laid down as if given."""
    from portal.core import clock, sealed_secrets

    now = clock.now()
    with wall.opened(payee_.group_id):
        made = PayeeDetails(
            group_id=payee_.group_id,
            payee_id=payee_.id,
            sealed=sealed_secrets.seal(json.dumps({"sort_code": "089999", "account": digits, "roll": None})),
            tail=digits[-4:],
            mark=digits,
            checked="unknown",
            made_at=now,
            holds_from=now + holds_in,
            second_by=person(second).id if second else None,
            second_at=now if second else None,
        )
        db.session.add(made)
    db.session.commit()
    return made


def agreed(receipt_: Receipt) -> Receipt:
    """Asked for by its group and said yes to, exactly as it is."""
    from portal.core import clock
    from portal.receipts import fund_cover
    from portal.spending import costs

    with wall.opened(receipt_.group_id):
        row = db.session.get_one(Receipt, receipt_.id)
        row.kind, row.asked_at = row.kind or "invoice", clock.now()
        db.session.flush()
        row.agree(row.added_by, costs.mark(row))
        fund_cover.look(row)
    db.session.commit()
    return row


def payment(receipt_: Receipt, *, released=True) -> Payment:
    """An agreed cost in a run of its own that Glyn prepared and Sefa released."""
    from portal.core import clock
    from portal.payees.queries import current

    glyn, sefa, n = person("Glyn").id, person("Sefa").id, next(_count)
    released_by = {"released_at": clock.now(), "released_by": sefa} if released else {}
    run = PaymentRun(pay_on=clock.today(), prepared_by=glyn, message_id=f"RUN{n}", handed_at=clock.now(), **released_by)
    db.session.add(run)
    db.session.flush()
    with wall.opened(receipt_.group_id):
        row = db.session.get_one(Receipt, receipt_.id)
        row.in_run_at = clock.now()
        held = {"group_id": row.group_id, "receipt_id": row.id, "fund_id": row.fund_id, "pence": row.amount_pence}
        held |= {"details_id": current(row.group_id, row.payee_id).id, "mark": row.agreed_mark or "", "put_by": glyn}
        before = db.session.scalar(sa.select(sa.func.count(Payment.id)).where(Payment.receipt_id == row.id))
        reference = f"TR {row.ref}" + (f"X{before + 1}" if before else "")
        made = Payment(run_id=run.id, reference=reference, **held)
        db.session.add(made)
    db.session.commit()
    return made


def bank_line(pence: int, words="A line of the bank’s", on: datetime.date | None = None) -> BankLine:
    """A line on the host's main account, from a file of its own."""
    from portal.core import clock

    account = db.session.scalar(sa.select(BankAccount)) or BankAccount(name="Main account")
    db.session.add(account)
    db.session.flush()
    glyn, n = person("Glyn").id, next(_count)
    own = {"sha256": "0" * 64, "shown_name": "november.csv", "kind": "csv", "lines": 1, "fresh": 1, "imported_by": glyn}
    made = BankImport(account_id=account.id, **own)
    db.session.add(made)
    db.session.flush()
    facts = {"on": on or clock.today(), "pence": pence, "words": words, "mark": f"mark-{n}"}
    line = BankLine(account_id=account.id, import_id=made.id, **facts)
    db.session.add(line)
    db.session.commit()
    return line


def newest_entry(group_: Group, name: str) -> Entry:
    """The newest entry of an action in a group's log."""
    wanted = sa.select(Entry).where(Entry.group_id == group_.id, Entry.action == name).order_by(Entry.id.desc())
    return db.session.scalars(wanted.limit(1)).one()


def set_facts(row, **values) -> None:
    """Set columns of a group's row, with its door open."""
    with wall.opened(row.group_id):
        found = db.session.get_one(type(row), row.id)
        for name, value in values.items():
            setattr(found, name, value)
    db.session.commit()


def a_row_each() -> dict[str, dict]:
    """One row in every table there is, pointing at one another, as plain facts."""
    tables = sa.MetaData()
    tables.reflect(db.engine)
    rows = {}
    with wall.opened(1):
        for table in tables.sorted_tables:
            if table.name == "alembic_version" or table.name.startswith("huey_"):
                continue
            rows[table.name] = {column.name: _something(column) for column in table.columns if _is_filled(column)}
            db.session.execute(sa.insert(table).values(**rows[table.name]))
    db.session.commit()
    return rows


def _is_filled(column: sa.Column) -> bool:
    return not column.nullable or column.name in {"group_id", "label", "note", "level", "fund_id"}


def _something(column: sa.Column):
    """A plain value of its type; every number is 1, so that all rows point at one another."""
    if column.name == "ends_on":
        return datetime.date(2025, 3, 31)  # a year that is closed lies before everything else
    if column.name == "until_hour":
        return 2  # after from_hour
    kinds = (
        (sa.Boolean, False),
        (sa.Integer, 1),
        (sa.DateTime, datetime.datetime(2026, 3, 29, 1, 30)),
        (sa.Date, datetime.date(2026, 2, 28)),
        (sa.JSON, {"kept": ["as", 1, "was"]}),
        (sa.String, "kept"),
    )
    return next(value for kind, value in kinds if isinstance(column.type, kind))


def erase(row) -> None:
    """Take a receipt out of the database with its pictures, as emptying the bin does."""
    with wall.opened(row.group_id):
        for picture in db.session.scalars(sa.select(Picture).where(Picture.receipt_id == row.id)):
            db.session.delete(picture)
        db.session.flush()
        db.session.delete(db.session.get_one(type(row), row.id))
    db.session.commit()


__all__ = ["SYSTEM", "a_row_each", "actor", "erase", "group", "jpeg", "person", "photo", "receipt", "set_level", "staff"]
