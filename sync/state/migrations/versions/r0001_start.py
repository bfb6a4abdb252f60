"""The state as it began.

There is no way down: an older program refuses a newer state.
"""

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Make every table."""
    _pairs()
    _links()
    _readings()
    _remembered_rows()
    _runs()
    _rows()
    _intents()


def _text(name: str, *, null: bool = False) -> sa.Column[str]:
    return sa.Column(name, sa.String(), nullable=null)


def _time(name: str, *, null: bool = False) -> sa.Column[object]:
    return sa.Column(name, sa.DateTime(timezone=True), nullable=null)


def _number(name: str, *, null: bool = False) -> sa.Column[int]:
    return sa.Column(name, sa.Integer(), nullable=null)


def _key(table: str, *columns: str) -> sa.PrimaryKeyConstraint:
    return sa.PrimaryKeyConstraint(*columns, name=f"pk_{table}")


def _pairs() -> None:
    op.create_table(
        "pairs",
        _text("pair"),
        _text("company_id", null=True),
        _text("first_run_by", null=True),
        _time("first_run_at", null=True),
        _key("pairs", "pair"),
    )
    op.create_table(
        "leases",
        _text("pair"),
        _number("token"),
        _text("holder", null=True),
        _time("taken_at"),
        _time("until"),
        _key("leases", "pair"),
    )


def _links() -> None:
    op.create_table(
        "links",
        _text("pair"),
        _text("whop_id"),
        _text("affihub_id"),
        _text("user_id"),
        _text("evidence"),
        _text("acceptance"),
        sa.Column("activation_owed", sa.Boolean(), nullable=False),
        _key("links", "pair", "whop_id"),
        sa.UniqueConstraint("pair", "affihub_id", name="uq_links_pair_affihub_id"),
    )
    op.create_table(
        "bases",
        _text("pair"),
        _text("whop_id"),
        _text("field"),
        _text("value", null=True),
        _text("whop", null=True),
        _text("affihub", null=True),
        _key("bases", "pair", "whop_id", "field"),
        sa.ForeignKeyConstraint(
            ["pair", "whop_id"],
            ["links.pair", "links.whop_id"],
            name="fk_bases_pair_whop_id_links",
            ondelete="CASCADE",
        ),
    )
    op.create_table(
        "kept_apart",
        _text("pair"),
        _text("user_id"),
        _text("affihub_id"),
        _key("kept_apart", "pair", "user_id", "affihub_id"),
    )


def _readings() -> None:
    op.create_table(
        "email_readings",
        _text("pair"),
        _text("user_id"),
        _text("emails"),
        _time("read_at"),
        _key("email_readings", "pair", "user_id"),
    )
    op.create_table(
        "override_readings",
        _text("pair"),
        _text("whop_id"),
        _text("overrides"),
        _number("count", null=True),
        _text("updated_at"),
        _time("read_at"),
        _key("override_readings", "pair", "whop_id"),
    )


def _remembered_rows() -> None:
    op.create_table(
        "parked_rows",
        _text("pair"),
        _text("key"),
        _text("disposition"),
        _text("rule"),
        _text("reason"),
        _time("at"),
        _key("parked_rows", "pair", "key"),
    )
    op.create_table(
        "held_rows",
        _text("pair"),
        _text("key"),
        _text("guard"),
        _time("since"),
        _key("held_rows", "pair", "key"),
    )


def _runs() -> None:
    op.create_table(
        "runs",
        _number("number"),
        _text("id"),
        _text("pair"),
        _text("mode"),
        _text("status"),
        _time("started_at"),
        _time("finished_at", null=True),
        _text("config"),
        _text("allowed"),
        _text("by"),
        _text("error", null=True),
        _text("program"),
        _number("links"),
        _number("in_sync"),
        _number("unmatched_whop"),
        _number("unmatched_affihub"),
        _text("told"),
        _key("runs", "number"),
        sa.UniqueConstraint("id", name="uq_runs_id"),
        sqlite_autoincrement=True,
    )
    op.create_index("ix_runs_pair_finished_at", "runs", ["pair", "finished_at"])


def _rows() -> None:
    op.create_table(
        "rows",
        _number("number"),
        _number("run"),
        _text("pair"),
        _time("at"),
        _text("classes"),
        _text("key"),
        _text("kind"),
        _text("side"),
        _text("person"),
        _text("whop_id", null=True),
        _text("affihub_id", null=True),
        _text("field"),
        _text("base", null=True),
        _text("before", null=True),
        _text("after", null=True),
        _text("disposition"),
        _text("rule"),
        _text("reason"),
        _text("expect"),
        _text("guard", null=True),
        _text("outcome", null=True),
        _text("error", null=True),
        _key("rows", "number"),
        _run("rows", ondelete="CASCADE"),
    )
    op.create_index("ix_rows_run_key", "rows", ["run", "key"])
    op.create_index("ix_rows_pair_whop_id", "rows", ["pair", "whop_id"])
    op.create_index("ix_rows_pair_affihub_id", "rows", ["pair", "affihub_id"])
    op.create_index("ix_rows_pair_outcome_at", "rows", ["pair", "outcome", "at"])


def _intents() -> None:
    op.create_table(
        "intents",
        _number("number"),
        _number("run"),
        _text("pair"),
        _time("at"),
        _text("row"),
        _text("off"),
        _key("intents", "number"),
        _run("intents"),
        sqlite_autoincrement=True,
    )
    op.create_index("ix_intents_run", "intents", ["run"])
    op.create_index("ix_intents_pair", "intents", ["pair"])


def _run(table: str, ondelete: str | None = None) -> sa.ForeignKeyConstraint:
    name = f"fk_{table}_run_runs"
    return sa.ForeignKeyConstraint(["run"], ["runs.number"], name=name, ondelete=ondelete)
