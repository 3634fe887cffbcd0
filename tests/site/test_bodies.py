"""What a form may not carry: another group's ids are refused with no write, fields it doesn't have change nothing."""

import re

import pytest

from portal.core import sqlite
from portal.people.reach import rule_of
from tests.site.test_cells import ACCOUNT, DONE, KEY, TABLE, Try, _fresh, _path, _pick, _values, all_routes, send
from tests.site.world import ABSENT, AGREED_MARK, photo

pytestmark = pytest.mark.slow

# What people have tried to slip into forms elsewhere. Each is left out where the form truly asks for it.
SLIPPED_IN = {
    **dict.fromkeys(("group", "group_id", "person_id", "added_by", "by", "id", "number", "founds"), "2"),
    **dict.fromkeys(("role", "roles", "status", "state", "outcome", "level", "area", "scope"), "organiser"),
    **dict.fromkeys(
        ("approved_by", "accepted_by", "agreed_by", "agreed_mark", "asked_by", "withdrawn_by", "answered_by", "made_by"),
        "3",
    ),
    **dict.fromkeys(
        (
            "accepted_at",
            "agreed_at",
            "in_run_at",
            "paid_on",
            "waits_until",
            "withdrawn_at",
            "proved_at",
            "second_factor_at",
        ),
        "2026-11-01",
    ),
    **dict.fromkeys(("ended_at", "released_at", "expires_at", "made_at", "added_at", "set_at"), "2030-01-01"),
    **dict.fromkeys(("amount", "pence", "amount_pence", "each_pence", "guesses", "sign_count"), "99"),
    **dict.fromkeys(("ledger_code", "label", "note", "shop", "name", "slug", "story", "why", "words"), "slipped in"),
    **dict.fromkeys(("sha256", "original", "pages", "thumb", "kind", "no_picture_why", "nonce", "token"), "slipped in"),
    **dict.fromkeys(("fund_id", "replaces", "question_id", "other_id", "receipt_id", "device_id", "membership_id"), "1"),
    **dict.fromkeys(("remembered", "second_factor", "known", "is_staff", "admin", "asks_again", "proved"), "1"),
}
# Fields a form truly has, beyond those that TABLE sends.
ASKED_FOR = {
    "receipts.describe": {"shop", "amount_pence", "spent_on", "label", "note", "fund_id"},
    "receipts.answer": {"words", "amount_pence", "fund_id"},
    "receipts.add_picture": {"replaces"},
    "desk.ask": {"words"},
    "spending.set_rule": {"over_pence"},
    "desk.describe": {"why"},
    "how_they_run.set_their_status": {"why"},
    "how_they_run.set_their_look": {"why"},
    "how_they_run.write_their_note": {"why"},
    "how_they_run.carry": {"why"},
    "members.invite_first": {"why"},
    "their_documents.add": {"why"},
    "their_documents.add_version": {"why"},
}
# What differs between two runs of the same form anyway: moments, random names, and hashes over them.
BY_CHANCE = re.compile(
    r"_at$|^at$|nonce|hash|token|^once$|^body$|^salt$|^sha256$|^sealed$|^size$|original|^since$|arguments|app_key"
)
MOMENT = re.compile(r"\d{4}-\d\d-\d\d[T ]\d\d:\d\d:[\d.+:]+")
STRANDS = re.compile(r"\{[^{}]*\}")  # the changes of an entry, which come in no order

FORMS = [
    name
    for name, cell in TABLE.items()
    if name.startswith("POST") and any(answer in {DONE, "asked", "no"} for answer in cell.may.values())
]


def _settled(value) -> str:
    """A value without its moments; the changes of an entry in order."""
    text = MOMENT.sub("then", str(value))
    return str(sorted(STRANDS.findall(text))) if text.startswith('{"changes"') else text


@pytest.fixture
def contents(place):
    """Everything in the database, but for what differs by chance."""

    def read(*, exactly=False) -> dict[str, list]:
        connection = sqlite.driver.connect(str(place.data / "portal.db"))
        names = [name for (name,) in connection.execute("SELECT name FROM sqlite_master WHERE type = 'table'")]
        found = {}
        for name in names:
            rows = connection.execute(f"SELECT * FROM {name}")
            columns = [column for column, *_ in rows.description]
            kept = [i for i, column in enumerate(columns) if exactly or not BY_CHANCE.search(column)]
            facts = [(i, column) for i, column in enumerate(columns) if BY_CHANCE.search(column)]
            found[name] = [
                tuple(row[i] if exactly else _settled(row[i]) for i in kept) + tuple(row[i] is None for i, _ in facts)
                for row in rows
            ]
        connection.close()
        return found

    return read


