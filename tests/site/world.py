"""A small world with everyone in it: two groups with the same things in each, the host's people, and those outside."""

import io
from dataclasses import dataclass, field
from datetime import date, timedelta
from pathlib import Path

import sqlalchemy as sa

from portal.activity.models import Entry
from portal.asks import actions as asks
from portal.asks.models import AskQuestion
from portal.autonomy.areas import Area, Level
from portal.autonomy.door import Proposed
from portal.autonomy.models import Hold, Loosening, Quiet
from portal.bank import actions as bank
from portal.bank.models import BankLine
from portal.bank.views import _tokens
from portal.breakglass import actions as duties
from portal.breakglass.models import BreakGlass
from portal.budget.models import BudgetLine
from portal.contact import actions as contact
from portal.core import clock, files, sqlite, wall, workdays
from portal.core.db import db
from portal.cover import actions as cover
from portal.cover import queries as covers
from portal.disagreements import actions as disagreements
from portal.documents import actions as documents
from portal.documents.models import DocumentFile, HostFile, mark_of
from portal.governance import actions as governance
from portal.governance import months
from portal.governance.models import Item
from portal.heard import actions as heard
from portal.ledger import actions as ledger
from portal.ledger.models import Fund
from portal.members.invitations import link_token
from portal.members.models import Invitation, Removal
from portal.papers import actions as papers
from portal.payees import actions as payees
from portal.payees import details as accounts
from portal.payees import links
from portal.payees.models import PayeeLink
from portal.payments import actions as pays
from portal.payments import paydays
from portal.people.models import Device, Membership, Person, StaffRole
from portal.people.roles import STRANGER, SYSTEM, Role
from portal.receipts import actions as receipts
from portal.receipts.models import Picture, Question, Receipt
from portal.risks import actions as risks
from portal.sharing import actions as sharing
from portal.signin.actions import argon2
from portal.signin.models import Passkey, Password
from portal.silence.models import NamedPerson, Wish
from portal.spending import actions as spending
from portal.support import actions as support
from portal.support import unplaced_mail
from portal.support.models import Attachment, Reader, Request
from tests import make
from tests.bank import samples
from tests.client import Client
from tests.payments import ready as payments

PASSWORD = "a kettle, a table, a door"
ABSENT = 987_654
READY = "Ready to pay"
STAFF = {
    "coordinator": ("Imani", Role.COORDINATOR),
    "finance": ("Glyn", Role.FINANCE),
    "trustee": ("Beatrix", Role.TRUSTEE),
    "safeguarding": ("Noor", Role.SAFEGUARDING),
    "unproved": ("Sefa", Role.COORDINATOR),
    "both": ("Bo", Role.COORDINATOR, Role.FINANCE),
}


@dataclass
class World:
    """The app with its world laid out: who is who, what is where, a browser for each."""

    app: object
    people: dict[str, Person] = field(default_factory=dict)
    clients: dict[str, Client] = field(default_factory=dict)
    things: dict[str, dict] = field(default_factory=dict)  # by group: the ids that addresses are made of
    devices: dict[str, int] = field(default_factory=dict)
    passkeys: dict[str, int] = field(default_factory=dict)
    memberships: dict[str, int] = field(default_factory=dict)
    staff_role: int = 0


