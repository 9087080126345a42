"""The tables, the same in SQLite and PostgreSQL."""

from __future__ import annotations

from sqlalchemy import BigInteger, ForeignKeyConstraint, Index, Integer, LargeBinary, String, Text
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column

LONGEST_NAME = 200
"""Of a tenant, an instance and a checkpoint, in characters."""


class Base(DeclarativeBase):
    """What the tables share: their metadata."""


class InstanceRow(Base):
    """A workflow instance."""

    __tablename__ = "instances"
    __table_args__ = (Index("instances_by_status", "tenant_id", "status", "instance_id"),)

    tenant_id: Mapped[str] = mapped_column(String(LONGEST_NAME), primary_key=True)
    instance_id: Mapped[str] = mapped_column(String(LONGEST_NAME), primary_key=True)
    status: Mapped[str] = mapped_column(String(16))
    signal: Mapped[str | None] = mapped_column(String(16))
    attempt: Mapped[int] = mapped_column(Integer)
    checkpoints: Mapped[int] = mapped_column(Integer)
    checkpoint_id: Mapped[str | None] = mapped_column(String(LONGEST_NAME))
    wake_at: Mapped[int | None] = mapped_column(BigInteger)
    result: Mapped[bytes | None] = mapped_column(LargeBinary)
    error: Mapped[str | None] = mapped_column(Text)
    error_code: Mapped[str | None] = mapped_column(String(LONGEST_NAME))
    created_at: Mapped[int] = mapped_column(BigInteger)
    updated_at: Mapped[int] = mapped_column(BigInteger)


class CheckpointRow(Base):
    """A state under its id. `position` counts the checkpoints of an instance, from 1."""

    __tablename__ = "checkpoints"
    __table_args__ = (
        ForeignKeyConstraint(
            ["tenant_id", "instance_id"], ["instances.tenant_id", "instances.instance_id"], name="checkpoints_of_instance"
        ),
    )

    tenant_id: Mapped[str] = mapped_column(String(LONGEST_NAME), primary_key=True)
    instance_id: Mapped[str] = mapped_column(String(LONGEST_NAME), primary_key=True)
    checkpoint_id: Mapped[str] = mapped_column(String(LONGEST_NAME), primary_key=True)
    position: Mapped[int] = mapped_column(Integer)
    state: Mapped[bytes] = mapped_column(LargeBinary)
    created_at: Mapped[int] = mapped_column(BigInteger)
    wake_at: Mapped[int | None] = mapped_column(BigInteger)
