"""How a clinic has done over a stretch of time: figures from what is kept, each with how it is counted."""
