"""Reads of receipts. A group's start from the group; the desk's start from the host's own rooms."""

from dataclasses import dataclass
from datetime import date, datetime, timedelta

import sqlalchemy as sa
from sqlalchemy.orm import aliased

from portal.autonomy.models import Hold
from portal.core import clock
from portal.core.db import db, fetched, prepared
from portal.core.filters import day, inside
from portal.core.pictures import alike
from portal.core.waiting import columns
from portal.ledger.models import Fund
from portal.people.models import Group, Person
from portal.receipts.models import Picture, Question, Receipt
from portal.receipts.states import Facts, State, state_of

PAGE = 20
SAME_FOR = timedelta(days=180)

_has_question = (
    sa.select(sa.literal(1))
    .where(Question.receipt_id == Receipt.id, Question.group_id == Receipt.group_id, Question.answered_at.is_(None))
    .exists()
)
_held_until = (
    sa.select(sa.func.max(Hold.review_on))
    .where(
        Hold.group_id == Receipt.group_id,
        Hold.item_table == "receipts",
        Hold.item_id == Receipt.id,
        Hold.released_at.is_(None),
    )
    .scalar_subquery()
)
_thumb = (
    sa.select(sa.func.max(Picture.id))
    .where(
        Picture.group_id == Receipt.group_id,
        Picture.receipt_id == Receipt.id,
        Picture.replaced_at.is_(None),
        Picture.thumb.is_not(None),
    )
    .scalar_subquery()
)
_another = aliased(Receipt)
_likely_code = (
    sa.select(_another.ledger_code)
    .where(
        _another.group_id == Receipt.group_id,
        sa.func.lower(_another.shop) == sa.func.lower(Receipt.shop),
        _another.ledger_code.is_not(None),
    )
    .order_by(_another.number.desc())
    .limit(1)
    .correlate(Receipt)
    .scalar_subquery()
)
_columns = (
    Receipt.id,
    Receipt.number,
    Receipt.label,
    Receipt.shop,
    Receipt.amount_pence,
    Receipt.spent_on,
    Receipt.added_at,
    Receipt.withdrawn_at,
    Receipt.paid_on,
    Receipt.accepted_at,
    Receipt.asked_at,
    Receipt.agreed_at,
    Receipt.in_run_at,
    _has_question.label("has_question"),
    _held_until.label("held_until"),
    _thumb.label("thumb_id"),
)


@dataclass(frozen=True)
class Line:
    """A receipt as a list shows it."""

    id: int
    number: int
    title: str
    amount_pence: int | None
    spent_on: date | None
    added_at: datetime
    paid_on: date | None
    held_until: date | None
    thumb_id: int | None
    state: State
    group_name: str = ""
    group_slug: str = ""

    @property
    def ref(self) -> str:
        return f"R{self.number}"

    @property
    def below(self) -> str:
        """Its reference, and the day that matters: R101, today; R101, until 4 December."""
        if self.paid_on:
            return f"{self.ref}, {inside(day(self.paid_on))}"
        if self.held_until and self.state is State.ON_HOLD:
            return f"{self.ref}, until {inside(day(self.held_until))}"
        return self.ref


def _facts(row, *, has_question: bool, held_until: date | None) -> Facts:
    moments = (row.asked_at, row.agreed_at, row.in_run_at)
    return Facts(row.withdrawn_at, row.paid_on, row.accepted_at, has_question, held_until, *moments)


def _line(row, today: date) -> Line:
    facts = _facts(row, has_question=row.has_question, held_until=row.held_until)
    return Line(
        id=row.id,
        number=row.number,
        title=row.label or row.shop or f"Receipt R{row.number}",
        amount_pence=row.amount_pence,
        spent_on=row.spent_on,
        added_at=row.added_at,
        paid_on=row.paid_on,
        held_until=row.held_until,
        thumb_id=row.thumb_id,
        state=state_of(facts, today),
        group_name=getattr(row, "group_name", ""),
        group_slug=getattr(row, "group_slug", ""),
    )


@dataclass(frozen=True)
class Page:
    """Some lines of a list, and the key of the next page where there is one."""

    lines: list[Line]
    after: int | None


def _paged(query, after: int | None, size: int, *, oldest_first=False) -> Page:
    """One page by key, never by offset."""
    if after is not None:
        query = query.where(Receipt.number > after if oldest_first else Receipt.number < after)
    order = Receipt.number.asc() if oldest_first else Receipt.number.desc()
    today = clock.today()
    lines = [_line(row, today) for row in db.session.execute(query.order_by(order).limit(size + 1))]
    return Page(lines[:size], lines[size - 1].number if len(lines) > size else None)


