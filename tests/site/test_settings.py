"""Settings: each is explained, and what isn't safe together refuses to start with a plain sentence."""

import pytest

from portal import checks, config
from portal.core import sqlite

SAFE = {"PORTAL_URL": "https://trellis.example.org", "PORTAL_SECRET": "s" * 32, "PORTAL_BIND": "0.0.0.0"}


def test_every_setting_is_named_and_explained():
    assert list(checks.settings()) == []
    assert len({setting.name for setting in config.SETTINGS}) == len(config.SETTINGS)


@pytest.mark.parametrize("setting", config.SETTINGS, ids=lambda setting: setting.name)
def test_the_page_about_settings_has_it(setting):
    assert f"`{setting.name}`|" in (checks.HERE.parent / "docs" / "settings.md").read_text()


def test_the_page_about_settings_is_current():
    assert (checks.HERE.parent / "docs" / "settings.md").read_text() == checks.settings_page()


def test_the_defaults_are_safe():
    config.read({})
    config.read({"PORTAL_DEMO": "1"})
    config.read(SAFE)


@pytest.mark.parametrize(
    ("environ", "why"),
    [
        ({"PORTAL_DEMO": "1", "PORTAL_BIND": "0.0.0.0"}, "only listens on this machine"),
        ({"PORTAL_DEMO": "1", "PORTAL_BIND": "192.0.2.4"}, "only listens on this machine"),
        ({**SAFE, "PORTAL_URL": "http://trellis.example.org"}, "https://"),
        ({"PORTAL_BIND": "0.0.0.0"}, "PORTAL_URL must be set"),
        ({**SAFE, "PORTAL_MAIL_URL": "page:"}, "only the demo may"),
        ({**SAFE, "PORTAL_MAIL_URL": "http://mail.example.org"}, "smtp://"),
        ({**SAFE, "PORTAL_MAIL_REPLY": "reply+x@trellis.example.org"}, "no \\+"),
        ({**SAFE, "PORTAL_MAIL_REPLY": "a" * 25 + "@trellis.example.org"}, "24 letters"),
        ({**SAFE, "PORTAL_MAIL_PORT": "8024"}, "must be set as well"),
        ({**SAFE, "PORTAL_MAIL_PROTOCOL": "imap"}, "can't be read"),
        ({**SAFE, "PORTAL_SECRET": "short"}, "32 characters"),
        ({**SAFE, "PORTAL_HOST_ACCENT": "#ffeeaa"}, "too pale"),
        ({**SAFE, "PORTAL_HOST_ACCENT": "red;}"}, "must look like"),
        ({**SAFE, "PORTAL_DATABASE_URL": "mysql://x"}, "sqlite:///"),
        ({**SAFE, "PORT": "eight"}, "can't be read"),
    ],
)
def test_an_unsafe_combination_refuses_to_start(environ, why):
    with pytest.raises(config.UnsafeSettings, match=why):
        config.read(environ)


def test_the_demo_listens_wider_only_when_told_twice():
    config.read({"PORTAL_DEMO": "1", "PORTAL_BIND": "0.0.0.0", "PORTAL_DEMO_SHARED": "1"})


@pytest.mark.parametrize("version", [(3, 40, 1), (3, 44, 5), (3, 50, 6), (3, 51, 2)])
def test_an_engine_whose_write_ahead_log_can_lose_a_commit_keeps_none(version):
    assert sqlite.journal(version) == "DELETE"


@pytest.mark.parametrize("version", [(3, 44, 6), (3, 50, 7), (3, 51, 3), (3, 53, 4)])
def test_an_engine_that_keeps_its_commits_has_a_write_ahead_log(version):
    assert sqlite.journal(version) == "WAL"
