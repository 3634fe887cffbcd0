"""What the web server loads."""

from portal.app import create_app

app = create_app()
