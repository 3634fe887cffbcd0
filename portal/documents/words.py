"""What pages say of documents where a name or a day alone doesn't say it: facts in, a sentence out, nothing looked up."""

from datetime import date

from portal.autonomy.areas import Level
from portal.core import clock
from portal.core.filters import counted, day, full_day, inside, moment
from portal.documents.models import ABOUT, Document, HostDocument, Kind, Version
from portal.documents.queries import Line
from portal.documents.rules import Rule


def our_line(line: Line, host: str) -> str:
    """How one of a group's documents stands, in its own list."""
    if not line.document.is_agreement:
        return _marked(line.document)
    if line.newest.signed_at:
        return "Signed by both sides"
    if line.newest.accepted_at:
        return f"We accepted it; {host} signs next"
    return f"{host} offers it. No hurry." if line.document.kind is Kind.OFFERED else "Ours, waiting for our own yes"


def their_line(line: Line) -> str:
    """How it stands, in the host's list of it."""
    if not line.document.is_agreement:
        return _marked(line.document)
    says = [f"Version {line.counts.number} is signed by both sides"] if line.counts else []
    if not line.newest.accepted_at:
        says.append(f"Version {line.newest.number} is with them")
    elif not line.newest.signed_at:
        says.append(f"They accepted version {line.newest.number}: yours to sign")
    return ". ".join(says)


def _marked(document: Document) -> str:
    version = f"Version {document.current}, {inside(day(document.marked_at))}"
    return ". ".join(filter(None, [ABOUT.get(document.about or ""), version]))


def our_facts(document: Document, host: str) -> str:
    """What stands below the name of one of a group's documents: D7, insurance, offered by the host."""
    return _listed(document.ref, _about(document), f"offered by {host}" if document.kind is Kind.OFFERED else "")


def their_facts(document: Document, group: str) -> str:
    """The same at the host: D7, insurance, the group."""
    return _listed(document.ref, _about(document), group)


def given(version: Version, name: str, host: str) -> str:
    """Who gave a version, and when."""
    return _listed(name, f"for {host}" if version.by_host else "", inside(moment(version.added_at)))


def with_subject(says: str, document: HostDocument) -> str:
    """What is said of a document of the host's, and what it is about."""
    return ": ".join(filter(None, [says, _about(document)]))


def shared_line(document: HostDocument) -> str:
    """How a document of the host's stands, in a group's list."""
    if document.valid_until:
        return f"Valid until {inside(day(document.valid_until))}"
    if document.starts_on and document.starts_on > clock.today():
        return "Another version is on its way"
    return ABOUT.get(document.about or "") or f"Since {inside(day(document.starts_on or document.added_at))}"


def host_line(document: HostDocument, renewer: str | None) -> str:
    """How it stands, in the host's own list."""
    if document.valid_until:
        return f"{_valid(document.valid_until, inside(day(document.valid_until)))}. {_renewed(renewer)}"
    if document.starts_on:
        begins = "A version starts" if document.starts_on > clock.today() else "A rule, since"
        return f"{begins} {inside(day(document.starts_on))}"
    return f"Since {inside(day(document.added_at))}"


def validity(document: HostDocument, renewer: str | None) -> str:
    """Until when a version is valid, and who at the host renews it."""
    return f"{_valid(document.valid_until, full_day(document.valid_until))}. {_renewed(renewer)}."


def _valid(until: date | None, words: str) -> str:
    return f"Valid until {words}" if until and until >= clock.today() else f"It was valid until {words}"


def _renewed(renewer: str | None) -> str:
    return f"{renewer} renews it" if renewer else "Nobody renews it yet"


def host_version(version: HostDocument, name: str) -> str:
    """Who gave a version of the host's and when; of a rule, from when it holds, for groups that rest too."""
    says = f"{name}, {inside(moment(version.added_at))}"
    if not version.starts_on:
        return says
    starts = inside(day(version.starts_on))
    if version.starts_on > clock.today():
        return f"{says}. It starts {starts}; for a group that rests, once its notice is over"
    return f"{says}. It has held since {starts}; for a group that rested, since its notice was over"


def ahead(before: HostDocument | None, starts: date) -> str:
    """That a rule is to come, or that one would change, and on which day."""
    return f"{'It would change' if before else 'A new rule'} on {full_day(starts)}"


def files_apart(before: Version, after: Version, names: list[list[str]]) -> str:
    """Which files two versions have, as those can't be compared."""
    one, other = (", ".join(of) or "none" for of in names)
    return f"Files can’t be compared here. Version {before.number} has {one}, version {after.number} {other}."


def needed(rule: Rule) -> str:
    """How many yeses a group's rule asks for."""
    return counted(rule.count, "yes", "yeses")


def until_said(rule: Rule) -> str:
    """How many of us have said yes by the time that an easier rule holds."""
    return "1 of us has" if rule.count == 1 else f"{rule.count} of us have"


def what_staff_read(level: Level | None) -> str:
    """What those at the host see of a group's documents, as it has set."""
    if level is Level.ONLY_US:
        return "You see only that there are agreements with you, and which version counts."
    return "You read the version that counts now."


def with_another(document: Document) -> str:
    """What another version means."""
    if document.is_agreement:
        return "Each of us reads it anew, and says yes or not."
    return "It counts from then on. The one before it stays to read."


def unread(document: Document) -> str:
    """Why those at the host read no version of it."""
    if document.is_agreement:
        return "They are writing it. You read it once they have accepted it."
    return "The group keeps its words."


def _about(document: Document | HostDocument) -> str:
    return ABOUT.get(document.about or "", "").lower()


def _listed(*facts: str) -> str:
    return ", ".join(filter(None, facts))
