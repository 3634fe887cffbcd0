"""A moment's day in London, worked out by the database itself, so that what is counted by days is counted there."""

import sqlalchemy as sa
from sqlalchemy.ext.compiler import compiles
from sqlalchemy.sql.functions import GenericFunction


class london_day(GenericFunction):
    """`london_day(column)`: the date that a clock in London shows at a moment kept in UTC (as `clock.in_london`)."""

    type = sa.Date()
    inherit_cache = True


@compiles(london_day, "postgresql")
def _on_postgresql(element, compiler, **how):
    return f"CAST(timezone('Europe/London', {compiler.process(element.clauses, **how)}) AS DATE)"


@compiles(london_day, "sqlite")
def _on_sqlite(element, compiler, **how):
    """SQLite knows no zones. Summer time is from the last Sunday of March to that of October, from 1 to 1 o'clock UTC."""
    moment = compiler.process(element.clauses, **how)
    starts, ends = (f"date(strftime('%Y', {moment}) || '-{day}', 'weekday 0') || ' 01:00'" for day in ("03-25", "10-25"))
    summer = f"{moment} >= {starts} AND {moment} < {ends}"
    return f"date({moment}, CASE WHEN {summer} THEN '+1 hour' ELSE '+0 hours' END)"
