"""What a receipt of the demo tells, and about a dozen more of each group: the months before R100, and yesterday after R112.

What is paid of them is part of what was spent in the demo, what is ready or being checked of what is
promised: no sum moves by them.
"""

from collections.abc import Iterator
from dataclasses import dataclass, field, replace

from portal.receipts.models import Asks

FIRST_NEW = 114  # R113 waits on Kit's phone


@dataclass(frozen=True)
class Told:
    """One receipt of the demo, as its list tells it. Days count back from today. `pot`: one that isn't the group's first.

    `to`: who is paid, where it was asked for, a person of the group's or a shop; `yes`: who agreed to it; `line`: the
    budget line it is on.
    """

    number: int
    slug: str
    by: str
    shop: str
    lines: tuple[tuple[str, int], ...]
    days_ago: int
    label: str | None = None
    code: str | None = None
    accepted: bool = False
    paid_days_ago: int | None = None
    why_none: str | None = None
    note: str | None = None
    blurred: bool = False
    asks: Asks | None = None
    words: str | None = None
    held: dict | None = field(default=None, compare=False)
    fund: bool = True
    pot: str | None = None
    to: str | None = None
    yes: str | None = None
    line: str | None = None

    @property
    def pence(self) -> int:
        return sum(pence for _, pence in self.lines)

    @property
    def is_promised(self) -> bool:
        """Whether its money is promised: agreed to, and not paid yet."""
        return self.yes is not None and self.paid_days_ago is None


# The accounts are the banks' own published test numbers; none of them exists. Who isn't here has one in `costs.py`.
ACCOUNTS = {
    "Marsha": "089999 66374958",
    "Joe": "200915 41011166",
    "Corner Grocer": "827101 28748352",
    "Ashbrook Village Hall": "107999 88837491",
    "Wren": "202959 63748472",
    "Fernside Nursery": "938600 42368003",
    "Ade": "089999 66374958",
    "Lily": "107999 88837491",
    "Roomtone Video": "118765 64371389",
    "Farah": "871427 46238510",
    "Joy": "202959 63748472",
    "Community Kitchen": "820000 73688637",
    "Childminding": "134020 63849203",
    "Sam": "107999 88837491",
    "Kit": "827101 28748352",
    "Dale Minibus Hire": "134020 63849203",
    "Orla": "089999 66374958",
    "Dan": "107999 88837491",
    "Inkwell Print": "118765 64371389",
    "Captions and a quiet room": "820000 73688637",
    "Rafiq": "202959 63748472",
    "Stu": "827101 28748352",
    "Hana": "871427 46238510",
    "Bev": "089999 66374958",
    "Workshop rent": "134020 63849203",
    "Clayworks": "820000 73688637",
}
PEOPLE = frozenset("Marsha Joe Wren Ade Lily Farah Joy Sam Kit Orla Dan Rafiq Stu Hana Bev".split())

