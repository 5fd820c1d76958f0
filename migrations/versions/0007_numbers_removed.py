"""numbers that were removed, the code that a phone is to read, why a provider posts nothing"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("connection", sa.Column("shown_code", sa.Text(), server_default="", nullable=False))
    op.add_column("connection", sa.Column("entrance_problem", sa.String(300), server_default="", nullable=False))
    op.add_column("connection", sa.Column("archived_at", sa.DateTime(timezone=True), nullable=True))


def downgrade() -> None:
    op.drop_column("connection", "archived_at")
    op.drop_column("connection", "entrance_problem")
    op.drop_column("connection", "shown_code")
