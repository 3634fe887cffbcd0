"""Trellis stands: the schema of the first release that others upgrade from, every table of it in one step.

It says what a database at 0024 has, so nothing here changes any more, and nothing is imported that could: neither the
models nor `portal.core.wall`. What builds walls today builds today's; a wall as it stood at 0024 is written out below, so
that the migrations after this one are tried on what databases out there really are.
"""

import sqlalchemy as sa
from alembic import op

revision = "0024"
down_revision = None

NUMBER, BIG_NUMBER, TEXT, YES_OR_NO, DATA = sa.Integer(), sa.BigInteger(), sa.Text(), sa.Boolean(), sa.JSON()
MOMENT, DAY = sa.DateTime(timezone=True), sa.Date()

# In the order in which every database has them: among equals SQLite chooses by it.
INDEXES = (  # name, table, columns, over which rows
    ("ix_jobs_done_at", "jobs", "done_at", None),
    ("ix_jobs_due_at", "jobs", "due_at", None),
    ("ix_memberships_person_id", "memberships", "person_id", None),
    ("uq_memberships_live", "memberships", "group_id person_id", "ended_at IS NULL"),
    ("ix_staff_roles_person_id", "staff_roles", "person_id", None),
    ("ix_devices_person_id", "devices", "person_id", None),
    ("ix_challenges_created_at", "challenges", "created_at", None),
    ("ix_passkeys_person_id", "passkeys", "person_id", None),
    ("ix_notice_choices_due_at", "notice_choices", "due_at", None),
    ("ix_named_people_person_id", "named_people", "person_id", None),
    ("ix_entries_person_id", "entries", "person_id", None),
    ("ix_entries_action", "entries", "action at outcome", None),
    ("ix_entries_told", "entries", "at", "outcome = 'allow_tell'"),
    ("ix_holds_item", "holds", "group_id item_table item_id", None),
    ("ix_holds_live", "holds", "review_on", "released_at IS NULL"),
    ("ix_holds_placed", "holds", "placed_at", None),
    ("ix_break_glass_started", "break_glass", "started_at", None),
    ("ix_disagreements_item", "disagreements", "group_id item_table item_id", None),
    ("ix_budget_lines_fund_id", "budget_lines", "fund_id", None),
    ("ix_journal_entries_kind", "journal_entries", "kind on", None),
    ("ix_postings_entry_id", "postings", "entry_id", None),
    ("ix_postings_host", "postings", "entry_id host_fund", "host_fund IS NOT NULL"),
    ("ix_postings_fund", "postings", "group_id fund_id entry_id", None),
    ("uq_commitments_live", "commitments", "group_id item_table item_id", "ended_at IS NULL"),
    ("ix_payee_details_payee", "payee_details", "group_id payee_id", None),
    ("ix_receipts_paid", "receipts", "paid_on", "paid_on IS NOT NULL"),
    ("ix_pictures_receipt", "pictures", "group_id receipt_id", None),
    ("ix_pictures_sha256", "pictures", "group_id sha256", None),
    ("ix_pictures_file", "pictures", "sha256", None),
    ("ix_questions_receipt", "questions", "group_id receipt_id", None),
    ("uq_approvals_live", "approvals", "group_id receipt_id person_id", "ended_at IS NULL"),
    ("ix_payments_run_id", "payments", "run_id", None),
    ("uq_payments_live", "payments", "group_id receipt_id", "taken_out_at IS NULL AND returned_at IS NULL"),
    ("ix_bank_imports_account_id", "bank_imports", "account_id", None),
    ("ix_bank_lines_entry_id", "bank_lines", "entry_id", None),
    ("ix_bank_lines_import_id", "bank_lines", "import_id", None),
    ("ix_bank_lines_settled_at", "bank_lines", "settled_at", None),
    ("ix_requests_asker", "requests", "added_by id", None),
    ("ix_requests_closed", "requests", "id", "closed_at IS NOT NULL"),
    ("ix_requests_due", "requests", "due_on id", "closed_at IS NULL"),
    ("ix_requests_held", "requests", "by_host released_at due_on id", "closed_at IS NULL"),
    ("ix_requests_holder", "requests", "holder_id due_on id", "closed_at IS NULL"),
    ("ix_requests_new", "requests", "by_host taken_at due_on id", "closed_at IS NULL"),
    ("ix_requests_put_off", "requests", "snoozed_until", "closed_at IS NULL AND snoozed_until IS NOT NULL"),
    ("ix_requests_receipt", "requests", "group_id receipt_id", "closed_at IS NULL AND receipt_id IS NOT NULL"),
    ("ix_messages_request", "messages", "group_id request_id id", None),
    ("ix_readers_person", "readers", "person_id request_id", None),
    ("ix_readers_request", "readers", "group_id request_id", None),
    ("ix_reply_promises_request", "reply_promises", "group_id request_id", None),
    ("ix_reply_promises_due", "reply_promises", "due_on", None),
    ("ix_reply_promises_kept", "reply_promises", "kept_at", "kept_at IS NOT NULL"),
    ("ix_reply_promises_replaced", "reply_promises", "replaced_at", "replaced_at IS NOT NULL"),
    ("ix_attachments_original", "attachments", "original", None),
    ("ix_attachments_request", "attachments", "group_id request_id", None),
    ("ix_draft_files_original", "draft_files", "original", None),
    ("ix_draft_files_person", "draft_files", "person_id for_group", None),
    ("ix_strange_mail_done_at", "strange_mail", "done_at", None),
    ("ix_strange_mail_request_id", "strange_mail", "request_id", None),
    ("ix_notes_request", "notes", "group_id request_id", None),
    ("ix_notes_review", "notes", "review_on", "ended_at IS NULL"),
    ("ix_aways_cover", "aways", "cover_id", None),
    ("ix_aways_person", "aways", "person_id", None),
    ("ix_documents_bin", "documents", "withdrawn_at", "withdrawn_at IS NOT NULL"),
    ("ix_document_files_document", "document_files", "group_id document_id", None),
    ("ix_document_files_original", "document_files", "original", None),
    ("uq_agreement_answers_live", "agreement_answers", "group_id version_id person_id", "ended_at IS NULL"),
    ("ix_host_files_document", "host_files", "document_id", None),
    ("ix_host_files_original", "host_files", "original", None),
    ("ix_governance_items_board", "governance_items", "holder host_look_on id", None),
    ("ix_governance_items_talk", "governance_items", "talk_at id", "talk_at IS NOT NULL AND talked_at IS NULL"),
    ("ix_risks_again", "risks", "look_again_on number", "closed_at IS NULL"),
    ("ix_risk_looks_risk_id", "risk_looks", "risk_id", None),
    ("ix_asks_sent", "asks", "sent_at id", None),
    ("ix_ask_questions_sameness", "ask_questions", "sameness", None),
    ("ix_sent_asks_ask_id", "sent_asks", "ask_id", None),
    ("ix_ask_answers_question_id", "ask_answers", "question_id", None),
    ("ix_enquiries_asked_at", "enquiries", "asked_at", None),
)

