"""the lines of batches"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "2026_11_29_batches"
down_revision = "2026_11_28_assignments"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "batch_lines",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("batch_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("given", sa.JSON().with_variant(postgresql.JSONB(), "postgresql"), nullable=False),
        sa.Column("problem", sa.String(length=40), nullable=True),
        sa.Column("state", sa.String(length=20), nullable=False),
        sa.Column("user_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("assignment_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("membership_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.CheckConstraint(
            "state in ('waiting', 'done', 'failed', 'undone', 'skipped')", name=op.f("ck_batch_lines_state")
        ),
        sa.ForeignKeyConstraint(["assignment_id"], ["assignments.id"], name=op.f("fk_batch_lines_assignment_id")),
        sa.ForeignKeyConstraint(["batch_id"], ["batches.id"], name=op.f("fk_batch_lines_batch_id")),
        sa.ForeignKeyConstraint(["membership_id"], ["memberships.id"], name=op.f("fk_batch_lines_membership_id")),
        sa.ForeignKeyConstraint(["user_id"], ["users.id"], name=op.f("fk_batch_lines_user_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_batch_lines")),
        sa.UniqueConstraint("batch_id", "number", name=op.f("uq_batch_lines_batch_id_number")),
    )
    op.create_index("ix_batch_lines_batch_id_state", "batch_lines", ["batch_id", "state", "number"], unique=False)


def downgrade() -> None:
    op.drop_table("batch_lines")
