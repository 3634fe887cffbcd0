"""The nine areas, the four levels, the five outcomes and the floor, as the autonomy guide has them."""

from enum import StrEnum


class Area(StrEnum):
    """What a group decides about, in the guide's order."""

    STORY = "story"
    PEOPLE = "people"
    SPENDING = "spending"
    BUDGET = "budget"
    RECEIPTS = "receipts"
    DOCUMENTS = "documents"
    VISIBILITY = "visibility"
    CONTACT = "contact"
    SUPPORT = "support"


class Level(StrEnum):
    """How much staff may do in an area, tightest first."""

    ONLY_US = "only_us"
    ASK_FIRST = "ask_first"
    TELL_AFTER = "tell_after"
    YOU_DO = "you_do"


class Outcome(StrEnum):
    """What the policy answers."""

    ALLOW = "allow"
    PROPOSE = "propose"
    ALLOW_TELL = "allow_tell"
    ALLOW_LIST = "allow_list"
    DENY = "deny"


class Duty(StrEnum):
    """The standing floor: what the host must do at every level, listed to the group. F6 to F10 need break-glass."""

    F1 = "F1"
    F2 = "F2"
    F3 = "F3"
    F4 = "F4"
    F5 = "F5"


AREA_WORDS = {
    Area.STORY: "Our name and story",
    Area.PEOPLE: "Who’s in our group",
    Area.SPENDING: "How we spend",
    Area.BUDGET: "Our budget",
    Area.RECEIPTS: "Our receipts and labels",
    Area.DOCUMENTS: "Our documents",
    Area.VISIBILITY: "Who sees us",
    Area.CONTACT: "When you contact us",
    Area.SUPPORT: "Support conversations",
}
LEVEL_WORDS = {
    Level.ONLY_US: "Only us",
    Level.ASK_FIRST: "Ask us first",
    Level.TELL_AFTER: "Tell us, we can undo",
    Level.YOU_DO: "You look after it",
}
STAFF_LEVEL_WORDS = {
    Level.ONLY_US: "Only them",
    Level.ASK_FIRST: "Ask them first",
    Level.TELL_AFTER: "Tell them, they can undo",
    Level.YOU_DO: "You look after it",
}
DUTY_WORDS = {
    Duty.F1: "The host keeps accounts and records for 6 years after the year’s end.",
    Duty.F2: "The host holds a payment that is unlawful, outside the charity’s purposes or the fund’s terms.",
    Duty.F3: "The host checks who is paid; two people there release money.",
    Duty.F4: "Nobody decides on money for themselves or someone close.",
    Duty.F5: "No new spending when a fund has nothing left.",
}
# The floor that needs two people at the host, a reason and an end each time (`breakglass`).
BREAK_GLASS_WORDS = {
    "F6": "Serious harm, or safeguarding",
    "F7": "Someone’s data rights, or a data breach",
    "F8": "A complaint, or a serious incident",
    "F9": "The law, a court, a regulator, tax, or a grant audit",
    "F10": "Keeping an account secure",
}
FLOOR_REASONS = {
    "F1": "Charity and tax law ask for them.",
    "F2": "Money given for one purpose can’t be spent on another.",
    "F3": "So that no one person, and nobody who poses as a payee, can take it.",
    "F4": "So that nobody has to wonder who gains, and whoever decides is safe too.",
    "F5": "Nobody can promise money that isn’t there.",
    "F6": "Keeping someone safe comes first.",
    "F7": "Everyone has a right to what is kept about them, and a breach is put right within days.",
    "F8": "A complaint is heard by more people than those it is about.",
    "F9": "These can require things of a charity, and of a group through it.",
    "F10": "A stolen way in would harm everyone in the group.",
}
START = {
    Area.STORY: Level.ONLY_US,
    Area.PEOPLE: Level.ONLY_US,
    Area.SPENDING: Level.ASK_FIRST,
    Area.BUDGET: Level.ASK_FIRST,
    Area.RECEIPTS: Level.ASK_FIRST,
    Area.DOCUMENTS: Level.ASK_FIRST,
    Area.VISIBILITY: Level.ONLY_US,
    Area.CONTACT: Level.ASK_FIRST,
    Area.SUPPORT: Level.ASK_FIRST,
}
START_LIMIT_EACH = 100_00  # pence a cost, then pence a month, that staff may say yes to for the group
START_LIMIT_MONTH = 300_00
