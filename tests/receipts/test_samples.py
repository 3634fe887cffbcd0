"""Every awkward and hostile file ends as it must, with words a tired person understands."""

import io
import os
import re
import resource
from datetime import timedelta

import pytest
import sqlalchemy as sa
import time_machine
from PIL import Image
from werkzeug.datastructures import FileStorage

from portal.core import clock, files, jobs, pictures, uploads
from portal.core.db import db
from portal.receipts.models import Picture, Question, Receipt
from tests import make
from tests.client import words
from tests.receipts.samples import GIVEN_UP, MARK, REFUSED, SAMPLES, TAKEN, Sample, jpeg, pdf, picture, with_place

pytestmark = pytest.mark.slow


@pytest.fixture
def dialect():
    """Files are the same on both databases: once is enough here."""
    return "sqlite"


@pytest.fixture
def phone(client, kettle):
    return client.as_(make.person("Marsha"))


def send(phone, *samples: tuple[str, bytes], **form):
    sent = [FileStorage(io.BytesIO(content), name, "files", "image/jpeg") for name, content in samples]
    return phone.post("/g/tuesday-kettle/receipts/", data={"key": "k" * 24, "files": sent} | form)


def only_picture() -> Picture:
    return db.session.scalars(sa.select(Picture)).one()


def served(phone, found: Picture, size: str = "1"):
    number = db.session.scalar(sa.select(Receipt.number).where(Receipt.id == found.receipt_id))
    return phone.get(f"/g/tuesday-kettle/receipts/{number}/pictures/{found.id}/{size}.jpg")


def opened(answer) -> Image.Image:
    return Image.open(io.BytesIO(answer.data))


@pytest.mark.parametrize("sample", SAMPLES, ids=str)
def test_each_sample_ends_as_it_must(phone, sample: Sample):
    answer = send(phone, (sample.name, sample.content()))
    if sample.becomes == REFUSED:
        assert answer.status_code == 422
        assert sample.says in words(answer)
        assert db.session.scalar(sa.select(sa.func.count()).select_from(Receipt)) == 0
        return
    assert answer.status_code == 303
    jobs.run_waiting()
    found = only_picture()
    page = words(phone.get(answer.location))
    if sample.becomes == GIVEN_UP:
        assert sample.says in found.failed_why
        assert found.failed_why in page
        assert found.original is None
        return
    assert (found.failed_why, len(found.pages), found.original) == (None, sample.pages, None)
    assert not re.search(r"[\x00-\x1f\u202e/\\]", found.shown_name)
    assert len(found.shown_name) <= 60
    for number in range(1, sample.pages + 1):
        kept = served(phone, found, str(number))
        assert opened(kept).format == "JPEG"
        assert MARK not in kept.data
        assert not opened(kept).getexif()
    assert not [path for path in files.store().folder.rglob("*") if path.is_file() and MARK in path.read_bytes()]


def test_every_kind_of_ending_is_tried():
    assert {sample.becomes for sample in SAMPLES} == {TAKEN, REFUSED, GIVEN_UP}


def test_one_bad_file_does_not_stop_the_rest(phone):
    answer = send(phone, ("a.jpg", jpeg()), ("empty.jpg", b""), ("b.jpg", with_place()))
    assert answer.status_code == 422
    assert db.session.scalar(sa.select(sa.func.count()).select_from(Receipt)) == 2
    text = words(answer)
    assert "empty.jpg That file is empty" in text
    assert text.count("We have it · R") == 2


def test_eleven_files_are_ten_and_a_word_about_the_last(phone):
    answer = send(phone, *((f"{number}.jpg", jpeg()) for number in range(11)))
    assert db.session.scalar(sa.select(sa.func.count()).select_from(Receipt)) == 10
    assert "Ten at a time" in words(answer)


def test_a_file_over_12_mb_is_refused_kindly(phone):
    answer = send(phone, ("big.jpg", jpeg() + bytes(12 * 2**20)))
    assert "bigger than 12 MB" in words(answer)


