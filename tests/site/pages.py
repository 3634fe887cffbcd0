"""Every page there is, in the demo, with as much on it as a real one has: who opens it, at which address."""

import json
import shutil
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path

import sqlalchemy as sa
from flask import Flask

from portal.activity.models import Entry
from portal.app import create_app
from portal.asks import actions as asks
from portal.asks.models import Ask
from portal.autonomy.areas import Area, Level
from portal.autonomy.door import Proposed
from portal.autonomy.models import ContactTry, Proposal, Quiet
from portal.bank import actions as bank
from portal.breakglass import actions as duties
from portal.breakglass.models import BreakGlass
from portal.core import clock, wall
from portal.core.db import db
from portal.core.mail import ShownMail
from portal.cover import actions as cover
from portal.disagreements import actions as disagreements
from portal.documents import actions as documents
from portal.governance import actions as governance
from portal.governance.models import Item
from portal.heard import actions as heard
from portal.ledger.models import Fund, JournalEntry
from portal.members.invitations import link_token
from portal.members.models import Invitation
from portal.papers import actions as papers
from portal.payees import actions as payees
from portal.payees import details as accounts
from portal.payees import links
from portal.payees.models import PayeeLink
from portal.payments import actions as pays
from portal.people.models import Group, Person
from portal.people.roles import STRANGER, SYSTEM, Actor, Role
from portal.receipts import actions as receipts
from portal.receipts.models import Receipt
from portal.risks import actions as risks
from portal.risks.models import Risk
from portal.sharing import actions as sharing
from portal.sharing import queries as shares
from portal.sharing.models import Enquiry
from portal.silence.models import NamedPerson, Wish
from portal.support import actions as support
from portal.support import unplaced_mail
from portal.support.models import Request
from tests import demo as demos
from tests import make
from tests.client import Client
from tests.installation import settings_for
from tests.payments import ready as payments


@dataclass(frozen=True)
class Page:
    """One page: what it is called here, the route behind it, who opens it, what a form sends, how it answers."""

    name: str
    endpoint: str
    who: str
    path: str
    body: dict | None = None
    status: int = 200

    def __str__(self) -> str:
        return self.name


