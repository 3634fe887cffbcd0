"""The file store: a folder, or S3 by its URL, with the same promises."""

import shutil
import socket

import pytest
import sqlalchemy as sa
from moto.server import ThreadedMotoServer

from portal.core import files, jobs
from portal.core.db import db
from portal.receipts.models import Picture
from tests import make
from tests.client import Client
from tests.installation import settings_for
from tests.receipts.samples import jpeg


@pytest.fixture(scope="module")
def s3():
    """A local S3 server on this machine alone, with one bucket."""
    import boto3

    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    server = ThreadedMotoServer("127.0.0.1", port, verbose=False)
    server.start()
    told = {"aws_access_key_id": "test", "aws_secret_access_key": "test", "region_name": "eu-west-2"}
    client = boto3.client("s3", endpoint_url=f"http://127.0.0.1:{port}", **told)
    client.create_bucket(Bucket="receipts", CreateBucketConfiguration={"LocationConstraint": "eu-west-2"})
    yield f"http://127.0.0.1:{port}"
    server.stop()


@pytest.fixture(params=["folder", "s3"])
def dialect_and_store(request, monkeypatch):
    if request.param == "s3":
        for name, value in {
            "AWS_ACCESS_KEY_ID": "test",
            "AWS_SECRET_ACCESS_KEY": "test",
            "AWS_REGION": "eu-west-2",
            "AWS_ENDPOINT_URL": request.getfixturevalue("s3"),
            "AWS_ALLOW_HTTP": "true",
        }.items():
            monkeypatch.setenv(name, value)
        return {"PORTAL_FILES_URL": "s3://receipts/portal"}
    return {}


@pytest.fixture
def dialect():
    return "sqlite"


@pytest.fixture
def app(installation, dialect_and_store, data_folder):
    with installation.open(settings_for(data_folder, **dialect_and_store)) as app:
        yield app


def test_a_receipt_lives_its_whole_life_in_the_store(app, kettle):
    client = Client(app).as_(make.person("Marsha"))
    import io

    answer = client.post("/g/tuesday-kettle/receipts/", data={"key": "k" * 20, "photo": (io.BytesIO(jpeg()), "a.jpg")})
    assert answer.status_code == 303
    original = db.session.scalars(sa.select(Picture.original)).one()
    assert files.store().read(original) == jpeg()
    jobs.run_waiting()
    picture = db.session.scalars(sa.select(Picture)).one()
    with pytest.raises(files.FileMissing):
        files.store().read(original)
    served = client.get(f"{answer.location}/pictures/{picture.id}/1.jpg")
    assert served.data[:2] == b"\xff\xd8"


def test_names_are_our_own_and_never_escape(app):
    store = files.store()
    path = store.scratch()
    path.write_bytes(b"x")
    name = store.keep(path)
    assert len(name) == 35
    assert not path.exists()
    for escape in ("../outside", "/etc/hostname", "a/../../b"):
        with pytest.raises(Exception, match=r".+"):
            store.read(escape)


def test_the_store_says_when_it_can_be_written_to(app, tmp_path, monkeypatch):
    files.store().check()
    assert app.test_client().get("/readyz").json["files"] is True
    store = files.Files(f"file://{tmp_path}/files")
    monkeypatch.setitem(app.extensions, "files", store)
    shutil.rmtree(store.folder)
    store.folder.write_text("no folder any more")
    assert app.test_client().get("/readyz").json["files"] is False


@pytest.mark.slow
def test_forgetting_what_is_gone_is_fine(app):
    files.store().remove("ab/abcdef", None)
