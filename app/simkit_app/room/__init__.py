"""The training room: people on phones and laptops, one facilitator, and what happens between them.

Rooms live in one SQLite file, in which every change is a transaction, so a server may end at any moment. What a company
has been through is not kept but lived again from its decisions (`simkit.training`).
"""
