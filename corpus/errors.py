"""Expected failures, each one line that says what is wrong and what to do next.

StancemapError
├── CorpusError        the corpus file cannot be opened, read or written
├── InputError         an input file or value is not what it should be
└── ModelError         a model folder is incomplete or does not fit
"""


class StancemapError(Exception):
    """An expected failure; its message is one line for the user."""


class CorpusError(StancemapError):
    """The corpus file cannot be opened, read or written."""


class InputError(StancemapError):
    """An input file or value is not what it should be."""


class ModelError(StancemapError):
    """A model folder is incomplete or does not fit the program."""
