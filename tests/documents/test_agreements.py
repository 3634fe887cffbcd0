"""Agreements, on both databases: accepted by the group's own rule alone, to exactly the version that was read; signed for
the host; both sides hold the same."""

import time
from datetime import timedelta

import pytest
import sqlalchemy as sa

from portal.autonomy.areas import Area, Level
from portal.autonomy.door import Mistake, NotHere, Refused
from portal.core import clock, wall
from portal.core.db import db
from portal.documents import actions, differences, queries, rules
from portal.documents.models import Document, Kind, Version
from portal.home.queries import waiting_for_us
from portal.people.models import Membership
from portal.people.roles import SYSTEM, Role
from portal.spending.models import Needs
from tests import make
from tests.client import Client, words

SHORT, WHOLE = "They hold our money. We decide.", "The host holds the money. The group decides. Either can end it."
HOSTS = "/host/groups/tuesday-kettle/documents/"


def offer(by, group, **facts) -> Document:
    return actions.offer(by, group, **({"name": "Hosting agreement", "summary": SHORT, "words": WHOLE} | facts))


def ours(by, group, **facts) -> Document:
    told = {"name": "One page", "summary": SHORT, "words": WHOLE, "both_sign": True} | facts
    return actions.add(by, group, **told)


def newest(group, document) -> Version:
    db.session.rollback()
    return queries.whole(group.id, document.number).newest


def agree(by, group, document, mark=None) -> Version:
    version = newest(group, document)
    return actions.agree(by, group, version.id, mark=mark or version.mark)


@pytest.fixture
def old(kettle):
    """The group's organisers have been there for long."""
    _long_there(kettle)


def _long_there(group) -> None:
    for row in db.session.scalars(sa.select(Membership).where(Membership.group_id == group.id)).all():
        make.set_facts(row, joined_at=clock.now() - timedelta(days=30))


@pytest.mark.parametrize("made_by", ["host", "group"])
def test_accepted_by_two_and_signed_for_the_host_both_hold_the_same(app, kettle, marsha, joe, imani, beatrix, made_by):
    made = offer(imani, kettle) if made_by == "host" else ours(marsha, kettle)
    assert agree(marsha, kettle, made).accepted_at is None
    assert agree(marsha, kettle, made).accepted_at is None  # twice by the same is one
    with pytest.raises(Mistake):
        actions.sign(imani, kettle, newest(kettle, made).id, mark=newest(kettle, made).mark)
    assert agree(joe, kettle, made).accepted_at is not None
    signer = imani if made_by == "host" else beatrix
    actions.sign(signer, kettle, newest(kettle, made).id, mark=newest(kettle, made).mark)
    found = queries.whole(kettle.id, made.number)
    assert (found.counts, found.open, found.signers) == (found.newest, None, {found.newest.id: signer.name})
    ours_page = words(Client(app).as_(make.person("Bernie")).get(f"/g/tuesday-kettle/documents/{made.number}"))
    make.set_level(kettle, Area.DOCUMENTS, Level.ONLY_US)
    their_page = words(Client(app).as_(make.person("Imani Okafor")).get(f"{HOSTS}{made.number}"))
    for page in (ours_page, their_page):
        for said in (SHORT, WHOLE, "Marsha", "Joe", f"{signer.name}, for"):
            assert said in page


def test_the_hosts_people_never_accept_nor_answer_for_a_group(kettle, marsha, imani, beatrix, glyn, bernie):
    made = offer(imani, kettle)
    version = newest(kettle, made)
    make.staff("Joe", Role.FINANCE)  # an organiser who also works for the host
    for by in (imani, beatrix, glyn, bernie, SYSTEM, make.actor(make.person("Joe"))):
        with pytest.raises(Refused):
            actions.agree(by, kettle, version.id, mark=version.mark)
        with pytest.raises(Refused):
            actions.decline(by, kettle, version.id, words="No")
    for by in (imani, SYSTEM):
        with pytest.raises(Refused):
            actions.set_rule(by, kettle, needs="one")
    assert agree(marsha, kettle, made).accepted_at is not None  # the only one that counts


