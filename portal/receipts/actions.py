"""Everything that changes a receipt."""

from datetime import date

import sqlalchemy as sa

from portal.autonomy.areas import Area, Duty
from portal.autonomy.door import Mistake, NotHere, action
from portal.autonomy.models import Hold
from portal.core import clock, jobs, stored_files, workdays
from portal.core.db import db
from portal.ledger.models import LEDGER_CODES, Fund
from portal.people.roles import GROUP_ROLES, Role
from portal.receipts import fund_cover, queries
from portal.receipts.models import ASKS, GOES_WITH, Asks, Picture, Question, Receipt

DESK = frozenset({Role.FINANCE, Role.COORDINATOR})
FINANCE = frozenset({Role.FINANCE})
SYSTEM_ONLY = frozenset({Role.SYSTEM})
HOLD_DAYS = 5  # working days until a hold is looked at again, at most (autonomy guide, the floor)


Photo = stored_files.Sent  # a receipt, photographed


@action(area=Area.RECEIPTS, roles=GROUP_ROLES, says="added a receipt")
def upload(by, group, *, receipt_key: str, photo: Photo) -> Receipt:
    """Take a receipt as a picture, which is all it needs."""
    receipt = Receipt.begin(group_id=group.id, key=receipt_key, added_by=by.person_id)
    _add_picture(by, receipt, photo)
    return receipt


@action(area=Area.RECEIPTS, roles=GROUP_ROLES, says="told us of a cost without a receipt")
def declare(by, group, *, receipt_key: str, shop: str, amount_pence: int, spent_on: date, no_picture_why: str) -> Receipt:
    """Take someone's word for a cost there is no receipt of."""
    receipt = Receipt.begin(group_id=group.id, key=receipt_key, added_by=by.person_id)
    receipt.shop, receipt.amount_pence, receipt.spent_on = shop, amount_pence, spent_on
    receipt.no_picture_why = no_picture_why
    _ask_if_same(receipt, queries.same_facts(receipt))
    return receipt


@action(area=Area.RECEIPTS, roles=GROUP_ROLES | DESK, on=Receipt, says="changed the words on a receipt")
def describe(by, group, receipt, **facts) -> Receipt:
    """Set what the group says of its receipt: any of shop, amount_pence, spent_on, label, note, fund_id.

    What a yes was bound to takes the yes back, and a changed amount the host's check too: nothing else is ever paid than
    what was agreed to and checked.
    """
    _check_still_open(receipt)
    facts = {name: _known(name, value, group) for name, value in facts.items() if name in _GROUPS_FACTS}
    before = receipt.shop, receipt.spent_on, receipt.amount_pence
    receipt.change(**facts)
    if (receipt.shop, receipt.spent_on, receipt.amount_pence) != before:
        _ask_if_same(receipt, queries.same_facts(receipt))
    fund_cover.look(receipt)
    return receipt


@action(area=Area.RECEIPTS, roles=GROUP_ROLES, on=Receipt, says="sent a picture")
def add_picture(by, group, receipt, *, photo: Photo, replaces: int | None = None) -> Receipt:
    """Add a picture, before or after it is paid, or put it in another's place; the other stays in the history."""
    if receipt.withdrawn_at:
        raise Mistake("This one was taken back. Bring it back first.")
    if replaces:
        old = queries.picture(group.id, replaces)
        if old is None or old.receipt_id != receipt.id:
            raise NotHere("picture")
        old.replaced_at = clock.now()
    _add_picture(by, receipt, photo)
    for question in queries.parts_of(receipt)[1]:
        if question.asks == Asks.CLEARER.key:
            _answer(question, by, "Sent another picture.")
    return receipt


@action(area=Area.RECEIPTS, roles=GROUP_ROLES, on=Receipt, says="took a receipt back")
def withdraw(by, group, receipt) -> Receipt:
    """Put it in the bin, from which it can be brought back for 30 days."""
    if receipt.paid_on or receipt.in_run_at:
        raise Mistake("This one is paid, or on its way to the bank, so it stays.")
    if not receipt.withdrawn_at:
        receipt.withdrawn_at, receipt.withdrawn_by = clock.now(), by.person_id
        receipt.accepted_at = receipt.accepted_by = None
        receipt.unask()
    fund_cover.look(receipt)
    return receipt


@action(area=Area.RECEIPTS, roles=GROUP_ROLES, on=Receipt, says="brought a receipt back")
def restore(by, group, receipt) -> Receipt:
    """Take it out of the bin."""
    receipt.withdrawn_at = receipt.withdrawn_by = None
    fund_cover.look(receipt)
    return receipt


