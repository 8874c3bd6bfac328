"""The five channels. One declaration serves all; each channel has its own defaults."""

from __future__ import annotations

from simkit.parameters.declaration import choice, constant, lever, section, uncertainty

# fmt: off


@section
class Channel:
    """How a channel's work turns into leads.

    A published item of worth 1 adds ``activation_share`` to a fast activation and the rest to a slow asset; their
    sum is the channel's stock, in items. Stock brings ``lead_rate`` leads a month for each item while it is small
    and half of that per item once it has reached ``saturation``.
    """

    active: bool = choice(
        True, "Whether the team works this channel", kind="lever", source="Assumption; all five are common", claims="C4 C5",
    )
    items_per_head_month: float = lever(
        4.0, "Items one owner can create in a month of undisturbed work", unit="items/month", low=0.1, high=60, step=0.5,
        cost="working time", source="Assumption; an item is a deliverable of several days, not a single post", claims="C5 C25",
    )
    activation_share: float = uncertainty(
        0.5, "Share of an item that works at once; the rest builds a lasting asset", unit="share", low=0, high=1,
        source="Assumption", claims="C1",
    )
    activation_half_life: float = uncertainty(
        0.5, "Time in which the immediate effect halves", unit="months", low=0.02, high=12,
        source="Robyn 3.11: digital keeps 0-30 % a week; Graffius 2018: posts live hours to days", claims="C1",
    )
    asset_half_life: float = uncertainty(
        26.0, "Time in which a lasting asset loses half its worth", unit="months", low=1, high=240,
        source="Assumption; tried with this model. Ahrefs 2022: 66.5 % of links are lost in nine years", claims="C1",
    )
    maturing_months: float = uncertainty(
        5.0, "Time an asset takes to come into its own", unit="months", low=0.1, high=36,
        source="Practitioners: search needs 4-12 months to show", claims="C1",
    )
    worth_spread: float = uncertainty(
        1.05, "How much items differ in worth (sigma of the logarithm)", unit="", low=0, high=2.5,
        source="Assumption; tried with this model", claims="C1",
    )
    saturation: float = uncertainty(
        40.0, "Stock at which an item brings half of what the first one brought", unit="items", low=0.1, high=1e5,
        source="Assumption; Robyn: inflection at 0.3-1 of the range", claims="C25",
    )
    lead_rate: float = uncertainty(
        10.0, "Leads a month that one item's stock brings while the channel is far from saturated",
        unit="leads/item/month", low=0, high=1e4, source="Assumption; set with the rest so that a sound team doubles results",
        claims="C1",
    )
    lead_quality: float = uncertainty(
        1.0, "Win rate of the channel's leads against the average", unit="ratio", low=0.1, high=5, source="Assumption", claims="C8",
    )
    appetite: float = uncertainty(
        10.0, "Items a month beyond which the audience tires", unit="items/month", low=0.1, high=1000,
        source="Assumption; about twice what the default team publishes", claims="C25",
    )
    media_share: float = lever(
        0.0, "Weight of this channel in the media budget", unit="weight", low=0, high=1, step=0.1, source="Assumption", claims="C24",
    )
    interruptions: float = lever(
        0.0, "Further share of the owners' time lost to urgent requests for this channel", unit="share", low=0, high=0.9,
        step=0.05, unpriced="waiting by whoever asks", source="Assumption; none by default", claims="C9",
    )


