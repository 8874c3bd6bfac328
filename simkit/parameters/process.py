"""How the team works together, automates and learns."""

from __future__ import annotations

from simkit.parameters.declaration import constant, lever, section, uncertainty

# fmt: off


@section
class Process:
    """Plans, silos, clarity and the split between producing and improving."""

    silos: float = lever(
        0.4, "How far channels work for themselves: 0 one integrated plan, 1 isolated", unit="0-1", low=0, high=1, step=0.1,
        unpriced="a reorganisation", source="Assumption; no good source for the cost of silos", claims="C10 C11 C17",
    )
    strategic_clarity: float = lever(
        0.65, "How well the strategy is translated into goals people can work with", unit="0-1", low=0, high=1, step=0.1,
        unpriced="leaders' time", source="Assumption", claims="C16 C23",
    )
    interruptions: float = lever(
        0.1, "Share of working time lost to urgent requests from above", unit="share", low=0, high=0.9, step=0.05,
        unpriced="waiting by whoever asks", source="Assumption", claims="C9",
    )
    improvement_time: float = lever(
        0.18, "Share of working time planned for improving instead of producing", unit="share", low=0, high=0.5, step=0.03,
        cost="the working time", source="Assumption", claims="C2 C9",
    )
    replanning_months: float = lever(
        1.0, "Time between planning points", unit="months", low=0.25, high=12, step=0.5, cost="planning time",
        source="Assumption; a monthly plan", claims="C14 C19",
    )
    reallocation: float = lever(
        0.3, "How far effort follows measured return", unit="0-1", low=0, high=1, step=0.1, source="Assumption", claims="C14",
    )
    always_on: float = lever(
        0.7, "Share of the work published steadily; the rest is held for campaign launches", unit="share", low=0, high=1,
        step=0.1, source="Assumption", claims="C12",
    )
    handover_days: float = lever(
        2.0, "Days until the next person, or sales, takes up what was handed over", unit="days", low=0, high=60, step=1,
        unpriced="closer coordination", source="Assumption; Oldroyd 2011: 37 % of firms answer a lead within an hour", claims="C15 C17",
    )
    partner_response_days: float = uncertainty(
        8.0, "Days that a function outside the team takes to answer, on average", unit="days", low=0, high=120,
        source="Filestage 2023: approval takes 8 days, for brands 10", claims="C17",
    )
    reorganisation_dip: float = uncertainty(
        0.3, "Working speed lost while a team is being reorganised", unit="share", low=0, high=0.9, source="Assumption", claims="C7",
    )
    halo: float = uncertainty(
        0.4, "Lift that the other channels give, when all are saturated and the plan is integrated", unit="share", low=0, high=2,
        source="Thinkbox: +8 % for a pair on average; tried with this model for all channels together", claims="C11",
    )
    uneven_plans: float = uncertainty(
        0.5, "How much too big or too small a channel's plan can be when there is no strategic clarity", unit="share", low=0, high=1,
        source="Assumption", claims="C16",
    )
    planning_days: float = constant(
        0.5, "Planning effort for each channel's plan that stands alone", unit="days", low=0, high=20, source="Assumption",
        claims="C10",
    )
    planning_strategist: float = constant(
        0.5, "Strategist's planning effort for each channel, against that of its owners", unit="share", low=0, high=5,
        source="Assumption", claims="C10 C23",
    )
    planning_shared: float = constant(
        0.6, "Share of a channel's planning that one integrated plan saves", unit="share", low=0, high=1, source="Assumption",
        claims="C10 C11",
    )
    silo_rework: float = uncertainty(
        0.2, "Further share of items reworked when channels are isolated", unit="share", low=0, high=0.9, source="Assumption",
        claims="C10 C17",
    )
    silo_duplicates: float = uncertainty(
        0.15, "Share of items that duplicate another channel's when channels are isolated", unit="share", low=0, high=0.9,
        source="Asana 2021: 58 minutes of a working day go into duplication, 12 %", claims="C10",
    )
    silo_effort: float = uncertainty(
        0.15, "Further effort for each item when channels are isolated", unit="share", low=0, high=2, source="Assumption",
        claims="C10",
    )
    interruption_days: float = constant(
        2.5, "Mean effort of an urgent request", unit="days", low=0.1, high=20, source="Assumption", claims="C9",
    )
    clarity_without_strategist: float = constant(
        0.5, "Share of the clarity that people have without a strategist's time", unit="share", low=0, high=1,
        source="Assumption", claims="C16 C23",
    )
    strategist_span: float = constant(
        8.0, "People one strategist can keep aligned", unit="heads", low=1, high=100, source="Assumption", claims="C23",
    )
    pressure_from_shortfall: float = uncertainty(
        0.15, "Pressure on the team when the executives' confidence is gone", unit="0-1", low=0, high=1, source="Assumption",
        claims="C2 C3",
    )
    pressure_from_backlog: float = uncertainty(
        0.8, "Pressure for each month of work that lies late", unit="0-1 per month", low=0, high=5, source="Assumption",
        claims="C2 C9",
    )
    squeezed_leads: float = uncertainty(
        0.15, "Further leads, of lower quality, that a full push squeezes out of the channels at once", unit="share", low=0, high=1,
        source="Assumption", claims="C8 C9 C25",
    )
    overtime: float = uncertainty(
        0.2, "Working speed gained under full pressure", unit="share", low=0, high=1, source="Assumption", claims="C2",
    )


