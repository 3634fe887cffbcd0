"""A test browser: sends what browsers send, and signs in by a real cookie."""

import re
from html import unescape

from flask.testing import FlaskClient

from portal.core import clock
from portal.core.db import db
from portal.people import session
from portal.people.models import Device, Person


class Client(FlaskClient):
    """Flask's client with our pages' own headers on unsafe requests."""

    def __init__(self, app, **kwargs):
        super().__init__(app, app.response_class, use_cookies=True, **kwargs)
        self.app = app

    def open(self, *args, **kwargs):
        headers = dict(kwargs.pop("headers", None) or {})
        headers.setdefault("Sec-Fetch-Site", "same-origin")
        db.session.remove()
        with self.app.app_context():  # each request has a `g` of its own, as when it is served
            # Read to its end, so that what it read with is given back.
            answer = super().open(*args, headers=headers, **kwargs | {"buffered": True})
        answer.request.environ["wsgi.input"].close()  # a large body is a file, which the library leaves open
        db.session.remove()
        return answer

    def as_(self, person: Person, *, proved=True, second_factor=True) -> "Client":
        """Sign this browser in as someone, with a passkey just used unless told otherwise."""
        token = session.new_token()
        now = clock.now()
        db.session.add(
            Device(
                person_id=person.id,
                token_hash=session.hashed(token),
                label="Tests",
                expires_at=now + session.ORGANISER_LONGEST,
                proved_at=now if proved else None,
                second_factor_at=now if second_factor else None,
            )
        )
        db.session.commit()
        with self.app.test_request_context():
            signed = session._signer().sign(token).decode()
            self.set_cookie(session.cookie_name(), signed)
        return self


def words(answer) -> str:
    """What a person reads on a page: its text, without tags, in one line."""
    text = re.sub(r"<div hidden>.*?</div>|<script.*?</script>", " ", answer.text, flags=re.DOTALL)
    return re.sub(r"\s+", " ", unescape(re.sub(r"<[^>]+>", " ", text))).strip()


def refused(**fields: dict[str, list[str]]) -> list[tuple[str, str, str]]:
    """What the fields of a form don't take, by the sentence that says so: as field, what is typed, sentence."""
    return [(field, typed, says) for field, why in fields.items() for says, each in why.items() for typed in each]
