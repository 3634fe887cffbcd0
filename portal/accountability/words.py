"""What the page of figures says of them: facts in, a sentence out, nothing looked up."""

from portal.accountability.charts import Lane, Picture
from portal.accountability.figures import Figures
from portal.accountability.queries import Line
from portal.core.filters import counted

NOTHING = "Nothing to count yet"


def working_days(number: int) -> str:
    """What a number of days counts, beside it: none is said as the same working day."""
    return "working days" if number > 1 else "working day"


def times(number: int) -> str:
    """What a number of uses counts, beside it."""
    return "time" if number == 1 else "times"


def leaf(picture: Picture, one: str) -> str:
    """What one leaf of a picture stands for."""
    return f"One leaf is {f'one {one}' if picture.unit == 1 else f'up to {counted(picture.unit, one)}'}."


def head(lane: Lane) -> str:
    """What a lane is called above its column of a table."""
    return "Receipts" if lane.promise is None else f"of {lane.promise}"


def cell(lane: Lane, column: int) -> str:
    """How many came in a column of a lane, and how many of them after the day promised."""
    in_time, late = lane.columns[column]
    return f"{in_time + late}, {late} after" if late else str(in_time)


def paid(found: Figures) -> str:
    """Within how many working days half of the receipts were paid."""
    if found.half_paid is None:
        return NOTHING
    return f"Half within {found.half_paid}" if found.half_paid else "Half on the same day"


def questions(found: Figures) -> str:
    """How many questions there were, to how many receipts."""
    return f"{found.questions}, to {found.sent}"


def holds(found: Figures) -> str:
    """How many holds, and how many of them were wrong."""
    return f"{found.holds}, {found.wrong or 'none'} wrong"


def undone(found: Figures) -> str:
    """How many changes groups undid, of those they were told of."""
    return f"{found.undone or 'None'} of {found.told}" if found.told or found.undone else "None"


def waited(found: Figures) -> str:
    """How many questions waited for groups, of those there were."""
    return f"{found.waited} of {found.asks}" if found.asks else "None"


def whose(line: Line, others: str, *, mine: bool) -> str:
    """Of which group a row is, as far as who looks may know. `mine`: a group looks; `others`: what others are called."""
    name = ("Ours" if line.ours else "") if mine else line.name
    return ", ".join(filter(None, [name, line.ref])) if name else others