def test_staff_write_no_agreement_for_a_group_and_change_none_of_its_words(kettle, marsha, imani):
    make.set_level(kettle, Area.DOCUMENTS, Level.YOU_DO)
    with pytest.raises(Mistake):
        ours(imani, kettle)
    made = ours(marsha, kettle)
    with pytest.raises(Mistake):
        actions.offer_version(imani, kettle, made.id, summary="x", words="x")
    offered = offer(imani, kettle)
    with pytest.raises(Mistake):
        actions.add_version(marsha, kettle, offered.id, summary="x", words="x")
    with pytest.raises(Mistake):
        actions.mark_current(imani, kettle, offered.id, number=1)
    with pytest.raises(Mistake):
        actions.withdraw(marsha, kettle, offered.id)


def test_an_agreement_needs_its_words_and_what_it_comes_to_in_short(kettle, marsha):
    for missing in ("words", "summary"):
        with pytest.raises(Mistake) as mistake:
            ours(marsha, kettle, **{missing: None, "link": "https://example.org"})
        assert mistake.value.field == missing


def test_a_yes_is_to_exactly_the_version_that_was_shown(kettle, marsha, joe, imani):
    made = offer(imani, kettle)
    first = newest(kettle, made)
    agree(marsha, kettle, made)
    actions.offer_version(imani, kettle, made.id, summary=SHORT, words=f"{WHOLE} And one more thing.")
    with pytest.raises(Mistake):
        actions.agree(joe, kettle, first.id, mark=first.mark)
    with pytest.raises(Mistake):
        agree(joe, kettle, made, mark=first.mark)
    second = agree(joe, kettle, made)
    assert second.accepted_at is None  # a changed version starts anew
    assert first.mark != second.mark
    assert agree(marsha, kettle, made).accepted_at is not None


def test_a_yes_to_one_agreement_is_none_to_another_in_the_same_words(kettle, marsha, joe, imani):
    one, other = offer(imani, kettle), offer(imani, kettle)
    assert newest(kettle, one).mark == newest(kettle, other).mark
    agree(marsha, kettle, one)
    assert agree(joe, kettle, other).accepted_at is None


def test_a_yes_holds_no_longer_than_what_it_was_said_to(kettle, marsha, joe, imani):
    made = offer(imani, kettle)
    for by in (marsha, joe):
        agree(by, kettle, made)
    assert rules.is_accepted(newest(kettle, made))
    make.set_facts(newest(kettle, made), mark="0" * 64)  # as nobody can on a page
    assert not rules.is_accepted(newest(kettle, made))


def test_the_host_signs_exactly_the_version_that_was_shown(kettle, marsha, joe, imani):
    made = offer(imani, kettle)
    for by in (marsha, joe):
        version = agree(by, kettle, made)
    with pytest.raises(Mistake, match="isn’t the version that was shown"):
        actions.sign(imani, kettle, version.id, mark="0" * 64)
    assert newest(kettle, made).signed_at is None


def test_an_older_version_is_signed_by_nobody_and_what_both_signed_holds_until_the_next_is(kettle, marsha, joe, imani):
    made = offer(imani, kettle)
    for by in (marsha, joe):
        agree(by, kettle, made)
    first = newest(kettle, made)
    actions.sign(imani, kettle, first.id, mark=first.mark)
    actions.offer_version(imani, kettle, made.id, summary=SHORT, words="Other words.")
    second = newest(kettle, made)
    assert queries.whole(kettle.id, made.number).counts.id == first.id
    for by in (marsha, joe):
        agree(by, kettle, made)
    actions.offer_version(imani, kettle, made.id, summary=SHORT, words="Words once more.")
    with pytest.raises(Mistake):
        actions.sign(imani, kettle, second.id, mark=second.mark)
    assert queries.whole(kettle.id, made.number).counts.id == first.id
    with pytest.raises(Mistake):
        actions.agree(marsha, kettle, first.id, mark=first.mark)


