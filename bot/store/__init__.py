"""What is kept: SQL in, dataclasses out. SQLite by default, PostgreSQL for several processes."""
