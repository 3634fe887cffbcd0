"""What pages about payees say of an account, in sentences."""

from collections.abc import Collection
from datetime import datetime

from portal.core.filters import day, inside, moment
from portal.payees.changes import may_finance, may_organisers
from portal.payees.queries import Given


def waits(given: Given, organisers: Collection[int], host_name: str, now: datetime) -> str:
    """What a changed account waits for: a second person’s yes, or its time."""
    details = given.details
    from_ = inside(moment(details.holds_from))
    if details.second_at:
        return f"agreed, holds from {from_}"
    us, host = may_organisers(given, organisers), may_finance(details, organisers)
    if us and host:
        who = f"another organiser or {host_name}"
    else:
        who = "another organiser" if us else f"{host_name}’s finance"
    later = f", and holds from {from_}" if details.holds_from > now else ""
    return f"waits for {who} to say yes{later}"


def history(given: Given, names: dict[int, str]) -> str:
    """When an account was given and by whom, who said yes to it, who stopped it."""
    one = given.details
    yes = f", {names.get(one.second_by or 0)} said yes" if one.second_at else ""
    stopped = f", stopped by {names.get(one.stopped_by or 0)}" if one.stopped_at else ""
    giver = names.get(one.made_by or 0) or "themselves, by a link"
    return f"Given {inside(day(one.made_at))} by {giver}{yes}{stopped}"
