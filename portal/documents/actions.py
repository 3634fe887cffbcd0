"""What changes documents: added, replaced, marked, taken away; agreements answered by the group and signed by the host;
the host's own documents, and what groups say to its new rules."""

from collections.abc import Sequence
from datetime import date, timedelta

import sqlalchemy as sa

from portal.autonomy import consent
from portal.autonomy.areas import Area
from portal.autonomy.change_words import Meaning, Shown
from portal.autonomy.door import Asking, Mistake, Scope, action
from portal.core import clock, jobs, stored_files, uploads
from portal.core.counters import next_number
from portal.core.db import db
from portal.core.filters import full_date
from portal.core.stored_files import Sent
from portal.documents import queries, rules
from portal.documents.models import (
    ABOUT,
    NOTICE_DAYS,
    AgreementRule,
    Answer,
    Document,
    DocumentFile,
    HostDocument,
    HostFile,
    Kind,
    Notice,
    RuleAnswer,
    RuleYes,
    Version,
    mark_of,
)
from portal.people import queries as people
from portal.people.roles import ORGANISERS, Role
from portal.spending.models import Needs

COORDINATORS = frozenset({Role.COORDINATOR})
KEEPERS = ORGANISERS | COORDINATORS
SIGNERS = frozenset({Role.COORDINATOR, Role.TRUSTEE})
SYSTEM_ONLY = frozenset({Role.SYSTEM})


def _can_wait(group, document: Document | None, **facts) -> None:
    """A file can't wait for a yes: nobody would hold it meanwhile."""
    if facts.get("files"):
        raise Mistake("This group is asked first, and a file can’t wait for its yes. Suggest words or a link.", "files")
    _check_something(facts)
    if document is not None:
        _check_ours(document)


def _take_away(by, group, document: Document) -> None:
    document.withdrawn_at, document.withdrawn_by = clock.now(), by.person_id


def _add_means(_row, facts: dict, _rows) -> Meaning:
    said = facts | {"about": ABOUT.get(facts.get("about") or "", "")}
    called = {"name": "Name", "about": "What it is about", "words": "Words", "link": "Link", "summary": "In plain words"}
    return Meaning([Shown(words, None, said[name]) for name, words in called.items() if said.get(name)])


@action(
    area=Area.DOCUMENTS,
    roles=KEEPERS,
    undo=_take_away,
    asks=Asking(fits=_can_wait, means=_add_means),
    says="added a document",
)
def add(
    by,
    group,
    *,
    name: str,
    about: str | None = None,
    words: str | None = None,
    link: str | None = None,
    summary: str | None = None,
    both_sign: bool = False,
    files: Sequence[Sent] = (),
) -> Document:
    """Add a document with its first version, which counts. `both_sign`: it is an agreement with the host, in the group's
    own words; only the group writes one."""
    if both_sign and by.is_host:
        raise Mistake("The group writes its own agreements. You can offer one of yours.")
    kind = Kind.AGREEMENT if both_sign else Kind.OURS
    document = Document.begin(group_id=group.id, added_by=by.person_id, kind=kind, name=name, about=_known(about))
    _add_version(by, document, words, link, summary, files)
    return document


def _replace_means(document: Document, facts: dict, rows) -> Meaning:
    now = f"Version {document.current}" if document.current else None
    shown = [Shown(name.capitalize(), now, facts[name]) for name in ("words", "link") if facts.get(name)]
    return Meaning(
        shown, f"A new version of “{document.name}”, which counts from then on. The one before it stays to read."
    )


@action(
    area=Area.DOCUMENTS,
    roles=KEEPERS,
    on=Document,
    asks=Asking(fits=_can_wait, means=_replace_means),
    says="added a version of a document",
)
def add_version(
    by,
    group,
    document,
    *,
    words: str | None = None,
    link: str | None = None,
    summary: str | None = None,
    files: Sequence[Sent] = (),
) -> Document:
    """Add another version, which counts from now on; those before it stay. Of an agreement, it waits for both sides."""
    _check_ours(document)
    _add_version(by, document, words, link, summary, files)
    return document


def _mark_means(document: Document, facts: dict, rows) -> Meaning:
    now, then = f"Version {document.current}", f"Version {facts['number']}"
    return Meaning([Shown("The version that counts", now, then)], f"Go by another version of “{document.name}”.")


