"""mails keep the facts they speak of, and are written when they leave"""

import sqlalchemy as sa
from alembic import op

revision = "2026_11_26_mail_facts"
down_revision = "2026_11_25_shelf"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("mails", sa.Column("facts", sa.LargeBinary(), nullable=True))


def downgrade() -> None:
    # The version before knows only mails that are written.
    op.execute("update mails set state = 'failed' where state = 'ready' and facts is not null")
    op.drop_column("mails", "facts")
