"""The pages: what one types and reads, what stays hidden, who says yes; the page behind a link; what finance sees."""

import re

import pytest
import sqlalchemy as sa
import time_machine

from portal.activity.models import Entry
from portal.core import clock
from portal.core.db import db
from portal.payees import actions, details, links
from portal.payees.models import LINK_LASTS, Payee, PayeeDetails, PayeeLink
from portal.people.roles import Role
from tests import make
from tests.client import Client, words

OURS, HOSTS = "/g/tuesday-kettle/money/payees", "/host/groups/tuesday-kettle/payees"
GOOD = {"sort_code": "08-99-99", "account": "6637 4958", "roll": ""}
OTHER = {"sort_code": "202959", "account": "63748472", "roll": ""}
JUNE = {"who": "person", "name": "June Ashby", "email": "june@example.org", "how": "now"}


@pytest.fixture
def marsha(app, kettle) -> Client:
    return Client(app).as_(make.person("Marsha"))


@pytest.fixture
def glyn(app) -> Client:
    return Client(app).as_(make.staff("Glyn", Role.FINANCE))


def only(model):
    db.session.expire_all()
    return db.session.scalars(sa.select(model)).one()


def add(browser, **boxes):
    return browser.post(f"{OURS}/", data=JUNE | GOOD | boxes)


def test_after_saving_only_the_last_digits_are_shown(marsha, glyn):
    answer = add(marsha)
    shown = marsha.get(answer.headers["Location"])
    assert "Account ending 4958" in words(shown)
    for path in (shown.request.path, f"{OURS}/", f"{OURS}/{only(Payee).id}/change", "/g/tuesday-kettle/log/"):
        assert not re.search("6637|08-?99-?99", marsha.get(path).text), path
    assert not re.search("6637|08-?99-?99", glyn.get(f"{HOSTS}/").text)


@pytest.mark.parametrize(
    ("boxes", "says"),
    [
        ({"name": ""}, "Write the name as the bank has it."),
        ({"name": "n" * 71}, "Keep it under 70 letters."),
        ({"email": ""}, "Write an address. We write there if the account ever changes."),
        ({"email": "june"}, "Write the whole address"),
        ({"sort_code": "O8-99-99"}, "A sort code has digits only, like 04-00-04."),
        ({"sort_code": "08-99"}, "A sort code has six digits. This has 4."),
        ({"account": "12345"}, "An account number has 6 to 8 digits. This has 5."),
        ({"account": "six"}, "An account number has digits only, like 00012345."),
        ({"roll": "none"}, "A roll number has digits, and maybe letters, dashes and slashes, like D/12345-6."),
        ({"who": "the moon"}, "Pick one of these."),
    ],
)
@pytest.mark.parametrize("dialect", ["sqlite"])
def test_what_doesnt_fit_gets_its_sentence_and_stays_as_typed(marsha, boxes, says):
    answer = add(marsha, **boxes)
    assert answer.status_code == 422
    assert says in words(answer)
    for typed in (JUNE | GOOD | boxes).values():
        if typed not in {"the moon"}:
            assert f'value="{typed}"' in answer.text
    assert db.session.scalar(sa.select(sa.func.count()).select_from(Payee)) == 0


def test_what_is_wrong_with_all_three_is_said_of_all_three(marsha):
    text = words(add(marsha, sort_code="", account="x", roll="x"))
    assert all(
        part in text for part in ("Write the sort code.", "has digits only, like 00012345", "A roll number has digits")
    )


def test_a_doubt_is_said_once_and_what_was_typed_is_kept_as_typed(marsha):
    first = add(marsha, account="66374959")
    assert first.status_code == 422
    says = "We couldn’t match this account number to the sort code. Check it once more; we keep it as you typed it."
    assert says in words(first)
    sure = re.search(r'name="sure" value="(\w+)"', first.text)[1]
    assert len(sure) == 16
    other = add(marsha, account="66374950", sure=sure)  # another slip: another look
    assert other.status_code == 422
    kept = add(marsha, account="66374959", sure=sure)
    assert kept.status_code == 303
    assert only(PayeeDetails).tail == "4959"
    assert "don’t seem to belong together" in words(marsha.get(kept.headers["Location"]))


def test_a_sort_code_in_no_list_is_no_reason_to_ask_again(marsha):
    kept = add(marsha, sort_code="000000", account="12345678")
    assert kept.status_code == 303
    assert "could not be checked" in words(marsha.get(kept.headers["Location"]))


