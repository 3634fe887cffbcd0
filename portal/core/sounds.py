"""Sounds made safe: whatever was recorded becomes one MP3, mono, with nothing else in it, which every browser plays.

Like a picture, a sound is only opened apart (`core/sandbox.py`): by the reader of what its content says it is, with
decoders named here, and no other file or address is ever followed from within
it. A request asks its length; a job makes it safe.
"""

import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from portal.core import sandbox

MAX_MINUTES = 5
MAX_SECONDS = MAX_MINUTES * 60 + 5  # a recorder that stops itself at five minutes may be a little late
MAX_CHANNELS = 8
RATES = range(4_000, 192_001)  # samples a second, in what was sent
RATE, BITS, QUICK = 32_000, 64_000, {"compression_level": "7"}  # what we keep: speech stays clear, 5 minutes are 2.4 MB
READERS = {"webm": "matroska", "ogg": "ogg", "mp4": "mp4", "mp3": "mp3", "aac": "aac", "amr": "amr", "wav": "wav"}
DECODERS = (
    "opus libopus vorbis libvorbis aac aac_fixed alac mp3 mp3float amrnb libopencore_amrnb amrwb libopencore_amrwb "
    "pcm_u8 pcm_s16le pcm_s24le pcm_s32le pcm_f32le pcm_s16be pcm_alaw pcm_mulaw"
).split()

CANT_PLAY = "We couldn’t play that sound. Please record it again, or write a few words instead."
NO_SOUND = "There’s no sound in that. Please record it again, or write a few words instead."
TOO_LONG = f"That sound is longer than {MAX_MINUTES} minutes. Two shorter ones will do."


class CantPlay(Exception):
    """The sound can't be made safe; the text says so politely."""


@dataclass(frozen=True)
class Made:
    """What came of one sound: the MP3, and how many seconds it plays, rounded up."""

    path: Path
    seconds: int


@contextmanager
def make(source: Path, kind: str) -> Iterator[Made]:
    """Turn the file into an MP3 in a folder that lives as long as the block. Raises CantPlay."""
    with tempfile.TemporaryDirectory(prefix="trellis-") as folder:
        made = Path(folder, "sound.mp3")
        seconds = _in_child(_write_mp3, source, kind, made)
        yield Made(made, seconds)


def length_of(source: Path, kind: str) -> int:
    """How many seconds it plays, rounded up, as far as can be told without decoding it. Raises CantPlay."""
    return _in_child(_measure, source, kind)


def kind_of(head: bytes) -> str | None:
    """What kind of sound a file that begins so may hold, or None where it is something else."""
    if head[4:8] == b"ftyp":
        return None if head[8:12] in _STILLS else "mp4"  # also a phone's video and 3GP: the sound of it is kept
    for start, kind in _STARTS.items():
        if head.startswith(start):
            return kind
    if head.startswith(b"RIFF") and head[8:12] == b"WAVE":
        return "wav"
    if len(head) > 2 and head[0] == 0xFF:
        if head[1] & 0xF6 == 0xF0:
            return "aac"
        if head[1] & 0xE6 == 0xE2:  # MPEG audio, layer III
            return "mp3"
    return None


_STILLS = {b"avif", b"avis", b"mif1", b"msf1", b"heic", b"heix", b"heim", b"heis", b"hevc", b"hevx"}
_STARTS = {b"\x1a\x45\xdf\xa3": "webm", b"OggS": "ogg", b"ID3": "mp3", b"#!AMR": "amr"}


def _in_child(work, *given):
    return sandbox.run(work, *given, polite=CantPlay, died=CANT_PLAY, too_large=CANT_PLAY)


def _measure(source: Path, kind: str) -> int:
    from portal.core import decoded_sounds

    return decoded_sounds.measure(source, kind)


def _write_mp3(source: Path, kind: str, target: Path) -> int:
    from portal.core import decoded_sounds

    return decoded_sounds.write_mp3(source, kind, target)
