"""Faults, races and clocks: what must hold in the unluckiest moment.

Each test names the row of the list of faults (R1, R2, …) that it answers.
"""
