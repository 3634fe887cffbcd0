"""Photos, PDFs and sounds on their way into documents, and out of them."""

from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field

from flask import abort, request
from wtforms import Field

from portal.autonomy.door import Mistake
from portal.core import file_answers, files, pictures, stored_files, uploads
from portal.core.forms import PlainForm
from portal.core.ids import id_of
from portal.core.stored_files import Sent
from portal.documents import differences, words
from portal.documents.models import DocumentFile, HostFile
from portal.documents.queries import Whole


@dataclass
class Came:
    """The files sent with a form, and a sentence for each that can't be taken. (`there` and `left_out`: none are kept
    from before.)"""

    field: Field
    new: list[Sent] = field(default_factory=list)
    problems: list[str] = field(default_factory=list)
    there: tuple = ()
    left_out: tuple = ()

    def note(self, mistake: Mistake, form: PlainForm) -> None:
        """Say what was wrong beside the field it belongs to."""
        if mistake.field in form and mistake.field != "files":
            form[mistake.field].errors = [str(mistake)]
        else:
            self.problems.append(str(mistake))

    def again(self) -> "Came":
        """For the form once more: a browser doesn't keep chosen files."""
        if self.new and not self.problems:
            self.problems = ["Please choose the file once more. What you typed is still here."]
        return self


@contextmanager
def arriving(form: PlainForm) -> Iterator[Came]:
    """The files sent with this form, kept before the change that points at them; those nothing came of are forgotten."""
    chosen, refused = uploads.chosen(request.files, request.form, "files")
    came = Came(form["files"])
    with ExitStack() as stack:
        for file in chosen:
            try:
                came.new.append(stack.enter_context(stored_files.arriving(file, DocumentFile, HostFile, sounds=True)))
            except uploads.NotTaken as why:
                refused.append((uploads.shown_name(file.filename or ""), str(why)))
        came.problems = [f"{name}: {why}" if name else why for name, why in refused]
        yield came


def with_files(came: Came, facts: dict) -> dict:
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


def send(found: DocumentFile | HostFile | None, size: str, name: str):
    """What was made of a file: a page (`1`, `2`, …), `thumb`, the `sound`, or all pages of a PDF to keep (`paper`)."""
    if found is None or not found.is_ready:
        abort(404)
    if size == "sound" and found.sound:
        return file_answers.send(found.sound, "audio/mpeg")
    if size == "paper" and found.kind == "pdf":
        pages = [files.store().read(page["file"]) for page in found.pages]
        return file_answers.send_to_save(pictures.bound(pages), "application/pdf", f"{name}-{found.id}.pdf")
    return file_answers.send(found.shown(size) or abort(404))
