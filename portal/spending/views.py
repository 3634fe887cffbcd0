"""Pages of spending."""

from flask import Flask

from portal.spending import models  # noqa: F401


def init_app(app: Flask) -> None:
    """Nothing to see yet."""
