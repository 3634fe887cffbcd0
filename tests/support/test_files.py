"""Photos, PDFs and voice notes in a request: made safe, for those who read it alone, and never lost on the way."""

import io
import re
from datetime import timedelta

import av
import pytest
import sqlalchemy as sa
import time_machine
from PIL import Image
from werkzeug.datastructures import FileStorage

from portal.activity.models import Entry
from portal.autonomy.door import Mistake, NotHere
from portal.core import clock, files, jobs, sounds
from portal.core.db import db
from portal.people.roles import Role
from portal.support import actions
from portal.support import jobs as work
from portal.support.models import Attachment, DraftFile, Message, Request, RequestDraft
from tests import make
from tests.client import Client, words
from tests.receipts.samples import GIVEN_UP, MARK, REFUSED, Sample, jpeg, pdf, with_place
from tests.receipts.samples import SAMPLES as PICTURES
from tests.support.sounds import SOUNDS, claims_ten_hours, hurried, m4a, webm

pytestmark = pytest.mark.slow

ASK, THREAD = "/g/tuesday-kettle/support/ask", "/g/tuesday-kettle/support"
PAPER = re.compile(r'href="([^"]+/paper)"')
ONCE = pytest.mark.parametrize("dialect", ["sqlite"], indirect=True)  # files are the same on both databases


@pytest.fixture
def imani(app):
    return make.staff("Imani", Role.COORDINATOR)


@pytest.fixture
def phone(client, kettle, imani):
    """Marsha's, who asks."""
    return client.as_(make.person("Marsha"))


@pytest.fixture
def desk(app, phone, imani):
    """Imani's, whose the Kettle's requests are."""
    return Client(app).as_(imani)


@pytest.fixture
def asked(kettle, imani) -> Request:
    """A request of Marsha's."""
    return actions.ask(make.actor(make.person("Marsha")), kettle, key="a" * 32, words="The kettle broke.")


def sent(*named: tuple[str, bytes], **form) -> dict:
    """A form with these files, as a browser sends it."""
    content = [FileStorage(io.BytesIO(content), name, "files", "audio/webm") for name, content in named]
    return {"key": "k" * 32, "files": content} | form


def ask(phone, *named, **form):
    return phone.post(f"{ASK}/what", data=sent(*named, send="now", **form))


def say(phone, request, *named, **form):
    return phone.post(f"{THREAD}/{request.number}/messages", data=sent(*named, **form))


def only(model):
    return db.session.scalars(sa.select(model)).one()


def count(model) -> int:
    return db.session.scalar(sa.select(sa.func.count()).select_from(model))


def kept_bytes() -> list[bytes]:
    """Everything in the store."""
    return [path.read_bytes() for path in files.store().folder.rglob("*") if path.is_file()]


def served(browser, attachment, size, **headers):
    number = db.session.scalar(sa.select(Request.number).where(Request.id == attachment.request_id))
    return browser.get(f"{THREAD}/{number}/files/{attachment.id}/{size}", headers=headers)


def plays(content: bytes) -> float:
    """Decode an MP3 of ours: its seconds. It holds one mono sound and not a word beside it."""
    assert content[:3] != b"ID3"
    assert content[-128:-125] != b"TAG"
    with av.open(io.BytesIO(content), format="mp3") as opened:
        (stream,) = opened.streams
        assert (stream.type, stream.codec_context.name, stream.codec_context.channels) == ("audio", "mp3float", 1)
        assert (dict(opened.metadata), dict(stream.metadata)) == ({}, {})
        return sum(frame.samples for frame in opened.decode(audio=0)) / stream.rate


@ONCE
@pytest.mark.parametrize("sample", SOUNDS, ids=str)
def test_each_sound_ends_as_it_must(phone, asked, sample: Sample):
    answer = say(phone, asked, (sample.name, sample.content()))
    if sample.becomes == REFUSED:
        assert answer.status_code == 422
        assert sample.says in words(answer)
        assert (count(Attachment), count(DraftFile), kept_bytes()) == (0, 0, [])
        return
    assert answer.status_code == 303
    jobs.run_waiting()
    found = only(Attachment)
    assert found.original is None
    page = words(phone.get(answer.location))
    if sample.becomes == GIVEN_UP:
        assert sample.says in found.failed_why
        assert found.failed_why in page
        assert kept_bytes() == []
        return
    sound = served(phone, found, "sound")
    assert sound.content_type == "audio/mpeg"
    assert plays(sound.data) == pytest.approx(found.seconds, abs=1.1)
    assert f"A voice note, {found.seconds} seconds" in page
    assert kept_bytes() == [sound.data]
    assert MARK not in sound.data
    assert not re.search(r"[\x00-\x1f/\\]", found.shown_name)