@action(area=Area.RECEIPTS, roles=GROUP_ROLES, on=Receipt, says="answered a question")
def answer(by, group, receipt, *, question_id: int, words: str | None = None, **facts) -> Receipt:
    """Answer a question, in words or by filling in what was missing."""
    _check_still_open(receipt)
    question = _question(receipt, question_id)
    receipt.change(
        **{name: _known(name, value, group) for name, value in facts.items() if name in _GROUPS_FACTS and value is not None}
    )
    _answer(question, by, words)
    fund_cover.look(receipt)
    return receipt


@action(duty=Duty.F1, roles=DESK, on=Receipt, says="asked about a receipt")
def ask(by, group, receipt, *, asks: str, words: str | None = None) -> Receipt:
    """Ask the group one of a few plain questions, with words of one's own where they help."""
    _check_still_open(receipt)
    if asks not in ASKS or asks == Asks.SAME.key:
        raise Mistake("Choose one of the questions.", "asks")
    if asks == Asks.OTHER.key and not words:
        raise Mistake("Write your question.", "words")
    db.session.add(Question(group_id=group.id, receipt_id=receipt.id, asks=asks, words=words, asked_by=by.person_id))
    return receipt


@action(duty=Duty.F1, roles=DESK, on=Receipt, says="set the host’s code")
def code(by, group, receipt, *, ledger_code: str) -> Receipt:
    """Set the host's own ledger code. The group's label stays the group's."""
    receipt.ledger_code = _known_code(ledger_code)
    return receipt


@action(duty=Duty.F3, roles=DESK, on=Receipt, says="checked a receipt: ready to pay")
def accept(by, group, receipt, *, ledger_code: str, amount_pence: int) -> Receipt:
    """Find it in order, at the amount that was seen on the desk."""
    _check_still_open(receipt)
    if receipt.amount_pence is None:
        raise Mistake("There’s no amount yet. Ask the group how much it was.", "amount_pence")
    if receipt.amount_pence != amount_pence:
        raise Mistake("The amount changed while you were looking. Check it once more.", "amount_pence")
    receipt.ledger_code = _known_code(ledger_code)
    if not receipt.accepted_at:
        receipt.accepted_at, receipt.accepted_by = clock.now(), by.person_id
    fund_cover.look(receipt)
    return receipt


@action(duty=Duty.F2, roles=DESK, on=Receipt, says="held a receipt")
def hold(by, group, receipt, *, rule: str, reason: str, releases: str) -> Receipt:
    """Hold this one item back: the rule, why, what releases it. Looked at again within 5 working days.

    In a payment run it is held too: it's left out when the run is released.
    """
    if receipt.withdrawn_at or receipt.paid_on:
        _check_still_open(receipt)
    if rule not in {Duty.F2, Duty.F3, Duty.F4, Duty.F5}:
        raise Mistake("Choose the rule it is held under.", "rule")
    if _hold_on(receipt) is None:
        held = Hold(
            group_id=group.id,
            item_table=Receipt.__tablename__,
            item_id=receipt.id,
            rule=Duty(rule),
            reason=reason,
            releases=releases,
            review_on=workdays.after(clock.today(), HOLD_DAYS),
            placed_by=by.person_id,
        )
        db.session.add(held)
    return receipt


@action(duty=Duty.F2, roles=DESK, on=Receipt, says="looked at a hold again")
def renew_hold(by, group, receipt, *, reason: str) -> Receipt:
    """Hold it for up to 5 working days more, and say why. Without this a hold is over on its day."""
    current = _hold_on(receipt)
    if current is None:
        raise Mistake("This isn’t held any more. Hold it anew if a rule still asks for it.", "reason")
    current.reason, current.renewed_at = reason, clock.now()
    current.review_on = workdays.after(clock.today(), HOLD_DAYS)
    return receipt


@action(duty=Duty.F2, roles=DESK, on=Receipt, says="released a receipt")
def release(by, group, receipt, *, mistaken: bool = False) -> Receipt:
    """End the hold on it. `mistaken`: it was wrong to hold it, which everyone can count."""
    current = _hold_on(receipt)
    if current:
        current.released_at, current.released_by = clock.now(), by.person_id
        current.mistaken_at = current.released_at if mistaken else None
    return receipt


