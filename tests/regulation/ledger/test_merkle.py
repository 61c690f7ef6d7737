"""The tree against its definition, and verifiers that let nothing else through."""

import hashlib

import pytest
from hypothesis import HealthCheck, assume, given, settings
from hypothesis import strategies as st

from regulation.ledger.merkle import (
    BadProof,
    Frontier,
    consistency_proof,
    frontier_of,
    inclusion_proof,
    leaf_hash,
    node_hash,
    root_of,
    verify_consistency,
    verify_inclusion,
)

settings.register_profile("loaded", suppress_health_check=[HealthCheck.too_slow], deadline=None)
settings.load_profile("loaded")

# RFC 6962 section 2.1.3 lists no bytes; these leaves and roots are those of its reference implementation.
LEAVES = [bytes.fromhex(h) for h in ("", "00", "10", "2021", "3031", "40414243", "5051525354555657")]
LEAVES.append(bytes.fromhex("606162636465666768696a6b6c6d6e6f"))
ROOTS = [
    "6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d",
    "fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125",
    "aeb6bcfe274b70a14fb067a5e5578264db0fa9b51af5e0ba159158f329e06e77",
    "d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7",
    "4e3bbb1f7b478dcfe71fb631631519a3bca12c9aefca1612bfce4c13a86264d4",
    "76e67dadbcdf1e10e1b74ddc608abd2f98dfb16fbce75277b5232a127f2087ef",
    "ddb89be403809e325750d3d263cd78929c2942b7942a34b77e122c9594a74c8c",
    "5dc9da79a70659a9ad559cb701ded9a2ab9d823aad2f4960cfe370eff4604328",
]


def naive(leaves: list[bytes]) -> bytes:
    """The definition of RFC 9162 2.1.1, by recursion."""
    if not leaves:
        return hashlib.sha256(b"").digest()
    if len(leaves) == 1:
        return leaves[0]
    k = 1
    while k * 2 < len(leaves):
        k *= 2
    return node_hash(naive(leaves[:k]), naive(leaves[k:]))


def hashes(n: int) -> list[bytes]:
    return [leaf_hash(str(i).encode()) for i in range(n)]


def reader(leaves: list[bytes]):
    def read(level: int, index: int) -> bytes:
        part = leaves[index << level : (index + 1) << level]
        assert len(part) == 1 << level, "only complete subtrees are read"
        return naive(part)

    return read


@pytest.mark.parametrize("size", range(1, 9))
def test_the_reference_roots(size):
    assert root_of(map(leaf_hash, LEAVES[:size])).hex() == ROOTS[size - 1]


def test_the_empty_root():
    assert root_of([]) == hashlib.sha256(b"").digest()


@given(st.integers(0, 70))
def test_root_and_frontier_are_the_definitions(size):
    leaves = hashes(size)
    assert root_of(leaves) == naive(leaves)
    assert frontier_of(size, reader(leaves)).root() == naive(leaves)


@given(st.integers(1, 70))
def test_what_a_leaf_completes_is_what_the_definition_says(size):
    leaves, frontier = hashes(size), Frontier()
    for leaf in leaves:
        for level, index, (found,) in frontier.extend([leaf]):
            assert found == naive(leaves[index << level : (index + 1) << level])


@given(st.integers(1, 70), st.data())
def test_every_leaf_is_proved_and_nothing_else(size, data):
    index = data.draw(st.integers(0, size - 1))
    leaves = hashes(size)
    facts = {"leaf": leaves[index], "index": index, "size": size, "root": naive(leaves)}
    proof = inclusion_proof(index, size, reader(leaves))
    verify_inclusion(**facts, proof=proof)
    wrong = data.draw(
        st.sampled_from(["leaf", "root", "index", "size", "more", "fewer", "changed", "short", "empty"])
    )
    given_, bad = dict(facts), list(proof)
    if wrong in ("leaf", "root"):
        given_[wrong] = hashlib.sha256(facts[wrong]).digest()
    elif wrong == "index":
        given_["index"] = data.draw(st.integers(-1, size + 3))
        assume(given_["index"] != index)
    elif wrong == "size":
        given_["size"] = 0
    elif wrong == "more":
        bad.append(leaves[0])
    elif wrong in ("fewer", "changed", "short"):
        assume(bad)
        at = data.draw(st.integers(0, len(bad) - 1))
        if wrong == "fewer":
            del bad[at]
        else:
            bad[at] = bad[at][:-1] if wrong == "short" else hashlib.sha256(bad[at]).digest()
    else:
        given_["size"], given_["index"] = 0, 0
    with pytest.raises(BadProof):
        verify_inclusion(**given_, proof=bad)


@given(st.integers(1, 70), st.data())
def test_every_growth_is_proved_and_nothing_else(new, data):
    old = data.draw(st.integers(1, new))
    leaves = hashes(new)
    facts = {"old": old, "old_root": naive(leaves[:old]), "new": new, "new_root": naive(leaves)}
    proof = consistency_proof(old, new, reader(leaves))
    verify_consistency(**facts, proof=proof)
    wrong = data.draw(st.sampled_from(["old_root", "new_root", "zero", "more", "fewer", "changed"]))
    given_, bad = dict(facts), list(proof)
    if wrong in ("old_root", "new_root"):
        given_[wrong] = hashlib.sha256(facts[wrong]).digest()
    elif wrong == "zero":
        given_["old"] = 0
    elif wrong == "more":
        bad.append(leaves[0])
    else:
        assume(bad)
        at = data.draw(st.integers(0, len(bad) - 1))
        if wrong == "fewer":
            del bad[at]
        else:
            bad[at] = hashlib.sha256(bad[at]).digest()
    with pytest.raises(BadProof):
        verify_consistency(**given_, proof=bad)


@pytest.mark.parametrize(("old", "new"), [(0, 1), (2, 1), (-1, 3)])
def test_no_proof_is_made_of_what_cannot_be(old, new):
    with pytest.raises(ValueError, match="consistent"):
        consistency_proof(old, new, reader(hashes(3)))
    with pytest.raises(ValueError, match="within"):
        inclusion_proof(new, new, reader(hashes(3)))


def test_a_frontier_has_the_hashes_of_its_size():
    with pytest.raises(ValueError, match="complete"):
        Frontier(3, [b"\0" * 32])


@given(st.lists(st.integers(0, 70), max_size=6))
def test_adding_many_at_once_is_adding_one_after_another(batches):
    leaves, at, many, one = hashes(sum(batches)), 0, Frontier(), Frontier()
    for size in batches:
        batch = leaves[at : at + size]
        for level, first, row in many.extend(batch):
            assert row == [naive(leaves[n << level : n + 1 << level]) for n in range(first, first + len(row))]
        for leaf in batch:
            one.append(leaf)
        assert (many.size, many.peaks, many.root()) == (one.size, one.peaks, naive(leaves[: at + size]))
        at += size