def test_with_a_link_the_account_stays_empty_and_one_page_says_whom_it_goes_to(app, marsha, kettle):
    gone = add(marsha, how="link", sort_code="", account="", roll="")
    page = words(marsha.get(gone.headers["Location"]))
    assert "No account yet." in page
    assert "Sent to june@example.org, today. It works once" in page
    token = links.token(only(PayeeLink))
    june = Client(app)
    opened = june.get(f"/details/{token}")
    assert "Only finance at Hearthrow Commons sees all of it" in words(opened)
    assert "The group sees the last 4 digits" in words(opened)
    for secret in ("Marsha", "Joe", "june@example.org"):  # of the group only its name
        assert secret not in opened.text
    assert only(PayeeLink).used_at is None  # a scanner opens every link
    assert june.post(f"/details/{token}", data={}).status_code == 422  # and presses every button
    wrong = june.post(f"/details/{token}", data=GOOD | {"account": "12"})
    assert "This has 2." in words(wrong)
    assert 'value="12"' in wrong.text
    done = june.post(f"/details/{token}", data=GOOD)
    assert (done.status_code, done.headers["Location"]) == (303, f"/details/{token}")
    after = words(june.get(f"/details/{token}"))
    assert "Thank you. That’s all." in after
    assert "This link has done its work" in after
    second = june.post(f"/details/{token}", data=OTHER)
    assert second.status_code == 422
    assert "This link has done its work" in words(second)
    assert only(PayeeDetails).tail == "4958"
    assert "Someone with our link gave where they’re paid" in words(marsha.get("/g/tuesday-kettle/log/"))


def test_the_page_behind_a_link_is_the_same_for_someone_signed_in_and_never_acts_as_them(app, marsha):
    add(marsha, how="link")
    token = links.token(only(PayeeLink))
    assert marsha.post(f"/details/{token}", data=GOOD).status_code == 303
    assert only(PayeeDetails).made_by is None


def test_a_link_that_was_never_sent_is_a_page_that_isnt_there(app):
    assert Client(app).get("/details/nothing").status_code == 404
    assert Client(app).post("/details/nothing", data=GOOD).status_code == 404


def test_another_account_waits_where_everyone_sees_it_and_at_home_for_the_second_person(app, marsha):
    add(marsha)
    payee = only(Payee).id
    made = marsha.post(f"{OURS}/{payee}/details", data=OTHER)
    assert made.status_code == 303
    page = words(marsha.get(f"{OURS}/{payee}"))
    assert "Another account, ending 8472 It waits for another organiser to say yes, and holds from" in page
    assert "Yes, it’s right" not in page
    joe = Client(app).as_(make.person("Joe"))
    assert "ending 8472, waits for another organiser" in words(joe.get(f"{OURS}/"))
    home = "/g/tuesday-kettle/"
    assert "Another account for June Ashby Given by Marsha." in words(joe.get(home))
    assert "Another account for" not in words(marsha.get(home))
    row = db.session.scalar(sa.select(sa.func.max(PayeeDetails.id)))
    assert "Yes, it’s right" in words(joe.get(f"{OURS}/{payee}"))
    assert joe.post(f"{OURS}/changes/{row}/yes").status_code == 303
    assert "agreed, holds from" in words(joe.get(f"{OURS}/"))
    assert "Another account for" not in words(joe.get(home))
    assert joe.post(f"{OURS}/changes/{row}/stop").status_code == 303
    assert "Account ending 4958" in words(joe.get(f"{OURS}/{payee}"))
    assert "stopped by Joe" in words(joe.get(f"{OURS}/{payee}"))


def test_finance_sees_the_whole_number_one_at_a_time_and_the_group_sees_each_look(marsha, glyn):
    add(marsha, account="00374958", sort_code="000000")
    row = only(PayeeDetails).id
    shown = words(glyn.get(f"{HOSTS}/details/{row}"))
    assert "00-00-00" in shown
    assert "00374958" in shown
    assert "Glyn looked at an account number" in words(marsha.get("/g/tuesday-kettle/log/"))


def test_a_look_and_a_change_ask_for_a_fresh_proof_first(app, marsha):
    add(marsha)
    tired = Client(app).as_(make.staff("Glyn", Role.FINANCE), proved=False)
    row = only(PayeeDetails).id
    for browser, path in (
        (tired, f"{HOSTS}/details/{row}"),
        (Client(app).as_(make.person("Joe"), proved=False), f"{OURS}/new"),
        (Client(app).as_(make.person("Joe"), proved=False), f"{OURS}/{only(Payee).id}/change"),
    ):
        assert browser.get(path).headers["Location"].startswith("/sign-in/again"), path
    assert "looked at" not in words(marsha.get("/g/tuesday-kettle/log/"))