@section
class Channels:
    """Search, content, social, paid and e-mail."""

    search: Channel = Channel(
        items_per_head_month=3.0, activation_share=0.1, activation_half_life=0.5, asset_half_life=26.0,
        saturation=2.5, lead_rate=295.0, lead_quality=1.1, appetite=12.0, media_share=0.0,
    )
    content: Channel = Channel(
        items_per_head_month=3.0, activation_share=0.15, activation_half_life=0.5, asset_half_life=26.0,
        saturation=3.5, lead_rate=260.0, lead_quality=1.1, appetite=16.0, media_share=0.0,
    )
    social: Channel = Channel(
        items_per_head_month=5.0, activation_share=0.8, activation_half_life=0.25, asset_half_life=12.0,
        saturation=3.0, lead_rate=95.0, lead_quality=0.8, appetite=12.0, media_share=0.2,
    )
    paid: Channel = Channel(
        items_per_head_month=4.0, activation_share=1.0, activation_half_life=0.5, asset_half_life=6.0,
        saturation=8.0, lead_rate=30.0, lead_quality=0.9, appetite=12.0, media_share=0.8,
    )
    email: Channel = Channel(
        items_per_head_month=4.0, activation_share=0.6, activation_half_life=0.25, asset_half_life=18.0,
        saturation=2.0, lead_rate=190.0, lead_quality=1.0, appetite=6.0, media_share=0.0,
    )


@section
class Work:
    """What the model assumes of items, reviews and fatigue in every channel."""

    contribution_share: float = constant(
        0.5, "Share of items that need a contribution from another role", unit="share", low=0, high=1,
        source="Assumption; Asana: 58-60 % of working time is coordination", claims="C17",
    )
    contribution_effort: float = constant(
        0.1, "Effort of a contribution against that of creating the item", unit="share", low=0, high=2,
        source="Assumption", claims="C17",
    )
    urgent_help: float = constant(
        0.3, "Effort that another role must put into an urgent request, against the request itself", unit="share", low=0, high=2,
        source="Assumption", claims="C9 C17",
    )
    partner_share: float = constant(
        0.25, "Share of items that need product, sales or legal", unit="share", low=0, high=1, source="Assumption", claims="C17",
    )
    review_effort: float = constant(
        0.1, "Effort of a review against that of creating the item", unit="share", low=0, high=1, source="Assumption", claims="C16",
    )
    rework: float = constant(
        0.15, "Share of items that must be reworked when the brief is clear and the plan is shared", unit="share", low=0, high=0.9,
        source="Assumption; Filestage 2023: 3.2-3.7 versions of a piece", claims="C16 C17",
    )
    unclear_rework: float = constant(
        0.3, "Further share of items that must be reworked when there is no strategic clarity", unit="share", low=0, high=0.9,
        source="Assumption", claims="C16",
    )
    rework_effort: float = constant(
        0.35, "Effort of a rework against that of creating the item", unit="share", low=0, high=1, source="Assumption",
        claims="C16",
    )
    stale_months: float = constant(
        1.0, "Time after its due date at which a brief nobody has begun is dropped", unit="months", low=0.1, high=12,
        source="Assumption", claims="C16",
    )
    planned_load: float = constant(
        0.57, "Share of the owners' time, less that for improving, that a plan fills", unit="share", low=0.1, high=1.5,
        source="Assumption", claims="C2 C9",
    )
    campaign_months: float = constant(
        3.0, "Time between campaign launches", unit="months", low=0.25, high=12, source="Assumption; a quarter", claims="C12",
    )
    campaign_effort: float = constant(
        0.15, "Further effort of an item made for a one-off campaign", unit="share", low=0, high=2,
        source="Assumption", claims="C10 C12",
    )
    useful_without_clarity: float = constant(
        0.25, "Share of work that serves an objective when there is no strategic clarity", unit="share", low=0, high=1,
        source="Assumption; SiriusDecisions: 60-70 % of content is never used", claims="C16 C23",
    )
    fatigue: float = constant(
        1.0, "Response lost (in logarithms) for each time the audience's appetite is exceeded once over", unit="", low=0, high=10,
        source="Assumption; vendors see click rates fall by 20-40 % in a heavy week", claims="C25",
    )
    fatigue_months: float = constant(
        2.0, "Time constant with which an audience tires and recovers", unit="months", low=0.1, high=24,
        source="Assumption", claims="C25",
    )
    unsubscribes: float = constant(
        0.05, "Share of a channel's asset lost a month for each time the appetite is exceeded once over", unit="share/month",
        low=0, high=1, source="Assumption; Mailchimp 2019: 0.25 % unsubscribe at each e-mail", claims="C25",
    )
