"""The board: simkit as a web page, for those who move sliders.

Nothing is computed here. Widgets derive from the parameter declarations, numbers come from `simkit`, pictures and
sentences from `simkit.present`. A session holds one history of scenarios, and everything on a page follows from it.
"""

from __future__ import annotations

PAGES = {
    "Start": "start",
    "What if": "what-if",
    "Your data": "your-data",
    "Compare": "compare",
    "Explore": "explore",
    "Assumptions": "assumptions",
    "Take away": "take-away",
    "Training": "training",
    "Projector": "projector",
}
"""The pages by their titles: where they are. The projector's is found by its link alone."""
