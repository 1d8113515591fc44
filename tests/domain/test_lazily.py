"""What is worked out lazily is worked out once for each object."""

from __future__ import annotations

from dataclasses import dataclass, field

from scheduler.domain.lazily import lazily


@dataclass(frozen=True)
class _Sum:
    terms: tuple[int, ...]
    asked: list[str] = field(default_factory=list)

    @lazily
    def total(self) -> int:
        """All of them together."""
        self.asked.append("total")
        return sum(self.terms)


def test_it_is_worked_out_when_first_asked_for_and_then_kept() -> None:
    one, other = _Sum((1, 2)), _Sum((3,))
    assert not one.asked
    assert (one.total, one.total, other.total) == (3, 3, 3)
    assert one.asked == other.asked == ["total"]


def test_it_is_described_where_it_is_declared() -> None:
    assert isinstance(_Sum.total, lazily)
    assert _Sum.total.__doc__ == "All of them together."
