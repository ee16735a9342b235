"""indexes for the overview and the ledger"""

import sqlalchemy as sa
from alembic import op

revision = "2026_11_25_shelf"
down_revision = "2026_11_24_mails"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.drop_index("ix_licenses_group_id_user_id", "licenses")
    op.drop_index("ix_licenses_user_id", "licenses")
    op.create_index(
        "ix_licenses_shelf",
        "licenses",
        ["group_id", "article_id", "created_at", "id", "used", "state", "ends_at", "waiting_until"],
    )
    op.create_index("ix_licenses_user_id_group_id", "licenses", ["user_id", "group_id"])
    op.create_index(
        "ix_licenses_waiting",
        "licenses",
        ["group_id", "waiting_until"],
        sqlite_where=sa.text("waiting_until is not null"),
        postgresql_where=sa.text("waiting_until is not null"),
    )
    op.drop_index("ix_operations_group_id", "operations")
    op.create_index("ix_operations_group_id_operation", "operations", ["group_id", "operation", "license_id"])


def downgrade() -> None:
    op.drop_index("ix_operations_group_id_operation", "operations")
    op.create_index("ix_operations_group_id", "operations", ["group_id"])
    op.drop_index("ix_licenses_waiting", "licenses")
    op.drop_index("ix_licenses_user_id_group_id", "licenses")
    op.drop_index("ix_licenses_shelf", "licenses")
    op.create_index("ix_licenses_user_id", "licenses", ["user_id"])
    op.create_index("ix_licenses_group_id_user_id", "licenses", ["group_id", "user_id"])
