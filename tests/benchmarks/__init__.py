"""How fast the product is, as ratios side by side in one run: `python -m tests.benchmarks`."""
