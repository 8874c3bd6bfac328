"""What Streamlit runs for every visitor and every move: the frame around the pages."""

from pathlib import Path

import streamlit as st

from simkit_app import board, pages

st.set_page_config("simkit", page_icon=Path(__file__).with_name("icon.png"), layout="wide")
st.html(Path(__file__).with_name("style.css"))
page = st.navigation(pages.made(), position="top")
session = board.current()
pages.frame(session, page)
