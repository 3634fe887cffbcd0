"""Who sees us over the pages: the group's, the host's, and what anyone outside gets; on both databases."""

import re
from datetime import timedelta

import pytest
import sqlalchemy as sa

from portal.autonomy.areas import Area, Level
from portal.autonomy.door import Proposed
from portal.breakglass import actions as duties
from portal.core import clock
from portal.core.db import db
from portal.core.guard import SAFE
from portal.core.marks import mark
from portal.people.models import Membership
from portal.people.reach import Side, rule_of
from portal.people.roles import Role
from portal.sharing import actions, queries
from portal.sharing.models import USUAL_MONTHS, months_on
from tests import make
from tests.client import Client, words
from tests.sharing.conftest import SUMMARY, WORDS, path, share

OURS, HOSTS = "/g/tuesday-kettle/who-sees-us", "/host/groups/tuesday-kettle/shares"
FORM = {"words": WORDS, "audience": "someone we name", "who": "Ashbrook Council", "purpose": "the room"}


@pytest.fixture
def group(app, marsha):
    """Marsha's browser."""
    return Client(app).as_(make.person("Marsha"))


@pytest.fixture
def desk(app, imani):
    """Imani's browser."""
    return Client(app).as_(make.person("Imani Okafor"))


def plain(answer) -> str:
    """A page without what is the request's own: its number, the key of a form."""
    return re.sub(r'name="key" value="\w+"', "KEY", answer.text.replace(answer.headers["X-Request-Id"], "REF"))


def public_part(text: str) -> str:
    """A public page without the strip that only the group sees, and without what a form makes by chance."""
    text = re.sub(r'<aside.*?</aside>|name="key" value="\w+"', "", text, flags=re.DOTALL)
    return re.sub(r"\s*\n\s*", "\n", text)


def test_nobody_sees_a_new_group(group):
    page = words(group.get(f"{OURS}/"))
    assert "Nobody beyond us and Hearthrow Commons’s staff doing their job sees us." in page
    assert "Whoever looks for us finds nothing." in page


def test_a_share_from_the_form_to_an_outsider_and_back(app, group):
    wrong = group.post(f"{OURS}/new", data=FORM | {"who": "", "until_on": "2090-01-01"})
    assert (wrong.status_code, "Write who it is for" in words(wrong), WORDS.split("\n")[0] in wrong.text) == (
        422,
        True,
        True,
    )
    far = group.post(f"{OURS}/new", data=FORM | {"until_on": "2090-01-01"})
    assert (far.status_code, "12 months ahead at most" in words(far)) == (422, True)
    looked = group.post(f"{OURS}/new", data=FORM | {"send": "look"})
    assert (looked.status_code, queries.ours(1)) == (200, [])
    changed = group.post(f"{OURS}/new", data=FORM | {"send": "change"})
    assert "Ashbrook Council" in changed.text
    assert group.post(f"{OURS}/new", data=FORM).status_code == 303
    (line,) = queries.ours(1)
    assert line.share.until_on == months_on(clock.today(), USUAL_MONTHS)
    mine = words(group.get(f"{OURS}/"))
    assert "for Ashbrook Council: the room. Shared by Marsha today. It vanishes at the end of" in mine
    seen = Client(app).get(path(line.share))
    assert (seen.status_code, "A warm room on Tuesdays." in words(seen)) == (200, True)
    own = group.get(f"{OURS}/{line.share.id}")
    assert "Only we see this strip" in words(own)
    assert public_part(own.text) == public_part(looked.text) == public_part(seen.text)
    assert group.post(f"{OURS}/{line.share.id}/withdrawal").status_code == 303
    assert Client(app).get(path(line.share)).status_code == 404
    assert "Withdrawn today." in words(group.get(f"{OURS}/?ended=1"))


def test_a_public_share_is_previewed_exactly_too(app, group, kettle, marsha):
    actions.take_enquiries(marsha, kettle, wanted=True)
    looked = group.post(f"{OURS}/new", data=FORM | {"audience": "anyone", "send": "look"})
    group.post(f"{OURS}/new", data=FORM | {"audience": "anyone"})
    (line,) = queries.ours(kettle.id)
    seen, own = Client(app).get(path(line.share)), group.get(f"{OURS}/{line.share.id}")
    asked, shut = '<fieldset class="flow gap5">', '<fieldset class="flow gap5" disabled>'  # here, nothing can be sent
    as_seen = public_part(seen.text).replace(asked, shut)
    assert asked in seen.text
    assert public_part(own.text) == as_seen
    assert public_part(looked.text).replace("/groups/-/", f"/groups/{line.share.token}/") == as_seen


