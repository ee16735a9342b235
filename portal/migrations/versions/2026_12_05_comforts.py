"""what a session asked of its lists last, who wants no keyboard shortcuts, and where a question was asked"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "2026_12_05_comforts"
down_revision = "2026_12_04_desk"
branch_labels = None
depends_on = None


def upgrade() -> None:
    json = sa.JSON().with_variant(postgresql.JSONB(astext_type=sa.Text()), "postgresql")
    op.add_column("users", sa.Column("shortcuts_off_at", sa.DateTime(timezone=True), nullable=True))
    op.add_column("sessions", sa.Column("lists", sa.LargeBinary(), nullable=True))
    op.add_column("requests", sa.Column("about", json, nullable=True))


def downgrade() -> None:
    op.drop_column("requests", "about")
    op.drop_column("sessions", "lists")
    op.drop_column("users", "shortcuts_off_at")
