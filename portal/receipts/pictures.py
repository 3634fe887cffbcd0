"""Picture files on their way in and out of receipts."""

from contextlib import AbstractContextManager

from flask import abort

from portal.core import file_answers, stored_files
from portal.receipts.models import Picture


def arriving(file) -> AbstractContextManager[stored_files.Sent]:
    """A sent picture, kept before the change that points at it. Raises NotTaken on the way in."""
    return stored_files.arriving(file, Picture)


def send_picture(found: Picture | None, size: str):
    """A kept page (`1`, `2`, …) or `thumb` as a JPEG of its own, with nothing it could do."""
    name = found.shown(size) if found else None
    return file_answers.send(name or abort(404))