def test_not_like_this_says_why_and_takes_ones_own_yes_back_until_it_is_signed(app, kettle, marsha, joe, imani):
    made = offer(imani, kettle)
    agree(marsha, kettle, made)
    assert agree(joe, kettle, made).accepted_at is not None
    version = actions.decline(joe, kettle, newest(kettle, made).id, words="Ending it takes too long")
    assert version.accepted_at is None
    page = words(Client(app).as_(make.person("Imani Okafor")).get(f"{HOSTS}{made.number}"))
    assert "Joe Not like this" in page
    assert "Ending it takes too long" in page
    agree(joe, kettle, made)
    signed = newest(kettle, made)
    actions.sign(imani, kettle, signed.id, mark=signed.mark)
    with pytest.raises(Mistake):
        actions.decline(joe, kettle, signed.id, words="After all not")


def test_both_keep_what_both_signed(kettle, marsha, joe, imani):
    made = ours(marsha, kettle)
    for by in (marsha, joe):
        agree(by, kettle, made)
    signed = newest(kettle, made)
    actions.sign(imani, kettle, signed.id, mark=signed.mark)
    with pytest.raises(Mistake):
        actions.withdraw(marsha, kettle, made.id)
    other = ours(marsha, kettle, name="Another")
    actions.withdraw(marsha, kettle, other.id)


def test_who_is_in_the_group_does_not_sign_for_the_host(walkers, sam, imani):
    made = offer(imani, walkers)
    version = agree(sam, walkers, made)
    assert version.accepted_at is not None  # the only organiser is enough
    both = make.person("Imani Okafor")
    with wall.opened(walkers.id):
        db.session.add(Membership(group_id=walkers.id, person_id=both.id, role=Role.HELPER))
    db.session.commit()
    with pytest.raises(Refused):
        actions.sign(imani, walkers, version.id, mark=version.mark)


def test_another_groups_agreement_is_just_not_here(kettle, walkers, marsha, imani):
    made = offer(imani, walkers)
    version = newest(walkers, made)
    for call in (actions.agree, actions.sign):
        with pytest.raises(NotHere):
            call(marsha if call is actions.agree else imani, kettle, version.id, mark=version.mark)


def test_what_the_group_is_still_writing_staff_know_of_and_do_not_read(app, kettle, marsha, joe, imani):
    made = ours(marsha, kettle, words="Zymurgy")
    browser = Client(app).as_(make.person("Imani Okafor"))
    for level in Level:
        make.set_level(kettle, Area.DOCUMENTS, level)
        assert "One page" in words(browser.get(HOSTS))
        assert "Zymurgy" not in browser.get(f"{HOSTS}{made.number}").text
        assert browser.post(f"{HOSTS}{made.number}/versions/1/signature", data={"mark": "x"}).status_code == 404
    for by in (marsha, joe):
        agree(by, kettle, made)
    assert "Zymurgy" in browser.get(f"{HOSTS}{made.number}").text


def test_more_of_us_holds_at_once_and_fewer_needs_as_many_as_the_rule_asks_for_now(kettle, old, marsha, joe, imani):
    made = offer(imani, kettle)
    assert rules.of(kettle.id).count == 2
    wish = actions.set_rule(marsha, kettle, needs="one")
    assert (wish.agreed_at, rules.of(kettle.id).needs) == (None, Needs.TWO)
    assert agree(marsha, kettle, made).accepted_at is None
    with pytest.raises(Mistake):
        actions.agree_rule(marsha, kettle, wish.id)
    assert actions.agree_rule(joe, kettle, wish.id).agreed_at
    assert rules.of(kettle.id).count == 1
    assert agree(joe, kettle, made).accepted_at is not None
    assert actions.set_rule(marsha, kettle, needs="all").agreed_at
    assert rules.of(kettle.id).count == 2


