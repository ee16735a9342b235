"""an address that came with a ticket is never confirmed, so no column says when"""

import sqlalchemy as sa
from alembic import op

revision = "2026_12_06_leftovers"
down_revision = "2026_12_05_comforts"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.drop_column("requests", "contact_verified_at")


def downgrade() -> None:
    op.add_column("requests", sa.Column("contact_verified_at", sa.DateTime(timezone=True), nullable=True))
