"""contacts with whom no chat may be started"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0008"
down_revision = "0007"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("contact", sa.Column("opt_out", sa.String(32), nullable=True))
    op.add_column("contact", sa.Column("opted_out_at", sa.DateTime(timezone=True), nullable=True))
    where = sa.text("opt_out is not null")
    op.create_index(
        "ix_contact_opted_out", "contact", ["account_id", "opted_out_at"], sqlite_where=where, postgresql_where=where
    )


def downgrade() -> None:
    op.drop_index("ix_contact_opted_out", "contact")
    op.drop_column("contact", "opted_out_at")
    op.drop_column("contact", "opt_out")
