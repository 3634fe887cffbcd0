"""Payments, for finance: what is ready, runs, one run with its checks, its release and its files."""

from flask import Blueprint, Flask, abort, current_app, make_response, request, url_for

from portal.autonomy.door import Mistake, Refused, may, note_read
from portal.autonomy.door_answers import mistakes_beside
from portal.core import clock
from portal.core.forms import PlainForm
from portal.core.ids import id_of
from portal.core.web import invalid, page, saved
from portal.payments import actions, bank_csv, checks, pain001, paydays, queries, transfers
from portal.payments.forms import PrepareForm
from portal.people.models import Group
from portal.people.reach import actor, as_staff
from portal.spending import costs

bp = Blueprint("payments", __name__, url_prefix="/host/payments")
FINANCE = actions.FINANCE


@bp.get("/")
@as_staff(roles=FINANCE)
def index():
    """What is ready to pay, and the runs so far."""
    return page("payments/index.html", **_ready())


@bp.post("/")
@as_staff(roles=FINANCE, does=(actions.start, actions.put_in))
def prepare():
    """Put what is ticked into the run for a day, begun if there is none; each passes the door by itself, and what can't go
    in is named."""
    form = PrepareForm.from_request(days=paydays.coming())
    if form.validate():
        groups = queries.groups_of(form.picked.data)
        if set(form.picked.data) - set(groups):
            abort(404)
        with mistakes_beside(form, "pay_on"):
            run = queries.open_run(form.pay_on.data) or actions.start(
                actor(), pay_on=form.pay_on.data, key=f"{form.key.data}-run"
            )
            done, not_done = _each(
                lambda number: actions.put_in(
                    actor(), groups[number], number, key=f"{form.key.data}-{number}", run_id=run.id
                ),
                form.picked.data,
            )
            if not_done:
                form.picked.errors = [" ".join([f"{done} put in." if done else "None put in.", *_named(not_done)])]
                return invalid("payments/index.html", **_ready(form))
            return saved(goto=url_for(".run", run_id=run.id), says=f"{done} put in.")
    return invalid("payments/index.html", **_ready(form))


@bp.get("/<int:run_id>/")
@as_staff(roles=FINANCE)
def run(run_id):
    """One run: what is in it, what is worth a look, and what comes next."""
    return page("payments/run.html", **_run(run_id))


@bp.post("/<int:run_id>/payments/<int:payment_id>/removal")
@as_staff(roles=FINANCE, does=actions.take_out)
def take_out(run_id, payment_id):
    actions.take_out(actor(), _group(run_id, payment_id), payment_id, key=PlainForm.from_request().key.data)
    return saved(goto=url_for(".run", run_id=run_id), says="Taken out. It’s ready to pay again.")


@bp.post("/<int:run_id>/hand-over")
@as_staff(roles=FINANCE, does=actions.hand_over)
def hand_over(run_id):
    actions.hand_over(actor(), None, run_id, key=PlainForm.from_request().key.data)
    return saved(goto=url_for(".run", run_id=run_id), says="Handed over. Another person in finance releases it.")


@bp.post("/<int:run_id>/release")
@as_staff(roles=FINANCE, does=(actions.release, actions.take_out))
def release(run_id):
    """Release it; what no longer holds is left out, and named."""
    key, left = PlainForm.from_request().key.data, []
    for _ in range(queries.PAGE):
        try:
            actions.release(actor(), None, run_id, key=key)
        except actions.FallenOut as fallen:
            for one in fallen.these:
                actions.take_out(actor(), _group(run_id, one.payment_id), one.payment_id)
                left.append(f"{one.ref} is left out: {one.why}")
        except Mistake as mistake:
            if not left:
                raise
            return saved(goto=url_for(".run", run_id=run_id), says=" ".join([*left, str(mistake)]))
        else:
            break
    return saved(goto=url_for(".run", run_id=run_id), says=" ".join(["Released.", *left]))