# On SQLite a trigger asks portal_door() which group's door is open, and tells portal_kept() whose row it kept.
SQLITE_WALL = """
    CREATE TRIGGER wall_{table}_{name} BEFORE {change} ON {table} WHEN {when}
    BEGIN SELECT portal_kept('{table}', {row}.{owner}); SELECT RAISE(ABORT, '{says}: {table}'); END"""
SQLITE_ROWS = {"INSERT": ["NEW"], "UPDATE": ["OLD", "NEW"], "DELETE": ["OLD"]}

# On PostgreSQL the open door is a setting local to the transaction.
POSTGRESQL_WALL = """
    CREATE TRIGGER wall_{table} BEFORE {changes} ON {table} FOR EACH ROW EXECUTE FUNCTION portal_wall('{owner}', '{kind}');
    CREATE TRIGGER wall_{table}_truncate BEFORE TRUNCATE ON {table}
    FOR EACH STATEMENT EXECUTE FUNCTION portal_wall('{owner}', '{kind}')"""
POSTGRESQL_FUNCTIONS = (  # the demo, laid out anew, finds them there
    """CREATE OR REPLACE FUNCTION portal_wall() RETURNS trigger LANGUAGE plpgsql AS $wall$
        DECLARE
            door text := nullif(current_setting('portal.door', true), '');
            owner text := TG_ARGV[0];
            old_owner text;
            new_owner text;
        BEGIN
            IF TG_OP = 'TRUNCATE' THEN
                RAISE EXCEPTION 'the door is closed: %', TG_TABLE_NAME;
            END IF;
            IF TG_OP <> 'INSERT' THEN old_owner := to_jsonb(OLD) ->> owner; END IF;
            IF TG_OP <> 'DELETE' THEN new_owner := to_jsonb(NEW) ->> owner; END IF;
            IF TG_ARGV[1] = 'append' AND TG_OP <> 'INSERT' THEN
                RAISE EXCEPTION 'what happened is never changed: % of %', TG_TABLE_NAME, coalesce(old_owner, 'nobody');
            END IF;
            IF (TG_OP <> 'INSERT' AND door IS DISTINCT FROM old_owner)
                OR (TG_OP <> 'DELETE' AND door IS DISTINCT FROM new_owner) THEN
                RAISE EXCEPTION 'the door is closed: % of %', TG_TABLE_NAME, coalesce(old_owner, new_owner, 'nobody');
            END IF;
            IF TG_OP = 'DELETE' THEN RETURN OLD; END IF;
            RETURN NEW;
        END $wall$""",
    """CREATE OR REPLACE FUNCTION portal_hold_too_long() RETURNS trigger LANGUAGE plpgsql AS
    $hold$ BEGIN RAISE EXCEPTION 'a hold is looked at again within 5 working days'; END $hold$""",
    """CREATE OR REPLACE FUNCTION portal_closed_years() RETURNS trigger LANGUAGE plpgsql AS $closed$
        BEGIN
            IF NEW."on" <= (SELECT max(ends_on) FROM closed_years) THEN
                RAISE EXCEPTION 'that year is closed';
            END IF;
            RETURN NEW;
        END $closed$""",
)

# A hold is looked at again within 5 working days; around bank holidays that is 14 days at the very most.
HOLD_REVIEW = {
    "sqlite": """
        CREATE TRIGGER holds_review_{change} BEFORE {change} ON holds
        WHEN julianday(NEW.review_on) > julianday(date(coalesce(NEW.renewed_at, NEW.placed_at))) + 14
        BEGIN SELECT RAISE(ABORT, 'a hold is looked at again within 5 working days'); END""",
    "postgresql": """
        CREATE TRIGGER holds_review_{change} BEFORE {change} ON holds FOR EACH ROW
        WHEN (NEW.review_on > coalesce(NEW.renewed_at, NEW.placed_at)::date + 14)
        EXECUTE FUNCTION portal_hold_too_long()""",
}
CLOSED_YEARS = {
    "sqlite": """
        CREATE TRIGGER closed_years_stay_closed BEFORE INSERT ON journal_entries
        WHEN NEW."on" <= (SELECT max(ends_on) FROM closed_years)
        BEGIN SELECT RAISE(ABORT, 'that year is closed'); END""",
    "postgresql": """
        CREATE TRIGGER closed_years_stay_closed BEFORE INSERT ON journal_entries
        FOR EACH ROW EXECUTE FUNCTION portal_closed_years()""",
}


def upgrade() -> None:
    dialect = op.get_bind().dialect.name
    for function in POSTGRESQL_FUNCTIONS if dialect == "postgresql" else ():
        op.execute(function)
    _machine()
    _people()
    _promise()
    _ledger()
    _costs()
    _support()
    _papers()
    _host()
    for name, on, columns, which in INDEXES:
        rows = sa.text(which) if which else None
        unique = name.startswith("uq_")
        op.create_index(name, on, columns.split(), unique=unique, sqlite_where=rows, postgresql_where=rows)
    for change in ("insert", "update"):
        op.execute(HOLD_REVIEW[dialect].format(change=change))
    op.execute(CLOSED_YEARS[dialect])


class To(str):
    """A column's kind: the id of a row of this table."""


class Own(str):
    """A column's kind: the id of a row of this table that is of the same group, which the key holds too."""


def must(**kinds) -> list[sa.Column]:
    """Columns that always hold something."""
    return [_column(name, kind, nullable=False) for name, kind in kinds.items()]


def may(**kinds) -> list[sa.Column]:
    """Columns that can be empty."""
    return [_column(name, kind, nullable=True) for name, kind in kinds.items()]


