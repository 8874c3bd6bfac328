"""How good fits, forecasts and advice are on companies whose truth is known: ``python -m studies``."""
