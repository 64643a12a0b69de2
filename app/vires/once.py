"""What is read once for each data version: a snapshot never changes, so nor does what it holds."""

from __future__ import annotations

from typing import Generic, Protocol, TypeVar


class _Versioned(Protocol):
    @property
    def data_version(self) -> str: ...


SourceT = TypeVar("SourceT", bound=_Versioned)


class Once(Generic[SourceT]):
    """A snapshot as the key of a cache: two of one data version share what was read."""

    __slots__ = ("source",)

    def __init__(self, source: SourceT) -> None:
        self.source = source

    def __hash__(self) -> int:
        return hash(self.source.data_version)

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Once) and bool(
            self.source.data_version == other.source.data_version
        )