def _column(name: str, kind, *, nullable: bool) -> sa.Column:
    points = isinstance(kind, To | Own)
    return sa.Column(name, NUMBER if points else kind, nullable=nullable, info={"key": kind} if points else None)


def table(name: str, *parts, unique=(), later=()) -> None:
    """A table with an id. What was added to it over time (`later`) stands after that, as it does in older databases."""
    parts = (*parts, *must(id=NUMBER), *later)
    op.create_table(
        name,
        *parts,
        *(_key(name, part.name, part.info["key"]) for part in parts if part.info.get("key")),
        sa.PrimaryKeyConstraint("id", name=op.f(f"pk_{name}")),
        *(sa.UniqueConstraint(*names.split(), name=op.f(f"uq_{name}_{names.replace(' ', '_')}")) for names in unique),
    )


def _key(name: str, column: str, kind: To | Own) -> sa.ForeignKeyConstraint:
    both = ["group_id"] if isinstance(kind, Own) else []
    named = op.f("_".join(["fk", name, *both, column]))
    return sa.ForeignKeyConstraint([*both, column], [f"{kind}.{one}" for one in [*both, "id"]], name=named)


def walled(name: str, *parts, unique=(), later=(), append_only: bool = False) -> None:
    """A table of groups' rows, with the wall around it."""
    said = any(part.name == "group_id" for part in parts)  # where a row can be the host's own
    group = [] if said else must(group_id=To("groups"))
    table(name, *parts, *group, unique=["group_id id", *unique], later=later)
    op.create_index(op.f(f"ix_{name}_group_id"), name, ["group_id"])
    wall(name, append_only=append_only)


def wall(table: str, *, append_only: bool = False) -> None:
    """No row is written unless its group's door is open, and none that is only ever added to is changed."""
    owner, changes = "group_id", ["INSERT", "UPDATE", "DELETE"]
    if table == "groups":  # anyone at the host may found one
        owner, changes = "id", ["UPDATE", "DELETE"]
    if op.get_bind().dialect.name == "postgresql":
        kind = "append" if append_only else "rows"
        op.execute(POSTGRESQL_WALL.format(table=table, owner=owner, kind=kind, changes=" OR ".join(changes)))
        return
    for change in changes:
        rows = SQLITE_ROWS[change]
        when, says = " OR ".join(f"portal_door() IS NOT {row}.{owner}" for row in rows), "the door is closed"
        if append_only and change != "INSERT":
            when, says = "1", "what happened is never changed"
        whose = {"row": rows[0], "owner": owner}
        op.execute(SQLITE_WALL.format(table=table, name=change.lower(), change=change, when=when, says=says, **whose))


def _machine() -> None:
    """What the portal itself keeps."""
    table("counters", *must(name=sa.String(40), value=NUMBER), unique=["name"])
    table(
        "jobs",
        *must(name=sa.String(80), arguments=DATA, created_at=MOMENT, due_at=MOMENT, tries=NUMBER),
        *may(taken_at=MOMENT, done_at=MOMENT, parked_at=MOMENT, problem=sa.String(200)),
    )
    table(
        "shown_mail",
        *must(message_id=sa.String(120), at=MOMENT, to=sa.String(254), subject=sa.String(200), body=TEXT),
        unique=["message_id"],
    )
    table("signs_of_life", *must(part=sa.String(40), seen_at=MOMENT), unique=["part"])
    table("tries", *must(key=sa.String(64), since=MOMENT, count=NUMBER), unique=["key"])


def _people() -> None:
    """People and groups, who is in which, how one signs in, who hears of news."""
    table("people", *must(name=sa.String(80), email=sa.String(254), created_at=MOMENT), unique=["email"])
    table(
        "groups",
        *must(slug=sa.String(60), name=sa.String(80)),
        *may(story=TEXT),
        *must(founded_at=MOMENT),
        *may(left_at=MOMENT),
        unique=["slug"],
    )
    wall("groups")
    walled(
        "memberships",
        *must(person_id=To("people"), role=sa.String(20), joined_at=MOMENT),
        *may(ended_at=MOMENT, ended_by=To("people")),
    )
    walled(
        "invitations",
        *must(email=sa.String(254), role=sa.String(20), nonce=sa.String(64), made_at=MOMENT, made_by=To("people")),
        *may(agreed_at=MOMENT, agreed_by=To("people"), accepted_at=MOMENT, ended_at=MOMENT, ended_by=To("people")),
    )
    walled(
        "removals",
        *must(membership_id=Own("memberships"), asked_at=MOMENT, asked_by=To("people")),
        *may(agreed_at=MOMENT, agreed_by=To("people"), ended_at=MOMENT, ended_by=To("people")),
    )
    walled("suspensions", *must(membership_id=Own("memberships"), started_at=MOMENT, until=MOMENT), *may(ended_at=MOMENT))
    table("staff_roles", *must(person_id=To("people"), role=sa.String(20), started_at=MOMENT), *may(ended_at=MOMENT))
    table(
        "devices",
        *must(person_id=To("people"), token_hash=sa.String(64), label=sa.String(60), remembered=YES_OR_NO),
        *must(created_at=MOMENT, last_used_at=MOMENT, expires_at=MOMENT),
        *may(proved_at=MOMENT, second_factor_at=MOMENT, ended_at=MOMENT),
        unique=["token_hash"],
    )
    table(
        "challenges",
        *must(kind=sa.String(10)),
        *may(person_id=To("people")),
        *must(browser_hash=sa.String(64), nonce=sa.String(64), created_at=MOMENT, guesses=NUMBER),
        *may(spent_at=MOMENT),
    )
    table(
        "passkeys",
        *must(person_id=To("people"), credential_id=sa.String(1400), public_key=TEXT, sign_count=BIG_NUMBER),
        *must(label=sa.String(60), added_at=MOMENT),
        *may(last_used_at=MOMENT),
        unique=["credential_id"],
    )
    table(
        "passwords",
        *must(person_id=To("people"), hash=sa.String(200), set_at=MOMENT),
        *may(app_key=sa.String(300), app_confirmed_at=MOMENT, app_last_step=BIG_NUMBER),
        unique=["person_id"],
    )
    table(
        "notice_choices",
        *must(person_id=To("people"), how=sa.String(20), weekday=NUMBER),
        *may(due_at=MOMENT, sent_at=MOMENT, weekly_at=MOMENT),
        unique=["person_id"],
        later=[*may(request_id=NUMBER, group_ids=DATA)],
    )
    walled("notice_turns", *must(in_turn=YES_OR_NO), unique=["group_id"])
    walled(
        "named_people",
        *must(person_id=To("people"), name=sa.String(80), named_at=MOMENT, named_by=To("people")),
        *may(ended_at=MOMENT),
    )


