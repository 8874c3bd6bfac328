// Drawing with finger, mouse or keyboard, and deciding.

import { app, byId, canDraw, changed, chosen, keepDraft, keepVote, OPEN, startOf, valuesNow } from './state.js';
import { schedule } from './follow.js';

/** Above which the room takes a value for a mistake. */
const MOST = 1e12;

function edit(change) {
  if (!canDraw(app.room)) return;
  const fresh = { values: startOf(app.room), crossing: OPEN, patience: OPEN };
  app.draft = { ...(app.draft || fresh), ...change, dirty: true, refused: false };
  app.refusal = '';
  keepDraft();
  schedule(700);
  changed();
}

function remember() {
  app.undo = [...app.undo, valuesNow()];
}

/** Steps of the drawing that can be said in round figures. */
function snapped(value) {
  const grain = 10 ** Math.floor(Math.log10(app.top / 150));
  const inside = Math.min(Math.max(value, 0), app.top);
  return Number((Math.round(inside / grain) * grain).toPrecision(12));
}

function nudge(share) {
  const values = [...valuesNow()];
  remember();
  values[app.selected - 1] = snapped(values[app.selected - 1] + share * app.top);
  edit({ values });
}

function select(month) {
  app.selected = Math.min(Math.max(month, 1), app.room.months);
  changed();
}

export function takeBack() {
  const values = app.undo.pop();
  if (values) edit({ values });
}

export const KEYS = {
  ArrowLeft: () => select(app.selected - 1),
  ArrowRight: () => select(app.selected + 1),
  Home: () => select(1),
  End: () => select(app.room.months),
  ArrowUp: () => nudge(0.02),
  ArrowDown: () => nudge(-0.02),
  PageUp: () => nudge(0.1),
  PageDown: () => nudge(-0.1),
};

export function onKey(event) {
  const act = KEYS[event.key];
  if (!act || event.ctrlKey || event.metaKey || event.altKey || !canDraw(app.room)) return;
  event.preventDefault();
  act();
}

function pointed(event) {
  const box = byId('pad').getBoundingClientRect();
  const { months } = app.room;
  const month = ((event.clientX - box.left) / box.width) * months + 0.5;
  return {
    month: Math.min(Math.max(month, 1), months),
    value: (1 - (event.clientY - box.top) / box.height) * app.top,
  };
}

export function onDown(event) {
  if (app.stroke || event.button > 0 || !canDraw(app.room)) return;
  event.preventDefault();
  byId('pad').focus({ preventScroll: true });
  byId('pad').setPointerCapture(event.pointerId);
  remember();
  app.stroke = { id: event.pointerId, last: pointed(event) };
  trace(app.stroke.last);
}

export function onMove(event) {
  if (app.stroke?.id === event.pointerId) trace(pointed(event));
}

export function onUp(event) {
  if (!app.stroke || app.stroke.id !== event.pointerId) return;
  app.stroke = null;
  changed();
}

function trace(to) {
  const from = app.stroke.last;
  const values = [...valuesNow()];
  const last = Math.floor(Math.max(from.month, to.month));
  for (let month = Math.ceil(Math.min(from.month, to.month)); month <= last; month += 1) {
    const way = to.month === from.month ? 1 : (month - from.month) / (to.month - from.month);
    values[month - 1] = snapped(from.value + way * (to.value - from.value));
  }
  app.selected = Math.round(to.month);
  values[app.selected - 1] = snapped(to.value);
  app.stroke.last = to;
  edit({ values });
}

/** A month that was typed; unlike what is dragged it may lie above the axis, which then grows. */
export function onTyped(month, text) {
  const number = Number(text.replace(',', '.'));
  if (text.trim() !== '' && number >= 0 && number <= MOST) {
    const values = [...valuesNow()];
    remember();
    values[month - 1] = number;
    app.selected = month;
    edit({ values });
  } else {
    changed();
  }
}

export function onAnswer(field, text) {
  const number = Number(text);
  const good = Number.isInteger(number) && number >= 1 && number <= app.room.months;
  app.invalid[field] = text !== '' && !good;
  answer(field, good ? number : OPEN);
}

export function answer(field, value) {
  const now = app.draft ? app.draft[field] : OPEN;
  if (now === value) changed();
  else edit({ [field]: value });
}

export function choose(choice) {
  const { room } = app;
  if (room.review === null || chosen(room) === choice) return;
  app.vote = { round: room.round, month: room.review, choice, dirty: true };
  app.notice = '';
  keepVote();
  schedule(300);
  changed();
}
