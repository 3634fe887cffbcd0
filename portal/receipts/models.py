"""Receipt, its pictures, and the questions asked about it."""

from datetime import date, datetime, timedelta
from enum import Enum, StrEnum
from typing import Any, ClassVar

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column

from portal.autonomy.areas import Area
from portal.core import clock
from portal.core.counters import Numbered
from portal.core.db import HOST, RECORD, GroupOwned, Word, db, partial_index, within_group
from portal.core.stored_files import Kept
from portal.ledger.models import LEDGER_CODES

BIN_LASTS = timedelta(days=30)
OWN_WORDS = frozenset({"label", "note"})  # what the group calls it
BOUND = frozenset({"amount_pence", "shop", "fund_id", "line_id", "payee_id", "kind"})  # what a yes is bound to


class CostKind(StrEnum):
    """What the group asked for, of a cost."""

    PAY_BACK = "pay_back"
    INVOICE = "invoice"
    ADVANCE = "advance"  # money ahead, into a float that the group holds
    FEE = "fee"  # thanks for lived experience; kept apart from expenses
    FROM_FLOAT = "from_float"  # paid already, out of a float


COST_KIND_WORDS = {
    CostKind.PAY_BACK: "Pay someone back",
    CostKind.INVOICE: "Pay a bill",
    CostKind.ADVANCE: "Money ahead, into a float",
    CostKind.FEE: "A fee, as thanks for someone’s experience",
    CostKind.FROM_FLOAT: "It came out of our float",
}


class Receipt(Numbered, GroupOwned, db.Model):
    """A cost somebody had. The group's words and the host's code lie side by side (autonomy guide, "Two layers").

    It becomes a cost to be paid when the group asks (`asked_at`), is agreed to by the group's own rule (`agreed_at`, and
    `agreed_mark`: what exactly), is in order for the host (`accepted_at`), is in a payment run (`in_run_at`: nothing of it
    moves any more), and is paid when the bank says so (`paid_on`). `waits_until`: a yes of staff's that the group can
    still undo.

    `key` was made on the phone, so that sending twice makes one. `no_picture_why`: declared without a picture.
    """

    __tablename__ = "receipts"
    COUNTED, LETTER, FIRST = "receipt", "R", 101
    OWNERS: ClassVar = {
        RECORD: "number key agreed_mark waits_until",
        Area.SPENDING: "kind",
        Area.RECEIPTS: "shop amount_pence spent_on label note fund_id no_picture_why",
        HOST: "ledger_code paid_on",
    }
    WORDS: ClassVar = {
        "shop": "Where from",
        "amount_pence": "How much",
        "spent_on": "When",
        "label": "Our label",
        "kind": "What for",
        "fund_id": "Which pot of money",
        "line_id": "Which line of the budget",
        "payee_id": "Who is paid",
        "no_picture_why": "Why there is no picture",
        "ledger_code": "The host’s code",
    }
    READS: ClassVar = {"kind": COST_KIND_WORDS.get, "ledger_code": LEDGER_CODES.get}

    number: Mapped[int] = mapped_column(unique=True)
    key: Mapped[str] = mapped_column(sa.String(64))
    added_at: Mapped[datetime] = mapped_column(default=clock.now)
    added_by: Mapped[int] = mapped_column(sa.ForeignKey("people.id"))

    shop: Mapped[str | None] = mapped_column(sa.String(120))
    amount_pence: Mapped[int | None] = mapped_column(sa.BigInteger)
    spent_on: Mapped[date | None]
    label: Mapped[str | None] = mapped_column(sa.String(60))
    note: Mapped[str | None] = mapped_column(sa.Text)
    fund_id: Mapped[int | None]
    no_picture_why: Mapped[str | None] = mapped_column(sa.String(300))

    kind: Mapped[CostKind | None] = mapped_column(Word(CostKind))
    payee_id: Mapped[int | None]
    line_id: Mapped[int | None]
    asked_at: Mapped[datetime | None]
    asked_by: Mapped[int | None] = mapped_column(sa.ForeignKey("people.id"))
    agreed_at: Mapped[datetime | None]
    agreed_by: Mapped[int | None] = mapped_column(sa.ForeignKey("people.id"))
    agreed_mark: Mapped[str | None] = mapped_column(sa.String(64))
    waits_until: Mapped[date | None]

    withdrawn_at: Mapped[datetime | None]
    withdrawn_by: Mapped[int | None] = mapped_column(sa.ForeignKey("people.id"))

    ledger_code: Mapped[str | None] = mapped_column(sa.String(10))
    accepted_at: Mapped[datetime | None]
    accepted_by: Mapped[int | None] = mapped_column(sa.ForeignKey("people.id"))
    in_run_at: Mapped[datetime | None]
    paid_on: Mapped[date | None]

    @classmethod
    def extra_constraints(cls):
        return (
            sa.UniqueConstraint("group_id", "key"),
            within_group("fund_id", "funds"),
            within_group("payee_id", "payees"),
            within_group("line_id", "budget_lines"),
            partial_index("ix_receipts_paid", "paid_on", where="paid_on IS NOT NULL"),
            sa.CheckConstraint("amount_pence > 0", name="amount_above_zero"),
            sa.CheckConstraint("paid_on IS NULL OR withdrawn_at IS NULL", name="paid_is_not_taken_back"),
            sa.CheckConstraint("in_run_at IS NULL OR withdrawn_at IS NULL", name="in_a_run_is_not_taken_back"),
        )

    def change(self, **facts) -> None:
        """Set what the group says of it. What a yes was bound to takes it back, a changed amount the host's check too."""
        if "fund_id" in facts and facts["fund_id"] != self.fund_id:
            facts = {"line_id": None, **facts}
        changed = {name for name, value in facts.items() if getattr(self, name) != value}
        for name in changed:
            setattr(self, name, facts[name])
        if "amount_pence" in changed:
            self.accepted_at = self.accepted_by = None
        if changed & BOUND:
            self.disagree()

    def agree(self, by: int | None, mark: str, waits_until: date | None = None) -> None:
        """The group's yes to exactly this. Without `by`, nobody in the group is free to decide, and the host's check stands
        for it (autonomy guide, F4)."""
        self.agreed_at, self.agreed_by, self.agreed_mark, self.waits_until = clock.now(), by, mark, waits_until

    def disagree(self) -> None:
        """It waits for the group's yes."""
        self.agreed_at = self.agreed_by = self.agreed_mark = self.waits_until = None

    def unask(self) -> None:
        """Nobody asks for it to be paid any more."""
        self.asked_at = self.asked_by = None
        self.disagree()

    @property
    def yes_can_be_undone(self) -> bool:
        """Whether staff's yes, which the group was told of, still waits: it can be undone until the end of that day."""
        return self.waits_until is not None and self.waits_until >= clock.today()

    def past_undo(self, columns: set[str]) -> str:
        """Why a change of these columns can't be undone any more (autonomy guide: money already paid), or an empty string.
        The group's own words for it are no money, and always can."""
        if (self.paid_on or self.in_run_at) and not (columns and columns <= OWN_WORDS):
            return "The money is on its way or paid, so this can’t be undone. You can raise a question instead."
        return ""

    @property
    def title(self) -> str:
        """What to call it in a list: the group's label, else the shop, else its reference."""
        return self.label or self.shop or f"Receipt {self.ref}"

    @property
    def restorable_until(self) -> datetime | None:
        """How long it can be brought back from the bin."""
        return self.withdrawn_at + BIN_LASTS if self.withdrawn_at else None