DOUBTFUL = {"sort_code": "089999", "account": "66374959"}
GROUP = "/host/groups/tuesday-kettle"
K, DESK, DUTIES = "/g/tuesday-kettle", "/host/receipts", "/host/groups/tuesday-kettle/duties"
RISKS = "/host/risks"
QUEUE, THEIRS = "/host/requests", "/host/groups/tuesday-kettle/documents"
SHARED = "/host/documents"
HELD = "/host/groups/tuesday-kettle/books"
HOSTS = "/host/groups/tuesday-kettle/disagreements"
SILENT = "/host/groups/more-8/silence"
LONG = {"words": "x" * 4001}
VIEWS = ("group", "asked", "ready", "held", "paid")
ALLOTMENT, AMENDED = "/g/quiet-allotment", {"to-label": "x" * 70}
SHARES = "/host/groups/tuesday-kettle/shares"
LOOK = {"words": "Tea on Tuesdays.", "audience": "anyone", "purpose": "To be found", "send": "look"}
SENT = {"name": "June", "reach": "07700 900111", "words": "May I come?", "key": "k" * 32}
PAGES = (
    Page("sign-in", "signin.start", "", "/sign-in"),
    Page("code", "signin.code", "", "/sign-in/code"),
    Page("password", "signin.password", "", "/sign-in/password"),
    Page("set-up", "signin.set_up", "", "/set-up"),
    Page("talk", "home.talk", "", "/talk"),
    Page("mail", "demo.mail", "", "/demo/mail"),
    Page("again", "signin.again", "Marsha", "/sign-in/again"),
    Page("second", "signin.second", "Glyn Parry", "/sign-in/second"),
    Page("in again", "signin.back", "Marsha", "/sign-in/back"),
    Page("not sent yet", "receipts.declare", "", f"{K}/receipts/without", {"shop": "milk"}, 401),
    Page("you", "signin.you", "Marsha", "/you"),
    Page("app", "signin.app_code", "Marsha", "/you/app"),
    Page("places", "home.choose", "Sefa Tuilagi", "/places"),
    Page("join", "members.join", "Marsha", "/join/{token}"),
    Page("home", "home.index", "Marsha", f"{K}/"),
    Page("home with a question", "home.index", "Orla", "/g/hearsay-collective/"),
    Page("home of a helper", "home.index", "Bernie", f"{K}/"),
    Page("people", "members.index", "Marsha", f"{K}/people"),
    Page("people, one proposed", "members.index", "Lily", "/g/nightshift-poets/people"),
    Page("people of a helper", "members.index", "Bernie", f"{K}/people"),
    Page("receipts", "receipts.index", "Marsha", f"{K}/receipts/"),
    Page("receipts, none", "receipts.index", "Celestine", "/g/long-table/receipts/?after=1"),
    Page("bin", "receipts.bin_", "Marsha", f"{K}/receipts/bin"),
    Page("new", "receipts.new", "Marsha", f"{K}/receipts/new"),
    Page("sent", "receipts.sent", "Marsha", f"{K}/receipts/sent?r=101&r=103"),
    Page("without", "receipts.without", "Marsha", f"{K}/receipts/without"),
    Page("receipt, paid", "receipts.show", "Marsha", f"{K}/receipts/101"),
    Page("receipt, ready", "receipts.show", "Marsha", f"{K}/receipts/102"),
    Page("receipt, no picture", "receipts.show", "Marsha", f"{K}/receipts/103"),
    Page("receipt, held", "receipts.show", "Sam", "/g/hillfoot-walkers/receipts/107"),
    Page("receipt, which pot", "receipts.show", "Orla", "/g/hearsay-collective/receipts/109"),
    Page("receipt, the same", "receipts.show", "Dan", "/g/hearsay-collective/receipts/110"),
    Page("receipt, blurred", "receipts.show", "Stu", "/g/eastmoor-dads/receipts/111"),
    Page("receipt, taken back", "receipts.show", "Marsha", f"{K}/receipts/{{binned}}"),
    Page("say", "autonomy.say", "Marsha", f"{K}/say"),
    Page("say of a helper", "autonomy.say", "Bernie", f"{K}/say"),
    Page("promise", "autonomy.promise", "Marsha", f"{K}/say/promise"),
    Page("area", "autonomy.area", "Marsha", f"{K}/say/receipts"),
    Page("limits", "autonomy.limits", "Marsha", f"{K}/say/spending/limits"),
    Page("proposal", "autonomy.proposal", "Wren", "/g/quiet-allotment/proposals/{proposal}"),
    Page("proposals", "autonomy.proposals", "Wren", "/g/quiet-allotment/proposals/"),
    Page("change", "autonomy.change", "Marsha", f"{K}/changes/{{change}}"),
    Page("change, a clash", "autonomy.change", "Marsha", f"{K}/changes/{{clash}}"),
    Page("change, undone too late to guess", "autonomy.undo", "Marsha", f"{K}/changes/{{clash}}/undo", {"keep": "x"}, 422),
    Page("proposal, amended wrongly", "autonomy.say_yes", "Wren", f"{ALLOTMENT}/proposals/{{proposal}}/yes", AMENDED, 422),
    Page("rest", "autonomy.rest", "Marsha", f"{K}/rest"),
    Page("cost, asking", "spending.show", "Marsha", f"{K}/receipts/103/payment"),
    Page("cost, asked wrongly", "spending.ask", "Marsha", f"{K}/receipts/103/payment", {"amount_pence": "lots"}, 422),
    Page("cost, changing it", "spending.edit", "Bev", "/g/makers-moving-on/receipts/112/payment/form"),
    Page("cost, with us", "spending.show", "Bev", "/g/makers-moving-on/receipts/112/payment"),
    Page("cost, a fee", "spending.show", "Orla", "/g/hearsay-collective/receipts/108/payment"),
    Page("cost, new", "spending.new", "Marsha", f"{K}/money/ask"),
    Page("cost, new and wrong", "spending.ask_anew", "Marsha", f"{K}/money/ask", {}, 422),
    Page("rule for yes", "spending.rule", "Marsha", f"{K}/money/rule"),
    Page("cost, the host’s side", "costs.cost", "Imani Okafor", f"{DESK}/112/payment/"),
    Page("money", "budget.money", "Orla", "/g/hearsay-collective/money/"),
    Page("money, a short pot", "budget.money", "Sam", "/g/hillfoot-walkers/money/"),
    Page("money, another year", "budget.money", "Celestine", "/g/long-table/money/?year=2020"),
    Page("movements", "budget.movements", "Marsha", f"{K}/money/movements/"),
    Page("movements, searched", "budget.movements", "Marsha", f"{K}/money/movements/?q=11.46"),
    Page("fund", "budget.fund", "Marsha", f"{K}/money/funds/1/"),
    Page("fund, planned wrongly", "budget.plan", "Marsha", f"{K}/money/funds/1/lines", {"planned_pence": "lots"}, 422),
    Page("fund of a helper", "budget.fund", "Bernie", f"{K}/money/funds/1/"),
    Page("budget", "budget.lines", "Imani Okafor", "/host/groups/tuesday-kettle/books/lines"),
    Page("budget, kept", "budget.lines", "Glyn Parry", "/host/groups/long-table/books/lines"),
    Page("budget, moved wrongly", "budget.move_for_group", "Imani Okafor", f"{HELD}/funds/1/moves", {}, 422),
    Page("proposal of a move", "autonomy.proposal", "Marsha", f"{K}/proposals/{{move}}"),
    Page("rest, resting", "autonomy.rest", "Wren", f"{ALLOTMENT}/rest"),
    Page("say, resting", "autonomy.say", "Wren", f"{ALLOTMENT}/say"),
    Page("books", "ledger.books", "Glyn Parry", "/host/groups/hearsay-collective/books"),
    Page("books, a wrong sum", "ledger.receive", "Glyn Parry", "{books}/funds/{fund}/money-in", {"pence": "lots"}, 422),
    Page("books, a fund opened wrongly", "ledger.open_fund", "Glyn Parry", "{books}/funds", {"name": ""}, 422),
    Page("entry", "ledger.entry", "Glyn Parry", "{books}/entries/{journal}"),
    Page("books for a coordinator", "ledger.books", "Imani Okafor", "/host/groups/hearsay-collective/books"),
    Page("books, a fee changed wrongly", "ledger.change_fee", "Imani Okafor", "{books}/funds/{fund}/fee", {}, 422),
    Page("our books", "books.index", "Glyn Parry", "/host/books/"),
    Page("our books for a trustee", "books.index", "Beatrix Lund", "/host/books/?fund=small_things"),
    Page("our books, a wrong sum", "books.receive", "Glyn Parry", "/host/books/money-in", {"pence": "lots"}, 422),
    Page("our books, the wrong year", "books.close", "Glyn Parry", "/host/books/years", {"ends_on": "2020-03-31"}, 422),
    Page("our books, an entry", "books.entry", "Glyn Parry", "/host/books/entries/{our_entry}"),
    Page("year", "books.show_year", "Beatrix Lund", "/host/books/year/{year}"),
    Page("papers", "papers.index", "Marsha", f"{K}/money/papers/"),
    Page("papers of a helper", "papers.index", "Bernie", f"{K}/money/papers/"),
    Page("statement", "papers.statement", "Marsha", f"{K}/money/papers/{{our_fund}}/all"),
    Page("statement of a month", "papers.statement", "Marsha", f"{K}/money/papers/{{our_fund}}/{{this_month}}"),
    Page("report", "papers.report", "Marsha", f"{K}/money/papers/{{our_fund}}/all/report"),
    Page("report, agreed", "papers.report", "Marsha", f"{K}/money/papers/{{our_fund}}/{{this_month}}/report"),
    Page("report, other words", "papers.agree", "Marsha", f"{K}/money/papers/{{our_fund}}/all/agreement", {}, 422),
    Page("papers of a group", "papers.host_index", "Glyn Parry", "/host/groups/hearsay-collective/papers/"),
    Page("statement of a group", "papers.host_statement", "Glyn Parry", "{papers}/all"),
    Page("statement of a group's month", "papers.host_statement", "Glyn Parry", "{papers}/{this_month}"),
    Page("report of a group", "papers.host_report", "Imani Okafor", "{papers}/all/report"),
    Page("report of a group, too many words", "papers.host_write", "Imani Okafor", "{papers}/all/words", LONG, 422),
    Page("bank", "bank.index", "Glyn Parry", "/host/bank/"),
    Page("bank, in suspense", "bank.index", "Glyn Parry", "/host/bank/?view=suspense"),
    Page("bank, settled", "bank.index", "Glyn Parry", "/host/bank/?view=settled"),
    Page("bank, one line out", "bank.show", "Glyn Parry", "/host/bank/{line_out}"),
    Page("bank, one line in", "bank.show", "Glyn Parry", "/host/bank/{line_in}"),
    Page("bank, looking for a fund", "bank.show", "Glyn Parry", "/host/bank/{line_in}?find=e"),
    Page("bank, received wrongly", "bank.receive_into", "Glyn Parry", "{kettle_bank}", {"line_id": "{line_in}"}, 422),
    Page("bank, a file", "bank.new", "Glyn Parry", "/host/bank/files/new"),
    Page("bank, no file", "bank.send", "Glyn Parry", "/host/bank/files/", {"account_id": "1"}, 422),
    Page("bank, an account without a name", "bank.open_account", "Glyn Parry", "/host/bank/accounts", {}, 422),
    Page("bank, files", "bank.imports", "Glyn Parry", "/host/bank/files/"),
    Page("payments", "payments.index", "Glyn Parry", "/host/payments/"),
    Page("payments, nothing ticked", "payments.prepare", "Glyn Parry", "/host/payments/", {}, 422),
    Page("payments, being prepared", "payments.run", "Glyn Parry", "/host/payments/{run}/"),
    Page("payments, to release", "payments.run", "Sefa Tuilagi", "/host/payments/{handed}/"),
    Page("payments, released", "payments.run", "Sefa Tuilagi", "/host/payments/{released}/"),
    Page("rested", "autonomy.rested", "Marsha", f"{K}/rest/{{rest}}"),
    Page("news, mine", "notices.mine", "Marsha", "/you/news"),
    Page("news, ours", "notices.ours", "Marsha", f"{K}/news"),
    Page("payees", "payees.index", "Marsha", f"{K}/money/payees/"),
    Page("payees, none", "payees.index", "Celestine", "/g/long-table/money/payees/"),
    Page("payee", "payees.show", "Marsha", f"{K}/money/payees/{{payee}}"),
    Page("payee, changed", "payees.show", "Joe", f"{K}/money/payees/{{payee_changed}}"),
    Page("payee, new", "payees.new", "Marsha", f"{K}/money/payees/new"),
    Page("payee, new wrongly", "payees.add", "Marsha", f"{K}/money/payees/", {"who": "person", "sort_code": "x"}, 422),
    Page("payee, another account", "payees.change", "Marsha", f"{K}/money/payees/{{payee}}/change"),
    Page("payee, a doubt", "payees.change_details", "Marsha", f"{K}/money/payees/{{payee}}/details", DOUBTFUL, 422),
    Page("payee's link", "payees.link", "", "/details/{payee_token}"),
    Page("payee's link, wrongly", "payees.give", "", "/details/{payee_token}", {"account": "12"}, 422),
    Page("payee's link, used", "payees.link", "", "/details/{used_token}"),
    Page("payees to check", "payees.to_check", "Glyn Parry", "/host/payees/"),
    Page("payees, the host's", "payees.hosts", "Glyn Parry", "/host/groups/tuesday-kettle/payees/"),
    Page("payee, a look", "payees.look", "Glyn Parry", "/host/groups/tuesday-kettle/payees/details/{details}"),
    Page("silence, ours", "silence.ours", "Marsha", f"{K}/named"),
    Page("silence, naming", "silence.naming", "Wren", "/named/"),
    Page("silences", "silence.every", "Imani Okafor", "/host/silence/"),
    Page("silence", "silence.show", "Imani Okafor", SILENT),
    Page("silence for a trustee", "silence.show", "Beatrix Lund", SILENT),
    Page("silence, noted wrongly", "silence.note_try", "Imani Okafor", f"{SILENT}/tries", {}, 422),
    Page("log", "activity.index", "Marsha", f"{K}/log/"),
    Page("log, staff only", "activity.index", "Marsha", f"{K}/log/?staff=1&area=receipts"),
    Page("fingerprint", "activity.fingerprint", "Marsha", f"{K}/log/fingerprint"),
    Page("fingerprint, no such", "activity.fingerprint", "Marsha", f"{K}/log/fingerprint?old=1:{'0' * 64}"),
    Page("duties, ours", "breakglass.ours", "Mo", "/g/hearsay-collective/duties/"),
    Page("duty, ours", "breakglass.ours_show", "Mo", "/g/hearsay-collective/duties/{duty}"),
    Page("duties", "breakglass.every", "Beatrix Lund", "/host/duties/"),
    Page("duty", "breakglass.show", "Noor Haddad", "/host/groups/hearsay-collective/duties/{duty}"),
    Page("duty that waits", "breakglass.show", "Beatrix Lund", f"{DUTIES}/{{asked_duty}}"),
    Page("duty that is live", "breakglass.show", "Imani Okafor", f"{DUTIES}/{{live_duty}}"),
    Page("duty, an item", "breakglass.item", "Imani Okafor", f"{DUTIES}/{{live_duty}}/items/{{duty_item}}"),
    Page("duty, asking", "breakglass.new", "Imani Okafor", f"{DUTIES}/new"),
    Page("duty, asked wrongly", "breakglass.ask", "Imani Okafor", f"{DUTIES}/", {"reason": ""}, 422),
    Page("disagreements, ours", "disagreements.ours", "Marsha", f"{K}/disagreements/"),
    Page("disagreement, saying it", "disagreements.new", "Marsha", f"{K}/disagreements/new?about=R101"),
    Page("disagreement, said wrongly", "disagreements.disagree", "Marsha", f"{K}/disagreements/", {"words": ""}, 422),
    Page("disagreement, ours", "disagreements.show", "Marsha", f"{K}/disagreements/{{disagreement}}"),
    Page("disagreements", "disagreements.every", "Imani Okafor", "/host/disagreements/"),
    Page("disagreement", "disagreements.hosts", "Beatrix Lund", f"{HOSTS}/{{disagreement}}"),
    Page("support", "support.index", "Marsha", f"{K}/support/"),
    Page("support, closed", "support.index", "Marsha", f"{K}/support/?closed=1"),
    Page("support, none", "support.index", "Bernie", f"{K}/support/"),
    *(
        Page(f"ask, {step}", "support.ask", "Marsha", f"{K}/support/ask/{step}")
        for step in ("what", "when", "how", "about")
    ),
    Page("ask, begun", "support.ask", "Joe", f"{K}/support/ask"),
    Page("ask, nothing written", "support.answer", "Bernie", f"{K}/support/ask/what", {"send": "now"}, 422),
    Page("ask, no number", "support.answer", "Bernie", f"{K}/support/ask/how", {"reply_by": "call"}, 422),
    Page("request", "support.show", "Marsha", f"{K}/support/2"),
    Page("support, cover agreed ahead", "support.index", "Rafiq", "/g/eastmoor-dads/support/"),
    Page("support, nobody covers", "support.index", "Celestine", "/g/long-table/support/"),
    Page("ask, while they’re away", "support.ask", "Orla", "/g/hearsay-collective/support/ask/about"),
    Page("request, while they’re away", "support.show", "Orla", "/g/hearsay-collective/support/9"),
    Page("request, who covers reads it", "support.show", "Rafiq", "/g/eastmoor-dads/support/{covered}"),
    Page("request, our turn", "support.show", "Tomasz", "/g/nightshift-poets/support/5"),
    Page("request, a later day", "support.show", "Joe", f"{K}/support/{{later}}"),
    Page("request, closed", "support.show", "Joe", f"{K}/support/10"),
    Page("request, nothing written", "support.say", "Marsha", f"{K}/support/2/messages", {"words": ""}, 422),
    Page("request, a private note", "support.show", "Orla", "/g/hearsay-collective/support/9"),
    Page("request, notes of all kinds", "support.show", "Joe", f"{K}/support/{{noted}}"),
    Page("documents", "documents.index", "Marsha", f"{K}/documents/"),
    Page("documents of a helper", "documents.index", "Bernie", f"{K}/documents/"),
    Page("documents, none", "documents.index", "Sam", "/g/hillfoot-walkers/documents/"),
    Page("documents, taken away", "documents.away", "Marsha", f"{K}/documents/away"),
    Page("document, new", "documents.new", "Marsha", f"{K}/documents/new"),
    Page("document, nothing given", "documents.add", "Marsha", f"{K}/documents/", {"name": "x", "link": "x"}, 422),
    Page("agreement, new", "documents.new_agreement", "Marsha", f"{K}/documents/agreement"),
    Page("agreement, nothing written", "documents.write_agreement", "Marsha", f"{K}/documents/agreement", {}, 422),
    Page("document", "documents.show", "Marsha", f"{K}/documents/3"),
    Page("document, a photo", "documents.show", "Joe", f"{K}/documents/{{document}}"),
    Page("document, another version of nothing", "documents.add_version", "Joe", f"{K}/documents/3/versions", {}, 422),
    Page("document, without a name", "documents.describe", "Joe", f"{K}/documents/3/name", {}, 422),
    Page("document, taken away", "documents.show", "Marsha", f"{K}/documents/{{taken}}"),
    Page("agreement, signed", "documents.show", "Lily", "/g/nightshift-poets/documents/1"),
    Page("agreement, offered", "documents.show", "Rafiq", "/g/eastmoor-dads/documents/4"),
    Page("agreement, offered anew", "documents.show", "Joe", f"{K}/documents/{{agreement}}"),
    Page("agreement, not like this", "documents.show", "Joe", f"{K}/documents/{{agreement}}?answer=no"),
    Page("agreement, no words", "documents.decline", "Joe", f"{K}/documents/{{agreement}}/versions/2/no", {}, 422),
    Page("agreement, compared", "documents.compare", "Joe", f"{K}/documents/{{agreement}}/compare"),
    Page("documents, compared", "documents.compare", "Bernie", f"{K}/documents/{{document}}/compare"),
    Page("how we accept", "documents.rule", "Joe", f"{K}/documents/rule"),
    Page("how we accept, nothing chosen", "documents.set_rule", "Joe", f"{K}/documents/rule", {}, 422),
    *(
        Page(f"documents of {slug}", "their_documents.index", who, f"/host/groups/{slug}/documents/")
        for who, slug in (("Imani Okafor", "tuesday-kettle"), ("Beatrix Lund", "nightshift-poets"))
    ),
    Page(
        "documents of a group that keeps them",
        "their_documents.index",
        "Imani Okafor",
        "/host/groups/long-table/documents/",
    ),
    Page("document of a group", "their_documents.show", "Imani Okafor", f"{THEIRS}/3"),
    Page("agreement with a group", "their_documents.show", "Imani Okafor", f"{THEIRS}/{{agreement}}"),
    Page("agreement with a group, compared", "their_documents.compare", "Imani Okafor", f"{THEIRS}/{{agreement}}/compare"),
    Page(
        "document of a group, nothing given", "their_documents.add_version", "Imani Okafor", f"{THEIRS}/3/versions", {}, 422
    ),
    Page("document for a group", "their_documents.new", "Imani Okafor", f"{THEIRS}/new"),
    Page("document for a group, nothing given", "their_documents.add", "Imani Okafor", f"{THEIRS}/", {}, 422),
    Page("agreement to offer", "their_documents.new_offer", "Imani Okafor", f"{THEIRS}/offer"),
    Page("agreement to offer, from our own words", "their_documents.new_offer", "Imani Okafor", f"{THEIRS}/offer?of=2"),
    Page("agreement to offer, nothing written", "their_documents.offer", "Imani Okafor", f"{THEIRS}/offer", {}, 422),
    Page("from the host", "documents.from_host", "Marsha", f"{K}/documents/host/1"),
    Page("from the host, a rule", "documents.from_host", "Marsha", f"{K}/documents/host/2"),
    Page("from the host, a rule, for a helper", "documents.from_host", "Bernie", f"{K}/documents/host/2"),
    Page("from the host, no answer", "documents.answer_rule", "Joe", f"{K}/documents/host/2/versions/2/answer", {}, 422),
    Page("from the host, while we rest", "documents.from_host", "Wren", "/g/quiet-allotment/documents/host/2"),
    Page("documents for groups", "host_documents.index", "Imani Okafor", f"{SHARED}/"),
    Page("documents for groups, to read", "host_documents.index", "Noor Haddad", f"{SHARED}/"),
    Page("document to share", "host_documents.new", "Imani Okafor", f"{SHARED}/new"),
    Page("document to share, nothing given", "host_documents.share", "Imani Okafor", f"{SHARED}/", {}, 422),
    Page("new rule", "host_documents.new_rule", "Imani Okafor", f"{SHARED}/rule"),
    Page("new rule, nothing written", "host_documents.announce", "Imani Okafor", f"{SHARED}/rule", {}, 422),
    Page("certificate", "host_documents.show", "Imani Okafor", f"{SHARED}/1"),
    Page("certificate, nothing given", "host_documents.renew", "Imani Okafor", f"{SHARED}/1/versions", {}, 422),
    Page("rule of the host's", "host_documents.show", "Imani Okafor", f"{SHARED}/2"),
    Page("rule of the host's, for finance", "host_documents.show", "Glyn Parry", f"{SHARED}/2"),
    Page("rule of the host's, changed wrongly", "host_documents.change_rule", "Imani Okafor", f"{SHARED}/2/rule", {}, 422),
    Page("passed on", "heard.ours", "Marsha", f"{K}/heard/"),
    Page("passed on, none", "heard.ours", "Bernie", f"{K}/heard/"),
    Page("passed on, without a name", "heard.ours", "Tomasz", "/g/nightshift-poets/heard/"),
    Page("passing on", "heard.new", "Joe", f"{K}/heard/from/{{noted}}"),
    Page("passing on, nothing written", "heard.pass_on", "Joe", f"{K}/heard/from/{{noted}}", {"words": ""}, 422),
    Page("who sees us", "sharing.index", "Marsha", f"{K}/who-sees-us/"),
    Page("who sees us, nobody", "sharing.index", "Celestine", "/g/long-table/who-sees-us/"),
    Page("who sees us, for a helper", "sharing.index", "Bernie", f"{K}/who-sees-us/"),
    Page("who saw us", "sharing.index", "Marsha", f"{K}/who-sees-us/?ended=1"),
    Page("sharing", "sharing.new", "Marsha", f"{K}/who-sees-us/new"),
    Page("sharing, nothing written", "sharing.share", "Marsha", f"{K}/who-sees-us/new", {"words": ""}, 422),
    Page("sharing, a look first", "sharing.share", "Marsha", f"{K}/who-sees-us/new", LOOK),
    Page("share, our look", "sharing.look", "Marsha", f"{K}/who-sees-us/{{share}}"),
    Page("summary", "sharing.summary", "Orla", "/g/hearsay-collective/who-sees-us/summary"),
    Page("summary, to approve", "sharing.summary", "Marsha", f"{K}/who-sees-us/summary"),
    Page("summary, none", "sharing.summary", "Celestine", "/g/long-table/who-sees-us/summary"),
    Page("summary, other words", "sharing.approve_summary", "Marsha", f"{K}/who-sees-us/summary/approval", {}, 422),
    Page("who sees them", "shares.of_group", "Imani Okafor", "/host/groups/hearsay-collective/shares"),
    Page("who sees them, asked first", "shares.of_group", "Imani Okafor", "/host/groups/tuesday-kettle/shares"),
    Page("who sees them, only them", "shares.of_group", "Imani Okafor", "/host/groups/long-table/shares"),
    Page("who sees them, wrongly", "shares.suggest", "Imani Okafor", f"{SHARES}/suggestions", {}, 422),
    Page("enquiries", "shares.enquiries", "Imani Okafor", "/host/enquiries/"),
    Page("enquiries, done", "shares.enquiries", "Imani Okafor", "/host/enquiries/?done=1"),
    Page("seen by link", "seen.link", "", "/seen/{link}"),
    Page("seen by anyone", "seen.anyone", "", "/groups/{public}"),
    Page("seen by anyone, wrongly asked", "seen.enquire", "", "/groups/{public}/enquiries", {}, 422),
    Page("seen by anyone, full", "seen.anyone", "", "/groups/{full}"),
    Page("seen by anyone, sent", "seen.enquire", "", "/groups/{public}/enquiries", SENT),
    Page("groups to find", "seen.every", "", "/groups/"),
    Page("how we run", "how_we_run.index", "Marsha", f"{K}/how-we-run/"),
    Page("how we run, more", "how_we_run.index", "Marsha", f"{K}/how-we-run/?after={{own_item}}"),
    Page("how we run, resting", "how_we_run.index", "Wren", f"{ALLOTMENT}/how-we-run/"),
    Page("how we run, for a helper", "how_we_run.index", "Bernie", f"{K}/how-we-run/"),
    Page("how we run, adding", "how_we_run.new", "Marsha", f"{K}/how-we-run/new"),
    Page("how we run, added wrongly", "how_we_run.add", "Marsha", f"{K}/how-we-run/", {"name": "", "holder": "group"}, 422),
    Page("how we run, one", "how_we_run.show", "Marsha", f"{K}/how-we-run/safeguarding"),
    Page("how we run, the host’s", "how_we_run.show", "Marsha", f"{K}/how-we-run/insurance"),
    Page("how we run, our way", "how_we_run.show", "Celestine", "/g/long-table/how-we-run/safeguarding"),
    Page("how we run, one for a helper", "how_we_run.show", "Bernie", f"{K}/how-we-run/exit-plan"),
    Page("how we run, our own", "how_we_run.show", "Marsha", f"{K}/how-we-run/{{own_item}}"),
    Page("how we run, said wrongly", "how_we_run.set_status", "Marsha", f"{K}/how-we-run/events/status", {}, 422),
    Page("how we run, not ours to say", "how_we_run.drop", "Marsha", f"{K}/how-we-run/insurance/drop", {}, 422),
    Page("how they run", "how_they_run.listed", "Imani Okafor", f"{GROUP}/how-we-run/"),
    Page("how they run, for a trustee", "how_they_run.listed", "Beatrix Lund", "/host/groups/long-table/how-we-run/"),
    Page("how they run, one", "how_they_run.one", "Imani Okafor", f"{GROUP}/how-we-run/events"),
    Page("how they run, one kept", "how_they_run.one", "Imani Okafor", "/host/groups/long-table/how-we-run/safeguarding"),
    Page("how they run, ours", "how_they_run.one", "Imani Okafor", f"{GROUP}/how-we-run/insurance"),
    Page(
        "how they run, wrongly", "how_they_run.set_their_look", "Imani Okafor", f"{GROUP}/how-we-run/events/look", {}, 422
    ),
    Page("board", "board.desk", "Imani Okafor", "/host/board/"),
    Page("board, talk", "board.desk", "Imani Okafor", "/host/board/?view=talk"),
    Page("board for a trustee", "board.desk", "Beatrix Lund", "/host/board/"),
    Page("board, one", "board.opened", "Imani Okafor", "/host/board/{carried}"),
    Page("board, one to talk about", "board.opened", "Imani Okafor", "/host/board/{own_item}?view=talk"),
    Page("board, done wrongly", "board.done", "Imani Okafor", "/host/board/{carried}/done", {"look_on": "x"}, 422),
    Page("heard", "heard.every", "Glyn Parry", "/host/heard/"),
    Page("heard, with an outcome", "heard.every", "Beatrix Lund", "/host/heard/?done=1"),
    Page("heard, one", "heard.show", "Beatrix Lund", "/host/heard/2"),
    Page("heard, one to read", "heard.show", "Glyn Parry", "/host/heard/1"),
    Page("heard, answered wrongly", "heard.answer", "Imani Okafor", "/host/heard/2/outcome", {"outcome": ""}, 422),
    Page("worries", "worries.ours", "Marsha", f"{K}/worries/"),
    Page("worries, further down", "worries.ours", "Bernie", f"{K}/worries/?after={{worry}}&before={{worry}}"),
    Page("worries, none", "worries.ours", "Celestine", "/g/long-table/worries/"),
    Page("worry", "worries.new_worry", "Bernie", f"{K}/worries/new"),
    Page("worry, nothing written", "worries.worry", "Marsha", f"{K}/worries/", {"words": ""}, 422),
    Page("carried for us", "worries.carried", "Hana", "/g/makers-moving-on/worries/carried/2"),
    Page("carried for all", "worries.carried", "Bernie", f"{K}/worries/carried/1"),
    Page("carried, and over", "worries.carried", "Marsha", f"{K}/worries/carried/{{over}}"),
    *(
        Page(f"risks, {view}", "risks.index", "Imani Okafor", f"{RISKS}/?view={view}")
        for view in ("open", "worries", "trustees", "serious", "closed")
    ),
    Page("risks, further down", "risks.index", "Imani Okafor", f"{RISKS}/?after=2026-01-01_1"),
    Page("risks, to read", "risks.index", "Glyn Parry", f"{RISKS}/"),
    Page("risks, for a trustee", "risks.index", "Beatrix Lund", f"{RISKS}/"),
    Page("risk", "risks.show", "Imani Okafor", f"{RISKS}/2"),
    Page("risk, for a trustee", "risks.show", "Beatrix Lund", f"{RISKS}/3"),
    Page("risk, for all groups", "risks.show", "Imani Okafor", f"{RISKS}/1"),
    Page("risk, over", "risks.show", "Imani Okafor", f"{RISKS}/{{over}}?view=closed"),
    Page("risk, looked at wrongly", "risks.look", "Imani Okafor", f"{RISKS}/2/looks", {"look_again_on": "x"}, 422),
    Page("risk, weighed wrongly", "risks.weigh", "Imani Okafor", f"{RISKS}/2/seriousness", {"words": ""}, 422),
    Page("risk, new", "risks.new", "Imani Okafor", f"{RISKS}/new"),
    Page("risk, added wrongly", "risks.add", "Imani Okafor", f"{RISKS}/", {"what": ""}, 422),
    Page("worry, the host's", "risks.show_worry", "Imani Okafor", f"{RISKS}/worries/6"),
    Page("worry, for a trustee", "risks.show_worry", "Beatrix Lund", f"{RISKS}/worries/6"),
    Page("worry, taken in", "risks.show_worry", "Imani Okafor", f"{RISKS}/worries/4"),
    Page("worry, taken in wrongly", "risks.take_in", "Imani Okafor", f"{RISKS}/worries/6/taking-in", {"what": ""}, 422),
    Page("worry, answered wrongly", "risks.answer", "Imani Okafor", f"{RISKS}/worries/6/answers", {"words": ""}, 422),
    Page("asks of us", "asks.ours", "Marsha", f"{K}/asks/"),
    Page("asks of us, none", "asks.ours", "Celestine", "/g/long-table/asks/"),
    Page("ask of us, said before", "asks.read", "Lily", "/g/nightshift-poets/asks/3"),
    Page("ask of us, answered", "asks.read", "Joe", f"{K}/asks/3"),
    Page("ask of us, closed", "asks.read", "Marsha", f"{K}/asks/1"),
    Page("ask of us, skipped", "asks.read", "Sam", "/g/hillfoot-walkers/asks/1"),
    Page("ask of us, long", "asks.read", "Marsha", f"{K}/asks/{{asked_more}}"),
    Page("ask of us, nothing written", "asks.answer", "Lily", "/g/nightshift-poets/asks/3/answers", {"send": "y"}, 422),
    Page("asks", "asks.every", "Imani Okafor", "/host/asks/"),
    Page("asks, for a trustee", "asks.every", "Beatrix Lund", "/host/asks/"),
    Page("asks, earlier", "asks.every", "Glyn Parry", "/host/asks/?after={asked_more}"),
    Page("asks, a new one", "asks.new", "Imani Okafor", "/host/asks/new"),
    Page("asks, a new one without a purpose", "asks.draft", "Imani Okafor", "/host/asks/", {"whom": "some"}, 422),
    Page("asks, a draft to change", "asks.edit", "Imani Okafor", "/host/asks/{ask_draft}/draft"),
    Page("asks, a draft changed wrongly", "asks.redraft", "Imani Okafor", "/host/asks/{ask_draft}/draft", {}, 422),
    Page("asks, a draft", "asks.show", "Imani Okafor", "/host/asks/{ask_draft}"),
    Page("asks, before sending", "asks.sending", "Imani Okafor", "/host/asks/{ask_draft}/sending"),
    Page("asks, over the budget", "asks.send", "Imani Okafor", "/host/asks/{ask_draft}/sending", {}, 422),
    Page("asks, one that is out", "asks.show", "Imani Okafor", "/host/asks/3"),
    Page("asks, one that led to something", "asks.show", "Beatrix Lund", "/host/asks/2"),
    Page("asks, one closed wrongly", "asks.close", "Imani Okafor", "/host/asks/3/outcome", {}, 422),
    Page(
        "contact, over the budget",
        "contact.ask",
        "Imani Okafor",
        "/host/groups/tuesday-kettle/contact/questions",
        {"about": "The fair"},
        422,
    ),
    Page("requests, notes of all kinds", "requests.show", "Imani Okafor", f"{QUEUE}/{{noted}}"),
    Page("requests, no note written", "requests.keep_note", "Imani Okafor", f"{QUEUE}/2/notes", {"words": ""}, 422),
    Page(
        "requests, a note kept on too long",
        "requests.review_note",
        "Imani Okafor",
        "{note}?view=later",
        {"review_on": "x"},
        422,
    ),
    Page("requests", "requests.index", "Imani Okafor", f"{QUEUE}/?view=all"),
    *(
        Page(f"requests, {view}", "requests.index", "Imani Okafor", f"{QUEUE}/?view={view}")
        for view in ("mine", "new", "today", "later", "quiet", "closed")
    ),
    Page("requests, found", "requests.index", "Imani Okafor", f"{QUEUE}/?q=insurance"),
    Page("requests, for who was let in", "requests.index", "Glyn Parry", f"{QUEUE}/?view=all"),
    Page("requests, one", "requests.show", "Imani Okafor", f"{QUEUE}/2"),
    Page("requests, one late", "requests.show", "Imani Okafor", f"{QUEUE}/{{late}}"),
    Page("requests, one that we asked", "requests.show", "Imani Okafor", f"{QUEUE}/8"),
    Page("requests, one closed", "requests.show", "Imani Okafor", f"{QUEUE}/10?view=closed"),
    Page("requests, one that isn’t theirs", "requests.show", "Imani Okafor", f"{QUEUE}/7"),
    Page("requests, one to stand in for", "requests.show", "Imani Okafor", f"{QUEUE}/9"),
    Page("requests, one covered for", "requests.show", "Imani Okafor", f"{QUEUE}/{{covered}}"),
    Page("requests, starting from a reply", "requests.show", "Imani Okafor", f"{QUEUE}/2?start=1"),
    Page("away", "away.index", "Imani Okafor", "/host/away/"),
    Page("away, for oneself", "away.index", "Noor Haddad", "/host/away/"),
    Page("away, said wrongly", "away.add", "Imani Okafor", "/host/away/", {"from_on": "x"}, 422),
    Page("replies to start from", "starts.index", "Imani Okafor", f"{QUEUE}/starts/"),
    Page("replies, written wrongly", "starts.write", "Imani Okafor", f"{QUEUE}/starts/", {}, 422),
    Page("reply to start from", "starts.show", "Imani Okafor", f"{QUEUE}/starts/1"),
    Page("reply, changed wrongly", "starts.change", "Imani Okafor", f"{QUEUE}/starts/1", {}, 422),
    Page("requests, nothing written", "requests.reply", "Imani Okafor", f"{QUEUE}/2/replies", {"words": ""}, 422),
    Page("requests, put off wrongly", "requests.snooze", "Imani Okafor", f"{QUEUE}/2/snooze", {"until": "x"}, 422),
    Page("requests, more", "requests.more", "Imani Okafor", f"{QUEUE}/2/more"),
    Page("requests, a colleague", "requests.colleagues", "Imani Okafor", f"{QUEUE}/2/colleagues"),
    Page("requests, no colleague chosen", "requests.hand_over", "Imani Okafor", f"{QUEUE}/2/handing-over", {}, 422),
    Page("emails to place", "requests.mail", "Imani Okafor", f"{QUEUE}/mail"),
    Page("email placed wrongly", "requests.put_in", "Imani Okafor", f"{QUEUE}/mail/{{mail}}/placing", {"number": "x"}, 422),
    Page("who looks after requests", "requests.coordinator", "Imani Okafor", f"{QUEUE}/of/tuesday-kettle"),
    Page("when to contact us", "contact.ours", "Marsha", f"{K}/say/contact/times"),
    Page("when to contact us, no days", "contact.set_times", "Marsha", f"{K}/say/contact/times", {"from_hour": "9"}, 422),
    *(
        Page(f"contact {slug}", "contact.new", "Imani Okafor", f"/host/groups/{slug}/contact")
        for slug in ("tuesday-kettle", "hearsay-collective", "quiet-allotment", "long-table")
    ),
    Page("contact, no words", "contact.ask", "Imani Okafor", "/host/groups/tuesday-kettle/contact/questions", {}, 422),
    Page("must know, no words", "contact.tell", "Imani Okafor", "/host/groups/tuesday-kettle/contact/notices", {}, 422),
    Page("desk", "desk.index", "Glyn Parry", f"{DESK}/"),
    *(
        Page(f"desk, {view}", "desk.index", "Glyn Parry", f"{DESK}/?view={view}")
        for view in ("asked", "ready", "held", "paid")
    ),
    Page("desk, one", "desk.show", "Glyn Parry", f"{DESK}/104"),
    Page("desk, one to pay", "desk.show", "Glyn Parry", f"{DESK}/102?view=ready"),
    Page("desk, one held", "desk.show", "Imani Okafor", f"{DESK}/107?view=held"),
    Page("desk, one that the group keeps", "desk.show", "Glyn Parry", f"{DESK}/106"),
    Page("groups", "members.groups", "Imani Okafor", "/host/groups/"),
    Page("new group", "members.new_group", "Imani Okafor", "/host/groups/new"),
    Page("group", "members.group_page", "Imani Okafor", "/host/groups/hearsay-collective"),
    Page("suggestions", "suggestions.suggested", "Glyn Parry", "/host/groups/makers-moving-on/suggestions/"),
    Page("group that keeps its people", "members.group_page", "Beatrix Lund", "/host/groups/tuesday-kettle"),
    Page("staff", "members.staff", "Imani Okafor", "/host/staff"),
    Page("doing, ours", "accountability.ours", "Marsha", f"{K}/doing/"),
    Page("doing, ours, this year", "accountability.ours", "Mo", "/g/hearsay-collective/doing/?time=year"),
    *(
        Page(f"doing, our {name}", "accountability.ours_list", "Orla", f"/g/hearsay-collective/doing/{name}?time=year")
        for name in ("replies", "late", "first", "paid", "questions", "holds", "undone", "duties", "waited", "money")
    ),
    Page("doing", "accountability.hosts", "Imani Okafor", "/host/doing/"),
    Page("doing, for a trustee", "accountability.hosts", "Beatrix Lund", "/host/doing/?time=year"),
    *(
        Page(f"doing, all {name}", "accountability.hosts_list", "Imani Okafor", f"/host/doing/{name}?time=year")
        for name in ("replies", "late", "paid", "holds", "duties", "money")
    ),
    Page("not found", "404", "Marsha", f"{K}/receipts/99999", status=404),
    Page("not found, signed out", "404", "", "/nowhere", status=404),
    Page("wrong details", "receipts.describe", "Marsha", f"{K}/receipts/103/details", {"amount_pence": "lots"}, 422),
    Page("wrong word", "receipts.declare", "Marsha", f"{K}/receipts/without", {"shop": ""}, 422),
    Page("nothing chosen", "receipts.create", "Marsha", f"{K}/receipts/", {}, 422),
    Page("wrong address", "members.invite", "Marsha", f"{K}/people/invitations", {"email": "nobody"}, 422),
    Page("no code chosen", "desk.accept", "Glyn Parry", f"{DESK}/104/acceptance", {"ledger_code": ""}, 422),
    Page("no reason", "desk.hold", "Glyn Parry", f"{DESK}/104/hold", {}, 422),
    Page("too late", "receipts.withdraw", "Marsha", f"{K}/receipts/101/withdrawal", {}, 422),
    Page("asked of the group", "desk.describe", "Glyn Parry", f"{DESK}/104/label", {"label": "soil", "why": "x"}, 202),
    Page("the wall", "desk.describe", "Glyn Parry", f"{DESK}/106/label", {"label": "x"}, 403),
)
# GET routes that are no page: they send on, answer a machine, or send a picture.
NO_PAGES = {
    "home.front",
    "health.alive",
    "health.ready",
    "receipts.picture",
    "papers.statement_file",
    "papers.report_file",
    "papers.ledger",
    "papers.host_statement_file",
    "papers.host_report_file",
    "papers.host_ledger",
    "desk.picture",
    "documents.file",
    "their_documents.file",
    "documents.host_file",
    "host_documents.file",
    "support.file",
    "requests.file",
    "payments.as_pain001",
    "payments.as_csv",
    "breakglass.file",
    "activity.download",
    "activity.checker",
    "books.year_csv",
}


