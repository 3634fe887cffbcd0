"""The portal with one more address for the tests: read a number, or write it one higher."""

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


@app.get("/count")
@public()
def counted():
    for _ in range(5):  # of one moment, so the same each time
        value = db.session.scalar(sa.select(Counter.value).where(Counter.name == "test"))
    return str(value)
