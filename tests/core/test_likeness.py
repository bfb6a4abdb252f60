"""How alike two people look: which clue fires, what it weighs, and how clues add up."""

import re
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sync.core.likeness import (
    LEAST_SCORE,
    WEIGHTS,
    Clue,
    Likeness,
    Traits,
    is_telling,
    likeness,
    traits,
)
from sync.core.plan import Person
from sync.core.record import Side


def words(text: str) -> str:
    return " ".join(re.findall("[a-z0-9]+", text.casefold()))


def alike(one: str, other: str) -> int:
    """Nine in ten for texts that begin alike."""
    return 90 if one[:2] == other[:2] else 10


def compared(whop: dict[str, Any], affihub: dict[str, Any]) -> Likeness:
    one = traits(Side.WHOP, Person(**whop), words)
    other = traits(Side.AFFIHUB, Person(**affihub), words)
    return likeness(one, other, alike)


def clues(whop: dict[str, Any], affihub: dict[str, Any]) -> list[Clue]:
    return [hint.clue for hint in compared(whop, affihub).hints]


@pytest.mark.parametrize(
    "one, other, clue",
    [
        ("ana@example.com", " ANA@example.com", Clue.SAME_EMAIL),
        ("ana@example.com", "ana+shop@example.com", Clue.TAGGED_EMAIL),
        ("a.na@gmail.com", "ana@googlemail.com", Clue.TAGGED_EMAIL),
        ("ana.lopez@example.com", "ana.lopes@example.com", Clue.SIMILAR_EMAIL),
        ("a.na@example.com", "an.a@example.com", None),
        ("ana.lopez@example.com", "analopez@example.org", Clue.LOCAL_PART),
        ("ana@example.com", "ana@example.org", None),
        ("support@example.com", "support@example.org", None),
        ("ana@example.com", "no address", None),
    ],
)
def test_of_two_emails_the_strongest_clue_counts(one: str, other: str, clue: Clue | None) -> None:
    assert clues({"email": one}, {"email": other}) == ([clue] if clue else [])


@pytest.mark.parametrize(
    "whop, affihub, clue",
    [
        ({"username": "Ana.L"}, {"slug": "ana.l"}, Clue.HANDLE),
        ({"username": "ana_lopez"}, {"slug": "ana-lopez"}, Clue.PLAIN_HANDLE),
        ({"username": "analopez"}, {"slug": "analopez2"}, Clue.SIMILAR_HANDLE),
        ({"username": "anal"}, {"slug": "anal2"}, None),
        ({"username": "analopez"}, {"email": "ana.lopez@example.com"}, Clue.HANDLE_IN_EMAIL),
        ({"email": "ana.lopez@example.com"}, {"slug": "ana-lopez"}, Clue.HANDLE_IN_EMAIL),
        ({"username": "support"}, {"email": "support@example.com"}, None),
    ],
)
def test_of_handles_the_strongest_clue_counts(
    whop: dict[str, str], affihub: dict[str, str], clue: Clue | None
) -> None:
    assert clues(whop, affihub) == ([clue] if clue else [])


def test_the_slug_an_affiliate_would_be_given_is_no_clue() -> None:
    assert clues({"slug": "ana-lopez"}, {"slug": "ana-lopez"}) == []


@pytest.mark.parametrize(
    "one, other, clue",
    [
        ("Ana Lopez", "LOPEZ, ana", Clue.NAME),
        ("Ana Lopez", "Ana Maria Lopez", Clue.OUTER_NAME),
        ("Ana Lopez", "Anna Lopez", Clue.SIMILAR_NAME),
        ("Ana", "Ana", Clue.ONE_WORD),
        ("Ana", "Anna", None),
        ("Ana", "", None),
    ],
)
def test_of_names_the_strongest_clue_counts(one: str, other: str, clue: Clue | None) -> None:
    assert clues({"name": one}, {"name": other}) == ([clue] if clue else [])