def _promise() -> None:
    """What happened, what a group decides about itself, what is held, and what to do where that doesn't work."""
    table(
        "entries",
        *may(group_id=To("groups")),
        *must(at=MOMENT),
        *may(person_id=To("people")),
        *must(role=sa.String(20), action=sa.String(60)),
        *may(area=sa.String(20), level=sa.String(20)),
        *must(outcome=sa.String(20), says=sa.String(120)),
        *may(about=sa.String(40), subject_table=sa.String(40), subject_id=NUMBER, words_hash=sa.String(64), seq=NUMBER),
        *may(hash=sa.String(64), once=sa.String(64), body=sa.String(64)),
        unique=["group_id id", "group_id seq", "once"],
    )
    wall("entries", append_only=True)
    walled(
        "entry_words",
        *must(entry_id=Own("entries")),
        *may(salt=sa.String(32), words=DATA),
        unique=["group_id entry_id"],
    )
    walled("undos", *must(entry_id=Own("entries"), at=MOMENT), unique=["group_id entry_id"])
    walled(
        "area_levels",
        *must(area=sa.String(20), level=sa.String(20), set_at=MOMENT),
        *may(set_by=To("people")),
        unique=["group_id area"],
    )
    walled(
        "spending_limits",
        *must(each_pence=NUMBER, month_pence=NUMBER),
        unique=["group_id"],
        later=[sa.Column("set_at", MOMENT, nullable=False, server_default="2026-01-01 00:00:00")],
    )
    walled(
        "loosenings",
        *must(area=sa.String(20)),
        *may(level=sa.String(20), each_pence=NUMBER, month_pence=NUMBER),
        *must(started_at=MOMENT, started_by=To("people")),
        *may(agreed_at=MOMENT, agreed_by=To("people"), holds_from=MOMENT, ended_at=MOMENT, ended_by=To("people")),
        sa.CheckConstraint("(level IS NULL) <> (each_pence IS NULL)", name=op.f("ck_loosenings_one_thing")),
    )
    walled(
        "quiets",
        *must(started_at=MOMENT, started_by=To("people"), until=MOMENT),
        *may(ended_at=MOMENT, ended_by=To("people")),
    )
    walled(
        "proposals",
        *must(action=sa.String(60), area=sa.String(20)),
        *may(subject_table=sa.String(40), subject_id=NUMBER),
        *must(facts=DATA),
        *may(person_id=To("people")),
        *must(role=sa.String(20), made_at=MOMENT),
        *may(answered_at=MOMENT, answered_by=To("people"), answer=sa.String(20)),
        later=[sa.Column("seen_seq", NUMBER, nullable=False, server_default="0"), *may(why=TEXT, reminded_at=MOMENT)],
    )
    walled(
        "proposal_notes",
        *must(proposal_id=Own("proposals"), person_id=To("people"), from_host=YES_OR_NO, at=MOMENT, words=TEXT),
    )
    walled(
        "holds",
        *must(item_table=sa.String(40), item_id=NUMBER, rule=sa.String(20), reason=sa.String(300), releases=sa.String(300)),
        *must(review_on=DAY, placed_at=MOMENT),
        *may(placed_by=To("people"), released_at=MOMENT, released_by=To("people")),
        sa.CheckConstraint("reason <> '' AND releases <> ''", name=op.f("ck_holds_says_why")),
        later=[*may(renewed_at=MOMENT, mistaken_at=MOMENT)],
    )
    walled(
        "break_glass",
        *must(duty=sa.String(20), act=sa.String(20), reason=TEXT, hours=NUMBER, danger_to_life=YES_OR_NO),
        *may(outside=sa.String(120), words=TEXT, delay=sa.String(20)),
        *must(delay_days=NUMBER),
        *may(told_at=MOMENT),
        *must(asked_at=MOMENT, asked_by=To("people")),
        *may(started_at=MOMENT, approved_at=MOMENT, approved_by=To("people"), ended_at=MOMENT, ended_by=To("people")),
        *may(reply=TEXT, replied_at=MOMENT, replied_by=To("people"), review=TEXT, reviewed_at=MOMENT),
        *may(reviewed_by=To("people")),
        sa.CheckConstraint(
            "started_at IS NULL OR approved_at IS NOT NULL OR danger_to_life", name=op.f("ck_break_glass_allowed")
        ),
        sa.CheckConstraint("delay_days BETWEEN 0 AND 14", name=op.f("ck_break_glass_delay")),
        sa.CheckConstraint("hours BETWEEN 1 AND 72", name=op.f("ck_break_glass_hours")),
        sa.CheckConstraint("reviewed_by IS NULL OR reviewed_by <> asked_by", name=op.f("ck_break_glass_reviewer")),
        sa.CheckConstraint("approved_by IS NULL OR approved_by <> asked_by", name=op.f("ck_break_glass_second_person")),
    )
    walled(
        "break_glass_items",
        *must(break_glass_id=Own("break_glass"), item_table=sa.String(40), item_id=NUMBER, called=sa.String(120)),
        unique=["break_glass_id item_table item_id"],
    )
    walled(
        "disagreements",
        *must(about=sa.String(120)),
        *may(item_table=sa.String(40), item_id=NUMBER),
        *must(words=TEXT, among=sa.String(20), raised_at=MOMENT, raised_by=To("people")),
        *may(someone_new_at=MOMENT, trustees_at=MOMENT, outside_at=MOMENT, friend=sa.String(120), settled_at=MOMENT),
        *may(settled_by=To("people")),
    )
    walled(
        "disagreement_answers",
        *must(disagreement_id=Own("disagreements"), step=NUMBER, person_id=To("people"), at=MOMENT, words=TEXT),
        sa.CheckConstraint("step BETWEEN 1 AND 3", name=op.f("ck_disagreement_answers_step")),
        unique=["disagreement_id person_id"],
    )
    walled("contact_tries", *must(at=MOMENT, person_id=To("people"), how=sa.String(200)))
    walled(
        "wishes",
        *must(kind=sa.String(20), words=TEXT),
        *may(email=sa.String(254)),
        *must(asked_at=MOMENT, asked_by=To("people")),
        *may(decided_at=MOMENT, decided_by=To("people"), agreed=YES_OR_NO),
        sa.CheckConstraint("decided_by IS NULL OR decided_by <> asked_by", name=op.f("ck_wishes_second_person")),
    )


