"""The corpus of awkward emails, and what its manifest says of each. All of them are invented."""

import json
from dataclasses import dataclass
from pathlib import Path

FOLDER = Path(__file__).parent / "mail"
OURS = ("trellis@trellis.example.org", "reply@trellis.example.org")


@dataclass(frozen=True)
class Sample:
    """One email and how it must end. A file's size of None is any size above nothing."""

    name: str
    raw: bytes
    sort: str
    words: str
    files: tuple[tuple[str, int | None], ...]
    sender: str | None


def samples() -> list[Sample]:
    told = json.loads((FOLDER / "manifest.json").read_text())
    return [
        Sample(
            one["file"].removesuffix(".eml"),
            (FOLDER / one["file"]).read_bytes(),
            one["sort"],
            one["words"],
            tuple((name, size) for name, size in one["files"]),
            one.get("sender"),
        )
        for one in told
    ]