@dataclass
class Demo:
    """The demo laid out, with enough in it that lists are full."""

    app: Flask
    client: Client
    words: dict[str, object]
    lengths: dict[str, int] = field(default_factory=dict)  # by page: bytes of what it answers

    def open(self, page: Page, browser: Client | None = None, **headers):
        """The page as its person gets it, in a browser of theirs."""
        browser = browser or self.browser(page)
        path = page.path.format(**self.words)
        if page.body is None:
            return browser.get(path, headers=headers)
        body = {name: value.format(**self.words) for name, value in page.body.items()}
        return browser.post(path, data=body, headers=headers)

    def browser(self, page: Page) -> Client:
        browser = Client(self.app)
        if page.who:
            browser.as_(self.person(page.who))
        if page.endpoint == "signin.code":
            with browser.session_transaction() as kept:
                kept["code"] = {"id": 1, "email": "marsha@example.org"}
        return browser

    def person(self, name: str) -> Person:
        return _person(name)


def filled(data: Path) -> Demo:
    """The demo with more in it, in this folder. Its app has no context open."""

    def lay_out(folder: Path) -> None:
        with demos.opened(folder) as app:
            demo = Demo(app, Client(app), _fill())
            (folder / "words.json").write_text(json.dumps(demo.words))
            (folder / "lengths.json").write_text(json.dumps({page.name: len(demo.open(page).data) for page in PAGES}))

    shutil.copytree(demos.laid_out("filled", lay_out), data, dirs_exist_ok=True, symlinks=True)
    app = create_app(settings_for(data, **demos.SETTINGS))
    words, lengths = (json.loads((data / name).read_text()) for name in ("words.json", "lengths.json"))
    return Demo(app, Client(app), words, lengths)


