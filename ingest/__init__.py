"""Read what platforms send, and what others saved of it, and turn it into posts."""
