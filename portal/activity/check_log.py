"""Check a group's log without trusting anyone: `python check_log.py our-log.jsonl [--fingerprint 142:3f2a…]`.

One file, Python's standard library only. Each line of the log is JSON: `line` (what happened), `hash` (SHA-256 over the
hash before it and the line), and beside it `salt` and `words`, which can be erased without breaking the chain.
"""

import argparse
import hashlib
import json
import sys
from collections.abc import Iterable, Iterator

START = "0" * 64  # what the first entry of a group follows
LINE_BREAK = b"\n"


def canonical(value) -> bytes:
    """A value as the bytes that are hashed: JSON with sorted keys and no spaces, in UTF-8."""
    return json.dumps(value, sort_keys=True, separators=(",", ":"), ensure_ascii=False).encode()


def hash_of(previous: str, line: dict) -> str:
    """An entry's hash: over the hash before it and its own line."""
    return hashlib.sha256(previous.encode() + LINE_BREAK + canonical(line)).hexdigest()


def words_hash(salt: str, words: dict) -> str:
    """The hash that stands in an entry for its words."""
    return hashlib.sha256(salt.encode() + LINE_BREAK + canonical(words)).hexdigest()


def faults(entries: Iterable[dict], fingerprints: Iterable[str] = ()) -> Iterator[str]:
    """Each place where the log is not what was written, as a sentence; none when all is as it was.

    `fingerprints`: older ones, each `number:hash`, that must still fit.
    """
    known = dict(one.strip().split(":", 1) for one in fingerprints)
    previous, seq, group = START, 0, None
    for entry in entries:
        line = entry["line"]
        if line["seq"] != seq + 1:
            yield f"After entry {seq} comes entry {line['seq']}."
        if seq and line["group"] != group:
            yield f"Entry {line['seq']} belongs to another group."
        if entry["hash"] != hash_of(previous, line):
            yield f"Entry {line['seq']} is not what was written."
        kept = entry["words"] is not None or entry["salt"] is not None
        if kept and words_hash(entry["salt"] or "", entry["words"] or {}) != line["words"]:
            yield f"The words of entry {line['seq']} are not what was written."
        previous, seq, group = entry["hash"], line["seq"], line["group"]
        if known.pop(str(seq), previous) != previous:
            yield f"The fingerprint of entry {seq} is not the one you have: something up to it was rewritten."
    for number in known:
        if number != "0":
            yield f"There is no entry {number} any more: the log was cut off."


def read(lines: Iterable[str]) -> Iterator[dict]:
    """The entries of a log file. Raises ValueError naming a line that isn't an entry."""
    for number, text in enumerate(lines, 1):
        try:
            entry = json.loads(text)
            if set(entry) != {"line", "hash", "salt", "words"} or canonical(entry) != text.rstrip("\n").encode():
                raise ValueError
            entry["line"]["seq"] + 0
            entry["line"]["group"] + 0
            entry["line"]["words"]
        except (ValueError, TypeError, KeyError):
            raise ValueError(f"Line {number} is not an entry of a log.") from None
        yield entry


def main(arguments: list[str] | None = None) -> int:
    """Say whether a log holds; 0 when it does."""
    parser = argparse.ArgumentParser(description="Check a group's log.")
    parser.add_argument("log", help="the file, as exported")
    parser.add_argument("--fingerprint", action="append", default=[], help="an older one, like 142:3f2a…")
    wanted = parser.parse_args(arguments)
    count, newest = 0, f"0:{START}"

    def counted(entries):
        nonlocal count, newest
        for entry in entries:
            count, newest = count + 1, f"{entry['line']['seq']}:{entry['hash']}"
            yield entry

    try:
        with open(wanted.log, encoding="utf-8") as file:
            found = list(faults(counted(read(file)), wanted.fingerprint))
    except (OSError, ValueError) as problem:
        found = [str(problem)]
    for sentence in found:
        print(sentence)
    if not found:
        print(f"All {count} entries hold. The newest fingerprint is {newest}")
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main())
