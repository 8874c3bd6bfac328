"""How fast and how large simkit is, in units that hold on any machine, beside other simulators."""
