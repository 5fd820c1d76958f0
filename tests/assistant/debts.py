"""What people owe, for the texts of the assistant. All invented."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

from portal.assistant.rules.facts import CreditorFact, Figures, InstalmentFact, TitleFact

TODAY = date(2026, 11, 22)
LINE = "00190000090123456700400123456170616560000035075"  # R$ 350,75, due 2026-12-10
LINE_OF_1234 = "23791234546789012345767890123457416920000123456"  # R$ 1.234,56, due 2027-01-15
COLLECTION_LINE = "826100000007984000482021612100000001123456700004"  # R$ 98,40

SCHOOL = CreditorFact("Escola Beta")
KNOWN = CreditorFact("Escola Beta", "12.345.678/0001-95", "Rua das Flores, 10, São Paulo/SP, CEP 01310-100")


def figures(principal: str, fine: str = "0", interest: str = "0", fee: str = "0", discount: str = "0") -> Figures:
    parts = [Decimal(part) for part in (principal, fine, interest, fee, discount)]
    return Figures(*parts, total=sum(parts[:4], -parts[4]))


def title(
    due: str = "2026-10-10",
    amount: str = "350.75",
    creditor: CreditorFact | str = SCHOOL,
    number: str = "123",
    line: str = "",
    **added: str,
) -> TitleFact:
    owed_to = CreditorFact(creditor) if isinstance(creditor, str) else creditor
    return TitleFact(owed_to, date.fromisoformat(due), figures(amount, **added), number, line)


def instalment(number: int = 2, due: str = "2026-12-10", amount: str = "100.00", line: str = "") -> InstalmentFact:
    agreed = figures("1000", fine="20", interest="30", fee="50", discount="100")
    return InstalmentFact(KNOWN, 12, number, 10, date.fromisoformat(due), Decimal(amount), agreed, line)


def spaced(message: str) -> str:
    """Babel puts a no-break space after R$."""
    return message.replace("\xa0", " ")