def build(app) -> World:
    """Lay it out. The app's context is open."""
    world = World(app)
    staff = {who: make.staff(name, *roles) for who, (name, *roles) in STAFF.items()}
    for pence in (-7_00, 25_00, 7_00, 40_00, -7_00, -7_00):  # their numbers are 1 to 6, which forms send
        make.bank_line(pence)
    waits = make.bank_line(11_00)
    bank.to_suspense(make.actor(make.person("Glyn"), Role.FINANCE), None, waits.id)
    kettle = make.group("Kettle", organisers=("Marsha", "Joe", "Kim", "Bo"), helpers=("Bernie", "Rae"), pots=("Ours",))
    walkers = make.group("Walkers", organisers=("Sam", "Wyn", "Val"), helpers=("Ash",), pots=("Theirs",))
    world.people = staff | {
        "anon": None,
        "signed_out": make.person("Marsha"),
        "removed": make.person("Rae"),
        "invited": make.person("June"),
        "helper": make.person("Bernie"),
        "organiser": make.person("Marsha"),
        "stranger": make.person("Sam"),
    }
    world.things = {"kettle": _things(kettle, "Joe", "Kim", "Bernie"), "walkers": _things(walkers, "Wyn", "Val", "Ash")}
    _end(kettle, "Rae")
    for who, person in world.people.items():
        _sign_in(world, who, person)
    for membership in db.session.scalars(sa.select(Membership)):
        world.memberships[membership.person.name] = membership.id
    world.staff_role = db.session.scalar(sa.select(StaffRole.id).where(StaffRole.role == Role.TRUSTEE))
    db.session.commit()
    db.session.remove()
    return world


def _things(group, second: str, third: str, helper: str) -> dict:
    """One of each in a group, by the names that addresses use."""
    fund = db.session.scalar(sa.select(Fund.id).where(Fund.group_id == group.id))
    own = {"shop": "Corner Grocer", "amount_pence": 1146, "spent_on": clock.today(), "label": "milk", "fund_id": fund}
    receipt = make.receipt(group, **own)
    other = make.receipt(group, shop="Other")
    ready = make.receipt(group, amount_pence=500, accepted_at=clock.now(), ledger_code="5100")
    helpers = make.receipt(group, added_by=make.person(helper).id, amount_pence=700)
    picture = _made_safe(db.session.scalars(sa.select(Picture).where(Picture.receipt_id == receipt.id)).one())
    uncle, joe = make.person("Sam" if group.name == "Kettle" else "Uncle").id, make.person(second).id
    with wall.opened(group.id):
        asked = {"group_id": group.id, "receipt_id": receipt.id, "asks": "what_for"}
        question = Question(**asked)
        hold = Hold(
            group_id=group.id,
            item_table="receipts",
            item_id=other.id,
            rule="F5",
            reason="Short of this one",
            releases="Money coming in",
            review_on=workdays.after(clock.today(), 3),
        )
        invitations = {
            "helper": Invitation(email="june@example.org", role=Role.HELPER, agreed_at=clock.now()),
            "organiser": Invitation(email="june@example.org", role=Role.ORGANISER),
        }
        for invitation in invitations.values():
            invitation.group_id, invitation.nonce, invitation.made_by = group.id, "0" * 32, make.person(second).id
        helpers_question = Question(group_id=group.id, receipt_id=helpers.id, asks="what_for")
        was = clock.now() - timedelta(days=20)
        quiet = Quiet(group_id=group.id, started_by=make.person(second).id, started_at=was, until=was + timedelta(days=2))
        named = NamedPerson(group_id=group.id, person_id=uncle, name="Uncle", named_by=joe)
        wish = Wish(group_id=group.id, kind="pause", words="They need one", asked_by=uncle)
        removal = Removal(group_id=group.id, membership_id=_place(group, third), asked_by=make.person(second).id)
        db.session.add_all([question, helpers_question, hold, quiet, named, wish, removal, *invitations.values()])
    db.session.commit()
    glyn = make.actor(make.person("Glyn"), Role.FINANCE)
    grant = ledger.open_fund(glyn, group, name="A gift", restriction="unrestricted", basis="part")
    journal = ledger.receive(
        glyn, group, grant.id, source="donation", pence=5000, on=clock.today(), words="From a neighbour"
    )
    own = {"fund": "small_things", "source": "donation", "on": clock.today(), "words": "From a shop"}
    ours = ledger.receive_ours(glyn, pence=7000, **own)
    own = {"group_id": group.id, "fund_id": grant.id}
    with wall.opened(group.id):
        lines = [BudgetLine(**own, name=name, planned_pence=20_00) for name in ("Tea", "Bread")]
        db.session.add_all(lines)
    db.session.commit()
    to_agree, rule = _asked(group, grant.id, second)
    papers.write(make.actor(make.person(second)), group, grant.id, time="all", words="What it made possible.")
    payment, settled, entry, cost = _costs(glyn, group, grant)
    runs = _runs(group)
    proposal, loosening, change = _waiting(group, helpers, second)
    live, asked, disclosed, over = _duties(group, receipt)
    return {
        **runs,
        **_requests(group, second),
        **_risks(group, second, helper),
        **_asks(group, second),
        **_documents(group, second, third),
        "disagreement_id": _disagreement(group, second),
        **_shares(group, second),
        **_payees(group, second),
        "fund_id": grant.id,
        "period": "all",
        "kind": "csv",
        "bank_payment": payment,
        "settled_payment": settled,
        "settled_entry": entry,
        "cost_id": cost,
        "bank_line": 2,
        "waiting_line": 7,
        "import_id": 4,
        "asked": to_agree,
        "unasked": receipt.number,
        "rule_id": rule,
        "journal": journal.id,
        "ours": ours.id,
        "year": clock.today().year,
        "line_id": lines[0].id,
        "other_line": lines[1].id,
        "quiet_id": quiet.id,
        "named_id": named.id,
        "wish_id": wish.id,
        "glass_id": live.id,
        "item_id": live.items[0].id,
        "duty_asked": asked.id,
        "duty_disclosed": disclosed.id,
        "duty_disclosed_item": disclosed.items[0].id,
        "duty_over": over.id,
        "area": "receipts",
        "step": "what",
        "figure": "replies",
        "proposal_id": proposal,
        "loosening_id": loosening,
        "entry_id": change,
        "group": group.slug,
        "slug": group.slug,
        "number": receipt.number,
        "held": other.number,
        "ready": ready.number,
        "helpers": helpers.number,
        "picture_id": picture.id,
        "other_picture": db.session.scalar(sa.select(Picture.id).where(Picture.receipt_id == other.id)),
        "question_id": question.id,
        "helpers_question": helpers_question.id,
        "fund": fund,
        "invitation_id": invitations["helper"].id,
        "proposed": invitations["organiser"].id,
        "token": link_token(invitations["helper"]),
        "removal_id": removal.id,
        "membership_id": _place(group, helper),
        "organisers_membership": _place(group, second),
        "size": 1,
    }


