"""Documents on a phone, in a real browser: a page on the wall is photographed and counts; two organisers, each on a phone
of their own, accept an agreement."""

import pytest
from playwright.sync_api import expect

from tests import make
from tests.browser import enter

pytestmark = pytest.mark.browser


def test_a_photo_of_the_page_on_the_wall_is_a_document(phone):
    enter(phone, "Marsha")
    phone.goto("/g/tuesday-kettle/say")
    phone.get_by_role("link", name="What we wrote, and agreed").tap()
    phone.get_by_role("link", name="Add a document").tap()
    phone.get_by_label("What is it called?").fill("The page on the wall")
    phone.get_by_label("What is it about?").select_option("safeguarding")
    photo = {"name": "IMG_2041.jpg", "mimeType": "image/jpeg", "buffer": make.jpeg(900, 1200, "Two of us at the door")}
    phone.get_by_label("Or a photo, a PDF or a voice note").set_input_files([photo])
    phone.get_by_role("button", name="Keep it", exact=True).tap()
    phone.get_by_role("heading", name="The page on the wall").wait_for()
    expect(phone.get_by_text("Kept. This is the version that counts.")).to_be_visible()
    picture = phone.get_by_role("img", name="A photo, its first page")
    for _ in range(40):
        if picture.count():
            break
        phone.wait_for_timeout(500)
        phone.reload()
    assert picture.evaluate("one => one.decode().then(() => one.naturalWidth)") > 0
    phone.goto("/g/tuesday-kettle/documents/")
    expect(phone.get_by_role("link", name="The page on the wall")).to_contain_text("Keeping people safe. Version 1, today")


def test_two_organisers_accept_an_agreement_each_on_their_own_phone(pages):
    rafiq, stu = enter(pages("phone"), "Rafiq"), enter(pages("phone"), "Stu")
    rafiq.goto("/g/eastmoor-dads/")
    rafiq.get_by_role("link", name="offers an agreement: Hosting agreement").tap()
    expect(rafiq.get_by_text("By our own rule it takes 2 yeses.")).to_be_visible()
    rafiq.get_by_role("button", name="Yes, I agree").tap()
    expect(rafiq.get_by_text("Said. It waits for more of us.")).to_be_visible()
    assert rafiq.get_by_role("button", name="Yes, I agree").count() == 0
    stu.goto(rafiq.url)
    expect(stu.get_by_role("listitem").filter(has_text="Rafiq")).to_contain_text("Yes, today")
    stu.get_by_role("button", name="Yes, I agree").tap()
    expect(stu.get_by_text("Said. With that, we have accepted it.")).to_be_visible()
    imani = enter(pages("laptop"), "Imani Okafor")
    imani.goto("/host/groups/eastmoor-dads/documents/")
    imani.get_by_role("link", name="Hosting agreement").click()
    imani.get_by_role("button", name="Sign it for").click()
    expect(imani.get_by_text("Signed. Both sides hold this version now.")).to_be_visible()
    rafiq.reload()
    expect(rafiq.get_by_role("heading", name="What both sides signed")).to_be_visible()
    expect(rafiq.get_by_role("listitem").filter(has_text="Imani Okafor, for")).to_contain_text("Signed, today")
