"""The signed address: for one person and one request, in any case of letters, and never made up."""

import base64

import pytest
from hypothesis import given
from hypothesis import strategies as st

from portal.app import create_app
from portal.support import reply_to
from tests.installation import settings_for

REPLY = "reply@trellis.example.org"
IDS = st.integers(0, 2**31 - 1)


@pytest.fixture(scope="module")
def signing(shelf):
    data = shelf / "signing"
    data.mkdir()
    (data / "static").symlink_to(shelf / "static")
    app = create_app(settings_for(data, PORTAL_MAIL_REPLY=REPLY))
    with app.app_context():
        yield app


@given(person=IDS, request=IDS)
def test_an_address_tells_what_it_was_made_for_in_any_case(signing, person, request):
    made = reply_to.address(person, request)
    assert len(made.partition("@")[0]) <= 64
    assert made == made.lower()
    for typed in (made, made.upper(), made.title(), f" {made} "):
        assert reply_to.told_by(typed) == (person, request)


def test_no_other_address_is_taken_for_one_of_ours(signing):
    name, _, domain = reply_to.address(7, 12).partition("@")
    token = name.partition("+")[2]
    raw = base64.b32decode(token.upper() + "=" * (-len(token) % 8))
    for at in range(len(raw)):
        for bit in range(8):
            changed = bytearray(raw)
            changed[at] ^= 1 << bit
            forged = base64.b32encode(bytes(changed)).decode().rstrip("=").lower()
            assert reply_to.told_by(f"reply+{forged}@{domain}") is None
    for typed in ("", "reply", REPLY, f"reply+@{domain}", f"{name}@other.example.org", f"other+{token}@{domain}"):
        assert reply_to.told_by(typed) is None
    assert reply_to.told_by(f"{name[:-2]}@{domain}") is None
    assert reply_to.told_by(f"{name}aa@{domain}") is None
    assert reply_to.told_by(f"reply+{'é' * 39}@{domain}") is None


@given(st.text(max_size=80))
def test_noise_is_nobodys_address(signing, noise):
    assert reply_to.told_by(noise) is None
    assert reply_to.told_by(f"reply+{noise}@trellis.example.org") is None


def test_another_installation_makes_other_addresses(signing, tmp_path):
    made = reply_to.address(7, 12)
    other = create_app(settings_for(tmp_path, PORTAL_MAIL_REPLY=REPLY, PORTAL_SECRET="another secret, just as long as it"))
    with other.app_context():
        assert reply_to.told_by(made) is None
        assert reply_to.address(7, 12) != made


def test_what_is_ours_is_the_reply_address_with_whatever_behind_its_plus(signing):
    for typed in (REPLY, REPLY.upper(), "Reply+whatever@trellis.example.org", "reply+a+b@trellis.example.org"):
        assert reply_to.is_ours(typed)
    for typed in ("", "reply", "x@trellis.example.org", "reply@example.org", "reply@trellis.example.org.evil.example"):
        assert not reply_to.is_ours(typed)


def test_where_replies_are_off_there_is_no_address(tmp_path):
    with create_app(settings_for(tmp_path)).app_context():
        assert reply_to.address(7, 12) == ""
        assert not reply_to.is_ours(REPLY)
        assert not reply_to.is_ours("@")
        assert not reply_to.is_ours("")
