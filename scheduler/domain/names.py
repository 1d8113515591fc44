"""Many ids in one text: a process keeps thousands of them, and an object for each would be most of what it keeps."""

from __future__ import annotations

from array import array
from collections.abc import Iterable, Iterator, Set
from dataclasses import dataclass, field
from itertools import accumulate


@dataclass(frozen=True, slots=True, eq=False)
class Names:
    """Ids by number, from 0: those of `text`, each ending where `ends` says, and then those of `added`.

    It is never changed: one with more ids shares the text.
    """

    text: str = ""
    ends: array[int] = field(default_factory=lambda: array("I"))
    added: tuple[str, ...] = ()

    @classmethod
    def of(cls, names: Iterable[str]) -> Names:
        """Put ids together in the order given."""
        listed = tuple(names)
        return cls("".join(listed), array("I", accumulate(map(len, listed))))

    def with_one(self, name: str) -> Names:
        """Return these ids and one more at the end."""
        return Names(self.text, self.ends, (*self.added, name))

    def numbers_of(self, names: Set[str]) -> frozenset[int]:
        """Return the numbers of those that are among these ids."""
        return frozenset(number for number, name in enumerate(self) if name in names)

    def __getitem__(self, number: int) -> str:
        packed = len(self.ends)
        if number >= packed:
            return self.added[number - packed]
        return self.text[self.ends[number - 1] if number else 0 : self.ends[number]]

    def __len__(self) -> int:
        return len(self.ends) + len(self.added)

    def __iter__(self) -> Iterator[str]:
        begin = 0
        for end in self.ends:
            yield self.text[begin:end]
            begin = end
        yield from self.added
