"""the brand under which a person came in last"""

import sqlalchemy as sa
from alembic import op

revision = "2026_12_03_brands"
down_revision = "2026_12_03_doors"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("users", sa.Column("brand", sa.String(length=200), nullable=True))


def downgrade() -> None:
    op.drop_column("users", "brand")
