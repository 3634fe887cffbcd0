"""The demo's documents and agreements (shared demo data, "Governance"): the Poets' own one page, signed by both; the Long
Table's own approach, written; the Kettle's, in two versions; an agreement offered to the Dads and not accepted yet. The
host's insurance certificate and money rules."""

from datetime import datetime, time, timedelta

import sqlalchemy as sa

from portal.core import clock, wall
from portal.core.counters import Counter
from portal.core.db import db
from portal.documents.models import Answer, Document, HostDocument, Kind, Version, mark_of
from portal.people.models import Group

IMANI = "Imani Okafor"
ONE_PAGE = (
    "Hearthrow Commons holds our money and keeps its books. We decide what it is for.\n"
    "They ask before they change anything of ours, and tell us in words that we can read at three in the morning.\n"
    "Either of us can end this with three months’ notice. The money goes where we say, for what it was given for."
)
HOSTING = (
    "Hearthrow Commons is the charity that hosts the Dads’ Table. It holds the money, does the accounts and is insured for "
    "what the group does.\n"
    "The group decides what it does and what its money is spent on, within what each pot was given for.\n"
    "Hearthrow Commons takes 5 % of grants and nothing of donations.\n"
    "Either can end it with three months’ notice."
)
SAFEGUARDING = (
    "Two of us are named each time we cook, and everyone knows who. If someone is worried about a person, they tell one of "
    "the two, in any language. We listen first, and we don’t promise to keep it to ourselves.\n"
    "If somebody may be in danger we ring 999, then Noor. Nobody is photographed."
)
DOOR = "One of us is at the door from six. Nobody leaves alone after dark."
DOOR_NOW = "Two of us are at the door from six. Nobody leaves alone after dark. The first-aid box is under the hatch."
# Which group's, by whom, its kind, name, key, and each version: by whom, how many days ago, in short, in words.
DOCUMENTS = (
    ("nightshift-poets", "Ade", Kind.AGREEMENT, "Our one page", "hosting-agreement",
     (("Ade", 60, "They hold the money, we decide, either of us can end it.", ONE_PAGE),)),
    ("long-table", "Celestine", Kind.OURS, "How we look after each other", "safeguarding",
     (("Celestine", 80, None, SAFEGUARDING),)),
    ("tuesday-kettle", "Marsha", Kind.OURS, "Keeping Tuesdays safe", "safeguarding",
     (("Marsha", 300, None, DOOR), ("Joe", 40, None, DOOR_NOW))),
    ("eastmoor-dads", IMANI, Kind.OFFERED, "Hosting agreement", "hosting-agreement",
     ((IMANI, 9, "We hold the money and do the accounts. You decide. Either of us can end it.", HOSTING),)),
)  # fmt: skip
# The host's own: name, key, words, days until it ends (insurance), whether it is a rule.
HOSTS = (
    ("Insurance certificate", "insurance",
     "Public liability, up to £5,000,000, for all groups that Hearthrow Commons hosts, at any place in the United Kingdom. "
     "Insurer: Ashbrook Mutual. Policy AM-2026-0417.", 130, False),
    ("Money rules", "money-rules",
     "Money given for one thing is spent on that.\nTwo people at Hearthrow Commons release every payment.\n"
     "Nobody decides about money for themselves.\nReceipts are kept for six years; where there is none, your word will do.",
     None, True),
)  # fmt: skip
SAID_YES = {"nightshift-poets": ("Ade", "Lily")}


def lay_out(people) -> None:
    """Lay them out."""
    for number, told in enumerate(DOCUMENTS, start=1):
        _document(people, number, *told)
    for number, shared in enumerate(HOSTS, start=1):
        _hosts_own(people, number, *shared)
    db.session.add_all(
        Counter(name=name, value=len(ones)) for name, ones in (("document", DOCUMENTS), ("host_document", HOSTS))
    )
    db.session.commit()


def _document(people, number: int, slug: str, by: str, kind: Kind, name: str, about: str, versions) -> None:
    group_id = db.session.scalars(sa.select(Group.id).where(Group.slug == slug)).one()
    own = {"group_id": group_id}
    with wall.opened(group_id):
        document = Document(
            **own, number=number, kind=kind, name=name, about=about, added_by=people[by].id, added_at=_at(versions[0][1])
        )
        db.session.add(document)
        db.session.flush()
        for count, (who, days_ago, summary, words) in enumerate(versions, start=1):
            at = _at(days_ago)
            said = {"words": words, "summary": summary, "mark": mark_of(words, None, summary)}
            made = {"added_by": people[who].id, "added_at": at, "by_host": kind is Kind.OFFERED}
            version = Version(**own, document_id=document.id, number=count, **said, **made)
            db.session.add(version)
            if kind is Kind.OURS:
                document.current, document.marked_at, document.marked_by = count, at, people[who].id
        db.session.flush()
        yes = SAID_YES.get(slug, ())
        for turn, who in enumerate(yes, start=1):
            said_to = {"version_id": version.id, "says_to": version.mark, "agrees": True}
            db.session.add(Answer(**own, **said_to, person_id=people[who].id, said_at=at + timedelta(days=turn)))
        if yes:
            version.accepted_at = at + timedelta(days=len(yes))
            version.signed_at, version.signed_by = at + timedelta(days=len(yes) + 1), people[IMANI].id
    db.session.commit()


def _hosts_own(people, number: int, name: str, about: str, words: str, valid_days: int | None, is_rule: bool) -> None:
    began = _at(235)
    rule = {"differs": "It is the first time that these are written down in one place.", "starts_on": _at(190).date()}
    ends = {"valid_until": clock.today() + timedelta(days=valid_days or 0), "renews_by": people["Glyn Parry"].id}
    facts = {"name": name, "about": about, "words": words, "added_by": people[IMANI].id, "added_at": began}
    db.session.add(HostDocument(number=number, version=1, **facts, **(rule if is_rule else ends)))


def _at(days_ago: int) -> datetime:
    return datetime.combine(clock.today() - timedelta(days=days_ago), time(10, 20), clock.LONDON).astimezone(clock.UTC)
