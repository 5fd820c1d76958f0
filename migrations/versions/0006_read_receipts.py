"""which of a person's messages were read, and of which of them they were told"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None

UNTOLD = sa.text("read_up_to_id IS NOT NULL")


def upgrade() -> None:
    op.add_column("conversation", sa.Column("read_up_to_id", sa.Integer(), nullable=True))
    op.add_column("conversation", sa.Column("receipt_id", sa.Integer(), nullable=True))
    op.create_index(
        "ix_conversation_untold",
        "conversation",
        ["read_up_to_id"],
        sqlite_where=UNTOLD,
        postgresql_where=UNTOLD,
    )


def downgrade() -> None:
    op.drop_index("ix_conversation_untold", "conversation")
    op.drop_column("conversation", "receipt_id")
    op.drop_column("conversation", "read_up_to_id")
