"""Photos, PDFs and sounds on their way into documents."""

from contextlib import AbstractContextManager

from flask import abort, request

from portal.core import attachments
from portal.core.attachments import FormFiles
from portal.core.forms import PlainForm
from portal.core.ids import id_of
from portal.documents import differences, words
from portal.documents.models import DocumentFile, HostFile
from portal.documents.queries import Whole


def arriving(form: PlainForm) -> AbstractContextManager[FormFiles]:
    """The files sent with this form."""
    return attachments.arriving(form["files"], DocumentFile, HostFile)


def with_files(came: FormFiles, facts: dict) -> dict:
    """What a form says, with the files where there are any: what waits for a yes holds nothing that was left empty."""
    return facts | ({"files": came.new} if came.new else {})


def two(found: Whole) -> dict:
    """The two versions an address asks to compare, the last two from the start, for a page."""
    numbers = [one.number for one, _ in found.versions]
    last = id_of(request.args.get("later")) or (numbers[0] if numbers else 0)
    first = id_of(request.args.get("earlier")) or max((n for n in numbers if n < last), default=0)
    before, after = (found.numbered(n) or abort(404) for n in (first, last))
    names = [[file.shown_name for file in found.files.get(one.id, [])] for one in (before, after)]
    return {
        "found": found,
        "before": before,
        "after": after,
        "words": differences.compare(before.words, after.words),
        "summary": differences.compare(before.summary, after.summary),
        "links": [one.link for one in (before, after)],
        "files": names,
        "files_apart": words.files_apart(before, after, names),
    }
