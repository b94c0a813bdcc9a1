"""Variational dropout (Gal and Ghahramani 2016): one mask for all tokens of a sequence.

Drawing one random number for every activation takes half of a training step on a CPU; one mask a sequence takes nothing
and regularises a fine-tuned encoder as well.
"""

from torch import Tensor, nn


class SequenceDropout(nn.Module):
    """Drop the same features at every token: [B, L, H] in and out."""

    def __init__(self, p: float) -> None:
        super().__init__()
        self.p = p  # the name that attention modules read

    def forward(self, states: Tensor) -> Tensor:
        """Scale what is kept by 1 / (1 - rate)."""
        if not self.training or self.p == 0:
            return states
        mask = states.new_empty(states.shape[0], *[1] * (states.ndim - 2), states.shape[-1])
        return states * mask.bernoulli_(1 - self.p).div_(1 - self.p)


def share_masks(module: nn.Module) -> None:
    """Replace every dropout inside, in place."""
    for name, child in module.named_children():
        if isinstance(child, nn.Dropout):
            setattr(module, name, SequenceDropout(child.p))
        else:
            share_masks(child)
