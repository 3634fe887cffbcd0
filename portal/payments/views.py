"""Pages of payments."""

from flask import Flask

from portal.payments import models  # noqa: F401


def init_app(app: Flask) -> None:
    """Nothing to see yet."""
