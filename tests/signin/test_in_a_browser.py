"""Signing in as people do it, in a real browser."""

import pytest

from tests.browser import enter

pytestmark = pytest.mark.browser


def test_one_tap_opens_the_demo_as_someone(phone):
    enter(phone, "Marsha")
    assert "/g/tuesday-kettle/" in phone.url
    enter(phone, "Wren")
    assert "/g/quiet-allotment/" in phone.url