def _ledger() -> None:
    """Funds, entries and postings, their running sums, what is promised, and what a group plans."""
    walled(
        "funds",
        *must(name=sa.String(80)),
        later=[
            *may(restriction=sa.String(20), funder=sa.String(120), purpose=TEXT, basis=sa.String(20), from_on=DAY),
            *may(until_on=DAY, opened_at=MOMENT, opened_by=To("people"), agreed=sa.String(200)),
        ],
    )
    walled(
        "fee_rates",
        *must(fund_id=Own("funds"), version=NUMBER, basis_points=NUMBER, starts_on=DAY),
        *may(words=sa.String(200)),
        *must(made_at=MOMENT),
        *may(made_by=To("people")),
        sa.CheckConstraint("basis_points BETWEEN 0 AND 10000", name=op.f("ck_fee_rates_fee")),
        unique=["fund_id version"],
    )
    walled(
        "fund_reports",
        *must(fund_id=Own("funds"), from_on=DAY, until_on=DAY),
        *may(words=TEXT, agreed_at=MOMENT, agreed_by=To("people")),
        *must(made_at=MOMENT),
        sa.CheckConstraint("until_on >= from_on", name=op.f("ck_fund_reports_period")),
        unique=["group_id fund_id from_on until_on"],
    )
    walled(
        "budget_lines",
        *must(fund_id=Own("funds"), name=sa.String(60), planned_pence=BIG_NUMBER, made_at=MOMENT),
        *may(made_by=To("people"), dropped_at=MOMENT),
        sa.CheckConstraint("planned_pence >= 0", name=op.f("ck_budget_lines_planned")),
    )
    walled(
        "journal_entries",
        *may(group_id=To("groups")),
        *must(kind=sa.String(20), on=DAY, words=sa.String(200), made_at=MOMENT),
        *may(made_by=To("people"), reverses_id=To("journal_entries")),
        unique=["reverses_id"],
        append_only=True,
    )
    walled(
        "postings",
        *may(group_id=To("groups")),
        *must(entry_id=To("journal_entries"), account=sa.String(20)),
        *may(code=sa.String(4), fund_id=Own("funds"), host_fund=sa.String(20)),
        *must(pence=BIG_NUMBER),
        sa.CheckConstraint("(fund_id IS NULL) <> (host_fund IS NULL)", name=op.f("ck_postings_one_fund")),
        sa.CheckConstraint("pence <> 0", name=op.f("ck_postings_something")),
        later=[*may(line_id=Own("budget_lines"))],
        append_only=True,
    )
    walled("balances", *must(fund_id=Own("funds"), account=sa.String(20), pence=BIG_NUMBER), unique=["fund_id account"])
    walled("line_balances", *must(line_id=Own("budget_lines"), pence=BIG_NUMBER), unique=["line_id"])
    walled("month_balances", *must(fund_id=Own("funds"), month=DAY, pence=BIG_NUMBER), unique=["fund_id month"])
    table(
        "host_balances",
        *must(host_fund=sa.String(20), account=sa.String(20), pence=BIG_NUMBER),
        unique=["host_fund account"],
    )
    walled(
        "commitments",
        *must(fund_id=Own("funds"), item_table=sa.String(40), item_id=NUMBER, pence=BIG_NUMBER, made_at=MOMENT),
        *may(ended_at=MOMENT),
        sa.CheckConstraint("pence > 0", name=op.f("ck_commitments_something")),
        later=[*must(short=YES_OR_NO), *may(line_id=Own("budget_lines"))],
    )
    table("books_checks", *must(checked_at=MOMENT, faults=NUMBER), *may(first=TEXT))
    table("closed_years", *must(ends_on=DAY, closed_at=MOMENT, closed_by=To("people")), unique=["ends_on"])


