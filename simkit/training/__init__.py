"""A room of people who expect, decide and compare: what a session on expectation management computes.

Nothing here knows of rooms, browsers or votes. A company is a scenario and one life of it; what a room sees of it is
lived again whenever it is asked for, so only decisions have to be kept.
"""
