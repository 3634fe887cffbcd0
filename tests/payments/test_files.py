"""The bank's files: valid against the bank's own schema, every digit and penny there, and only for who may fetch them."""

import csv
import io
import re
import xml.etree.ElementTree as ET
from datetime import UTC, date, datetime, timedelta
from importlib.resources import files
from itertools import chain

import pytest
import sqlalchemy as sa
import time_machine
import xmlschema
from hypothesis import given, settings
from hypothesis import strategies as st

from portal import config
from portal.activity.models import Entry
from portal.autonomy.door import Mistake
from portal.core import clock
from portal.core.db import db
from portal.payments import actions, bank_csv, pain001, queries
from portal.payments.transfers import Transfer, plain
from portal.people.models import Device
from tests import make
from tests.client import Client
from tests.installation import settings_for
from tests.payments import ready
from tests.payments.ready import finance

SCHEMA = xmlschema.XMLSchema(files("sepaxml").joinpath("schemas/pain.001.001.09.xsd").read_bytes())
IN = {"p": pain001.NAMESPACE}
BANK_TAKES = re.compile(r"[A-Za-z0-9][A-Za-z0-9 ./-]*")

digits = st.text("0123456789", min_size=6, max_size=6)
transfers = st.builds(
    Transfer,
    name=st.text(min_size=1).map(lambda name: plain(name, 70)),
    sort_code=digits,
    account_number=st.text("0123456789", min_size=8, max_size=8),
    pence=st.integers(1, 10**12),
    reference=st.integers(101, 10**9).map(lambda n: f"TR R{n}"),
    says=st.one_of(st.just("TR R104"), st.text(min_size=1).map(lambda roll: plain(roll, 18))),
)


def document(these: list[Transfer]) -> ET.Element:
    """The file of these, found valid."""
    made = datetime(2026, 11, 10, 9, 30, tzinfo=UTC)
    bank = ("Hearthrow Commons", "089999", "66374958")
    content = pain001.document(these, bank=bank, message_id="TR20261110-00", made_at=made, pay_on=date(2026, 11, 13))
    SCHEMA.validate(io.BytesIO(content))
    return ET.fromstring(content)


def texts(root: ET.Element, path: str) -> list[str]:
    return [found.text or "" for found in root.findall(f".//p:{path}", IN)]


def pence(pounds: str) -> int:
    whole, _, rest = pounds.partition(".")
    return int(whole) * 100 + int(rest)


@settings(deadline=None)  # however busy the machine is
@given(st.lists(transfers, min_size=1, max_size=20))
@pytest.mark.slow
def test_whatever_the_names_and_sums_the_file_is_valid_and_adds_up(these):
    root = document(these)
    total = sum(one.pence for one in these)
    assert [pence(one) for one in texts(root, "CtrlSum")] == [total, total]
    assert [int(one) for one in texts(root, "NbOfTxs")] == [len(these)] * 2
    assert [pence(one) for one in texts(root, "InstdAmt")] == [one.pence for one in these]
    assert texts(root, "CdtTrfTxInf//p:MmbId") == [one.sort_code for one in these]
    assert texts(root, "CdtrAcct//p:Id/p:Othr/p:Id") == [one.account_number for one in these]
    assert texts(root, "EndToEndId") == [one.reference for one in these]
    rows = list(csv.reader(io.StringIO(bank_csv.listed(these))))
    assert [(one[0], one[1], pence(one[3])) for one in rows] == [
        (one.sort_code, one.account_number, one.pence) for one in these
    ]
    assert all(
        BANK_TAKES.fullmatch(word) for word in chain(texts(root, "Nm"), texts(root, "Ustrd"), *(r[2:] for r in rows))
    )
    assert all(len(row[2]) <= 18 and len(row[4]) <= 18 for row in rows)


@given(st.text(), st.integers(1, 70))
def test_any_words_become_letters_a_bank_takes(words, longest):
    said = plain(words, longest)
    assert len(said) <= max(longest, len("Payee"))
    assert BANK_TAKES.fullmatch(said)


@pytest.mark.parametrize(
    ("name", "said"),
    [
        ("Zoë Łukasiewicz", "Zoe Lukasiewicz"),
        ("Merkato Spices / ቅመም", "Merkato Spices / kmem"),
        ("Smith & Sons (Hire) Ltd", "Smith and Sons Hire Ltd"),
        ("=SUM(A1)", "SUMA1"),
        ("-@+", "Payee"),
        ("O’Neill", "ONeill"),
    ],
)
def test_names_as_banks_write_them(name, said):
    assert plain(name, 70) == said


@pytest.fixture
def run(kettle):
    """Three payments, released: leading zeros, a roll number, a name beyond ASCII."""
    grocer = ready.payee(kettle, "Corner Grocer", ("070116", "00012345"))
    society = ready.payee(kettle, "Zoë", ("070116", "33333334", "B/70 1234-5"))
    return ready.released(
        kettle, *(ready.cost(kettle, to, pence) for to, pence in ((grocer, 1146), (society, 100_001), (grocer, 1)))
    )


def as_(app, name: str, **facts) -> Client:
    return Client(app).as_(make.person(finance(name).name), **facts)


