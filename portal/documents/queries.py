"""Reads of documents: a group's list, one document with its versions, what is agreed to."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta

import sqlalchemy as sa
from sqlalchemy.orm import aliased

from portal.autonomy.areas import Level
from portal.core import clock
from portal.core.db import db
from portal.core.waiting import columns
from portal.documents import readers
from portal.documents.models import (
    BIN_LASTS,
    NOTICE_DAYS,
    AgreementRule,
    Answer,
    Document,
    DocumentFile,
    HostDocument,
    HostFile,
    Kind,
    Notice,
    Version,
)
from portal.people.models import Group, Person

PAGE = 20


@dataclass(frozen=True)
class Line:
    """A document in a list: the newest version, and the one that counts (None where none does)."""

    document: Document
    newest: Version
    counts: Version | None
    by: str


def _counts(document, version) -> sa.ColumnElement[bool]:
    """Whether this version counts: the one marked; of an agreement the last that both sides signed."""
    later = aliased(Version)
    signed_later = sa.exists().where(
        *(later.group_id == version.group_id, later.document_id == version.document_id),
        *(later.signed_at.is_not(None), later.number > version.number),
    )
    signed = sa.and_(version.signed_at.is_not(None), ~signed_later)
    return sa.case((document.kind == Kind.OURS, version.number == document.current), else_=signed)


def _lines(group_id: int) -> sa.Select:
    newest, counts = aliased(Version), aliased(Version)
    last = sa.select(sa.func.max(Version.number)).where(
        Version.group_id == Document.group_id, Version.document_id == Document.id
    )
    same = [sa.and_(one.group_id == Document.group_id, one.document_id == Document.id) for one in (newest, counts)]
    return (
        sa.select(Document, newest, counts, Person.name)
        .select_from(Document)
        .join(newest, sa.and_(same[0], newest.number == last.correlate(Document).scalar_subquery()))
        .outerjoin(counts, sa.and_(same[1], _counts(Document, counts)))
        .join(Person, Person.id == newest.added_by)
        .where(Document.group_id == group_id)
        .order_by(Document.number.desc())
    )


def listed(group_id: int, after: int | None = None, *, away: bool = False) -> list[Line]:
    """A group's documents, the newest first, paged by key, one more than a page where there are more; or (`away`) those
    taken away that can still be brought back."""
    if away:
        query = _lines(group_id).where(Document.withdrawn_at > clock.now() - BIN_LASTS)
    else:
        query = _lines(group_id).where(Document.withdrawn_at.is_(None))
    if after:
        query = query.where(Document.number < after)
    return [Line(*row) for row in db.session.execute(query.limit(PAGE + 1))]


def about(group_id: int, key: str) -> list[Line]:
    """The group's documents about something, by its key (`models.ABOUT`), the newest first."""
    query = _lines(group_id).where(Document.about == key, Document.withdrawn_at.is_(None))
    return [Line(*row) for row in db.session.execute(query.limit(PAGE))]


def hosts_about(key: str) -> list[HostDocument]:
    """What the host shares about something, in its newest version."""
    return [one for one in hosts() if one.about == key]


def host_listed(group_id: int, level: Level | None, after: int | None = None) -> list[Line]:
    """What those at the host know of, at this level of area 6."""
    query = _lines(group_id).where(Document.withdrawn_at.is_(None))
    if level is Level.ONLY_US:
        query = query.where(Document.kind != Kind.OURS)  # as readers.host_knows has it
    if after:
        query = query.where(Document.number < after)
    return [Line(*row) for row in db.session.execute(query.limit(PAGE + 1))]


@dataclass
class Whole:
    """A document with its versions, the newest first, each with who gave it; files and signers by version."""

    document: Document
    versions: list[tuple[Version, str]]
    files: dict[int, list[DocumentFile]] = field(default_factory=dict)
    signers: dict[int, str] = field(default_factory=dict)

    @property
    def newest(self) -> Version:
        return self.versions[0][0]

    @property
    def counts(self) -> Version | None:
        """The version that counts: as marked; of an agreement the last that both sides signed."""
        if self.document.is_agreement:
            return next((one for one, _ in self.versions if one.signed_at), None)
        return self.numbered(self.document.current)

    @property
    def open(self) -> Version | None:
        """Of an agreement, the version that both sides can still come to agree on."""
        return self.newest if self.document.is_agreement and not self.newest.signed_at else None

    def numbered(self, number: int | None) -> Version | None:
        return next((one for one, _ in self.versions if one.number == number), None)

    def file(self, file_id: int) -> DocumentFile | None:
        """One of its files."""
        return next((file for files in self.files.values() for file in files if file.id == file_id), None)

    def read_at_host(self) -> "Whole":
        """The same with no more than those at the host, who know of it, read (`readers.py`)."""
        versions = [(one, name) for one, name in self.versions if readers.host_reads(self.document, one)]
        files = {one.id: self.files.get(one.id, []) for one, _ in versions}
        return Whole(self.document, versions, files, self.signers)


