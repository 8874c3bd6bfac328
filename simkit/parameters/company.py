"""The company and its customers."""

from __future__ import annotations

from simkit.parameters.declaration import choice, constant, lever, section, uncertainty

# fmt: off


@section
class Company:
    """What a customer is worth, how strangers become customers, and where the firm stood before the programme."""

    customer_value: float = uncertainty(
        2400.0, "Gross margin that one customer brings over the whole lifetime", unit="money", low=0, high=1e7,
        source="Assumption; tried with this model", claims="C1",
    )
    customer_lifetime_months: float = uncertainty(
        48.0, "How long a customer stays, on average", unit="months", low=1, high=240,
        source="Assumption; differs by trade, replace it with your own churn", claims="C6",
    )
    currency: str = choice(
        "EUR", "Currency of every amount of money (ISO 4217 code)", kind="constant", pattern="^[A-Z]{3}$",
        source="Assumption; a name for the unit, no figure depends on it",
    )
    starting_leads_per_month: float = uncertainty(
        1040.0, "Leads a month before the programme begins", unit="leads/month", low=0, high=1e6,
        source="Assumption; a firm that wins about thirty customers a month", claims="C1",
    )
    market_size: float = uncertainty(
        100_000.0, "Possible customers there are in all", unit="customers", low=1, high=1e9,
        source="Assumption; at 5 % in the market a quarter (Dawes, the 95:5 rule) it yields 1,700 buyers a month", claims="C6",
    )
    word_of_mouth_share: float = uncertainty(
        0.36, "Share of the starting leads that come by recommendation", unit="share", low=0, high=0.9,
        source="Assumption; chosen without McKinsey's 20-50 % of purchases, which validates the result", claims="C6",
    )
    qualification_rate: float = uncertainty(
        0.25, "Share of leads that qualify", unit="share", low=0, high=1,
        source="First Page Sage: lead to marketing-qualified lead 15-30 %", claims="C8",
    )
    win_rate: float = uncertainty(
        0.10, "Share of qualified leads that become customers, at the firm's hand-over before the programme",
        unit="share", low=0, high=1,
        source="First Page Sage: MQL to SQL 30-50 %, SQL to opportunity 50-75 %, won 15-30 %: product 2-11 %", claims="C15",
    )
    qualification_months: float = uncertainty(
        0.5, "Median time from lead to qualified", unit="months", low=0.05, high=12,
        source="Assumption; two weeks of contact attempts",
    )
    sales_cycle_months: float = uncertainty(
        4.0, "Median time from qualified to won", unit="months", low=0.05, high=36,
        source="Assumption; tried with this model, LinkedIn's 'half a year and more' stays for validation", claims="C1",
    )
    sales_cycle_spread: float = constant(
        0.75, "Spread of the two delays (sigma of the logarithm)", unit="", low=0.05, high=2,
        source="Assumption; tried with this model",
    )
    sales_enablement: float = lever(
        0.5, "How well sales is equipped for what marketing brings (0.5 is the practice before the programme)",
        unit="0-1", low=0, high=1, step=0.1, unpriced="training and material", source="Assumption; a scale of its own", claims="C15",
    )
    enablement_effect: float = uncertainty(
        0.15, "Change of the win rate from no to half enablement, and from half to full", unit="share", low=0, high=1,
        source="Assumption", claims="C15",
    )
    handover_decay_days: float = constant(
        45.0, "Days of hand-over that halve the chance that a lead qualifies", unit="days", low=0.5, high=120,
        source="Assumption; milder than Oldroyd 2011 (seven times likelier within an hour)", claims="C15",
    )
    advocacy: float = uncertainty(
        0.24, "Leads that one customer recommends to the firm", unit="leads/customer/month", low=0, high=5,
        source="Assumption; tried with this model", claims="C6",
    )
    advocacy_delay_months: float = constant(
        3.0, "Time until a new customer recommends", unit="months", low=0.1, high=24, source="Assumption", claims="C6",
    )
    referred_quality: float = uncertainty(
        1.6, "Win rate of a recommended lead against any other", unit="ratio", low=0.5, high=5,
        source="Assumption; tried with this model. Referred customers are also worth 16 % more (Schmitt et al. 2011)", claims="C6",
    )
    community_effect: float = uncertainty(
        0.5, "Gain in advocacy when community work is plentiful", unit="share", low=0, high=2,
        source="Assumption", claims="C6",
    )
    community_half: float = constant(
        0.1, "Share of time spent with the community that yields half of that gain", unit="share", low=0.01, high=1,
        source="Assumption", claims="C6",
    )
    disappointment: float = uncertainty(
        0.3, "Advocacy lost among customers won under full pressure", unit="share", low=0, high=2,
        source="Assumption", claims="C6 C8",
    )
    haste_quality_loss: float = uncertainty(
        0.3, "Lead quality lost when volume is pushed with full pressure", unit="share", low=0, high=0.9,
        source="Assumption", claims="C8 C25",
    )