def _fill() -> dict:
    """Put more into the demo, and tell what the addresses of its pages need to know."""
    kettle = db.session.scalars(sa.select(Group).where(Group.slug == "tuesday-kettle")).one()
    marsha = _person("Marsha")
    more_receipts(kettle.id, marsha.id, 25, first=601)
    more_receipts(kettle.id, marsha.id, 25, first=701, withdrawn_at=clock.now())
    more_groups(48)
    more_mail(25)
    with wall.opened(kettle.id):
        asked = {"email": "marsha@example.org", "role": Role.HELPER, "nonce": "0" * 32, "made_by": marsha.id}
        invitation = Invitation(group_id=kettle.id, agreed_at=clock.now(), **asked)
        db.session.add(invitation)
    db.session.commit()
    words = {"token": link_token(invitation), "binned": 701, "proposal": _proposed(), "change": _told(kettle)}
    words |= _duties(kettle)
    _silent(db.session.scalars(sa.select(Group).where(Group.slug == "more-8")).one())
    words |= _books() | _papers(kettle)
    words |= more_payees(kettle, marsha)
    words["move"] = db.session.scalars(sa.select(Proposal.id).where(Proposal.action == "budget.move")).one()
    words |= _lines(kettle)
    words |= _runs(kettle)
    words["clash"] = _clash(kettle, marsha)
    words["disagreement"], words["rest"] = _disagreed(kettle), _rested(kettle)
    words |= _requests(kettle, marsha) | _governance(kettle, marsha) | _risks(kettle, marsha) | _shares(kettle, marsha)
    words |= _asks(kettle)
    return words | _documents(kettle, marsha)


