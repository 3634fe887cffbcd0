"""`make bench`. Ends with 1 where an aim falls short, but for those of single pages, which are told."""

import sys

from tests.bench import accountability, governance, idle, pages, support

pages.main()
sys.exit(0 if all([idle.measure(), governance.measure(), accountability.measure(), support.measure()]) else 1)