def _costs(glyn, group, fund) -> tuple[int, int, int, int]:
    """Three costs of £7: one released, one that the bank's line paid, with its entry, one that isn't in a run."""
    payee = make.payee(group, "Hall")
    made = []
    for _ in range(3):
        own = {"amount_pence": 7_00, "fund_id": fund.id, "payee_id": payee.id, "kind": "invoice"}
        receipt = make.agreed(make.receipt(group, **own))
        made.append(receipts.accept(glyn, group, receipt.id, ledger_code="5300", amount_pence=7_00))
    released, settled = make.payment(made[0]).id, make.payment(made[1]).id
    line = 5 if group.name == "Kettle" else 6
    bank.settle_payment(glyn, group, settled, line_id=line)
    return released, settled, db.session.get_one(BankLine, line).entry_id, made[2].id


def _waiting(group, receipt: Receipt, second: str) -> tuple[int, int, int]:
    """What staff changed and told of, what they proposed, and a level about to loosen, by id."""
    with wall.opened(group.id):
        for membership in db.session.scalars(sa.select(Membership).where(Membership.group_id == group.id)):
            membership.joined_at = clock.now() - timedelta(days=30)
        loosening = Loosening(group_id=group.id, started_by=make.person(second).id, area="budget", level="tell_after")
        db.session.add(loosening)
    db.session.commit()
    glyn = make.actor(make.person("Glyn"), Role.FINANCE)
    make.set_level(group, Area.RECEIPTS, Level.TELL_AFTER)
    receipts.describe(glyn, group, receipt.id, label="tea")
    change = db.session.scalar(sa.select(sa.func.max(Entry.id)).where(Entry.group_id == group.id))
    make.set_level(group, Area.RECEIPTS, Level.ASK_FIRST)
    try:
        receipts.describe(glyn, group, receipt.id, note="Milk")
    except Proposed as waiting:
        proposal = waiting.proposal.id
    return proposal, loosening.id, change


