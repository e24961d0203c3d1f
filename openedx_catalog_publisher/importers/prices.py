"""Prices as course pages show them to an English reader."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from types import MappingProxyType

from openedx_catalog_publisher.seeds.currencies import CURRENCIES

# Symbols of the Unicode CLDR for the locale en. A bare dollar is the US dollar there; the others carry their country.
SYMBOLS: Mapping[str, str] = MappingProxyType(
    {
        "$": "USD",
        "US$": "USD",
        "A$": "AUD",
        "CA$": "CAD",
        "CN¥": "CNY",
        "EC$": "XCD",
        "HK$": "HKD",
        "MX$": "MXN",
        "NT$": "TWD",
        "NZ$": "NZD",
        "R$": "BRL",
        "£": "GBP",
        "¥": "JPY",
        "€": "EUR",
        "₩": "KRW",
        "₪": "ILS",
        "₫": "VND",
        "₱": "PHP",
        "₹": "INR",
    }
)
CODES = frozenset(code for code, _ in CURRENCIES)
PRICE = re.compile(
    r"(?P<before>[^0-9\s]*)\s*"
    r"(?P<whole>[0-9]{1,3}(?:,[0-9]{3})+|[0-9]{1,12})(?P<cents>\.[0-9]{1,2})?"
    r"\s*(?P<after>[^0-9\s]*)"
)
# What a price column holds: ten digits, two of them behind the point.
MAXIMUM_AMOUNT = Decimal("99999999.99")


class PriceError(ValueError):
    """The text is not a price; the message says why and is fit to be shown."""


@dataclass(frozen=True, slots=True)
class Price:
    """An amount with two decimal places in a currency by its ISO 4217 code."""

    amount: Decimal
    currency: str


def read_price(text: str) -> Price:
    """
    Return the price that a text shows, for example ``MX$3,052``, ``$199 USD`` or ``CHF 1,004.50``.

    The currency is kept, nothing is converted. It is named by a symbol of ``SYMBOLS`` or a seeded ISO 4217 code before
    the amount, by a code behind it, or by both if they agree; a bare dollar before agrees with any code behind.

    Raises:
        PriceError: no price, no currency or an unknown one, two currencies, or more than a price column holds.
    """
    match = PRICE.fullmatch(text)
    if match is None:
        raise PriceError(f'"{text[:60]}" is not a price')
    amount = Decimal(match["whole"].replace(",", "") + (match["cents"] or "")).quantize(Decimal("0.01"))
    if amount > MAXIMUM_AMOUNT:
        raise PriceError(f'"{text}" is above {MAXIMUM_AMOUNT:,}')
    return Price(amount, _currency(match["before"], match["after"]))


def _currency(before: str, after: str) -> str:
    """Return the currency that stands around an amount; raises PriceError."""
    if not before and not after:
        raise PriceError("the price has no currency")
    named = SYMBOLS.get(before, before)
    if after and before in ("", "$"):
        named = after
    if named not in CODES:
        raise PriceError(f'the currency "{named[:60]}" is not known')
    if after and named != after:
        raise PriceError(f'the price names two currencies, "{before[:60]}" and "{after[:60]}"')
    return named
