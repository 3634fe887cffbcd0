"""What the web server loads."""

import gc

from portal.app import create_app

app = create_app()

# What the application is made of lasts as long as it does, so nobody looks through it for garbage again; and they look once
# in a page rather than every few lines of it.
gc.freeze()
gc.set_threshold(10_000)