def listed(group_id: int, after: int | None = None, *, binned: bool = False, size: int = PAGE) -> Page:
    """A group's receipts, newest first; or those in its bin."""
    query = sa.select(*_columns).where(
        Receipt.group_id == group_id,
        Receipt.withdrawn_at.is_not(None) if binned else Receipt.withdrawn_at.is_(None),
    )
    return _paged(query, after, size)


def these(group_id: int, numbers: list[int]) -> list[Line]:
    """These of a group's receipts, oldest first."""
    query = sa.select(*_columns).where(Receipt.group_id == group_id, Receipt.number.in_(numbers[:PAGE]))
    return _paged(query, None, PAGE, oldest_first=True).lines


@dataclass(frozen=True)
class OnTheWay:
    """A group's newest receipts that are neither paid nor taken back; how many there are in all, and their pence."""

    lines: list[Line]
    count: int
    pence: int


@prepared
def _on_the_way() -> sa.Select:
    return (
        sa.select(*_columns, sa.func.count().over().label("all"), sa.func.sum(Receipt.amount_pence).over().label("pence"))
        .where(Receipt.group_id == sa.bindparam("group"), Receipt.withdrawn_at.is_(None), Receipt.paid_on.is_(None))
        .order_by(Receipt.number.desc())
        .limit(4)
    )


def on_the_way(group_id: int) -> OnTheWay:
    """The newest four on their way, with the sum of all of them. One statement."""
    rows = fetched(_on_the_way(), {"group": group_id})
    today = clock.today()
    count, pence = (rows[0].all, int(rows[0].pence or 0)) if rows else (0, 0)
    return OnTheWay([_line(row, today) for row in rows], count, pence)


VIEWS = {
    "check": "To check",
    "group": "With their group",
    "asked": "Asked",
    "ready": "Ready to pay",
    "held": "On hold",
    "paid": "Paid",
}


def _in_view(view: str):
    held = sa.and_(_held_until.is_not(None), _held_until >= clock.today())
    open_ones = [Receipt.withdrawn_at.is_(None), Receipt.paid_on.is_(None)]
    going = [*open_ones, ~_has_question, sa.not_(sa.func.coalesce(held, False))]
    with_group = sa.and_(Receipt.asked_at.is_not(None), Receipt.agreed_at.is_(None))
    unasked = sa.and_(Receipt.asked_at.is_(None), Receipt.accepted_at.is_not(None))
    return {
        "check": [*going, Receipt.accepted_at.is_(None), ~with_group],
        "group": [*going, sa.or_(with_group, unasked)],
        "asked": [*open_ones, _has_question, sa.not_(sa.func.coalesce(held, False))],
        "ready": [*going, Receipt.accepted_at.is_not(None), Receipt.agreed_at.is_not(None)],
        "held": [*open_ones, held],
        "paid": [Receipt.paid_on.is_not(None)],
    }[view]


def desk(view: str, after: int | None = None, size: int = PAGE) -> Page:
    """Receipts of all groups for the host's desk, the one that waited longest first (paid: the latest first)."""
    query = (
        sa.select(*_columns, Group.name.label("group_name"), Group.slug.label("group_slug"))
        .join(Group, Group.id == Receipt.group_id)
        .where(*_in_view(view))
    )
    return _paged(query, after, size, oldest_first=view != "paid")


def desk_counts() -> dict[str, int]:
    """How many receipts each view of the desk holds, but for the paid."""
    counts = {
        view: sa.select(sa.func.count()).select_from(Receipt).where(*_in_view(view)).scalar_subquery().label(view)
        for view in VIEWS
        if view != "paid"
    }
    return db.session.execute(sa.select(*counts.values())).one()._asdict()


@dataclass(frozen=True)
class Whole:
    """One receipt with all that its page shows. `likely_code`: what the host used last for this group and shop."""

    receipt: Receipt
    group: Group
    added_by: str
    fund: str | None
    likely_code: str | None
    pictures: list[Picture]
    earlier_pictures: list[Picture]
    questions: list[Question]
    hold: Hold | None

    @property
    def open_questions(self) -> list[Question]:
        return [question for question in self.questions if question.answered_at is None]

    @property
    def is_open(self) -> bool:
        """Neither paid nor on its way to be, nor taken back: it can still change."""
        return self.state not in {State.PAID, State.ON_ITS_WAY, State.TAKEN_BACK}

    @property
    def failed(self) -> list[Picture]:
        """Pictures that couldn't be opened."""
        return [picture for picture in self.pictures if picture.failed_why]

    @property
    def state(self) -> State:
        held_until = self.hold.review_on if self.hold else None
        facts = _facts(self.receipt, has_question=bool(self.open_questions), held_until=held_until)
        return state_of(facts, clock.today())


