"""A group's papers on a phone, with and without script: find a statement, say something to a funder, take both along."""

import pytest

from tests.browser import enter
from tests.papers import reading

pytestmark = pytest.mark.browser


@pytest.mark.parametrize("script", [True, False])
def test_from_our_money_to_a_statement_and_a_report_to_keep(pages, tmp_path, script):
    phone = enter(pages("phone", java_script_enabled=script), "Celestine")
    phone.goto("/g/long-table/money/")
    phone.get_by_role("link", name="Papers").click()
    phone.get_by_label("Over which time?").select_option(label="Everything so far")
    phone.get_by_role("button", name="Show it").click()
    phone.get_by_role("heading", name="Gather Well grant").wait_for()
    assert "£6,120.00" in phone.get_by_role("row", name="Spent").inner_text()
    for kind in ("PDF", "Spreadsheet", "CSV"):
        with phone.expect_download() as taken:
            phone.get_by_role("link", name=kind).click()
        taken.value.save_as(tmp_path / kind)
    assert reading.pdf_sum((tmp_path / "PDF").read_bytes(), "Free now") == 2005_00
    assert reading.xlsx_sums((tmp_path / "Spreadsheet").read_bytes())["Free now"] == 2005_00
    assert reading.csv_sums((tmp_path / "CSV").read_bytes())["Free now"] == 2005_00
    phone.get_by_role("link", name="The report for Gather Well").click()
    phone.get_by_label("Write, or change what is there").fill(f"We cooked. {script}")
    phone.get_by_role("button", name="Keep them here").click()
    phone.get_by_text("It goes to nobody until one of us agrees.").wait_for()
    phone.get_by_role("button", name="Yes, these words go with it").click()
    phone.get_by_text("Our words go with the report.").wait_for()
    with phone.expect_download() as taken:
        phone.get_by_role("link", name="PDF").click()
    assert taken.value.suggested_filename == "report-all.pdf"
    taken.value.save_as(tmp_path / "report")
    assert f"We cooked. {script}" in reading.pdf_text((tmp_path / "report").read_bytes())
    assert phone.evaluate("document.documentElement.scrollWidth <= innerWidth") if script else True