def test_public_pages_are_plain_words_without_script_cookies_or_a_copy_kept(app, group, kettle, marsha):
    actions.take_enquiries(marsha, kettle, wanted=True)
    one, other = share(marsha, kettle), share(marsha, kettle, audience="anyone")
    for address in (path(one), path(other), "/groups/"):
        for browser in (Client(app), group):
            answer = browser.get(address)
            assert answer.status_code == 200
            assert answer.headers["Cache-Control"] == "no-store"
            assert answer.headers["X-Robots-Tag"] == "noindex, nofollow, noarchive"
            assert '<meta name="robots" content="noindex' in answer.text
            for name in ("Set-Cookie", "ETag", "Last-Modified"):
                assert name not in answer.headers
            assert "<script" not in answer.text
            assert "&lt;b&gt;come&lt;/b&gt;" in answer.text
            assert 'href="https://example.org' not in answer.text
            assert "Marsha" not in answer.text
            assert "the room" not in answer.text


def test_search_engines_may_list_what_an_organiser_let_them(app, group, kettle, marsha):
    one = share(marsha, kettle, audience="anyone")
    assert group.post(f"{OURS}/{one.id}/search-engines", data={"agreed": "yes"}).status_code == 303
    seen = Client(app).get(path(one))
    assert "X-Robots-Tag" not in seen.headers
    assert "noindex" not in seen.text
    assert "noindex" in Client(app).get("/groups/").headers["X-Robots-Tag"]
    group.post(f"{OURS}/{one.id}/search-engines", data={"agreed": "no"})
    assert "noindex" in Client(app).get(path(one)).headers["X-Robots-Tag"]


def test_what_is_over_answers_as_what_never_was_whatever_a_browser_kept(app, kettle, walkers, marsha, imani, beatrix):
    made = [share(marsha, kettle), share(marsha, kettle, audience="anyone")]
    old = {"If-None-Match": '*, "old"', "If-Modified-Since": "Sat, 01 Jan 2000 00:00:00 GMT", "Cache-Control": "max-stale"}
    others = (Client(app), Client(app).as_(make.person("Sam")))
    for one in made:
        assert others[0].get(path(one), headers=old).status_code == 200
        actions.withdraw(marsha, kettle, one.id)
        for browser in others:
            for headers in ({}, old, {"HX-Request": "true"}):
                gone = browser.get(path(one), headers=headers)
                never = browser.get(path(one).replace(one.token, "x" * 24), headers=headers)
                assert gone.status_code == never.status_code == 404
                assert plain(gone) == plain(never)
                assert dict(gone.headers, **{"X-Request-Id": ""}) == dict(never.headers, **{"X-Request-Id": ""})
    assert "Tuesday Kettle" not in Client(app).get("/groups/").text
    for address in ("/seen/tuesday-kettle", "/groups/tuesday-kettle"):
        assert Client(app).get(address).status_code == 404


NOWHERE = {"group": "absent-group", "slug": "absent-group"}  # and every number of something that isn't there
ALIKE = {"area": "receipts", "step": "what", "size": "1", "period": "all", "kind": "csv", "token": "x" * 24}


def told(app, browser: Client, route, method: str, there: dict) -> tuple:
    """What this browser is told at a route: status, where it is sent, what it reads; the address it typed itself aside."""
    with app.test_request_context():
        address = app.url_map.bind("localhost").build(route.endpoint, {**ALIKE, **there}, append_unknown=False)
    answer = browser.open(address, method=method)
    goto, text = answer.headers.get("Location", "").replace(address, "HERE"), plain(answer).replace(address, "HERE")
    return answer.status_code, goto, text


@pytest.mark.slow
def test_no_route_tells_anyone_else_that_a_new_group_is_there(app, walkers):
    """The whole url_map, read and written to, as nobody and as an organiser of another group."""
    made = make.group("Zymurgy Circle", organisers=("Zoe",), pots=("Zpot",))
    receipt = make.receipt(made, label="zlabel")
    own = {"group": made.slug, "slug": made.slug, "number": receipt.number, "membership_id": _place(made)}
    tried = 0
    for route in app.url_map.iter_rules():
        rule = rule_of(app, route.endpoint)
        numbers = {name for name in route.arguments if name not in {*NOWHERE, *ALIKE}}
        here = {name: own.get(name, 1) for name in numbers | (route.arguments & set(NOWHERE))}
        away = {name: NOWHERE.get(name, 987654) for name in here}
        for method in (route.methods or set()) - (SAFE - {"GET"}) if rule else ():
            for person in (None, make.person("Sam")):
                if person and rule.side is Side.PERSON and method == "POST":
                    continue  # about Sam's own sign-in
                answers = []
                for there in (here, away) if here else (here,):
                    browser = Client(app)
                    answers.append(told(app, browser.as_(person) if person else browser, route, method, there))
                    assert "ymurgy" not in answers[-1][2], (route, method)
                tried += 1
                assert len(set(answers)) == 1, (route, method, person, answers)
    assert tried > 500


