"""The portal with its clock moved on, by as many hours as the file `hours` in its data folder says."""

import os
from datetime import timedelta
from pathlib import Path

from itsdangerous import TimestampSigner

from portal.core import clock

HOURS = Path(os.environ["PORTAL_DATA"]) / "hours"
_truly = clock.now


def now():
    return _truly() + timedelta(hours=int(HOURS.read_text()) if HOURS.exists() else 0)


clock.now = now  # before anything else takes it
TimestampSigner.get_timestamp = lambda _self: int(now().timestamp())

from portal.app import create_app  # noqa: E402

app = create_app()
