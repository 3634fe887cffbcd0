"""Could this account number be one of that sort code's? The check that UK banks publish (Vocalink, "Validating account
numbers"): two tables in `data/`, three sums, fourteen exceptions. It warns, and never blocks.

The digits of sort code and account number are called u v w x y z and a b c d e f g h, as there.
"""

from dataclasses import dataclass
from functools import cache
from pathlib import Path

from portal.payees.models import Checked

DATA = Path(__file__).parent / "data"
A, B, C, G, H = 6, 7, 8, 12, 13
EITHER = {2, 9, 10, 11, 12, 13}  # exceptions where one check of the two is enough
UP_TO_B = 8  # how many weights come before c


@dataclass(frozen=True)
class Rule:
    """One line of the table: for which sort codes, which sum, with what weights and exception."""

    start: str
    end: str
    method: str
    weights: tuple[int, ...]
    exception: int


def check(sort_code: str, account: str) -> Checked:
    """What the banks' check says of six and eight digits."""
    rules = [rule for rule in _rules() if rule.start <= sort_code <= rule.end]
    digits = _digits(sort_code, account)
    foreign = rules and rules[0].exception == 6 and 4 <= digits[A] <= 8 and digits[G] == digits[H]
    if not rules or foreign:
        return Checked.UNKNOWN
    passed = (_passes(rule, sort_code, account) for rule in rules)
    fits = any(passed) if rules[0].exception in EITHER else all(passed)
    return Checked.FITS if fits else Checked.DOUBTFUL


def _passes(rule: Rule, sort_code: str, account: str) -> bool:
    """One check, with its exception."""
    digits = _digits(_substitute(rule.exception, sort_code), account)
    g, h = digits[G], digits[H]
    if rule.exception == 3 and digits[C] in {6, 9}:
        return True
    weights = _weights(rule, digits)
    total = sum(_parts(rule.method, digits, weights)) + (27 if rule.exception == 1 else 0)
    modulus = 11 if rule.method == "MOD11" else 10
    left = total % modulus
    if rule.exception == 4:
        return left == 10 * g + h
    if rule.exception == 5:
        return (modulus - left) % modulus == (g if rule.method == "MOD11" else h)  # 11 − 1 is no digit: it can't fit
    if rule.exception == 14 and left:
        moved = _digits(sort_code, f"0{account[:7]}")
        return h in {0, 1, 9} and sum(_parts(rule.method, moved, weights)) % modulus == 0
    return left == 0


def _weights(rule: Rule, digits: list[int]) -> tuple[int, ...]:
    a, b, g = digits[A], digits[B], digits[G]
    if rule.exception == 2 and a != 0:
        return (0,) * 8 + (8, 7, 10, 9, 3, 1) if g == 9 else (0, 0, 1, 2, 5, 3, 6, 4, 8, 7, 10, 9, 3, 1)
    if (rule.exception == 7 and g == 9) or (rule.exception == 10 and a in {0, 9} and b == 9 and g == 9):
        return (0,) * UP_TO_B + rule.weights[UP_TO_B:]
    return rule.weights


def _parts(method: str, digits: list[int], weights: tuple[int, ...]) -> list[int]:
    """What is added up: each digit times its weight, or the digits of each of these."""
    products = [digit * weight for digit, weight in zip(digits, weights, strict=True)]
    return [int(n) for product in products for n in str(product)] if method == "DBLAL" else products


def _substitute(exception: int, sort_code: str) -> str:
    """The sort code that is used in its place, for the sum only."""
    if exception == 5:
        return _substitutes().get(sort_code, sort_code)
    return {8: "090126", 9: "309634"}.get(exception, sort_code)


def _digits(sort_code: str, account: str) -> list[int]:
    return [int(one) for one in sort_code + account]


@cache
def _rules() -> tuple[Rule, ...]:
    lines = (line.split() for line in (DATA / "valacdos-v8-50.txt").read_text().splitlines() if line.strip())
    return tuple(
        Rule(start, end, method, tuple(map(int, rest[:14])), int(rest[14]) if rest[14:] else 0)
        for start, end, method, *rest in lines
    )


@cache
def _substitutes() -> dict[str, str]:
    return dict(line.split() for line in (DATA / "scsubtab.txt").read_text().splitlines() if line.strip())
