"""Stancemap: who holds which opinion in a public discussion, and how sure we may be of it."""

__version__ = "0.1.0"
