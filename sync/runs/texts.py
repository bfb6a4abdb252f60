"""Judgements about texts that need a library: slugs and addresses, handed to the core."""

from sync.core.alone import Texts

MOST_OF_A_SLUG = 40
"""Characters of a slug; it travels in links (api/affihub.md section 2.4)."""


def slug(text: str) -> str:
    """A URL-safe, lower-case slug of a text, transliterated; empty where nothing is left."""
    from slugify import slugify  # noqa: PLC0415  # its tables are only needed for creates

    return slugify(text[:200], max_length=MOST_OF_A_SLUG)


def is_email(text: str) -> bool:
    """Whether a text is an address that could receive mail; no DNS is asked."""
    from email_validator import EmailNotValidError, validate_email  # noqa: PLC0415  # see slug

    try:
        validate_email(text, check_deliverability=False)
    except EmailNotValidError:
        return False
    return True


TEXTS = Texts(slug=slug, is_email=is_email)
