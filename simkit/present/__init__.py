"""Results in words, tables, charts and files. Nothing here computes a result; it shows what an ensemble says."""
