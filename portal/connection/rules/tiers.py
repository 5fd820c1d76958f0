"""Meta's messaging limit: to how many different people a company's numbers may start conversations in 24 hours."""

from __future__ import annotations

import re

_TIER = re.compile(r"TIER_([0-9]{1,6})(K?)")


def tier_limit(tier: str) -> int | None:
    """People in any 24 hours that a tier allows ("TIER_2K" is 2,000); None when unlimited, not set or not known."""
    found = _TIER.fullmatch(tier)
    return int(found[1]) * (1000 if found[2] else 1) if found else None


def tier_words(tier: str) -> str:
    """The tier as an admin reads it; "" when Meta has not told one."""
    if tier == "TIER_UNLIMITED":
        return "Sem limite"
    limit = tier_limit(tier)
    return "" if limit is None else f"{_thousands(limit)} pessoas a cada 24 horas"


def tier_warning(daily_limit: int, tier: str) -> str:
    """What to know of a daily limit above the tier, in Portuguese; "" when it is within it.

    Not a refusal: the tier is shared by all numbers of the company's portfolio and Meta raises it by itself.
    """
    limit = tier_limit(tier)
    if limit is None or daily_limit <= limit:
        return ""
    return (
        f"Máx. Envio por Dia ({_thousands(daily_limit)}) está acima do limite que a Meta dá a este número: "
        f"{_thousands(limit)} pessoas a cada 24 horas, somados todos os números da empresa. O que passar disso "
        "a Meta pode recusar."
    )


def _thousands(number: int) -> str:
    return f"{number:,}".replace(",", ".")
