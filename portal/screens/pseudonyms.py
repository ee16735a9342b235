"""The one page that shows recovery codes to whoever has no address."""

from __future__ import annotations

from collections.abc import Sequence

from portal.models import User
from portal.web import Answer, Visit, page
from portal.web.paths import onward


def codes_page(visit: Visit, user: User, codes: Sequence[str], *, is_new: bool) -> Answer:
    """The sign-in name and the codes, to be printed or written down; no other page shows them again."""
    return page(
        visit, "pseudonyms/codes.html", signs_in_as=user.signs_in_as, codes=codes, is_new=is_new, next=onward(visit)
    )
