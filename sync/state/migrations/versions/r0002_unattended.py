"""What a daemon needs that runs for months: how pairs are doing, what is open, what was told.

Columns are added in place: no table is made anew, however many runs it holds.
"""

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Add the columns and the tables."""
    _parked_rows()
    _runs()
    _standings()
    _told()
    _open_rows()


def _text(name: str, *, null: bool = False) -> sa.Column[str]:
    return sa.Column(name, sa.String(), nullable=null)


def _time(name: str, *, null: bool = False) -> sa.Column[object]:
    return sa.Column(name, sa.DateTime(timezone=True), nullable=null)


def _key(table: str, *columns: str) -> sa.PrimaryKeyConstraint:
    return sa.PrimaryKeyConstraint(*columns, name=f"pk_{table}")


def _parked_rows() -> None:
    tries = sa.Column("tries", sa.Integer(), nullable=False, server_default="0")
    op.add_column("parked_rows", tries)
    op.add_column("parked_rows", _time("until", null=True))


def _runs() -> None:
    op.add_column("runs", _text("trouble", null=True))
    owner = sa.ForeignKey("runs.number", name="fk_runs_rows_of_runs")
    rows_of = sa.Column("rows_of", sa.Integer(), owner, nullable=True)
    op.add_column("runs", rows_of, inline_references=True)
    op.create_index("ix_runs_rows_of", "runs", ["rows_of"])
    op.create_index("ix_runs_pair_mode_finished_at", "runs", ["pair", "mode", "finished_at"])


def _standings() -> None:
    op.create_table(
        "standings",
        _text("pair"),
        _time("last_started", null=True),
        _time("last_good", null=True),
        sa.Column("failures", sa.Integer(), nullable=False),
        _text("trouble", null=True),
        _text("reason"),
        _time("since", null=True),
        _time("not_before", null=True),
        _time("next_run", null=True),
        _key("standings", "pair"),
    )


def _told() -> None:
    op.create_table(
        "told",
        _text("pair"),
        _text("needs"),
        _text("failing", null=True),
        _time("failing_since", null=True),
        _time("at", null=True),
        _time("digest_at", null=True),
        _key("told", "pair"),
    )


def _open_rows() -> None:
    op.create_table(
        "open_rows",
        _text("pair"),
        _text("key"),
        _text("row"),
        _time("since"),
        _key("open_rows", "pair", "key"),
    )