def _asked(group, fund_id: int, second: str) -> tuple[int, int]:
    """A cost that waits for a yes, and an easier rule that waits for another organiser: number and id."""
    joe = make.actor(make.person(second))
    told = {"kind": "invoice", "amount_pence": 9_00, "shop": "Hall", "payee_id": make.payee(group).id, "fund_id": fund_id}
    asked = spending.ask_anew(joe, group, receipt_key=f"asked-of-{group.slug}", **told)
    spending.set_rule(joe, group, needs="two")
    return asked.number, spending.set_rule(joe, group, needs="one").id


def _runs(group) -> dict[str, int]:
    """A cost that is ready to pay; a payment in a run that is open, in one to be released, in one that left."""
    grocer = payments.payee(group)
    found = {}
    for number, name in enumerate(("run_id", "handed", "released")):
        run = payments.run(payments.finance("Ro"), number)
        payment = payments.put(group, payments.cost(group, grocer, 100), run, payments.finance("Ro"))
        found |= {name: run.id, "payment_id" if name == "run_id" else f"{name}_payment": payment.id}
        if name != "run_id":
            pays.hand_over(payments.finance("Ro"), None, run.id)
    pays.release(payments.finance("Ri"), None, found["released"])
    payments.cost(group, grocer, 100, shop=READY)
    return found


def _requests(group, second: str) -> dict[str, int]:
    """Two requests that the organisers share, one with a later day to agree to; the first lets the finance worker in, has a
    private note, and something was passed on from it. A third is with someone who is away, and Imani covers."""
    joe, glyn = make.actor(make.person(second), Role.ORGANISER), make.person("Glyn").id
    first, later = (support.ask(joe, group, words="The hall is shut on Tuesday", shared=True) for _ in range(2))
    support.let_in(joe, group, first.id, person_id=glyn)
    imani = make.actor(make.person("Imani"), Role.COORDINATOR)
    support.snooze(imani, group, later.id, until=date.fromisoformat(later_day()), reason="The council meets then.")
    reader = db.session.scalar(sa.select(Reader.id).where(Reader.request_id == first.id))
    question = _held_question(group, imani)
    support.say(joe, group, first.id, words="This one", files=[make.photo()])
    sent = _made_safe(db.session.scalars(sa.select(Attachment).where(Attachment.request_id == first.id)).one())
    stranger = unplaced_mail.keep_strange(SYSTEM, sort="words", sender="june@example.org", words="Is the hall free?")
    sefa, today = make.person("Sefa").id, clock.today()
    if not covers.covers(imani.person_id, sefa):
        away = {"until_on": today + timedelta(days=9), "cover_id": imani.person_id}
        cover.set_away(imani, person_id=sefa, from_on=today, **away)
    support.name_coordinator(imani, group, person_id=sefa)
    covered = support.ask(joe, group, words="The door sticks")
    support.name_coordinator(imani, group, person_id=imani.person_id)
    days = {"from_on": today + timedelta(days=30 + group.id * 9), "until_on": today + timedelta(days=31 + group.id * 9)}
    away = cover.set_away(imani, person_id=glyn, cover_id=imani.person_id, **days)
    start = support.write_start(imani, title="Yes", words="Yes, go ahead.")
    note = support.keep_note(imani, group, first.id, words="Ask the church first", reason="safeguarding")
    passed = heard.pass_on(joe, group, first.id, words="Halls are shut too often", attribution="nobody")
    return {
        "file_id": sent.id,
        "mail_id": stranger.id,
        "held_question": question.number,
        **{"request": first.number, "request_later": later.number, "reader_id": reader},
        **{"request_covered": covered.number, "away_id": away.id, "start_id": start.id},
        "note_id": note.id,
        "passed": passed.number,
        **_governance(group, joe),
    }


