"""demos, emergency licenses, lost devices, and the desk that answers"""

from collections.abc import Mapping

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "2026_12_04_desk"
down_revision = "2026_12_03_brands"
branch_labels = None
depends_on = None

ID = sa.BigInteger().with_variant(sa.Integer(), "sqlite")

REQUESTS = {
    "kind": "kind in ('seat', 'demo', 'emergency', 'exception', 'support')",
    "state": "state in ('open', 'asked_back', 'granted', 'refused', 'withdrawn')",
    "answered": "(state in ('open', 'asked_back')) = (answered_at is null)",
    "asker": "user_id is not null or ticket_id is not null",
    "desk": "(kind = 'seat') = (desk_group_id is null)",
}
LINKS = {"purpose": "purpose in ('password', 'welcome', 'new_address', 'old_address', 'demo')"}
OLD_REQUESTS = {
    "kind": "kind in ('seat')",
    "state": "state in ('open', 'granted', 'refused', 'withdrawn')",
    "answered": "(state = 'open') = (answered_at is null)",
}
OLD_LINKS = {"purpose": "purpose in ('password', 'welcome', 'new_address', 'old_address')"}
# Added in place, with what they point to: SQLite would have to rebuild the tables for more.
POINTERS = {
    "requests": {
        "desk_group_id": "groups", "assigned_to_id": "users", "license_id": "licenses", "activation_id": "activations",
        "article_id": "articles", "ticket_id": "tickets",
    },
    "licenses": {"stands_for_id": "licenses"},
    "cases": {"closed_by_id": "users"},
}  # fmt: skip
POINTED = [
    ("requests", "assigned_to_id"), ("requests", "license_id"), ("requests", "ticket_id"),
    ("licenses", "stands_for_id"),
]  # fmt: skip
PLAIN = ("days", "contact", "contact_verified_at", "language", "decision", "rule_code", "rule")


