"""what was paid of a title in agreements that ended unkept"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("title", sa.Column("credited", sa.Numeric(precision=14, scale=2), server_default="0", nullable=False))


def downgrade() -> None:
    op.drop_column("title", "credited")