def _risks(group, second: str, helper: str) -> dict[str, int]:
    """A line about the group that waits for a trustee; a worry that waits for an answer and a trustee; a helper's own."""
    joe, imani = make.actor(make.person(second), Role.ORGANISER), make.actor(make.person("Imani"), Role.COORDINATOR)
    told = {"what": "The hall may shut", "does": "We know of another", "serious_why": "It is near"}
    line = risks.add(imani, group, **told, holder_id=imani.person_id, look_again_on=clock.today() + timedelta(days=30))
    worry = risks.worry(joe, group, words="The hall is cold", to_trustees=True)
    hers = risks.worry(make.actor(make.person(helper), Role.HELPER), group, words="The hall is dark")
    return {"risk": line.number, "worry": worry.number, "helpers_worry": hers.number}


def _governance(group, by) -> dict:
    """Something of a group's own, and what the host carries for it, which the group wants to talk about."""
    governance.lay(SYSTEM, group)
    own = governance.add(by, group, name="Kitchen rota")
    carried = db.session.scalars(sa.select(Item).where(Item.group_id == group.id, Item.key == "insurance")).one()
    governance.talk(by, group, carried.id)
    return {"item": str(own.id), "carried": carried.id}


SHORT, AGREED = "We hold it, you decide.", "The host holds the money and the group decides."
AGREED_MARK = mark_of(AGREED, None, SHORT)


def _documents(group, second: str, third: str) -> dict:
    """Documents, by number: the group's own with a photo; agreements that are offered, accepted, and in two versions. The
    newest version of all but the last is the first at the Kettle and the second elsewhere. An easier rule waits."""
    joe, kim = (make.actor(make.person(name)) for name in (second, third))
    imani = make.actor(make.person("Imani"), Role.COORDINATOR)
    said, version = {"summary": SHORT, "words": AGREED}, 1 if group.name == "Kettle" else 2
    ours = documents.add(
        joe, group, name="Our door", words="One of us", **({"files": [make.photo()]} if version == 1 else {})
    )
    offered, accepted, compared = (
        documents.offer(imani, group, name=name, **said) for name in ("Offered", "Accepted", "Compared")
    )
    documents.offer_version(imani, group, compared.id, summary=SHORT, words="Other words")
    if version == 2:
        documents.add_version(joe, group, ours.id, words="Two of us", files=[make.photo()])
        for one in (offered, accepted):
            documents.offer_version(imani, group, one.id, **said)
    file = _made_safe(db.session.scalars(sa.select(DocumentFile).where(DocumentFile.document_id == ours.id)).one())
    for by in (joe, kim):
        row = documents.queries.version(group.id, accepted.id, version)
        documents.agree(by, group, row.id, mark=AGREED_MARK)
    return {
        **{"document": ours.number, "offered": offered.number, "accepted": accepted.number, "compared": compared.number},
        **{"version": version, "document_file": file.id},
        **_hosts_documents(group, imani),
        "agreement_rule": documents.set_rule(joe, group, needs="one").id,
    }


def _hosts_documents(group, imani) -> dict:
    """A page of the host's with a photo, and a rule that the group is told of, one of each for a group."""
    shared = documents.share(imani, name=f"Page {group.name}", words="Read it", files=[make.photo()])
    file = db.session.scalars(sa.select(HostFile).where(HostFile.document_id == shared.id)).one()
    file.thumb = _small_page()
    file.pages, file.made_at = [{"file": file.thumb, "width": 60, "height": 80}], clock.now()
    db.session.commit()
    facts = {"words": "Ask first.", "differs": "You ask first.", "starts_on": date(2090, 1, 1)}
    rule = documents.announce(imani, name=f"Rule {group.name}", **facts)
    documents.tell(SYSTEM, group, document_id=rule.id)
    return {"hosts_page": shared.number, "hosts_file": file.id, "hosts_rule": rule.number, "hosts_version": 1}


def _held_question(group, imani) -> Request:
    """Something the host asks, held."""
    make.set_level(group, Area.CONTACT, Level.YOU_DO)
    question = contact.ask(imani, group, about="A fair in June")
    make.set_level(group, Area.CONTACT, Level.ASK_FIRST)
    make.set_facts(question, released_at=None, group_to_answer_at=None)
    return question


