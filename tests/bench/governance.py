"""How a group runs, and the host's board: what a page costs with 1,000 groups beside what it costs with 10."""

import tempfile
from pathlib import Path

from portal.app import create_app
from portal.core import migrate
from portal.governance import jobs, queries
from portal.people.roles import Role
from tests import make
from tests.bench.timing import base, costs, within
from tests.client import Client
from tests.installation import settings_for

FEW, MANY = 10, 1_000
AIM = 1.5
STATUS, BOARD = "/g/group-0/how-we-run/", "/host/board/"
SETTINGS = {"PORTAL_SECRET": "a secret for a measurement, long enough", "PORTAL_MAIL_URL": "smtp://127.0.0.1:1"}


def measure() -> bool:
    """Print the ratios. Whether each is as it should be."""
    with tempfile.TemporaryDirectory() as name:
        (few, hosts_few, _), (many, hosts_many, middle) = (laid(Path(name) / str(count), count) for count in (FEW, MANY))
        with many.app.app_context():
            least, most, hosts_least, hosts_most, deep = costs(
                lambda: few.get(STATUS),
                lambda: many.get(STATUS),
                lambda: board(hosts_few),
                lambda: board(hosts_many),
                lambda: board(hosts_many, middle),
                times=10,
            )
    base(f"how a group runs, of {FEW} groups", least)
    held = within(f"the same with {MANY:,}", most, least, AIM)
    base(f"the host’s board, of {FEW} groups", hosts_least)
    held = within(f"the same with {MANY:,}", hosts_most, hosts_least, AIM) and held
    return within("a page from its middle", deep, hosts_least, AIM) and held


def laid(data: Path, count: int) -> tuple[Client, Client, str]:
    """An installation with so many groups, each of two organisers, the whole set laid in each: an organiser's browser, a
    coordinator's, and a place in the middle of the board."""
    data.mkdir()
    app = create_app(settings_for(data, **SETTINGS))
    with app.app_context():
        migrate.upgrade()
        imani = make.staff("Imani Okafor", Role.COORDINATOR)
        for number in range(count):
            make.group(f"Group {number}", organisers=(f"Org-{number}", f"Other-{number}"))
        while queries.groups_without(1):
            jobs.lay_out()
        after = ""
        for _ in range(count // queries.PAGE):
            after = queries.mark_of("carried", queries.board("carried", queries.mark("carried", after))[-1].item)
        return Client(app).as_(make.person("Org-0")), Client(app).as_(imani), after


def board(client: Client, after: str = "") -> None:
    """A page of the board, with its rows there."""
    page = client.get(BOARD, query_string={"after": after} if after else None)
    assert page.text.count('<li><a href="/host/board/') == queries.PAGE