def who_may(name: str) -> str:
    cell = TABLE[name]
    return "organiser" if "organiser" in cell.may else next(iter(cell.may))


@pytest.mark.parametrize("name", FORMS)
@pytest.mark.parametrize("dialect", ["sqlite"], indirect=True)
def test_fields_a_form_does_not_have_change_nothing(place, contents, name):
    world, route = place.world, all_routes(place.world.app)[name]
    who = who_may(name)
    path = _path(
        world.app, route, Try(who, "own", _pick(route.arguments, _values(world, TABLE[name], who, "kettle")), DONE)
    )
    body = TABLE[name].body
    real = {"same", "next", "keep", *body, *ASKED_FOR.get(route.endpoint, ())}
    outcomes = []
    for extra in ({}, {field: value for field, value in SLIPPED_IN.items() if field not in real}):
        client = _fresh(world, who)
        answer = send(client, "POST", path, extra | body, htmx=False)
        outcomes.append((answer.status_code, answer.headers.get("Location"), contents()))
        place.put_back()
    plain, slipped = outcomes
    assert slipped[:2] == plain[:2]
    for table, rows in plain[2].items():
        assert slipped[2][table] == rows, f"{table} differs"


def foreign_lines(world):
    """The same of the bank's lines."""
    ours, theirs = world.things["kettle"], world.things["walkers"]
    at, line = "/host/groups/kettle/bank", {"line_id": "1", "key": KEY}
    for payment, cost in ((theirs["bank_payment"], theirs["cost_id"]), (ABSENT, ABSENT)):
        yield "finance", f"{at}/payments/{payment}", line | {"group": "walkers", "payment_id": str(ours["bank_payment"])}
        yield "finance", f"{at}/costs/{cost}", line
        yield "finance", f"{at}/funds/{theirs['fund_id']}", {"line_id": "2", "source": "grant", "words": "x", "key": KEY}
    for number in (ABSENT, 2**31, -1, "x", ""):
        yield "finance", f"{at}/payments/{ours['bank_payment']}", {"line_id": str(number), "key": KEY}
        yield (
            "finance",
            f"{at}/funds/{ours['fund_id']}",
            {"line_id": str(number), "source": "grant", "words": "x", "key": KEY},
        )


