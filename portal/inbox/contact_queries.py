"""Contacts as the company's people look at them."""

from __future__ import annotations

import sqlalchemy as sa

from portal.extensions import db
from portal.inbox.models import Contact
from portal.web.paging import Page, page_of


def contact_in(account_id: int, contact_id: int) -> Contact | None:
    return db.session.scalar(sa.select(Contact).where(Contact.account_id == account_id, Contact.id == contact_id))


def opted_out(account_id: int, search: str, page: int) -> Page:
    """The contacts with whom no chat may be started, newest first. `search`: digits of the number, or the name in
    their profile."""
    query = sa.select(Contact).where(Contact.account_id == account_id, Contact.opt_out.is_not(None))
    if search:
        digits = "".join(char for char in search if char.isdigit())
        found = [Contact.profile_name.icontains(search, autoescape=True)]
        if digits:
            found += [column.contains(digits) for column in (Contact.match_key, Contact.e164, Contact.wa_id)]
        query = query.where(sa.or_(*found))
    return page_of(query.order_by(Contact.opted_out_at.desc(), Contact.id.desc()), page)