def test_both_files_hold_the_run_to_the_penny_and_every_digit(app, run):
    found = as_(app, "Sefa").get(f"/host/payments/{run.id}/payments.xml")
    SCHEMA.validate(io.BytesIO(found.data))
    root = ET.fromstring(found.data)
    assert texts(root, "CtrlSum") == ["1011.48", "1011.48"]
    assert texts(root, "ReqdExctnDt/p:Dt") == [ready.again(run).pay_on.isoformat()]
    assert texts(root, "CdtTrfTxInf//p:Othr/p:Id") == ["00012345", "33333334", "00012345"]
    assert texts(root, "Ustrd")[1] == "B/70 1234-5"
    assert texts(root, "DbtrAcct//p:Othr/p:Id") == ["66374958"]
    listed = as_(app, "Glyn").get(f"/host/payments/{ready.again(run).id}/payments.csv").text
    assert listed.splitlines()[:2] == [
        f"070116,00012345,Corner Grocer,11.46,{texts(root, 'EndToEndId')[0]}",
        "070116,33333334,Zoe,1000.01,B/70 1234-5",
    ]


def test_a_file_is_an_attachment_with_a_neutral_name_that_nobody_keeps(app, run):
    for ending, kind in (("xml", "application/xml"), ("csv", "text/csv")):
        answer = as_(app, "Sefa").get(f"/host/payments/{ready.again(run).id}/payments.{ending}")
        assert answer.headers["Content-Disposition"] == f'attachment; filename="payments-B{ready.again(run).id}.{ending}"'
        assert answer.headers["Cache-Control"] == "no-store"
        assert answer.headers["Content-Type"] == f"{kind}; charset=utf-8"


def test_fetched_twice_it_is_the_same_file_and_each_time_has_a_line(app, run):
    sefa = as_(app, "Sefa")
    path = f"/host/payments/{ready.again(run).id}/payments.xml"
    assert sefa.get(path).data == sefa.get(path).data
    said = sa.select(Entry.person_id, Entry.about).where(Entry.action == "payments.fetch")
    assert [tuple(row) for row in db.session.execute(said)] == [(make.person("Sefa").id, run.ref)] * 2


def test_a_passkey_or_password_is_asked_for_again_first(app, run):
    number = ready.again(run).id
    sefa = as_(app, "Sefa")
    db.session.execute(sa.update(Device).values(proved_at=clock.now() - timedelta(minutes=11)))
    db.session.commit()
    for ending in ("xml", "csv"):
        answer = sefa.get(f"/host/payments/{number}/payments.{ending}")
        assert (answer.status_code, answer.headers["Location"].partition("?")[0]) == (303, "/sign-in/again")
    assert db.session.scalar(sa.select(Entry.id).where(Entry.action == "payments.fetch")) is None


def test_there_is_no_file_without_an_account_to_pay_from(kettle, settings, run, monkeypatch):
    for name in ("NAME", "SORT_CODE", "ACCOUNT"):
        monkeypatch.setitem(settings.values, f"PORTAL_BANK_{name}", "")
    with pytest.raises(Mistake, match="isn’t set"):
        actions.fetch(finance("Sefa"), None, run.id)


def test_there_is_no_file_before_the_release(app, kettle):
    made = ready.run()
    ready.put(kettle, ready.cost(kettle, ready.payee(kettle)), made)
    number = made.id
    answer = as_(app, "Glyn").get(f"/host/payments/{number}/payments.xml")
    assert (answer.status_code, b"released yet" in answer.data) == (422, True)
    assert b"66374958" not in answer.data


def test_what_came_back_or_was_taken_out_is_in_no_file(app, kettle, run):
    payment = queries.in_run(run.id)[1][0]
    actions.returned(finance(), kettle, payment.id)
    root = ET.fromstring(as_(app, "Sefa").get(f"/host/payments/{ready.again(run).id}/payments.xml").data)
    assert texts(root, "CtrlSum")[0] == "11.47"


def test_released_after_its_day_it_asks_for_the_day_it_was_released(app, kettle):
    made = ready.run()
    ready.put(kettle, ready.cost(kettle, ready.payee(kettle)), made)
    actions.hand_over(finance(), None, made.id)
    with time_machine.travel(clock.now() + timedelta(days=8), tick=False):
        made = actions.release(finance("Sefa"), None, made.id)
        root = ET.fromstring(as_(app, "Sefa").get(f"/host/payments/{made.id}/payments.xml").data)
        assert texts(root, "ReqdExctnDt/p:Dt") == [clock.today().isoformat()]


@pytest.mark.parametrize(
    ("name", "value", "said"),
    [
        ("PORTAL_BANK_SORT_CODE", "0899", "6 digits"),
        ("PORTAL_BANK_ACCOUNT", "12", "8"),
        ("PORTAL_PAY_DAYS", "", "PORTAL_PAY_DAYS"),
        ("PORTAL_PAY_DAYS", "someday", "PORTAL_PAY_DAYS"),
    ],
)
def test_settings_that_no_bank_takes_are_refused_at_the_start(tmp_path, name, value, said):
    with pytest.raises(config.UnsafeSettings, match=said):
        settings_for(tmp_path, **{name: value})


def test_without_an_account_to_pay_from_there_is_no_file(tmp_path):
    assert settings_for(tmp_path, PORTAL_BANK_ACCOUNT="").bank is None
    assert settings_for(tmp_path).bank == ("Hearthrow Commons", "089999", "66374958")
