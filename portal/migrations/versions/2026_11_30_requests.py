"""requests, standing rules and reminders"""

import sqlalchemy as sa
from alembic import op

revision = "2026_11_30_requests"
down_revision = "2026_11_29_batches"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "requests",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("public_id", sa.Uuid(), nullable=False),
        sa.Column("kind", sa.String(length=20), nullable=False),
        sa.Column("group_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("user_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("product_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("words", sa.String(length=1000), nullable=False),
        sa.Column("state", sa.String(length=20), nullable=False),
        sa.Column("answer", sa.String(length=1000), nullable=False),
        sa.Column("answered_by_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("answered_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("assignment_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.CheckConstraint("(state = 'open') = (answered_at is null)", name=op.f("ck_requests_answered")),
        sa.CheckConstraint("kind in ('seat')", name=op.f("ck_requests_kind")),
        sa.CheckConstraint("state in ('open', 'granted', 'refused', 'withdrawn')", name=op.f("ck_requests_state")),
        sa.ForeignKeyConstraint(["answered_by_id"], ["users.id"], name=op.f("fk_requests_answered_by_id")),
        sa.ForeignKeyConstraint(["assignment_id"], ["assignments.id"], name=op.f("fk_requests_assignment_id")),
        sa.ForeignKeyConstraint(["group_id"], ["groups.id"], name=op.f("fk_requests_group_id")),
        sa.ForeignKeyConstraint(["product_id"], ["products.id"], name=op.f("fk_requests_product_id")),
        sa.ForeignKeyConstraint(["user_id"], ["users.id"], name=op.f("fk_requests_user_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_requests")),
        sa.UniqueConstraint("public_id", name=op.f("uq_requests_public_id")),
    )
    op.create_index("ix_requests_group_id_state", "requests", ["group_id", "state", "created_at"], unique=False)
    op.create_index("ix_requests_user_id_created_at", "requests", ["user_id", "created_at"], unique=False)
    op.create_index(
        "uq_requests_open",
        "requests",
        ["user_id", "product_id", "group_id"],
        unique=True,
        sqlite_where=sa.text("state = 'open'"),
        postgresql_where=sa.text("state = 'open'"),
    )
    op.create_table(
        "standing_rules",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("group_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("product_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("keep_free", sa.Integer(), nullable=False),
        sa.Column("is_on", sa.Boolean(), nullable=False),
        sa.Column("made_by_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("made_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint("keep_free >= 0", name=op.f("ck_standing_rules_keep_free")),
        sa.ForeignKeyConstraint(["group_id"], ["groups.id"], name=op.f("fk_standing_rules_group_id")),
        sa.ForeignKeyConstraint(["made_by_id"], ["users.id"], name=op.f("fk_standing_rules_made_by_id")),
        sa.ForeignKeyConstraint(["product_id"], ["products.id"], name=op.f("fk_standing_rules_product_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_standing_rules")),
        sa.UniqueConstraint("group_id", "product_id", name=op.f("uq_standing_rules_group_id_product_id")),
    )
    op.create_table(
        "reminder_addresses",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("public_id", sa.Uuid(), nullable=False),
        sa.Column("group_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("user_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("email", sa.String(length=254), nullable=False),
        sa.Column("language", sa.String(length=10), nullable=True),
        sa.Column("lookup", sa.LargeBinary(length=32), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("created_by_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("confirmed_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(["created_by_id"], ["users.id"], name=op.f("fk_reminder_addresses_created_by_id")),
        sa.ForeignKeyConstraint(["group_id"], ["groups.id"], name=op.f("fk_reminder_addresses_group_id")),
        sa.ForeignKeyConstraint(["user_id"], ["users.id"], name=op.f("fk_reminder_addresses_user_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_reminder_addresses")),
        sa.UniqueConstraint("group_id", "email", name=op.f("uq_reminder_addresses_group_id_email")),
        sa.UniqueConstraint("lookup", name=op.f("uq_reminder_addresses_lookup")),
        sa.UniqueConstraint("public_id", name=op.f("uq_reminder_addresses_public_id")),
    )
    op.create_table(
        "reminders_sent",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("license_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("ends_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("days", sa.Integer(), nullable=False),
        sa.Column("sent_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["license_id"], ["licenses.id"], name=op.f("fk_reminders_sent_license_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_reminders_sent")),
        sa.UniqueConstraint("license_id", "ends_at", "days", name=op.f("uq_reminders_sent_license_id_ends_at_days")),
    )


    op.create_index("ix_events_group_id_at", "events", ["group_id", "at"], unique=False)
    op.drop_index("ix_events_group_id", table_name="events")


def downgrade() -> None:
    op.create_index("ix_events_group_id", "events", ["group_id"], unique=False)
    op.drop_index("ix_events_group_id_at", table_name="events")
    op.drop_table("reminders_sent")
    op.drop_table("reminder_addresses")
    op.drop_table("standing_rules")
    op.drop_table("requests")
