"""Costs: asked for, agreed to by the group's own rule; and the rule. The host's side of one cost."""

from flask import Blueprint, Flask, abort, g, url_for

from portal.autonomy import consent, standing
from portal.autonomy.areas import Area
from portal.autonomy.door_answers import mistakes_beside
from portal.autonomy.policy import TABLE
from portal.core.web import invalid, page, saved
from portal.payees import queries as payees
from portal.people.reach import actor, as_staff, group, in_group, works_for_host
from portal.people.roles import ORGANISERS
from portal.receipts.models import COST_KIND_WORDS, CostKind
from portal.spending import actions, costs, queries, words
from portal.spending.forms import CostForm, RuleForm, YesForm

bp = Blueprint("spending", __name__, url_prefix="/g/<group>")
bp_host = Blueprint("costs", __name__, url_prefix="/host/receipts/<int:number>/payment")
AT = "/receipts/<int:number>/payment"


@bp.get(AT)
@in_group()
def show(number):
    """One cost: ask for it to be paid; or how it stands, and a yes."""
    found = _found(number)
    if found.receipt.asked_at is None:
        return page("spending/ask.html", found=found, form=_offered(_filled(found)))
    return page("spending/show.html", **_facts(found))


@bp.get(f"{AT}/form")
@in_group()
def edit(number):
    """Change what was asked for. What was said yes to is asked again."""
    found = _found(number)
    return page("spending/ask.html", found=found, form=_offered(_filled(found)))


@bp.post(AT)
@in_group(does=actions.ask)
def ask(number):
    found, form = _found(number), _offered(CostForm.from_request())
    if form.validate():
        with mistakes_beside(form, "kind", fund_id="pot", line_id="pot"):
            actions.ask(actor(), group(), found.receipt.id, **form.facts())
            return saved(goto=url_for(".show", group=group().slug, number=number), says="Asked.")
    return invalid("spending/ask.html", found=found, form=form)


@bp.post(f"{AT}/end")
@in_group(does=actions.unask)
def unask(number):
    actions.unask(actor(), group(), _found(number).receipt.id)
    goto = url_for("receipts.show", group=group().slug, number=number)
    return saved(goto=goto, says="Nobody asks for it to be paid now. The receipt stays.")


@bp.post(f"{AT}/yes")
@in_group(roles=ORGANISERS, does=actions.say_yes)
def say_yes(number):
    found, form = _found(number), YesForm.from_request()
    if form.validate():
        with mistakes_beside(form, "mark"):
            actions.say_yes(actor(), group(), found.receipt.id, **form.facts())
            return saved(goto=url_for(".show", group=group().slug, number=number), says="Yes. Thank you.")
    return invalid("spending/show.html", **_facts(_found(number), form))


@bp.post(f"{AT}/yes/end")
@in_group(roles=ORGANISERS, does=actions.take_back_yes)
def take_back_yes(number):
    actions.take_back_yes(actor(), group(), _found(number).receipt.id)
    return saved(goto=url_for(".show", group=group().slug, number=number), says="Your yes is taken back.")


@bp.post(f"{AT}/standing-back")
@in_group(roles=ORGANISERS, does=actions.stand_back)
def stand_back(number):
    actions.stand_back(actor(), group(), _found(number).receipt.id)
    return saved(goto=url_for(".show", group=group().slug, number=number), says="You stood back. The others decide.")


@bp.get("/money/ask")
@in_group()
def new():
    """Ask for a payment there is no receipt of yet."""
    return page("spending/ask.html", found=None, form=_offered(CostForm()))


@bp.post("/money/ask")
@in_group(does=actions.ask_anew)
def ask_anew():
    form = _offered(CostForm.from_request())
    if form.validate():
        with mistakes_beside(form, "kind", fund_id="pot", line_id="pot"):
            made = actions.ask_anew(actor(), group(), receipt_key=form.key.data, **form.facts())
            return saved(goto=url_for(".show", group=group().slug, number=made.number), says="Asked.")
    return invalid("spending/ask.html", found=None, form=form)


@bp.get("/money/rule")
@in_group()
def rule():
    """Who of us says yes to costs."""
    return page("spending/rule.html", **_rule())


