"""the life of a template with Meta"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None

KNOWN = ("PAUSED", "DISABLED", "ARCHIVED", "DELETED")


def upgrade() -> None:
    for name, length in (("requested_category", 20), ("correct_category", 20), ("header", 60), ("footer", 60)):
        op.add_column("chat_starter", sa.Column(name, sa.String(length), server_default="", nullable=False))
    for name in ("buttons", "samples", "edits"):
        op.add_column("chat_starter", sa.Column(name, sa.JSON(), server_default="[]", nullable=False))
    op.add_column("chat_starter", sa.Column("heard", sa.JSON(), server_default="{}", nullable=False))
    op.add_column("chat_starter", sa.Column("quality", sa.String(12), server_default="", nullable=False))
    op.add_column("chat_starter", sa.Column("told", sa.Text(), server_default="", nullable=False))
    op.add_column("chat_starter", sa.Column("deleted_at", sa.DateTime(timezone=True), nullable=True))
    op.add_column("connection", sa.Column("templates_not_before", sa.DateTime(timezone=True), nullable=True))
    # In one statement, so that SQLite does not copy a large table.
    op.execute(
        "ALTER TABLE message ADD COLUMN starter_id INTEGER "
        "CONSTRAINT fk_message_starter_id_chat_starter REFERENCES chat_starter (id)"
    )
    op.create_index("ix_message_starter_id", "message", ["starter_id"])
    for word in KNOWN:
        op.execute(
            f"UPDATE chat_starter SET status = '{word.lower()}' WHERE status = 'other' AND remote_status = '{word}'"
        )
    op.execute("UPDATE chat_starter SET status = 'deleted' WHERE remote_status = 'PENDING_DELETION'")


def downgrade() -> None:
    op.execute(
        "UPDATE chat_starter SET status = 'other' WHERE status IN "
        "('draft', 'in_appeal', 'paused', 'disabled', 'archived', 'deleted')"
    )
    op.drop_index("ix_message_starter_id", "message")
    # SQLite does not tell the name of a column's own constraint.
    names = {"fk": "fk_%(table_name)s_%(column_0_name)s_%(referred_table_name)s"}
    with op.batch_alter_table("message", naming_convention=names) as batch_op:
        batch_op.drop_constraint("fk_message_starter_id_chat_starter", type_="foreignkey")
        batch_op.drop_column("starter_id")
    op.drop_column("connection", "templates_not_before")
    for name in (
        "deleted_at",
        "told",
        "quality",
        "heard",
        "edits",
        "samples",
        "buttons",
        "footer",
        "header",
        "correct_category",
        "requested_category",
    ):
        op.drop_column("chat_starter", name)