def _governance(kettle: Group, marsha: Person) -> dict:
    """More of the Kettle's own than a page holds; one to talk about; what the host carries for it."""
    by = make.actor(marsha)
    first, *_ = [
        governance.add(by, kettle, name=f"Rota {n}", holder="shared" if n % 2 else "group", note="On the fridge")
        for n in range(22)
    ]
    governance.talk(by, kettle, first.id, words="Could you print it?")
    carried = sa.select(Item.id).where(Item.group_id == kettle.id, Item.key == "insurance")
    return {"own_item": first.id, "carried": db.session.scalars(carried).one()}


def _proposed() -> int:
    """The host suggests another word for the Allotment's compost."""
    glyn = _person("Glyn Parry")
    receipt = db.session.scalars(sa.select(Receipt).where(Receipt.number == 104)).one()
    group = db.session.get_one(Group, receipt.group_id)
    make.set_level(group, Area.RECEIPTS, Level.ASK_FIRST)
    try:
        receipts.describe(make.actor(glyn, Role.FINANCE), group, receipt.id, label="garden things")
    except Proposed as waiting:
        return waiting.proposal.id
    raise AssertionError("nothing was proposed")


def _clash(kettle: Group, marsha: Person) -> int:
    """Staff wrote another note on a receipt, of one long word, and Marsha another one since."""
    row = db.session.scalars(sa.select(Receipt).where(Receipt.number == 103)).one()
    glyn = make.actor(_person("Glyn Parry"), Role.FINANCE)
    receipts.describe(glyn, kettle, row.id, note="https://tickets.example.org/" + "four-people-there-and-back" * 3)
    change = make.newest_entry(kettle, "receipts.describe").id  # the newest of all may be the worker's
    receipts.describe(make.actor(marsha, Role.ORGANISER), kettle, row.id, note="The bus, for four of us")
    return change


