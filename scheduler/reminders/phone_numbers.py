"""Phone numbers as text messages are sent to, as the domain reads them."""

from __future__ import annotations

from scheduler.domain.addresses import text_number as text_number
