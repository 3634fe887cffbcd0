"""What someone typed when their sign-in had run out meanwhile: given back on a page, to send again once they are in.

It stays on that page alone, in hidden fields: in no address, cookie, log or row of ours. Nothing sends itself; passwords,
codes and files are never given back. What is sent again passes every check anew, with its own key, so twice is once.
"""

from flask import Response, make_response, render_template, request, url_for

from portal.core.guard import SAFE
from portal.core.question_reasons import NAMES

NEVER_BACK = frozenset({"password", "app_code", "code", "credential", "challenge_id"})
FIRST_PART = "to-"  # of names in the form in which a proposal is answered with other words


def give_back(status: int, way_in: str) -> Response | None:
    """The page that gives back what was typed, with the way in (an endpoint); None where nothing was typed or chosen."""
    if request.method in SAFE or request.mimetype not in {"application/x-www-form-urlencoded", "multipart/form-data"}:
        return None
    request.takes_files = False
    fields = [(name, value) for name, value in request.form.items(multi=True) if name not in NEVER_BACK]
    typed = any(value.strip() and name.removeprefix(FIRST_PART) in NAMES for name, value in fields)
    had_files = any(file.filename for file in request.files.values())
    by_itself = bool(request.headers.get("HX-Request")) and not typed
    if by_itself or not (typed or had_files):
        return None
    facts = {
        "fields": fields if typed else [],
        "had_files": had_files,
        "way_in": url_for(way_in, next=url_for("signin.back")),
        "signed_out": way_in == "signin.start",
        "boosted": request.headers.get("HX-Boosted") == "true",
        "address": request.full_path.rstrip("?"),
    }
    answer = make_response(render_template("errors/unsent.html", **facts), status)
    answer.headers["Location"] = facts["way_in"]  # where a redirect would have gone; a browser stays on the page
    answer.headers["HX-Retarget"], answer.headers["HX-Reswap"] = "body", "innerHTML"
    return answer