@ONCE
@pytest.mark.parametrize("sample", PICTURES, ids=str)
def test_each_picture_ends_as_with_a_receipt(phone, asked, sample: Sample):
    answer = say(phone, asked, (sample.name, sample.content()))
    if sample.becomes == REFUSED:
        assert answer.status_code == 422
        assert sample.says in words(answer)
        assert (count(Attachment), kept_bytes()) == (0, [])
        return
    assert answer.status_code == 303
    jobs.run_waiting()
    found = only(Attachment)
    if sample.becomes == GIVEN_UP:
        assert sample.says in found.failed_why
        assert "costs" not in found.failed_why
        assert kept_bytes() == []
        return
    assert (found.failed_why, len(found.pages), found.original) == (None, sample.pages, None)
    for number in range(1, sample.pages + 1):
        page = served(phone, found, number)
        assert Image.open(io.BytesIO(page.data)).format == "JPEG"
        assert not Image.open(io.BytesIO(page.data)).getexif()
    assert not [content for content in kept_bytes() if MARK in content]


@ONCE
def test_a_sound_is_refused_where_receipts_are_taken(phone):
    file = FileStorage(io.BytesIO(m4a()), "memo.m4a", "files", "audio/mp4")
    answer = phone.post("/g/tuesday-kettle/receipts/", data={"key": "k" * 32, "files": file})
    assert answer.status_code == 422
    assert "photos (JPEG, PNG, HEIC, WebP, TIFF) and PDFs. This is something else." in words(answer)


@ONCE
def test_a_sound_that_takes_its_reader_too_long_or_too_much_is_a_polite_sentence(app, tmp_path):
    for death in (_eats, _exits):
        with pytest.raises(sounds.CantPlay, match="record it again"):
            sounds._in_child(death)


@ONCE
def test_a_sound_that_plays_for_longer_than_it_says_is_too_long(app, tmp_path):
    sent = tmp_path / "hurried.webm"
    sent.write_bytes(hurried())
    assert sounds.length_of(sent, "webm") < 60
    with pytest.raises(sounds.CantPlay, match="longer than 5 minutes"), sounds.make(sent, "webm"):
        pass


def _eats():
    return len(bytes(2**30))


def _exits():
    raise SystemExit(9)


@pytest.mark.parametrize(
    ("content", "name", "gist"),
    [(webm, "v.webm", "A voice note"), (jpeg, "p.jpg", "A photo"), (pdf, "p.pdf", "A PDF")],
)
def test_a_file_alone_is_enough_to_ask(phone, content, name, gist):
    answer = ask(phone, (name, content()))
    assert answer.status_code == 303
    request, message = only(Request), only(Message)
    assert (request.gist, message.words, only(Attachment).message_id) == (gist, None, message.id)
    assert (count(DraftFile), count(RequestDraft)) == (0, 0)
    assert gist in words(phone.get(f"{THREAD}/"))


def test_nothing_at_all_is_a_sentence_for_whoever_writes(phone, desk, asked, kettle):
    assert "Write a few words, add a photo or a voice note, or ask us to call you." in words(ask(phone))
    assert "Write a few words, or add a photo or a voice note." in words(say(phone, asked))
    answer = desk.post(f"/host/requests/{asked.number}/replies", data=sent(seen=asked.moved_at.isoformat()))
    assert answer.status_code == 422
    assert "Write a few words, or add a photo or a voice note." in words(answer)
    assert count(Message) == 1