def _can_mark(group, document: Document, *, number: int) -> None:
    _check_there(document)
    if document.is_agreement:
        raise Mistake("Of an agreement, what both sides signed last counts.")
    if queries.version(group.id, document.id, number) is None:
        raise Mistake("There is no such version.")


@action(
    area=Area.DOCUMENTS,
    roles=KEEPERS,
    on=Document,
    asks=Asking(fits=_can_mark, means=_mark_means),
    says="said which version of a document counts",
)
def mark_current(by, group, document, *, number: int) -> Document:
    """This version counts from now on."""
    _can_mark(group, document, number=number)
    if document.current != number:
        document.mark(number, by.person_id)
    return document


@action(area=Area.DOCUMENTS, roles=ORGANISERS, on=Document, says="named a document")
def describe(by, group, document, *, name: str, about: str | None = None) -> Document:
    """Call it something else, or say what it is about."""
    _check_there(document)
    document.name, document.about = name, _known(about)
    return document


@action(area=Area.DOCUMENTS, roles=ORGANISERS, on=Document, says="took a document away")
def withdraw(by, group, document) -> Document:
    """Take it away. It can be brought back for 30 days. What both sides signed stays with both."""
    if queries.is_signed(group.id, document.id):
        raise Mistake("Both sides signed this, so both keep it. Another version can take its place.")
    if document.kind is Kind.OFFERED:
        raise Mistake("The host offered this one. We can say “not like this”, or leave it.")
    if document.withdrawn_at is None:
        _take_away(by, group, document)
    return document


@action(area=Area.DOCUMENTS, roles=ORGANISERS, on=Document, says="brought a document back")
def restore(by, group, document) -> Document:
    """Bring it back, within 30 days."""
    if document.is_past_bin:
        raise Mistake("This was taken away more than 30 days ago, so it can’t be brought back.")
    document.withdrawn_at = document.withdrawn_by = None
    return document


@action(roles=SYSTEM_ONLY, on=Document, says="let go of a document that was taken away")
def remove(by, group, document) -> None:
    """Remove a document that was taken away 30 days ago, with its words and files. The log stays."""
    if not document.is_past_bin:
        return
    versions = db.session.scalars(
        sa.select(Version).where(Version.group_id == group.id, Version.document_id == document.id)
    ).all()
    own = [version.id for version in versions]
    files = sa.select(DocumentFile).where(DocumentFile.group_id == group.id, DocumentFile.document_id == document.id)
    for file in db.session.scalars(files):
        stored_files.forget(*file.files)
        db.session.delete(file)
    for answer in db.session.scalars(sa.select(Answer).where(Answer.group_id == group.id, Answer.version_id.in_(own))):
        db.session.delete(answer)
    db.session.flush()
    for version in versions:
        db.session.delete(version)
    db.session.flush()
    db.session.delete(document)


@action(roles=SYSTEM_ONLY, on=DocumentFile, says="made a file of a document ready")
def keep_made(by, group, file, *, looks: str | None = None, **made) -> DocumentFile:
    """Note what was made of a file: pages and a thumbnail, or a sound and its seconds."""
    file.became(**made)
    return file


@action(roles=SYSTEM_ONLY, on=DocumentFile, says="couldn’t open a file of a document")
def give_up_file(by, group, file, *, sentence: str) -> DocumentFile:
    """Note that a file couldn't be opened, so that another can be sent."""
    file.cant_be_made(sentence)
    return file


@action(roles=COORDINATORS, says="offered an agreement")
def offer(by, group, *, name: str, summary: str, words: str, files: Sequence[Sent] = ()) -> Document:
    """Offer the group an agreement in the host's words. The group answers when it likes, or not at all."""
    about = "hosting-agreement"
    document = Document.begin(group_id=group.id, added_by=by.person_id, kind=Kind.OFFERED, name=name, about=about)
    _add_version(by, document, words, None, summary, files)
    return document


@action(roles=COORDINATORS, on=Document, says="offered another version of an agreement")
def offer_version(by, group, document, *, summary: str, words: str, files: Sequence[Sent] = ()) -> Document:
    """Offer it in other words. What both sides signed holds until they sign this one."""
    if document.kind is not Kind.OFFERED:
        raise Mistake("These are the group’s own words. You can offer an agreement of yours beside them.")
    _add_version(by, document, words, None, summary, files)
    return document