def _costs() -> None:
    """Receipts, whom they are paid to, who agreed, and what the bank says."""
    walled(
        "payees",
        *must(name=sa.String(70), business=YES_OR_NO),
        *may(person_id=To("people"), email=sa.String(254)),
        *must(made_at=MOMENT),
        *may(made_by=To("people"), ended_at=MOMENT),
    )
    walled(
        "payee_details",
        *must(payee_id=Own("payees"), sealed=TEXT, tail=sa.String(4), mark=sa.String(64), checked=sa.String(20)),
        *must(made_at=MOMENT),
        *may(made_by=To("people")),
        *must(holds_from=MOMENT),
        *may(second_at=MOMENT, second_by=To("people"), stopped_at=MOMENT, stopped_by=To("people")),
    )
    walled(
        "payee_links",
        *must(payee_id=Own("payees"), nonce=sa.String(64), made_at=MOMENT, made_by=To("people")),
        *may(used_at=MOMENT, ended_at=MOMENT),
    )
    walled(
        "spending_rules",
        *must(needs=sa.String(20)),
        *may(over_pence=BIG_NUMBER, over_needs=sa.String(20)),
        *must(made_at=MOMENT, made_by=To("people")),
        *may(agreed_at=MOMENT, agreed_by=To("people"), ended_at=MOMENT),
        sa.CheckConstraint("(over_pence IS NULL) = (over_needs IS NULL)", name=op.f("ck_spending_rules_over")),
    )
    walled(
        "receipts",
        *must(number=NUMBER, key=sa.String(64), added_at=MOMENT, added_by=To("people")),
        *may(shop=sa.String(120), amount_pence=BIG_NUMBER, spent_on=DAY, label=sa.String(60), note=TEXT),
        *may(fund_id=Own("funds"), no_picture_why=sa.String(300), withdrawn_at=MOMENT, withdrawn_by=To("people")),
        *may(ledger_code=sa.String(10), accepted_at=MOMENT, accepted_by=To("people"), paid_on=DAY),
        sa.CheckConstraint("amount_pence > 0", name=op.f("ck_receipts_amount_above_zero")),
        sa.CheckConstraint(
            "in_run_at IS NULL OR withdrawn_at IS NULL", name=op.f("ck_receipts_in_a_run_is_not_taken_back")
        ),
        sa.CheckConstraint("paid_on IS NULL OR withdrawn_at IS NULL", name=op.f("ck_receipts_paid_is_not_taken_back")),
        unique=["group_id key", "number"],
        later=[
            *may(kind=sa.String(20), payee_id=Own("payees"), line_id=Own("budget_lines"), asked_by=To("people")),
            *may(agreed_by=To("people"), asked_at=MOMENT, agreed_at=MOMENT, in_run_at=MOMENT, agreed_mark=sa.String(64)),
            *may(waits_until=DAY),
        ],
    )
    walled(
        "pictures",
        *must(receipt_id=Own("receipts"), added_at=MOMENT, added_by=To("people"), shown_name=sa.String(80)),
        *must(kind=sa.String(10), size=NUMBER, sha256=sa.String(64)),
        *may(original=sa.String(80)),
        *must(pages=DATA),
        *may(thumb=sa.String(80), looks=sa.String(64), made_at=MOMENT, failed_why=sa.String(200), replaced_at=MOMENT),
    )
    walled(
        "questions",
        *must(receipt_id=Own("receipts"), asks=sa.String(20)),
        *may(words=TEXT, other_id=Own("receipts")),
        *must(asked_at=MOMENT),
        *may(asked_by=To("people"), answer=TEXT, answered_at=MOMENT, answered_by=To("people")),
    )
    walled(
        "approvals",
        *must(receipt_id=Own("receipts"), person_id=To("people"), mark=sa.String(64), said_at=MOMENT),
        *may(ended_at=MOMENT),
    )
    walled(
        "conflicts",
        *must(receipt_id=Own("receipts"), person_id=To("people"), declared_at=MOMENT),
        unique=["group_id receipt_id person_id"],
    )
    table(
        "payment_runs",
        *must(pay_on=DAY, prepared_at=MOMENT, prepared_by=To("people")),
        *may(handed_at=MOMENT, released_at=MOMENT, released_by=To("people"), ended_at=MOMENT),
        *must(message_id=sa.String(35)),
        sa.CheckConstraint("released_by IS NULL OR released_by <> prepared_by", name=op.f("ck_payment_runs_two_people")),
        unique=["message_id"],
    )
    walled(
        "payments",
        *must(run_id=To("payment_runs"), receipt_id=Own("receipts"), details_id=Own("payee_details"), fund_id=Own("funds")),
        *must(pence=BIG_NUMBER, mark=sa.String(64), reference=sa.String(18), put_at=MOMENT, put_by=To("people")),
        *may(taken_out_at=MOMENT, returned_at=MOMENT, entry_id=To("journal_entries")),
        sa.CheckConstraint("pence > 0", name=op.f("ck_payments_something")),
        unique=["reference"],
    )
    table("bank_accounts", *must(name=sa.String(80)), *may(columns=DATA), *must(opened_at=MOMENT))
    table(
        "bank_imports",
        *must(account_id=To("bank_accounts"), sha256=sa.String(64), shown_name=sa.String(80), kind=sa.String(10)),
        *must(lines=NUMBER, fresh=NUMBER),
        *may(closing_pence=BIG_NUMBER, closing_on=DAY),
        *must(imported_at=MOMENT, imported_by=To("people")),
    )
    table(
        "bank_lines",
        *must(account_id=To("bank_accounts"), import_id=To("bank_imports"), mark=sa.String(64), on=DAY, pence=BIG_NUMBER),
        *must(words=sa.String(300)),
        *may(suspense_id=To("journal_entries"), entry_id=To("journal_entries"), receipt_id=To("receipts")),
        *may(settled_at=MOMENT, settled_by=To("people")),
        sa.CheckConstraint("pence <> 0", name=op.f("ck_bank_lines_something")),
        unique=["account_id mark"],
    )


