"""several connections, links by QR code, files of messages, notifications"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None


def _added() -> tuple[sa.Column, ...]:
    return (
        sa.Column("name", sa.String(60), server_default="", nullable=False),
        sa.Column("primary", sa.Boolean(), server_default=sa.false(), nullable=False),
        sa.Column("base_url", sa.String(200), server_default="", nullable=False),
        sa.Column("interactive_enabled", sa.Boolean(), server_default=sa.false(), nullable=False),
        sa.Column("link_state", sa.String(32), server_default="unknown", nullable=False),
        sa.Column("link_detail", sa.String(200), server_default="", nullable=False),
        sa.Column("connected_phone", sa.String(20), server_default="", nullable=False),
        sa.Column("linked_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("link_checked_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("qr_asked", sa.Integer(), server_default="0", nullable=False),
        sa.Column("qr_asked_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("health", sa.JSON(), server_default="{}", nullable=False),
        sa.Column("health_checked_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("foreign_numbers", sa.JSON(), server_default="[]", nullable=False),
    )


def _key(column: str, target: str, table: str) -> sa.ForeignKeyConstraint:
    return sa.ForeignKeyConstraint([column], [f"{target}.id"], name=op.f(f"fk_{table}_{column}_{target}"))


def upgrade() -> None:
    for column in _added():
        op.add_column("connection", column)
    op.execute('UPDATE connection SET "primary" = enabled')
    op.drop_index("uq_connection_enabled", "connection")
    where = sa.text('"primary"')
    op.create_index(
        "uq_connection_primary", "connection", ["account_id"], unique=True, sqlite_where=where, postgresql_where=where
    )
    op.create_table(
        "reconnect_watcher",
        sa.Column("user_id", sa.Integer(), nullable=False),
        sa.Column("account_id", sa.Integer(), nullable=False),
        _key("account_id", "account", "reconnect_watcher"),
        _key("user_id", "person", "reconnect_watcher"),
        sa.PrimaryKeyConstraint("user_id", name=op.f("pk_reconnect_watcher")),
    )
    op.create_index("ix_reconnect_watcher_account_id", "reconnect_watcher", ["account_id"])
    _notifications()
    _message_files()


def _notifications() -> None:
    op.create_table(
        "notification",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("user_id", sa.Integer(), nullable=False),
        sa.Column("key", sa.String(120), nullable=False),
        sa.Column("tone", sa.String(10), nullable=False),
        sa.Column("title", sa.String(120), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("url", sa.String(200), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("read_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("emailed_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("email_attempts", sa.Integer(), nullable=False),
        sa.Column("email_error", sa.String(200), nullable=False),
        sa.Column("account_id", sa.Integer(), nullable=False),
        _key("account_id", "account", "notification"),
        _key("user_id", "person", "notification"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_notification")),
        sa.UniqueConstraint("user_id", "key", name=op.f("uq_notification_user_id_key")),
    )
    op.create_index("ix_notification_account_id", "notification", ["account_id"])


def _message_files() -> None:
    op.create_table(
        "message_file",
        sa.Column("message_id", sa.Integer(), nullable=False),
        sa.Column("state", sa.String(32), nullable=False),
        sa.Column("provider_id", sa.String(200), nullable=False),
        sa.Column("url", sa.Text(), nullable=False),
        sa.Column("mime_type", sa.String(100), nullable=False),
        sa.Column("filename", sa.String(200), nullable=False),
        sa.Column("sha256", sa.String(64), nullable=False),
        sa.Column("size", sa.Integer(), nullable=False),
        sa.Column("path", sa.String(120), nullable=False),
        sa.Column("attempts", sa.Integer(), nullable=False),
        sa.Column("not_before", sa.DateTime(timezone=True), nullable=True),
        sa.Column("error", sa.String(200), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("stored_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("account_id", sa.Integer(), nullable=False),
        _key("account_id", "account", "message_file"),
        _key("message_id", "message", "message_file"),
        sa.PrimaryKeyConstraint("message_id", name=op.f("pk_message_file")),
    )
    op.create_index("ix_message_file_account_id", "message_file", ["account_id"])
    where = sa.text("state = 'pending'")
    op.create_index(
        "ix_message_file_pending", "message_file", ["not_before"], sqlite_where=where, postgresql_where=where
    )


def downgrade() -> None:
    op.drop_table("message_file")
    op.drop_table("notification")
    op.drop_table("reconnect_watcher")
    op.execute('UPDATE connection SET enabled = false WHERE NOT "primary"')
    op.drop_index("uq_connection_primary", "connection")
    where = sa.text("enabled")
    op.create_index(
        "uq_connection_enabled", "connection", ["account_id"], unique=True, sqlite_where=where, postgresql_where=where
    )
    for column in reversed(_added()):
        op.drop_column("connection", column.name)