def _place(group) -> int:
    return db.session.scalar(sa.select(Membership.id).where(Membership.group_id == group.id))


def test_in_the_group_a_helper_reads_and_another_group_finds_nothing(app, kettle, walkers, marsha):
    one = share(marsha, kettle)
    bernie = Client(app).as_(make.person("Bernie"))
    page = bernie.get(f"{OURS}/")
    assert "A warm room" in words(page)
    assert "Withdraw it" not in words(page)
    assert bernie.get(f"{OURS}/{one.id}").status_code == 200
    for address in (f"{OURS}/new", f"{OURS}/summary"):
        assert bernie.get(address).status_code == 404
    sam = Client(app).as_(make.person("Sam"))
    assert sam.get(f"{OURS}/").status_code == 404
    assert sam.get(f"/g/hillfoot-walkers/who-sees-us/{one.id}").status_code == 404


def test_the_summary_is_written_approved_and_shared_by_staff_over_the_pages(app, group, desk, kettle):
    make.set_level(kettle, Area.VISIBILITY, Level.TELL_AFTER)
    assert group.post(f"{OURS}/summary", data={"words": SUMMARY}).status_code == 303
    assert "Not approved" in words(group.get(f"{OURS}/summary"))
    assert SUMMARY not in words(desk.get(HOSTS))
    stale = group.post(f"{OURS}/summary/approval", data={"mark_of_words": mark("other")})
    assert (stale.status_code, "Read them once more" in words(stale)) == (422, True)
    approval = re.search(r'name="mark_of_words" value="(\w+)"', group.get(f"{OURS}/summary").text)[1]
    assert group.post(f"{OURS}/summary/approval", data={"mark_of_words": approval}).status_code == 303
    at = desk.get(HOSTS)
    assert SUMMARY in words(at)
    form = {"audience": "anyone", "purpose": "our page", "mark": re.search(r'name="mark" value="(\w+)"', at.text)[1]}
    assert desk.post(f"{HOSTS}/summary", data=form | {"mark": "other"}).status_code == 422
    assert desk.post(f"{HOSTS}/summary", data=form).status_code == 303
    (line,) = queries.ours(kettle.id)
    assert SUMMARY in words(Client(app).get(path(line.share)))
    assert "shared our summary" in words(group.get("/g/tuesday-kettle/log/"))
    assert desk.post(f"{HOSTS}/suggestions", data=FORM | {"why": "They asked"}).status_code == 202
    assert "Shared by Imani Okafor" in words(group.get(f"{OURS}/"))
    assert group.post(f"{OURS}/summary/approval/end").status_code == 303
    assert desk.post(f"{HOSTS}/summary", data=form | {"purpose": "again"}).status_code == 422


def test_a_suggestion_reads_before_after_and_why(group, desk, kettle, imani):
    make.set_level(kettle, Area.VISIBILITY, Level.ASK_FIRST)
    until = (clock.today() + timedelta(days=30)).isoformat()
    desk.post(f"{HOSTS}/suggestions", data=FORM | {"why": "They asked who you are.", "until_on": until})
    with pytest.raises(Proposed) as waits:
        share(imani, kettle)
    number = waits.value.proposal.id - 1
    page = words(group.get(f"/g/tuesday-kettle/proposals/{number}"))
    for said in ("“They asked who you are.”", "Now Nothing If we say yes A warm room on Tuesdays.", "Ashbrook Council"):
        assert said in page
    yes = {"to-words": "Tea.", "to-who": "", "to-purpose": "x", "to-until_on": until}
    assert group.post(f"/g/tuesday-kettle/proposals/{number}/yes", data=yes | {"to-words": ""}).status_code == 422
    assert group.post(f"/g/tuesday-kettle/proposals/{number}/yes", data=yes | {"to-who": "The Council"}).status_code == 303
    (line,) = queries.ours(kettle.id)
    assert (line.share.words, line.share.who, line.share.until_on.isoformat()) == ("Tea.", "The Council", until)