# By whom it was sent, where from, what, pence, how many days ago, under which code and on which line; who said yes, and who
# is paid where it isn't whoever sent it. All paid.
PAID = {
    "tuesday-kettle": (
        ("Marsha", "Ashbrook Village Hall", "Hall hire, August", 90_00, 116, "5300", "Room", "Joe",
         "Ashbrook Village Hall"),
        ("Joe", "Corner Grocer", "Tea, milk, biscuits", 14_35, 108, "5100", "Food", "Marsha", None),
        ("Marsha", "Corner Grocer", "Soup and bread", 23_80, 97, "5100", "Food", "Joe", None),
        ("Joe", "Ashbrook Stationers", "Paints and paper", 31_49, 90, "5200", "Materials", "Marsha", None),
        ("Marsha", "Ashbrook Village Hall", "Hall hire, September", 90_00, 86, "5300", "Room", "Joe",
         "Ashbrook Village Hall"),
        ("Joe", "Ashbrook Buses", "Day tickets x4", 19_20, 74, "5400", "Travel", "Marsha", None),
        ("Marsha", "Corner Grocer", "Coffee and fruit", 17_65, 66, "5100", "Food", "Joe", None),
        ("Marsha", "Ashbrook Village Hall", "Hall hire, October", 90_00, 55, "5300", "Room", "Joe",
         "Ashbrook Village Hall"),
        ("Joe", "Corner Grocer", "Cups and milk", 9_95, 48, "5200", "Materials", "Marsha", None),
        ("Marsha", "Corner Grocer", "Soup and bread", 26_10, 37, "5100", "Food", "Joe", None),
        ("Joe", "Ashbrook Buses", "Day tickets x3", 14_40, 30, "5400", "Travel", "Marsha", None),
    ),
    "quiet-allotment": (
        ("Wren", "Fernside Nursery", "Seed potatoes", 12_40, 115, "5200", None, "Wren", "Fernside Nursery"),
        ("Wren", "Fernside Nursery", "Netting", 21_00, 104, "5200", None, "Wren", "Fernside Nursery"),
        ("Wren", "Fernside Nursery", "Garden twine x3", 4_50, 95, "5200", None, "Wren", "Fernside Nursery"),
        ("Wren", "Fernside Nursery", "Watering can", 16_80, 84, "5200", None, "Wren", "Fernside Nursery"),
        ("Wren", "Fernside Nursery", "Work gloves x5", 9_75, 73, "5200", None, "Wren", "Fernside Nursery"),
        ("Wren", "Fernside Nursery", "Bean seeds", 6_20, 62, "5200", None, "Wren", "Fernside Nursery"),
        ("Wren", "Fernside Nursery", "Hose, 15 m", 24_99, 51, "5200", None, "Wren", "Fernside Nursery"),
        ("Wren", "Fernside Nursery", "Garlic to plant", 8_35, 40, "5200", None, "Wren", "Fernside Nursery"),
        ("Wren", "Fernside Nursery", "Plant labels", 3_99, 31, "5200", None, "Wren", "Fernside Nursery"),
    ),
    "nightshift-poets": (
        *(
            ("Lily", "Roomtone Video", f"Video calls, {month}", 11_99, days, "5700", None, "Ade", "Roomtone Video")
            for month, days in (("July", 114), ("August", 96), ("September", 66), ("October", 35))
        ),
        ("Ade", "Ashbrook Phones", "Headset", 18_99, 103, "5700", None, "Lily", None),
        ("Lily", "Ashbrook Phones", "Data for calls", 10_00, 79, "5700", None, "Ade", None),
        ("Ade", "Ashbrook Phones", "Data for calls", 10_00, 58, "5700", None, "Lily", None),
        ("Lily", "Ashbrook Phones", "Data for calls", 10_00, 44, "5700", None, "Ade", None),
        ("Ade", "Ashbrook Phones", "Cable", 5_99, 32, "5700", None, "Lily", None),
    ),
    "long-table": (
        ("Farah", "Merkato Spices", "Teff flour x4", 27_60, 113, "5100", None, "Celestine", None),
        ("Joy", "Community Kitchen", "Kitchen, three evenings", 135_00, 101, "5300", None, "Farah", "Community Kitchen"),
        ("Farah", "Merkato Spices", "Lentils and oil", 33_15, 93, "5100", None, "Joy", None),
        ("Joy", "Ashbrook Market", "Plantain and greens", 29_40, 82, "5100", None, "Farah", None),
        ("Joy", "Childminding", "Two evenings", 84_00, 70, "5500", None, "Celestine", "Childminding"),
        ("Farah", "Ashbrook Market", "Fish and limes", 41_75, 61, "5100", None, "Joy", None),
        ("Joy", "Community Kitchen", "Kitchen, three evenings", 135_00, 50, "5300", None, "Farah", "Community Kitchen"),
        ("Farah", "Merkato Spices", "Spices", 19_85, 39, "5100", None, "Celestine", None),
        ("Joy", "Childminding", "One evening", 42_00, 29, "5500", None, "Farah", "Childminding"),
    ),
    "hillfoot-walkers": (
        ("Sam", "Dale Minibus Hire", "Minibus, one day", 52_00, 112, "5400", None, "Kit", "Dale Minibus Hire"),
        ("Kit", "Hillfoot Tea Room", "Tea for twelve", 31_20, 111, "5100", None, "Sam", None),
        ("Kit", "Ashbrook Outdoors", "Map and a whistle", 14_98, 99, "5200", None, "Sam", None),
        ("Sam", "Dale Minibus Hire", "Minibus, one day", 52_00, 83, "5400", None, "Kit", "Dale Minibus Hire"),
        ("Kit", "Hillfoot Tea Room", "Tea for ten", 26_00, 82, "5100", None, "Sam", None),
        ("Sam", "Ashbrook Buses", "Day tickets x5", 24_00, 68, "5400", None, "Kit", None),
        ("Sam", "Dale Minibus Hire", "Minibus, one day", 52_00, 54, "5400", None, "Kit", "Dale Minibus Hire"),
        ("Kit", "Hillfoot Tea Room", "Soup for nine", 40_50, 53, "5100", None, "Sam", None),
        ("Sam", "Ashbrook Outdoors", "First aid things", 12_75, 33, "5200", None, "Kit", None),
    ),
    "hearsay-collective": (
        ("Orla", "Ashbrook Trains", "To the open day x2", 38_60, 115, "5400", "Travel", "Mo", None),
        ("Dan", "Inkwell Print", "Flyers x500", 64_00, 102, "5600", "Print", "Orla", "Inkwell Print"),
        ("Orla", "Captions and a quiet room", "Summer event", 145_00, 92, "5900", "Access", "Pri",
         "Captions and a quiet room"),
        ("Dan", "Ashbrook Trains", "A speaker’s ticket", 27_80, 80, "5400", "Travel", "Mo", None),
        ("Dan", "Inkwell Print", "Zine, issue 6", 285_00, 69, "5600", "Print", "Mo", "Inkwell Print"),
        ("Orla", "Captions and a quiet room", "Autumn event", 145_00, 52, "5900", "Access", "Dan",
         "Captions and a quiet room"),
        ("Orla", "Ashbrook Stationers", "Paper and pens", 18_45, 43, "5600", "Print", "Pri", None),
        ("Dan", "Post Office", "Large letters x9", 13_95, 34, "5600", None, "Orla", None),
        ("Dan", "Post Office", "Parcel to a reader", 5_35, 28, "5600", None, "Mo", None),
    ),
    "eastmoor-dads": (
        ("Stu", "Morning Café", "Breakfast for six", 18_20, 88, "5100", None, "Rafiq", None),
        ("Rafiq", "Morning Café", "Breakfast for seven", 21_35, 81, "5100", None, "Stu", None),
        ("Stu", "Morning Café", "Breakfast for five", 16_90, 74, "5100", None, "Rafiq", None),
        ("Rafiq", "Corner Grocer", "Eggs and bread", 11_45, 67, "5100", None, "Stu", None),
        ("Stu", "Morning Café", "Breakfast for seven", 22_10, 60, "5100", None, "Rafiq", None),
        ("Rafiq", "Corner Grocer", "Juice and fruit", 9_60, 53, "5100", None, "Stu", None),
        ("Stu", "Morning Café", "Breakfast for eight", 24_80, 46, "5100", None, "Rafiq", None),
        ("Rafiq", "Corner Grocer", "Pancake things", 8_15, 39, "5100", None, "Stu", None),
        ("Stu", "Morning Café", "Breakfast for six", 19_75, 32, "5100", None, "Rafiq", None),
    ),
    "makers-moving-on": (
        ("Bev", "Workshop rent", "Rent, July", 160_00, 114, "5300", None, "Hana", "Workshop rent"),
        ("Hana", "Clayworks", "Clay, 50 kg", 62_50, 106, "5200", None, "Bev", "Clayworks"),
        ("Bev", "Ashbrook Tools", "Hand tools", 47_98, 94, "5200", None, "Hana", None),
        ("Bev", "Workshop rent", "Rent, August", 160_00, 85, "5300", None, "Hana", "Workshop rent"),
        ("Hana", "Clayworks", "Kiln hire, September", 187_80, 72, "5200", None, "Bev", "Clayworks"),
        ("Bev", "Workshop rent", "Rent, September", 160_00, 56, "5300", None, "Hana", "Workshop rent"),
        ("Hana", "Ashbrook Tools", "Aprons x6", 54_00, 47, "5200", None, "Bev", None),
        ("Hana", "Clayworks", "Glazes", 38_75, 41, "5200", None, "Bev", "Clayworks"),
        ("Bev", "Workshop rent", "Rent, October", 160_00, 27, "5300", None, "Hana", "Workshop rent"),
    ),
}  # fmt: skip
FROM_ZINE = frozenset({"Large letters x9", "Parcel to a reader"})  # the pot that isn't Hearsay's first

