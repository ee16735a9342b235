"""people: memberships that end, invitations, and the group a session acts for"""

from datetime import UTC

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

from portal.db import new_id

revision = "2026_11_27_people"
down_revision = "2026_11_26_mail_facts"
branch_labels = None
depends_on = None


def upgrade() -> None:
    # Added in place: SQLite would have to rebuild the table for more, and lose its checks on the way.
    number = "BIGINT" if op.get_bind().dialect.name == "postgresql" else "INTEGER"
    op.add_column("memberships", sa.Column("public_id", sa.Uuid(), nullable=False, server_default="0" * 32))
    op.add_column("memberships", sa.Column("external_id", sa.String(length=100), nullable=True))
    op.execute(
        f"ALTER TABLE memberships ADD COLUMN invited_by_id {number} "
        "CONSTRAINT fk_memberships_invited_by_id REFERENCES users (id)"
    )
    op.add_column("memberships", sa.Column("ended_at", sa.DateTime(timezone=True), nullable=True))
    _give_ids()
    if op.get_bind().dialect.name == "postgresql":
        op.alter_column("memberships", "public_id", server_default=None)
    op.create_index(op.f("ix_memberships_public_id"), "memberships", ["public_id"], unique=True)
    op.execute(
        f"ALTER TABLE sessions ADD COLUMN group_id {number} CONSTRAINT fk_sessions_group_id REFERENCES groups (id)"
    )
    op.create_table(
        "invitations",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("public_id", sa.Uuid(), nullable=False),
        sa.Column("group_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("email", sa.String(length=254), nullable=True),
        sa.Column("name", sa.String(length=200), nullable=True),
        sa.Column("domains", sa.JSON().with_variant(postgresql.JSONB(), "postgresql"), nullable=False),
        sa.Column("role", sa.String(length=20), nullable=False),
        sa.Column("external_id", sa.String(length=100), nullable=True),
        sa.Column("language", sa.String(length=10), nullable=True),
        sa.Column("lookup", sa.LargeBinary(length=32), nullable=False),
        sa.Column("cipher", sa.LargeBinary(), nullable=False),
        sa.Column("most", sa.Integer(), nullable=False),
        sa.Column("used", sa.Integer(), nullable=False),
        sa.Column("link_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("created_by_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("sent_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("expires_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("withdrawn_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint("role in ('admin', 'member')", name=op.f("ck_invitations_role")),
        sa.CheckConstraint("most >= 1", name=op.f("ck_invitations_most")),
        sa.CheckConstraint("used >= 0 and used <= most", name=op.f("ck_invitations_used")),
        sa.ForeignKeyConstraint(["created_by_id"], ["users.id"], name=op.f("fk_invitations_created_by_id")),
        sa.ForeignKeyConstraint(["group_id"], ["groups.id"], name=op.f("fk_invitations_group_id")),
        sa.ForeignKeyConstraint(["link_id"], ["invitations.id"], name=op.f("fk_invitations_link_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_invitations")),
        sa.UniqueConstraint("lookup", name=op.f("uq_invitations_lookup")),
        sa.UniqueConstraint("public_id", name=op.f("uq_invitations_public_id")),
    )
    op.create_index(op.f("ix_invitations_email"), "invitations", ["email"], unique=False)
    op.create_index("ix_invitations_group_id_created_at", "invitations", ["group_id", "created_at"], unique=False)
    op.create_index(op.f("ix_invitations_link_id"), "invitations", ["link_id"], unique=False)
    op.create_table(
        "invitation_uses",
        sa.Column("invitation_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("user_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["invitation_id"], ["invitations.id"], name=op.f("fk_invitation_uses_invitation_id")),
        sa.ForeignKeyConstraint(["user_id"], ["users.id"], name=op.f("fk_invitation_uses_user_id")),
        sa.PrimaryKeyConstraint("invitation_id", "user_id", name=op.f("pk_invitation_uses")),
    )


def _give_ids() -> None:
    """Memberships had no id that people see; each gets one that sorts by when it was made."""
    memberships = sa.table(
        "memberships",
        sa.column("id", sa.BigInteger()),
        sa.column("public_id", sa.Uuid()),
        sa.column("created_at", sa.DateTime(timezone=True)),
    )
    connection = op.get_bind()
    for id_, created_at in connection.execute(sa.select(memberships.c.id, memberships.c.created_at)).all():
        made = created_at.replace(tzinfo=UTC) if created_at.tzinfo is None else created_at
        connection.execute(memberships.update().where(memberships.c.id == id_).values(public_id=new_id(made)))


def downgrade() -> None:
    op.drop_table("invitation_uses")
    op.drop_table("invitations")
    op.drop_column("sessions", "group_id")
    op.drop_index(op.f("ix_memberships_public_id"), "memberships")
    op.drop_column("memberships", "ended_at")
    op.drop_column("memberships", "invited_by_id")
    op.drop_column("memberships", "external_id")
    op.drop_column("memberships", "public_id")