def test_finance_finds_what_waits_for_it_in_any_group_and_only_that(app, marsha, glyn, walkers):
    add(marsha)
    sam = make.actor(make.person("Sam"))
    old, new = details.of("107999", "88837491"), details.of("202959", "63748472")
    payee = actions.add(sam, walkers, who="business", name="Dale Minibus", email="d@example.org", details=old)
    assert "None waits." in words(glyn.get("/host/payees/"))
    row = actions.change_details(sam, walkers, payee.id, details=new)
    june = db.session.scalar(sa.select(sa.func.min(Payee.id)))
    assert marsha.post(f"{OURS}/{june}/details", data=OTHER).status_code == 303
    listed = words(glyn.get("/host/payees/"))
    assert "Dale Minibus Hillfoot Walkers, account ending 8472" in listed
    assert "June" not in listed
    page = words(glyn.get("/host/groups/hillfoot-walkers/payees/"))
    assert "We checked: yes , Dale Minibus" in page
    assert "We checked" not in words(glyn.get(f"{HOSTS}/"))
    assert glyn.post(f"/host/groups/hillfoot-walkers/payees/details/{row.id}/yes").status_code == 303
    assert "None waits." in words(glyn.get("/host/payees/"))


def test_a_long_list_is_a_page_at_a_time(app, marsha, kettle):
    me = make.actor(make.person("Marsha"))
    for n in range(45):
        facts = {"who": "business", "name": f"Shop {n}", "email": "s@example.org"}
        actions.add(me, kettle, **facts, details=details.of("107999", "88837491"))
    seen, path = [], f"{OURS}/"
    while path:
        text = marsha.get(path).text
        seen.append(len(re.findall(rf'class="item" href="{OURS}/\d+"', text)))
        more = re.search(rf'href="({OURS}/\?before=\d+)"', text)
        path = more[1] if more else ""
    assert seen == [20, 20, 5]


def test_titles_say_nothing_of_whom_or_where(app, marsha, glyn):
    add(marsha, how="link")
    payee, token = only(Payee).id, links.token(only(PayeeLink))
    for browser, path in (
        (marsha, f"{OURS}/{payee}"),
        (marsha, f"{OURS}/{payee}/change"),
        (Client(app), f"/details/{token}"),
    ):
        title = re.search(r"<title>(.*?)</title>", browser.get(path).text)[1]
        assert not re.search("June|Kettle|account ending", title), title


def test_a_link_runs_out_by_the_clock_and_no_job(app, marsha):
    add(marsha, how="link")
    token = links.token(only(PayeeLink))
    with time_machine.travel(clock.now() + LINK_LASTS):
        assert "done its work" in words(Client(app).get(f"/details/{token}"))


def test_what_the_log_shows_of_a_yes_is_when_and_by_whom_and_no_more(app, marsha):
    add(marsha)
    marsha.post(f"{OURS}/{only(Payee).id}/details", data=OTHER)
    joe = Client(app).as_(make.person("Joe"))
    joe.post(f"{OURS}/changes/{db.session.scalar(sa.select(sa.func.max(PayeeDetails.id)))}/yes")
    entry = db.session.scalar(sa.select(Entry.id).where(Entry.action == "payees.second"))
    page = marsha.get(f"/g/tuesday-kettle/changes/{entry}")
    assert page.status_code == 200
    assert not re.search("gAAAA|8472", page.text)  # neither what is sealed nor its tail


def test_others_hear_that_there_is_news_and_the_host_stopping_a_change_is_news_too(app, marsha, glyn):
    from portal.core.jobs import Job

    add(marsha)
    marsha.post(f"{OURS}/{only(Payee).id}/details", data=OTHER)
    glyn.post(f"{HOSTS}/details/{db.session.scalar(sa.select(sa.func.max(PayeeDetails.id)))}/stop")
    told = [job.arguments["without"] for job in db.session.scalars(sa.select(Job).where(Job.name == "notices.news"))]
    assert told == [make.person("Marsha").id, make.person("Glyn").id]


def test_a_helper_is_shown_no_way_to_what_only_organisers_see(app, marsha):
    bernie = Client(app).as_(make.person("Bernie"))
    for path in ("/g/tuesday-kettle/money/", "/g/tuesday-kettle/money/ask"):
        assert f'href="{OURS}/"' not in bernie.get(path).text
        assert f'href="{OURS}/"' in marsha.get(path).text
    assert bernie.get(f"{OURS}/").status_code == 404