@section
class Capability:
    """The capability trap: what improvement builds and pressure destroys."""

    floor: float = constant(
        0.3, "Capability that stays when nobody improves anything", unit="ratio", low=0.01, high=1,
        source="Assumption; tried with this model", claims="C2",
    )
    enough_improvement: float = constant(
        0.12, "Share of their time that channels' people must spend improving to keep capability at 1", unit="share", low=0.01, high=0.5,
        source="Assumption; tried with this model as 0.09 of everybody's time", claims="C2",
    )
    exponent: float = constant(
        0.8, "How capability grows with the share of time spent improving", unit="", low=0.1, high=1,
        source="Assumption; tried with this model", claims="C2",
    )
    time_constant_months: float = constant(
        9.0, "Time constant with which capability follows", unit="months", low=0.5, high=60,
        source="Assumption; tried with this model. Structure: Repenning & Sterman 2001", claims="C2",
    )
    speed_exponent: float = constant(
        0.5, "How far capability speeds up work (0 not at all, 1 in proportion)", unit="", low=0, high=1, source="Assumption",
        claims="C2",
    )
    test_win_rate: float = uncertainty(
        0.34, "Share of tests that find an improvement", unit="share", low=0, high=1,
        source="Kohavi: 66 % of experiments fail at Microsoft, 85-92 % elsewhere", claims="C2 C13",
    )
    test_gain: float = uncertainty(
        0.01, "Gain in a channel's capability from one improvement that is acted on", unit="share", low=0, high=0.2,
        source="Assumption; the 'about 1 %' of the claim", claims="C2",
    )
    spill_over: float = uncertainty(
        0.5, "Share of a gain that the other channels learn too when the plan is integrated", unit="share", low=0, high=1,
        source="Assumption", claims="C2 C11",
    )
    forgetting_half_life: float = uncertainty(
        36.0, "Time in which half of what was learned is forgotten", unit="months", low=1, high=240, source="Assumption",
        claims="C2",
    )
    unwritten: float = uncertainty(
        0.5, "Share of what somebody learned that leaves with that person", unit="share", low=0, high=1, source="Assumption",
        claims="C2 C21",
    )
    improvement_days: float = constant(
        1.5, "Effort of one improvement or test", unit="days", low=0.1, high=20, source="Assumption", claims="C2",
    )


@section
class Automation:
    """Machines that create."""

    reliance: float = lever(
        0.2, "Share of creation left to machines", unit="share", low=0, high=1, step=0.1, unpriced="tools", source="Assumption",
        claims="C20",
    )
    human_review: float = lever(
        0.3, "How thoroughly people review and revise what machines do", unit="0-1", low=0, high=1, step=0.1,
        cost="working time", source="Assumption", claims="C20",
    )
    time_saved: float = uncertainty(
        0.4, "Time saved on work that a machine does", unit="share", low=0, high=0.95,
        source="Noy & Zhang 2023: 40 % less time on writing tasks (n = 453)", claims="C20 C21",
    )
    saved_without_clarity: float = constant(
        0.5, "Share of the time saved that needs no strategic clarity", unit="share", low=0, high=1, source="Assumption",
        claims="C21",
    )
    quality_gain: float = uncertainty(
        0.18, "Gain in worth of work that a machine helped with, where strategy is clear", unit="share", low=0, high=1,
        source="Noy & Zhang 2023: 18 % better (n = 453)", claims="C20 C21",
    )
    review_effort: float = uncertainty(
        0.15, "Effort of a full review against that of creating the item", unit="share", low=0, high=1, source="Assumption",
        claims="C20",
    )
    revisions_without_review: float = constant(
        0.2, "Revisions a month of an automated tactic when nothing is automated yet", unit="1/month", low=0, high=10,
        source="Assumption; tried with this model", claims="C20",
    )
    revisions_with_review: float = constant(
        0.67, "Further revisions a month under full review", unit="1/month", low=0, high=10,
        source="Assumption; tried with this model (1 / 1.5)", claims="C20",
    )


@section
class Feedback:
    """How what happens becomes what is done: observe, wait, analyse, decide, act."""

    latency_weeks: float = lever(
        4.0, "Time until there is enough data to analyse a test or a result", unit="weeks", low=0.5, high=26, step=1,
        unpriced="measuring", source="Assumption", claims="C18 C22",
    )
    acted_on: float = lever(
        0.6, "Share of insights that somebody acts on", unit="share", low=0, high=1, step=0.1, unpriced="leaders' attention",
        source="Gartner 2022: analytics influence 53 % of decisions", claims="C22",
    )
    tests_per_channel_month: float = lever(
        2.0, "Tests each channel wants to run a month (0 is no testing)", unit="tests/month", low=0, high=20, step=1,
        cost="improvement time", source="Assumption; tried with this model", claims="C2 C13",
    )
    analysis_days: float = constant(
        0.75, "Analyst's effort for one test", unit="days", low=0, high=20, source="Assumption", claims="C18 C22",
    )
    observation_noise: float = constant(
        0.25, "Error with which one test sees where the market is", unit="market widths", low=0, high=5, source="Assumption",
        claims="C18",
    )
    correction: float = constant(
        0.3, "Share of the gap that one insight closes", unit="share", low=0.01, high=1, source="Assumption", claims="C13 C18",
    )