class Picture(Kept, GroupOwned, db.Model):
    """One file somebody sent of a receipt. `looks`: a fingerprint of how its first page looks. A replaced picture stays in
    the history."""

    __tablename__ = "pictures"
    OWNERS: ClassVar = {RECORD: f"{Kept.FILE_RECORDS} looks"}
    NOT_NOTED: ClassVar = {*Kept.NOT_NOTED, "looks"}

    receipt_id: Mapped[int]
    added_by: Mapped[int] = mapped_column(sa.ForeignKey("people.id"))
    looks: Mapped[str | None] = mapped_column(sa.String(64))
    replaced_at: Mapped[datetime | None]

    @classmethod
    def extra_constraints(cls):
        return (
            within_group("receipt_id", "receipts"),
            sa.Index("ix_pictures_receipt", "group_id", "receipt_id"),
            sa.Index("ix_pictures_sha256", "group_id", "sha256"),
            sa.Index("ix_pictures_file", "sha256"),
        )


class Asks(Enum):
    """What a question asks, in a plain sentence each."""

    CLEARER = ("clearer", "Could you send a clearer photo, or type the total?")
    WHICH_POT = ("which_pot", "Which pot of money is this for?")
    WHAT_FOR = ("what_for", "What was this for?")
    HOW_MUCH = ("how_much", "How much was it?")
    SAME = ("same", "Is this the same as one you sent before?")
    OTHER = ("other", "We have a question about this one.")

    def __init__(self, key: str, sentence: str):
        self.key, self.sentence = key, sentence


ASKS = {asks.key: asks for asks in Asks}


class Question(GroupOwned, db.Model):
    """A question about a receipt. `asked_by` is empty when the portal noticed something itself (the same picture)."""

    __tablename__ = "questions"
    OWNERS: ClassVar = {RECORD: "asks words answer"}

    receipt_id: Mapped[int]
    asks: Mapped[str] = mapped_column(sa.String(20))
    words: Mapped[str | None] = mapped_column(sa.Text)
    other_id: Mapped[int | None]
    asked_at: Mapped[datetime] = mapped_column(default=clock.now)
    asked_by: Mapped[int | None] = mapped_column(sa.ForeignKey("people.id"))
    answer: Mapped[str | None] = mapped_column(sa.Text)
    answered_at: Mapped[datetime | None]
    answered_by: Mapped[int | None] = mapped_column(sa.ForeignKey("people.id"))

    @classmethod
    def extra_constraints(cls):
        return (
            within_group("receipt_id", "receipts"),
            within_group("other_id", "receipts"),
            sa.Index("ix_questions_receipt", "group_id", "receipt_id"),
        )

    @property
    def sentence(self) -> str:
        """The plain sentence it asks."""
        return ASKS[self.asks].sentence


GOES_WITH: list[Any] = [Question, Picture]  # what goes with a receipt when its bin is emptied; others add to it
