"""Files in forms: photos, PDFs and sounds on their way in beside what is typed; and what was made of them, sent."""

from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from typing import Any

from flask import abort, request
from wtforms import Field

from portal.core import file_answers, files, pictures, stored_files, uploads
from portal.core.ids import id_of
from portal.core.stored_files import Recorded, Sent, SentFile


@dataclass
class FormFiles:
    """The files of a form: what was sent with it (`new`), which of those added before are still to go (`kept`, by id) or
    were unticked (`left_out`), and a sentence for each that can't be taken. `field` is the question, as the page asks it;
    `there` what was added before, for the form to show."""

    field: Field
    new: list[Sent] = field(default_factory=list)
    kept: list[int] = field(default_factory=list)
    left_out: list[int] = field(default_factory=list)
    problems: list[str] = field(default_factory=list)
    there: Sequence[SentFile] = ()

    def beside(self, there: Sequence[SentFile]) -> "FormFiles":
        """The same with the files added before."""
        self.there = there
        return self

    def again(self) -> "FormFiles":
        """For the form once more: a browser doesn't keep chosen files."""
        if self.new and not self.problems:
            self.problems = ["Please choose the file once more. What you typed is still here."]
        return self


@contextmanager
def arriving(field: Field, *models: Any) -> Iterator[FormFiles]:
    """The files sent with this form, kept before the change that points at them; those nothing came of are forgotten.
    `models`: where a row may point at one."""
    chosen, refused = uploads.chosen(request.files, request.form, "files")
    shown = [number for typed in request.form.getlist("shown") if (number := id_of(typed))]
    ticked = [number for typed in request.form.getlist("kept") if (number := id_of(typed))]
    came = FormFiles(field, kept=ticked, left_out=[number for number in shown if number not in ticked])
    with ExitStack() as stack:
        for file in chosen:
            try:
                came.new.append(stack.enter_context(stored_files.arriving(file, *models, sounds=True)))
            except uploads.NotTaken as why:
                refused.append((uploads.shown_name(file.filename or ""), str(why)))
        came.problems = [f"{name}: {why}" if name else why for name, why in refused]
        yield came


def send(found: Recorded | None, size: str, name: str):
    """What was made of a file: a page (`1`, `2`, …), `thumb`, the `sound`, or all pages of a PDF to keep (`paper`)."""
    if found is None or not found.is_ready:
        abort(404)
    if size == "sound" and found.sound:
        return file_answers.send(found.sound, "audio/mpeg")
    if size == "paper" and found.kind == "pdf":
        pages = [files.store().read(page["file"]) for page in found.pages]
        return file_answers.send_to_save(pictures.bound(pages), "application/pdf", f"{name}-{found.id}.pdf")
    return file_answers.send(found.shown(size) or abort(404))
