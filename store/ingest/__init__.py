"""Taking files into the store: scenes here, vector layers beside them."""

from store.ingest.declared import Declared
from store.ingest.scenes import ingest_scene

__all__ = ["Declared", "ingest_scene"]
