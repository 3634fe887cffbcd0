"""Pages of papers."""

from flask import Flask

from portal.papers import models  # noqa: F401


def init_app(app: Flask) -> None:
    """Nothing to see yet."""
