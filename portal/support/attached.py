"""Photos, PDFs and sounds on their way into a request, and out of it."""

from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from functools import cache

from flask import abort, request
from wtforms import Field

from portal.autonomy.door import Mistake
from portal.core import file_answers, files, pictures, stored_files, uploads
from portal.core.forms import PlainForm
from portal.core.ids import id_of
from portal.core.stored_files import Sent
from portal.people.reach import actor
from portal.people.roles import Actor
from portal.people.session import identity
from portal.support import actions
from portal.support.forms import FilesForm
from portal.support.models import Attachment, DraftFile


@cache
def _question() -> Field:
    return FilesForm().files


@dataclass
class Came:
    """The files of a form: what was sent with it (`new`), which of those added before are still to go (`kept`, by id) or
    were unticked (`left_out`), and a sentence for each that can't be taken."""

    new: list[Sent] = field(default_factory=list)
    kept: list[int] = field(default_factory=list)
    left_out: list[int] = field(default_factory=list)
    problems: list[str] = field(default_factory=list)
    there: Sequence[DraftFile] = ()

    @property
    def field(self) -> Field:
        """The question, as the page asks it."""
        return _question()

    def note(self, mistake: Mistake, form: PlainForm) -> None:
        """Say what was wrong beside the field it belongs to."""
        if mistake.field in form:
            form[mistake.field].errors = [str(mistake)]
        else:
            self.problems.append(str(mistake))

    def keep(self, group_id: int, request_id: int | None = None) -> None:
        """Keep what was sent until it can go: nobody records a voice note twice."""
        for one in self.new:
            try:
                actions.keep_file(oneself(), for_group=group_id, for_request=request_id, file=one)
            except Mistake as mistake:
                self.problems.append(str(mistake))
        self.new = []

    def beside(self, there: Sequence[DraftFile]) -> "Came":
        """The same with the files added before, for the form to show."""
        self.there = there
        return self


@contextmanager
def arriving() -> Iterator[Came]:
    """The files sent with this form, kept before the change that points at them; those nothing came of are forgotten."""
    chosen, refused = uploads.chosen(request.files, request.form, "files")
    shown = [number for typed in request.form.getlist("shown") if (number := id_of(typed))]
    ticked = [number for typed in request.form.getlist("kept") if (number := id_of(typed))]
    came = Came(kept=ticked, left_out=[number for number in shown if number not in ticked])
    with ExitStack() as stack:
        for file in chosen:
            try:
                came.new.append(stack.enter_context(stored_files.arriving(file, DraftFile, Attachment, sounds=True)))
            except uploads.NotTaken as why:
                refused.append((uploads.shown_name(file.filename or ""), str(why)))
        came.problems = [f"{name}: {why}" if name else why for name, why in refused]
        yield came


def oneself() -> Actor:
    """Who is signed in, as themselves: what isn't sent is theirs alone, on either side."""
    who = identity()
    return who.self_actor if who else actor()


def send(found: Attachment | None, size: str, number: int):
    """What was made of a file: a page (`1`, `2`, …), `thumb`, the `sound`, or all pages of a PDF to keep (`paper`)."""
    if found is None or not found.is_ready:
        abort(404)
    if size == "sound" and found.sound:
        return file_answers.send(found.sound, "audio/mpeg")
    if size == "paper" and found.kind == "pdf":
        pages = [files.store().read(page["file"]) for page in found.pages]
        return file_answers.send_to_save(pictures.bound(pages), "application/pdf", f"S{number}-{found.id}.pdf")
    return file_answers.send(found.shown(size) or abort(404))
