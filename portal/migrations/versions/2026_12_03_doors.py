"""passkeys, second factors, company sign-in, accounts without an address, and which mails people want"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "2026_12_03_doors"
down_revision = "2026_12_02_links"
branch_labels = None
depends_on = None

NUMBER = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
VERIFIED = sa.text("verified_at is not null")


def upgrade() -> None:
    op.create_table(
        "passkeys",
        sa.Column("id", NUMBER, nullable=False),
        sa.Column("public_id", sa.Uuid(), nullable=False),
        sa.Column("user_id", NUMBER, nullable=False),
        sa.Column("credential_id", sa.LargeBinary(length=1023), nullable=False),
        sa.Column("public_key", sa.LargeBinary(), nullable=False),
        sa.Column("sign_count", NUMBER, nullable=False),
        sa.Column("transports", sa.JSON().with_variant(postgresql.JSONB(), "postgresql"), nullable=False),
        sa.Column("name", sa.String(length=100), nullable=False),
        sa.Column("is_backed_up", sa.Boolean(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("used_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(["user_id"], ["users.id"], name=op.f("fk_passkeys_user_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_passkeys")),
        sa.UniqueConstraint("credential_id", name=op.f("uq_passkeys_credential_id")),
        sa.UniqueConstraint("public_id", name=op.f("uq_passkeys_public_id")),
    )
    op.create_index("ix_passkeys_user_id", "passkeys", ["user_id"])
    op.create_table(
        "authenticators",
        sa.Column("id", NUMBER, nullable=False),
        sa.Column("user_id", NUMBER, nullable=False),
        sa.Column("cipher", sa.LargeBinary(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("confirmed_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("last_step", NUMBER, nullable=False),
        sa.ForeignKeyConstraint(["user_id"], ["users.id"], name=op.f("fk_authenticators_user_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_authenticators")),
        sa.UniqueConstraint("user_id", name=op.f("uq_authenticators_user_id")),
    )
    op.create_table(
        "recovery_codes",
        sa.Column("id", NUMBER, nullable=False),
        sa.Column("user_id", NUMBER, nullable=False),
        sa.Column("lookup", sa.LargeBinary(length=32), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("used_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(["user_id"], ["users.id"], name=op.f("fk_recovery_codes_user_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_recovery_codes")),
        sa.UniqueConstraint("lookup", name=op.f("uq_recovery_codes_lookup")),
    )
    op.create_index("ix_recovery_codes_user_id", "recovery_codes", ["user_id"])
    op.create_table(
        "providers",
        sa.Column("id", NUMBER, nullable=False),
        sa.Column("public_id", sa.Uuid(), nullable=False),
        sa.Column("group_id", NUMBER, nullable=False),
        sa.Column("name", sa.String(length=200), nullable=False),
        sa.Column("issuer", sa.String(length=500), nullable=False),
        sa.Column("client_id", sa.String(length=255), nullable=False),
        sa.Column("client_secret", sa.LargeBinary(), nullable=True),
        sa.Column("is_on", sa.Boolean(), nullable=False),
        sa.Column("only", sa.Boolean(), nullable=False),
        sa.Column("tested_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("made_by_id", NUMBER, nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint('not "only" or is_on', name=op.f("ck_providers_only")),
        sa.ForeignKeyConstraint(["group_id"], ["groups.id"], name=op.f("fk_providers_group_id")),
        sa.ForeignKeyConstraint(["made_by_id"], ["users.id"], name=op.f("fk_providers_made_by_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_providers")),
        sa.UniqueConstraint("group_id", name=op.f("uq_providers_group_id")),
        sa.UniqueConstraint("public_id", name=op.f("uq_providers_public_id")),
    )
    op.create_index("ix_providers_issuer", "providers", ["issuer"])
    op.create_table(
        "provider_domains",
        sa.Column("id", NUMBER, nullable=False),
        sa.Column("public_id", sa.Uuid(), nullable=False),
        sa.Column("provider_id", NUMBER, nullable=False),
        sa.Column("domain", sa.String(length=253), nullable=False),
        sa.Column("mailbox", sa.String(length=20), nullable=False),
        sa.Column("code", sa.LargeBinary(length=32), nullable=True),
        sa.Column("asked_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("verified_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("verified_by", sa.String(length=20), nullable=True),
        sa.CheckConstraint("verified_by in ('mail', 'vendor')", name=op.f("ck_provider_domains_verified_by")),
        sa.ForeignKeyConstraint(
            ["provider_id"], ["providers.id"], name=op.f("fk_provider_domains_provider_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_provider_domains")),
        sa.UniqueConstraint("provider_id", "domain", name=op.f("uq_provider_domains_provider_id_domain")),
        sa.UniqueConstraint("public_id", name=op.f("uq_provider_domains_public_id")),
    )
    op.create_index(
        "uq_provider_domains_verified", "provider_domains", ["domain"], unique=True,
        sqlite_where=VERIFIED, postgresql_where=VERIFIED,
    )  # fmt: skip
    op.create_table(
        "identities",
        sa.Column("id", NUMBER, nullable=False),
        sa.Column("public_id", sa.Uuid(), nullable=False),
        sa.Column("user_id", NUMBER, nullable=False),
        sa.Column("provider", sa.String(length=64), nullable=False),
        sa.Column("issuer", sa.String(length=500), nullable=False),
        sa.Column("subject", sa.String(length=255), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("used_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(["user_id"], ["users.id"], name=op.f("fk_identities_user_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_identities")),
        sa.UniqueConstraint("issuer", "subject", name=op.f("uq_identities_issuer_subject")),
        sa.UniqueConstraint("public_id", name=op.f("uq_identities_public_id")),
    )
    op.create_index("ix_identities_user_id", "identities", ["user_id"])
    op.create_table(
        "mail_settings",
        sa.Column("user_id", NUMBER, nullable=False),
        sa.Column("kind", sa.String(length=20), nullable=False),
        sa.Column("is_on", sa.Boolean(), nullable=False),
        sa.ForeignKeyConstraint(
            ["user_id"], ["users.id"], name=op.f("fk_mail_settings_user_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("user_id", "kind", name=op.f("pk_mail_settings")),
    )
    with op.batch_alter_table("users") as users:
        users.add_column(sa.Column("sign_in_name", sa.String(length=64), nullable=True))
        users.alter_column("email", existing_type=sa.String(length=254), nullable=True)
        users.create_unique_constraint(op.f("uq_users_sign_in_name"), ["sign_in_name"])
        users.create_check_constraint(op.f("ck_users_signs_in"), "email is not null or sign_in_name is not null")
    with op.batch_alter_table("sessions") as sessions:
        sessions.add_column(sa.Column("how", sa.String(length=10), nullable=True))
        sessions.add_column(sa.Column("proved_at", sa.DateTime(timezone=True), nullable=True))
        sessions.add_column(sa.Column("factor_at", sa.DateTime(timezone=True), nullable=True))
        sessions.add_column(sa.Column("provider", sa.String(length=64), nullable=True))
        sessions.add_column(sa.Column("sso_sid", sa.String(length=255), nullable=True))
        sessions.add_column(sa.Column("id_token", sa.LargeBinary(), nullable=True))
        sessions.create_check_constraint(
            op.f("ck_sessions_how"), "how in ('password', 'passkey', 'company', 'mail')"
        )
        sessions.create_index("ix_sessions_provider_sso_sid", ["provider", "sso_sid"])


def downgrade() -> None:
    with op.batch_alter_table("sessions") as sessions:
        sessions.drop_index("ix_sessions_provider_sso_sid")
        sessions.drop_constraint(op.f("ck_sessions_how"), type_="check")
        for column in ("how", "proved_at", "factor_at", "provider", "sso_sid", "id_token"):
            sessions.drop_column(column)
    op.execute("delete from users where email is null")
    with op.batch_alter_table("users") as users:
        users.drop_constraint(op.f("ck_users_signs_in"), type_="check")
        users.drop_column("sign_in_name")
        users.alter_column("email", existing_type=sa.String(length=254), nullable=False)
    for table in ("mail_settings", "identities", "provider_domains", "providers", "recovery_codes", "authenticators"):
        op.drop_table(table)
    op.drop_table("passkeys")
