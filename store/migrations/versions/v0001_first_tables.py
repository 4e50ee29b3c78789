"""The first tables; rows of the audit log can be added and nothing else."""

from alembic import op

from store.tables import metadata

revision = "0001"
down_revision = None

_REFUSE = """
CREATE TRIGGER audit_refuses_{verb} BEFORE {verb} ON audit
BEGIN SELECT RAISE(ABORT, 'the audit log is append-only'); END
"""


def upgrade() -> None:
    """Make all tables."""
    metadata.create_all(op.get_bind())
    if op.get_bind().dialect.name == "sqlite":
        for verb in ("UPDATE", "DELETE"):
            op.execute(_REFUSE.format(verb=verb))
