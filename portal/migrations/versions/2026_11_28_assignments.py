"""assignments: seats kept for people, for departments, or for nobody"""

import sqlalchemy as sa
from alembic import op

revision = "2026_11_28_assignments"
down_revision = "2026_11_27_people"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "batches",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("public_id", sa.Uuid(), nullable=False),
        sa.Column("group_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("license_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("kind", sa.String(length=20), nullable=False),
        sa.Column("state", sa.String(length=20), nullable=False),
        sa.Column("mode", sa.String(length=10), nullable=False),
        sa.Column("total", sa.Integer(), nullable=False),
        sa.Column("done", sa.Integer(), nullable=False),
        sa.Column("failed", sa.Integer(), nullable=False),
        sa.Column("undone", sa.Integer(), nullable=False),
        sa.Column("made_by_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("started_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("ended_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint("kind in ('assign', 'take_back', 'people')", name=op.f("ck_batches_kind")),
        sa.CheckConstraint("mode in ('all', 'good')", name=op.f("ck_batches_mode")),
        sa.CheckConstraint(
            "state in ('preview', 'running', 'stopping', 'stopped', 'done', 'undoing', 'undone')",
            name=op.f("ck_batches_state"),
        ),
        sa.CheckConstraint(
            "done >= 0 and failed >= 0 and undone >= 0 and done + failed <= total", name=op.f("ck_batches_counted")
        ),
        sa.ForeignKeyConstraint(["group_id"], ["groups.id"], name=op.f("fk_batches_group_id")),
        sa.ForeignKeyConstraint(["license_id"], ["licenses.id"], name=op.f("fk_batches_license_id")),
        sa.ForeignKeyConstraint(["made_by_id"], ["users.id"], name=op.f("fk_batches_made_by_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_batches")),
        sa.UniqueConstraint("public_id", name=op.f("uq_batches_public_id")),
    )
    op.create_index("ix_batches_group_id_created_at", "batches", ["group_id", "created_at"], unique=False)
    op.create_index("ix_batches_license_id_state", "batches", ["license_id", "state"], unique=False)
    op.create_table(
        "assignments",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("public_id", sa.Uuid(), nullable=False),
        sa.Column("license_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("kind", sa.String(length=20), nullable=False),
        sa.Column("user_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("group_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("from_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("seats", sa.Integer(), nullable=False),
        sa.Column("used", sa.Integer(), nullable=False),
        sa.Column("note", sa.String(length=200), nullable=True),
        sa.Column("batch_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("made_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("made_by_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("seen_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("ended_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("end_reason", sa.String(length=40), nullable=True),
        sa.CheckConstraint("(kind = 'department') = (group_id is not null)", name=op.f("ck_assignments_department")),
        sa.CheckConstraint("(kind = 'person') = (user_id is not null)", name=op.f("ck_assignments_person")),
        sa.CheckConstraint("from_id is null or kind = 'person'", name=op.f("ck_assignments_handed_on")),
        sa.CheckConstraint("kind in ('person', 'department', 'blocked')", name=op.f("ck_assignments_kind")),
        sa.CheckConstraint("seats >= 1", name=op.f("ck_assignments_seats")),
        sa.CheckConstraint("used >= 0 and used <= seats", name=op.f("ck_assignments_used")),
        sa.ForeignKeyConstraint(["batch_id"], ["batches.id"], name=op.f("fk_assignments_batch_id")),
        sa.ForeignKeyConstraint(["from_id"], ["assignments.id"], name=op.f("fk_assignments_from_id")),
        sa.ForeignKeyConstraint(["group_id"], ["groups.id"], name=op.f("fk_assignments_group_id")),
        sa.ForeignKeyConstraint(["license_id"], ["licenses.id"], name=op.f("fk_assignments_license_id")),
        sa.ForeignKeyConstraint(["made_by_id"], ["users.id"], name=op.f("fk_assignments_made_by_id")),
        sa.ForeignKeyConstraint(["user_id"], ["users.id"], name=op.f("fk_assignments_user_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_assignments")),
        sa.UniqueConstraint("public_id", name=op.f("uq_assignments_public_id")),
    )
    op.create_index(op.f("ix_assignments_batch_id"), "assignments", ["batch_id"], unique=False)
    op.create_index(op.f("ix_assignments_from_id"), "assignments", ["from_id"], unique=False)
    op.create_index(op.f("ix_assignments_group_id"), "assignments", ["group_id"], unique=False)
    op.create_index("ix_assignments_license_id_ended_at", "assignments", ["license_id", "ended_at"], unique=False)
    op.create_index("ix_assignments_user_id_ended_at", "assignments", ["user_id", "ended_at"], unique=False)
    op.create_index(
        "uq_assignments_live_blocked",
        "assignments",
        ["license_id"],
        unique=True,
        sqlite_where=sa.text("ended_at is null and kind = 'blocked'"),
        postgresql_where=sa.text("ended_at is null and kind = 'blocked'"),
    )
    op.create_index(
        "uq_assignments_live_department",
        "assignments",
        ["license_id", "group_id"],
        unique=True,
        sqlite_where=sa.text("ended_at is null and group_id is not null"),
        postgresql_where=sa.text("ended_at is null and group_id is not null"),
    )
    op.create_index(
        "uq_assignments_live_person",
        "assignments",
        ["license_id", "user_id"],
        unique=True,
        sqlite_where=sa.text("ended_at is null and user_id is not null"),
        postgresql_where=sa.text("ended_at is null and user_id is not null"),
    )
    # Added in place: SQLite would have to rebuild the table for more, and lose its checks on the way.
    number = "BIGINT" if op.get_bind().dialect.name == "postgresql" else "INTEGER"
    for table in ("activations", "events", "license_keys", "waiting_devices"):
        op.execute(
            f"ALTER TABLE {table} ADD COLUMN assignment_id {number} "
            f"CONSTRAINT fk_{table}_assignment_id REFERENCES assignments (id)"
        )
    for table in ("activations", "events", "license_keys"):
        op.create_index(op.f(f"ix_{table}_assignment_id"), table, ["assignment_id"], unique=False)
    op.execute(
        "ALTER TABLE licenses ADD COLUMN assigned INTEGER DEFAULT 0 NOT NULL "
        "CONSTRAINT ck_licenses_assigned CHECK (assigned >= 0 and assigned <= quantity)"
    )
    op.execute(
        "ALTER TABLE licenses ADD COLUMN used_assigned INTEGER DEFAULT 0 NOT NULL CONSTRAINT ck_licenses_used_assigned "
        "CHECK (used_assigned >= 0 and used_assigned <= assigned and used_assigned <= used)"
    )


def downgrade() -> None:
    op.drop_column("licenses", "used_assigned")
    op.drop_column("licenses", "assigned")
    for table in ("activations", "events", "license_keys"):
        op.drop_index(op.f(f"ix_{table}_assignment_id"), table)
    for table in ("activations", "events", "license_keys", "waiting_devices"):
        op.drop_column(table, "assignment_id")
    op.drop_table("assignments")
    op.drop_table("batches")