def test_an_organiser_who_works_for_the_host_too_makes_no_rule_easier(kettle, old, marsha, joe):
    wish = actions.set_rule(marsha, kettle, needs="one")
    make.staff("Joe", Role.FINANCE)
    both = make.actor(make.person("Joe"))
    with pytest.raises(Mistake, match="You also work for the host"):
        actions.agree_rule(both, kettle, wish.id)
    with pytest.raises(Mistake, match="You also work for the host"):
        actions.set_rule(both, kettle, needs="one")
    assert rules.of(kettle.id).needs is Needs.TWO


@pytest.fixture
def three(app):
    """A group of three organisers that accepted an agreement as two of them, and its people."""
    group = make.group("Three Bridges", organisers=("Ada", "Ben", "Cleo"))
    _long_there(group)
    return group, *(make.actor(make.person(name)) for name in ("Ada", "Ben", "Cleo"))


def test_it_is_signed_only_while_the_groups_own_rule_holds(three, imani):
    group, ada, ben, cleo = three
    made = offer(imani, group)
    for by in (ada, ben):
        agree(by, group, made)
    actions.set_rule(cleo, group, needs="all")
    version = newest(group, made)
    assert version.accepted_at is None
    with pytest.raises(Mistake):
        actions.sign(imani, group, version.id, mark=version.mark)
    wish = actions.set_rule(ada, group, needs="two")
    for by in (ben, cleo):
        actions.agree_rule(by, group, wish.id)
    assert newest(group, made).accepted_at  # nobody says the same yes twice
    actions.sign(imani, group, version.id, mark=version.mark)


def test_the_yes_of_who_has_left_is_signed_by_nobody(three, imani):
    group, ada, ben, cleo = three
    made = offer(imani, group)
    for by in (ada, ben):
        agree(by, group, made)
    own = sa.select(Membership).where(Membership.group_id == group.id, Membership.person_id == ada.person_id)
    make.set_facts(db.session.scalar(own), ended_at=clock.now())
    version = newest(group, made)
    with pytest.raises(Mistake):
        actions.sign(imani, group, version.id, mark=version.mark)
    agree(cleo, group, made)
    actions.sign(imani, group, version.id, mark=version.mark)


def test_what_was_taken_away_is_neither_answered_nor_signed(app, kettle, marsha, joe, imani):
    made = ours(marsha, kettle)
    for by in (marsha, joe):
        agree(by, kettle, made)
    actions.withdraw(joe, kettle, made.id)
    version = newest(kettle, made)
    with pytest.raises(Mistake):
        actions.sign(imani, kettle, version.id, mark=version.mark)
    with pytest.raises(Mistake):
        agree(marsha, kettle, made)
    with pytest.raises(Mistake):
        actions.decline(marsha, kettle, version.id, words="No")
    page = words(Client(app).as_(make.person("Marsha")).get(f"/g/tuesday-kettle/documents/{made.number}"))
    assert "not like this" not in page


def test_the_host_no_longer_knows_of_what_was_taken_away(app, kettle, marsha, imani):
    make.set_level(kettle, Area.DOCUMENTS, Level.YOU_DO)
    made, desk = ours(marsha, kettle), Client(app).as_(make.person("Imani Okafor"))
    assert desk.get(f"{HOSTS}{made.number}").status_code == 200
    actions.withdraw(marsha, kettle, made.id)
    assert made.name not in words(desk.get(HOSTS))
    assert [desk.get(f"{HOSTS}{made.number}{page}").status_code for page in ("", "/compare")] == [404, 404]


def test_a_tighter_rule_drops_an_easier_one_that_waits(kettle, old, marsha, joe):
    wish = actions.set_rule(marsha, kettle, needs="one")
    actions.set_rule(joe, kettle, needs="all")
    with pytest.raises(Mistake):
        actions.agree_rule(joe, kettle, wish.id)
    again = actions.set_rule(joe, kettle, needs="two")
    assert (rules.yeses(wish), rules.yeses(again)) == ({marsha.person_id}, {joe.person_id})
    assert actions.set_rule(marsha, kettle, needs="all") is None
    with pytest.raises(Mistake):
        actions.agree_rule(marsha, kettle, again.id)


