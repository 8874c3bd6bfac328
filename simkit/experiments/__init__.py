"""What is done with many simulated lives: conditioning, comparing, searching."""
