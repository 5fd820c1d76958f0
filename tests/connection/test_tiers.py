from __future__ import annotations

import pytest

from portal.connection.rules.tiers import tier_limit, tier_warning, tier_words


@pytest.mark.parametrize(
    ("tier", "limit", "words"),
    [
        ("TIER_50", 50, "50 pessoas a cada 24 horas"),
        ("TIER_250", 250, "250 pessoas a cada 24 horas"),
        ("TIER_1K", 1_000, "1.000 pessoas a cada 24 horas"),
        ("TIER_2K", 2_000, "2.000 pessoas a cada 24 horas"),
        ("TIER_100K", 100_000, "100.000 pessoas a cada 24 horas"),
        ("TIER_UNLIMITED", None, "Sem limite"),
        ("TIER_NOT_SET", None, ""),
        ("", None, ""),
        ("TIER_-1", None, ""),
    ],
)
def test_a_tier(tier: str, limit: int | None, words: str) -> None:
    assert (tier_limit(tier), tier_words(tier)) == (limit, words)
    assert bool(tier_warning((limit or 10**9) + 1, tier)) == (limit is not None)
    assert tier_warning(limit or 10**9, tier) == ""


def test_the_warning_names_both_numbers() -> None:
    assert "(2.001)" in tier_warning(2_001, "TIER_2K") and "2.000 pessoas" in tier_warning(2_001, "TIER_2K")
