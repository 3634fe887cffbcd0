"""`make bench`. Ends with 1 where a support aim falls short."""

import sys

from tests.bench import pages, support

pages.main()
sys.exit(0 if support.measure() else 1)
