"""How much work the portal does, as ratios within one run: `make bench`. CPU time, children included; medians of rounds.

A ratio compares with what any such program must do at least: a constant Flask answer, hashing and writing a file, libjpeg.
"""

import gc
import hashlib
import io
import os
import re
import resource
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path

from flask import Flask
from PIL import Image, ImageDraw

from portal.activity import check_log
from portal.app import create_app
from portal.budget.models import BudgetLine
from portal.core import clock, pictures, wall
from portal.core.db import db
from portal.demo import seed
from portal.ledger import queries
from portal.ledger.models import Balance, Fund, JournalEntry, LineBalance, MonthBalance, Posting
from portal.people.models import Group, Person
from tests import make
from tests.autonomy.test_chain import long_log
from tests.client import Client
from tests.conftest import settings_for

ROUNDS = 15


def cpu() -> float:
    """CPU seconds of this process and its children that have ended."""
    ended = resource.getrusage(resource.RUSAGE_CHILDREN)
    return time.process_time() + ended.ru_utime + ended.ru_stime


def cost(work: Callable[[], object], times: int = 1) -> float:
    """CPU seconds of one call: the median of rounds of `times` calls each, after a warm-up round."""
    rounds = []
    for number in range(ROUNDS + 1):
        gc.collect()
        start = cpu()
        for _ in range(times):
            work()
        if number:
            rounds.append((cpu() - start) / times)
    return statistics.median(rounds)


def constant_app() -> Callable[[], object]:
    """The least a Flask application can do."""
    app = Flask("constant")
    app.add_url_rule("/", view_func=lambda: "hello")
    client = app.test_client()
    return lambda: client.get("/")


