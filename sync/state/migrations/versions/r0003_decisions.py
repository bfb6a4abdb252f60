"""What people decide, a log that convicts whoever changes the record, and kept snapshots.

Columns are added in place: no table is made anew, however many runs it holds.
"""

import hashlib
import json

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Add the columns and the tables, and begin the log after the runs there are."""
    _rows()
    op.add_column("runs", _text("log", null=True))
    _decisions()
    _snapshots()
    _log()
    _begin_log()


def _text(name: str, *, null: bool = False) -> sa.Column[str]:
    return sa.Column(name, sa.String(), nullable=null)


def _time(name: str, *, null: bool = False) -> sa.Column[object]:
    return sa.Column(name, sa.DateTime(timezone=True), nullable=null)


def _number(name: str) -> sa.Column[int]:
    return sa.Column(name, sa.Integer(), nullable=False)


def _key(table: str, *columns: str) -> sa.PrimaryKeyConstraint:
    return sa.PrimaryKeyConstraint(*columns, name=f"pk_{table}")


def _rows() -> None:
    quiet: sa.Column[bool] = sa.Column(
        "quiet", sa.Boolean(), nullable=False, server_default=sa.false()
    )
    for column in (_text("decided", null=True), quiet, _text("effect_usd", null=True)):
        op.add_column("rows", column)


def _decisions() -> None:
    op.create_table(
        "decisions",
        _number("number"),
        _text("pair"),
        _text("verb"),
        _text("key"),
        _text("row"),
        _text("by"),
        _time("at"),
        _text("why"),
        _time("until", null=True),
        _text("value", null=True),
        _text("fate", null=True),
        _time("fate_at", null=True),
        _key("decisions", "number"),
        sqlite_autoincrement=True,
    )
    op.create_index("ix_decisions_pair_fate_key", "decisions", ["pair", "fate", "key"])


def _snapshots() -> None:
    op.create_table(
        "snapshots",
        _number("run"),
        _text("pair"),
        sa.Column("document", sa.LargeBinary(), nullable=False),
        _key("snapshots", "run"),
        sa.ForeignKeyConstraint(
            ["run"], ["runs.number"], name="fk_snapshots_run_runs", ondelete="CASCADE"
        ),
    )
    op.create_index("ix_snapshots_pair", "snapshots", ["pair"])


def _log() -> None:
    op.create_table(
        "log",
        _number("number"),
        _text("at"),
        _text("pair"),
        _text("kind"),
        _text("subject"),
        _text("digest"),
        _text("hash"),
        _text("previous", null=True),
        _key("log", "number"),
    )


def _begin_log() -> None:
    """Where there are runs, the first entry says up to which number the log knows nothing."""
    last = "SELECT max(number), max(started_at) FROM runs"
    number, at = op.get_bind().execute(sa.text(last)).one()
    if number is None:
        return
    nothing = hashlib.sha256(b"").hexdigest()
    entry = [1, str(at), "", "start", str(number), nothing]
    text = nothing + json.dumps(entry, separators=(",", ":"))
    names = ("number", "at", "pair", "kind", "subject", "digest", "hash")
    log = sa.table("log", *(sa.column(name) for name in names))
    values = [*entry, hashlib.sha256(text.encode()).hexdigest()]
    op.get_bind().execute(log.insert().values(dict(zip(names, values, strict=True))))
