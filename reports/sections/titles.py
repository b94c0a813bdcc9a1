"""The headings of all sections, which others refer to."""

OPINION = "Opinion overall"
CORRECTION = "How far to trust the labels"
SENSITIVITY = "What counts as a vote"
PLACES = "By community and platform"
TIMELINE = "Over time"
SENTIMENT = "Sentiment by camp"
MOTIVES = "Reasons and changes of mind"
COMPARISON = "What moved"
COVERAGE = "Who was left out, and why"
VOICES = "In their words"
METHOD = "Method"

ALL = (
    OPINION,
    CORRECTION,
    SENSITIVITY,
    PLACES,
    TIMELINE,
    SENTIMENT,
    MOTIVES,
    COMPARISON,
    COVERAGE,
    VOICES,
    METHOD,
)
