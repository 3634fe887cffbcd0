"""The banks' check of account numbers, with the test cases that its specification publishes."""

import tomllib
from pathlib import Path

import pytest

from portal.payees import modulus
from portal.payees.models import Checked

FIT = """
    089999/66374958 107999/88837491 202959/63748472 871427/46238510 872427/46238510 871427/09123496 871427/99123496
    820000/73688637 827999/73988638 827101/28748352 134020/63849203 118765/64371389 938611/07806039 938600/42368003
    938063/55065200 772798/99345694 086090/06774744 309070/02355688 309070/12345668 309070/12345677 309070/99345694
    074456/12345112 070116/34012583 074456/11104102 180002/00000190 180002/98093517
"""
DONT = """
    938063/15764273 938063/15764264 938063/15763217 118765/64371388 203099/66831036 203099/58716970 089999/66374959
    107999/88837493
"""
FOREIGN = "200915/41011166"  # in a foreign currency: "the checks cannot be used"


@pytest.mark.parametrize("case", FIT.split())
def test_the_published_cases_that_are_valid_fit(case):
    assert modulus.check(*case.split("/")) is Checked.FITS


@pytest.mark.parametrize("case", DONT.split())
def test_the_published_cases_that_are_not_are_doubtful(case):
    assert modulus.check(*case.split("/")) is Checked.DOUBTFUL


def test_a_foreign_currency_account_and_an_unknown_sort_code_could_not_be_checked():
    for case in (FOREIGN, "000000/12345678", "999999/12345678"):
        assert modulus.check(*case.split("/")) is Checked.UNKNOWN


@pytest.mark.parametrize(
    ("number", "says"),
    [
        ("180002/00000191", Checked.FITS),  # the last digit, 1, goes to the front as nothing
        ("180002/00000192", Checked.DOUBTFUL),  # 2 is none of 0, 1, 9
        ("200915/41011167", Checked.DOUBTFUL),  # g and h differ: pounds, so it is checked
        ("200915/31011166", Checked.DOUBTFUL),  # a is 3: pounds too
        ("938600/42368004", Checked.DOUBTFUL),
        ("086090/06774745", Checked.DOUBTFUL),
    ],
)
def test_beside_an_exception_the_check_goes_on(number, says):
    assert modulus.check(*number.split("/")) is says


def test_every_line_of_the_table_is_read_and_has_a_sum_we_know():
    rules = modulus._rules()
    assert len(rules) == 1151
    assert {rule.method for rule in rules} == {"MOD10", "MOD11", "DBLAL"}
    assert {len(rule.weights) for rule in rules} == {14}
    assert {rule.exception for rule in rules} <= set(range(15))
    assert all(rule.start <= rule.end for rule in rules)


def test_one_digit_typed_wrong_is_noticed_nearly_always():
    """What it is for. Every single slip in the first case; a few such checks let a few through."""
    seen = [
        modulus.check("089999", f"{'66374958'[:at]}{other}{'66374958'[at + 1 :]}")
        for at in range(8)
        for other in "0123456789"
        if other != "66374958"[at]
    ]
    assert set(seen) == {Checked.DOUBTFUL}


def test_an_installed_copy_has_the_tables_and_their_notice():
    declared = tomllib.loads(Path("pyproject.toml").read_text())["tool"]["setuptools"]["package-data"]["portal"]
    there = {path.name for pattern in declared for path in Path("portal").glob(pattern)}
    assert there == {path.name for path in modulus.DATA.iterdir()} == {"NOTICE.txt", "scsubtab.txt", "valacdos-v8-50.txt"}
