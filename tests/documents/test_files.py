"""Every awkward and hostile file ends as it must, as a document of a group’s and as one of the host’s; voice notes play."""

import io

import pytest
import sqlalchemy as sa
from werkzeug.datastructures import FileStorage

from portal.autonomy.door import Mistake
from portal.breakglass.items import KINDS
from portal.core import files, jobs
from portal.core.db import db
from portal.documents import actions
from portal.documents.models import Document, DocumentFile, HostDocument, HostFile
from portal.people.roles import Role
from tests import make
from tests.client import Client, words
from tests.receipts.samples import GIVEN_UP, MARK, REFUSED, Sample
from tests.receipts.samples import SAMPLES as PICTURES
from tests.support.sounds import SOUNDS, m4a

pytestmark = pytest.mark.slow

GROUPS, HOSTS = "/g/tuesday-kettle/documents/", "/host/documents/"


@pytest.fixture
def dialect():
    """Files are the same on both databases: once is enough here."""
    return "sqlite"


@pytest.fixture
def phone(client, kettle):
    return client.as_(make.person("Marsha"))


def send(browser, path: str, called: str, content: bytes, **form):
    sent = [FileStorage(io.BytesIO(content), called, "files", "application/octet-stream")]
    return browser.post(path, data={"key": "k" * 32, "name": "Our page", "files": sent} | form)


def kept_files() -> int:
    return sum(1 for path in files.store().folder.rglob("*") if path.is_file())


@pytest.mark.parametrize("sample", [*PICTURES, *SOUNDS], ids=str)
def test_each_sample_ends_as_it_must(phone, sample: Sample):
    answer = send(phone, GROUPS, sample.name, sample.content())
    if sample.becomes == REFUSED:
        assert answer.status_code == 422
        assert sample.says in words(answer)
        assert "Our page" in answer.text  # what was typed is still there
        assert (db.session.scalar(sa.select(Document.id)), kept_files()) == (None, 0)
        return
    assert answer.status_code == 303
    jobs.run_waiting()
    file = db.session.scalars(sa.select(DocumentFile)).one()
    assert file.original is None
    page = phone.get(answer.headers["Location"])
    if sample.becomes == GIVEN_UP:
        assert file.failed_why in words(page)
        assert phone.get(f"{answer.headers['Location']}/files/{file.id}/1").status_code == 404
        return
    size = "sound" if file.is_sound else "1"
    made = phone.get(f"{answer.headers['Location']}/files/{file.id}/{size}")
    assert made.status_code == 200
    assert MARK not in made.data
    assert ("A voice note" if file.is_sound else "its first page") in page.text


def test_a_file_of_the_hosts_goes_the_same_way(app, kettle):
    make.staff("Imani", Role.COORDINATOR)
    browser = Client(app).as_(make.person("Imani"))
    refused = next(sample for sample in PICTURES if sample.becomes == REFUSED)
    assert send(browser, HOSTS, refused.name, refused.content()).status_code == 422
    assert (db.session.scalar(sa.select(HostDocument.id)), kept_files()) == (None, 0)
    assert send(browser, HOSTS, "said.m4a", m4a()).status_code == 303
    jobs.run_waiting()
    file = db.session.scalars(sa.select(HostFile)).one()
    helper = Client(app).as_(make.person("Bernie"))
    assert helper.get(f"{GROUPS}host/1/files/{file.id}/sound").headers["Content-Type"] == "audio/mpeg"


def test_what_was_typed_stays_where_a_form_comes_back_and_the_file_is_asked_for_again(phone):
    answer = send(phone, GROUPS, "page.jpg", make.jpeg(), name="", words="Typed already")
    assert answer.status_code == 422
    assert "Typed already" in answer.text
    assert "Please choose the file once more." in words(answer)
    assert kept_files() == 0


def test_the_same_form_twice_is_one_document(phone):
    for _ in range(2):
        assert send(phone, GROUPS, "page.jpg", make.jpeg()).status_code == 303
    assert db.session.scalar(sa.select(sa.func.count(Document.id))) == 1
    assert kept_files() == 1


def test_ten_files_at_a_time(kettle):
    marsha = make.actor(make.person("Marsha"))
    with pytest.raises(Mistake, match="Ten files at a time"):
        actions.add(marsha, kettle, name="Photos", files=[make.photo() for _ in range(11)])


def test_a_legal_duty_can_be_about_a_document_with_every_version_of_it(kettle):
    marsha, kind = make.actor(make.person("Marsha")), KINDS["documents"]
    made = actions.add(marsha, kettle, name="Our page", words="At first")
    actions.add_version(marsha, kettle, made.id, link="https://example.org/now", files=[make.photo()])
    actions.withdraw(marsha, kettle, made.id)
    jobs.run_waiting()
    assert kind.at(kettle.id, "d1") == (made.id, "D1")
    assert kind.at(kettle.id, "D2") is None
    shown = dict(kind.shows(kettle.id, made.id))
    assert (shown["Name"], shown["Taken away"]) == ("Our page", "Yes")
    assert {"At first", "https://example.org/now"} <= set(shown.values())
    assert len(kind.pages(kettle.id, made.id)) == 1