def test_the_evidence_is_told_in_words_and_numbers() -> None:
    told = compared(
        {"name": "Ana Lopez", "username": "ana_lopez", "email": "ana@example.com"},
        {"name": "Anna Lopez", "slug": "ana-lopez", "email": "hello@example.org"},
    )

    assert told.words == (
        "username equals slug but for signs and accents, similar name (90 % alike), different email"
    )
    assert [(hint.weight, hint.alike) for hint in told.hints] == [(65, None), (25, 90)]
    assert told.score == 73


def test_a_name_says_less_where_the_emails_differ() -> None:
    unknown = compared({"name": "Ana Lopez"}, {"name": "Ana Lopez", "email": "a@example.com"})
    other = compared(
        {"name": "Ana Lopez", "email": "lopez@example.org"},
        {"name": "Ana Lopez", "email": "a@example.com"},
    )

    assert unknown.score == WEIGHTS[Clue.NAME].points
    assert other.score == 45
    assert other.words == "same name, different email"


def test_a_one_word_name_alone_is_worth_nobodys_time() -> None:
    assert compared({"name": "Ana"}, {"name": "Ana"}).score < LEAST_SCORE


def test_nothing_known_is_nothing_alike() -> None:
    assert compared({}, {}) == Likeness(0, ())


texts = st.sampled_from(["", "ana", "analopez", "ana lopez", "anna lopez", "bo", "lopez ana m"])
somebody = st.builds(
    lambda name, local, domain, handle: traits(
        Side.WHOP,
        Person(name=name, email=f"{local}@{domain}" if local else None, username=handle),
        words,
    ),
    texts,
    texts.map(lambda text: text.replace(" ", ".")),
    st.sampled_from(["gmail.com", "googlemail.com", "example.com"]),
    texts,
)


@given(somebody, somebody)
def test_a_score_is_the_same_from_both_sides_and_never_sure(one: Traits, other: Traits) -> None:
    told = likeness(one, other, alike)

    assert told == likeness(other, one, alike)
    assert 0 <= told.score < 100
    assert told.score >= max((hint.weight for hint in told.hints), default=0)


@given(somebody)
def test_nobody_looks_more_like_somebody_than_that_somebody(one: Traits) -> None:
    strangers = likeness(one, Traits(email="z@z.z", address="z@z.z", domain="z.z"), alike)

    assert likeness(one, one, alike).score >= strangers.score


def test_the_traits_of_an_affiliate_are_in_the_form_they_are_compared_in() -> None:
    person = Person(
        name="López, Ana María",
        email=" Ana.Lopez+Shop@GoogleMail.com ",
        username="Ana_Lopez",
        slug="not-hers-yet",
    )

    assert traits(Side.WHOP, person, words) == Traits(
        email="ana.lopez+shop@googlemail.com",
        address="analopez@gmail.com",
        local="analopez",
        domain="gmail.com",
        mailbox="analopez",
        handle="ana_lopez",
        plain="analopez",
        name="a ana l mar pez",
        outer="l a",
    )


def test_the_handle_of_a_partner_is_the_slug() -> None:
    person = Person(username="ana", slug="Ana-L", email="a.b@example.com", name="Ana")

    assert traits(Side.AFFIHUB, person, words) == Traits(
        email="a.b@example.com",
        address="a.b@example.com",
        local="a.b",
        domain="example.com",
        mailbox="ab",
        handle="ana-l",
        plain="anal",
        name="ana",
        outer="",
    )


def test_of_somebody_unknown_there_is_nothing_to_compare() -> None:
    assert traits(Side.WHOP, Person(), words) == Traits()


@pytest.mark.parametrize("email", ["nowhere", "@example.com", "ana@", "+tag@example.com"])
def test_what_is_no_address_has_no_halves(email: str) -> None:
    told = traits(Side.WHOP, Person(email=email), words)

    assert (told.address, told.local, told.domain, told.mailbox) == ("", "", "", "")
    assert told.email == email


