"""What happens outside the firm, and the money spent there."""

from __future__ import annotations

from simkit.parameters.declaration import constant, lever, section, uncertainty

# fmt: off


@section
class Market:
    """A market that drifts, jumps, tempts and gets dearer."""

    drift: float = uncertainty(
        0.13, "How far what customers respond to wanders in a month", unit="market widths per root month", low=0, high=2,
        source="Assumption; tried with this model. Facebook reach halved in 19 months (EdgeRank)", claims="C4 C13",
    )
    jumps_per_year: float = uncertainty(
        0.5, "Sudden changes of a channel a year", unit="1/year", low=0, high=24,
        source="Assumption; AI overviews cut the clicks at position 1 by 34.5 % at once (Ahrefs 2025)", claims="C4",
    )
    jump_size: float = uncertainty(
        0.4, "Size of a sudden change (standard deviation)", unit="market widths", low=0, high=5, source="Assumption", claims="C4",
    )
    width: float = constant(
        0.6, "Distance from the market at which response falls to 61 %", unit="market widths", low=0.05, high=10,
        source="Assumption; the Gaussian response curve's standard deviation", claims="C13",
    )
    hype_per_year: float = uncertainty(
        1.0, "New channels or tools a year that everybody talks about", unit="1/year", low=0, high=24, source="Assumption", claims="C4",
    )
    hype_months: float = constant(
        4.0, "How long a hype lasts", unit="months", low=0.5, high=36, source="Assumption", claims="C4",
    )
    hype_pull: float = uncertainty(
        0.25, "Share of a plan that a hype draws away when there is no strategic clarity", unit="share", low=0, high=1,
        source="Assumption", claims="C4 C23",
    )
    hype_worth: float = uncertainty(
        0.15, "Worth of a hype trial against an ordinary item", unit="ratio", low=0, high=5,
        source="Assumption; no good source for what hype pays", claims="C4",
    )
    cost_inflation_per_year: float = uncertainty(
        0.14, "Rise of media prices", unit="share/year", low=-0.5, high=2,
        source="WordStream: cost per lead 53.52 (2023) to 70.11 dollars (2025), 14 % a year", claims="C24",
    )
    seasonality: float = uncertainty(
        0.05, "Swing of demand over the year, around its mean", unit="share", low=0, high=0.9, source="Assumption", claims="C4",
    )
    seasonal_peak_month: int = uncertainty(
        11, "Calendar month in which demand peaks", unit="month", low=1, high=12, source="Assumption",
    )


@section
class Media:
    """What bought media does."""

    leads_per_thousand: float = uncertainty(
        10.0, "Leads for each thousand of media money while little is spent", unit="leads per 1,000", low=0, high=1e4,
        source="Assumption; search ads bring 14-19 (WordStream: 53.52-70.11 dollars for a lead), other media fewer", claims="C24",
    )
    half_saturation: float = uncertainty(
        40_000.0, "Media money a month at which a further unit brings a quarter of what the first one brought",
        unit="money/month", low=1, high=1e9, source="Assumption; tried with this model: twice the default budget", claims="C24",
    )
    brand_gain: float = uncertainty(
        1.5, "Leads that media bring over the years, through the brand, for each lead they bring at once",
        unit="ratio", low=0, high=20, source="Assumption; from Binet & Field 2013, 60 : 40 for brand against activation", claims="C24",
    )
    brand_half_life: float = uncertainty(
        20.0, "Time in which the brand built by media halves", unit="months", low=1, high=240,
        source="Assumption; tried with this model", claims="C24",
    )
    brand_delay_months: float = constant(
        6.0, "Time constant with which media sinks in as brand", unit="months", low=0.1, high=36, source="Assumption", claims="C24",
    )


@section
class Tools:
    """What marketing technology does."""

    gain: float = uncertainty(
        0.4, "Gain in the worth of work from plentiful tools in the hands of a skilled and clear team", unit="share", low=0, high=3,
        source="Assumption; customer support with AI +14-15 % (Brynjolfsson et al.)", claims="C21",
    )
    half_saturation: float = uncertainty(
        10_000.0, "Money a month for tools at which half of the gain is there", unit="money/month", low=1, high=1e9,
        source="Assumption; Gartner 2023: 33-58 % of the capability bought is used", claims="C21",
    )


@section
class Budget:
    """Money spent each month besides people."""

    media_per_month: float = lever(
        20_000.0, "Media budget", unit="money/month", low=0, high=1e8, step=5000, cost="itself each month",
        source="Assumption; tried with this model. Gartner 2024: 27.9 % of marketing budgets", claims="C24",
    )
    tools_per_month: float = lever(
        5_000.0, "Budget for marketing technology", unit="money/month", low=0, high=1e8, step=2500, cost="itself each month",
        source="Assumption; less than Gartner's 23.8 % of marketing budgets", claims="C21",
    )
