"""The container of named arrays: what goes in comes out, and damage is found."""

from __future__ import annotations

import io
import re

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp

from indexer.codec import format as fmt
from indexer.codec.container import Container, ContainerWriter
from indexer.errors import IndexCorruptError

DTYPES = st.sampled_from(["<u1", "<u2", "<u4", "<u8", "<f4", "<i8"])
ARRAYS = DTYPES.flatmap(
    lambda dtype: (
        hnp.arrays(dtype, st.integers(0, 50), elements={"allow_nan": False})
        if dtype == "<f4"
        else hnp.arrays(dtype, st.integers(0, 50))
    )
)


def written(arrays: dict[str, np.ndarray], meta: dict | None = None) -> bytes:
    file = io.BytesIO()
    writer = ContainerWriter(file)
    writer.meta = meta or {}
    for name, array in arrays.items():
        writer.add(name, array)
    writer.close()
    return file.getvalue()


SAMPLE = written({"a": np.arange(100, dtype="<u2"), "b": np.arange(3, dtype="<f4")}, {"x": 1})


@given(st.dictionaries(st.text(max_size=8), ARRAYS, max_size=6))
def test_arrays_come_back(arrays):
    container = Container(written(arrays), "test")
    assert container.names() == sorted(arrays)
    for name, array in arrays.items():
        assert container.array(name).dtype == array.dtype
        assert container.array(name).tolist() == array.tolist()
        assert container.span(name)[0] % fmt.ALIGNMENT == 0
    assert container.verify() == []


def test_streams_are_copied_whole():
    file, stream = io.BytesIO(), io.BytesIO(np.arange(1000, dtype="<u4").tobytes())
    writer = ContainerWriter(file)
    writer.add_stream("s", np.dtype("<u4"), stream)
    writer.close()
    container = Container(file.getvalue(), "test")
    assert container.array("s").tolist() == list(range(1000))
    assert container.verify() == []


def test_a_name_is_used_once():
    writer = ContainerWriter(io.BytesIO())
    writer.add("a", np.zeros(1))
    with pytest.raises(ValueError, match="twice"):
        writer.add("a", np.zeros(1))


@pytest.mark.parametrize("length", range(0, len(SAMPLE), 7))
def test_every_truncation_is_refused(length):
    with pytest.raises(IndexCorruptError):
        Container(SAMPLE[:length], "test")


@pytest.mark.parametrize("place", range(len(SAMPLE)))
def test_every_bit_flip_is_found(place):
    damaged = bytearray(SAMPLE)
    damaged[place] ^= 1 << (place % 8)
    try:
        problems = Container(bytes(damaged), "test").verify()
    except IndexCorruptError:
        return
    assert problems


def test_the_example_of_the_specification():
    lines = re.findall(r"^ +(\d+)  ((?:[0-9a-f]{2} ?)+)", fmt.__doc__, re.MULTILINE)
    told = bytearray(229)
    for offset, line in lines:
        data = bytes.fromhex(line)
        told[int(offset) : int(offset) + len(data)] = data
    assert len(lines) == 9
    assert bytes(told) == written({"f/t/docs": np.array([0, 1, 1], "<u2")}, {"documents": 2})


def test_another_version_is_named():
    other = bytearray(SAMPLE)
    other[8] = 99
    with pytest.raises(IndexCorruptError, match="version 99"):
        Container(bytes(other), "test")


def test_trailing_bytes_are_refused():
    with pytest.raises(IndexCorruptError):
        Container(SAMPLE + b"\0" * 64, "test")