def test_nothing_sent_is_a_sentence(phone):
    assert "Choose a photo or a file first" in words(send(phone))


def test_a_refused_file_leaves_nothing_behind(phone):
    send(phone, ("empty.jpg", b""), ("cut.jpg", jpeg()[:5000]))
    assert [path for path in files.store().folder.rglob("*") if path.is_file()] == []


def test_a_photo_on_its_side_is_served_upright(phone):
    send(phone, ("side.jpg", with_place()))
    jobs.run_waiting()
    upright = opened(served(phone, only_picture()))
    assert upright.size == (600, 900)
    red, green, _ = upright.convert("RGB").getpixel((20, 20))
    assert red > 200
    assert green < 80


def test_cmyk_white_stays_white_and_16_bit_grey_stays_a_ramp(phone):
    samples = {sample.name: sample.content() for sample in SAMPLES}
    send(phone, ("cmyk.jpg", samples["cmyk.jpg"]), ("grey16.png", samples["grey16.png"]))
    jobs.run_waiting()
    cmyk, grey = (opened(served(phone, row)) for row in db.session.scalars(sa.select(Picture).order_by(Picture.id)).all())
    assert min(cmyk.convert("RGB").getpixel((500, 800))) > 245
    assert grey.convert("L").getpixel((64, 30)) < 90
    assert 100 < grey.convert("L").getpixel((128, 30)) < 156


def test_pictures_are_served_with_nothing_they_could_do(phone):
    send(phone, ("a.jpg", jpeg()))
    jobs.run_waiting()
    answer = served(phone, only_picture(), "thumb")
    assert answer.headers["Content-Security-Policy"] == "sandbox; default-src 'none'"
    assert answer.headers["X-Content-Type-Options"] == "nosniff"
    assert answer.headers["Content-Type"] == "image/jpeg"
    assert len(answer.data) < 6 * 1024
    again = served(phone, only_picture(), "thumb")
    assert again.headers["ETag"] == answer.headers["ETag"]


def test_a_bomb_makes_no_memory_jump(phone):
    bombs = [sample for sample in SAMPLES if "bomb" in sample.name or "huge" in sample.name]
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    for bomb in bombs:
        send(phone, (bomb.name, bomb.content()))
    jump = (resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before) / 1024
    assert jump < 90  # MiB; making the text bomb itself takes 64


def test_a_decoder_that_dies_is_a_polite_sentence(app):
    for death in (os.abort, os._exit):
        with pytest.raises(pictures.CantOpen, match="take it again"):
            pictures._in_child(death, *([9] if death is os._exit else []))


def test_what_was_cut_short_is_tidied_away_after_a_day(app):
    left = files.store().scratch()
    left.write_bytes(b"half a photo")
    uploads.forget_unfinished()
    assert left.exists()
    with time_machine.travel(clock.now() + timedelta(hours=25)):
        uploads.forget_unfinished()
    assert not left.exists()


def test_the_same_picture_looks_alike_after_another_encoding(phone):
    other = picture()
    out = io.BytesIO()
    other.resize((480, 720)).save(out, "JPEG", quality=60)
    send(phone, ("a.jpg", jpeg()), ("b.jpg", out.getvalue()), ("c.jpg", make.jpeg(text="quite another")))
    jobs.run_waiting()
    first, second, third = db.session.scalars(sa.select(Picture).order_by(Picture.id)).all()
    assert pictures.alike(first.looks, second.looks)
    assert not pictures.alike(first.looks, third.looks)


def test_two_bills_that_look_alike_are_not_asked_about(phone):
    for number, content in enumerate((pdf(), pdf(), pdf(2), make.jpeg(text="a"), make.jpeg(text="b"))):
        send(phone, (f"{number}.pdf", content + b"\n" * number), key=str(number) * 24)
    jobs.run_waiting()
    assert db.session.scalar(sa.select(sa.func.count()).select_from(Receipt)) == 5
    assert db.session.scalar(sa.select(sa.func.count()).select_from(Question)) == 0
