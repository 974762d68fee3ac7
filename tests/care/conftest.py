from __future__ import annotations

from hypothesis import settings

# A busy machine is not a slow function: what must be fast is timed in a test of its own.
settings.register_profile("unhurried", deadline=None)
settings.load_profile("unhurried")