def _duties(kettle: Group) -> dict[str, int]:
    """The demo's closed use of a legal duty; one that waits and one that is live for the Kettle."""
    imani, beatrix = _person("Imani Okafor"), _person("Beatrix Lund")
    facts = {
        "duty": "F9",
        "act": "view",
        "things": "R101, R102",
        "reason": "The tax office asks for them.",
        "hours": 4,
    }
    asked, live = (duties.ask(make.actor(imani, Role.COORDINATOR), kettle, **facts) for _ in range(2))
    duties.allow(make.actor(beatrix, Role.TRUSTEE), kettle, live.id)
    closed = db.session.scalars(sa.select(BreakGlass.id).where(BreakGlass.duty == "F10")).one()
    return {"duty": closed, "asked_duty": asked.id, "live_duty": live.id, "duty_item": live.items[0].id}


def _disagreed(kettle: Group) -> int:
    """The Kettle disagrees; it was answered, and goes to someone new."""
    marsha = make.actor(_person("Marsha"), Role.ORGANISER)
    glyn = make.actor(_person("Glyn Parry"), Role.FINANCE)
    words = "The bus was the only way to get the boxes there."
    said = disagreements.disagree(marsha, kettle, about="R101", words=words, among="host").id
    disagreements.answer(glyn, kettle, said, words="Bus fares come out of another pot.")
    disagreements.further(marsha, kettle, said)
    return said


def _books() -> dict:
    """The address of the Hearsay's books, and their newest entry; an entry and a year of the host's."""
    hearsay = db.session.scalars(sa.select(Group.id).where(Group.slug == "hearsay-collective")).one()
    newest = db.session.scalar(sa.select(sa.func.max(JournalEntry.id)).where(JournalEntry.group_id == hearsay))
    fund = db.session.scalar(sa.select(sa.func.min(Fund.id)).where(Fund.group_id == hearsay))
    ours = db.session.scalar(sa.select(sa.func.min(JournalEntry.id)).where(JournalEntry.group_id.is_(None)))
    own = {"our_entry": ours, "year": clock.today().year}
    return {"books": "/host/groups/hearsay-collective/books", "journal": newest, "fund": fund, **own}


