"""Documents as things a legal duty can be about (`breakglass/items.py`): every version of one, also of one taken away.
Nothing of theirs is public, so there is nothing to hide."""

import sqlalchemy as sa

from portal.breakglass.items import Kind, register
from portal.breakglass.models import Act
from portal.core import clock
from portal.core.db import db
from portal.core.ids import id_of
from portal.documents.models import Document, DocumentFile, Version
from portal.people.models import Person


def _by_reference(group_id: int, words: str) -> tuple[int, str] | None:
    ref = words.upper()
    number = id_of(ref[1:]) if ref.startswith("D") else None
    row = db.session.scalar(sa.select(Document).where(Document.group_id == group_id, Document.number == number))
    return (row.id, row.ref) if row else None


def _shows(group_id: int, document_id: int) -> list[tuple[str, str]]:
    rows = db.session.execute(
        sa.select(Document, Version, Person.name)
        .join(Version, sa.and_(Version.document_id == Document.id, Version.group_id == Document.group_id))
        .join(Person, Person.id == Version.added_by)
        .where(Document.id == document_id, Document.group_id == group_id)
        .order_by(Version.number)
    ).all()
    document = rows[0][0]
    return [
        *(("Reference", document.ref), ("Name", document.name), ("Taken away", "Yes" if document.withdrawn_at else "No")),
        *(
            (f"Version {one.number}, {name}, {clock.in_london(one.added_at):%-d %B %Y}", _said(one))
            for _, one, name in rows
        ),
    ]


def _said(version: Version) -> str:
    return "\n".join(part for part in (version.summary, version.words, version.link) if part) or "A file"


def _pages(group_id: int, document_id: int) -> list[str]:
    own = (DocumentFile.group_id == group_id, DocumentFile.document_id == document_id)
    rows = db.session.scalars(sa.select(DocumentFile).where(*own).order_by(DocumentFile.id))
    return [page["file"] for row in rows for page in row.pages]


register(Kind("documents", frozenset({Act.VIEW, Act.DISCLOSE}), _by_reference, _shows, _pages))
