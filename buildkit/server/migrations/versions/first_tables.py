"""Make the tables of instances and checkpoints."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None


def upgrade() -> None:
    """Make both tables and the index for lists by status."""
    op.create_table(
        "instances",
        sa.Column("tenant_id", sa.String(200), primary_key=True),
        sa.Column("instance_id", sa.String(200), primary_key=True),
        sa.Column("status", sa.String(16), nullable=False),
        sa.Column("signal", sa.String(16)),
        sa.Column("attempt", sa.Integer, nullable=False),
        sa.Column("checkpoints", sa.Integer, nullable=False),
        sa.Column("checkpoint_id", sa.String(200)),
        sa.Column("wake_at", sa.BigInteger),
        sa.Column("result", sa.LargeBinary),
        sa.Column("error", sa.Text),
        sa.Column("error_code", sa.String(200)),
        sa.Column("created_at", sa.BigInteger, nullable=False),
        sa.Column("updated_at", sa.BigInteger, nullable=False),
    )
    op.create_index("instances_by_status", "instances", ["tenant_id", "status", "instance_id"])
    op.create_table(
        "checkpoints",
        sa.Column("tenant_id", sa.String(200), primary_key=True),
        sa.Column("instance_id", sa.String(200), primary_key=True),
        sa.Column("checkpoint_id", sa.String(200), primary_key=True),
        sa.Column("position", sa.Integer, nullable=False),
        sa.Column("state", sa.LargeBinary, nullable=False),
        sa.Column("created_at", sa.BigInteger, nullable=False),
        sa.Column("wake_at", sa.BigInteger),
        sa.ForeignKeyConstraint(
            ["tenant_id", "instance_id"], ["instances.tenant_id", "instances.instance_id"], name="checkpoints_of_instance"
        ),
    )


def downgrade() -> None:
    """Drop both tables and what they hold."""
    op.drop_table("checkpoints")
    op.drop_index("instances_by_status", "instances")
    op.drop_table("instances")
