"""A campaign of faults against the unmodified `aftercare run`, and a ledger of its promises."""