def _papers(kettle: Group) -> dict:
    """A fund of the Kettle's and one of the Hearsay's, the Kettle's with words for its funder, agreed and not."""
    hearsay = db.session.scalars(sa.select(Group).where(Group.slug == "hearsay-collective")).one()
    funds = [db.session.scalar(sa.select(sa.func.min(Fund.id)).where(Fund.group_id == one.id)) for one in (kettle, hearsay)]
    marsha, month = make.actor(_person("Marsha"), Role.ORGANISER), f"{clock.today():%Y-%m}"
    said = "Every Tuesday there was a kettle on, and someone beside it."
    for time in ("all", month):
        words = papers.write(marsha, kettle, funds[0], time=time, words=said)
    papers.agree(marsha, kettle, words.id, mark_of_words=papers.mark(said))
    return {
        "our_fund": funds[0],
        "this_month": month,
        "papers": f"/host/groups/hearsay-collective/papers/{funds[1]}",
    }


def more_payees(group: Group, by: Person, count: int = 25) -> dict:
    """Whom a busy group pays; one account was changed, one link is open and one used."""
    me = make.actor(by, Role.ORGANISER)
    old, new = accounts.of("107999", "88837491", "D/123-4"), accounts.of("202959", "63748472")
    made = [
        payees.add(me, group, who="business", name=f"{SHOPS[n % 6]} {n}", email=f"{n}@example.org", details=old)
        for n in range(count)
    ]
    payee, changed, used = made[0], made[-1], made[-2]
    payees.change_details(me, group, changed.id, details=new)
    two = [db.session.get_one(PayeeLink, payees.send_link(me, group, one.id).id) for one in (payee, used)]
    row = payees.give(STRANGER, group, two[1].id, details=new)
    open_token, used_token = map(links.token, two)
    words = {"payee": payee.id, "payee_changed": changed.id, "details": row.id}
    return words | {"payee_token": open_token, "used_token": used_token}


def _lines(kettle: Group) -> dict:
    """Lines of the bank's: enough to fill a page, with a payment to match, one in suspense, one settled."""
    glyn = make.actor(_person("Glyn Parry"), Role.FINANCE)
    fund = db.session.scalars(sa.select(Fund).where(Fund.group_id == kettle.id)).first()
    own = {"fund_id": fund.id, "payee_id": make.payee(kettle, "Ashbrook Village Hall").id, "kind": "invoice"}
    made = [make.agreed(make.receipt(kettle, amount_pence=45_00, shop="Hall hire", **own)) for _ in range(2)]
    paid, waits = (receipts.accept(glyn, kettle, one.id, ledger_code="5300", amount_pence=45_00) for one in made)
    for n in range(45):
        make.bank_line(-(20_00 + n), f"CARD PAYMENT {n} ASHBROOK")
    out = make.bank_line(-45_00, f"FASTER PAYMENT {make.payment(waits).reference} ASHBROOK VILLAGE HALL").id
    came_in = make.bank_line(480_00, "COMMUNITY HANDS GRANT").id
    bank.settle_cost(glyn, kettle, paid.id, line_id=make.bank_line(-45_00, "DD HALL").id)
    bank.to_suspense(glyn, None, make.bank_line(60_00, "CASH", on=clock.today() - timedelta(days=12)).id)
    return {"line_out": out, "line_in": came_in, "kettle_bank": f"/host/groups/tuesday-kettle/bank/funds/{fund.id}"}


def _runs(kettle: Group) -> dict[str, int]:
    """A page of costs that are ready to pay; runs being prepared, to be released, and released, a page in each."""
    glyn, grocer = payments.finance("Glyn"), payments.payee(kettle)
    found, size = {}, 20
    for number, name in enumerate(("run", "handed", "released")):
        run = payments.run(glyn, number)
        for _ in range(size):
            payments.put(kettle, payments.cost(kettle, grocer, 101 + size), run, glyn)
        if name != "run":
            pays.hand_over(glyn, None, run.id)
        found[name] = run.id
    pays.release(payments.finance("Sefa"), None, found["released"])
    for _ in range(size):
        payments.cost(kettle, grocer, 100)
    return found


def _requests(kettle: Group, marsha: Person) -> dict[str, int]:
    """A page of requests and more; one the host would answer later, one it hasn’t answered in time; one begun by Joe."""
    more_requests(kettle, marsha, 25)
    joe, imani = _person("Joe"), make.actor(_person("Imani Okafor"), Role.COORDINATOR)
    later, late = (support.ask(make.actor(joe), kettle, words=f"Tables, {n} of them", shared=True) for n in (1, 2))
    support.snooze(imani, kettle, later.id, until=clock.today() + timedelta(days=40), reason="The council meets then.")
    make.set_facts(late, due_on=clock.today() - timedelta(days=3))
    support.keep_draft(make.actor(joe, Role.SELF), for_group=kettle.id, words="Could someone")
    support.keep_file(make.actor(joe, Role.SELF), for_group=kettle.id, file=make.photo())
    for n in range(25):
        strange_mail = unplaced_mail.keep_strange(
            SYSTEM, sort="words", sender=f"{n}@example.org", words=f"Is the hall free on the {n}th?"
        )
    kept = {"later": later.number, "late": late.number, "mail": strange_mail.id - 24}
    return kept | {"covered": _covered(imani)} | _notes(kettle, later)


def _covered(imani) -> int:
    """Sefa, whom two groups have, is away and Imani covers; one of the groups agreed to that ahead, and asked."""
    sefa, today = _person("Sefa Tuilagi").id, clock.today()
    away = {"from_on": today, "until_on": today + timedelta(days=12), "cover_id": imani.person_id}
    cover.set_away(imani, person_id=sefa, **away)
    later = {"from_on": today + timedelta(days=5), "until_on": today + timedelta(days=9)}
    cover.set_away(imani, person_id=imani.person_id, cover_id=_coordinator("Kamala").id, **later)
    hearsay, dads = (
        db.session.scalars(sa.select(Group).where(Group.slug == slug)).one()
        for slug in ("hearsay-collective", "eastmoor-dads")
    )
    for group in (hearsay, dads):
        support.name_coordinator(imani, group, person_id=sefa)
    return support.ask(make.actor(_person("Rafiq")), dads, words="The oven won’t light", shared=True).number


def _coordinator(name: str) -> Person:
    return make.staff(name, Role.COORDINATOR)


def _notes(kettle: Group, request: Request) -> dict:
    """A note that the group reads; private ones: one it sees, one it is told of later, one that has ended. And enough
    passed on to fill a page."""
    imani, joe = make.actor(_person("Imani Okafor"), Role.COORDINATOR), make.actor(_person("Joe"))
    support.keep_note(imani, kettle, request.id, words="The hall has twelve tables.")
    kept, _, ended = (
        support.keep_note(imani, kettle, request.id, words="Ask the warden first.", reason=reason, delay=delay)
        for reason, delay in (("safeguarding", None), ("legal_advice", "law"), ("staff_safety", None))
    )
    support.end_note(imani, kettle, ended.id)
    more_passed_on(joe, kettle, request.id, 25)
    return {"noted": request.number, "note": f"{QUEUE}/{request.number}/notes/{kept.id}"}


def _documents(kettle: Group, marsha: Person) -> dict[str, int]:
    """A document in photos, one taken away, and an agreement in two versions, accepted once; and a list that is full."""
    imani, by = make.actor(_person("Imani Okafor"), Role.COORDINATOR), make.actor(marsha)
    said = {"summary": "We hold it, you decide.", "words": "The host holds the money. The group decides."}
    offered = documents.offer(imani, kettle, name="Hosting agreement", **said)
    version = documents.queries.version(kettle.id, offered.id, 1)
    for one in (by, make.actor(_person("Joe"))):
        documents.agree(one, kettle, version.id, mark=version.mark)
    documents.sign(imani, kettle, version.id, mark=version.mark)
    documents.offer_version(
        imani, kettle, offered.id, **(said | {"words": "The host holds the money. The group decides it all."})
    )
    newer = documents.queries.version(kettle.id, offered.id, 2)
    documents.agree(by, kettle, newer.id, mark=newer.mark)
    documents.decline(make.actor(_person("Joe")), kettle, newer.id, words="All of it, on every day.")
    taken = documents.add(by, kettle, name="The old list", words="Milk")
    documents.withdraw(by, kettle, taken.id)
    more_documents(kettle, marsha, 25)
    photographed = documents.add(by, kettle, name="The page on the wall", files=[make.photo()])
    documents.add_version(by, kettle, photographed.id, words="As the page says", link="https://example.org/page")
    documents.add_version(by, kettle, photographed.id, words="As the page said")
    documents.set_rule(by, kettle, needs="one")
    rule = documents.queries.hosts()[-1]
    changed = {"words": f"{rule.words}\nAsk before you lend.", "differs": "Lending is asked for."}
    changed["starts_on"] = clock.today() + timedelta(days=40)
    newer = documents.change_rule(imani, None, rule.id, **changed).id
    for group in db.session.scalars(sa.select(Group).where(Group.slug.in_(("tuesday-kettle", "quiet-allotment")))).all():
        notice = documents.tell(SYSTEM, group, document_id=newer)
        if group.id == kettle.id:
            documents.answer_rule(by, group, notice.id, answer="question", words="Is a float lending?")
    return {"agreement": offered.number, "taken": taken.number, "document": photographed.number}


