"""The clock counts working days; months are numbered from 1 and divided into equal market ticks."""

MONTH = 21.0
"""Working days a month."""
WEEK = MONTH * 12.0 / 52.0
"""Working days a week; a year has 52 weeks and 12 months."""
TICKS = 3
"""Market ticks a month."""
TICK = MONTH / TICKS
"""Working days a tick."""
TICK_MONTHS = 1.0 / TICKS
"""A tick, in months."""
