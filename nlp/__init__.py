"""How a post is read: text recipe, mentions, encoder and heads, training and evaluation."""
