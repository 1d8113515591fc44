"""Measures Trellis beside a peer in the same run; a peer that disagrees on the answer fails the run."""