@action(duty=Duty.F2, roles=SYSTEM_ONLY, on=Receipt, says="looked again at what a short fund holds back")
def look_again(by, group, receipt) -> Receipt:
    """Money moved in a fund: let the receipt go where it is enough now, or say anew what is missing."""
    fund_cover.look(receipt)
    return receipt


@action(duty=Duty.F1, roles=SYSTEM_ONLY, on=Picture, says="made a picture ready")
def keep_pages(by, group, picture, *, pages: list, thumb: str, looks: str) -> Picture:
    """Note the safe pages that were made of a picture, and ask kindly if it was sent before."""
    picture.became(pages=pages, thumb=thumb, looks=looks)
    receipt = db.session.get_one(Receipt, picture.receipt_id)
    _ask_if_same(receipt, queries.same_picture(receipt, picture))
    return picture


@action(duty=Duty.F1, roles=SYSTEM_ONLY, on=Picture, says="couldn’t open a picture")
def give_up_picture(by, group, picture, *, sentence: str) -> Picture:
    """Note that a picture couldn't be opened, so that the group can send another."""
    picture.cant_be_made(sentence)
    return picture


@action(duty=Duty.F1, roles=SYSTEM_ONLY, on=Receipt, says="emptied the bin of a receipt")
def remove(by, group, receipt) -> None:
    """Remove a receipt that lay in the bin for 30 days, with all that hangs on it."""
    for model in GOES_WITH:
        for row in db.session.scalars(sa.select(model).where(model.group_id == group.id, model.receipt_id == receipt.id)):
            if isinstance(row, Picture):
                stored_files.forget(*row.files)
            db.session.delete(row)
    for row in db.session.scalars(
        sa.select(Question).where(Question.group_id == group.id, Question.other_id == receipt.id)
    ):
        row.other_id = None
    db.session.flush()
    db.session.delete(receipt)


_GROUPS_FACTS = {"shop", "amount_pence", "spent_on", "label", "note", "fund_id"}


def _add_picture(by, receipt: Receipt, photo: Photo) -> None:
    picture = Picture(
        group_id=receipt.group_id,
        receipt_id=receipt.id,
        added_by=by.person_id,
        shown_name=photo.shown_name,
        kind=photo.kind,
        size=photo.size,
        sha256=photo.sha256,
        original=photo.original,
    )
    db.session.add(picture)
    db.session.flush()
    jobs.enqueue("receipts.make_pages", picture_id=picture.id, group_id=receipt.group_id)


def _hold_on(receipt: Receipt) -> Hold | None:
    return queries.parts_of(receipt)[2]


def _check_still_open(receipt: Receipt) -> None:
    if receipt.withdrawn_at:
        raise Mistake("This one was taken back. Bring it back first.")
    if receipt.paid_on:
        raise Mistake("This one is paid, so it stays as it is.")
    if receipt.in_run_at:
        raise Mistake("This one is on its way to the bank, so it stays as it is.")


def _known(name: str, value, group):
    """A fact as it may be kept; a pot must be this group's own."""
    if name == "fund_id" and value is not None:
        fund = db.session.scalar(sa.select(Fund.id).where(Fund.id == value, Fund.group_id == group.id))
        if fund is None:
            raise NotHere("fund")
    if name == "spent_on" and isinstance(value, str):
        return date.fromisoformat(value)  # from a proposal's plain facts
    return value


def _known_code(ledger_code: str) -> str:
    if ledger_code not in LEDGER_CODES:
        raise Mistake("Choose a ledger code.", "ledger_code")
    return ledger_code


def _question(receipt: Receipt, question_id: int) -> Question:
    found = db.session.scalar(
        sa.select(Question).where(
            Question.id == question_id, Question.receipt_id == receipt.id, Question.group_id == receipt.group_id
        )
    )
    if found is None:
        raise NotHere("question")
    return found


def _answer(question: Question, by, words: str | None) -> None:
    if question.answered_at is None:
        question.answer, question.answered_at, question.answered_by = words, clock.now(), by.person_id


def _ask_if_same(receipt: Receipt, other: Receipt | None) -> None:
    """Ask, once, whether this is the same as another of the group's own. Never a block."""
    if other is None:
        return
    asked = sa.select(Question.id).where(
        Question.group_id == receipt.group_id, Question.receipt_id == receipt.id, Question.asks == Asks.SAME.key
    )
    if db.session.scalar(asked.limit(1)) is None:
        db.session.add(Question(group_id=receipt.group_id, receipt_id=receipt.id, asks=Asks.SAME.key, other_id=other.id))
