"""With this folder on PYTHONPATH, Python is as on a machine whose only SQLite can lose what is in a write-ahead log."""

import sqlite3
import sys

sys.modules["pysqlite3"] = None
sqlite3.sqlite_version_info = (3, 40, 1)
