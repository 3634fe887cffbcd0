"""What the pages say of requests where it takes more than a word: facts go in, a sentence comes out."""

from datetime import date

from portal.autonomy.areas import AREA_WORDS, Area, Level
from portal.core.filters import day, first_name, full_day, inside, moment
from portal.support.models import CAME_OF_WORDS, REPLY_BY_WORDS, Attachment, Request
from portal.support.queries import MOST_COUNTED, Coordinator, Line, Said, Thread
from portal.support.states import State
from portal.support.unplaced_mail import Waiting

QUESTIONS = {
    "what": "What would help?",
    "when": "When would you like to hear back?",
    "how": "How should we answer?",
    "about": "One last thing",
}
COLLEAGUES = {  # what the group has set about a colleague for one of its requests
    Level.ONLY_US: "The group keeps its conversations to who asked and their named coordinator. "
    "They can let someone in themselves.",
    Level.ASK_FIRST: "Nothing changes until an organiser says yes.",
    Level.TELL_AFTER: "The group is told, and can undo it.",
    Level.YOU_DO: "It shows in What’s changed.",
}


# --- on both sides --------------------------------------------------------------------------------------------------


def said_by(said: Said, reader_id: int | None) -> str:
    """Above a message: who, when and how. Note, Imani, today, 6:40pm."""
    who = "You" if said.person_id == reader_id else first_name(said.name)
    parts = ["Note" if said.note else "", who, inside(moment(said.at)), "by email" if said.by_mail else ""]
    return ", ".join(filter(None, parts))


def getting_ready(file: Attachment, reader_id: int | None) -> str:
    """Of a file that is being made safe: Getting your photo ready."""
    whose = "your" if file.added_by == reader_id else "the"
    return f"Getting {whose} {file.what.partition(' ')[2]} ready."


def picture(file: Attachment, reader_id: int | None) -> str:
    """What a picture shows, for who can’t see it: A PDF that they sent, its first page."""
    shows = f"{file.what} that {'you' if file.added_by == reader_id else 'they'} sent"
    return f"{shows}, its first page" if len(file.pages) > 1 else shows


def away(holder: str | None, until: date | None, cover: str | None = None, reads: str = "") -> str:
    """Who is away until when, and who covers: Imani is away until 9 May. Sam covers, and reads this."""
    gone = f"{first_name(holder or '')} is away until {inside(day(until))}."
    return f"{gone} {first_name(cover)} covers{reads}." if cover else gone


# --- the group's ----------------------------------------------------------------------------------------------------


def below(line: Line) -> str:
    """Under a request in the group's list: S12, Imani Okafor, today. An answer by Monday 9 November 2026."""
    facts = f"{line.ref}, {line.asker}, {inside(day(line.moved_at))}"
    if line.is_promised:
        return f"{facts}. An answer by {full_day(line.due_on)}"
    if line.state is State.SNOOZED:
        return f"{facts}. Until {full_day(line.snoozed_until)}"
    return facts


def when_away(level: Level, *, agreed: bool) -> str:
    """What whoever covers may read, as the group has set it, or agreed to it ahead."""
    area = AREA_WORDS[Area.SUPPORT]
    if level is Level.ONLY_US:
        before = ", whatever we agreed before" if agreed else ""
        return f"“{area}” is set to Only us, so whoever covers reads nothing{before}. We can let someone in to one request."
    if level is Level.YOU_DO:
        return f"“{area}” is set to You look after it, so whoever covers reads and answers."
    if agreed:
        return (
            "We agreed ahead: whoever covers may read and answer our requests on those days. It ends on any day, at once."
        )
    return (
        "Whoever covers sees that something waits, and no word of it. "
        "It can stay so: each request has a button to let them in. Or we agree to it ahead."
    )


def how_far(place: int, of: int) -> str:
    """How far along the questions are: 2 of 4."""
    first = ", about a minute in all. Only this one needs an answer" if place == 1 else ""
    return f"{place} of {of}{first}."


def away_when_asking(theirs: Coordinator) -> str:
    """Before a request is sent: that whose it will be is away, and whether who covers will read it."""
    reads = ", and reads it too" if theirs.cover_reads else ", and reads it if you let them"
    return away(theirs.name, theirs.away_until, theirs.cover, reads) if theirs.away_until else ""


def heading(found: Thread, reader_id: int | None, host: str) -> str:
    """Whose question it is."""
    if found.request.by_host:
        return f"{host} asks"
    return "What you asked" if found.request.added_by == reader_id else "What we asked"


def whose(found: Thread, host: str) -> str:
    """Whom the group calls by name there: whose it is at the host, or the host."""
    return first_name(found.holder) if found.holder else host


def stands(found: Thread, host: str) -> str:
    """How it stands, and what comes next, as the group reads it."""
    asked, holder = found.request, whose(found, host)
    speaker = first_name(found.answered_by) if found.answered_by else host
    match found.state:
        case State.CLOSED:
            return f"Closed {inside(day(asked.closed_at))}. You can open it again on any day."
        case State.SNOOZED:
            return f"{holder} put it off until {full_day(asked.snoozed_until)}: {asked.snooze_why}"
        case State.WITH:
            return f"It is with {asked.with_whom}. {holder} keeps an eye on it."
        case State.WAITING:
            return f"{speaker} would like an answer, when you’re ready."
        case State.ANSWERED:
            return f"{speaker} answered. Is there more? Write below."
    if found.is_past_due:
        return (
            f"{host} promised an answer by {full_day(asked.due_on)} and hasn’t kept it. That counts, and trustees see it."
        )
    if found.is_promised:
        there = asked.taken_at and not found.away_until
        return f"{holder if there else host} answers by {full_day(asked.due_on)}."
    return f"It’s with {host}."


