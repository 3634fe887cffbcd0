"""Pages of payees."""

from flask import Flask

from portal.payees import models  # noqa: F401


def init_app(app: Flask) -> None:
    """Nothing to see yet."""
