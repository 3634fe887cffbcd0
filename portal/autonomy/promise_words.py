"""The promise in plain sentences: what each level means in each area, and what the host must do at every level."""

from portal.autonomy.areas import Area, Level

ONLY, ASK, TELL, YOU = Level.ONLY_US, Level.ASK_FIRST, Level.TELL_AFTER, Level.YOU_DO

# What staff can do, from the group's side. The first words stand after "Staff".
SENTENCES: dict[Area, dict[Level, str]] = {
    Area.STORY: {
        ONLY: "can’t change our name, our words or our pictures.",
        ASK: "can suggest a change to our name, words or pictures. We say yes or no.",
        TELL: "can change our name, words or pictures, and tell us. We have 14 days to undo it.",
        YOU: "look after our name, words and pictures. It all shows in What’s changed.",
    },
    Area.PEOPLE: {
        ONLY: "can’t add or remove anyone. Organisers are only ever ours to choose.",
        ASK: "can suggest a helper or a contact detail. We say yes or no. Organisers are only ever ours to choose.",
        TELL: "can add or remove helpers and fix contact details, and tell us. Organisers are only ever ours to choose.",
        YOU: "look after who our helpers are. Organisers are only ever ours to choose.",
    },
    Area.SPENDING: {
        ONLY: "can’t say yes to a cost for us.",
        ASK: "can suggest a cost. It’s paid only if we say yes.",
        TELL: "can say yes to a cost within our limits, and tell us. It waits 2 working days so that we can undo it.",
        YOU: "say yes to costs within our limits. Over the limit they ask.",
    },
    Area.BUDGET: {
        ONLY: "can’t move our money between lines.",
        ASK: "can suggest moving money between lines of one fund.",
        TELL: "can move money between lines of one fund, and tell us. Between funds they always ask.",
        YOU: "look after the lines of a fund. Between funds they always ask.",
    },
    Area.RECEIPTS: {
        ONLY: "can’t change our labels or notes. Their own ledger code stands beside them.",
        ASK: "can suggest a label or a note. Their own ledger code stands beside them.",
        TELL: "can change a label or a note, and tell us. We have 14 days to undo it.",
        YOU: "look after our labels and notes. It all shows in What’s changed.",
    },
    Area.DOCUMENTS: {
        ONLY: "can’t add, replace or choose our documents. What the host holds is the host’s.",
        ASK: "can suggest a document or a newer one. We say yes or no.",
        TELL: "can add or replace a document, and tell us. We have 14 days to undo it.",
        YOU: "keep our documents current. It all shows in What’s changed.",
    },
    Area.VISIBILITY: {
        ONLY: "can’t show us to anyone.",
        ASK: "ask before each time they show us to someone.",
        TELL: "may share the summary we approved, and tell us.",
        YOU: "may share the summary we approved. It shows in What’s changed.",
    },
    Area.CONTACT: {
        ONLY: "answer when we ask, and send what the law needs. Nothing else.",
        ASK: "may ask once, shortly, whether they may contact us about something.",
        TELL: "may contact us in the hours and the way we set.",
        YOU: "may contact us on any working day, 9 to 5.",
    },
    Area.SUPPORT: {
        ONLY: "see a conversation only if it was with them: who asked, and the coordinator they asked.",
        ASK: "ask before a colleague reads a conversation. Cover can be agreed ahead.",
        TELL: "may bring one colleague in, and tell us.",
        YOU: "read our conversations as a support team.",
    },
}

# How the short list on top begins, by level.
IN_SHORT = {ONLY: "can’t touch", ASK: "ask us before changing", TELL: "tell us, and we can undo", YOU: "look after for us"}