def _support() -> None:
    """Requests and all that is in them; when a group is contacted, and who stands in."""
    walled(
        "named_coordinators",
        *must(person_id=To("people"), named_at=MOMENT),
        *may(named_by=To("people"), ended_at=MOMENT),
    )
    walled(
        "requests",
        *must(number=NUMBER, added_at=MOMENT, added_by=To("people"), by_host=YES_OR_NO, wanted=sa.String(10)),
        *must(reply_by=sa.String(20)),
        *may(phone=sa.String(30)),
        *must(shared=YES_OR_NO, gist=sa.String(91)),
        *may(receipt_id=Own("receipts"), fund_id=Own("funds"), holder_id=To("people"), taken_at=MOMENT),
        *must(moved_at=MOMENT),
        *may(answered_at=MOMENT, group_to_answer_at=MOMENT),
        *must(due_on=DAY),
        *may(with_whom=sa.String(80), snoozed_until=DAY, snooze_why=sa.String(300), later_until=DAY),
        *may(later_why=sa.String(300), released_at=MOMENT, must_know=sa.String(20), closing_at=MOMENT),
        *may(closing_by=To("people"), closed_at=MOMENT, closed_by=To("people"), came_of=sa.String(20), learned=TEXT),
        unique=["number"],
    )
    walled(
        "looks",
        *must(request_id=Own("requests"), person_id=To("people"), read_at=MOMENT),
        unique=["request_id person_id"],
    )
    walled(
        "messages",
        *must(request_id=Own("requests"), added_at=MOMENT, added_by=To("people"), by_host=YES_OR_NO, by_mail=YES_OR_NO),
        *may(words=TEXT),
    )
    walled(
        "readers",
        *must(request_id=Own("requests"), person_id=To("people"), let_in_at=MOMENT),
        *may(let_in_by=To("people"), ended_at=MOMENT, ended_by=To("people")),
    )
    walled(
        "reply_promises",
        *must(request_id=Own("requests"), made_at=MOMENT, due_on=DAY),
        *may(kept_at=MOMENT, kept_by=To("people"), replaced_at=MOMENT, ended_at=MOMENT),
    )
    walled("request_words", *must(request_id=Own("requests"), word=sa.String(40)), unique=["word request_id"])
    walled(
        "attachments",
        *must(request_id=Own("requests"), message_id=Own("messages"), added_at=MOMENT, added_by=To("people")),
        *must(shown_name=sa.String(80), kind=sa.String(10), size=NUMBER, sha256=sa.String(64)),
        *may(original=sa.String(80)),
        *must(pages=DATA),
        *may(thumb=sa.String(80), sound=sa.String(80), seconds=NUMBER, made_at=MOMENT, failed_why=sa.String(200)),
    )
    table(
        "request_drafts",
        *must(person_id=To("people"), for_group=To("groups"), kept_at=MOMENT, facts=DATA),
        unique=["person_id for_group"],
    )
    table(
        "draft_files",
        *must(person_id=To("people"), for_group=To("groups")),
        *may(for_request=To("requests")),
        *must(added_at=MOMENT, shown_name=sa.String(80), kind=sa.String(10), size=NUMBER, sha256=sa.String(64)),
        *may(original=sa.String(80), seconds=NUMBER),
    )
    table(
        "strange_mail",
        *must(arrived_at=MOMENT, sort=sa.String(20)),
        *may(sender=sa.String(254), words=TEXT),
        *must(files=NUMBER),
        *may(request_id=To("requests"), done_at=MOMENT, done_by=To("people")),
    )
    walled(
        "notes",
        *must(request_id=Own("requests"), added_at=MOMENT, added_by=To("people")),
        *may(words=TEXT, reason=sa.String(20), review_on=DAY, delay=sa.String(20), told_at=MOMENT, reviewed_at=MOMENT),
        *may(reviewed_by=To("people"), ended_at=MOMENT, ended_by=To("people")),
        sa.CheckConstraint("ended_at IS NULL OR words IS NULL", name=op.f("ck_notes_ended_is_blank")),
        sa.CheckConstraint("reason IS NULL OR review_on IS NOT NULL", name=op.f("ck_notes_has_a_day")),
        sa.CheckConstraint(
            "told_at IS NULL OR reason IN ('safeguarding', 'legal_advice')", name=op.f("ck_notes_told_later")
        ),
    )
    walled(
        "passed_on",
        *must(number=NUMBER, request_id=Own("requests"), added_at=MOMENT, added_by=To("people")),
        *may(words=TEXT),
        *must(attribution=sa.String(20)),
        *may(withdrawn_at=MOMENT, withdrawn_by=To("people"), outcome=TEXT, look_again_on=DAY, answered_at=MOMENT),
        *may(answered_by=To("people")),
        sa.CheckConstraint(
            "withdrawn_at IS NULL OR (words IS NULL AND outcome IS NULL)", name=op.f("ck_passed_on_withdrawn_is_blank")
        ),
        unique=["number"],
    )
    walled(
        "contact_times",
        *must(days=sa.String(30), from_hour=NUMBER, until_hour=NUMBER, by=sa.String(20)),
        sa.CheckConstraint(
            "from_hour >= 0 AND until_hour <= 24 AND from_hour < until_hour", name=op.f("ck_contact_times_from_until")
        ),
        unique=["group_id"],
    )
    table(
        "aways",
        *must(person_id=To("people"), from_on=DAY, until_on=DAY, cover_id=To("people"), set_at=MOMENT, set_by=To("people")),
        *may(ended_at=MOMENT, ended_by=To("people")),
    )
    walled("cover_choices", *must(chosen_at=MOMENT, chosen_by=To("people")), *may(ended_at=MOMENT, ended_by=To("people")))
    table("reply_starts", *must(title=sa.String(40), words=TEXT, written_at=MOMENT), *may(ended_at=MOMENT))


def _papers() -> None:
    """Documents of groups and of the host, and agreements."""
    walled(
        "documents",
        *must(number=NUMBER, kind=sa.String(20), name=sa.String(80)),
        *may(about=sa.String(40)),
        *must(added_at=MOMENT, added_by=To("people")),
        *may(current=NUMBER, marked_at=MOMENT, marked_by=To("people"), withdrawn_at=MOMENT, withdrawn_by=To("people")),
        sa.CheckConstraint("kind = 'ours' OR current IS NULL", name=op.f("ck_documents_agreements_are_signed")),
        unique=["number"],
    )
    walled(
        "document_versions",
        *must(document_id=Own("documents"), number=NUMBER, added_at=MOMENT, added_by=To("people"), by_host=YES_OR_NO),
        *may(words=TEXT, link=sa.String(500), summary=TEXT),
        *must(mark=sa.String(64)),
        *may(accepted_at=MOMENT, signed_at=MOMENT, signed_by=To("people")),
        sa.CheckConstraint(
            "signed_at IS NULL OR accepted_at IS NOT NULL", name=op.f("ck_document_versions_signed_is_accepted")
        ),
        unique=["group_id document_id number"],
    )
    walled(
        "document_files",
        *must(document_id=Own("documents"), version_id=Own("document_versions"), added_by=To("people")),
        *may(sound=sa.String(80), seconds=NUMBER),
        *must(pages=DATA),
        *may(thumb=sa.String(80), made_at=MOMENT, failed_why=sa.String(200)),
        *must(added_at=MOMENT, shown_name=sa.String(80), kind=sa.String(10), size=NUMBER, sha256=sa.String(64)),
        *may(original=sa.String(80)),
    )
    walled(
        "agreement_answers",
        *must(version_id=Own("document_versions"), person_id=To("people"), agrees=YES_OR_NO),
        *may(words=TEXT),
        *must(says_to=sa.String(64), said_at=MOMENT),
        *may(ended_at=MOMENT),
    )
    walled(
        "agreement_rules",
        *must(needs=sa.String(20), made_at=MOMENT, made_by=To("people")),
        *may(agreed_at=MOMENT, ended_at=MOMENT),
    )
    walled(
        "agreement_rule_yeses",
        *must(rule_id=Own("agreement_rules"), person_id=To("people"), said_at=MOMENT),
        unique=["group_id rule_id person_id"],
    )
    table(
        "host_documents",
        *must(number=NUMBER, version=NUMBER, name=sa.String(80)),
        *may(about=sa.String(40), words=TEXT, link=sa.String(500), valid_until=DAY, renews_by=To("people"), differs=TEXT),
        *may(starts_on=DAY),
        *must(added_at=MOMENT, added_by=To("people")),
        *may(ended_at=MOMENT, ended_by=To("people")),
        sa.CheckConstraint("starts_on IS NULL OR differs IS NOT NULL", name=op.f("ck_host_documents_says_what_differs")),
        unique=["number version"],
    )
    table(
        "host_files",
        *must(document_id=To("host_documents"), added_by=To("people")),
        *may(sound=sa.String(80), seconds=NUMBER),
        *must(pages=DATA),
        *may(thumb=sa.String(80), made_at=MOMENT, failed_why=sa.String(200)),
        *must(added_at=MOMENT, shown_name=sa.String(80), kind=sa.String(10), size=NUMBER, sha256=sa.String(64)),
        *may(original=sa.String(80)),
    )
    walled(
        "rule_notices",
        *must(document_id=To("host_documents"), told_at=MOMENT),
        *may(answer=sa.String(20), words=TEXT, answered_at=MOMENT, answered_by=To("people")),
        unique=["group_id document_id"],
    )