def more_documents(group: Group, by: Person, count: int) -> None:
    """What a group has gathered over the years."""
    for n in range(count):
        documents.add(make.actor(by), group, name=f"List {n}", words=f"Milk, and {n} more", about="rest")


def more_passed_on(by: Actor, group: Group, request_id: int, count: int) -> None:
    """What a group has passed on over the years, half of it with an outcome."""
    beatrix = make.actor(_person("Beatrix Lund"), Role.TRUSTEE)
    for n in range(count):
        passed = heard.pass_on(by, group, request_id, words=f"Tables are too dear, {n} times", attribution="group")
        if n % 2:
            heard.answer(beatrix, group, passed.id, outcome="We asked the council.")


def _risks(kettle: Group, marsha: Person) -> dict[str, int]:
    """More than a page of worries and of lines, of each one that is over or taken back."""
    imani = make.actor(_person("Imani Okafor"), Role.COORDINATOR)
    line, worry = more_risks(kettle, make.actor(marsha), imani, 25)
    risks.close(imani, kettle, line, words="The hall was mended.")
    risks.withdraw(make.actor(marsha), kettle, worry)
    over = db.session.get_one(Risk, line).number
    return {"over": over, "worry": over}


def more_risks(group: Group, by: Actor, imani: Actor, count: int) -> tuple[int, int]:
    """Worries and lines as years bring them, half of them answered, half of the lines serious; the newest of each."""
    for n in range(count):
        worry = risks.worry(by, group, words=f"The roof leaks in {n} places", to_trustees=bool(n % 3))
        told = {
            "what": f"The roof leaks in {n} places",
            "does": "We ask the owner to mend it.",
            "holder_id": imani.person_id,
        }
        told |= {"look_again_on": clock.today() + timedelta(days=n + 1)}
        line = risks.add(imani, group, **told, serious_why="It rains in." if n % 2 else None)
        if n % 2:
            risks.answer(imani, group, worry.id, words="It is being mended.")
    return line.id, worry.id


def _asks(kettle: Group) -> dict[str, int]:
    """Enough asks to fill a page and begin another, all to the Kettle; and a draft to every group, over the budget."""
    imani = make.actor(_person("Imani Okafor"), Role.COORDINATOR)
    more_asks(imani, kettle, 25)
    newest = db.session.scalar(sa.select(sa.func.max(Ask.number)))
    long = "What is it like, on a day when hardly anybody comes and the hall is cold?"
    said = {"title": "What groups would change", "purpose": long, "gets": long, "sees": long, "minutes": 25}
    draft = asks.draft(imani, questions=[long] * 5, help_by=clock.today() + timedelta(days=30), **said)
    return {"asked_more": newest, "ask_draft": draft.number}


def more_asks(by: Actor, group: Group, count: int) -> None:
    """Asks of one group, half of them closed with what they led to."""
    make.set_level(group, Area.CONTACT, Level.YOU_DO)
    said = {"purpose": "To find rooms before the winter.", "gets": "A room", "sees": "Imani", "minutes": 3}
    for n in range(count):
        ask = asks.draft(by, title=f"Rooms, part {n}", questions=["How many come?", "What is missing?"], **said)
        asks.begin(by, None, ask.id)
        sent = asks.send(by, group, ask_id=ask.id, about=ask.title, minutes=3, over_why="The council decides on Friday.")
        make.set_facts(sent, released_at=clock.now() - timedelta(hours=count - n))
        if n % 2:
            asks.close(by, None, ask.id, outcome="Two rooms were found.")
    make.set_level(group, Area.CONTACT, Level.ASK_FIRST)


def more_requests(group: Group, by: Person, count: int) -> None:
    """Requests as a busy month brings them."""
    for n in range(count):
        support.ask(make.actor(by), group, words=f"Could we have {SHOPS[n % 6]} {n}?", shared=True)


def _shares(kettle: Group, marsha: Person) -> dict:
    """A full page of what the Kettle shows, and of what it showed; a summary to approve; enquiries; a full group."""
    by, imani = make.actor(marsha), make.actor(_person("Imani Okafor"), Role.COORDINATOR)
    sharing.write_summary(by, kettle, words="Tea, talk and no forms.")
    sharing.take_enquiries(by, kettle, wanted=True)
    more_shares(by, kettle, 23)
    made = [row.share for row in shares.ours(kettle.id)]
    public = next(one for one in made if one.audience == "anyone")
    sharing.list_in_search(by, kettle, public.id, listed=True)
    more_enquiries(kettle, public.id, 46)
    for row, _ in shares.enquiries():
        sharing.pass_on(imani, kettle, row.id)
    sam, walkers = (
        make.actor(_person("Sam")),
        db.session.scalars(sa.select(Group).where(Group.slug == "hillfoot-walkers")).one(),
    )
    sharing.take_enquiries(sam, walkers, wanted=True)
    sharing.set_full(sam, walkers, full=True)
    more_shares(sam, walkers, 1)
    (full,) = (row.share.token for row in shares.ours(walkers.id))
    link = next(one for one in made if one.audience != "anyone")
    return {"share": link.id, "link": link.token, "public": public.token, "full": full}


def more_shares(by: Actor, group: Group, count: int) -> None:
    """What a group shares over the years: half of it public, and as much that ended."""
    own = {"purpose": "To be found", "until_on": clock.today() + timedelta(days=30)}
    for n in range(count):
        words, public = f"Tea on Tuesdays, {n}.", n % 2 == 0
        named = {"audience": "anyone", "who": None} if public else {"audience": "someone we name", "who": "The council"}
        sharing.share(by, group, words=words, **named, **own)
        sharing.withdraw(by, group, sharing.share(by, group, words=words, **named, **own).id)


def more_enquiries(group: Group, share_id: int, count: int) -> None:
    """What people outside have written."""
    with wall.opened(group.id):
        own = {"group_id": group.id, "share_id": share_id, "reach": "07700 900111"}
        db.session.add_all(Enquiry(**own, name=f"Ann {n}", words="May I come?") for n in range(count))
    db.session.commit()


def _rested(kettle: Group) -> int:
    """The Kettle has rested; its receipts were looked at meanwhile."""
    with wall.opened(kettle.id):
        ended = clock.now()
        began = ended - timedelta(days=14)
        quiet = Quiet(group_id=kettle.id, started_by=_person("Marsha").id, started_at=began, until=ended, ended_at=ended)
        db.session.add(quiet)
    db.session.commit()
    return quiet.id


def _silent(group: Group) -> None:
    """Nobody has heard of this group for long; Wren, whom they named, asks for a pause."""
    wren, imani = _person("Wren").id, _person("Imani Okafor").id
    with wall.opened(group.id):
        own = {"group_id": group.id}
        db.session.add(NamedPerson(**own, person_id=wren, name="Wren", named_by=wren))
        db.session.add(Wish(**own, kind="pause", words="They’re all still poorly.", asked_by=wren))
        for days in (200, 190):
            db.session.add(ContactTry(**own, person_id=imani, how="Rang Sam", at=clock.now() - timedelta(days=days)))
    db.session.commit()


def _person(name: str) -> Person:
    return db.session.scalars(sa.select(Person).where(Person.name == name)).one()


def _told(kettle: Group) -> int:
    """The change of a label that the demo's group was told of."""
    told = sa.select(Entry.id).where(Entry.group_id == kettle.id, Entry.outcome == "allow_tell")
    return db.session.scalars(told.order_by(Entry.id.desc())).first()


SHOPS = ("Corner Grocer", "Ashbrook Village Hall", "Fernside Nursery", "Post Office", "Merkato Spices", "Inkwell Print")


def more_receipts(group_id: int, person_id: int, count: int, *, first: int, **facts) -> None:
    """Receipts as a busy month brings them."""
    with wall.opened(group_id):
        fund = db.session.scalar(sa.select(Fund.id).where(Fund.group_id == group_id).limit(1))
        db.session.add_all(
            Receipt(
                group_id=group_id,
                number=number,
                key=f"more-{number}",
                added_by=person_id,
                shop=f"{SHOPS[number % len(SHOPS)]} {number}",
                label=f"Thing {number * 7 % 97} of ours",
                amount_pence=number * 13 % 9000 + 50,
                spent_on=clock.today(),
                fund_id=fund,
                **facts,
            )
            for number in range(first, first + count)
        )
    db.session.commit()


def more_groups(count: int) -> None:
    """Groups as a host has them."""
    there = db.session.scalar(sa.select(sa.func.count()).select_from(Group))
    db.session.add_all(
        Group(name=f"Neighbours {n * 37 % 101} of {SHOPS[n % 6]}", slug=f"more-{n}") for n in range(there, there + count)
    )
    db.session.commit()


def more_mail(count: int) -> None:
    """Messages of the demo."""
    there = db.session.scalar(sa.select(sa.func.count()).select_from(ShownMail))
    db.session.add_all(
        ShownMail(
            message_id=f"<{n}@x>", to=f"p{n}@example.org", subject="Your code", body=f"Your code is {n * 7919 % 10**6:06}."
        )
        for n in range(there, there + count)
    )
    db.session.commit()
