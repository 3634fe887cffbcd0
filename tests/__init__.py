"""The proof. `conftest.py` gives every test its own database, on SQLite and on PostgreSQL; `make.py` lays rows in it."""