def test_what_is_begun_keeps_its_files_until_it_is_sent(phone, kettle):
    phone.post(f"{ASK}/what", data=sent(("kettle.jpg", jpeg()), ("v.webm", webm())))
    page = words(phone.get(ASK))
    assert "kettle.jpg" in page
    assert "A voice note, 2 seconds" in page
    assert "kettle.jpg" not in words(Client(phone.app).as_(make.person("Joe")).get(ASK))  # theirs alone
    photo, voice = db.session.scalars(sa.select(DraftFile).order_by(DraftFile.id)).all()
    again = {"shown": [photo.id, voice.id], "kept": [voice.id], "key": "l" * 32, "words": "It broke."}
    phone.post(f"{ASK}/what", data=again)
    assert only(DraftFile).id == voice.id
    assert phone.post(f"{ASK}/about", data={"key": "m" * 32, "about": ""}).status_code == 303
    jobs.run_waiting()
    assert (only(Attachment).kind, count(DraftFile)) == ("webm", 0)
    assert len(kept_bytes()) == 1
    assert plays(kept_bytes()[0]) == pytest.approx(2, abs=0.2)


def test_thrown_away_with_its_files(phone):
    phone.post(f"{ASK}/what", data=sent(("v.webm", webm()), words="It broke."))
    assert len(kept_bytes()) == 1
    phone.post(f"{ASK}/nothing")
    jobs.run_waiting()
    assert (count(DraftFile), count(RequestDraft), kept_bytes()) == (0, 0, [])


def test_a_second_tap_sends_nothing_twice(phone, asked):
    first = ask(phone, ("v.webm", sound := webm()), words="Listen.")
    assert ask(phone, ("v.webm", sound), words="Listen.").location == first.location
    for _ in range(2):
        assert say(phone, asked, ("v.webm", sound), words="And this.").status_code == 303
    jobs.run_waiting()
    assert (count(Request), count(Message), count(Attachment)) == (2, 3, 2)
    assert (count(DraftFile), count(RequestDraft), len(kept_bytes())) == (0, 0, 2)


def test_when_one_cannot_be_taken_the_words_and_the_others_are_kept(phone, asked, kettle):
    answer = say(phone, asked, ("notes.mp3", b"milk, teabags" * 9), ("v.webm", webm()), words="Two things to hear.")
    assert answer.status_code == 422
    text = words(answer)
    assert "notes.mp3: We can take photos, PDFs and sounds that a phone records. This is something else." in text
    assert "Two things to hear." in text
    assert "A voice note, 2 seconds" in text
    row = only(DraftFile)
    again = say(phone, asked, words="Two things to hear.", shown=row.id, kept=row.id)
    assert again.status_code == 303
    jobs.run_waiting()
    assert (only(Attachment).seconds, count(DraftFile), len(kept_bytes())) == (2, 0, 1)


def test_a_message_too_long_loses_no_voice_note(phone, desk, asked):
    for browser, path in ((phone, f"{THREAD}/{asked.number}/messages"), (desk, f"/host/requests/{asked.number}/replies")):
        seen = asked.moved_at.isoformat()
        answer = browser.post(path, data=sent(("v.webm", webm()), words="x" * 5001, seen=seen))
        assert answer.status_code == 422
        assert "A voice note, 2 seconds" in words(answer)
    assert count(DraftFile) == 2  # each their own


def test_unticked_it_is_left_out_and_forgotten(phone, asked):
    say(phone, asked, ("v.webm", webm()), words="x" * 5001)
    row = only(DraftFile)
    assert say(phone, asked, words="Never mind the sound.", shown=row.id).status_code == 303
    jobs.run_waiting()
    assert (count(Attachment), count(DraftFile), kept_bytes()) == (0, 0, [])


def test_eleven_files_are_ten_and_a_word_about_the_last(phone, asked):
    answer = say(phone, asked, *((f"{number}.jpg", make.jpeg(text=str(number))) for number in range(11)))
    assert "10.jpg: Ten at a time. Please send this one after." in words(answer)
    assert count(DraftFile) == 10
    answer = say(
        phone,
        asked,
        ("more.jpg", make.jpeg(text="more")),
        kept=[row.id for row in db.session.scalars(sa.select(DraftFile))],
    )
    assert answer.status_code == 422
    assert "Ten at a time. Please send the rest after." in words(answer)
    assert (count(DraftFile), count(Attachment)) == (10, 0)


