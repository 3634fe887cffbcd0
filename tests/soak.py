"""How often a long proof runs: as often as shows a break in `make test`; in `make soak`, as often as finds what is rare."""

import os

SOAK = bool(os.environ.get("SOAK"))


def times(often: int, soaking: int) -> int:
    """`often` in `make test`, `soaking` in `make soak`; on each database."""
    return soaking if SOAK else often
