"""What waits for someone's answer, in one shape, so that the first page can ask all features in one statement."""

import sqlalchemy as sa


def columns(kind: str, *, number, who, what, at) -> tuple:
    """The columns of a waiting thing: its kind, the number in its address, who asks, about what, since when."""
    return (
        sa.literal(kind).label("kind"),
        sa.cast(number, sa.Integer).label("number"),
        sa.cast(who, sa.Text).label("who"),
        sa.cast(what, sa.Text).label("what"),
        at.label("at"),
    )
