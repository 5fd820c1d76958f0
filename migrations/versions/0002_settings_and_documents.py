"""settings, documents, agreements, hours"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "document",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column(
            "kind",
            sa.Enum(
                "agreement_term",
                "original_title",
                "agreement_statement",
                name="documentkind",
                native_enum=False,
                length=32,
            ),
            nullable=False,
        ),
        sa.Column("name", sa.String(length=80), nullable=False),
        sa.Column("body", sa.Text(), nullable=False),
        sa.Column("active", sa.Boolean(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("updated_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("account_id", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["account_id"], ["account.id"], name=op.f("fk_document_account_id_account")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_document")),
    )
    with op.batch_alter_table("document", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_document_account_id"), ["account_id"], unique=False)
        batch_op.create_index("ix_document_list", ["account_id", "kind", "name"], unique=False)

    op.create_table(
        "own_holiday",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("name", sa.String(length=80), nullable=False),
        sa.Column("account_id", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["account_id"], ["account.id"], name=op.f("fk_own_holiday_account_id_account")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_own_holiday")),
        sa.UniqueConstraint("account_id", "day", name=op.f("uq_own_holiday_account_id_day")),
    )
    with op.batch_alter_table("own_holiday", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_own_holiday_account_id"), ["account_id"], unique=False)

    op.create_table(
        "schedule",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column(
            "kind", sa.Enum("sending", "service", name="schedulekind", native_enum=False, length=32), nullable=False
        ),
        sa.Column("hours", sa.JSON(), nullable=False),
        sa.Column("national_holidays", sa.Boolean(), nullable=False),
        sa.Column("state", sa.String(length=2), nullable=False),
        sa.Column("own_holidays", sa.Boolean(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("account_id", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["account_id"], ["account.id"], name=op.f("fk_schedule_account_id_account")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_schedule")),
        sa.UniqueConstraint("account_id", "kind", name=op.f("uq_schedule_account_id_kind")),
    )
    with op.batch_alter_table("schedule", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_schedule_account_id"), ["account_id"], unique=False)

    op.create_table(
        "account_settings",
        sa.Column("account_id", sa.Integer(), nullable=False),
        sa.Column("agreement_term_id", sa.Integer(), nullable=True),
        sa.Column("debt_statement_id", sa.Integer(), nullable=True),
        sa.Column("signatory_id", sa.Integer(), nullable=True),
        sa.Column("fallback_user_id", sa.Integer(), nullable=True),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["account_id"], ["account.id"], name=op.f("fk_account_settings_account_id_account")),
        sa.ForeignKeyConstraint(
            ["agreement_term_id"], ["document.id"], name=op.f("fk_account_settings_agreement_term_id_document")
        ),
        sa.ForeignKeyConstraint(
            ["debt_statement_id"], ["document.id"], name=op.f("fk_account_settings_debt_statement_id_document")
        ),
        sa.ForeignKeyConstraint(
            ["fallback_user_id"], ["person.id"], name=op.f("fk_account_settings_fallback_user_id_person")
        ),
        sa.ForeignKeyConstraint(["signatory_id"], ["person.id"], name=op.f("fk_account_settings_signatory_id_person")),
        sa.PrimaryKeyConstraint("account_id", name=op.f("pk_account_settings")),
    )
    op.create_table(
        "agreement",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("debtor_id", sa.Integer(), nullable=False),
        sa.Column("creditor_id", sa.Integer(), nullable=False),
        sa.Column(
            "status",
            sa.Enum(
                "proposto",
                "ativo",
                "cumprido",
                "quebrado",
                "cancelado",
                name="agreementstatus",
                native_enum=False,
                length=32,
            ),
            nullable=False,
        ),
        sa.Column("agreed_on", sa.Date(), nullable=False),
        sa.Column("valid_until", sa.Date(), nullable=False),
        sa.Column("principal", sa.Numeric(precision=14, scale=2), nullable=False),
        sa.Column("fine", sa.Numeric(precision=14, scale=2), nullable=False),
        sa.Column("interest", sa.Numeric(precision=14, scale=2), nullable=False),
        sa.Column("fee", sa.Numeric(precision=14, scale=2), nullable=False),
        sa.Column("discount", sa.Numeric(precision=14, scale=2), nullable=False),
        sa.Column("total", sa.Numeric(precision=14, scale=2), nullable=False),
        sa.Column("entry", sa.Numeric(precision=14, scale=2), nullable=False),
        sa.Column("mode", sa.String(length=16), nullable=False),
        sa.Column("mode_percent", sa.Numeric(precision=5, scale=2), nullable=False),
        sa.Column("memory", sa.JSON(), nullable=False),
        sa.Column("form_token", sa.String(length=64), nullable=True),
        sa.Column("user_id", sa.Integer(), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("updated_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("account_id", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["account_id"], ["account.id"], name=op.f("fk_agreement_account_id_account")),
        sa.ForeignKeyConstraint(["creditor_id"], ["creditor.id"], name=op.f("fk_agreement_creditor_id_creditor")),
        sa.ForeignKeyConstraint(["debtor_id"], ["debtor.id"], name=op.f("fk_agreement_debtor_id_debtor")),
        sa.ForeignKeyConstraint(["user_id"], ["person.id"], name=op.f("fk_agreement_user_id_person")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_agreement")),
        sa.UniqueConstraint("account_id", "number", name=op.f("uq_agreement_account_id_number")),
        sa.UniqueConstraint("form_token", name=op.f("uq_agreement_form_token")),
    )
    with op.batch_alter_table("agreement", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_agreement_account_id"), ["account_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_agreement_creditor_id"), ["creditor_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_agreement_debtor_id"), ["debtor_id"], unique=False)

    op.create_table(
        "creditor_settings",
        sa.Column("creditor_id", sa.Integer(), nullable=False),
        sa.Column("agreement_term_id", sa.Integer(), nullable=True),
        sa.Column("debt_statement_id", sa.Integer(), nullable=True),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("account_id", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["account_id"], ["account.id"], name=op.f("fk_creditor_settings_account_id_account")),
        sa.ForeignKeyConstraint(
            ["agreement_term_id"], ["document.id"], name=op.f("fk_creditor_settings_agreement_term_id_document")
        ),
        sa.ForeignKeyConstraint(
            ["creditor_id"], ["creditor.id"], name=op.f("fk_creditor_settings_creditor_id_creditor")
        ),
        sa.ForeignKeyConstraint(
            ["debt_statement_id"], ["document.id"], name=op.f("fk_creditor_settings_debt_statement_id_document")
        ),
        sa.PrimaryKeyConstraint("creditor_id", name=op.f("pk_creditor_settings")),
    )
    with op.batch_alter_table("creditor_settings", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_creditor_settings_account_id"), ["account_id"], unique=False)

    op.create_table(
        "agreement_title",
        sa.Column("agreement_id", sa.Integer(), nullable=False),
        sa.Column("title_id", sa.Integer(), nullable=False),
        sa.Column("principal", sa.Numeric(precision=14, scale=2), nullable=False),
        sa.Column("fine", sa.Numeric(precision=14, scale=2), nullable=False),
        sa.Column("interest", sa.Numeric(precision=14, scale=2), nullable=False),
        sa.Column("fee", sa.Numeric(precision=14, scale=2), nullable=False),
        sa.Column("discount", sa.Numeric(precision=14, scale=2), nullable=False),
        sa.Column("total", sa.Numeric(precision=14, scale=2), nullable=False),
        sa.Column("account_id", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["account_id"], ["account.id"], name=op.f("fk_agreement_title_account_id_account")),
        sa.ForeignKeyConstraint(
            ["agreement_id"], ["agreement.id"], name=op.f("fk_agreement_title_agreement_id_agreement")
        ),
        sa.ForeignKeyConstraint(["title_id"], ["title.id"], name=op.f("fk_agreement_title_title_id_title")),
        sa.PrimaryKeyConstraint("agreement_id", "title_id", name=op.f("pk_agreement_title")),
    )
    with op.batch_alter_table("agreement_title", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_agreement_title_account_id"), ["account_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_agreement_title_title_id"), ["title_id"], unique=False)

    op.create_table(
        "instalment",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("agreement_id", sa.Integer(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("due_date", sa.Date(), nullable=False),
        sa.Column("amount", sa.Numeric(precision=14, scale=2), nullable=False),
        sa.Column("paid_on", sa.Date(), nullable=True),
        sa.Column("boleto_line", sa.String(length=48), nullable=False),
        sa.Column("account_id", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["account_id"], ["account.id"], name=op.f("fk_instalment_account_id_account")),
        sa.ForeignKeyConstraint(["agreement_id"], ["agreement.id"], name=op.f("fk_instalment_agreement_id_agreement")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_instalment")),
        sa.UniqueConstraint("agreement_id", "number", name=op.f("uq_instalment_agreement_id_number")),
    )
    with op.batch_alter_table("instalment", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_instalment_account_id"), ["account_id"], unique=False)

    op.create_table(
        "issued_document",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("document_id", sa.Integer(), nullable=False),
        sa.Column("document_version", sa.Integer(), nullable=False),
        sa.Column("debtor_id", sa.Integer(), nullable=False),
        sa.Column("creditor_id", sa.Integer(), nullable=False),
        sa.Column("agreement_id", sa.Integer(), nullable=True),
        sa.Column("user_id", sa.Integer(), nullable=True),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("total", sa.Numeric(precision=14, scale=2), nullable=False),
        sa.Column("memory", sa.JSON(), nullable=False),
        sa.Column("path", sa.String(length=120), nullable=False),
        sa.Column("digest", sa.String(length=64), nullable=False),
        sa.Column("issued_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("account_id", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["account_id"], ["account.id"], name=op.f("fk_issued_document_account_id_account")),
        sa.ForeignKeyConstraint(
            ["agreement_id"], ["agreement.id"], name=op.f("fk_issued_document_agreement_id_agreement")
        ),
        sa.ForeignKeyConstraint(["creditor_id"], ["creditor.id"], name=op.f("fk_issued_document_creditor_id_creditor")),
        sa.ForeignKeyConstraint(["debtor_id"], ["debtor.id"], name=op.f("fk_issued_document_debtor_id_debtor")),
        sa.ForeignKeyConstraint(["document_id"], ["document.id"], name=op.f("fk_issued_document_document_id_document")),
        sa.ForeignKeyConstraint(["user_id"], ["person.id"], name=op.f("fk_issued_document_user_id_person")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_issued_document")),
        sa.UniqueConstraint("account_id", "number", name=op.f("uq_issued_document_account_id_number")),
    )
    with op.batch_alter_table("issued_document", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_issued_document_account_id"), ["account_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_issued_document_agreement_id"), ["agreement_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_issued_document_creditor_id"), ["creditor_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_issued_document_debtor_id"), ["debtor_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_issued_document_document_id"), ["document_id"], unique=False)

    op.add_column("account", sa.Column("tax_id", sa.String(length=14), server_default="", nullable=False))
    op.add_column("account", sa.Column("address", sa.String(length=200), server_default="", nullable=False))
    op.add_column("account", sa.Column("phone", sa.String(length=20), server_default="", nullable=False))
    op.add_column("account", sa.Column("version", sa.Integer(), server_default="1", nullable=False))

    op.add_column("connection", sa.Column("messaging_tier", sa.String(length=20), server_default="", nullable=False))
    op.add_column("connection", sa.Column("tier_checked_at", sa.DateTime(timezone=True), nullable=True))

    op.add_column("creditor", sa.Column("tax_id", sa.String(length=14), server_default="", nullable=False))
    op.add_column("creditor", sa.Column("address", sa.String(length=200), server_default="", nullable=False))
    op.add_column("creditor", sa.Column("city", sa.String(length=80), server_default="", nullable=False))
    op.add_column("creditor", sa.Column("state", sa.String(length=2), server_default="", nullable=False))
    op.add_column("creditor", sa.Column("zip_code", sa.String(length=8), server_default="", nullable=False))
    op.add_column("creditor", sa.Column("phone", sa.String(length=20), server_default="", nullable=False))
    op.add_column("creditor", sa.Column("email", sa.String(length=254), server_default="", nullable=False))
    op.add_column("creditor", sa.Column("pix_key", sa.String(length=77), server_default="", nullable=False))
    op.add_column("creditor", sa.Column("consumer", sa.Boolean(), server_default=sa.true(), nullable=False))
    op.add_column(
        "creditor", sa.Column("fine_percent", sa.Numeric(precision=5, scale=2), server_default="0", nullable=False)
    )
    op.add_column(
        "creditor", sa.Column("interest_percent", sa.Numeric(precision=5, scale=2), server_default="0", nullable=False)
    )
    op.add_column(
        "creditor", sa.Column("fee_percent", sa.Numeric(precision=5, scale=2), server_default="0", nullable=False)
    )
    op.add_column("creditor", sa.Column("fee_clause", sa.String(length=200), server_default="", nullable=False))
    op.add_column(
        "creditor", sa.Column("discount_percent", sa.Numeric(precision=5, scale=2), server_default="0", nullable=False)
    )
    op.add_column("creditor", sa.Column("version", sa.Integer(), server_default="1", nullable=False))

    op.add_column("debtor", sa.Column("address", sa.String(length=200), server_default="", nullable=False))
    op.add_column("debtor", sa.Column("zip_code", sa.String(length=8), server_default="", nullable=False))

    op.add_column("menu_settings", sa.Column("inactivity_minutes", sa.Integer(), server_default="120", nullable=False))

    _add_menu_options()


def _add_menu_options() -> None:
    """Companies that are there already get the new options at the end, inactive: what debtors see does not change."""
    option = sa.table(
        "menu_option",
        *(sa.column(name) for name in ("account_id", "action", "label", "active", "position", "version")),
    )
    new = (("pix", "PIX copia e cola"), ("agreement_term", "Termo de acordo"), ("negotiate", "Negociar"))
    connection = op.get_bind()
    last = sa.select(option.c.account_id, sa.func.max(option.c.position)).group_by(option.c.account_id)
    for account_id, position in connection.execute(last).all():
        for place, (action, label) in enumerate(new, start=position + 1):
            row = {"account_id": account_id, "action": action, "label": label, "active": False, "position": place}
            connection.execute(sa.insert(option).values(**row, version=1))


def downgrade() -> None:
    op.execute("DELETE FROM menu_option WHERE action IN ('pix', 'agreement_term', 'negotiate')")
    op.drop_column("menu_settings", "inactivity_minutes")

    op.drop_column("debtor", "zip_code")
    op.drop_column("debtor", "address")

    op.drop_column("creditor", "version")
    op.drop_column("creditor", "discount_percent")
    op.drop_column("creditor", "fee_clause")
    op.drop_column("creditor", "fee_percent")
    op.drop_column("creditor", "interest_percent")
    op.drop_column("creditor", "fine_percent")
    op.drop_column("creditor", "consumer")
    op.drop_column("creditor", "pix_key")
    op.drop_column("creditor", "email")
    op.drop_column("creditor", "phone")
    op.drop_column("creditor", "zip_code")
    op.drop_column("creditor", "state")
    op.drop_column("creditor", "city")
    op.drop_column("creditor", "address")
    op.drop_column("creditor", "tax_id")

    op.drop_column("connection", "tier_checked_at")
    op.drop_column("connection", "messaging_tier")

    op.drop_column("account", "version")
    op.drop_column("account", "phone")
    op.drop_column("account", "address")
    op.drop_column("account", "tax_id")

    with op.batch_alter_table("issued_document", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_issued_document_document_id"))
        batch_op.drop_index(batch_op.f("ix_issued_document_debtor_id"))
        batch_op.drop_index(batch_op.f("ix_issued_document_creditor_id"))
        batch_op.drop_index(batch_op.f("ix_issued_document_agreement_id"))
        batch_op.drop_index(batch_op.f("ix_issued_document_account_id"))

    op.drop_table("issued_document")
    with op.batch_alter_table("instalment", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_instalment_account_id"))

    op.drop_table("instalment")
    with op.batch_alter_table("agreement_title", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_agreement_title_title_id"))
        batch_op.drop_index(batch_op.f("ix_agreement_title_account_id"))

    op.drop_table("agreement_title")
    with op.batch_alter_table("creditor_settings", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_creditor_settings_account_id"))

    op.drop_table("creditor_settings")
    with op.batch_alter_table("agreement", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_agreement_debtor_id"))
        batch_op.drop_index(batch_op.f("ix_agreement_creditor_id"))
        batch_op.drop_index(batch_op.f("ix_agreement_account_id"))

    op.drop_table("agreement")
    op.drop_table("account_settings")
    with op.batch_alter_table("schedule", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_schedule_account_id"))

    op.drop_table("schedule")
    with op.batch_alter_table("own_holiday", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_own_holiday_account_id"))

    op.drop_table("own_holiday")
    with op.batch_alter_table("document", schema=None) as batch_op:
        batch_op.drop_index("ix_document_list")
        batch_op.drop_index(batch_op.f("ix_document_account_id"))

    op.drop_table("document")
