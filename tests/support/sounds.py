"""Sounds as phones and browsers record them, and hostile ones, made on the spot: each with what must become of it."""

import io
import math
import struct
import wave
from fractions import Fraction

import av
from av.audio.frame import AudioFrame
from av.video.frame import VideoFrame

from tests.receipts.samples import GIVEN_UP, MARK, REFUSED, TAKEN, Sample

PERSONAL = {
    "title": MARK.decode(),
    "artist": MARK.decode(),
    "location": "+54.0000-030.0000/SAMPLE-MARKER",
    "comment": MARK.decode(),
}


def sound(kind: str, codec: str, seconds=2.0, rate=48_000, *, picture=False, heard=True, **options) -> bytes:
    """A tone in a file of this kind, with a place and a name in it; `picture` puts a video beside it."""
    out = io.BytesIO()
    with av.open(out, "w", format=kind, options=options) as made:
        for name, value in PERSONAL.items():
            made.metadata[name] = value
        video = made.add_stream("mpeg4", rate=10, width=64, height=64, pix_fmt="yuv420p") if picture else None
        stream = made.add_stream(codec, rate=rate, layout="mono") if heard else None
        if video:
            for number in range(10):
                frame = VideoFrame(64, 64, "yuv420p")
                frame.pts, frame.time_base = number, Fraction(1, 10)
                made.mux(video.encode(frame))
            made.mux(video.encode(None))
        if stream:
            for frame in _frames(stream, int(rate * seconds), rate):
                made.mux(stream.encode(frame))
            made.mux(stream.encode(None))
    return out.getvalue()


def _frames(stream, samples: int, rate: int):
    fits = av.AudioResampler(format=stream.format, layout="mono", rate=rate, frame_size=stream.frame_size or 1024)
    for start in range(0, samples, rate):
        count = min(rate, samples - start)
        tone = (int(9000 * math.sin(2 * math.pi * 440 * at / rate)) for at in range(start, start + count))
        frame = AudioFrame(format="s16", layout="mono", samples=count)
        frame.planes[0].update(struct.pack(f"<{count}h", *tone))
        frame.sample_rate, frame.pts = rate, start
        yield from fits.resample(frame)
    yield from fits.resample(None)


def webm(seconds=2.0) -> bytes:
    """As Chromium and Firefox record: nobody knew how long it would be when it began."""
    return sound("webm", "libopus", seconds, live="1")


def m4a(seconds=2.0) -> bytes:
    return sound("ipod", "aac", seconds)


def wav(seconds=2.0, rate=8_000, channels=1) -> bytes:
    out = io.BytesIO()
    with wave.open(out, "wb") as made:
        made.setnchannels(channels)
        made.setsampwidth(1)
        made.setframerate(rate)
        made.writeframes(bytes([128, 140] * int(rate * channels * seconds / 2)))
    return out.getvalue()


def wav_of_unknown_length() -> bytes:
    """As recorders write that never go back to fill in how long it was."""
    content = bytearray(wav())
    at = content.index(b"data") + 4
    content[4:8] = content[at : at + 4] = b"\xff\xff\xff\xff"
    return bytes(content)


def three_hours() -> bytes:
    """One quiet frame of the smallest MP3 there is, over and over: 24 bytes for 24 thousandths of a second."""
    return (b"\xff\xf3\x14\xc4" + bytes(20)) * 450_000


def ten_hours_by_header() -> bytes:
    """A WAV of ten hours at one sample a second, as its header has it: 36 KB."""
    return wav(36_000, rate=1)


def claims_ten_hours() -> bytes:
    """An M4A of two seconds whose tables say that each of its pieces lasts for minutes."""
    content = bytearray(m4a())
    at = content.index(b"stts") + 12
    content[at + 4 : at + 8] = struct.pack(">I", 48_000 * 400)
    return bytes(content)


def emptied() -> bytes:
    """An M4A with all its tables in order, and nothing but zeros where the sound was."""
    content = bytearray(m4a())
    at = content.index(b"mdat")
    size = int.from_bytes(content[at - 4 : at], "big")
    content[at + 4 : at - 4 + size] = bytes(size - 8)
    return bytes(content)