def numbered(number: int, group_id: int | None = None) -> Whole | None:
    """A receipt by its number with all that hangs on it, in one group unless the host's desk asks. Two statements."""
    query = (
        sa.select(Receipt, Group, Person.name, Fund.name, _likely_code)
        .join(Group, Group.id == Receipt.group_id)
        .join(Person, Person.id == Receipt.added_by)
        .outerjoin(Fund, sa.and_(Fund.id == Receipt.fund_id, Fund.group_id == Receipt.group_id))
        .where(Receipt.number == number)
    )
    if group_id is not None:
        query = query.where(Receipt.group_id == group_id)
    found = db.session.execute(query).first()
    if found is None:
        return None
    receipt, group, added_by, fund, likely_code = found
    pictures, questions, hold = parts_of(receipt)
    return Whole(
        receipt=receipt,
        group=group,
        added_by=added_by,
        fund=fund,
        likely_code=receipt.ledger_code or likely_code,
        pictures=[picture for picture in pictures if picture.replaced_at is None],
        earlier_pictures=[picture for picture in pictures if picture.replaced_at is not None],
        questions=questions,
        hold=hold,
    )


def parts_of(receipt: Receipt) -> tuple[list[Picture], list[Question], Hold | None]:
    """What hangs on a receipt, in one statement: its pictures and questions in order, and the hold that stands."""
    of_it = {model: sa.and_(model.group_id == Receipt.group_id, model.receipt_id == Receipt.id) for model in _PARTS}
    held = sa.and_(
        Hold.group_id == Receipt.group_id,
        Hold.item_table == Receipt.__tablename__,
        Hold.item_id == Receipt.id,
        Hold.live(),
    )
    rows = db.session.execute(
        sa.select(Picture, Question, Hold)
        .select_from(Receipt)
        .outerjoin(Picture, of_it[Picture])
        .outerjoin(Question, of_it[Question])
        .outerjoin(Hold, held)
        .where(Receipt.id == receipt.id)
        .order_by(Picture.id, Question.id)
    ).all()
    pictures = list(dict.fromkeys(picture for picture, _, _ in rows if picture))
    questions = list(dict.fromkeys(question for _, question, _ in rows if question))
    return pictures, questions, next((hold for _, _, hold in rows if hold), None)


_PARTS = (Picture, Question)


# Open questions for a group: about which receipt, and its words or the plain question's key.
WAITING = (
    sa.select(
        *columns(
            "question",
            number=Receipt.number,
            who=sa.func.coalesce(Receipt.label, Receipt.shop, ""),
            what=sa.func.coalesce(Question.words, Question.asks),
            at=Question.asked_at,
        )
    )
    .join(Receipt, sa.and_(Receipt.id == Question.receipt_id, Receipt.group_id == Question.group_id))
    .where(
        Question.group_id == sa.bindparam("group"),
        Question.answered_at.is_(None),
        Receipt.withdrawn_at.is_(None),
        Receipt.paid_on.is_(None),
    )
)


def picture(group_id: int, picture_id: int) -> Picture | None:
    return db.session.scalar(sa.select(Picture).where(Picture.id == picture_id, Picture.group_id == group_id))


def same_facts(receipt: Receipt) -> Receipt | None:
    """An earlier receipt of the same group with the same shop, day and amount."""
    if not (receipt.shop and receipt.spent_on and receipt.amount_pence):
        return None
    return db.session.scalar(
        _earlier(receipt)
        .where(
            sa.func.lower(Receipt.shop) == receipt.shop.lower(),
            Receipt.spent_on == receipt.spent_on,
            Receipt.amount_pence == receipt.amount_pence,
        )
        .limit(1)
    )


def same_picture(receipt: Receipt, picture: Picture) -> Receipt | None:
    """An earlier receipt of the same group with the same file, or a picture that looks just like it."""
    same_file = _earlier(receipt).join(
        Picture, sa.and_(Picture.group_id == Receipt.group_id, Picture.receipt_id == Receipt.id)
    )
    found = db.session.scalar(same_file.where(Picture.sha256 == picture.sha256).limit(1))
    if found or not picture.looks:
        return found
    since = clock.now() - SAME_FOR
    candidates = db.session.execute(
        same_file.add_columns(Picture.looks).where(Picture.looks.is_not(None), Picture.added_at > since).limit(500)
    )
    return next((row for row, looks in candidates if alike(looks, picture.looks)), None)


def _earlier(receipt: Receipt):
    return (
        sa.select(Receipt)
        .where(
            Receipt.group_id == receipt.group_id,
            Receipt.number < receipt.number,
            Receipt.withdrawn_at.is_(None),
        )
        .order_by(Receipt.number.desc())
    )
