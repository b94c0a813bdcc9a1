"""Names for authors that are stable within a corpus and lead back to nobody without its key."""

from hashlib import blake2b


def pseudonym(platform: str, author: str, key: str) -> str:
    """Name an author, such as "author-7f3a2c"."""
    secret = blake2b(key.encode(), digest_size=32).digest()  # keys may have any length, those of blake2b 64 bytes
    name = blake2b("\0".join((platform, author)).encode(), digest_size=3, key=secret)
    return f"author-{name.hexdigest()}"
