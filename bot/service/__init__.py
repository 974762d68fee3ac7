"""What people and time can do: one use case, one transaction."""