MOST_VERSIONS = 100  # shown of one document


def whole(group_id: int, number: int) -> Whole | None:
    """One document of a group's. Two statements."""
    signer = aliased(Person)
    rows = db.session.execute(
        sa.select(Document, Version, Person.name, signer.name)
        .select_from(Document)
        .join(Version, sa.and_(Version.document_id == Document.id, Version.group_id == Document.group_id))
        .join(Person, Person.id == Version.added_by)
        .outerjoin(signer, signer.id == Version.signed_by)
        .where(Document.group_id == group_id, Document.number == number, _still_there())
        .order_by(Version.number.desc())
        .limit(MOST_VERSIONS)
    ).all()
    if not rows:
        return None
    found = Whole(rows[0][0], [(version, name) for _, version, name, _ in rows])
    found.signers = {version.id: name for _, version, _, name in rows if name}
    own = (DocumentFile.group_id == group_id, DocumentFile.document_id == found.document.id)
    for file in db.session.scalars(sa.select(DocumentFile).where(*own).order_by(DocumentFile.id)):
        found.files.setdefault(file.version_id, []).append(file)
    return found


def _still_there() -> sa.ColumnElement[bool]:
    return sa.or_(Document.withdrawn_at.is_(None), Document.withdrawn_at > clock.now() - BIN_LASTS)


def version(group_id: int, document_id: int, number: int) -> Version | None:
    own = (Version.group_id == group_id, Version.document_id == document_id, Version.number == number)
    return db.session.scalar(sa.select(Version).where(*own))


def newest_number(group_id: int, document_id: int) -> int | None:
    own = (Version.group_id == group_id, Version.document_id == document_id)
    return db.session.scalar(sa.select(sa.func.max(Version.number)).where(*own))


def is_signed(group_id: int, document_id: int) -> bool:
    """Whether both sides signed some version of it."""
    own = (Version.group_id == group_id, Version.document_id == document_id, Version.signed_at.is_not(None))
    return db.session.scalar(sa.select(Version.id).where(*own).limit(1)) is not None


def unsigned(group_id: int) -> list[Version]:
    """The newest version of each agreement of a group, where it isn't signed."""
    later = aliased(Version)
    newer = sa.exists().where(
        *(later.group_id == Version.group_id, later.document_id == Version.document_id, later.number > Version.number)
    )
    of = sa.and_(Document.id == Version.document_id, Document.group_id == Version.group_id)
    query = sa.select(Version).join(Document, of).where(Version.group_id == group_id, Document.kind != Kind.OURS)
    return list(db.session.scalars(query.where(Version.signed_at.is_(None), ~newer)))


def file(group_id: int, file_id: int) -> DocumentFile | None:
    """One file of a group's, whoever asks: for what makes it safe."""
    return db.session.scalar(sa.select(DocumentFile).where(DocumentFile.group_id == group_id, DocumentFile.id == file_id))


def to_remove(limit: int = 100) -> Sequence[sa.Row]:
    """Documents taken away longer than BIN_LASTS ago: id and group."""
    old = sa.select(Document.id, Document.group_id).where(Document.withdrawn_at <= clock.now() - BIN_LASTS)
    return db.session.execute(old.limit(limit)).all()


def live_answers(version: Version) -> list[Answer]:
    own = (Answer.group_id == version.group_id, Answer.version_id == version.id, Answer.ended_at.is_(None))
    return list(db.session.scalars(sa.select(Answer).where(*own)))


