"""Sounds, decoded: what `core/sounds.py` has done to what was recorded, in a child process. The library for it is large, so
nothing imports this but where it is used."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import BinaryIO

import av
from av.audio.frame import AudioFrame
from av.audio.resampler import AudioResampler
from av.audio.stream import AudioStream
from av.container import InputContainer

from portal.core.sounds import (
    BITS,
    CANT_PLAY,
    DECODERS,
    MAX_CHANNELS,
    MAX_SECONDS,
    NO_SOUND,
    QUICK,
    RATE,
    RATES,
    READERS,
    TOO_LONG,
    CantPlay,
)


@contextmanager
def _opened(source: Path, kind: str) -> Iterator[tuple[InputContainer, AudioStream]]:
    """The file by the reader of its kind, and its first sound. It is given as a stream, so nothing beside it is opened."""
    options = {"codec_whitelist": ",".join(DECODERS), "protocol_whitelist": "", "enable_drefs": "0"}
    with source.open("rb") as stream, _container(stream, kind, options) as container:
        if not container.streams.audio:
            raise CantPlay(NO_SOUND)
        sound = container.streams.audio[0]
        if sound.codec_context is None or sound.codec_context.name not in DECODERS:
            raise CantPlay(CANT_PLAY)
        sound.codec_context.thread_count = 1
        yield container, sound


def _container(stream: BinaryIO, kind: str, options: dict[str, str]) -> InputContainer:
    try:
        return av.open(stream, "r", format=READERS[kind], options=options, metadata_errors="replace")
    except av.FFmpegError:
        raise CantPlay(CANT_PLAY) from None


def measure(source: Path, kind: str) -> int:
    """Packet by packet, undecoded: a header may say anything."""
    first, last = None, 0.0
    with _opened(source, kind) as (container, sound):
        for packet in container.demux(sound):
            if packet.pts is None or packet.time_base is None:
                continue
            begins = float(packet.pts * packet.time_base)
            first = begins if first is None else min(first, begins)
            last = max(last, begins + float((packet.duration or 0) * packet.time_base))
            _check_length(last - first)
    if first is None:
        raise CantPlay(NO_SOUND)
    return _rounded(last - first)


def write_mp3(source: Path, kind: str, target: Path) -> int:
    """Write it as one bare mono MP3; how many seconds it plays. Raises CantPlay."""
    samples = 0
    resampler = AudioResampler(format="s16p", layout="mono", rate=RATE)
    bare = {"write_id3v1": "0", "id3v2_version": "0", "write_xing": "0", "fflags": "+bitexact"}
    with _opened(source, kind) as (container, sound), av.open(target, "w", format="mp3", options=bare) as out:
        kept = out.add_stream("libmp3lame", rate=RATE, layout="mono", format="s16p", bit_rate=BITS, options=QUICK)
        for frame in _frames(container, sound):
            for even in resampler.resample(frame):
                samples += even.samples
                _check_length(samples / RATE)
                even.pts = None
                out.mux(kept.encode(even))
        out.mux(kept.encode(None))
    if not samples:
        raise CantPlay(NO_SOUND)
    return _rounded(samples / RATE)


def _frames(container: InputContainer, sound: AudioStream) -> Iterator[AudioFrame | None]:
    """What can be decoded, one after the other; a piece that is broken is left out. The end flushes what is held back."""
    for packet in container.demux(sound):
        try:
            frames = packet.decode()
        except av.error.InvalidDataError:
            continue
        for frame in frames:
            if frame.sample_rate not in RATES or not 0 < len(frame.layout.channels) <= MAX_CHANNELS:
                raise CantPlay(CANT_PLAY)
            frame.pts = None
            yield frame
    yield None


def _check_length(seconds: float) -> None:
    if seconds > MAX_SECONDS:
        raise CantPlay(TOO_LONG)


def _rounded(seconds: float) -> int:
    return max(1, round(seconds))
