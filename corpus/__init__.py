"""What a post is, and where posts live."""
