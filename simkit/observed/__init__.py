"""What a company has seen so far: months of leads, customers or money, in the one form that every import has.

Nothing is guessed: a month that was not counted is declared as such, by a row with an empty value, and everything
else that is missing or odd is an error that names the file, the row and the column.
"""

from __future__ import annotations

from simkit.observed.csv_files import csv_text
from simkit.observed.loading import load_observed, table_columns, table_sheets
from simkit.observed.series import METRICS, MONEY, ORIGINS, OTHER, TOTAL, Observation, Observed

__all__ = [
    "METRICS",
    "MONEY",
    "ORIGINS",
    "OTHER",
    "TOTAL",
    "Observation",
    "Observed",
    "csv_text",
    "load_observed",
    "table_columns",
    "table_sheets",
]