def _bars_answer(by, _version: Version | None, _facts) -> str:
    """The host's people never count as organisers or consent (autonomy guide, "Actors")."""
    return "You also work for the host, so other organisers answer this." if consent.aside(by) else ""


@action(roles=ORGANISERS, on=Version, bars=_bars_answer, says="said yes to an agreement")
def agree(by, group, version, *, mark: str) -> Version:
    """One organiser's yes to exactly this version. With as many as the group's rule asks for, the group has accepted it."""
    _check_open(version)
    if mark != version.mark:
        raise Mistake("That isn’t the version that was shown. Read it once more.")
    _answer(by, version, agrees=True)
    return version


@action(roles=ORGANISERS, on=Version, bars=_bars_answer, says="said “not like this” to an agreement")
def decline(by, group, version, *, words: str) -> Version:
    """Not like this, and why. Nothing changes; another version can follow."""
    _check_open(version)
    _answer(by, version, agrees=False, words=words)
    return version


def _bars_sign(by, version: Version, _facts) -> str:
    ours = by.person_id is not None and people.is_in(version.group_id, by.person_id)
    return "You are in this group yourself, so somebody else signs for the host." if ours else ""


@action(roles=SIGNERS, on=Version, bars=_bars_sign, says="signed an agreement for the host")
def sign(by, group, version, *, mark: str) -> Version:
    """Sign for the host what the group accepts by its rule at this moment: both sides hold this version from now on."""
    _check_there(_document_of(version))
    if version.signed_at is None and not (version.accepted_at and rules.is_accepted(version)):
        raise Mistake("The group hasn’t accepted this version, by its own rule as it is now. It takes the time it takes.")
    if version.number != queries.newest_number(group.id, version.document_id):
        raise Mistake("There is a newer version, so this one isn’t signed any more.")
    if mark != version.mark:
        raise Mistake("That isn’t the version that was shown. Read it once more.")
    if version.signed_at is None:
        version.signed_at, version.signed_by = clock.now(), by.person_id
    return version


@action(roles=ORGANISERS, asks_again=True, says="changed how we accept agreements")
def set_rule(by, group, *, needs: str) -> AgreementRule | None:
    """How many of us agree to an agreement. More holds at once; fewer needs the yes of as many as the rule asks for now."""
    wanted, now = Needs(needs), rules.of(group.id).needs
    for other in queries.open_rules(group.id):
        other.ended_at = clock.now()
    if wanted is now:
        return None
    rule = AgreementRule(group_id=group.id, needs=wanted, made_by=by.person_id)
    db.session.add(rule)
    db.session.flush()
    if not rules.is_easier(wanted, now):
        _holds(rule)
    else:
        _say_yes(by, rule)
    return rule


@action(roles=ORGANISERS, asks_again=True, on=AgreementRule, says="agreed to an easier way to accept agreements")
def agree_rule(by, group, rule) -> AgreementRule:
    """One more yes to an easier rule."""
    if rule.agreed_at or rule.ended_at:
        raise Mistake("That one is settled already.")
    if by.person_id in rules.yeses(rule):
        raise Mistake("You said yes to this already. Another of us does, too.")
    _say_yes(by, rule)
    return rule


@action(scope=Scope.HOST, roles=COORDINATORS, says="shared a document of the host’s")
def share(
    by,
    *,
    name: str,
    about: str | None = None,
    words: str | None = None,
    link: str | None = None,
    valid_until: date | None = None,
    renews_by: int | None = None,
    files: Sequence[Sent] = (),
) -> HostDocument:
    """Share something of the host's own with all groups, such as the insurance certificate."""
    number = _new_number()
    said = {"name": name, "about": _known(about), "words": words, "link": link}
    return _keep(by, number, 1, files, **said, valid_until=valid_until, renews_by=renews_by)


@action(scope=Scope.HOST, roles=COORDINATORS, on=HostDocument, says="renewed a document of the host’s")
def renew(
    by,
    document,
    *,
    words: str | None = None,
    link: str | None = None,
    valid_until: date | None = None,
    renews_by: int | None = None,
    files: Sequence[Sent] = (),
) -> HostDocument:
    """Another version of what is no rule: it counts at once."""
    _check_newest(document)
    if document.starts_on:
        raise Mistake("This is a rule, so another version is told ahead and starts after its notice.")
    said = {"name": document.name, "about": document.about, "words": words, "link": link}
    facts = {"valid_until": valid_until, "renews_by": renews_by}
    return _keep(by, document.number, document.version + 1, files, **said, **facts)