def test_staff_withdraw_their_own_and_where_the_group_keeps_it_the_wall_stands(app, group, desk, kettle, marsha):
    theirs, one = share(marsha, kettle), share(marsha, kettle)
    make.set_facts(one, by_host=True)
    page = desk.get(HOSTS)
    assert f"{HOSTS}/{one.id}/withdrawal" in page.text
    assert f"{HOSTS}/{theirs.id}/withdrawal" not in page.text
    page = words(page)
    assert "Only them" in page
    assert "Suggest" not in page
    assert desk.post(f"{HOSTS}/suggestions", data=FORM).status_code == 403
    assert desk.post(f"{HOSTS}/{theirs.id}/withdrawal").status_code == 403
    assert desk.post(f"{HOSTS}/{one.id}/withdrawal").status_code == 303
    assert Client(app).get(path(one)).status_code == 404
    assert Client(app).as_(make.staff("Glyn Parry", Role.FINANCE)).get(HOSTS).status_code == 404


def test_full_says_so_on_the_public_pages_and_keeps_nothing(app, group, kettle, marsha):
    one = share(marsha, kettle, audience="anyone")
    for address in ("full", "enquiries"):
        assert group.post(f"{OURS}/{address}", data={"agreed": "yes"}).status_code == 303
    assert "Full just now" in words(Client(app).get("/groups/"))
    page = Client(app).get(path(one))
    assert "We are full just now. Thank you for thinking of them." in words(page)
    assert "<form" not in page.text
    sent = Client(app).post(
        f"{path(one)}/enquiries", data={"name": "June", "reach": "07700 900111", "words": "May I come?"}
    )
    assert (sent.status_code, "Thank you for thinking of them." in words(sent)) == (200, True)
    assert queries.enquiries() == []
    group.post(f"{OURS}/full", data={"agreed": "no"})
    assert "Ask them something" in words(Client(app).get(path(one)))


def test_an_enquiry_over_the_pages(app, group, desk, kettle, marsha):
    one = share(marsha, kettle, audience="anyone")
    form = {"name": "June", "reach": "07700 900111", "words": "May I come?", "key": "k" * 20}
    at = f"{path(one)}/enquiries"
    assert "Ask them" not in words(Client(app).get(path(one)))
    assert Client(app).post(at, data=form).status_code == 404
    group.post(f"{OURS}/enquiries", data={"agreed": "yes"})
    outsider = Client(app)
    wrong = outsider.post(at, data=form | {"reach": ""})
    assert (wrong.status_code, "May I come?" in wrong.text, "Write a number" in words(wrong)) == (422, True, True)
    for _ in range(2):
        sent = outsider.post(at, data=form)
        assert (sent.status_code, "Set-Cookie" in sent.headers) == (200, False)
        assert "deleted after 90 days" in words(sent)
    ((row, _),) = queries.enquiries()
    page = words(desk.get("/host/enquiries/"))
    assert "to Tuesday Kettle, from June: 07700 900111" in page
    assert "Thank you for thinking of them." in page
    assert "May I come?" not in words(group.get(f"{OURS}/"))
    assert desk.post(f"/host/enquiries/{row.id}/passing-on").status_code == 303
    assert "May I come? June, 07700 900111." in words(group.get(f"{OURS}/"))
    assert "Passed on today" in words(desk.get("/host/enquiries/?done=1"))
    for _ in range(4):
        outsider.post(at, data={name: said for name, said in form.items() if name != "key"})
    slowed = outsider.post(at, data=form | {"key": "j" * 20})
    assert (slowed.status_code, "try again tomorrow" in words(slowed)) == (422, True)
    assert desk.post("/host/enquiries/99/answer").status_code == 404
    db.session.rollback()
    assert desk.post(f"/host/enquiries/{queries.enquiries()[0][0].id}/answer").status_code == 303


def test_the_group_sees_that_a_duty_hides_a_share(app, group, kettle, marsha, imani, beatrix):
    one = share(marsha, kettle, audience="anyone")
    asked = {"duty": "F6", "act": "hide_from_public", "reason": "Someone is looking for her.", "hours": 6}
    duties.allow(beatrix, kettle, duties.ask(imani, kettle, things=one.ref, **asked).id)
    assert "took it off public view under a legal duty , until" in words(group.get(f"{OURS}/"))
    assert Client(app).get(path(one)).status_code == 404
    assert group.get(f"{OURS}/{one.id}").status_code == 200
