"""The emails that a coordinator puts in a request, or drops. Part of the queue's pages (`desk.py`)."""

from flask import abort, request, url_for

from portal.autonomy.door import Mistake
from portal.autonomy.door_answers import mistakes_beside
from portal.core.forms import PlainForm
from portal.core.ids import id_of
from portal.core.web import invalid, page, saved
from portal.people.reach import actor, as_staff
from portal.support import actions, queries, unplaced_mail, words
from portal.support.desk import bp
from portal.support.forms import PlaceForm

NO_SUCH = "You read no request of that number. Check it, or leave the email for whoever does."


@bp.get("/mail")
@as_staff(roles=actions.COORDINATORS, asks_when_idle=True)
def mail():
    """What came by email and has no place yet."""
    return page("support/mail.html", **_facts())


@bp.post("/mail/<int:mail_id>/placing")
@as_staff(roles=actions.COORDINATORS, does=unplaced_mail.put_in, asks_when_idle=True)
def put_in(mail_id):
    if not unplaced_mail.is_here(mail_id, actor()):
        abort(404)
    form = PlaceForm.from_request()
    if form.validate():
        found = queries.thread_at_host(form.written, actor()) if form.written else None
        if found is None:
            form.number.errors = [NO_SUCH]
            return invalid("support/mail.html", **_facts(mail_id, form))
        with mistakes_beside(form, "number"):
            unplaced_mail.put_in(actor(), found.group, found.request.id, key=form.key.data, mail_id=mail_id)
            return saved(goto=url_for(".mail"), says=f"It’s in {found.ref}.")
    return invalid("support/mail.html", **_facts(mail_id, form))


@bp.post("/mail/<int:mail_id>/dropping")
@as_staff(roles=actions.COORDINATORS, does=unplaced_mail.drop_strange, asks_when_idle=True)
def drop_mail(mail_id):
    try:
        unplaced_mail.drop_strange(actor(), None, mail_id, key=PlainForm.from_request().key.data)
    except Mistake as mistake:
        return saved(goto=url_for(".mail"), says=str(mistake))
    return saved(goto=url_for(".mail"), says="Dropped. Its words are gone.")


def _facts(mail_id: int | None = None, form: PlaceForm | None = None) -> dict:
    """The page, with one row's form as it was sent."""
    after = id_of(request.args.get("after"))
    rows, more = unplaced_mail.waiting(actor(), after)
    forms = {row.mail.id: PlaceForm(data={"number": f"S{row.number}" if row.number else ""}) for row in rows}
    if form and mail_id in forms:
        forms[mail_id] = form
    return {"rows": rows, "more": more, "after": after, "forms": forms, "words": words}