def test_a_file_that_is_not_ones_own_is_never_sent(phone, asked, kettle, imani, walkers):
    joe, sam = make.actor(make.person("Joe"), Role.SELF), make.actor(make.person("Sam"), Role.SELF)
    marsha = make.actor(make.person("Marsha"), Role.SELF)
    other = actions.ask(make.actor(make.person("Marsha")), kettle, key="b" * 32, words="Another.")
    strange = [
        actions.keep_file(joe, for_group=kettle.id, for_request=asked.id, file=make.photo()).id,
        actions.keep_file(sam, for_group=walkers.id, file=make.photo()).id,
        actions.keep_file(marsha, for_group=kettle.id, for_request=other.id, file=make.photo()).id,
        987_654,
    ]
    for one in strange:
        answer = say(phone, asked, words="Look.", kept=one)
        assert answer.status_code == 422
        assert "A file you added isn’t there any more." in words(answer)
    phone.post(f"{ASK}/what", data={"key": "c" * 32, "words": "x", "shown": strange})  # nothing of theirs is left out
    assert (count(Attachment), count(DraftFile), count(Message)) == (0, 3, 2)


def test_only_who_reads_the_request_gets_its_files(app, phone, desk, asked, kettle, walkers):
    say(phone, asked, ("v.webm", webm()), ("p.jpg", jpeg()), ("p.pdf", pdf()))
    jobs.run_waiting()
    found = db.session.scalars(sa.select(Attachment).order_by(Attachment.id)).all()
    addresses = [(found[0].id, "sound"), (found[1].id, "1"), (found[1].id, "thumb"), (found[2].id, "paper")]
    make.staff("Glyn", Role.FINANCE)
    make.staff("Bea", Role.TRUSTEE)
    browsers = {name: Client(app).as_(make.person(name)) for name in ("Joe", "Bernie", "Sam", "Glyn", "Bea")}

    def statuses(browser, base, group="tuesday-kettle"):
        here = {"host": f"/host/requests/{asked.number}", "group": f"/g/{group}/support/{asked.number}"}[base]
        return {browser.get(f"{here}/files/{number}/{size}").status_code for number, size in addresses}

    assert statuses(phone, "group") == {200}
    assert statuses(desk, "host") == {200}
    for name in browsers:
        assert statuses(browsers[name], "group") == {404}, name
        assert statuses(browsers[name], "host") == {404}, name
    assert statuses(phone, "host") == {404}
    assert statuses(browsers["Sam"], "group", "hillfoot-walkers") == {404}
    actions.share(make.actor(make.person("Marsha")), kettle, asked.id, shared=True)
    assert statuses(browsers["Joe"], "group") == {200}
    assert statuses(browsers["Bernie"], "group") == {404}  # a helper reads their own
    reader = make.actor(make.person("Marsha"))
    actions.let_in(reader, kettle, asked.id, person_id=make.person("Glyn").id)
    assert statuses(browsers["Glyn"], "host") == {200}
    other = actions.ask(reader, kettle, key="d" * 32, words="Another.")
    for number, size in addresses:  # of another request, not even to who reads both
        assert phone.get(f"{THREAD}/{other.number}/files/{number}/{size}").status_code == 404
        assert desk.get(f"/host/requests/{other.number}/files/{number}/{size}").status_code == 404


def test_at_the_host_seeing_a_file_is_reading_and_stands_in_the_log(phone, desk, asked, kettle):
    say(phone, asked, ("p.jpg", jpeg()))
    jobs.run_waiting()
    readings = sa.select(sa.func.count(Entry.id)).where(Entry.group_id == kettle.id, Entry.action == "support.read")
    for expected in (1, 1):
        assert desk.get(f"/host/requests/{asked.number}/files/{only(Attachment).id}/1").status_code == 200
        assert db.session.scalar(readings) == expected