@action(scope=Scope.HOST, roles=COORDINATORS, says="told groups ahead of a new rule")
def announce(by, *, name: str, words: str, differs: str, starts_on: date, about: str | None = None) -> HostDocument:
    """A rule that wasn't there before. Every group is told, and it starts after its notice."""
    _check_start(starts_on)
    said = {"name": name, "about": _known(about), "words": words, "differs": differs, "starts_on": starts_on}
    return _tell_all(_keep(by, _new_number(), 1, (), **said))


@action(scope=Scope.HOST, roles=COORDINATORS, on=HostDocument, says="told groups ahead of a changed rule")
def change_rule(by, document, *, words: str, differs: str, starts_on: date) -> HostDocument:
    """Another version of a rule: what differs, in plain words, and from when. It never reaches back; until that day the one
    before it holds."""
    _check_newest(document)
    if document.starts_on is None:
        raise Mistake("This is no rule. It can be renewed at once.")
    _check_start(starts_on)
    if starts_on < document.starts_on:
        raise Mistake("The version before this one starts later than that.", "starts_on")
    said = {"name": document.name, "about": document.about, "words": words, "differs": differs, "starts_on": starts_on}
    return _tell_all(_keep(by, document.number, document.version + 1, (), **said))


@action(scope=Scope.HOST, roles=COORDINATORS, on=HostDocument, says="put away a document of the host’s")
def put_away(by, document) -> HostDocument:
    """It is shared no more."""
    for row in queries.host_versions(document.number):
        row.ended_at, row.ended_by = row.ended_at or clock.now(), row.ended_by or by.person_id
    return document


@action(scope=Scope.HOST, roles=SYSTEM_ONLY, on=HostFile, says="made a file of the host’s ready")
def keep_made_host(by, file, *, looks: str | None = None, **made) -> HostFile:
    """Note what was made of it."""
    file.became(**made)
    return file


@action(scope=Scope.HOST, roles=SYSTEM_ONLY, on=HostFile, says="couldn’t open a file of the host’s")
def give_up_host(by, file, *, sentence: str) -> HostFile:
    """Note that it couldn't be opened."""
    file.cant_be_made(sentence)
    return file


@action(roles=SYSTEM_ONLY, says="told us of a new rule of the host’s")
def tell(by, group, *, document_id: int) -> Notice | None:
    """Tell a group, once."""
    if document_id in queries.told_of(group.id):
        return None
    notice = Notice(group_id=group.id, document_id=document_id)
    db.session.add(notice)
    return notice


@action(roles=ORGANISERS, on=Notice, says="answered a new rule of the host’s")
def answer_rule(by, group, notice, *, answer: str, words: str | None = None) -> Notice:
    """What we say to it, which is kept. It opens nothing by itself, and no answer is not a yes."""
    said = RuleAnswer(answer)
    if said is not RuleAnswer.FINE and not words:
        raise Mistake("Write it in a few words.", "words")
    notice.answer, notice.words = said, words
    notice.answered_at, notice.answered_by = clock.now(), by.person_id
    return notice


def _new_number() -> int:
    if len(queries.hosts()) >= queries.MOST_HOSTS:
        raise Mistake(f"{queries.MOST_HOSTS} are plenty. Put one away first.", "name")
    return next_number("host_document")


def _keep(by, number: int, version: int, files: Sequence[Sent], **facts) -> HostDocument:
    _check_something({**facts, "files": files})
    renewer = facts.get("renews_by")
    if renewer is not None and not people.is_staff(renewer):
        raise Mistake("Choose someone of ours.", "renews_by")
    document = HostDocument(number=number, version=version, added_by=by.person_id, **facts)
    db.session.add(document)
    db.session.flush()
    _attach(files, HostFile, {"document_id": document.id}, by)
    return document


def _tell_all(document: HostDocument) -> HostDocument:
    jobs.enqueue("documents.tell_all", document_id=document.id)
    return document