def foreign(world):
    """Forms with an id in the body that is another's, or nobody's: who, what, where to, with what."""
    ours, theirs = world.things["kettle"], world.things["walkers"]
    receipt = f"/g/kettle/receipts/{ours['number']}"
    payee, pot = str(ours["payee_id"]), f"{ours['fund_id']}-"
    for cost in (
        {"payee_id": str(theirs["payee_id"]), "pot": pot},
        {"payee_id": str(ABSENT), "pot": pot},
        {"payee_id": payee, "pot": f"{theirs['fund_id']}-"},
        {"payee_id": payee, "pot": f"{pot}{theirs['line_id']}"},
    ):
        told = {"kind": "invoice", "shop": "slipped in", "amount_pence": "1", "key": KEY}
        yield "organiser", f"{receipt}/payment", told | cost
    answer = f"{receipt}/answers/{ours['question_id']}"
    for fund in (theirs["fund"], ABSENT):
        yield "organiser", f"{receipt}/details", {"fund_id": str(fund), "label": "slipped in", "key": KEY}
        yield "organiser", answer, {"fund_id": str(fund), "words": "slipped in", "key": KEY}
    for picture in (theirs["picture_id"], ours["other_picture"], ABSENT):
        yield "organiser", f"{receipt}/pictures", {"replaces": str(picture), "photo": photo, "key": KEY}
    money, books = f"/g/kettle/money/funds/{ours['fund_id']}", f"/host/groups/kettle/books/funds/{ours['fund_id']}"
    for line in (theirs["line_id"], ABSENT):
        for who, at in (("organiser", money), ("finance", books)):
            for one, other in ((ours["line_id"], line), (line, ours["line_id"])):
                moved = {"from_id": str(one), "to_id": str(other), "amount_pence": "1", "key": KEY}
                yield who, f"{at}/moves", moved
    for fund in (theirs["fund_id"], ABSENT):
        for who, at in (("organiser", money), ("finance", books)):
            yield who, f"{at}/transfers", {"to_id": str(fund), "amount_pence": "1", "key": KEY}
    yield "organiser", f"{receipt}/answers/{theirs['question_id']}", {"words": "slipped in", "key": KEY}
    yield "organiser", f"{receipt}/answers/{ours['helpers_question']}", {"words": "slipped in", "key": KEY}
    yield "organiser", f"/g/walkers/receipts/{theirs['number']}/details", {"group": "kettle", "label": "slipped in"}
    yield "organiser", f"/g/kettle/people/invitations/{theirs['proposed']}/agreement", {}
    asked = f"/g/kettle/support/{ours['request']}"
    yield "organiser", f"{asked}/readers/{theirs['reader_id']}/end", {"reader_id": str(ours["reader_id"]), "key": KEY}
    yield "organiser", f"/g/kettle/support/{theirs['request']}/messages", {"words": "slipped in", "key": KEY}
    for end in ("", "/end"):
        noted = f"/host/requests/{ours['request']}/notes/{theirs['note_id']}{end}"
        yield "coordinator", noted, {"reason": "safeguarding", "note_id": ours["note_id"], "key": KEY}
    passed = {"words": "slipped in", "attribution": "nobody", "key": KEY}
    yield "organiser", f"/g/kettle/heard/from/{theirs['request']}", passed | {"number": ours["request"]}
    yield "organiser", f"/g/kettle/heard/{theirs['passed']}/withdrawal", {"passed": ours["passed"], "key": KEY}
    yield "organiser", f"/g/kettle/who-sees-us/{theirs['share_id']}/withdrawal", {"share_id": ours["share_id"], "key": KEY}
    found = f"/g/kettle/who-sees-us/{theirs['public_share']}/search-engines"
    yield "organiser", found, {"share_id": ours["public_share"], "agreed": "yes", "key": KEY}
    withdrawn = f"/host/groups/kettle/shares/{theirs['share_id']}/withdrawal"
    yield "coordinator", withdrawn, {"share_id": ours["share_id"], "key": KEY}
    yield "organiser", f"/g/kettle/worries/{theirs['worry']}/withdrawal", {"taken": ours["worry"], "key": KEY}
    for act in ("status", "look", "holder", "note", "own-way", "own-way/end", "talk", "talk/end", "drop", "drop/end"):
        said = {"status": "in_place", "holder": "shared", "item": ours["item"], "key": KEY}
        yield "organiser", f"/g/kettle/how-we-run/{theirs['item']}/{act}", said
    for act in ("status", "look", "note", "carrying"):
        yield "coordinator", f"/host/groups/kettle/how-we-run/{theirs['item']}/{act}", {"status": "in_place", "key": KEY}
    for act in ("taking", "handing", "done", "talked"):
        yield "coordinator", f"/host/board/{theirs['item']}/{act}", {"carried": ours["carried"], "key": KEY}
    said = {"answer_1": "slipped in", "send": "y", "number": ours["ask"], "key": KEY}
    yield "organiser", f"/g/kettle/asks/{theirs['ask']}/answers", said
    yield "organiser", f"/g/kettle/asks/{theirs['ask']}/skipping", {"number": ours["ask"], "key": KEY}
    yield "organiser", f"/g/kettle/asks/{theirs['ask_given']}/taking-back", {"number": ours["ask_given"], "key": KEY}
    said = {"words": "slipped in", "mark": AGREED_MARK, "version": "1", "name": "slipped in", "key": KEY}
    for end in ("versions", "current", "name", "withdrawal", "return"):
        yield "organiser", f"/g/kettle/documents/{theirs['document']}/{end}", said | {"number": ours["document"]}
    for end in ("yes", "no"):
        yield "organiser", f"/g/kettle/documents/{theirs['offered']}/versions/{theirs['version']}/{end}", said
        yield "organiser", f"/g/kettle/documents/{ours['offered']}/versions/{theirs['version']}/{end}", said
    yield "coordinator", f"/host/groups/kettle/documents/{theirs['accepted']}/versions/{theirs['version']}/signature", said
    yield "organiser", f"/g/kettle/documents/rule/{theirs['agreement_rule']}/yes", {"rule_id": ours["agreement_rule"]}
    yield "organiser", f"/g/kettle/people/{theirs['membership_id']}/removal", {"membership_id": str(ours["membership_id"])}
    yield "organiser", f"/g/kettle/removals/{theirs['removal_id']}/agreement", {"removal_id": str(ours["removal_id"])}
    fee = {"fee": "6", "starts_on": "2090-01-01", "words": "slipped in", "key": KEY}
    yield "coordinator", f"/host/groups/kettle/books/funds/{theirs['fund_id']}/fee", fee
    wrong = {"words": "slipped in", "key": KEY}
    yield "finance", f"/host/groups/kettle/books/entries/{theirs['journal']}/correction", wrong
    yield "finance", f"/host/groups/kettle/books/entries/{ours['ours']}/correction", wrong
    yield "finance", f"/host/books/entries/{ours['journal']}/correction", wrong
    for end in ("yes", "stop"):
        yield (
            "organiser",
            f"/g/kettle/money/payees/changes/{theirs['details_id']}/{end}",
            {"details_id": ours["details_id"]},
        )
        yield "finance", f"/host/groups/kettle/payees/details/{theirs['details_id']}/{end}", {}
    yield "organiser", f"/g/kettle/money/payees/{theirs['payee_id']}/details", ACCOUNT | {"payee_id": ours["payee_id"]}
    yield "organiser", f"/g/kettle/money/payees/{theirs['payee_id']}/links", {"payee_id": ours["payee_id"]}
    yield "organiser", f"/g/kettle/money/payees/links/{theirs['link_id']}/end", {}
    yield "coordinator", f"/host/groups/kettle/people/{theirs['membership_id']}/removal", {}
    yield "coordinator", f"/host/groups/kettle/invitations/{theirs['invitation_id']}/revocation", {}


