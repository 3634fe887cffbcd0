"""What a web process has loaded at start, and has open when it is forked."""

import json
import os
import subprocess
import sys

import pytest

from tests.server import ROOT

# Libraries for one kind of file, for passkeys, for the worker alone, or for what is done once before serving: each is
# loaded where it is used.
LATE = "PIL pillow_heif pypdfium2 av typst xlsxwriter ofxtools mt940 lxml webauthn OpenSSL aiosmtpd".split()
LATE += "flask_migrate alembic holidays".split()

STARTED = """
import json, os, sys, threading
from portal import config, processes
app = processes.load(config.read())
files = [os.path.realpath(f"/dev/fd/{fd}") for fd in range(3, 50) if os.path.exists(f"/dev/fd/{fd}")]
print(json.dumps({"loaded": list(sys.modules), "threads": threading.active_count(), "files": files}))
"""


@pytest.mark.slow
def test_at_start_no_library_is_loaded_that_few_pages_need_and_nothing_is_open_over_the_fork(tmp_path):
    env = {**os.environ, "PORTAL_DATA": str(tmp_path), "PORTAL_DEMO": "1"}
    made = subprocess.run([sys.executable, "-c", STARTED], cwd=ROOT, env=env, check=True, capture_output=True)
    started = json.loads(made.stdout)
    assert sorted(set(started["loaded"]) & set(LATE)) == []
    assert (started["threads"], started["files"]) == (1, [])
