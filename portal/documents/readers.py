"""Who reads a group's documents. Everyone in the group reads all of them. At the host, coordinators and trustees, and only
what area 6 implies:

- of agreements with the host: the name, and which version counts, at every level; its words where they are the host's own,
  or once the group accepted them, since both sides hold the same;
- of the group's own documents: nothing at Only us; at other levels the name and the version that counts now.
"""

from portal.autonomy.areas import Level
from portal.documents.models import Document, Kind, Version
from portal.people.roles import Role

AT_HOST = frozenset({Role.COORDINATOR, Role.TRUSTEE})


def host_knows(level: Level | None, document: Document) -> bool:
    """Whether those at the host see that there is such a document, and its name."""
    return document.withdrawn_at is None and (document.is_agreement or level is not Level.ONLY_US)


def host_reads(document: Document, version: Version) -> bool:
    """Whether those at the host, who know of it, read this version of it."""
    if document.is_agreement:
        return document.kind is Kind.OFFERED or version.accepted_at is not None
    return version.number == document.current
