"""Reading email: each awkward one ends as the manifest says, and whatever arrives ends in a sort, quickly."""

import time

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from portal.core import mail_in
from portal.core.mail_in import MAX_BYTES, Sort
from tests.support.mail_corpus import FOLDER, OURS, samples

SAMPLES = samples()
HEAD = b"From: Marsha <marsha@example.org>\r\nMessage-ID: <1@example.org>\r\n"


def words_of(body: bytes, kind: bytes = b"text/plain; charset=utf-8") -> str:
    return mail_in.read(HEAD + b"Content-Type: " + kind + b"\r\n\r\n" + body, ours=OURS).words


def test_the_manifest_and_the_folder_name_the_same_emails():
    assert {one.name for one in SAMPLES} == {path.stem for path in FOLDER.glob("*.eml")}
    assert len(SAMPLES) >= 30


@pytest.mark.parametrize("sample", SAMPLES, ids=lambda sample: sample.name)
def test_each_ends_as_the_manifest_says(sample):
    arrived = mail_in.read(sample.raw, ours=OURS)
    assert (arrived.sort.value, arrived.words) == (sample.sort, sample.words)
    assert [name for name, _ in arrived.files] == [name for name, _ in sample.files]
    for (_, content), (_, size) in zip(arrived.files, sample.files, strict=True):
        assert len(content) == size if size is not None else content
    if sample.sender is not None:
        assert arrived.sender == sample.sender


@pytest.mark.parametrize("sample", [one for one in SAMPLES if one.sort == "words"], ids=lambda sample: sample.name)
def test_line_ends_of_another_system_make_no_difference(sample):
    assert mail_in.read(sample.raw.replace(b"\r\n", b"\n"), ours=OURS).words == sample.words


@pytest.mark.parametrize("size", [MAX_BYTES + 1, MAX_BYTES * 2])
def test_more_than_twelve_mebibytes_is_too_big(size):
    assert mail_in.read(HEAD + b"\r\n" + b"x" * size).sort is Sort.TOO_BIG


def test_a_long_answer_keeps_what_fits_and_says_what_did_not():
    said = "The hall is shut. " * 600
    words = words_of(said.encode())
    assert len(words) <= mail_in_most()
    assert words.startswith("The hall is shut. The hall")
    assert words.endswith("letters.)")
    assert f"{len(said.strip()):,}" in words
    assert words_of(b"y" * mail_in_most()) == "y" * mail_in_most()


def mail_in_most() -> int:
    from portal.core.mail_words import MOST_LETTERS

    return MOST_LETTERS


def test_an_envelope_from_nobody_is_a_bounce():
    raw = HEAD + b"\r\nYour message waits."
    assert mail_in.read(raw, null_sender=True).sort is Sort.BOUNCE
    assert mail_in.read(raw).sort is Sort.WORDS


def test_whom_it_was_for_is_read_from_its_own_lines():
    to = b"To: Somebody <reply@trellis.example.org>\r\nCc: joe@example.org\r\n"
    assert mail_in.recipients(HEAD + to + b"\r\nhello") == ["reply@trellis.example.org", "joe@example.org"]
    assert mail_in.recipients(b"Delivered-To: a@example.org\r\n" + HEAD + to + b"\r\n") == ["a@example.org"]
    assert mail_in.recipients(b"\xff\x00") == []


def test_an_email_is_itself_by_its_message_id_or_by_what_is_in_it():
    def mark(raw: bytes, to="reply@trellis.example.org") -> str:
        return mail_in.mark(raw, mail_in.read(raw), to)

    first = HEAD + b"\r\nYes"
    assert mark(b"Received: from elsewhere\r\n" + first) == mark(first) == mark(first, "REPLY@trellis.example.org")
    assert mark(first, "other@example.org") != mark(first)
    plain = b"From: m@example.org\r\nDate: Wed, 25 Nov 2026 10:15:00 +0000\r\n\r\nYes"
    assert mark(b"Received: from elsewhere\r\n" + plain) == mark(plain)
    assert mark(plain.replace(b"25 Nov", b"26 Nov")) != mark(plain)
    assert mark(plain + b"!") != mark(plain)


# What would take for ever if it were read carelessly.
ENDLESS = {
    "one endless line": b"On " + b"a " * 200_000,
    "attributions": b"On 1 a wrote:\r\n\r\n" * 20_000,
    "long attributions": (b"On 1 " + b"a " * 110 + b":\r\n") * 5000,
    "labels": b"From: a@example.org\r\nTo: b\r\n" * 20_000,
    "rules": b"_" * 70 + b"\r\n" + (b"_" * 70 + b"\r\n") * 5000,
    "quotes": b"> a\r\nb\r\n" * 50_000,
    "dashes": b"-- \r\n" * 100_000,
    "marks": b">" * 400_000,
}
ENDLESS_HTML = {
    "tags without an end": b"<a " * 130_000,
    "comments": b"<!--" * 100_000,
    "blocks": b"<div>x" * 80_000,
    "quotes": b"<blockquote>" * 30_000 + b"x",
    "cells": b"<table><tr>" + b"<td>x" * 90_000,
    "attributes": b'<p style="' * 50_000,
    "links": b'<a href="https://example.org/x">y' * 15_000,
    "breaks": b"<br>" * 100_000,
}