def _check_newest(document: HostDocument) -> None:
    if document.ended_at:
        raise Mistake("This was put away.")
    if document.version != max(row.version for row in queries.host_versions(document.number)):
        raise Mistake("There is a newer version. Look at that one first.")


def _check_start(starts_on: date) -> None:
    first = clock.today() + timedelta(days=NOTICE_DAYS)
    if starts_on < first:
        raise Mistake(f"Groups have {NOTICE_DAYS} days’ notice: choose {full_date(first)} or later.", "starts_on")


def _say_yes(by, rule: AgreementRule) -> None:
    if barred := _bars_answer(by, None, {}):
        raise Mistake(barred)
    db.session.add(RuleYes(group_id=rule.group_id, rule_id=rule.id, person_id=by.person_id))
    db.session.flush()
    if rules.may_hold(rule):
        _holds(rule)


def _holds(rule: AgreementRule) -> None:
    """From now on; what isn't signed yet is accepted or not by it."""
    rule.agreed_at = clock.now()
    db.session.flush()
    for version in queries.unsigned(rule.group_id):
        _weigh(version)


def _add_version(by, document: Document, words, link, summary, files: Sequence[Sent]) -> Version:
    _check_something({"words": words, "link": link, "files": files})
    if len(files) > uploads.MAX_FILES:
        raise Mistake("Ten files at a time.", "files")
    if document.is_agreement and not (words and summary):
        what = "words" if not words else "summary"
        raise Mistake("An agreement needs its words, and what it comes to in short.", what)
    own = {"group_id": document.group_id, "document_id": document.id}
    version = Version(
        **own,
        number=(queries.newest_number(document.group_id, document.id) or 0) + 1,
        added_by=by.person_id,
        by_host=by.is_host,
        words=words,
        link=link,
        summary=summary,
        mark=mark_of(words, link, summary, [file.sha256 for file in files]),
    )
    db.session.add(version)
    db.session.flush()
    if not document.is_agreement:
        document.mark(version.number, by.person_id)
    _attach(files, DocumentFile, {**own, "version_id": version.id}, by)
    return version


def _attach(files: Sequence[Sent], model, own: dict, by) -> None:
    names = ("shown_name", "kind", "size", "sha256", "original", "seconds")
    made = [model(**own, added_by=by.person_id, **{name: getattr(file, name) for name in names}) for file in files]
    db.session.add_all(made)
    db.session.flush()
    for one in made:
        if model is HostFile:
            jobs.enqueue("documents.make_host_safe", file_id=one.id)
        else:
            jobs.enqueue("documents.make_safe", file_id=one.id, group_id=one.group_id)


def _answer(by, version: Version, *, agrees: bool, words: str | None = None) -> None:
    for earlier in queries.live_answers(version):
        if earlier.person_id == by.person_id:
            earlier.ended_at = clock.now()
    db.session.flush()
    own = {"group_id": version.group_id, "version_id": version.id, "person_id": by.person_id}
    db.session.add(Answer(**own, agrees=agrees, words=words, says_to=version.mark))
    db.session.flush()
    _weigh(version)


def _weigh(version: Version) -> None:
    """Whether the group accepts it, by its rule and its organisers of now."""
    accepted = rules.is_accepted(version)
    if accepted != (version.accepted_at is not None):
        version.accepted_at = clock.now() if accepted else None


def _document_of(version: Version) -> Document:
    return db.session.get_one(Document, version.document_id)


def _check_open(version: Version) -> None:
    _check_there(_document_of(version))
    if version.number != queries.newest_number(version.group_id, version.document_id):
        raise Mistake("There is a newer version. Read that one.")
    if version.signed_at:
        raise Mistake("Both sides signed this already. Another version can take its place.")


def _check_there(document: Document) -> None:
    if document.withdrawn_at:
        raise Mistake("This was taken away. Bring it back first.")


def _check_ours(document: Document) -> None:
    _check_there(document)
    if document.kind is Kind.OFFERED:
        raise Mistake("These are the host’s words. We can say “not like this”, or write an agreement of our own.")


def _check_something(facts: dict) -> None:
    if not any(facts.get(name) for name in ("words", "link", "files")):
        raise Mistake("Write it, give a link, or choose a file.", "words")


def _known(about: str | None) -> str | None:
    return about if about in ABOUT else None
