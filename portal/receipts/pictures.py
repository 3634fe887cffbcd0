"""Picture files on their way in and out of receipts."""

from flask import abort, make_response, request

from portal.core import files, uploads
from portal.receipts import actions, queries
from portal.receipts.models import Picture

IMAGE_HEADERS = {
    "Content-Type": "image/jpeg",
    "Content-Security-Policy": "sandbox; default-src 'none'",
    "Cache-Control": "private, no-cache",
}


class arriving:
    """A sent file, looked at and kept before the change that points at it; forgotten again when nothing came of it."""

    def __init__(self, file):
        self.file = file

    def __enter__(self) -> actions.Photo:
        arrived = uploads.look_at(self.file)
        self.name = files.store().keep(arrived.path)
        return actions.Photo.of(arrived, self.name)

    def __exit__(self, *error):
        if not queries.is_used(self.name):
            files.store().remove(self.name)


def send_picture(found: Picture | None, size: str):
    """A kept page (`1`, `2`, …) or `thumb` as a JPEG of its own, with nothing it could do."""
    if found is None or not found.is_ready:
        abort(404)
    if size == "thumb":
        name = found.thumb or ""
    elif size.isdecimal() and 0 < int(size) <= len(found.pages):
        name = found.pages[int(size) - 1]["file"]
    else:
        abort(404)
    mark = name.replace("/", "")
    if mark in request.if_none_match:
        answer = make_response("", 304, IMAGE_HEADERS)
    else:
        answer = make_response(files.store().read(name), 200, IMAGE_HEADERS)
    answer.set_etag(mark)
    return answer
