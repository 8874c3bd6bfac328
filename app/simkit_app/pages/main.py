"""What Streamlit runs for every visitor and every move: the frame around the pages."""

from pathlib import Path

import streamlit as st

from simkit_app import board, pages

APP = Path(board.__file__).parent
st.set_page_config("simkit", page_icon=APP / "icon.png", layout="wide")
st.html(APP / "style.css")
page = st.navigation(pages.made(), position="top")
session = board.current()
pages.frame(session, page)
