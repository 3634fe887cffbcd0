"""A group's documents, on both databases: given in any way, replaced and never rewritten, taken away and brought back; what
staff may do and see at each level of “Our documents”."""

from datetime import timedelta

import pytest
import sqlalchemy as sa
import time_machine

from portal.activity.models import Entry, EntryWords
from portal.autonomy import actions as autonomy
from portal.autonomy.areas import Area, Level, Outcome
from portal.autonomy.door import Mistake, NotHere, Proposed, Refused
from portal.autonomy.models import Proposal
from portal.core import clock, files
from portal.core import jobs as outbox
from portal.core.db import db
from portal.documents import actions, jobs, queries
from portal.documents.models import Document, DocumentFile, Version
from portal.people.roles import SYSTEM
from tests import make
from tests.client import Client, words

SAID = "We keep two people at the door. Nobody leaves alone."


def add(by, group, **facts) -> Document:
    return actions.add(by, group, **({"name": "How we keep safe", "words": SAID} | facts))


def whole(group, document) -> queries.Whole:
    db.session.rollback()
    return queries.whole(group.id, document.number)


@pytest.mark.parametrize(
    ("given", "said"),
    [
        ({"words": SAID}, SAID),
        ({"words": None, "link": "https://example.org/rules?a=1"}, "A link to example.org : https://example.org/rules?a=1"),
    ],
)
def test_plain_words_or_a_link_are_a_document_and_everyone_in_the_group_reads_it(app, kettle, marsha, given, said):
    made = add(marsha, kettle, about="safeguarding", **given)
    for name in ("Marsha", "Bernie"):
        page = Client(app).as_(make.person(name)).get(f"/g/tuesday-kettle/documents/{made.number}")
        assert said in words(page)
        assert 'href="https://example.org' not in page.text
    assert (made.ref, made.current, made.marked_by) == ("D1", 1, marsha.person_id)


def test_a_document_with_nothing_in_it_is_not_kept(kettle, marsha):
    with pytest.raises(Mistake):
        add(marsha, kettle, words=None)
    assert queries.listed(kettle.id) == []


def test_a_photo_is_made_safe_and_only_what_was_made_is_shown(app, kettle, marsha):
    made = add(marsha, kettle, words=None, files=[make.photo(), make.photo()])
    (file, other) = db.session.scalars(sa.select(DocumentFile).order_by(DocumentFile.id)).all()
    browser, at = Client(app).as_(make.person("Marsha")), f"/g/tuesday-kettle/documents/{made.number}"
    assert "Getting the photo ready" in words(browser.get(at))
    assert browser.get(f"{at}/files/{file.id}/1").status_code == 404
    for one in (file, other):
        jobs.make_safe(one.id, kettle.id)
        jobs.make_safe(one.id, kettle.id)  # run twice, it finds nothing to do
    assert browser.get(f"{at}/files/{file.id}/1").headers["Content-Type"] == "image/jpeg"
    assert browser.get(f"{at}/files/{file.id}/thumb").status_code == 200
    assert queries.file(kettle.id, file.id).original is None


def test_a_version_follows_another_and_nothing_is_rewritten(kettle, marsha, joe):
    made = add(marsha, kettle)
    actions.add_version(joe, kettle, made.id, words="Three people at the door.")
    found = whole(kettle, made)
    assert [(one.number, one.words, name) for one, name in found.versions] == [
        (2, "Three people at the door.", "Joe"),
        (1, SAID, "Marsha"),
    ]
    assert found.counts.number == 2
    actions.mark_current(marsha, kettle, made.id, number=1)
    found = whole(kettle, made)
    assert (found.counts.number, found.document.marked_by, len(found.versions)) == (1, marsha.person_id, 2)
    with pytest.raises(Mistake):
        actions.mark_current(marsha, kettle, made.id, number=3)


