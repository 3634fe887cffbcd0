"""What the pages say of asks where it takes more than a word: facts go in, a sentence comes out."""

from collections.abc import Sequence

from portal.asks.models import Ask, SentAsk
from portal.asks.queries import At, Listed, Place
from portal.core.filters import counted, day, full_day, inside, moment

# What will happen at a group, before it does.
NOT_AT_ALL, FIRST_A_YES, HELD, NOW, LATER = "not at all", "first a yes", "held", "now", "later"


def outcome(ask: Ask, team: str) -> str:
    """What it led to, in a line. `team`: who looks again, as the reader calls them: We look."""
    if ask.outcome:
        return f"What it led to: {ask.outcome}"
    if ask.look_again_on:
        return f"Nothing yet. {team} again on {full_day(ask.look_again_on)}."
    return "It is closed." if ask.closed_at else "It is open."


# --- the host's -----------------------------------------------------------------------------------------------------


def sent(listed: Listed) -> str:
    """A line of facts: when it was sent, how many groups it reached, how long it takes and why."""
    ask = listed.ask
    reached = {0: "at no group yet", 1: "one group"}.get(listed.groups, f"{listed.groups} groups")
    minutes = counted(ask.minutes, "minute")
    return f"{ask.ref}, {inside(day(ask.sent_at))}, {reached}, about {minutes}. Why: {ask.purpose}"


def will_be(place: Place, how: str) -> str:
    """What will happen at a group, before it does."""
    if how == NOT_AT_ALL:
        return "not at all. They take answers to what they asked, and nothing else."
    if how == FIRST_A_YES:
        return "needs their yes first, to one short line about it."
    if how == HELD:
        return f"held until {inside(day(place.stands.quiet_until))}, while they rest."
    if how == NOW:
        return "leaves now."
    return f"leaves {inside(moment(place.leaves_at))}, in the hours they set."


def too_much(places: Sequence[Place]) -> str:
    """That with this one it is more than the host means to ask, and of whom."""
    whom = places[0].group.name if len(places) == 1 else f"{len(places)} of these groups"
    return (
        "We mean to ask a group for two things and 20 minutes at most within 30 days. "
        f"With this one it is more for {whom}. Waiting is kinder. If it can’t wait, say why: they read it."
    )


def became(at: At) -> str:
    """How an ask stands at one group, for the host: asked first, sent, answered, skipped or called off."""
    return _of_sent(at.sent) if at.sent else _asked_first(at)


def _of_sent(sent: SentAsk) -> str:
    if sent.is_held:
        return "held, until their hours open or their rest is over"
    if sent.closed_at and not sent.told_at:
        return "taken back by the group" if sent.released_at else "called off before it left"
    if sent.given_at:
        return f"answered {inside(day(sent.given_at))}"
    if sent.skipped_at:
        return "skipped, which is fine"
    return f"with them since {inside(day(sent.released_at))}"


def _asked_first(at: At) -> str:
    asked = at.proposal
    if asked is None:
        return ""
    if asked.answer == "called off":
        return "called off before they answered"
    if asked.answered_at:
        return "they’d rather not"
    return f"asked first {inside(day(asked.made_at))}; no answer is a no"


# --- a group's own --------------------------------------------------------------------------------------------------


def reached_us(sent: SentAsk) -> str:
    """A line of facts: when it reached us, how long it takes and what we did with it."""
    minutes = counted(sent.ask.minutes, "minute")
    if sent.given_at:
        did = "We answered."
    elif sent.skipped_at:
        did = "We skipped it."
    else:
        did = "Ours to answer or skip." if sent.is_open else "We didn’t answer, which is fine."
    return f"{sent.ref}, {inside(day(sent.released_at))}, about {minutes}. {did}"


def stands(sent: SentAsk, host: str) -> str:
    """How it stands with us, and what we can do."""
    if not sent.is_open:
        return "We took it back." if sent.closed_at and not sent.ask.closed_at else "It is closed."
    if sent.given_at:
        return f"We answered {inside(day(sent.given_at))}. Until {host} closes it, we can change that or take it back."
    if sent.skipped_at:
        return "We skipped it. We can still answer, if we like."
    return "We can answer it, or some of it, or skip it. No answer is fine too."
