"""What a server of processes imports last: what it holds by then is the same for all its processes, so that no collector of
garbage need look at it in each of them."""

from __future__ import annotations

import gc

gc.collect()
gc.freeze()
gc.set_threshold(50_000, 20, 20)
