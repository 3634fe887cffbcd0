"""What's changed in a group, and the fingerprint of its log: to read, to check, to take along."""

from pathlib import Path

from flask import Blueprint, Flask, Response, g, request

from portal.activity import chain, check_log, queries
from portal.core.ids import id_of
from portal.core.web import page
from portal.people.reach import in_group

bp = Blueprint("activity", __name__, url_prefix="/g/<group>/log")


@bp.get("/")
@in_group()
def index():
    """Everything that happened, newest first; by person, by area, or the staff's only."""
    person, area = id_of(request.args.get("person")), request.args.get("area", "")
    staff, before = "staff" in request.args, id_of(request.args.get("before"))
    found = queries.changed(g.place.group_id, before=before, person=person, area=area, staff=staff)
    return page(
        "activity/index.html",
        entries=found[: queries.PAGE],
        more=len(found) > queries.PAGE,
        people=queries.who_acted(g.place.group_id),
        picked={"person": person, "area": area, "staff": staff},
    )


@bp.get("/fingerprint")
@in_group()
def fingerprint():
    """The newest fingerprint, and whether an older one still fits."""
    typed = "".join(request.args.get("old", "").split())[:200]
    number, _, digest = typed.partition(":")
    shaped = id_of(number) is not None and len(digest) == len(check_log.START)
    found = list(chain.faults(g.place.group_id, [typed] if shaped else []))
    newest = chain.fingerprint(g.place.group_id)
    return page("activity/fingerprint.html", newest=newest, typed=typed, shaped=shaped, found=found)


@bp.get("/log.jsonl")
@in_group()
def download():
    """The whole log as a file for the checker."""
    lines = b"".join(check_log.canonical(entry) + b"\n" for entry in chain.exported(g.place.group_id))
    return _as_file(lines, "application/jsonl", "our-log.jsonl")


@bp.get("/check_log.py")
@in_group()
def checker():
    """The checker, which stands alone."""
    return _as_file(Path(check_log.__file__).read_bytes(), "text/x-python", "check_log.py")


def _as_file(content: bytes, kind: str, name: str) -> Response:
    return Response(content, content_type=kind, headers={"Content-Disposition": f'attachment; filename="{name}"'})


def init_app(app: Flask) -> None:
    app.register_blueprint(bp)
