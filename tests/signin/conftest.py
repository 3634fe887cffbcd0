"""A mail server that the portal of each test sends to, and what people do with their mail."""

import re

import pytest
import time_machine

from portal.core import clock, jobs
from tests import make
from tests.installation import settings_for
from tests.smtp import listening


@pytest.fixture
def post():
    """Everything that was mailed in this test."""
    with listening() as kept:
        yield kept


@pytest.fixture
def settings(url, data_folder, post):
    return settings_for(data_folder, PORTAL_DATABASE_URL=url, PORTAL_MAIL_URL=post.url)


@pytest.fixture
def code_for(app, post):
    """Asks for a code in a browser and reads it in the mail."""

    def asked(client, email, **more):
        client.post("/sign-in", data={"email": email, **more})
        jobs.run_waiting()
        return re.search(r"\b\d{6}\b", post.newest.get_content())[0]

    return asked


@pytest.fixture
def time():
    with time_machine.travel(clock.now(), tick=False) as traveller:
        yield traveller


@pytest.fixture
def marsha(kettle):
    return make.person("Marsha")