def _asks(group, second: str) -> dict[str, int]:
    """What the host asks of this group alone: a draft; one to answer and one that was answered, from a while ago."""
    imani, joe = make.actor(make.person("Imani"), Role.COORDINATOR), make.actor(make.person(second))
    said = {"title": "Rooms", "purpose": "To find some", "gets": "A room", "sees": "Imani", "minutes": 3}
    drafts = [asks.draft(imani, questions=["How many come?"], to_groups=[group.id], **said) for _ in range(3)]
    make.set_level(group, Area.CONTACT, Level.YOU_DO)
    for ask in drafts[1:]:
        asks.begin(imani, None, ask.id)
        sent = asks.send(imani, group, ask_id=ask.id, about="Rooms", minutes=3, over_why="It is for you.")
        make.set_facts(sent, released_at=clock.now() - timedelta(days=40))
    make.set_level(group, Area.CONTACT, Level.ASK_FIRST)
    question = db.session.scalar(sa.select(AskQuestion.id).where(AskQuestion.ask_id == sent.ask_id))
    asks.give(joe, group, sent.id, answers={str(question): "Eight of us"}, seen={})
    return dict(zip(("ask_draft", "ask", "ask_given"), (ask.number for ask in drafts), strict=True))


def _disagreement(group, second: str) -> int:
    """One with the host that the coordinator answered and that waits for someone new."""
    joe, imani = make.actor(make.person(second), Role.ORGANISER), make.actor(make.person("Imani"), Role.COORDINATOR)
    said = disagreements.disagree(joe, group, about="The hall", words="Not like this", among="host").id
    disagreements.answer(imani, group, said, words="It’s the only one free")
    disagreements.further(joe, group, said)
    return said


def _shares(group, second: str) -> dict:
    """A link for a funder, a public line that takes enquiries, and one that somebody wrote."""
    joe = make.actor(make.person(second), Role.ORGANISER)
    own = {"words": "Tea on Tuesdays.", "purpose": "To be found", "until_on": clock.today() + timedelta(days=30)}
    sharing.take_enquiries(joe, group, wanted=True)
    link = sharing.share(joe, group, audience="someone we name", who="The council", **own)
    make.set_facts(link, by_host=True)  # so that staff can withdraw it, too
    public = sharing.share(joe, group, audience="anyone", who=None, **own)
    written = {"name": "Ann", "reach": "ann@example.org", "words": "Is there room?", "address": f"192.0.2.{group.id}"}
    enquiry = sharing.enquire(STRANGER, group, public.id, **written)
    return {
        "share_id": link.id,
        "share_token": link.token,
        "public_share": public.id,
        "public_token": public.token,
        "enquiry_id": enquiry.id,
    }


def _payees(group, second: str) -> dict:
    """Three people to pay: one whose account somebody changed, one who changed it by a link, one with a link to use."""
    joe = make.actor(make.person(second), Role.ORGANISER)
    old, new = accounts.of("107999", "88837491"), accounts.of("202959", "63748472")
    made = [
        payees.add(joe, group, who="person", name=name, email=f"{name}@example.org", details=old)
        for name in ("ann", "ben", "cat")
    ]
    changed = payees.change_details(joe, group, made[0].id, details=new)
    used, waiting = (payees.send_link(joe, group, payee.id) for payee in made[1:])
    by_link = payees.give(STRANGER, group, used.id, details=new)
    return {
        "payee_id": made[0].id,
        "payee_unchanged": made[2].id,
        "details_id": changed.id,
        "details_by_link": by_link.id,
        "link_id": waiting.id,
        "payee_token": links.token(db.session.get_one(PayeeLink, waiting.id)),
    }


def _duties(group, receipt: Receipt) -> list[BreakGlass]:
    """Legal duties used: one live, one that waits for a second person, one that discloses, one that is over."""
    imani, trustee = make.actor(make.person("Imani"), Role.COORDINATOR), make.actor(make.person("Beatrix"), Role.TRUSTEE)
    made = []
    for act in ("view", "view", "disclose", "view"):
        asked = {
            "duty": "F9",
            "act": act,
            "things": receipt.ref,
            "reason": "The tax office asks",
            "hours": 4,
        }
        made.append(duties.ask(imani, group, **asked, outside="The tax office"))
    live, asked, disclosed, over = made
    for glass in (live, disclosed, over):
        duties.allow(trustee, group, glass.id)
    duties.end(imani, group, over.id)
    return [db.session.get_one(BreakGlass, glass.id) for glass in (live, asked, disclosed, over)]