def test_they_are_found_by_what_they_are_about(kettle, walkers, marsha, sam):
    one = add(marsha, kettle, about="safeguarding")
    add(marsha, kettle, about="exit-plan")
    add(sam, walkers, about="safeguarding")
    gone = add(marsha, kettle, about="safeguarding")
    actions.withdraw(marsha, kettle, gone.id)
    assert [line.document.id for line in queries.about(kettle.id, "safeguarding")] == [one.id]
    actions.describe(marsha, kettle, one.id, name="Safe", about="nonsense")
    assert queries.about(kettle.id, "safeguarding") == []


def test_helpers_read_and_only_organisers_keep(kettle, marsha, bernie):
    made = add(marsha, kettle)
    for call in (
        lambda: add(bernie, kettle),
        lambda: actions.add_version(bernie, kettle, made.id, words="x"),
        lambda: actions.mark_current(bernie, kettle, made.id, number=1),
        lambda: actions.describe(bernie, kettle, made.id, name="x"),
        lambda: actions.withdraw(bernie, kettle, made.id),
    ):
        with pytest.raises(Refused):
            call()


def test_at_only_us_staff_change_nothing(kettle, marsha, imani):
    made = add(marsha, kettle)
    make.set_level(kettle, Area.DOCUMENTS, Level.ONLY_US)
    for call in (
        lambda: add(imani, kettle),
        lambda: actions.add_version(imani, kettle, made.id, words="x"),
        lambda: actions.mark_current(imani, kettle, made.id, number=1),
    ):
        with pytest.raises(Refused):
            call()
    assert len(whole(kettle, made).versions) == 1


def test_asked_first_a_version_of_staff_waits_for_a_yes_and_shows_nowhere_before(app, kettle, marsha, joe, imani):
    made = add(marsha, kettle)
    with pytest.raises(Proposed) as waiting:
        actions.add_version(imani, kettle, made.id, words="Four people at the door.", why="The insurer asks")
    page = Client(app).as_(make.person("Marsha")).get(f"/g/tuesday-kettle/documents/{made.number}")
    assert "Four people" not in words(page)
    asked = Client(app).as_(make.person("Joe")).get(f"/g/tuesday-kettle/proposals/{waiting.value.proposal.id}")
    assert "Four people at the door." in words(asked)
    autonomy.say_yes(joe, kettle, waiting.value.proposal.id)
    found = whole(kettle, made)
    assert (found.counts.words, found.counts.by_host, found.counts.added_by) == (
        "Four people at the door.",
        True,
        imani.person_id,
    )
    with pytest.raises(Proposed) as waiting:
        add(imani, kettle, name="Fire drill")
    autonomy.say_no(joe, kettle, waiting.value.proposal.id)
    assert len(queries.listed(kettle.id)) == 1


def test_a_file_cannot_wait_for_a_yes_so_staff_are_told_to_suggest_words(kettle, marsha, imani):
    made = add(marsha, kettle)
    for call in (
        lambda: add(imani, kettle, words=None, files=[make.photo()]),
        lambda: actions.add_version(imani, kettle, made.id, files=[make.photo()]),
    ):
        with pytest.raises(Mistake) as mistake:
            call()
        assert mistake.value.field == "files"
    assert db.session.scalar(sa.select(sa.func.count(Proposal.id))) == 0
    assert db.session.scalar(sa.select(sa.func.count(DocumentFile.id))) == 0


def test_what_could_not_be_is_not_suggested(kettle, marsha, imani):
    made, gone = add(marsha, kettle), add(marsha, kettle, name="An old one")
    actions.withdraw(marsha, kettle, gone.id)
    for call, says in (
        (lambda: add(imani, kettle, words=None), "Write it, give a link"),
        (lambda: actions.add_version(imani, kettle, gone.id, words="x"), "was taken away"),
        (lambda: actions.mark_current(imani, kettle, gone.id, number=1), "was taken away"),
        (lambda: actions.mark_current(imani, kettle, made.id, number=7), "There is no such version"),
    ):
        with pytest.raises(Mistake, match=says):
            call()
    assert db.session.scalar(sa.select(sa.func.count(Proposal.id))) == 0
    with pytest.raises(Mistake, match="was taken away"):
        actions.describe(marsha, kettle, gone.id, name="A new name")


