"""The behaviours that a sound model shows (B1-B11): what each is, its band, and what is measured.

One function measures one figure from a seed. The tests hold each against its band; ``python -m benchmarks.behaviours``
prints them all.
"""
