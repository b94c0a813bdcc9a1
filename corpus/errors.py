"""Expected failures, each one line that says what is wrong and what to do next.

StancemapError
├── CorpusError        the corpus file cannot be opened, read or written
├── InputError         an input file or value is not what it should be
├── ModelError         a model folder is incomplete or does not fit
└── SourceError        a platform refuses or fails: its collection stops, and can be resumed
    └── WalkError      a platform refuses one walk: the others go on
"""


class StancemapError(Exception):
    """An expected failure; its message is one line for the user."""


class CorpusError(StancemapError):
    """The corpus file cannot be opened, read or written."""


class InputError(StancemapError):
    """An input file or value is not what it should be."""


class ModelError(StancemapError):
    """A model folder is incomplete or does not fit the program."""


class SourceError(StancemapError):
    """A platform refuses or fails for good: nothing more can be collected from it now; what is stored stays."""


class WalkError(SourceError):
    """A platform refuses one walk, such as a private community; the others can go on."""
