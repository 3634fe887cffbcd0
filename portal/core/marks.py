"""What a yes is said to: these very words, and no others."""

import hashlib


def mark(words: str | None) -> str:
    """A short mark of words, which travels with the page that showed them: 32 letters, other ones for other words."""
    return hashlib.sha256((words or "").encode()).hexdigest()[:32]
