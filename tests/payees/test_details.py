"""What people type as an account, and that it is nowhere to be read afterwards."""

import logging
import re

import pytest
import sqlalchemy as sa

from portal.activity.models import Entry
from portal.core import jobs, mail, marks
from portal.core.db import db
from portal.payees import actions, details, queries
from portal.payees.models import Checked, PayeeDetails
from tests import make

SORT, ACCOUNT, ROLL = "089999", "66374958", "D/77123-4"


@pytest.mark.parametrize("typed", ["089999", "08-99-99", " 08 99 99 ", "08–99–99", "08\u00a099\u201199"])
def test_sort_codes_as_people_write_them(typed):
    assert details.read_sort_code(typed) == "089999"


@pytest.mark.parametrize(
    ("typed", "says"),
    [
        (None, "Write the sort code"),
        ("  ", "Write the sort code"),
        ("08-99-9", "six digits. This has 5"),
        ("0899999", "six digits. This has 7"),
        ("O8-99-99", "digits only"),
        ("٠٨٩٩٩٩", "digits only"),
        ("08.99.99", "digits only"),
        ("²²²²²²", "digits only"),
        ("=1+1", "digits only"),
    ],
)
def test_what_is_no_sort_code_gets_a_sentence(typed, says):
    with pytest.raises(ValueError, match=says):
        details.read_sort_code(typed)


@pytest.mark.parametrize(
    ("typed", "read"),
    [("66374958", "66374958"), ("0012 3456", "00123456"), ("123456", "00123456"), ("1234-567", "01234567")],
)
def test_account_numbers_keep_their_zeros_and_short_ones_get_theirs(typed, read):
    assert details.read_account(typed) == read


@pytest.mark.parametrize(
    ("typed", "says"),
    [
        (None, "Write the account number"),
        ("12345", "This has 5"),
        ("123456789", "which 8 to use"),
        ("6637495B", "digits only"),
        ("00000000", "all zeros"),
        ("٦٦٣٧٤٩٥٨", "digits only"),
        ("GB29NWBK60161331926819", "digits only"),
    ],
)
def test_what_is_no_account_number_gets_a_sentence(typed, says):
    with pytest.raises(ValueError, match=says):
        details.read_account(typed)


@pytest.mark.parametrize(("typed", "read"), [("", None), (None, None), (" d/12345-6 ", "D/12345-6"), ("12 34", "12 34")])
def test_roll_numbers_as_people_write_them(typed, read):
    assert details.read_roll(typed) == read


@pytest.mark.parametrize(
    ("typed", "says"), [("none", "has digits"), ("12;DROP", "has digits"), ("1" * 19, "This has 19"), ("£12", "has digits")]
)
def test_what_is_no_roll_number_gets_a_sentence(typed, says):
    with pytest.raises(ValueError, match=says):
        details.read_roll(typed)


def test_the_mark_is_the_same_for_the_same_account_however_typed_and_needs_our_secret(app):
    one, same = details.of("08-99-99", "66374958"), details.of("089999", " 6637 4958 ")
    assert one == same
    others = [details.of("089999", "66374959"), details.of("089998", ACCOUNT), details.of(SORT, ACCOUNT, "1")]
    assert len({one.mark, *(other.mark for other in others)}) == 4
    app.secret_key = "another secret, as long as it has to be here"
    assert details.of("089999", "66374958").mark != one.mark


@pytest.fixture
def paid(app, kettle):
    """Someone paid, with a key on the form as it comes from the page."""
    marsha = make.actor(make.person("Marsha"))
    facts = {"who": "person", "name": "June Ashby", "email": "june@example.org"}
    return actions.add(marsha, kettle, key="a" * 32, details=details.of(SORT, ACCOUNT, ROLL), **facts)


def everything(app) -> str:
    """All that is in the database, every table and column as text."""
    db.session.rollback()
    connection, tables = db.session.connection(), sa.MetaData()
    tables.reflect(connection)
    return "\n".join(str(row) for table in tables.sorted_tables for row in connection.execute(sa.select(table)))


def test_the_digits_are_in_no_row_and_in_no_byte_of_the_file(app, kettle, paid, dialect, data_folder):
    marsha = make.actor(make.person("Marsha"))
    actions.change_details(marsha, kettle, paid.id, key="b" * 32, details=details.of("20-29-59", "63748472"))
    text = everything(app)
    for digits in (SORT, "08-99-99", ACCOUNT, ROLL, "77123", "202959", "63748472", ACCOUNT[:6]):
        assert digits not in text, digits
    assert "4958" in text  # the tail, which is all that is shown
    if dialect == "sqlite":
        kept = b"".join(path.read_bytes() for path in data_folder.glob("*.db*"))
        assert len(kept) > 100_000
        assert not re.search(rb"089999|66374958|63748472|77123", kept)


def test_with_the_key_it_is_all_there_again(app, kettle, paid):
    row = queries.current(kettle.id, paid.id)
    whole = details.unsealed(row)
    assert (whole.sort_code, whole.account, whole.roll, row.tail, row.checked) == (
        SORT,
        ACCOUNT,
        ROLL,
        "4958",
        Checked.FITS,
    )
    assert whole == details.of(SORT, ACCOUNT, ROLL)


def test_the_log_keeps_no_fingerprint_that_one_could_guess_digits_against(app, kettle, paid):
    """A plain hash of so few digits is as good as the digits: the door compares a keyed mark instead."""
    given = details.of(SORT, ACCOUNT, ROLL)
    facts = {"who": "person", "name": "June Ashby", "email": "june@example.org", "details": given}
    entry = db.session.scalars(sa.select(Entry).where(Entry.action == "payees.add")).one()
    assert entry.body == marks.fingerprint(facts)
    assert ACCOUNT not in marks.canonical(facts)
    assert given.mark in marks.canonical(facts)
    assert ACCOUNT not in repr(given)
    assert SORT not in repr(given)


def test_logs_and_job_arguments_know_no_digits(app, kettle, caplog):
    with caplog.at_level(logging.DEBUG):
        marsha = make.actor(make.person("Marsha"))
        june = actions.add(
            marsha, kettle, who="person", name="June", email="j@example.org", details=details.of(SORT, ACCOUNT)
        )
        actions.change_details(marsha, kettle, june.id, details=details.of("202959", "63748472"))
        actions.send_link(marsha, kettle, june.id)
    queued = [job.arguments for job in db.session.scalars(sa.select(jobs.Job))]
    assert [job["message"] for job in queued if "message" in job] == ["payees.changed", "payees.link"]
    assert all(set(job["ids"]) <= {"payee_id", "link_id"} for job in queued if "message" in job)
    assert not re.search("66374958|63748472|089999|202959", caplog.text + str(queued))
    for name, ids in (("payees.changed", {"payee_id": june.id}), ("payees.link", {"link_id": 1})):
        letter = mail._letters[name](**ids)
        written = mail._written(f"mail/{name}/body.txt", {"host": "H", "url": "https://x", **letter.facts})
        assert letter.to == "j@example.org"
        assert not re.search("4958|8472|Tuesday Kettle|June", written)


def test_a_stranger_key_opens_nothing(app, kettle, paid):
    from cryptography.fernet import InvalidToken

    row = db.session.scalars(sa.select(PayeeDetails)).one()
    app.secret_key = "another secret, as long as it has to be here"
    with pytest.raises(InvalidToken):
        details.unsealed(row)
