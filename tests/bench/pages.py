"""A group's home, an upload and its safe pages, the log, the money."""

import hashlib
import io
import os
import re
import subprocess
import sys
import tempfile
from collections.abc import Callable
from pathlib import Path

from flask import Flask
from PIL import Image, ImageDraw

from portal.activity import check_log
from portal.app import create_app
from portal.core import pictures
from portal.core.db import db
from portal.demo import seed
from portal.people.models import Group, Person
from tests import make
from tests.autonomy.test_chain import long_log
from tests.bench.money import money_pages
from tests.bench.timing import ROUNDS, base, beside, cost, cpu
from tests.client import Client
from tests.installation import settings_for


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
    constant = cost(constant_app(), 200)
    base("a constant Flask answer", constant)
    home = cost(lambda: client.get("/g/tuesday-kettle/"), 20)
    beside("home of a group", home, constant)

    heavy = photo(4000, 3000, 88)
    five = heavy[:-2] + os.urandom(max(0, 5_000_000 - len(heavy))) + b"\xff\xd9"
    least = cost(lambda: hash_and_write(five, folder), 3)
    keys = iter(range(10**6))

    def upload():
        sent = {"receipt_key": f"bench-key-{next(keys):012}", "photo": (io.BytesIO(five), "photo.jpg")}
        assert client.post("/g/tuesday-kettle/receipts/", data=sent).status_code == 303

    boundary = cost(lambda: client.post("/healthz", data={"photo": (io.BytesIO(five), "photo.jpg")}), 3)
    took = cost(upload, 3)
    base("hash and write of " + str(len(five) // 1000) + " kB", least)
    beside("upload of the same (client’s own work off)", (took - boundary), least, 3)

    source = folder / "photo.jpg"
    source.write_bytes(heavy)
    baseline = cost(lambda: least_jpeg(source, folder))

    # In a process of its own, as in the worker: the children of this one would first import the whole bench.
    told = subprocess.run(
        [sys.executable, "-c", f"from tests.bench.pages import pages_cost; print(pages_cost({str(source)!r}))"],
        check=True,
        capture_output=True,
        text=True,
    )
    took = float(told.stdout)
    base("libjpeg-turbo on a 12-megapixel photo", baseline)
    beside("its safe pages, in a limited child", took, baseline, 3)

    log = list(long_log(100_000))
    least = cost(lambda: [hashlib.sha256(repr(entry).encode()).digest() for entry in log])
    took = cost(lambda: list(check_log.faults(iter(log))))
    base("one hash of each of 100,000 entries", least)
    beside("the log of 100,000 entries, checked", took, least, "5000 ms")

    few, *_ = money_pages(client, 1_000)
    many, first, deepest, searched, deep_search = money_pages(client, 1_000_000)
    base("a group’s money with 1,000 postings", few)
    beside("the same with 1,000,000", many, few, 1.3)
    base("the first page of its movements", first)
    beside("the deepest", deepest, first, 1.5)
    base("a search through it that finds nothing", searched)
    beside("its deepest page", deep_search, searched, 1.5)


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