@pytest.mark.parametrize("percent, weight", [(84, None), (85, 45), (99, 59), (100, 59)])
def test_each_point_short_of_a_hundred_costs_one_of_weight(
    percent: int, weight: int | None
) -> None:
    one = traits(Side.WHOP, Person(email="ana@example.com"), words)
    other = traits(Side.AFFIHUB, Person(email="bob@example.com"), words)

    told = likeness(one, other, lambda *_: percent)

    assert [hint.weight for hint in told.hints] == ([] if weight is None else [weight])
    if weight:
        shown = min(percent, 99)
        assert told.words == f"similar email at the same domain ({shown} % alike)"
        assert told.hints[0].alike == shown


def test_handles_of_five_letters_that_are_no_role_say_who_somebody_is() -> None:
    assert [is_telling(text) for text in ("anal", "anali", "sales", "support", "supporter")] == [
        False,
        True,
        False,
        False,
        True,
    ]


def test_doubts_multiply_and_some_always_remains() -> None:
    same = {"name": "Ana Lopez", "email": "ana.lopez@example.com"}

    sure = compared({**same, "username": "ana_lopez"}, {**same, "slug": "ana_lopez"})

    assert [hint.weight for hint in sure.hints] == [97, 75, 60]
    assert sure.score == 99
    assert sure.words == "same email, username equals slug, same name"
    two = compared({**same, "name": None}, {"slug": "ana-lopez", "email": "x@example.org"})
    assert [(hint.weight, hint.words) for hint in two.hints] == [
        (45, "username or slug equals the email name")
    ]
    assert two.score == 45


def test_a_name_that_says_nothing_once_the_emails_differ_is_no_evidence() -> None:
    """25 points for one word, less 15, is 10; a similar name of 85 % has 20 left."""
    one = traits(Side.WHOP, Person(name="Ana", email="x@example.com"), words)
    other = traits(Side.AFFIHUB, Person(name="Ana", email="y@example.org"), words)

    told = likeness(one, other, alike)

    assert [(hint.clue, hint.weight) for hint in told.hints] == [(Clue.ONE_WORD, 10)]
    assert told.words == "same one-word name, different email"


def test_the_first_and_the_last_name_say_more_than_a_similar_name() -> None:
    one, other = {"name": "Ana Lopez"}, {"name": "Ana Maria Lopez"}

    told = compared(one, other)

    assert [(hint.clue, hint.weight, hint.alike) for hint in told.hints] == [
        (Clue.OUTER_NAME, 50, None)
    ]
    apart = compared({**one, "email": "a@b.io"}, {**other, "email": "c@d.io"})
    assert [(hint.weight, hint.words) for hint in apart.hints] == [
        (35, "same first and last name, different email")
    ]


def test_an_address_has_its_domain_behind_the_last_sign() -> None:
    told = traits(Side.WHOP, Person(email='"a@b"@example.com'), words)

    assert (told.local, told.domain) == ('"a@b"', "example.com")


def test_a_quoted_address_at_gmail_is_one_at_gmail() -> None:
    told = traits(Side.WHOP, Person(email='"a@b"@googlemail.com'), words)

    assert (told.local, told.domain) == ('"a@b"', "gmail.com")


def test_a_name_somebody_does_not_have_is_like_no_other() -> None:
    known, unknown = {"name": "Ana Lopez"}, {"name": None}

    for one, other in ((known, unknown), (unknown, known)):
        whop = traits(Side.WHOP, Person(**one), words)
        affihub = traits(Side.AFFIHUB, Person(**other), words)
        assert likeness(whop, affihub, lambda *_: 100).hints == ()
    word = traits(Side.WHOP, Person(name="Ana"), words)
    whole = traits(Side.AFFIHUB, Person(name="Ana Lopez"), words)
    assert likeness(word, whole, lambda *_: 100).hints == ()
    assert likeness(whole, word, lambda *_: 100).hints == ()


def test_an_address_somebody_does_not_have_is_like_no_other() -> None:
    one = traits(Side.WHOP, Person(email="ana@example.com"), words)

    for other in (traits(Side.AFFIHUB, Person(), words), Traits(domain="example.com")):
        assert likeness(one, other, lambda *_: 100).hints == ()
        assert likeness(other, one, lambda *_: 100).hints == ()
