"""How fast, as ratios of two things measured in turn in one run: `python -m tests.bench [NAME]`."""
