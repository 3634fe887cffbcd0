"""Kept files on their way out: sent as what they were made into, with nothing they could do where they land."""

from flask import make_response, request

from portal.core import files

HEADERS = {"Content-Security-Policy": "sandbox; default-src 'none'", "Cache-Control": "private, no-cache"}


def send(name: str, content_type: str = "image/jpeg"):
    """The picture or the sound kept under this name. A sound may be asked for in pieces: Safari plays no other."""
    headers = {"Content-Type": content_type, **HEADERS}
    mark = name.replace("/", "")
    if mark in request.if_none_match:
        answer = make_response("", 304, headers)
        answer.set_etag(mark)
        return answer
    content = files.store().read(name)
    answer = make_response(content, 200, headers)
    answer.set_etag(mark)
    if content_type.startswith("audio/"):
        answer.make_conditional(request.environ, accept_ranges=True, complete_length=len(content))
    return answer


def send_to_save(content: bytes, content_type: str, name: str):
    """A paper made of kept files just now: it is saved under this name of ours, never opened in the page."""
    headers = {"Content-Type": content_type, **HEADERS, "Content-Disposition": f'attachment; filename="{name}"'}
    return make_response(content, 200, headers)
