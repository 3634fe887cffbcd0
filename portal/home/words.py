"""What the first page says of a group's money and receipts, and where somebody is who belongs to several places."""

from portal.core.filters import pounds
from portal.ledger.queries import Status
from portal.people.session import Identity


def how_many(count: int) -> str:
    """So many receipts, as a sentence begins."""
    return "One receipt" if count == 1 else f"{count} receipts"


def bound(funds: list[Status], spendable: int) -> str:
    """What part of what can be spent is for some things alone, by the funds that bind it; nothing where none does."""
    if not funds:
        return ""
    part = sum(one.free for one in funds)
    payers = f"{funds[0].fund.name} pays" if len(funds) == 1 else "our grants pay"
    return f"{'All' if part == spendable else pounds(part)} of it is for what {payers} for."


def where_you_are(who: Identity, host_name: str) -> str:
    """Which groups and sides somebody belongs to."""
    if who.staff_roles:
        if who.places:
            return f"You’re in a group and at {host_name}. Each has its own side, and they don’t mix."
        return f"You’re at {host_name}, and in no group."
    if not who.places:
        return "You’re not in a group yet. If someone invited you, open the link in that email."
    return "You’re in one group." if len(who.places) == 1 else "You’re in more than one group."
