from __future__ import annotations

from datetime import datetime
from enum import StrEnum

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column, relationship

from portal.extensions import Model, OfAccount, text_enum


class Role(StrEnum):
    ADMIN = "admin"
    OPERATOR = "operator"


class Account(Model):
    """A company (conta): the owner of everything else."""

    id: Mapped[int] = mapped_column(primary_key=True)
    name: Mapped[str] = mapped_column(sa.String(120))
    slug: Mapped[str] = mapped_column(sa.String(80), unique=True)
    timezone: Mapped[str] = mapped_column(sa.String(64), default="America/Sao_Paulo")
    created_at: Mapped[datetime]
    tax_id: Mapped[str] = mapped_column(sa.String(14), default="")
    address: Mapped[str] = mapped_column(sa.String(200), default="")
    phone: Mapped[str] = mapped_column(sa.String(20), default="")
    version: Mapped[int] = mapped_column(default=1)


class User(OfAccount, Model):
    """A person who logs in. E-mails are unique over all companies, so that a login needs no company name."""

    __tablename__ = "person"  # `user` is a reserved word on PostgreSQL

    id: Mapped[int] = mapped_column(primary_key=True)
    name: Mapped[str] = mapped_column(sa.String(120))
    email: Mapped[str] = mapped_column(sa.String(254), unique=True)
    password_hash: Mapped[str] = mapped_column(sa.String(255))
    role: Mapped[Role] = mapped_column(text_enum(Role))
    active: Mapped[bool] = mapped_column(default=True)
    available: Mapped[bool] = mapped_column(default=False)
    last_assigned_at: Mapped[datetime | None]
    created_at: Mapped[datetime]

    account: Mapped[Account] = relationship(lazy="joined")

    @property
    def is_admin(self) -> bool:
        return self.role is Role.ADMIN

    @property
    def first_name(self) -> str:
        return self.name.split(" ", 1)[0]


class UserSession(OfAccount, Model):
    """A login. The cookie holds a random token; the row holds its hash, so that a copied database opens no session."""

    token_hash: Mapped[str] = mapped_column(sa.String(64), primary_key=True)
    user_id: Mapped[int] = mapped_column(sa.ForeignKey("person.id"), index=True)
    created_at: Mapped[datetime]
    last_seen_at: Mapped[datetime]
    ended_at: Mapped[datetime | None]
    ip: Mapped[str] = mapped_column(sa.String(45), default="")
    user_agent: Mapped[str] = mapped_column(sa.String(200), default="")

    user: Mapped[User] = relationship(lazy="joined")


class LoginFailure(Model):
    """A wrong password, by what was tried (`email:…`) and from where (`ip:…`); old rows are swept."""

    id: Mapped[int] = mapped_column(primary_key=True)
    key: Mapped[str] = mapped_column(sa.String(80), index=True)
    at: Mapped[datetime]
