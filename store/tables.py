"""The tables of the one database: catalogue, ledger and audit log."""

from __future__ import annotations

from sqlalchemy import (
    Column,
    Float,
    ForeignKey,
    Index,
    Integer,
    MetaData,
    String,
    Table,
    Text,
    UniqueConstraint,
)

metadata = MetaData()

scenes = Table(
    "scenes",
    metadata,
    Column("id", String(140), primary_key=True),
    Column("revision", Integer, primary_key=True),
    Column("alias", String(128), nullable=False, index=True),
    Column("digest", String(64), nullable=False, index=True),
    Column("frame", String(140), nullable=False),
    Column("west", Float),
    Column("south", Float),
    Column("east", Float),
    Column("north", Float),
    Column("start_utc", String(40), index=True),
    Column("end_utc", String(40)),
    Column("gsd_m", Float),
    Column("sensor", String(64)),
    Column("record", Text, nullable=False),
    Column("ingested_utc", String(40), nullable=False),
)

layers = Table(
    "layers",
    metadata,
    Column("id", String(140), primary_key=True),
    Column("revision", Integer, primary_key=True),
    Column("alias", String(128), nullable=False, index=True),
    Column("digest", String(64), nullable=False, index=True),
    Column("kind", String(16), nullable=False),
    Column("west", Float),
    Column("south", Float),
    Column("east", Float),
    Column("north", Float),
    Column("record", Text, nullable=False),
    Column("ingested_utc", String(40), nullable=False),
)

# Every stem under which the bytes of a scene or layer were ingested.
aliases = Table(
    "aliases",
    metadata,
    Column("name", String(128), primary_key=True),
    Column("id", String(140), primary_key=True),
    Column("of", String(8), nullable=False),
)

sessions = Table(
    "sessions",
    metadata,
    Column("id", String(64), primary_key=True),
    Column("created_utc", String(40), nullable=False),
    Column("state", Text, nullable=False, default="{}"),
    # Numbers never reused: the last E, R and D given out.
    Column("last_evidence", Integer, nullable=False, default=0),
    Column("last_refusal", Integer, nullable=False, default=0),
    Column("last_doubt", Integer, nullable=False, default=0),
    Column("last_turn", Integer, nullable=False, default=0),
)

turns = Table(
    "turns",
    metadata,
    Column("session", String(64), ForeignKey("sessions.id"), primary_key=True),
    Column("turn", Integer, primary_key=True),
    Column("question", Text, nullable=False),
    Column("status", String(20), nullable=False),
    Column("record", Text, nullable=False, default="{}"),
    Column("started_utc", String(40), nullable=False),
    Column("ended_utc", String(40)),
)

evidence = Table(
    "evidence",
    metadata,
    Column("session", String(64), ForeignKey("sessions.id"), primary_key=True),
    Column("number", Integer, primary_key=True),
    Column("turn", Integer, nullable=False),
    Column("call_key", String(64), nullable=False),
    Column("record", Text, nullable=False),
    UniqueConstraint("session", "call_key"),
)

refusals = Table(
    "refusals",
    metadata,
    Column("session", String(64), ForeignKey("sessions.id"), primary_key=True),
    Column("number", Integer, primary_key=True),
    Column("turn", Integer, nullable=False),
    Column("call_key", String(64), nullable=False),
    Column("record", Text, nullable=False),
)

doubts = Table(
    "doubts",
    metadata,
    Column("session", String(64), ForeignKey("sessions.id"), primary_key=True),
    Column("number", Integer, primary_key=True),
    Column("turn", Integer, nullable=False),
    Column("record", Text, nullable=False),
)

audit = Table(
    "audit",
    metadata,
    Column("seq", Integer, primary_key=True, autoincrement=False),
    Column("prev_hash", String(64), nullable=False, unique=True),
    Column("row_hash", String(64), nullable=False),
    Column("session", String(64), nullable=False, index=True),
    Column("turn", Integer, nullable=False),
    Column("kind", String(16), nullable=False),
    Column("call_key", String(64)),
    # The exact bytes that were hashed; the other columns are copies for queries.
    Column("body", Text, nullable=False),
    Index("ix_audit_call", "call_key", "kind"),
)

payloads = Table(
    "payloads",
    metadata,
    Column("sha256", String(64), primary_key=True),
    Column("body", Text, nullable=False),
)
