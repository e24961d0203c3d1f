"""Prices are read with their currency and never guessed."""

from decimal import Decimal

import pytest

from openedx_catalog_publisher.importers.prices import SYMBOLS, Price, PriceError, read_price
from openedx_catalog_publisher.seeds.currencies import CURRENCIES


@pytest.mark.parametrize(
    ("text", "amount", "currency"),
    [
        ("MX$3,052", "3052.00", "MXN"),
        ("MX$102", "102.00", "MXN"),
        ("MX$46,089", "46089.00", "MXN"),
        ("$199 USD", "199.00", "USD"),
        ("$250 CAD", "250.00", "CAD"),
        ("$49", "49.00", "USD"),
        ("€1,179.5", "1179.50", "EUR"),
        ("CHF 1,004.50", "1004.50", "CHF"),
        ("CHF\xa01004", "1004.00", "CHF"),
        ("99 GBP", "99.00", "GBP"),
        ("£99GBP", "99.00", "GBP"),
        ("¥12,000", "12000.00", "JPY"),
        ("$0", "0.00", "USD"),
        ("$99,999,999.99", "99999999.99", "USD"),
    ],
)
def test_a_price_keeps_its_amount_and_currency(text: str, amount: str, currency: str) -> None:
    price = read_price(text)
    assert price == Price(Decimal(amount), currency)
    assert price.amount.as_tuple().exponent == -2


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("Free", '"Free" is not a price'),
        ("$1,00", '"$1,00" is not a price'),
        ("$1.005", '"$1.005" is not a price'),
        ("$10-20", '"$10-20" is not a price'),
        ("$١٢", '"$١٢" is not a price'),
        ("-$5", 'the currency "-$" is not known'),
        ("3,052", "the price has no currency"),
        ("C$99", 'the currency "C$" is not known'),
        ("$99 usd", 'the currency "usd" is not known'),
        ("€99 USD", 'the price names two currencies, "€" and "USD"'),
        ("$100,000,000", '"$100,000,000" is above 99,999,999.99'),
    ],
)
def test_anything_else_is_refused_with_a_reason(text: str, reason: str) -> None:
    with pytest.raises(PriceError) as caught:
        read_price(text)
    assert str(caught.value) == reason


def test_every_symbol_stands_for_a_seeded_currency() -> None:
    assert set(SYMBOLS.values()) <= {code for code, _ in CURRENCIES}
