"""Setting the demo company up, once; a second time changes nothing."""

from __future__ import annotations

import sqlalchemy as sa

from portal import clock
from portal.accounts.models import Account, Role, User
from portal.accounts.passwords import matches
from portal.accounts.queries import account_by_slug
from portal.accounts.service.people import add_user, create_account
from portal.chat_starters.models import ChatStarter, StarterCategory, StarterStatus
from portal.chat_starters.rules.wildcards import Field
from portal.connection import queries as connections
from portal.demo import settings
from portal.demo.people import CREDITORS, DemoDebtor, debtors
from portal.extensions import db
from portal.portfolio.models import Creditor, Debtor, Phone, PhoneKind, Title
from portal.portfolio.rules import phones
from portal.portfolio.rules.search import search_key

NAME = "Cobrança Demonstração"
SLUG = "cobranca-demonstracao"
PEOPLE = (
    ("Ana Administradora", "admin@demo.local", Role.ADMIN),
    ("Otávio Operador", "operador@demo.local", Role.OPERATOR),
)

STARTERS = (
    (
        "primeiro_contato",
        StarterCategory.UTILITY,
        "Olá {{1}}, tudo bem? Aqui é da {{2}}, em nome de {{3}}. Podemos falar agora?",
        [Field.DEBTOR_FIRST_NAME, Field.COMPANY_NAME, Field.CREDITOR_NAME],
    ),
    (
        "opcoes_de_negociacao",
        StarterCategory.MARKETING,
        (
            "Prezado cliente {{1}}, nós representamos a empresa {{2}} e gostaríamos de apresentar algumas opções de "
            "negociação a respeito da sua compra. Podemos falar agora?"
        ),
        [Field.DEBTOR_FIRST_NAME, Field.CREDITOR_NAME],
    ),
)


def exists() -> bool:
    return account_by_slug(SLUG) is not None


def set_up(password: str) -> None:
    """Create the demo company with its people, portfolio and approved starters; commits. Nothing when it exists."""
    if exists():
        return
    name, email, _ = PEOPLE[0]
    account = create_account(NAME, name, email, password)
    for other, address, role in PEOPLE[1:]:
        add_user(account.id, None, other, address, role, password).available = True
    _add_portfolio(account)
    _add_starters(account)
    settings.add(account)
    db.session.commit()
    settings.agree(account)


def _add_portfolio(account: Account) -> None:
    now = clock.now()
    creditors = {
        name: Creditor(account_id=account.id, name=name, key=search_key(name), created_at=now) for name in CREDITORS
    }
    db.session.add_all(creditors.values())
    db.session.flush()
    for person in debtors(clock.today(account.timezone)):
        _add_debtor(account, creditors, person)


def _add_debtor(account: Account, creditors: dict[str, Creditor], person: DemoDebtor) -> None:
    now = clock.now()
    debtor = Debtor(
        account_id=account.id,
        name=person.name,
        search_name=search_key(person.name),
        tax_id=person.tax_id,
        category=person.category,
        emails=[],
        city=person.city,
        state=person.state,
        created_at=now,
        updated_at=now,
    )
    db.session.add(debtor)
    db.session.flush()
    key = phones.match_key(person.phone)
    db.session.add(
        Phone(account_id=account.id, debtor_id=debtor.id, e164=person.phone, match_key=key, kind=PhoneKind.MOBILE)
    )
    db.session.add_all(
        Title(
            account_id=account.id,
            debtor_id=debtor.id,
            creditor_id=creditors[title.creditor].id,
            number=title.number,
            due_date=title.due_date,
            amount=title.amount,
            boleto_line=title.boleto_line,
            created_at=now,
            updated_at=now,
        )
        for title in person.titles
    )


def _add_starters(account: Account) -> None:
    connection = connections.current(account.id)
    assert connection is not None
    now = clock.now()
    db.session.add_all(
        ChatStarter(
            account_id=account.id,
            connection_id=connection.id,
            name=name,
            category=category,
            body=body,
            status=StarterStatus.APPROVED,
            bindings=[field.value for field in bindings],
            created_at=now,
            updated_at=now,
        )
        for name, category, body, bindings in STARTERS
    )


def password_holds(password: str) -> bool:
    """Whether the demo admin still logs in with this password."""
    stored = db.session.scalar(sa.select(User.password_hash).where(User.email == PEOPLE[0][1]))
    return stored is not None and matches(stored, password)