def many_channels() -> bytes:
    return wav(2, channels=64)


def hurried() -> bytes:
    """A WebM of six minutes whose every piece says it lasts a tenth of what it does."""
    out = io.BytesIO()
    with av.open(out, "w", format="webm") as made:
        stream = made.add_stream("libopus", rate=48_000, layout="mono")
        second = [packet for frame in _frames(stream, 48_000, 48_000) for packet in stream.encode(frame)]
        for number in range(360 * 50):
            packet = av.Packet(bytes(second[number % len(second)]))
            packet.stream, packet.time_base = stream, Fraction(1, 1000)
            packet.pts = packet.dts = number * 2
            made.mux(packet)
    return out.getvalue()


PLAYED = (
    Sample("voice-note.webm", webm, TAKEN),
    Sample("firefox.ogg", lambda: sound("ogg", "libopus"), TAKEN),
    Sample("memo.m4a", m4a, TAKEN),
    Sample("safari.mp4", lambda: sound("mp4", "aac", movflags="frag_keyframe+empty_moov"), TAKEN),
    Sample("old.mp3", lambda: sound("mp3", "libmp3lame"), TAKEN),
    Sample("plain.aac", lambda: sound("adts", "aac"), TAKEN),
    Sample("phone.amr", lambda: sound("amr", "libopencore_amrnb", rate=8_000), TAKEN),
    Sample("phone.3gp", lambda: sound("3gp", "libopencore_amrnb", rate=8_000), TAKEN),
    Sample("small.wav", wav, TAKEN),
    Sample("unknown-length.wav", wav_of_unknown_length, TAKEN),
    Sample("a-video.mp4", lambda: sound("mp4", "aac", picture=True), TAKEN),
    Sample("a-video.mov", lambda: sound("mov", "aac", picture=True), TAKEN),
    Sample("a-sound.jpg", m4a, TAKEN),
    Sample("../../etc/voice\x00.php", webm, TAKEN),
    Sample("cut.webm", lambda: webm(6)[:-3000], TAKEN),  # what there is of it is heard
)
NOT_PLAYED = (
    Sample("empty.mp3", lambda: b"", REFUSED, says="empty"),
    Sample("words.mp3", lambda: b"Dear Imani, the kettle broke again. " * 40, REFUSED, says="something else"),
    Sample("page.ogg", lambda: b"<!doctype html><script>SAMPLE-MARKER</script>", REFUSED, says="something else"),
    Sample("list.m3u8", lambda: b"#EXTM3U\n#EXTINF:1,\nfile:///etc/passwd\n", REFUSED, says="something else"),
    Sample("list.m4a", lambda: b"ffconcat version 1.0\nfile /etc/passwd\n", REFUSED, says="something else"),
    Sample("only-begins.webm", lambda: b"\x1a\x45\xdf\xa3" + bytes(2000), REFUSED, says="couldn’t play"),
    Sample("cut.m4a", lambda: m4a()[:6000], REFUSED, says="couldn’t play"),
    Sample("silent-film.mp4", lambda: sound("mp4", "aac", picture=True, heard=False), REFUSED, says="no sound"),
    Sample("nothing.wav", lambda: wav(0), REFUSED, says="no sound"),
    Sample("other-codec.mka", lambda: sound("matroska", "flac"), REFUSED, says="couldn’t play"),
    Sample("ten-hours.wav", ten_hours_by_header, REFUSED, says="longer than 5 minutes"),
    Sample("says-ten-hours.m4a", claims_ten_hours, REFUSED, says="longer than 5 minutes"),
    Sample("three-hours.mp3", three_hours, REFUSED, says="longer than 5 minutes"),
    Sample("six-minutes.webm", lambda: sound("webm", "libopus", 360, 8_000), REFUSED, says="longer than 5 minutes"),
    Sample("emptied.m4a", emptied, GIVEN_UP, says="no sound"),
    Sample("odd-rate.wav", lambda: wav(2, rate=1_234), GIVEN_UP, says="couldn’t play"),
    Sample("64-channels.wav", many_channels, GIVEN_UP, says="couldn’t play"),
)
SOUNDS = (*PLAYED, *NOT_PLAYED)