def test_new_organisers_do_not_count_towards_an_easier_rule(kettle, marsha, joe):
    """For 7 days (autonomy guide, "Changing a level")."""
    wish = actions.set_rule(marsha, kettle, needs="one")
    assert actions.agree_rule(joe, kettle, wish.id).agreed_at is None


def test_the_only_organiser_is_enough(walkers, sam):
    _long_there(walkers)
    assert rules.of(walkers.id).count == 1
    assert actions.set_rule(sam, walkers, needs="one").agreed_at


def test_an_offer_waits_on_the_first_page_for_each_organiser_until_their_own_answer(app, kettle, marsha, joe, imani):
    made = offer(imani, kettle)

    def waits(by) -> list[str]:
        db.session.rollback()
        return [one.what for one in waiting_for_us(kettle.id, by.person_id, organises=True) if one.kind == "agreement"]

    assert waits(marsha) == waits(joe) == [made.name]
    assert "offers an agreement: Hosting agreement" in words(Client(app).as_(make.person("Joe")).get("/g/tuesday-kettle/"))
    agree(marsha, kettle, made)
    assert (waits(marsha), waits(joe)) == ([], [made.name])
    actions.decline(joe, kettle, newest(kettle, made).id, words="Later")
    assert waits(joe) == []
    ours(marsha, kettle)
    assert waits(joe) == []  # our own is nothing the host waits for


def test_what_differs_reads_as_added_and_taken_out(app, kettle, marsha, imani):
    made = offer(imani, kettle)
    actions.offer_version(
        imani, kettle, made.id, summary=SHORT, words="The host holds the money. The group decides it all."
    )
    actions.offer_version(imani, kettle, made.id, summary="Shorter.", words=WHOLE)
    browser, at = Client(app).as_(make.person("Bernie")), f"/g/tuesday-kettle/documents/{made.number}/compare"
    page = browser.get(f"{at}?earlier=1&later=2")
    assert "Taken out: The group decides. Either can end it. (end of what was taken out)" in words(page)
    assert "Added: The group decides it all. (end of what was added)" in words(page)
    assert "<p>The host holds the money.</p>" in page.text
    assert "From version 2 to 3" in words(browser.get(at))
    assert "From version 1 to 3" in words(browser.get(f"{at}?earlier=1&later=3"))
    assert browser.get(f"{at}?earlier=1&later=9").status_code == 404
    assert Client(app).as_(make.person("Imani Okafor")).get(f"{HOSTS}{made.number}/compare").status_code == 200


@pytest.mark.parametrize(
    ("before", "after", "expected"),
    [
        ("One. Two.", "One. Two.", [("same", "One. Two.")]),
        (None, "One.", [("added", "One.")]),
        ("One.", None, [("out", "One.")]),
        (None, None, []),
        ("One. Two. Three.", "One. 2. Three.", [("same", "One."), ("out", "Two."), ("added", "2."), ("same", "Three.")]),
        ("A list\n- tea\n- milk", "A list\n- tea", [("same", "A list - tea"), ("out", "- milk")]),
    ],
)
def test_sentences_are_compared_and_not_letters(before, after, expected):
    assert [(part.how, part.words) for part in differences.compare(before, after)] == expected


def test_even_words_made_to_be_slow_are_compared_at_once():
    started = time.monotonic()
    differences.compare("a. " * 6000, "b. a. " * 3000)
    assert time.monotonic() - started < 2


def test_the_kind_says_whose_words_they_are(kettle, marsha, imani):
    assert [offer(imani, kettle).kind, ours(marsha, kettle).kind] == [Kind.OFFERED, Kind.AGREEMENT]