@bp.post("/money/rule")
@in_group(roles=ORGANISERS, does=actions.set_rule)
def set_rule():
    form = RuleForm.from_request()
    if not form.validate():
        return invalid("spending/rule.html", **_rule(form))
    made = actions.set_rule(actor(), group(), **form.facts())
    says = "It holds from now." if made.agreed_at else "It stays as it was until another organiser agrees."
    return saved(goto=url_for(".rule", group=group().slug), says=says)


@bp.post("/money/rules/<int:rule_id>/agreement")
@in_group(roles=ORGANISERS, does=actions.agree_rule)
def agree_rule(rule_id):
    actions.agree_rule(actor(), group(), rule_id)
    return saved(goto=url_for(".rule", group=group().slug), says="Agreed. It holds from now.")


@bp_host.get("/")
@as_staff(roles=actions.STAFF)
def cost(number):
    """One cost from the host's side: who is paid, who said yes."""
    return page("spending/cost.html", **_hosts(number))


@bp_host.post("/yes")
@as_staff(roles=actions.STAFF, does=actions.say_yes_for)
def say_yes_for(number):
    """Say yes for the group: done and told, proposed or refused, as the group has set it."""
    found, form = queries.numbered(number) or abort(404), YesForm.from_request()
    if form.validate():
        with mistakes_beside(form, "mark"):
            actions.say_yes_for(actor(), found.group, found.receipt.id, **form.facts())
            return saved(goto=url_for(".cost", number=number), says="Yes, for the group. It sees it.")
    return invalid("spending/cost.html", **_hosts(number, form))


def _found(number: int) -> queries.Cost:
    return queries.numbered(number, g.place.group_id) or abort(404)


def _filled(found: queries.Cost) -> CostForm:
    """The form with what is known of the receipt."""
    receipt = found.receipt
    pot = f"{receipt.fund_id}-{receipt.line_id or ''}" if receipt.fund_id else ""
    known = {"kind": receipt.kind or CostKind.PAY_BACK, "shop": receipt.shop or receipt.label, "pot": pot}
    return CostForm(data=known | {"amount_pence": receipt.amount_pence, "payee_id": receipt.payee_id})


def _offered(form: CostForm) -> CostForm:
    form.offer(payees.listed(g.place.group_id), queries.pots(g.place.group_id))
    return form


def _facts(found: queries.Cost, form: YesForm | None = None) -> dict:
    stands = costs.deciding(found.receipt)
    me = actor().person_id
    return {
        "found": found,
        "receipt": found.receipt,
        "kind": COST_KIND_WORDS.get(found.receipt.kind) if found.receipt.kind else "",
        "stands": stands,
        "decides": me in stands.deciders,
        "said": me in stands.given,
        "aside": consent.aside(actor(), works_for_host()),
        "organises": bool(actor().roles & ORGANISERS),
        "form": form or YesForm(data={"mark": stands.mark}),
        "ours": words.ours,
    }


def _hosts(number: int, form: YesForm | None = None) -> dict:
    found = queries.numbered(number) or abort(404)
    level = standing.of(found.group.id).levels[Area.SPENDING]
    outcome = TABLE[Area.SPENDING][level]
    said = {"means": words.means(outcome), "theirs": words.theirs(found.receipt)}
    return _facts(found, form) | {"level": level, "outcome": outcome} | said


def _rule(form: RuleForm | None = None) -> dict:
    now, wish = costs.rule_of(g.place.group_id), queries.open_rule(g.place.group_id)
    known = {"needs": now.needs, "over_pence": now.over_pence, "over_needs": now.over_needs or "two"} if now else {}
    return {
        "rule": words.rule(now),
        "wish": wish,
        "wished": words.rule(wish[0]).capitalize() if wish else "",
        "me": actor().person_id,
        "alone": consent.is_alone(g.place.group_id, actor().person_id),
        "aside": consent.aside(actor(), works_for_host()),
        "organises": bool(actor().roles & ORGANISERS),
        "form": form or RuleForm(data=known),
    }


def init_app(app: Flask) -> None:
    app.register_blueprint(bp)
    app.register_blueprint(bp_host)
