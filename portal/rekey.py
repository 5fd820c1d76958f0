"""Every stored secret under the newest key, so that an old key can be taken out of PORTAL_ENCRYPTION_KEYS."""

from __future__ import annotations

import sqlalchemy as sa

from portal.extensions import db
from portal.vault import EncryptedText


def rotate() -> int:
    """Encrypt all secrets again, a table at a time, its rows locked meanwhile; commits. Returns in how many rows.

    Raises VaultError when a secret can be read with none of the keys: its table then stays as it was.
    """
    return sum(_rotate(table) for table in db.metadata.sorted_tables)


def _rotate(table: sa.Table) -> int:
    secret = [column for column in table.columns if isinstance(column.type, EncryptedText)]
    if not secret:
        return 0
    key = list(table.primary_key.columns)
    held = sa.or_(*(column != sa.literal("", sa.Text) for column in secret))
    rows = db.session.execute(sa.select(*key, *secret).where(held).with_for_update()).mappings().all()
    for row in rows:
        db.session.execute(
            sa.update(table)
            .where(*(column == row[column.name] for column in key))
            .values({column.name: row[column.name] for column in secret})
        )
    db.session.commit()
    return len(rows)
