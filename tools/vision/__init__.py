"""Learned models behind small contracts; none of them measures."""

from tools.vision.eyes import Eyes, NoReading, Reading

__all__ = ["Eyes", "NoReading", "Reading"]
