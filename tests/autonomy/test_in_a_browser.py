"""Our say on a phone, and staff at the wall on a laptop, in a real browser."""

import pytest

from tests.browser import enter
from tests.server import running

pytestmark = pytest.mark.browser


def staff_relabels(laptop, number: int, label: str) -> None:
    """Finance types another label on the desk and saves it."""
    enter(laptop, "Glyn Parry")
    laptop.goto(f"/host/receipts/{number}")
    box = laptop.locator("input[name=label]")
    if not box.is_visible():
        laptop.locator("details:has(input[name=label]) summary").click()
    box.fill(label)
    box.press("Enter")
    laptop.wait_for_load_state("networkidle")


def test_tighter_is_a_choice_and_one_tap(phone):
    enter(phone, "Stu")
    phone.goto("/g/eastmoor-dads/say")
    phone.get_by_role("link", name="Our budget").click()
    phone.get_by_text("Only us", exact=True).click()
    phone.get_by_role("button", name="Set it").click()
    phone.get_by_text("Done. It holds from now.").wait_for()
    assert phone.get_by_role("link", name="Our budget").inner_text().endswith("Only us")


def test_looser_waits_for_a_second_organiser_and_48_hours(pages):
    rafiq, stu = enter(pages("phone"), "Rafiq"), enter(pages("phone"), "Stu")
    rafiq.goto("/g/eastmoor-dads/say/documents")
    rafiq.get_by_text("Tell us, we can undo", exact=True).click()
    rafiq.get_by_role("button", name="Set it").click()
    rafiq.get_by_text("It stays as it was until another organiser agrees").wait_for()
    stu.goto("/g/eastmoor-dads/say")
    card = stu.locator("section.card").filter(has_text="Our documents")
    card.get_by_role("button", name="Yes, agree").click()
    stu.get_by_text("Agreed. It holds in 48 hours").wait_for()
    assert stu.get_by_role("link", name="Our documents").inner_text().endswith("Ask us first")
    stu.locator("section.card").filter(has_text="Our documents").get_by_role("button", name="Stop it").click()
    stu.get_by_text("Stopped. It stays as it was.").wait_for()


def test_looser_holds_once_two_agreed_and_48_hours_went_by(pages, tmp_path):
    """With the clock of a portal of its own moved on."""
    with running(tmp_path / "demo") as server:
        rafiq, stu = pages("phone", base_url=server.url), pages("phone", base_url=server.url)
        enter(rafiq, "Rafiq").goto("/g/eastmoor-dads/say/documents")
        rafiq.get_by_text("Tell us, we can undo", exact=True).click()
        rafiq.get_by_role("button", name="Set it").click()
        rafiq.get_by_text("It stays as it was until another organiser agrees").wait_for()
        enter(stu, "Stu").goto("/g/eastmoor-dads/say")
        stu.locator("section.card").filter(has_text="Our documents").get_by_role("button", name="Yes, agree").click()
        stu.get_by_text("Agreed. It holds in 48 hours").wait_for()
        for hours, level in ((47, "Ask us first"), (49, "Tell us, we can undo")):
            server.move_clock(hours)
            stu.context.clear_cookies()
            enter(stu, "Stu").goto("/g/eastmoor-dads/say")
            assert stu.get_by_role("link", name="Our documents").inner_text().endswith(level)


@pytest.mark.parametrize(("answer", "becomes"), [("Yes", "kiln"), ("No, leave it", ""), ("Yes, like this", "our kiln")])
def test_a_proposal_is_answered_yes_no_or_in_our_own_words(pages, answer, becomes):
    laptop, phone = pages("laptop"), pages("phone")
    staff_relabels(laptop, 112, "kiln" if answer != "No, leave it" else "oven")
    laptop.get_by_text("We’ve asked the group").wait_for()
    enter(phone, "Hana")
    phone.goto("/g/makers-moving-on/")
    phone.get_by_role("link", name="Take a look").last.click()
    if answer == "Yes, like this":
        phone.get_by_text("Change it, and agree").click()
        phone.locator("input[name=to-label]").fill("our kiln")
    phone.get_by_role("button", name=answer, exact=True).click()
    phone.get_by_text("Everything stays as it is." if not becomes else "It’s done.").wait_for()
    phone.goto("/g/makers-moving-on/receipts/112")
    label = phone.locator("input[name=label]").first.input_value()
    assert label == becomes if becomes else label != "oven"


def test_an_undo_is_two_taps_from_the_notice(pages):
    laptop, phone = pages("laptop"), pages("phone")
    staff_relabels(laptop, 107, "the bus")
    enter(phone, "Sam")
    phone.goto("/g/hillfoot-walkers/")
    phone.get_by_role("link", name="See it, or undo").first.click()
    phone.get_by_role("button", name="Put it back how it was").click()
    phone.get_by_text("Put back, exactly as it was.").wait_for()


