"""The README's pictures, made from the running demo: `make screenshots`."""

import shutil
import tempfile
from pathlib import Path

from playwright.sync_api import sync_playwright

from tests.browser import QUIET
from tests.server import running

PICTURES = Path(__file__).parent.parent / "docs" / "pictures"


def main() -> None:
    PICTURES.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory() as folder, running(Path(folder)) as server, sync_playwright() as play:
        browser = play.chromium.launch(executable_path=shutil.which("chromium"), args=QUIET)
        phone = browser.new_page(viewport={"width": 390, "height": 844}, device_scale_factor=1.5, locale="en-GB")
        phone.goto(f"{server.url}/sign-in")
        phone.get_by_role("button", name="Marsha").click()
        phone.screenshot(path=PICTURES / "phone.png")
        phone.get_by_role("link", name="Our say", exact=True).click()
        phone.get_by_role("link", name="How we run").click()
        phone.get_by_role("heading", name="How we run").wait_for()
        phone.screenshot(path=PICTURES / "how-we-run.png")
        for name, who, opens in (("laptop", "Glyn Parry", "compost"), ("requests", "Imani Okafor", "insurance by the end")):
            laptop = browser.new_page(viewport={"width": 1280, "height": 800}, locale="en-GB")
            laptop.goto(f"{server.url}/sign-in")
            laptop.get_by_role("button", name=who).click()
            laptop.get_by_role("link", name=opens).click()
            laptop.wait_for_load_state("networkidle")
            laptop.screenshot(path=PICTURES / f"{name}.png")
        browser.close()


if __name__ == "__main__":
    main()
