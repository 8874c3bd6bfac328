"""The world, one module a mechanism; ``simulation`` wires them and runs a life."""
