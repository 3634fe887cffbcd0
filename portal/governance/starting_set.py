"""The starting set: what good practice asks of a hosted group in England and Wales, each with why, who asks, and who holds
it first. Every group has all of it from its first day, without a row; a name or a reason that changes here changes for all.

`by_law` is said only where the law asks it of every group or charity, whatever it does; what it asks of some alone (who
pays someone, who holds a licensed event) is said in `asks`, and those it doesn't meet can drop it.
"""

from dataclasses import dataclass
from enum import StrEnum


class Holder(StrEnum):
    """Who carries an item."""

    HOST = "host"
    GROUP = "group"
    SHARED = "shared"


HOLDER_WORDS = {Holder.HOST: "The host carries it", Holder.GROUP: "We hold it", Holder.SHARED: "We share it"}


@dataclass(frozen=True)
class Starting:
    """One item: its key, its name, why it is there, who asks for it, who holds it first, whether a law needs it of every
    group, and how many months after it is in place someone looks again. `{host}` stands for the host's name."""

    key: str
    name: str
    why: str
    asks: str
    holder: Holder
    by_law: bool
    months: int = 12


SET = (
    # Charity Commission, "The essential trustee" (CC3), 4 and 7: trustees stay responsible for what is done in the
    # charity's name and with its money, so terms are agreed. No law asks that they be on paper.
    Starting(
        "hosting-agreement",
        "Our hosting agreement",
        "It says what {host} does for us, what we do, and how either of us can end it.",
        "The Charity Commission’s guide for trustees (CC3) asks {host} to know what is done in its name.",
        *(Holder.SHARED, False, 24),
    ),
    # Nobody's law. Funders of small groups ask for it, as The National Lottery Community Fund does in its guidance on who
    # can apply ("governing document").
    Starting(
        "group-agreement",
        "Our group agreement",
        "So we all know what we’re here for, and how we are with each other.",
        "No law. Some funders like to see one.",
        *(Holder.GROUP, False, 24),
    ),
    # Charity Governance Code (2020), principle 4, "Decision-making, risk and control": good practice, not law.
    Starting(
        "how-we-decide",
        "How we decide",
        "So everyone knows who says yes to what, and how to say no.",
        "No law. The Charity Governance Code recommends it.",
        *(Holder.GROUP, False, 24),
    ),
    # Charity Commission, "Safeguarding and protecting people for charities and trustees": part of the trustees' duties in
    # law, for all charities; Safeguarding Vulnerable Groups Act 2006 where there is regulated activity.
    Starting(
        "safeguarding",
        "Safeguarding",
        "So people who come to us are safe, and know whom to tell when something is wrong.",
        "The Charity Commission asks it of every charity: it is part of what trustees must do.",
        *(Holder.SHARED, True),
    ),
    # Employers' Liability (Compulsory Insurance) Act 1969, section 1: of whoever employs, which here is the host.
    Starting(
        "insurance",
        "Insurance",
        "It pays if someone is hurt, or something breaks, at what we do.",
        "The Employers’ Liability (Compulsory Insurance) Act 1969 asks it of {host}. Halls and councils ask for the rest.",
        *(Holder.HOST, True),
    ),
    # UK GDPR, article 5 (how data is treated) and article 24 (who is responsible); Data Protection Act 2018.
    Starting(
        "data-protection",
        "Data protection",
        "So what we know about people is kept safe, and no longer than we need it.",
        "UK GDPR and the Data Protection Act 2018.",
        *(Holder.SHARED, True),
    ),
    # Charity Commission, "Conflicts of interest: a guide for charity trustees" (CC29): a legal duty; Charities Act 2011,
    # sections 185 to 188, on paying trustees and those close to them. It is the floor's F4, too.
    Starting(
        "conflicts-of-interest",
        "Conflicts of interest",
        "So nobody has to decide about money for themselves or someone close.",
        "Charity law: the Charity Commission’s guide CC29.",
        *(Holder.SHARED, True),
    ),
    # Charity Commission, "Charities and risk management" (CC26): a must only for charities that are audited.
    Starting(
        "risk",
        "What could go wrong",
        "So we have thought about it before it happens, and know what we would do.",
        "The Charity Commission’s guide CC26 recommends it.",
        *(Holder.SHARED, False),
    ),
    # Charities Act 2011, sections 130 and 131: accounting records, kept for six years. Charity Commission, "Internal
    # financial controls for charities" (CC8).
    Starting(
        "money-rules",
        "Money rules",
        "So money is safe: two people see each payment, and the records are kept.",
        "The Charities Act 2011, and the Charity Commission’s guide CC8.",
        *(Holder.HOST, True),
    ),
    # Equality Act 2010, sections 20 and 29: reasonable adjustments, by whoever offers something to the public.
    Starting(
        "accessibility",
        "Accessibility",
        "So people can come, take part, and read what we write.",
        "The Equality Act 2010.",
        *(Holder.GROUP, True),
    ),
    # Licensing Act 2003, part 5 (temporary event notices): only of events with alcohol, entertainment or late food.
    Starting(
        "events",
        "Events",
        "So we know what to check before we do something in public.",
        "For some events the council, under the Licensing Act 2003.",
        *(Holder.GROUP, False),
    ),
    # Code of Fundraising Practice of the Fundraising Regulator: a complaints procedure, of whoever asks the public for
    # money. The Charity Commission recommends one to every charity.
    Starting(
        "complaints",
        "Complaints",
        "So anyone who is unhappy with us knows what to do, and is heard.",
        "The Fundraising Regulator’s code, where the public is asked for money.",
        *(Holder.SHARED, False, 24),
    ),
    # National Minimum Wage Act 1998; Income Tax (Earnings and Pensions) Act 2003 (PAYE): only once someone is paid.
    Starting(
        "paying-people",
        "Paying people",
        "So whoever works for us gets what the law says, and loses nothing by it.",
        "HMRC and the National Minimum Wage Act 1998, once we pay someone.",
        *(Holder.SHARED, False),
    ),
    # Nobody's law: what a good hosting agreement holds. Money given for a purpose stays for it (CC3, 7).
    Starting(
        "exit-plan",
        "Our exit plan",
        "So we can leave well when we want to, with our money and what is ours.",
        "No law. It is ours to ask for, and {host} promises to help.",
        *(Holder.SHARED, False),
    ),
)
BY_KEY = {one.key: one for one in SET}
OWN_MONTHS = 12  # until someone looks again at what a group added itself
