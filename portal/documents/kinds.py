"""The kinds of document as the menu knows them: two groups, the second with two types."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from portal.documents.models import DocumentKind


@dataclass(frozen=True)
class Group:
    """A section of *Menu Configurações > Documentos*. `slug` is its part of the address."""

    slug: str
    title: str
    lead: str
    kinds: tuple[DocumentKind, ...]


TERMS = Group(
    "termo-de-acordo",
    "Termo de acordo",
    "O que foi combinado com o devedor: títulos, total, entrada e parcelas.",
    (DocumentKind.AGREEMENT_TERM,),
)
STATEMENTS = Group(
    "demonstrativo-de-debito",
    "Demonstrativo de débito",
    "O que o devedor deve, item a item. O tipo “Título Original” lista os títulos em aberto; o tipo “Acordo”, as parcelas.",
    (DocumentKind.ORIGINAL_STATEMENT, DocumentKind.AGREEMENT_STATEMENT),
)
GROUPS: Mapping[str, Group] = {group.slug: group for group in (TERMS, STATEMENTS)}

TYPES: Mapping[DocumentKind, str] = {
    DocumentKind.AGREEMENT_TERM: "Termo de acordo",
    DocumentKind.ORIGINAL_STATEMENT: "Título Original",
    DocumentKind.AGREEMENT_STATEMENT: "Acordo",
}


def group_of(kind: DocumentKind) -> Group:
    return next(group for group in GROUPS.values() if kind in group.kinds)


def needs_agreement(kind: DocumentKind) -> bool:
    """Whether a document of this kind is about an agreement rather than about open titles."""
    return kind is not DocumentKind.ORIGINAL_STATEMENT