def photo(width: int, height: int, quality: int) -> bytes:
    """A textured photo of a receipt, as heavy as a phone's."""
    grain = [Image.effect_noise((width // 2, height // 2), 40).point(lambda value: min(255, value + 60)) for _ in "RGB"]
    image = Image.merge("RGB", grain).resize((width, height), Image.Resampling.BICUBIC)
    pen = ImageDraw.Draw(image)
    for line in range(20):
        pen.text(
            (width // 8, height // 10 + line * height // 25), "Milk and teabags 4.65", fill="black", font_size=height // 40
        )
    out = io.BytesIO()
    image.save(out, "JPEG", quality=quality)
    return out.getvalue()


def hash_and_write(content: bytes, folder: Path) -> None:
    """What keeping a file durably takes, and nothing else."""
    hashlib.sha256(content).hexdigest()
    path = folder / "new"
    with path.open("wb") as stream:
        stream.write(content)
        stream.flush()
        os.fsync(stream.fileno())
    path.replace(folder / "kept")


def least_jpeg(source: Path, folder: Path) -> None:
    """libjpeg-turbo's share of making a page and a thumbnail: a scaled decode, two sizes, two encodes."""
    with Image.open(source) as image:
        image.draft("RGB", (pictures.LONG_SIDE, pictures.LONG_SIDE))
        image.thumbnail((pictures.LONG_SIDE, pictures.LONG_SIDE), Image.Resampling.BICUBIC, reducing_gap=2.0)
        image.save(folder / "page.jpg", "JPEG", quality=78)
        image.thumbnail((pictures.THUMB_SIDE, pictures.THUMB_SIDE))
        image.save(folder / "thumb.jpg", "JPEG", quality=58)


def main() -> None:
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        app = create_app(settings_for(folder, PORTAL_DEMO="1", PORTAL_MAIL_URL="page:"))
        with app.app_context():
            seed.lay_out()
            kettle = db.session.scalars(db.select(Group).where(Group.slug == "tuesday-kettle")).one()
            marsha = db.session.scalars(db.select(Person).where(Person.name == "Marsha")).one()
            for number in range(20):
                make.receipt(kettle, marsha, amount_pence=100 + number)
            client = Client(app).as_(marsha)
            measure(app, client, folder)


def measure(app, client, folder: Path) -> None:
    show = "{:<44} {:>7.2f} ms   {:>5.1f} ×   (aim {})".format
    constant = cost(constant_app(), 200)
    print(f"{'a constant Flask answer':<44} {constant * 1000:>7.2f} ms")
    page = client.get("/g/tuesday-kettle/")
    home = cost(lambda: client.get("/g/tuesday-kettle/"), 20)
    print(show("home of a group", home * 1000, home / constant, 12))
    same = {"If-None-Match": page.headers["ETag"]}
    assert client.get("/g/tuesday-kettle/", headers=same).status_code == 304
    unchanged = cost(lambda: client.get("/g/tuesday-kettle/", headers=same), 40)
    print(show("home, unchanged by ETag", unchanged * 1000, unchanged / constant, 4))

    heavy = photo(4000, 3000, 88)
    five = heavy[:-2] + os.urandom(max(0, 5_000_000 - len(heavy))) + b"\xff\xd9"
    least = cost(lambda: hash_and_write(five, folder), 3)
    keys = iter(range(10**6))

    def upload():
        sent = {"receipt_key": f"bench-key-{next(keys):012}", "photo": (io.BytesIO(five), "photo.jpg")}
        assert client.post("/g/tuesday-kettle/receipts/", data=sent).status_code == 303

    boundary = cost(lambda: client.post("/healthz", data={"photo": (io.BytesIO(five), "photo.jpg")}), 3)
    took = cost(upload, 3)
    print(f"{'hash and write of ' + str(len(five) // 1000) + ' kB':<44} {least * 1000:>7.2f} ms")
    print(show("upload of the same (client’s own work off)", (took - boundary) * 1000, (took - boundary) / least, 3))

    source = folder / "photo.jpg"
    source.write_bytes(heavy)
    baseline = cost(lambda: least_jpeg(source, folder))

    # In a process of its own, as in the worker: the children of this one would first import the whole bench.
    told = subprocess.run(
        [sys.executable, "-c", f"from tests.bench import pages_cost; print(pages_cost({str(source)!r}))"],
        check=True,
        capture_output=True,
        text=True,
    )
    took = float(told.stdout)
    print(f"{'libjpeg-turbo on a 12-megapixel photo':<44} {baseline * 1000:>7.2f} ms")
    print(show("its safe pages, in a limited child", took * 1000, took / baseline, 3))

    log = list(long_log(100_000))
    least = cost(lambda: [hashlib.sha256(repr(entry).encode()).digest() for entry in log])
    took = cost(lambda: list(check_log.faults(iter(log))))
    print(f"{'one hash of each of 100,000 entries':<44} {least * 1000:>7.2f} ms")
    print(show("the log of 100,000 entries, checked", took * 1000, took / least, "5000 ms"))

    few, *_ = money_pages(client, 1_000)
    many, first, deepest, searched, deep_search = money_pages(client, 1_000_000)
    print(f"{'a group’s money with 1,000 postings':<44} {few * 1000:>7.2f} ms")
    print(show("the same with 1,000,000", many * 1000, many / few, 1.3))
    print(f"{'the first page of its movements':<44} {first * 1000:>7.2f} ms")
    print(show("the deepest", deepest * 1000, deepest / first, 1.5))
    print(f"{'a search through it that finds nothing':<44} {searched * 1000:>7.2f} ms")
    print(show("its deepest page", deep_search * 1000, deep_search / searched, 1.5))


def money_pages(client, postings: int) -> tuple[float, ...]:
    """CPU seconds of the Makers' money with so many postings: the Money page; the first page of movements and the deepest;
    a search's first page and its deepest."""
    group = db.session.scalars(db.select(Group).where(Group.slug == "makers-moving-on")).one()
    hana = db.session.scalars(db.select(Person).where(Person.name == "Hana")).one()
    big_ledger(group, postings)
    oldest = db.session.scalar(db.select(db.func.min(JournalEntry.id)).where(JournalEntry.group_id == group.id)) or 0
    db.session.remove()
    client.as_(hana)
    money = "/g/makers-moving-on/money/"
    first, deep = f"{money}movements/", f"{money}movements/?before={oldest + 40}"
    assert "Earlier ones" in client.get(deep).text
    search, further = f"{first}?q=nothing", f"{first}?q=nothing&before={oldest + queries.WINDOW}"
    return tuple(cost(lambda page=page: client.get(page), 5) for page in (money, first, deep, search, further))


def big_ledger(group: Group, postings: int) -> None:
    """Costs of a group until there are so many postings, over months and two budget lines, and their balances with them."""
    fund = db.session.scalars(db.select(Fund).where(Fund.group_id == group.id)).one()
    there = db.session.scalar(db.select(db.func.count()).select_from(Posting)) or 0
    first = (db.session.scalar(db.select(db.func.max(JournalEntry.id))) or 0) + 1
    own, today = {"group_id": group.id}, clock.today()
    with wall.opened(group.id):
        if db.session.scalar(db.select(BudgetLine.id).where(BudgetLine.group_id == group.id)) is None:
            db.session.add_all(
                BudgetLine(**own, fund_id=fund.id, name=name, planned_pence=3000_00) for name in ("Clay", "Kiln")
            )
            db.session.flush()
        lines = db.session.scalars(db.select(BudgetLine.id).where(BudgetLine.group_id == group.id)).all()
        last = first + (postings - there) // 2
        for start in range(first, last, 50_000):
            numbers = range(start, min(start + 50_000, last))
            made = {"kind": "cost", "made_at": clock.now()}
            db.session.execute(
                db.insert(JournalEntry),
                [
                    {**own, **made, "id": n, "on": today - timedelta(days=n % 230), "words": f"Clay {n % 977}"}
                    for n in numbers
                ],
            )
            sides = [
                {**own, "entry_id": n, "account": account, "fund_id": fund.id, "line_id": line, "pence": pence}
                for n in numbers
                for account, line, pence in (("cost", lines[n % 2], 1), ("bank", None, -1))
            ]
            db.session.execute(db.insert(Posting), sides)
        for table, keys in (
            (Balance, {"fund_id": Posting.fund_id, "account": Posting.account}),
            (LineBalance, {"line_id": Posting.line_id}),
            (MonthBalance, {"fund_id": Posting.fund_id, "month": db.func.date(JournalEntry.on, "start of month")}),
        ):
            db.session.execute(db.delete(table).where(table.group_id == group.id))
            sums = db.select(Posting.group_id, *keys.values(), db.func.sum(Posting.pence))
            sums = sums.where(Posting.group_id == group.id, Posting.fund_id.is_not(None))
            if table is MonthBalance:
                sums = sums.join(JournalEntry, JournalEntry.id == Posting.entry_id).where(Posting.account == "cost")
            if table is LineBalance:
                sums = sums.where(Posting.line_id.is_not(None))
            db.session.execute(
                db.insert(table).from_select(["group_id", *keys, "pence"], sums.group_by(Posting.group_id, *keys.values()))
            )
    db.session.commit()
    assert list(queries.faults()) == []


def pages_cost(source: str) -> float:
    """CPU seconds of making safe pages, the forkserver's children included."""

    def work():
        with pictures.make(Path(source), "jpeg"):
            pass

    work()  # the forkserver and its imports are up after the first
    server = forkserver_pid()
    before, own = children_cpu(server), cpu()
    for _ in range(ROUNDS):
        work()
    return (children_cpu(server) - before + cpu() - own) / ROUNDS


def forkserver_pid() -> int:
    from multiprocessing import forkserver

    return forkserver._forkserver._forkserver_pid  # type: ignore[attr-defined]


def children_cpu(pid: int) -> float:
    """CPU seconds of a process and of its children that have ended (proc(5), stat)."""
    fields = re.sub(r"\(.*\)", "x", Path(f"/proc/{pid}/stat").read_text()).split()
    return sum(int(field) for field in fields[13:17]) / os.sysconf("SC_CLK_TCK")


if __name__ == "__main__":
    main()