def upgrade() -> None:
    json = sa.JSON().with_variant(postgresql.JSONB(), "postgresql")
    number = "BIGINT" if op.get_bind().dialect.name == "postgresql" else "INTEGER"
    for table, columns in POINTERS.items():
        for column, target in columns.items():
            op.execute(
                f"ALTER TABLE {table} ADD COLUMN {column} {number} "
                f"CONSTRAINT fk_{table}_{column} REFERENCES {target} (id)"
            )
    op.add_column("cases", sa.Column("words", sa.String(length=1000), nullable=True))
    op.add_column("operations", sa.Column("undone_at", sa.DateTime(timezone=True), nullable=True))
    op.add_column("articles", sa.Column("options", json, server_default="{}", nullable=False))
    for column in (
        sa.Column("days", sa.Integer(), nullable=True),
        sa.Column("contact", sa.String(length=254), nullable=True),
        sa.Column("contact_verified_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("language", sa.String(length=10), nullable=True),
        sa.Column("decision", json, nullable=True),
        sa.Column("rule_code", sa.String(length=60), nullable=True),
        sa.Column("rule", sa.String(length=200), nullable=True),
    ):
        op.add_column("requests", column)
    op.drop_index("uq_requests_open", "requests")
    _check("requests", OLD_REQUESTS, REQUESTS, may_be_missing=("user_id", "product_id"))
    _check("links", OLD_LINKS, LINKS)
    open_ = sa.text("state = 'open' and kind = 'seat'")
    op.create_index(
        "uq_requests_open", "requests", ["user_id", "product_id", "group_id"], unique=True, sqlite_where=open_,
        postgresql_where=open_,
    )  # fmt: skip
    open_ = sa.text("answered_at is null and kind = 'demo'")
    op.create_index(
        "uq_requests_open_demo", "requests", ["user_id", "product_id"], unique=True, sqlite_where=open_,
        postgresql_where=open_,
    )  # fmt: skip
    op.create_index("ix_requests_desk_group_id_state", "requests", ["desk_group_id", "state", "created_at"])
    for table, column in POINTED:
        op.create_index(op.f(f"ix_{table}_{column}"), table, [column])
    _desk_tables()
    _demo_tables()
    _loss_tables()
    _emergency_table()


def _desk_tables() -> None:
    op.create_table(
        "request_messages",
        sa.Column("id", ID, nullable=False),
        sa.Column("public_id", sa.Uuid(), nullable=False),
        sa.Column("request_id", ID, nullable=False),
        sa.Column("author_id", ID, nullable=True),
        sa.Column("group_id", ID, nullable=True),
        sa.Column("side", sa.String(length=20), nullable=False),
        sa.Column("words", sa.String(length=4000), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint("side in ('person', 'desk', 'internal')", name=op.f("ck_request_messages_side")),
        sa.ForeignKeyConstraint(["author_id"], ["users.id"], name=op.f("fk_request_messages_author_id")),
        sa.ForeignKeyConstraint(["group_id"], ["groups.id"], name=op.f("fk_request_messages_group_id")),
        sa.ForeignKeyConstraint(["request_id"], ["requests.id"], name=op.f("fk_request_messages_request_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_request_messages")),
        sa.UniqueConstraint("public_id", name=op.f("uq_request_messages_public_id")),
    )
    op.create_index(op.f("ix_request_messages_request_id"), "request_messages", ["request_id"])
    op.create_table(
        "attachments",
        sa.Column("id", ID, nullable=False),
        sa.Column("public_id", sa.Uuid(), nullable=False),
        sa.Column("message_id", ID, nullable=False),
        sa.Column("name", sa.String(length=200), nullable=False),
        sa.Column("media_type", sa.String(length=100), nullable=False),
        sa.Column("size", sa.Integer(), nullable=False),
        sa.Column("cipher", sa.LargeBinary(), nullable=False),
        sa.CheckConstraint("size >= 0 and size <= 2097152", name=op.f("ck_attachments_size")),
        sa.ForeignKeyConstraint(["message_id"], ["request_messages.id"], name=op.f("fk_attachments_message_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_attachments")),
        sa.UniqueConstraint("public_id", name=op.f("uq_attachments_public_id")),
    )
    op.create_index(op.f("ix_attachments_message_id"), "attachments", ["message_id"])
    op.create_table(
        "canned_words",
        sa.Column("id", ID, nullable=False),
        sa.Column("public_id", sa.Uuid(), nullable=False),
        sa.Column("group_id", ID, nullable=False),
        sa.Column("language", sa.String(length=10), nullable=False),
        sa.Column("title", sa.String(length=100), nullable=False),
        sa.Column("words", sa.String(length=4000), nullable=False),
        sa.ForeignKeyConstraint(["group_id"], ["groups.id"], name=op.f("fk_canned_words_group_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_canned_words")),
        sa.UniqueConstraint("public_id", name=op.f("uq_canned_words_public_id")),
        sa.UniqueConstraint("group_id", "language", "title", name=op.f("uq_canned_words_group_id_language_title")),
    )


def _demo_tables() -> None:
    op.create_table(
        "demo_claims",
        sa.Column("id", ID, nullable=False),
        sa.Column("product_id", ID, nullable=False),
        sa.Column("only_article_id", ID, nullable=False),
        sa.Column("mailbox", sa.LargeBinary(length=32), nullable=False),
        sa.Column("domain", sa.LargeBinary(length=32), nullable=True),
        sa.Column("user_id", ID, nullable=True),
        sa.Column("license_id", ID, nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["license_id"], ["licenses.id"], name=op.f("fk_demo_claims_license_id")),
        sa.ForeignKeyConstraint(["product_id"], ["products.id"], name=op.f("fk_demo_claims_product_id")),
        sa.ForeignKeyConstraint(["user_id"], ["users.id"], name=op.f("fk_demo_claims_user_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_demo_claims")),
        sa.UniqueConstraint(
            "product_id", "only_article_id", "mailbox", name=op.f("uq_demo_claims_product_id_only_article_id_mailbox")
        ),
    )
    op.create_index("ix_demo_claims_domain", "demo_claims", ["product_id", "domain", "at"])
    op.create_index(op.f("ix_demo_claims_license_id"), "demo_claims", ["license_id"])
    op.create_index(op.f("ix_demo_claims_user_id"), "demo_claims", ["user_id"])
    op.create_table(
        "demo_devices",
        sa.Column("id", ID, nullable=False),
        sa.Column("product_id", ID, nullable=False),
        sa.Column("only_article_id", ID, nullable=False),
        sa.Column("fingerprint", sa.LargeBinary(length=32), nullable=False),
        sa.Column("license_id", ID, nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["license_id"], ["licenses.id"], name=op.f("fk_demo_devices_license_id")),
        sa.ForeignKeyConstraint(["product_id"], ["products.id"], name=op.f("fk_demo_devices_product_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_demo_devices")),
        sa.UniqueConstraint(
            "product_id",
            "only_article_id",
            "fingerprint",
            name=op.f("uq_demo_devices_product_id_only_article_id_fingerprint"),
        ),
    )
    op.create_index(op.f("ix_demo_devices_license_id"), "demo_devices", ["license_id"])


def _loss_tables() -> None:
    op.create_table(
        "losses",
        sa.Column("id", ID, nullable=False),
        sa.Column("public_id", sa.Uuid(), nullable=False),
        sa.Column("group_id", ID, nullable=False),
        sa.Column("device_id", ID, nullable=False),
        sa.Column("user_id", ID, nullable=True),
        sa.Column("kind", sa.String(length=20), nullable=False),
        sa.Column("reported_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("undone_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("told_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint("kind in ('lost', 'stolen', 'broken')", name=op.f("ck_losses_kind")),
        sa.ForeignKeyConstraint(["device_id"], ["devices.id"], name=op.f("fk_losses_device_id")),
        sa.ForeignKeyConstraint(["group_id"], ["groups.id"], name=op.f("fk_losses_group_id")),
        sa.ForeignKeyConstraint(["user_id"], ["users.id"], name=op.f("fk_losses_user_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_losses")),
        sa.UniqueConstraint("public_id", name=op.f("uq_losses_public_id")),
    )
    op.create_index(op.f("ix_losses_device_id"), "losses", ["device_id"])
    op.create_index(op.f("ix_losses_group_id"), "losses", ["group_id"])
    op.create_table(
        "loss_activations",
        sa.Column("id", ID, nullable=False),
        sa.Column("loss_id", ID, nullable=False),
        sa.Column("activation_id", ID, nullable=False),
        sa.Column("state", sa.String(length=20), nullable=False),
        sa.Column("code", sa.String(length=60), nullable=False),
        sa.Column("replaced_by_id", ID, nullable=True),
        sa.Column("operation_id", ID, nullable=True),
        sa.ForeignKeyConstraint(["activation_id"], ["activations.id"], name=op.f("fk_loss_activations_activation_id")),
        sa.ForeignKeyConstraint(["loss_id"], ["losses.id"], name=op.f("fk_loss_activations_loss_id")),
        sa.ForeignKeyConstraint(["operation_id"], ["operations.id"], name=op.f("fk_loss_activations_operation_id")),
        sa.ForeignKeyConstraint(
            ["replaced_by_id"], ["activations.id"], name=op.f("fk_loss_activations_replaced_by_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_loss_activations")),
        sa.UniqueConstraint("loss_id", "activation_id", name=op.f("uq_loss_activations_loss_id_activation_id")),
    )
    op.create_index(op.f("ix_loss_activations_activation_id"), "loss_activations", ["activation_id"])


def _emergency_table() -> None:
    op.create_table(
        "emergencies",
        sa.Column("id", ID, nullable=False),
        sa.Column("license_id", ID, nullable=False),
        sa.Column("stands_for_id", ID, nullable=False),
        sa.Column("user_id", ID, nullable=True),
        sa.Column("operation", sa.String(length=20), nullable=True),
        sa.Column("code", sa.String(length=60), nullable=True),
        sa.Column("rule", sa.String(length=200), nullable=True),
        sa.Column("words", sa.String(length=500), nullable=False),
        sa.Column("granted_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("told_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("warned_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(["license_id"], ["licenses.id"], name=op.f("fk_emergencies_license_id")),
        sa.ForeignKeyConstraint(["stands_for_id"], ["licenses.id"], name=op.f("fk_emergencies_stands_for_id")),
        sa.ForeignKeyConstraint(["user_id"], ["users.id"], name=op.f("fk_emergencies_user_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_emergencies")),
        sa.UniqueConstraint("license_id", name=op.f("uq_emergencies_license_id")),
    )
    for column in ("stands_for_id", "user_id", "granted_at"):
        op.create_index(op.f(f"ix_emergencies_{column}"), "emergencies", [column])


def _check(
    table: str, old: Mapping[str, str], new: Mapping[str, str], *,
    may_be_missing: tuple[str, ...] = (), gone: tuple[str, ...] = (),
) -> None:  # fmt: skip
    """Other checks; SQLite rebuilds the table for that."""
    with op.batch_alter_table(table) as changed:
        for name in old:
            changed.drop_constraint(op.f(f"ck_{table}_{name}"), type_="check")
        for column in may_be_missing:
            changed.alter_column(column, nullable=True)
        for name, what in new.items():
            changed.create_check_constraint(op.f(f"ck_{table}_{name}"), what)
        for column in gone:
            changed.drop_column(column)


def downgrade() -> None:
    for table in (
        "emergencies", "loss_activations", "losses", "demo_devices", "demo_claims", "canned_words", "attachments",
    ):  # fmt: skip
        op.drop_table(table)
    op.drop_table("request_messages")
    op.execute("DELETE FROM requests WHERE kind != 'seat'")
    op.execute("DELETE FROM links WHERE purpose = 'demo'")
    for table, column in POINTED:
        op.drop_index(op.f(f"ix_{table}_{column}"), table)
    for index in ("ix_requests_desk_group_id_state", "uq_requests_open_demo", "uq_requests_open"):
        op.drop_index(index, "requests")
    _check("links", LINKS, OLD_LINKS)
    _check("requests", REQUESTS, OLD_REQUESTS, gone=(*POINTERS["requests"], *PLAIN))
    for table, column in (
        ("licenses", "stands_for_id"), ("cases", "closed_by_id"), ("cases", "words"),
        ("operations", "undone_at"), ("articles", "options"),
    ):  # fmt: skip
        op.drop_column(table, column)
    open_ = sa.text("state = 'open'")
    op.create_index(
        "uq_requests_open", "requests", ["user_id", "product_id", "group_id"], unique=True, sqlite_where=open_,
        postgresql_where=open_,
    )  # fmt: skip