@pytest.mark.parametrize("dialect", ["sqlite"], indirect=True)
def test_another_groups_ids_are_refused_alike_with_no_write(place, contents):
    before = contents(exactly=True)
    bodies: dict[str, set] = {}
    for who, path, body in (*foreign(place.world), *foreign_lines(place.world)):
        for htmx in (False, True):
            answer = send(_fresh(place.world, who), "POST", path, body, htmx)
            assert answer.status_code == 404, (path, body)
            said = answer.text.replace(answer.headers["X-Request-Id"], "REF")
            bodies.setdefault(re.sub(r"-?\d+", "N", path), set()).add(said)
            assert contents(exactly=True) == before, (path, body)
    assert {where: len(said) for where, said in bodies.items()} == dict.fromkeys(bodies, 1)


def test_on_both_databases_another_groups_ids_are_refused_with_no_write(place, written):
    for who, path, body in (*foreign(place.world), *foreign_lines(place.world)):
        written.clear()
        assert send(_fresh(place.world, who), "POST", path, body, htmx=False).status_code == 404, (path, body)
        if "photo" not in body:
            assert written == [], (path, body)


@pytest.mark.parametrize("dialect", ["sqlite"], indirect=True)
def test_ids_in_an_address_that_lists_show_only_ones_own(place):
    theirs, ours = place.world.things["walkers"]["number"], place.world.things["kettle"]["number"]
    page = place.world.clients["organiser"].get(f"/g/kettle/receipts/sent?r={ours}&r={theirs}&r=-1&r=x&r={10**30}").text
    assert f"R{ours}" in page
    assert f"R{theirs}" not in page
    for path in ("receipts/", "receipts/bin"):
        for after in (str(theirs), "-1", "x", "9" * 30, "²"):
            assert place.world.clients["organiser"].get(f"/g/kettle/{path}?after={after}").status_code == 200


@pytest.mark.parametrize("dialect", ["sqlite"], indirect=True)
def test_the_desks_label_form_changes_the_label_alone(place, contents):
    """Asked of the group as a proposal, and the proposal holds nothing else."""
    number = place.world.things["kettle"]["number"]
    body = {"label": "tea", "note": "x", "amount_pence": "1", "shop": "x", "fund_id": "1", "key": KEY}
    assert send(_fresh(place.world, "finance"), "POST", f"/host/receipts/{number}/label", body, False).status_code == 202
    *_, proposal = contents()["proposals"]
    assert '{"label": "tea"}' in proposal


def test_every_unsafe_route_is_tried_here(place):
    app = place.world.app
    unsafe = {name for name, route in all_routes(app).items() if rule_of(app, route.endpoint).does}
    refused_always = {"POST members.invite_for_group", "POST members.remove_for_group", "POST members.host_revoke"}
    refused_always |= {"POST papers.host_write", "POST shares.share_summary", "POST shares.suggest"}  # kept by the group
    refused_always.add("POST costs.say_yes_for")  # the group’s rule asks two of them
    refused_always.add("POST silence.ask")  # the group was heard of
    assert unsafe - set(FORMS) == refused_always


@pytest.mark.parametrize("number", ["2147483648", "9" * 30])
def test_numbers_beyond_any_id_are_just_not_here(place, number):
    for who, path in (
        ("organiser", f"/g/kettle/receipts/{number}"),
        ("finance", f"/host/receipts/{number}"),
        ("organiser", f"/g/kettle/receipts/101/pictures/{number}/1.jpg"),
    ):
        assert _fresh(place.world, who).get(path).status_code == 404, path
    assert send(_fresh(place.world, "organiser"), "POST", f"/you/devices/{number}/sign-out", {}, False).status_code == 404
    body = {"fund_id": number, "replaces": number, "label": "x", "photo": photo, "key": KEY}
    receipt = f"/g/kettle/receipts/{place.world.things['kettle']['number']}"
    for path in (f"{receipt}/details", f"{receipt}/pictures"):
        assert send(_fresh(place.world, "organiser"), "POST", path, body, False).status_code in {303, 404, 422}