NONE = "They don’t give one"
# What isn't paid: the older ones, which the groups have only shown us, and what came in yesterday and today.
OPEN = (
    Told(0, "tuesday-kettle", "Bernie", "Ashbrook Buses", (("Bus home", 240),), 25, why_none=NONE),
    Told(0, "quiet-allotment", "Wren", "Ashbrook Buses", (("Bus with the seedlings", 480),), 24, why_none=NONE),
    Told(0, "long-table", "Celestine", "Ashbrook Market", (("Onions, a sack", 875),), 23, label="onions"),
    Told(0, "makers-moving-on", "Bev", "Ashbrook Tools", (("Sandpaper", 620),), 22, label="sandpaper"),
    Told(0, "quiet-allotment", "Wren", "Fernside Nursery", (("Broad beans", 345),), 1, label="beans"),
    Told(0, "quiet-allotment", "Wren", "Fernside Nursery", (("Fleece", 1150),), 1, label="fleece"),
    Told(0, "nightshift-poets", "Ade", "Ashbrook Phones", (("Data for calls", 1000),), 1, label="data"),
    Told(0, "nightshift-poets", "Lily", "Ashbrook Phones", (("Adapter", 899),), 1, label="adapter", asks=Asks.WHAT_FOR,
         words="Is it for the calls?"),
    Told(0, "nightshift-poets", "Tomasz", "Ashbrook Phones", (("Phone stand", 650),), 0, label="stand"),
    Told(0, "long-table", "Joy", "Community Kitchen", (("Kitchen, one evening", 4500),), 1, label="our kitchen",
         code="5300", accepted=True, to="Community Kitchen", yes="Farah"),
    Told(0, "long-table", "Farah", "Ashbrook Market", (("Okra and rice", 3265),), 1, label="meal", to="Farah", yes="Joy"),
    Told(0, "hillfoot-walkers", "Kit", "Hillfoot Tea Room", (("Tea for eight", 2080),), 1, label="tea"),
    Told(0, "hillfoot-walkers", "Sam", "Ashbrook Outdoors", (("Rain cover", 1199),), 1, label="cover", asks=Asks.WHAT_FOR),
    Told(0, "hillfoot-walkers", "Kit", "Ashbrook Buses", (("Day tickets x2", 960),), 0, why_none=NONE),
    Told(0, "hearsay-collective", "Orla", "Captions and a quiet room", (("Talk, captioned", 8500),), 1, label="captions",
         code="5900", accepted=True, to="Captions and a quiet room", yes="Mo", line="Access"),
    Told(0, "hearsay-collective", "Dan", "Ashbrook Trains", (("A speaker’s ticket", 3640),), 1, label="train", to="Dan",
         yes="Orla", line="Travel"),
    Told(0, "hearsay-collective", "Pri", "Ashbrook Buses", (("Bus to the printer", 480),), 0, why_none=NONE),
    Told(0, "eastmoor-dads", "Rafiq", "Corner Grocer", (("Eggs and bread", 1290),), 1, label="eggs", to="Rafiq"),
    Told(0, "eastmoor-dads", "Stu", "Corner Grocer", (("Coffee", 699),), 1, label="coffee"),
    Told(0, "eastmoor-dads", "Rafiq", "Ashbrook Buses", (("Bus with the pans", 480),), 0, why_none=NONE),
    Told(0, "makers-moving-on", "Hana", "Ashbrook Tools", (("Brushes", 1435),), 1, label="brushes", asks=Asks.WHAT_FOR,
         words="Are they for the class or for the stall?"),
    Told(0, "makers-moving-on", "Bev", "Ashbrook Tools", (("Wood glue", 1175),), 0, label="glue"),
)  # fmt: skip


def _paid() -> Iterator[Told]:
    for slug, rows in PAID.items():
        for by, shop, what, pence, days_ago, code, line, yes, to in rows:
            pot = "Zine donations" if what in FROM_ZINE else None
            label, paid_days_ago = what.partition(",")[0].lower(), days_ago - 6
            told = Told(0, slug, by, shop, ((what, pence),), days_ago, label, code, accepted=True, pot=pot, line=line)
            yield replace(told, paid_days_ago=paid_days_ago, to=to or by, yes=yes)


def _numbered() -> tuple[Told, ...]:
    """The older ones up to R99, the newer ones from R114 on, each in the order they came in."""
    every = sorted((*_paid(), *OPEN), key=lambda told: -told.days_ago)
    older = [told for told in every if told.days_ago > 1]
    newer = [told for told in every if told.days_ago <= 1]
    numbers = (*range(100 - len(older), 100), *range(FIRST_NEW, FIRST_NEW + len(newer)))
    return tuple(replace(told, number=number) for number, told in zip(numbers, (*older, *newer), strict=True))


RECEIPTS = _numbered()
