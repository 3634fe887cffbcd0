"""The portal with one more route for the tests: read a number, then write it one higher."""

import sqlalchemy as sa

from portal.app import create_app
from portal.core.counters import Counter
from portal.core.db import db
from portal.people.reach import public

app = create_app()


@app.post("/count")
@public()
def count():
    row = db.session.scalars(sa.select(Counter).where(Counter.name == "test").with_for_update()).one()
    row.value += 1
    db.session.commit()
    return str(row.value)