def answers(whole: Whole) -> dict[int, list[tuple[Answer, str]]]:
    """What organisers said to the versions of an agreement, by version, each with who."""
    found: dict[int, list[tuple[Answer, str]]] = {}
    rows = db.session.execute(
        sa.select(Answer, Person.name)
        .join(Person, Person.id == Answer.person_id)
        .where(Answer.group_id == whole.document.group_id, Answer.ended_at.is_(None))
        .where(Answer.version_id.in_([one.id for one, _ in whole.versions]))
        .order_by(Answer.id)
    )
    for answer, name in rows:
        found.setdefault(answer.version_id, []).append((answer, name))
    return found


def open_rules(group_id: int) -> list[AgreementRule]:
    """Easier rules that wait for more of us."""
    waits = (AgreementRule.group_id == group_id, AgreementRule.agreed_at.is_(None), AgreementRule.ended_at.is_(None))
    return list(db.session.scalars(sa.select(AgreementRule).where(*waits)))


def open_rule(group_id: int) -> tuple[AgreementRule, str] | None:
    """The easier rule that waits, and who wishes it."""
    waits = (AgreementRule.group_id == group_id, AgreementRule.agreed_at.is_(None), AgreementRule.ended_at.is_(None))
    row = db.session.execute(
        sa.select(AgreementRule, Person.name).join(Person, Person.id == AgreementRule.made_by).where(*waits)
    ).first()
    return (row[0], row[1]) if row else None


_newer = aliased(HostDocument)
MOST_HOSTS = 50  # documents of the host's own


def hosts() -> list[HostDocument]:
    """The newest version of each document the host shares, those to renew soonest first."""
    last = sa.select(sa.func.max(_newer.version)).where(_newer.number == HostDocument.number)
    rows = sa.select(HostDocument).where(
        HostDocument.ended_at.is_(None), HostDocument.version == last.correlate(HostDocument).scalar_subquery()
    )
    far = sa.func.coalesce(HostDocument.valid_until, date.max)
    return list(db.session.scalars(rows.order_by(far, HostDocument.number).limit(MOST_HOSTS)))


def host_versions(number: int) -> list[HostDocument]:
    """Every version of one of them, the newest first."""
    rows = sa.select(HostDocument).where(HostDocument.number == number, HostDocument.ended_at.is_(None))
    return list(db.session.scalars(rows.order_by(HostDocument.version.desc()).limit(MOST_VERSIONS)))


@dataclass
class HostWhole:
    """A document of the host's: its versions, the newest first, each with who gave it and who renews it; files."""

    versions: list[tuple[HostDocument, str, str | None]]
    files: dict[int, list[HostFile]]

    @property
    def newest(self) -> HostDocument:
        return self.versions[0][0]

    def holding(self, starts: dict[int, date]) -> HostDocument | None:
        """What holds today, where each version starts on its day (`starts`, by id) or at once."""
        today = clock.today()
        return next((one for one, _, _ in self.versions if starts.get(one.id, one.starts_on or today) <= today), None)

    def before(self, version: HostDocument) -> HostDocument | None:
        """The version it follows."""
        return next((one for one, _, _ in self.versions if one.version < version.version), None)

    def file(self, file_id: int) -> HostFile | None:
        return next((file for files in self.files.values() for file in files if file.id == file_id), None)


def host_whole(number: int) -> HostWhole | None:
    """One of them. Two statements."""
    renewer = aliased(Person)
    rows = db.session.execute(
        sa.select(HostDocument, Person.name, renewer.name)
        .select_from(HostDocument)
        .join(Person, Person.id == HostDocument.added_by)
        .outerjoin(renewer, renewer.id == HostDocument.renews_by)
        .where(HostDocument.number == number, HostDocument.ended_at.is_(None))
        .order_by(HostDocument.version.desc())
        .limit(MOST_VERSIONS)
    ).all()
    if not rows:
        return None
    found = HostWhole([(row[0], row[1], row[2]) for row in rows], {})
    theirs = sa.select(HostFile).where(HostFile.document_id.in_([one.id for one, _, _ in found.versions]))
    for file in db.session.scalars(theirs.order_by(HostFile.id)):
        found.files.setdefault(file.document_id, []).append(file)
    return found


def host_file(file_id: int) -> HostFile | None:
    return db.session.scalar(sa.select(HostFile).where(HostFile.id == file_id))