def test_resting_takes_three_taps_from_our_say(phone):
    enter(phone, "Ade")
    phone.goto("/g/nightshift-poets/say")
    phone.get_by_role("link", name="We need a rest").click()
    phone.get_by_role("button", name="Start resting").click()
    phone.get_by_text("It’s quiet now. Rest well.").wait_for()
    phone.get_by_role("button", name="We’re back").click()
    phone.get_by_text("Welcome back.").wait_for()


def test_staff_at_the_wall_use_a_legal_duty_with_a_second_person_and_the_group_reads_it(pages):
    laptop, second, phone = pages("laptop"), pages("laptop"), pages("phone")
    enter(laptop, "Imani Okafor")
    laptop.goto("/host/groups/long-table")
    laptop.get_by_role("link", name="Use a legal duty").click()
    laptop.get_by_text("The law, a court").click()
    laptop.get_by_label("Why will nothing less do?").fill("The tax office asks for it by Friday.")
    laptop.get_by_text("Look at it", exact=True).click()
    laptop.get_by_label("With what, exactly?").fill("R106")
    laptop.get_by_role("button", name="Ask for it").click()
    laptop.get_by_text("Asked. Nothing happens yet.").wait_for()
    where = laptop.url
    assert laptop.get_by_role("heading", name="What it covers").count() == 0
    enter(second, "Beatrix Lund")
    second.goto("/host/duties/")
    second.get_by_role("link", name="The Long Table").click()
    second.get_by_role("button", name="Allow it", exact=True).click()
    second.get_by_text("Allowed. It ends by itself.").wait_for()
    laptop.goto(where)
    laptop.get_by_role("link", name="R106").click()
    laptop.get_by_text("That you looked is in the group’s log.").wait_for()
    enter(phone, "Celestine")
    phone.goto("/g/long-table/")
    phone.get_by_role("link", name="used a legal duty").click()
    phone.get_by_text("The tax office asks for it by Friday.").wait_for()
    phone.get_by_label("Our words on this").fill("Please ask us next time.")
    phone.get_by_role("button", name="Keep our words").click()
    phone.get_by_text("Your words stand beside it.").wait_for()
    phone.goto("/g/long-table/log/")
    phone.get_by_text("Imani looked at something under a legal duty").wait_for()


def test_an_edit_begun_before_the_group_tightened_meets_the_wall_and_stands_in_the_log(pages, tmp_path):
    with running(tmp_path / "demo") as server:
        laptop, phone = pages("laptop", base_url=server.url), pages("phone", base_url=server.url)
        enter(laptop, "Glyn Parry").goto("/host/receipts/107")
        box = laptop.locator("input[name=label]")
        if not box.is_visible():
            laptop.locator("details:has(input[name=label]) summary").click()
        enter(phone, "Sam").goto("/g/hillfoot-walkers/say/receipts")
        phone.get_by_text("Only us", exact=True).click()
        phone.get_by_role("button", name="Set it").click()
        phone.get_by_text("Done. It holds from now.").wait_for()
        box.fill("the bus")
        laptop.get_by_role("button", name="Save", exact=True).click()
        laptop.get_by_role("heading", name="The group keeps this one").wait_for()
        phone.goto("/g/hillfoot-walkers/log/")
        phone.get_by_text("Glyn tried, and was refused: “changed the words on a receipt”").wait_for()
        phone.goto("/g/hillfoot-walkers/receipts/107")
        assert phone.locator("input[name=label]").first.input_value() == "minibus"


def test_without_script_a_group_tightens_says_yes_undoes_and_rests(pages, tmp_path):
    with running(tmp_path / "demo") as server:
        for number, label in ((112, "kiln day"), (107, "the bus")):
            laptop = pages("laptop", base_url=server.url)
            staff_relabels(laptop, number, label)

        def plain(name: str):
            return enter(pages("phone", base_url=server.url, java_script_enabled=False), name)

        stu, hana, sam = plain("Stu"), plain("Hana"), plain("Sam")
        stu.goto("/g/eastmoor-dads/say/budget")
        stu.get_by_text("Only us", exact=True).click()
        stu.get_by_role("button", name="Set it").click()
        stu.get_by_text("Done. It holds from now.").wait_for()
        hana.goto("/g/makers-moving-on/")
        hana.get_by_role("link", name="Take a look").last.click()
        hana.get_by_role("button", name="Yes", exact=True).click()
        hana.get_by_text("Yes. It’s done.").wait_for()
        sam.goto("/g/hillfoot-walkers/")
        sam.get_by_role("link", name="See it, or undo").first.click()
        sam.get_by_role("button", name="Put it back how it was").click()
        sam.get_by_text("Put back, exactly as it was.").wait_for()
        stu.goto("/g/eastmoor-dads/rest")
        stu.get_by_role("button", name="Start resting").click()
        stu.get_by_text("It’s quiet now. Rest well.").wait_for()
