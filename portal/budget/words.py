"""What a fund's page says of it, in sentences."""

from portal.core.filters import full_day
from portal.ledger.models import Basis, Fund, Restriction

_BINDS: dict[Restriction | None, str] = {
    Restriction.RESTRICTED: "Restricted: it can only pay for what it was given for.",
    Restriction.DESIGNATED: "Designated: set aside for this. That can be changed.",
    Restriction.UNRESTRICTED: "For anything we need. No rules from a funder.",
}
_HELD_AS: dict[Basis | None, str] = {
    Basis.PART: "It’s part of the charity’s own money, kept for us. The charity answers for it in its accounts.",
    Basis.HELD: "It’s held for us, and isn’t the charity’s own. It only looks after it.",
}


def binds(fund: Fund) -> str:
    """What it can pay for, where it came from and who agreed to that."""
    came = f" It came from {fund.funder}." if fund.funder else ""
    agreed = f" {fund.agreed}." if fund.agreed else ""
    return f"{_BINDS[fund.restriction]}{came}{agreed}"


def term(fund: Fund) -> str:
    """From when until when it can be spent; empty where no day is set."""
    if fund.from_on and fund.until_on:
        return f"From {full_day(fund.from_on)} until {full_day(fund.until_on)}."
    if fund.from_on:
        return f"From {full_day(fund.from_on)}."
    return f"Until {full_day(fund.until_on)}." if fund.until_on else ""


def held_as(fund: Fund) -> str:
    """Whose money it is while the host holds it."""
    return _HELD_AS[fund.basis]