def _made_safe(row):
    """A kept file's row as the job leaves it, with one small page."""
    thumb = _small_page()
    make.set_facts(row, thumb=thumb, pages=[{"file": thumb, "width": 60, "height": 80}], made_at=clock.now())
    return row


def _small_page() -> str:
    path = files.store().scratch()
    path.write_bytes(make.jpeg(60, 80))
    return files.store().keep(path)


def _place(group, name: str) -> int:
    return db.session.scalar(
        sa.select(Membership.id).where(
            Membership.group_id == group.id, Membership.person_id == make.person(name).id, Membership.ended_at.is_(None)
        )
    )


def _end(group, name: str) -> None:
    with wall.opened(group.id):
        db.session.get_one(Membership, _place(group, name)).ended_at = clock.now()
    db.session.commit()


_hash = argon2.hash(PASSWORD)


def _sign_in(world: World, who: str, person: Person | None) -> None:
    client = world.clients[who] = Client(world.app)
    if person is None:
        return
    client.as_(person, second_factor=who != "unproved")
    devices = sa.select(Device).where(Device.person_id == person.id).order_by(Device.id.desc()).limit(1)
    if who == "signed_out":
        db.session.scalars(devices).one().ended_at = clock.now()
        db.session.commit()
        return
    elsewhere = Device(person_id=person.id, token_hash=f"elsewhere {who}", label="Elsewhere", expires_at=clock.now())
    passkey = Passkey(
        person_id=person.id, credential_id=Passkey.text(who.encode()), public_key="", sign_count=0, label="Phone"
    )
    db.session.add_all([elsewhere, passkey, Password(person_id=person.id, hash=_hash)])
    db.session.commit()
    world.devices[who], world.passkeys[who] = elsewhere.id, passkey.id


def ready_cost() -> str:
    """A cost that can be put into a run, as a form names it."""
    return str(db.session.scalar(sa.select(sa.func.min(Receipt.id)).where(Receipt.shop == READY)))


def lead() -> str:
    """Who leads safeguarding, as a form names someone."""
    return str(make.person("Noor").id)


def coordinator() -> str:
    """Someone who coordinates, as a form names them."""
    return str(make.person("Imani").id)


def first_request() -> str:
    """The Kettle's first request, as a form names it."""
    return f"S{db.session.scalar(sa.select(sa.func.min(Request.number)))}"


def stands() -> str:
    """What stands in the Kettle's first request, as the form to answer it says."""
    return db.session.scalars(sa.select(Request.moved_at).order_by(Request.id)).first().isoformat()


def later_day() -> str:
    """The day by which the host would answer the request that it put off."""
    return (clock.today() + timedelta(days=60)).isoformat()


def coming_month() -> str:
    """A month to look again in, as a form names it."""
    return months.after(2).isoformat()


def pay_day() -> str:
    """A coming pay day, as a form names it."""
    return paydays.coming()[0].isoformat()


def photo() -> tuple:
    """A picture as a form sends it."""
    return io.BytesIO(make.jpeg(60, 80)), "photo.jpg"


def bank_file() -> tuple:
    """A file of the bank's as a form sends it."""
    return io.BytesIO(samples.OFX_OLD.encode()), "november.ofx"


def held_file() -> str:
    """A file that waits for its columns, as the form names it."""
    path = files.store().scratch()
    path.write_text(samples.SIGNED)
    return _tokens().dumps([files.store().keep(path), 1, "0" * 64, "november.csv"])


def copy_sqlite(source: Path, target: Path) -> None:
    """Make one SQLite file what another is, while people have that one open."""
    one, other = sqlite.driver.connect(source), sqlite.driver.connect(target)
    one.backup(other)
    one.close()
    other.close()
