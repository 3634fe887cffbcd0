"""Background work on documents: files made safe; groups told of new rules; what was taken away 30 days ago
let go."""

import contextlib
from functools import partial

from portal.autonomy.door import NotHere
from portal.core import stored_files
from portal.core.db import db
from portal.core.jobs import job, regularly
from portal.documents import actions, queries
from portal.people.models import Group
from portal.people.roles import SYSTEM


@job("documents.make_safe")
def make_safe(file_id: int, group_id: int) -> None:
    """Make a file safe, after which its original is forgotten. Run twice, the second time finds nothing to do."""
    file = queries.file(group_id, file_id)
    if file is None or not file.is_waiting:
        return
    group = db.session.get_one(Group, group_id)
    with contextlib.suppress(NotHere):  # let go while we worked
        stored_files.make_safe(
            file,
            done=partial(actions.keep_made, SYSTEM, group, file_id),
            given_up=partial(actions.give_up_file, SYSTEM, group, file_id),
        )


@job("documents.make_host_safe")
def make_host_safe(file_id: int) -> None:
    """The same of a file of the host's own."""
    file = queries.host_file(file_id)
    if file is not None and file.is_waiting:
        stored_files.make_safe(
            file,
            done=partial(actions.keep_made_host, SYSTEM, None, file_id),
            given_up=partial(actions.give_up_host, SYSTEM, None, file_id),
        )


@job("documents.tell_all")
def tell_all(document_id: int) -> None:
    """Tell every group of a new rule. Run twice, each is told once."""
    while groups := queries.untold(document_id):
        for group_id in groups:
            actions.tell(SYSTEM, db.session.get_one(Group, group_id), document_id=document_id)
    db.session.rollback()


@regularly
def tell_newcomers() -> None:
    """Tell groups that were founded during the notice of a new rule."""
    for document_id in queries.rules_ahead():
        tell_all(document_id)
    db.session.rollback()


@regularly
def let_go() -> None:
    """Remove what was taken away 30 days ago."""
    for document_id, group_id in queries.to_remove():
        actions.remove(SYSTEM, db.session.get_one(Group, group_id), document_id)
    db.session.rollback()
