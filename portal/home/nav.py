"""Where one can go: the bar on a phone, the rail on a laptop. A place shows only to roles that reach it."""

from dataclasses import dataclass

from flask import g, request

from portal.people import session
from portal.people.roles import GROUP_ROLES, STAFF_ROLES, Role


@dataclass(frozen=True)
class Place:
    """One entry: the endpoint it opens, its words and icon, who sees it, and which other endpoints (or all of a
    blueprint's) lie within it; it is left out for those who come there by another entry (`unless`)."""

    endpoint: str
    words: str
    icon: str
    roles: frozenset[Role]
    within: frozenset[str] = frozenset()
    unless: frozenset[Role] = frozenset()

    @property
    def is_here(self) -> bool:
        """Whether the page of this request lies within it."""
        here = request.endpoint or ""
        if self.within:
            return here == self.endpoint or bool({here, here.partition(".")[0]} & self.within)
        return here.partition(".")[0] == self.endpoint.partition(".")[0]


WITHIN_SAY = frozenset(
    {
        *("autonomy.promise", "autonomy.area", "autonomy.limits", "autonomy.proposal", "autonomy.change", "autonomy.rest"),
        *("autonomy.rested", "autonomy.proposals"),
        *("breakglass.ours", "breakglass.ours_show", "activity.index", "activity.fingerprint"),
        *("disagreements.ours", "disagreements.new", "disagreements.show"),
        *("contact.ours", "sharing"),
        *("worries.ours", "worries.new_worry", "worries.carried"),
        "how_we_run",
        *("accountability.ours", "accountability.ours_list"),
        *("documents.index", "documents.away", "documents.new", "documents.new_agreement", "documents.show"),
        *("documents.compare", "documents.rule", "documents.from_host"),
        *("members.index", "notices.ours", "silence.ours"),  # six places are what fits a small phone
    }
)
WITHIN_MONEY = frozenset(
    {
        *("budget.movements", "budget.fund"),
        *("spending.show", "spending.edit", "spending.new", "spending.rule"),
        *("payees.index", "payees.new", "payees.show", "payees.change"),
        *("papers.index", "papers.statement", "papers.report"),
    }
)
WITHIN_SUPPORT = frozenset({"support.ask", "support.show", "heard.ours", "heard.new", "asks.ours", "asks.read"})
GROUP_PLACES = (
    Place("home.index", "Home", "home", GROUP_ROLES),
    Place("receipts.index", "Receipts", "file", GROUP_ROLES),
    Place("budget.money", "Money", "money", GROUP_ROLES, WITHIN_MONEY),
    Place("support.index", "Support", "ask", GROUP_ROLES, WITHIN_SUPPORT),
    Place("autonomy.say", "Our say", "say", GROUP_ROLES, WITHIN_SAY),
)
WITHIN_GROUPS = frozenset(
    {
        *("members.group_page", "members.new_group", "suggestions.suggested", "breakglass.new"),
        *("ledger.books", "ledger.entry", "budget.lines"),
        *("silence.every", "silence.show", "disagreements.every", "disagreements.hosts"),
        *("papers.host_index", "papers.host_statement", "papers.host_report"),
        *("payees.to_check", "payees.hosts", "payees.look"),
        *("members.staff", "members.appoint", "contact.new"),
        *("heard.every", "heard.show", "shares"),
        *("risks.index", "risks.show", "risks.show_worry", "risks.new"),
        *("board", "how_they_run"),
        *("asks.every", "asks.new", "asks.edit", "asks.sending", "asks.show"),
        "their_documents",
        "host_documents",
    }
)
WITHIN_PAYMENTS = frozenset({"payments.run", "bank.index", "bank.show", "bank.new", "bank.columns", "bank.imports"})
WITHIN_PAYMENTS |= {"books.index", "books.entry", "books.show_year"}  # few places fit a small phone
WITHIN_DUTIES = frozenset(
    {
        *("breakglass.show", "breakglass.item"),
        *("accountability.hosts", "accountability.hosts_list"),
    }
)
HOST_PLACES = (
    Place(
        "requests.index",
        "Requests",
        "inbox",
        frozenset({Role.COORDINATOR}),
        frozenset({"requests", "starts", "away"}),
    ),
    Place(
        "desk.index",
        "Receipts",
        "file",
        frozenset({Role.FINANCE, Role.COORDINATOR}),
        frozenset({"desk.show", "costs.cost"}),
    ),
    Place("payments.index", "Pay", "money", frozenset({Role.FINANCE}), WITHIN_PAYMENTS),
    Place(
        "members.groups",
        "Groups",
        "people",
        STAFF_ROLES,
        WITHIN_GROUPS,
    ),
    Place("books.index", "Money", "money", frozenset({Role.COORDINATOR, Role.TRUSTEE}), unless=frozenset({Role.FINANCE})),
    Place("breakglass.every", "Duties", "say", STAFF_ROLES, WITHIN_DUTIES),
)
WITHIN_YOU = frozenset(
    {"signin.app_code", "signin.again", "signin.back", "signin.second", "notices.mine", "silence.naming"}
)
YOU = Place("signin.you", "You", "passkey", frozenset(), WITHIN_YOU)


def places() -> tuple[Place, ...]:
    """The entries for this page's side and this person's roles; none before sign-in."""
    who = session.identity()
    if who is None:
        return ()
    if "place" in g:
        return (*(place for place in GROUP_PLACES if g.place.role in place.roles), YOU)
    if who.staff_roles:
        mine = who.staff_roles
        return (*(place for place in HOST_PLACES if mine & place.roles and not mine & place.unless), YOU)
    return (YOU,)
