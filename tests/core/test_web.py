"""What pages keep so as to be quick is their app's own."""

import gc
import shutil
import weakref

from flask import render_template_string

from portal.app import create_app
from portal.support.states import State
from tests.client import Client, words
from tests.installation import close, new_folder, settings_for


def test_an_app_that_is_over_is_forgotten_with_all_its_pages_kept(tmp_path, shelf, installations):
    data = new_folder(tmp_path / "data", shelf)
    shutil.copy(installations("sqlite").database, data / "portal.db")
    app = create_app(settings_for(data))
    with app.app_context():
        assert "Why we ask" in words(Client(app).get("/sign-in"))
        close(app)
    gone = weakref.ref(app)
    del app
    gc.collect()
    assert gone() is None


def test_what_is_kept_of_a_page_brings_its_icons_along_each_time(app):
    page = '{% from "components/state.html" import state %}{{ once(state, of) }}{{ icon_sheet() }}'
    shown = []
    for _ in range(2):
        with app.test_request_context():
            shown.append(render_template_string(page, of=State.HELD))
    assert shown[0] == shown[1]
    assert 'href="#soon"' in shown[1]
    assert shown[1].count("<symbol ") == 1
    assert '<symbol id="soon"' in shown[1]