@ONCE
def test_a_sound_is_played_in_pieces_and_only_as_a_sound(phone, asked):
    say(phone, asked, ("v.webm", webm()))
    assert served(phone, only(Attachment), "sound").status_code == 404  # not before it is safe
    jobs.run_waiting()
    found = only(Attachment)
    whole = served(phone, found, "sound")
    assert (whole.status_code, whole.headers["Accept-Ranges"]) == (200, "bytes")
    for asked_for, expected in (
        ("bytes=0-1", whole.data[:2]),
        ("bytes=100-", whole.data[100:]),
        ("bytes=-9", whole.data[-9:]),
    ):
        piece = served(phone, found, "sound", Range=asked_for)
        assert (piece.status_code, piece.data) == (206, expected)
        assert piece.headers["Content-Range"].endswith(f"/{len(whole.data)}")
    assert served(phone, found, "sound", Range="bytes=99999999-").status_code == 416
    assert served(phone, found, "sound", **{"If-None-Match": whole.headers["ETag"]}).status_code == 304
    for answer in (whole, piece):
        assert answer.headers["Content-Security-Policy"] == "sandbox; default-src 'none'"
        assert answer.headers["X-Content-Type-Options"] == "nosniff"
        assert answer.headers["Cache-Control"] == "private, no-cache"
    for size in ("1", "0", "thumb", "paper", "original", "..", "webm"):
        assert served(phone, found, size).status_code == 404, size


@ONCE
def test_a_pdf_is_kept_as_its_pages_and_saved_under_a_name_of_ours(phone, asked):
    say(phone, asked, ("our secret list.pdf", pdf(2)))
    jobs.run_waiting()
    page = phone.get(f"{THREAD}/{asked.number}")
    assert "The PDF, 2 pages" in words(page)
    assert "secret" not in page.text
    answer = phone.get(PAPER.search(page.text)[1])
    assert (answer.status_code, answer.content_type) == (200, "application/pdf")
    assert re.fullmatch(r'attachment; filename="S\d+-\d+\.pdf"', answer.headers["Content-Disposition"])
    import pikepdf

    with pikepdf.open(io.BytesIO(answer.data)) as made:
        assert len(made.pages) == 2
        assert max(float(side) for side in made.pages[0].mediabox) == pytest.approx(842, abs=1)
        assert set(made.Root.keys()) <= {"/Type", "/Pages", "/Names", "/Version"}


@ONCE
def test_where_a_photo_was_taken_is_gone_and_it_stands_upright(phone, asked):
    say(phone, asked, ("side.jpg", with_place()))
    jobs.run_waiting()
    shown = Image.open(io.BytesIO(served(phone, only(Attachment), "1").data))
    assert shown.size == (600, 900)
    assert not shown.getexif()


@ONCE
def test_the_host_sends_a_paper_with_its_answer(phone, desk, asked):
    answer = desk.post(
        f"/host/requests/{asked.number}/replies", data=sent(("cover.pdf", pdf()), seen=asked.moved_at.isoformat())
    )
    assert answer.status_code == 303
    jobs.run_waiting()
    assert "The PDF, 1 page" in words(phone.get(f"{THREAD}/{asked.number}"))
    assert served(phone, only(Attachment), "paper").status_code == 200


def test_the_job_may_run_twice_and_a_file_that_is_gone_ends_it_quietly(phone, asked, kettle):
    say(phone, asked, ("v.webm", webm()))
    found = only(Attachment)
    work.make_safe(found.id, kettle.id)
    made = only(Attachment).sound
    work.make_safe(found.id, kettle.id)
    work.make_safe(987_654, kettle.id)
    db.session.expire_all()
    assert only(Attachment).sound == made
    jobs.run_waiting()
    assert len(kept_bytes()) == 1


def test_what_was_made_is_forgotten_when_the_row_cannot_be_changed(phone, asked, kettle):
    """The worker stops between making a sound and noting it: the row still has its original, and the job comes again."""
    say(phone, asked, ("v.webm", content := webm()))
    found = only(Attachment)
    db.session.rollback()
    lock = "CREATE TRIGGER no BEFORE UPDATE ON attachments BEGIN SELECT RAISE(ABORT, 'no'); END"
    if db.engine.dialect.name == "postgresql":
        function = "CREATE FUNCTION no() RETURNS trigger LANGUAGE plpgsql AS $$BEGIN RAISE EXCEPTION 'no'; END$$"
        with db.engine.begin() as connection:
            connection.exec_driver_sql(function)
        lock = "CREATE TRIGGER no BEFORE UPDATE ON attachments FOR EACH ROW EXECUTE FUNCTION no()"
    with db.engine.begin() as connection:
        connection.exec_driver_sql(lock)
    with pytest.raises(Exception, match="no"):
        work.make_safe(found.id, kettle.id)
    db.session.rollback()
    assert kept_bytes() == [content]
    with db.engine.begin() as connection:
        on = "" if db.engine.dialect.name == "sqlite" else " ON attachments"
        connection.exec_driver_sql(f"DROP TRIGGER no{on}")
    work.make_safe(found.id, kettle.id)
    db.session.expire_all()
    assert only(Attachment).is_ready


