"""Photos, PDFs and sounds on their way into a request."""

from contextlib import AbstractContextManager
from functools import cache

from wtforms import Field

from portal.autonomy.door import Mistake
from portal.core import attachments
from portal.core.attachments import FormFiles
from portal.people.reach import actor
from portal.people.roles import Actor
from portal.people.session import identity
from portal.support import actions
from portal.support.forms import FilesForm
from portal.support.models import Attachment, DraftFile


@cache
def _question() -> Field:
    return FilesForm().files


def none() -> FormFiles:
    """No files yet, for a form that asks for some."""
    return FormFiles(_question())


def arriving() -> AbstractContextManager[FormFiles]:
    """The files sent with this form."""
    return attachments.arriving(_question(), DraftFile, Attachment)


def keep(came: FormFiles, group_id: int, request_id: int | None = None) -> None:
    """Keep what was sent until it can go: nobody records a voice note twice."""
    for one in came.new:
        try:
            actions.keep_file(oneself(), for_group=group_id, for_request=request_id, file=one)
        except Mistake as mistake:
            came.problems.append(str(mistake))
    came.new = []


def oneself() -> Actor:
    """Who is signed in, as themselves: what isn't sent is theirs alone, on either side."""
    who = identity()
    return who.self_actor if who else actor()
