"""Who may open a debtor's page: admins; an operator who talks with the debtor, or who found them by naming them.

Numbers in addresses can be counted, so a search result carries a signed pass (`?por=`) for one person and one debtor.
Later packages say who talks with whom (`on_check`): this one knows no conversations.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Any

from flask import current_app, g, request, url_for
from itsdangerous import BadSignature, URLSafeSerializer

from portal import clock
from portal.accounts.models import User

ARGUMENT = "por"
VALID = timedelta(days=1)

Check = Callable[[User, int], bool]

_checks: list[Check] = []


def on_check(check: Check) -> None:
    """Have a later package open the pages of the debtors that a person deals with: `check(user, debtor_id)`."""
    if check not in _checks:
        _checks.append(check)


def pass_for(user: User, debtor_id: int) -> str:
    """A day's pass of one person to one debtor's pages."""
    return _signer().dumps([user.id, debtor_id, int(clock.now().timestamp())])


def may_see(user: User, debtor_id: int, given: str | None = None) -> bool:
    """Whether a person may open a debtor's pages, with the pass that the address brought, if any."""
    return user.is_admin or _is_valid(given or "", user, debtor_id) or any(check(user, debtor_id) for check in _checks)


def allowed(debtor_id: int) -> bool:
    """The same for the person and the address of this request."""
    return may_see(g.user, debtor_id, request.args.get(ARGUMENT))


def debtor_url(debtor_id: int, **anchor: Any) -> str:
    """The address of a debtor's page for the person of this request, with a pass when they need one."""
    given = None if g.user.is_admin else pass_for(g.user, debtor_id)
    return url_for("portfolio.show", debtor_id=debtor_id, por=given, **anchor)


def _is_valid(given: str, user: User, debtor_id: int) -> bool:
    try:
        user_id, to, since = _signer().loads(given)
    except (BadSignature, ValueError, TypeError):
        return False
    age = clock.now().timestamp() - since
    return (user_id, to) == (user.id, debtor_id) and age < VALID.total_seconds()


def _signer() -> URLSafeSerializer:
    return URLSafeSerializer(current_app.secret_key or "", salt="debtor-page")
