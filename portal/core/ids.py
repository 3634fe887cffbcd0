"""Numbers of rows, as people and their addresses write them."""

BEYOND = 2**31  # the database counts up to here


def id_of(typed: object) -> int | None:
    """The number somebody wrote or chose, where a row could have it; None for anything else."""
    words = str(typed or "")
    return int(words) if words.isascii() and words.isdecimal() and len(words) < 10 else None


def chosen_id(typed: object) -> int | None:
    """The number of what was chosen from a list: None where nothing was, 0, which is nobody's, for what can't be one."""
    return (id_of(typed) or 0) if typed else None
