"""A tree that comes in pieces, however it is cut: everything is asked for, nothing twice, and what lacks is counted."""

import random

import pytest

from ingest.branches import Branch, Branches, Node


def cut(tree: dict[str, list[str]], top: str, *, deepest: int, widest: int) -> list[Node]:
    """Answer as a platform would that gives only so many levels and so many replies a post."""
    nodes, left = list[Node](), [(top, None, 0)]
    while left:
        key, parent, depth = left.pop()
        nodes.append(Node(key, parent, len(tree[key])))
        left += [(child, key, depth + 1) for child in tree[key][:widest] if depth < deepest]
    return nodes


@pytest.mark.parametrize("seed", range(20))
def test_every_post_is_met_once_however_the_tree_is_cut(seed: int) -> None:
    chance = random.Random(seed)
    tree: dict[str, list[str]] = {"0": []}
    for number in range(1, 200):
        tree[chance.choice(list(tree)[-20:])].append(str(number))
        tree[str(number)] = []
    deepest, widest = chance.randint(1, 6), chance.choice([2, 3, 99])
    branches, met, missing, requests = Branches.at("0", None), list[str](), 0, 0
    while branches.todo:
        branch = branches.todo.pop()
        piece = branches.take(branch, cut(tree, branch.id, deepest=deepest, widest=widest))
        met += piece.new
        missing += piece.missing
        requests += 1
        branches = Branches.at("0", branches.cursor) if branches.cursor else branches
    reachable, left = set[str](), ["0"]
    while left:
        key = left.pop()
        reachable.add(key)
        left += tree[key][:widest]
    assert sorted(met) == sorted(reachable)
    assert branches.counted == sum(len(tree[key]) for key in reachable)
    assert missing == sum(max(0, len(tree[key]) - widest) for key in reachable)
    assert requests <= len(reachable)


def test_what_was_known_before_is_not_new_and_not_counted_again() -> None:
    branches = Branches([])
    nodes = [Node("a", None, 3), Node("b", "a", 1), Node("c", "a", 0), Node("d", "b", 0)]
    piece = branches.take(Branch("a", 3, ("b",)), nodes)
    assert (piece.new, piece.missing, branches.counted, branches.todo) == ({"c"}, 1, 0, [])


def test_only_a_thread_from_its_first_post_on_is_claimed() -> None:
    branches = Branches.at("a", None)
    branches.take(branches.todo.pop(), [Node("a", None, 1), Node("b", "a", 0)])
    assert branches.claims == ()
    branches.thread, branches.quotes = "a", 2
    (claim,) = branches.claims
    assert (claim.thread, claim.posts, claim.quotes) == ("a", 1, 2)
