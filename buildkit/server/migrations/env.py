"""What Alembic runs: it migrates over the connection that it is given."""

from __future__ import annotations

from alembic import context

from buildkit.server.models import Base

context.configure(connection=context.config.attributes["connection"], target_metadata=Base.metadata, render_as_batch=True)
context.run_migrations()
