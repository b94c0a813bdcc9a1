"""What holds for every test."""

import pytest
import torch


@pytest.fixture(autouse=True, scope="session")
def one_thread() -> None:
    """Tiny models gain nothing from a second thread, and lose much where another process has it."""
    torch.set_num_threads(1)