def starts_for(
    document: HostDocument, spells: list[tuple[datetime, datetime]], notice: Notice | None = None
) -> date | None:
    """From when a rule holds for a group with these quiet spells: a group that rested between being told and that day has
    its whole notice after the rest. `notice`: by which it was told."""
    starts, told_at = document.starts_on, max(document.added_at, notice.told_at) if notice else document.added_at
    for begins, over in sorted(spells):
        rests_then = starts is not None and begins < _end_of(starts) and over > told_at
        if starts is not None and rests_then:
            starts = max(starts, clock.in_london(over).date() + timedelta(days=NOTICE_DAYS))
    return starts


def _end_of(day: date) -> datetime:
    return datetime.combine(day, time(), clock.LONDON).astimezone(clock.UTC)


def told_of(group_id: int) -> set[int]:
    """Which new rules a group was told of."""
    return set(db.session.scalars(sa.select(Notice.document_id).where(Notice.group_id == group_id)))


def notices(group_id: int, number: int) -> dict[int, tuple[Notice, str | None]]:
    """What a group was told of one document of the host's, and answered, by version, each with who answered."""
    rows = db.session.execute(
        sa.select(Notice, Person.name)
        .join(HostDocument, HostDocument.id == Notice.document_id)
        .outerjoin(Person, Person.id == Notice.answered_by)
        .where(Notice.group_id == group_id, HostDocument.number == number)
    )
    return {notice.document_id: (notice, name) for notice, name in rows}


def notice(group_id: int, document_id: int) -> Notice | None:
    own = (Notice.group_id == group_id, Notice.document_id == document_id)
    return db.session.scalar(sa.select(Notice).where(*own))


def answered(document_id: int, after: int | None = None) -> list[tuple[Notice, str]]:
    """What groups answered to a new rule, by name and in no order of theirs, paged by key."""
    rows = (
        sa.select(Notice, Group.name)
        .join(Group, Group.id == Notice.group_id)
        .where(Notice.document_id == document_id, Notice.answer.is_not(None))
        .order_by(Notice.id)
        .limit(PAGE + 1)
    )
    found = db.session.execute(rows.where(Notice.id > after) if after else rows)
    return [(row[0], row[1]) for row in found]


def untold(document_id: int, limit: int = 200) -> list[int]:
    """The groups that weren't told of it yet."""
    told = sa.exists().where(Notice.group_id == Group.id, Notice.document_id == document_id)
    return list(db.session.scalars(sa.select(Group.id).where(~told).order_by(Group.id).limit(limit)))


def rules_ahead() -> Sequence[int]:
    """New rules that start on a day to come."""
    ahead = (HostDocument.starts_on > clock.today(), HostDocument.ended_at.is_(None))
    return db.session.scalars(sa.select(HostDocument.id).where(*ahead)).all()


def waiting_since() -> dict:
    """From when on new rules still wait for an answer on the first page, for WAITING."""
    return {"rules_since": clock.now() - timedelta(days=2 * NOTICE_DAYS)}


# Agreements the host offered that wait for an organiser's own answer, and new rules that wait for the group's.
_later = aliased(Version)
WAITING_FOR_YES = (
    sa.select(*columns("agreement", number=Document.number, who=Person.name, what=Document.name, at=Version.added_at))
    .select_from(Version)
    .join(Document, sa.and_(Document.id == Version.document_id, Document.group_id == Version.group_id))
    .join(Person, Person.id == Version.added_by)
    .where(
        *(Version.group_id == sa.bindparam("group"), Version.accepted_at.is_(None)),
        *(Document.kind == Kind.OFFERED, Document.withdrawn_at.is_(None)),
        ~sa.exists().where(
            *(_later.group_id == Version.group_id, _later.document_id == Version.document_id),
            _later.number > Version.number,
        ),
        ~sa.exists().where(
            *(Answer.group_id == Version.group_id, Answer.version_id == Version.id, Answer.ended_at.is_(None)),
            Answer.person_id == sa.bindparam("person"),
        ),
    ),
)
WAITING = (
    sa.select(*columns("new_rule", number=HostDocument.number, who=Person.name, what=HostDocument.name, at=Notice.told_at))
    .select_from(Notice)
    .join(HostDocument, HostDocument.id == Notice.document_id)
    .join(Person, Person.id == HostDocument.added_by)
    .where(Notice.group_id == sa.bindparam("group"), Notice.answer.is_(None), HostDocument.ended_at.is_(None))
    .where(Notice.told_at > sa.bindparam("rules_since")),
)