def away_now(found: Thread) -> str:
    """That whose it is, is away; who covers, and whether they read this."""
    return away(found.holder, found.away_until, found.cover, ", and reads this" if found.cover_reads else "")


def who_reads(found: Thread, reader_id: int | None, host: str) -> str:
    """Everyone who can read it, by name, for the group."""
    holder = f"{whose(found, host)} at {host}"
    end = "Nobody else, unless our setting or one of us lets them in. Each reading is in What’s changed."
    if found.request.by_host:
        return f"Our organisers, and {holder}. {end}"
    asker = "You" if found.request.added_by == reader_id else found.asker
    ours = f"{asker}, the other organisers" if found.request.shared else asker
    let_in = "".join(f", {one.name}" for one in found.let_in)
    cover = f", and {first_name(found.cover)} as cover" if found.cover and found.covers_agreed else ""
    return f"{ours} and {holder}{let_in}{cover}. {end}"


# --- the host's -----------------------------------------------------------------------------------------------------


def when(line: Line) -> str:
    """The day a list shows for a request: the one promised, else when it last moved."""
    if not line.is_promised:
        return day(line.moved_at)
    return f"{'Was due' if line.is_past_due else 'By'} {inside(day(line.due_on))}"


def begins(line: Line) -> str:
    """What a list shows of a request that this reader may read."""
    if line.gist:
        return line.gist
    return f"From {line.asker}, would like a call" if line.wants_call else f"From {line.asker}"


def waits(line: Line) -> str:
    """What a list shows of one that they may not."""
    return f"Something waits for {first_name(line.holder)}" if line.holder else "Something waits"


def called(line: Line) -> str:
    """Its reference, and whose it is."""
    return f"{line.ref}, {first_name(line.holder)}" if line.holder and line.reads else line.ref


def nothing_found(*, further: bool) -> str:
    """That a search came to nothing; `further`: where it looked far back."""
    return f"Nothing you may read has these words{' this far back' if further else ''}."


def capped(count: int) -> str:
    """How many a view holds, as far as they were counted."""
    return str(count) if count < MOST_COUNTED else f"{MOST_COUNTED - 1}+"


def emails_wait(count: int) -> str:
    """How many emails have no place: An email waits to be placed."""
    return f"{'An email waits' if count == 1 else f'{count} emails wait'} to be placed"


def arrived(row: Waiting) -> str:
    """When an email came, and the request its reply address was made for."""
    came = moment(row.mail.arrived_at)
    return f"{came}, about S{row.number} of {row.group}" if row.number else came


def reply_way(request: Request) -> str:
    """How they want to be rung or texted, and at which number."""
    way = REPLY_BY_WORDS[request.reply_by].lower()
    return f"{way}, {request.phone}" if request.phone else way


def facts_of(found: Thread, reader_id: int | None, level: Level) -> str:
    """The day promised, whose it is, who is away and who covers, as staff read it. `level`: the group's, for support."""
    request, others = found.request, found.request.holder_id != reader_id
    facts = []
    if found.is_promised:
        facts.append(
            f"{'The day promised has gone by:' if found.is_past_due else 'Promised by'} {full_day(request.due_on)}."
        )
    if request.taken_at and others:
        facts.append(f"With {first_name(found.holder or '')}.")
    if found.away_until and others:
        facts.append(f"{away(found.holder, found.away_until).removesuffix('.')}{_covers(found, reader_id, level)}.")
    return " ".join(facts)


def _covers(found: Thread, reader_id: int | None, level: Level) -> str:
    if not found.cover:
        return ""
    if found.cover_id != reader_id:
        return f"; {first_name(found.cover)} covers"
    ahead = found.covers_agreed and level is not Level.YOU_DO
    return f"; you cover{', as they agreed ahead' if ahead else ''}"


def how_it_ended(request: Request) -> str:
    """That the group closed it, what came of it, and what they’d have the host learn."""
    if request.closed_at:
        said = [f"Closed by the group {inside(day(request.closed_at))}."]
    else:
        said = ["Closed once, and open again."]
    if request.came_of:
        said.append(f"{CAME_OF_WORDS[request.came_of]}.")
    if request.learned:
        said.append(f"What they’d have us learn: {request.learned}")
    return " ".join(said)


def who_reads_note(found: Thread, level: Level) -> str:
    """Who reads a note: the group's side, and by name the host's. `level`: the group's, for support."""
    ours = "their organisers" if found.request.by_host else found.asker
    if found.request.shared and not found.request.by_host:
        ours += " and the other organisers"
    here = dict.fromkeys([*filter(None, [found.holder]), *(one.name for one in found.let_in)])
    others = ", and whoever coordinates" if level is Level.YOU_DO else ""
    return f"It is read by {ours}, and here by {', '.join(here)}{others}; a private one is read here alone."