@bp.post("/<int:run_id>/end")
@as_staff(roles=FINANCE, does=(actions.give_up, actions.take_out))
def give_up(run_id):
    """Take everything out, then end it."""
    key = PlainForm.from_request().key.data
    found = queries.run(run_id) or abort(404)
    if not found.run.released_at:
        for payment, _receipt in queries.in_run(run_id):
            actions.take_out(actor(), _group(run_id, payment.id), payment.id)
    actions.give_up(actor(), None, run_id, key=key)
    return saved(goto=url_for(".index"), says="Given up. All of it is ready to pay again.")


@bp.post("/<int:run_id>/payments/<int:payment_id>/return")
@as_staff(roles=FINANCE, does=actions.returned)
def returned(run_id, payment_id):
    actions.returned(actor(), _group(run_id, payment_id), payment_id, key=PlainForm.from_request().key.data)
    return saved(goto=url_for(".run", run_id=run_id), says="Noted. It can be paid anew once the bank details are mended.")


@bp.get("/<int:run_id>/payments.xml")
@as_staff(roles=FINANCE, asks_again=True, notes=actions.fetch)
def as_pain001(run_id):
    """The bank's file as ISO 20022."""
    found = note_read(actions.fetch, actor(), None, run_id)
    day = max(found.pay_on, clock.in_london(found.released_at).date())
    facts = {"message_id": found.message_id, "made_at": found.released_at, "pay_on": day}
    bank = current_app.config["SETTINGS"].bank
    return _file(pain001.document(transfers.of(found), bank=bank, **facts), f"{found.ref}.xml", "application/xml")


@bp.get("/<int:run_id>/payments.csv")
@as_staff(roles=FINANCE, asks_again=True, notes=actions.fetch)
def as_csv(run_id):
    """The bank's file as a list."""
    found = note_read(actions.fetch, actor(), None, run_id)
    return _file(bank_csv.listed(transfers.of(found)).encode(), f"{found.ref}.csv", "text/csv")


def _file(content: bytes, name: str, kind: str):
    answer = make_response(content)
    answer.headers["Content-Type"] = f"{kind}; charset=utf-8"
    answer.headers["Content-Disposition"] = f'attachment; filename="payments-{name}"'
    return answer


def _group(run_id: int, payment_id: int) -> Group:
    return queries.group_of(run_id, payment_id) or abort(404)


def _each(act, numbers) -> tuple[int, dict[int, str]]:
    """Do it to each; how many were done, and why the others weren't."""
    done, not_done = 0, {}
    for number in dict.fromkeys(numbers):
        try:
            act(number)
            done += 1
        except Mistake as mistake:
            not_done[number] = str(mistake)
        except Refused as refused:
            not_done[number] = refused.decision.why
    return done, not_done


def _named(not_done: dict[int, str]) -> list[str]:
    refs = queries.refs(not_done)
    return [f"{refs[number]}: {why}" for number, why in not_done.items()]


def _after(name: str) -> int | None:
    return id_of(request.args.get(name))


def _ready(form: PrepareForm | None = None) -> dict:
    rows = costs.to_pay(_after("after"), queries.READY)
    runs = queries.runs(_after("before"))
    return {
        "rows": rows[: queries.READY],
        "more": len(rows) > queries.READY,
        "groups": queries.names(receipt.group_id for receipt, *_ in rows),
        "runs": runs[: queries.PAGE],
        "more_runs": len(runs) > queries.PAGE,
        "form": form or PrepareForm(days=paydays.coming()),
        "today": clock.today(),
        "me": actor().person_id,
    }


def _run(run_id: int) -> dict:
    found = queries.run(run_id) or abort(404)
    rows = queries.payments(run_id, _after("after"))
    waits = found.run.handed_at and not found.run.released_at and not found.run.ended_at
    return {
        "found": found,
        "rows": rows[: queries.PAGE],
        "more": len(rows) > queries.PAGE,
        "beside": checks.beside,
        "decision": may(actor(), None, actions.release, found.run) if waits else None,
        "bank": current_app.config["SETTINGS"].bank,
        "key": PlainForm(),
    }


def init_app(app: Flask) -> None:
    app.register_blueprint(bp)
    app.jinja_env.globals["pay_day"] = queries.pay_day  # a cost says by when, floors below
