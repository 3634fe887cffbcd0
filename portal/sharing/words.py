"""What the host's page about sharing says, in sentences."""

from portal.autonomy.areas import Level

_MAY_SHARE = {
    Level.ONLY_US: "Only them: nothing of theirs is shared by us, to anyone.",
    Level.ASK_FIRST: "They’d like to be asked before each share. Nothing shows until they say yes.",
    Level.TELL_AFTER: "We may share the summary they approved, and they are told. They can take it back. "
    "Anything else is asked.",
    Level.YOU_DO: "We may share the summary they approved; it shows in their log. Anything else is asked.",
}


def may_share(level: Level | None) -> str:
    """What a group at this level lets staff share, as staff read it."""
    return _MAY_SHARE[level or Level.ONLY_US]
