"""Pages of bank."""

from flask import Flask

from portal.bank import models  # noqa: F401


def init_app(app: Flask) -> None:
    """Nothing to see yet."""