def test_what_nobody_went_on_with_is_forgotten_after_30_days(phone, asked):
    phone.post(f"{ASK}/what", data=sent(("v.webm", webm()), words="It broke."))
    say(phone, asked, ("w.webm", webm(1)), words="x" * 5001)
    with time_machine.travel(clock.now() + timedelta(days=29)):
        phone.as_(make.person("Marsha")).post(f"{ASK}/when", data={"wanted": "soon", "key": "n" * 32})  # they go on with it
    with time_machine.travel(clock.now() + timedelta(days=31)):
        work.forget_drafts()
        assert (count(RequestDraft), only(DraftFile).for_request) == (1, None)
    with time_machine.travel(clock.now() + timedelta(days=60)):
        work.forget_drafts()
        jobs.run_waiting()
    assert (count(RequestDraft), count(DraftFile), kept_bytes()) == (0, 0, [])


def test_an_action_alone_takes_files_and_checks_them(kettle, imani, asked):
    marsha = make.actor(make.person("Marsha"))
    photo = make.photo()
    actions.say(marsha, kettle, asked.id, key="e" * 32, words=None, files=[photo])
    actions.say(marsha, kettle, asked.id, key="e" * 32, words=None, files=[photo])
    assert (count(Attachment), count(Message)) == (1, 2)
    with pytest.raises(Mistake, match="Ten at a time"):
        actions.say(marsha, kettle, asked.id, words=None, files=[make.photo() for _ in range(11)])
    with pytest.raises(NotHere):
        actions.say(marsha, kettle, 987_654, words=None, files=[photo])


@ONCE
def test_the_pages_that_record_may_and_no_others(phone, desk, asked):
    records = (f"{ASK}", f"{ASK}/what", f"{THREAD}/{asked.number}")
    quiet = (f"{ASK}/when", f"{ASK}/how", f"{ASK}/about", f"{THREAD}/", "/g/tuesday-kettle/receipts/new")
    answers = [(phone.get(path), path in records) for path in (*records, *quiet)]
    answers += [(desk.get(f"/host/requests/{asked.number}"), True), (desk.get("/host/requests/"), False)]
    for answer, may in answers:
        assert answer.status_code == 200
        assert ("media-src 'self' blob:" in answer.headers["Content-Security-Policy"]) is may
        assert ("microphone=(self)" in answer.headers["Permissions-Policy"]) is may
        assert ("data-recorder" in answer.text) is may


@ONCE
def test_the_log_never_holds_the_name_of_a_file(phone, asked, kettle):
    say(phone, asked, ("a-secret-name.pdf", pdf()))
    jobs.run_waiting()
    found = only(Attachment)
    said = str(db.session.execute(sa.text("SELECT * FROM entry_words")).all())
    for word in ("a-secret-name", found.thumb, found.pages[0]["file"]):
        assert word not in said


@ONCE
def test_limits_are_said_beforehand(phone, asked):
    for path in (ASK, f"{THREAD}/{asked.number}"):
        assert "Ten at once, each up to 12 MB; a sound up to 5 minutes." in words(phone.get(path))


@ONCE
def test_a_sound_that_lies_about_its_length_is_refused_before_anything_is_kept(phone):
    answer = ask(phone, ("long.m4a", claims_ten_hours()), words="Listen to this.")
    assert answer.status_code == 422
    assert "longer than 5 minutes" in words(answer)
    assert "Listen to this." in words(answer)
    assert only(RequestDraft).facts["words"] == "Listen to this."
    assert kept_bytes() == []
