"""Pages of budget."""

from flask import Flask

from portal.budget import models  # noqa: F401


def init_app(app: Flask) -> None:
    """Nothing to see yet."""