@pytest.mark.parametrize("name", ENDLESS)
def test_endless_text_is_read_in_little_time(name):
    begun = time.process_time()
    arrived = mail_in.read(HEAD + b"Content-Type: text/plain\r\n\r\n" + ENDLESS[name])
    assert arrived.sort is Sort.WORDS
    assert time.process_time() - begun < 10


@pytest.mark.parametrize("name", ENDLESS_HTML)
@pytest.mark.slow
def test_endless_html_is_read_in_little_time(name):
    begun = time.process_time()
    arrived = mail_in.read(HEAD + b"Content-Type: text/html\r\n\r\n" + ENDLESS_HTML[name])
    assert arrived.sort is Sort.WORDS
    assert time.process_time() - begun < 10


@pytest.mark.slow
def test_endless_parts_are_read_in_little_time():
    nested = b"".join(b"Content-Type: multipart/mixed; boundary=b%d\r\n\r\n--b%d\r\n" % (n, n) for n in range(39))
    begun = time.process_time()
    for raw in (HEAD + nested + b"\n" * 390_000, HEAD + nested * 20, HEAD + b"X: y\r\n" * 200_000 + b"\r\nz"):
        assert mail_in.read(raw).sort in {Sort.TOO_BIG, Sort.UNREADABLE, Sort.WORDS}
    assert time.process_time() - begun < 30


@st.composite
def mutated(draw) -> bytes:
    """An email of the corpus with bytes changed, taken out, doubled, or put in from another."""
    raw = bytearray(draw(st.sampled_from(SAMPLES)).raw[:60_000])
    for _ in range(draw(st.integers(1, 8))):
        at = draw(st.integers(0, max(0, len(raw) - 1)))
        match draw(st.sampled_from(("flip", "cut", "double", "put", "splice"))):
            case "flip":
                raw[at : at + 1] = draw(st.binary(min_size=1, max_size=1))
            case "cut":
                del raw[at : at + draw(st.integers(1, 400))]
            case "double":
                raw[at:at] = raw[at : at + draw(st.integers(1, 400))]
            case "put":
                raw[at:at] = draw(st.binary(max_size=40))
            case "splice":
                other = draw(st.sampled_from(SAMPLES)).raw
                start = draw(st.integers(0, max(0, len(other) - 1)))
                raw[at:at] = other[start : start + draw(st.integers(1, 800))]
    return bytes(raw)


@settings(max_examples=1500, deadline=None)
@given(mutated())
@pytest.mark.slow
def test_whatever_arrives_ends_in_a_sort_and_can_be_kept(raw):
    arrived = mail_in.read(raw, ours=OURS)
    assert isinstance(arrived.sort, Sort)
    assert len(arrived.words) <= mail_in_most()
    for text in (arrived.words, arrived.sender, *(name for name, _ in arrived.files)):
        text.encode()  # no halves of letters, which no database takes
        assert "\x00" not in text
    for name, content in arrived.files:
        assert isinstance(content, bytes)
        assert 0 < len(name) <= 80
        assert not set(name) & set("/\\\n\r")
        assert not name.startswith(".")
    assert len(mail_in.mark(raw, arrived, OURS[1])) == 64
    assert isinstance(mail_in.recipients(raw), list)


@settings(max_examples=300, deadline=None)
@given(st.binary(max_size=3000))
def test_noise_ends_in_a_sort(raw):
    assert mail_in.read(raw).sort in set(Sort)


@settings(max_examples=300, deadline=None)
@given(st.text(st.characters(exclude_categories=("Cs", "Cc", "Cf", "Zl", "Zp", "Zs")), min_size=1, max_size=300))
def test_plain_words_without_quotes_are_kept_whole(said):
    """Nothing of what somebody wrote is lost: only lines that begin like a quote, and what a phone adds, may be."""
    if said.startswith(">") or said == "--":
        return
    assert words_of(said.encode()) == said.strip()


HOSTILE = {
    "390,000 blank lines": b"From: orla@example.org\r\n\r\nhi\r\n" + b"\r\n" * 390_000,
    "a megabyte of ;": b"From: orla@example.org\r\nContent-Type: text/plain" + b";" * 1_000_000 + b"\r\n\r\nhi\r\n",
    "in a part of it": b"From: orla@example.org\r\nContent-Type: multipart/mixed; boundary=b\r\n\r\n--b\r\n"
    b"Content-Type: text/plain" + b";" * 1_000_000 + b"\r\n\r\nhi\r\n--b--\r\n",
}


@pytest.mark.parametrize("kind", HOSTILE)
def test_an_email_that_means_to_take_long_takes_under_a_second(kind):
    began = time.process_time()
    assert mail_in.read(HOSTILE[kind]).words == "hi"
    assert time.process_time() - began < 1