def _host() -> None:
    """How groups run, the register of risks, what the host asks, who sees a group."""
    walled(
        "governance_items",
        *may(key=sa.String(30), name=sa.String(80)),
        *must(holder=sa.String(20), added_at=MOMENT),
        *may(added_by=To("people"), started_at=MOMENT, in_place_at=MOMENT, look_on=DAY, note=sa.String(300)),
        *may(own_way_at=MOMENT, own_way_words=TEXT, not_needed_at=MOMENT, talk_at=MOMENT, talk_words=TEXT),
        *may(talked_at=MOMENT, person_id=To("people"), host_started_at=MOMENT, host_done_at=MOMENT, host_look_on=DAY),
        *may(host_words=sa.String(300)),
        sa.CheckConstraint("holder <> 'host' OR host_look_on IS NOT NULL", name=op.f("ck_governance_items_host_looks")),
        unique=["group_id key"],
    )
    walled(
        "risks",
        *may(group_id=To("groups")),
        *must(number=NUMBER, what=TEXT, does=TEXT, holder_id=To("people"), look_again_on=DAY, added_at=MOMENT),
        *must(added_by=To("people"), looked_at=MOMENT, looked_by=To("people")),
        *may(serious_at=MOMENT, serious_by=To("people"), serious_why=TEXT, seen_at=MOMENT, seen_by=To("people")),
        *may(closed_at=MOMENT, closed_by=To("people"), came_of=TEXT),
        unique=["number"],
    )
    walled(
        "risk_looks",
        *may(group_id=To("groups")),
        *must(risk_id=Own("risks"), did=sa.String(20), looked_at=MOMENT, looked_by=To("people")),
        *may(words=TEXT, does=TEXT, holder_id=To("people"), look_again_on=DAY),
        sa.ForeignKeyConstraint(["risk_id"], ["risks.id"], name=op.f("fk_risk_looks_risk_id")),
        append_only=True,
    )
    walled(
        "worries",
        *must(number=NUMBER, added_at=MOMENT, added_by=To("people")),
        *may(words=TEXT),
        *must(to_trustees=YES_OR_NO),
        *may(seen_at=MOMENT, seen_by=To("people"), seen_words=TEXT, risk_id=Own("risks"), answer=TEXT, answered_at=MOMENT),
        *may(answered_by=To("people"), withdrawn_at=MOMENT, withdrawn_by=To("people")),
        sa.CheckConstraint("withdrawn_at IS NULL OR words IS NULL", name=op.f("ck_worries_withdrawn_is_blank")),
        unique=["number"],
    )
    table(
        "asks",
        *must(number=NUMBER, title=sa.String(90), purpose=sa.String(500), gets=sa.String(500), sees=sa.String(300)),
        *must(minutes=NUMBER),
        *may(help_by=DAY, to_groups=DATA),
        *must(drafted_at=MOMENT),
        *may(drafted_by=To("people"), sent_at=MOMENT, closed_at=MOMENT, outcome=TEXT, look_again_on=DAY),
        *may(answered_at=MOMENT, answered_by=To("people")),
        sa.CheckConstraint("trim(purpose, ' \t\n\r') <> ''", name=op.f("ck_asks_has_a_purpose")),
        sa.CheckConstraint("minutes BETWEEN 1 AND 30", name=op.f("ck_asks_minutes")),
        unique=["number"],
    )
    table(
        "ask_questions",
        *must(ask_id=To("asks"), position=NUMBER, words=sa.String(300), sameness=sa.String(300)),
        unique=["ask_id position"],
    )
    walled(
        "sent_asks",
        *must(ask_id=To("asks"), added_at=MOMENT, added_by=To("people")),
        *may(why_more=sa.String(200), released_at=MOMENT, closed_at=MOMENT, closed_by=To("people"), given_at=MOMENT),
        *may(given_by=To("people"), skipped_at=MOMENT, skipped_by=To("people"), told_at=MOMENT),
        unique=["group_id ask_id"],
    )
    walled(
        "ask_answers",
        *must(sent_id=Own("sent_asks"), question_id=To("ask_questions")),
        *may(words=TEXT, draft=TEXT),
        *must(saved_at=MOMENT, saved_by=To("people")),
        unique=["sent_id question_id"],
    )
    walled(
        "shares",
        *must(audience=sa.String(20)),
        *may(who=sa.String(80)),
        *must(words=TEXT, purpose=sa.String(120), until_on=DAY, token=sa.String(40), added_at=MOMENT),
        *must(added_by=To("people"), by_host=YES_OR_NO),
        *may(listed_at=MOMENT, listed_by=To("people"), withdrawn_at=MOMENT, withdrawn_by=To("people")),
        sa.CheckConstraint("listed_at IS NULL OR audience = 'anyone'", name=op.f("ck_shares_listed_is_public")),
        sa.CheckConstraint("(audience = 'someone we name') = (who IS NOT NULL)", name=op.f("ck_shares_named")),
        unique=["token"],
    )
    walled(
        "seen",
        *may(summary=TEXT, approved_at=MOMENT, approved_by=To("people"), full_at=MOMENT, full_by=To("people")),
        *may(enquiries_at=MOMENT, enquiries_by=To("people")),
        sa.CheckConstraint("approved_at IS NULL OR summary IS NOT NULL", name=op.f("ck_seen_approved_words")),
        unique=["group_id"],
    )
    walled(
        "enquiries",
        *must(share_id=Own("shares"), asked_at=MOMENT, name=sa.String(80), reach=sa.String(120), words=TEXT),
        *may(passed_on_at=MOMENT, passed_on_by=To("people"), answered_at=MOMENT, answered_by=To("people")),
    )