def test_told_of_it_the_group_undoes_what_staff_added_replaced_or_marked(kettle, marsha, imani):
    made = add(marsha, kettle)
    make.set_level(kettle, Area.DOCUMENTS, Level.TELL_AFTER)
    actions.add_version(imani, kettle, made.id, words="Five people.", files=[make.photo()])
    assert whole(kettle, made).counts.words == "Five people."
    entry = make.newest_entry(kettle, "documents.add_version")
    assert entry.outcome == Outcome.ALLOW_TELL
    autonomy.undo(marsha, kettle, entry.id)
    found = whole(kettle, made)
    assert (found.counts.words, found.document.marked_by, len(found.versions)) == (SAID, marsha.person_id, 2)
    with pytest.raises(Proposed):  # undone, so for 30 days they only ask
        actions.mark_current(imani, kettle, made.id, number=2)


def test_what_staff_added_is_taken_away_again_where_the_group_undoes_it(kettle, marsha, imani):
    make.set_level(kettle, Area.DOCUMENTS, Level.TELL_AFTER)
    made = add(imani, kettle, name="Fire drill")
    autonomy.undo(marsha, kettle, make.newest_entry(kettle, "documents.add").id)
    assert queries.listed(kettle.id) == []
    assert [line.document.id for line in queries.listed(kettle.id, away=True)] == [made.id]


def test_looked_after_by_staff_it_is_listed_and_undone_by_hand(kettle, marsha, imani):
    make.set_level(kettle, Area.DOCUMENTS, Level.YOU_DO)
    made = add(imani, kettle, name="Fire drill", files=[make.photo()])
    assert make.newest_entry(kettle, "documents.add").outcome == Outcome.ALLOW_LIST
    assert whole(kettle, made).counts.by_host


def test_while_the_group_rests_staff_ask_instead(kettle, marsha, imani):
    made = add(marsha, kettle)
    make.set_level(kettle, Area.DOCUMENTS, Level.TELL_AFTER)
    autonomy.rest(marsha, kettle, days=14)
    with pytest.raises(Proposed):
        actions.add_version(imani, kettle, made.id, words="x")


def test_what_was_brought_back_is_not_let_go_and_what_is_past_its_30_days_not_brought_back(kettle, marsha):
    made = add(marsha, kettle, words="Zymurgy")
    actions.remove(SYSTEM, kettle, made.id)
    actions.withdraw(marsha, kettle, made.id)
    actions.remove(SYSTEM, kettle, made.id)
    assert whole(kettle, made) is not None
    with time_machine.travel(clock.now() + timedelta(days=30, minutes=1)):
        with pytest.raises(Mistake, match="30 days ago"):
            actions.restore(marsha, kettle, made.id)
        actions.remove(SYSTEM, kettle, made.id)
        with pytest.raises(NotHere):
            actions.restore(marsha, kettle, made.id)


def test_taken_away_it_can_be_brought_back_for_30_days_and_then_its_words_and_files_are_gone(app, kettle, marsha, joe):
    made = add(marsha, kettle, words="Zymurgy", files=[make.photo()])
    (file,) = db.session.scalars(sa.select(DocumentFile)).all()
    jobs.make_safe(file.id, kettle.id)
    names = queries.file(kettle.id, file.id).files
    actions.withdraw(joe, kettle, made.id)
    assert queries.listed(kettle.id) == []
    with pytest.raises(Mistake):
        actions.add_version(marsha, kettle, made.id, words="x")
    actions.restore(marsha, kettle, made.id)
    assert len(queries.listed(kettle.id)) == 1
    actions.withdraw(joe, kettle, made.id)
    with time_machine.travel(clock.now() + timedelta(days=29)):
        jobs.let_go()
        assert whole(kettle, made) is not None
    with time_machine.travel(clock.now() + timedelta(days=30, minutes=1)):
        assert whole(kettle, made) is None
        assert "Taken away" not in words(Client(app).as_(make.person("Marsha")).get("/g/tuesday-kettle/documents/"))
        jobs.let_go()
        jobs.let_go()
        outbox.run_waiting()
    db.session.rollback()
    for model in (Document, Version, DocumentFile):
        assert db.session.scalar(sa.select(sa.func.count(model.id))) == 0
    assert len(names) == 2
    kept = db.session.scalars(sa.select(EntryWords.words)).all()
    assert "Zymurgy" not in str(kept)
    assert {"documents.add", "documents.withdraw", "documents.remove"} <= set(db.session.scalars(sa.select(Entry.action)))
    for name in names:
        with pytest.raises(files.FileMissing):
            files.store().read(name)


