"""What pages keep so as to be quick is their app's own."""

import gc
import shutil
import weakref

from portal.app import create_app
from portal.core.db import db
from tests.client import Client, words
from tests.conftest import settings_for


def test_an_app_that_is_over_is_forgotten_with_all_its_pages_kept(data_folder, sqlite_template):
    shutil.copy(sqlite_template, data_folder / "portal.db")
    app = create_app(settings_for(data_folder))
    with app.app_context():
        assert "Why we ask" in words(Client(app).get("/sign-in"))
        db.engine.dispose()
    app.extensions["huey"].storage.close()
    gone = weakref.ref(app)
    del app
    gc.collect()
    assert gone() is None
