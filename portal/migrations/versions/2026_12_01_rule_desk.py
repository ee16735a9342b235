"""drafts of rules, and history decided again"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "2026_12_01_rule_desk"
down_revision = "2026_11_30_requests"
branch_labels = None
depends_on = None

_ID = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    with op.batch_alter_table("rule_versions", schema=None) as batch_op:
        batch_op.add_column(sa.Column("rolled_back_from", sa.Integer(), nullable=True))
    op.create_table(
        "rule_drafts",
        sa.Column("id", _ID, nullable=False),
        sa.Column("public_id", sa.Uuid(), nullable=False),
        sa.Column("rule_set_id", _ID, nullable=False),
        sa.Column("made_by_id", _ID, nullable=False),
        sa.Column("toml", sa.Text(), nullable=False),
        sa.Column("base_number", sa.Integer(), nullable=False),
        sa.Column("edition", sa.Integer(), nullable=False),
        sa.Column("saved_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint("base_number >= 0", name=op.f("ck_rule_drafts_base_number")),
        sa.CheckConstraint("edition >= 1", name=op.f("ck_rule_drafts_edition")),
        sa.ForeignKeyConstraint(["rule_set_id"], ["rule_sets.id"], name=op.f("fk_rule_drafts_rule_set_id")),
        sa.ForeignKeyConstraint(["made_by_id"], ["users.id"], name=op.f("fk_rule_drafts_made_by_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_rule_drafts")),
        sa.UniqueConstraint("public_id", name=op.f("uq_rule_drafts_public_id")),
        sa.UniqueConstraint("rule_set_id", "made_by_id", name=op.f("uq_rule_drafts_rule_set_id_made_by_id")),
    )
    op.create_index("ix_rule_drafts_made_by_id", "rule_drafts", ["made_by_id"])
    op.create_table(
        "replays",
        sa.Column("id", _ID, nullable=False),
        sa.Column("public_id", sa.Uuid(), nullable=False),
        sa.Column("rule_set_id", _ID, nullable=False),
        sa.Column("article_id", _ID, nullable=True),
        sa.Column("toml", sa.Text(), nullable=False),
        sa.Column("digest", sa.LargeBinary(length=32), nullable=False),
        sa.Column("made_by_id", _ID, nullable=True),
        sa.Column("state", sa.String(length=10), nullable=False),
        sa.Column("total", sa.Integer(), nullable=False),
        sa.Column("seen", sa.Integer(), nullable=False),
        sa.Column("differing", sa.Integer(), nullable=False),
        sa.Column("claim", sa.Uuid(), nullable=True),
        sa.Column("claimed_until", sa.DateTime(timezone=True), nullable=True),
        sa.Column("from_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("started_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("ended_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("result", sa.JSON().with_variant(postgresql.JSONB(), "postgresql"), nullable=False),
        sa.CheckConstraint(
            "state in ('waiting', 'running', 'stopping', 'done', 'stopped', 'failed')", name=op.f("ck_replays_state")
        ),
        sa.CheckConstraint("seen >= 0 and differing >= 0 and total >= 0", name=op.f("ck_replays_counts")),
        sa.ForeignKeyConstraint(["rule_set_id"], ["rule_sets.id"], name=op.f("fk_replays_rule_set_id")),
        sa.ForeignKeyConstraint(["article_id"], ["articles.id"], name=op.f("fk_replays_article_id")),
        sa.ForeignKeyConstraint(["made_by_id"], ["users.id"], name=op.f("fk_replays_made_by_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_replays")),
        sa.UniqueConstraint("public_id", name=op.f("uq_replays_public_id")),
    )
    op.create_index("ix_replays_rule_set_id_id", "replays", ["rule_set_id", "id"])
    op.create_table(
        "replay_findings",
        sa.Column("id", _ID, nullable=False),
        sa.Column("replay_id", _ID, nullable=False),
        sa.Column("operation_id", _ID, nullable=True),
        sa.Column("event_id", _ID, nullable=True),
        sa.Column("license_id", _ID, nullable=False),
        sa.Column("user_id", _ID, nullable=True),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("operation", sa.String(length=20), nullable=False),
        sa.Column("then_outcome", sa.String(length=10), nullable=False),
        sa.Column("then_code", sa.String(length=40), nullable=False),
        sa.Column("now_outcome", sa.String(length=10), nullable=False),
        sa.Column("now_code", sa.String(length=40), nullable=False),
        sa.Column("now_rule", sa.String(length=200), nullable=True),
        sa.Column("next_allowed_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint("(operation_id is null) <> (event_id is null)", name=op.f("ck_replay_findings_source")),
        sa.ForeignKeyConstraint(
            ["replay_id"], ["replays.id"], name=op.f("fk_replay_findings_replay_id"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(["operation_id"], ["operations.id"], name=op.f("fk_replay_findings_operation_id")),
        sa.ForeignKeyConstraint(["event_id"], ["events.id"], name=op.f("fk_replay_findings_event_id")),
        sa.ForeignKeyConstraint(["license_id"], ["licenses.id"], name=op.f("fk_replay_findings_license_id")),
        sa.ForeignKeyConstraint(["user_id"], ["users.id"], name=op.f("fk_replay_findings_user_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_replay_findings")),
    )
    op.create_index("ix_replay_findings_replay_id_id", "replay_findings", ["replay_id", "id"])


def downgrade() -> None:
    op.drop_table("replay_findings")
    op.drop_table("replays")
    op.drop_table("rule_drafts")
    with op.batch_alter_table("rule_versions", schema=None) as batch_op:
        batch_op.drop_column("rolled_back_from")