def test_what_those_at_the_host_see_goes_by_the_level_and_never_beyond_what_counts(
    app, kettle, marsha, imani, beatrix, glyn
):
    made = add(marsha, kettle, words="Zymurgy of old")
    actions.add_version(marsha, kettle, made.id, words="Zymurgy of today")
    at = "/host/groups/tuesday-kettle/documents/"
    for name in ("Imani Okafor", "Beatrix Lund"):
        browser = Client(app).as_(make.person(name))
        for level in (Level.ASK_FIRST, Level.TELL_AFTER, Level.YOU_DO):
            make.set_level(kettle, Area.DOCUMENTS, level)
            assert "How we keep safe" in words(browser.get(at))
            page = words(browser.get(f"{at}{made.number}"))
            assert "Zymurgy of today" in page
            assert "Zymurgy of old" not in page
        make.set_level(kettle, Area.DOCUMENTS, Level.ONLY_US)
        assert "How we keep safe" not in words(browser.get(at))
        assert browser.get(f"{at}{made.number}").status_code == 404
    assert Client(app).as_(make.person("Glyn Parry")).get(at).status_code == 404


def test_files_that_may_not_be_read_at_the_host_are_not_sent_there(app, kettle, marsha, imani):
    made = add(marsha, kettle, words=None, files=[make.photo()])
    (file,) = db.session.scalars(sa.select(DocumentFile)).all()
    jobs.make_safe(file.id, kettle.id)
    browser, at = Client(app).as_(make.person("Imani Okafor")), f"/host/groups/tuesday-kettle/documents/{made.number}"
    path = f"{at}/files/{file.id}/1"
    assert browser.get(path).status_code == 200
    actions.add_version(marsha, kettle, made.id, words="Now in words")
    assert browser.get(path).status_code == 404
    actions.mark_current(marsha, kettle, made.id, number=1)
    make.set_level(kettle, Area.DOCUMENTS, Level.ONLY_US)
    assert browser.get(path).status_code == 404


def test_another_groups_documents_and_files_are_just_not_here(app, kettle, walkers, marsha, sam):
    made = add(sam, walkers, files=[make.photo()])
    (file,) = db.session.scalars(sa.select(DocumentFile)).all()
    jobs.make_safe(file.id, walkers.id)
    browser = Client(app).as_(make.person("Marsha"))
    for path in (f"{made.number}", f"{made.number}/compare", f"{made.number}/files/{file.id}/1"):
        assert browser.get(f"/g/tuesday-kettle/documents/{path}").status_code == 404
        assert browser.get(f"/g/hillfoot-walkers/documents/{path}").status_code == 404


def test_a_form_with_something_wrong_keeps_what_was_typed_and_says_it_beside_the_field(app, kettle, marsha):
    browser = Client(app).as_(make.person("Marsha"))
    for link in ("http://example.org", "example.org", "https://", "https://me:word@example.org", "javascript:alert(1)"):
        page = browser.post("/g/tuesday-kettle/documents/", data={"name": "Rules", "link": link, "words": "Typed"})
        assert page.status_code == 422, link
        assert "Use the whole address" in words(page)
        assert "Typed" in page.text
    page = browser.post("/g/tuesday-kettle/documents/", data={"name": "Rules"})
    assert (page.status_code, "Write it, give a link, or choose a file." in words(page)) == (422, True)
    assert queries.listed(kettle.id) == []
