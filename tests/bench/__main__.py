"""`make bench`. Ends with 1 where an aim of support, of governance or of accountability falls short."""

import sys

from tests.bench import accountability, governance, pages, support

pages.main()
sys.exit(0 if all([governance.measure(), accountability.measure(), support.measure()]) else 1)
