"""Who is who in the demo (shared demo data, all invented)."""

from portal.autonomy.areas import Area, Level
from portal.people.roles import Role

LETTERS = {"O": Level.ONLY_US, "A": Level.ASK_FIRST, "T": Level.TELL_AFTER, "Y": Level.YOU_DO}

# name, slug, organisers, helpers, levels in the areas' order, pots
GROUPS = (
    ("Tuesday Kettle", "tuesday-kettle", ("Marsha", "Joe"), ("Bernie",), "OATATAATA", ("Community Hands grant",)),
    ("The Quiet Allotment", "quiet-allotment", ("Wren",), (), "OOAYYTOOA", ("Donations",)),
    ("Nightshift Poets", "nightshift-poets", ("Ade", "Lily", "Tomasz"), (), "OOAAAOAAA", ("Small Things award",)),
    ("The Long Table", "long-table", ("Celestine", "Farah", "Joy"), (), "OOOOOOOOO", ("Gather Well grant",)),
    ("Hillfoot Queer Walkers", "hillfoot-walkers", ("Sam", "Kit"), (), "OATTTAOAA", ("Paths grant",)),
    (
        "Hearsay Collective",
        "hearsay-collective",
        ("Orla", "Mo", "Pri", "Dan"),
        (),
        "AAAATTTTA",
        ("Open Ear grant", "Zine donations"),
    ),
    ("Eastmoor Dads’ Table", "eastmoor-dads", ("Rafiq", "Stu"), (), "", ("Start Here grant",)),
    ("Makers Moving On", "makers-moving-on", ("Hana", "Bev"), (), "OOAOAOAAA", ("Make Do grant",)),
)

STAFF = (
    ("Imani Okafor", (Role.COORDINATOR,), "Hosted projects coordinator"),
    ("Glyn Parry", (Role.FINANCE,), "Finance, three days a week"),
    ("Sefa Tuilagi", (Role.COORDINATOR, Role.FINANCE), "Cover, and second release"),
    ("Noor Haddad", (Role.SAFEGUARDING,), "Safeguarding lead"),
    ("Beatrix Lund", (Role.TRUSTEE,), "Trustee"),
    ("Dev Anand", (Role.TRUSTEE,), "Trustee"),
)


def levels(letters: str) -> dict[Area, Level]:
    """A group's levels from their letters; none at all is the start levels."""
    return {area: LETTERS[letter] for area, letter in zip(Area, letters, strict=False)}


def address(name: str) -> str:
    """An invented address: marsha@example.org."""
    return f"{name.split(' ')[0].lower()}@example.org"
