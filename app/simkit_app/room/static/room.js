// Beginning: what people do is heard from here.

import {
  app, byId, cleanCode, draftKey, drawingWaits, keep, net, NEVER, OPEN, PREFIX, recall, recallDraft, seatKey,
  shownBy, valuesNow, voteKey, voteWaits,
} from './state.js';
import { monthText } from './words.js';
import { getUp, join, leave, sitDown } from './seat.js';
import { enter, schedule, wake } from './follow.js';
import { answer, KEYS, onAnswer, onDown, onKey, onMove, onUp, takeBack } from './drawing.js';
import { render } from './views.js';

function onJoin(event) {
  event.preventDefault();
  const code = cleanCode(byId('join-code').value);
  const name = byId('join-name').value.trim();
  if (code && name) {
    app.code = code;
    join(code, name).then((inside) => {
      if (!inside) return;
      app.arriving = true;
      enter();
    });
    return;
  }
  app.problem = code ? 'Please give a name.' : 'Please give the code of the room; the facilitator shows it.';
  render();
  byId(code ? 'join-name' : 'join-code').focus();
}

function onOtherTab(event) {
  if (!app.seat) return;
  const { code } = app.seat;
  if (event.key === null || event.key === PREFIX + seatKey(code)) {
    if (!recall(seatKey(code))) getUp('');
    return;
  }
  if (app.room && event.key === PREFIX + draftKey(code, app.round) && !app.stroke) app.draft = recallDraft(app.room);
  else if (event.key === PREFIX + voteKey(code)) app.vote = recall(voteKey(code));
  else return;
  net.acks += 1;
  // The other tab sends what it changed; this one only steps in when that tab has gone.
  if (drawingWaits() || voteWaits()) schedule(5000);
  render();
}

function setOffline(offline) {
  net.offline = offline;
  if (offline && net.cut) net.cut.abort();
  if (!offline) wake();
  render();
}

function onVisibility() {
  if (document.hidden) schedule(0);
  else wake();
}

function listenToDrawing() {
  const pad = byId('pad');
  pad.addEventListener('keydown', onKey);
  pad.addEventListener('pointerdown', onDown);
  pad.addEventListener('pointermove', onMove);
  ['pointerup', 'pointercancel', 'lostpointercapture'].forEach((kind) => pad.addEventListener(kind, onUp));
  const tools = {
    earlier: KEYS.ArrowLeft, later: KEYS.ArrowRight, smaller: KEYS.ArrowDown, larger: KEYS.ArrowUp, undo: takeBack,
  };
  Object.entries(tools).forEach(([id, act]) => byId(id).addEventListener('click', () => {
    act();
    app.said = monthText(valuesNow());
    render();
  }));
  ['crossing', 'patience'].forEach((field) => {
    byId(field).addEventListener('input', (event) => onAnswer(field, event.target.value));
    byId(`${field}-never`).addEventListener('change', (event) => {
      app.invalid[field] = false;
      byId(field).value = '';
      answer(field, event.target.checked ? NEVER : OPEN);
    });
  });
}

function listenToJoining() {
  byId('join-form').addEventListener('submit', onJoin);
  byId('join-form').addEventListener('input', () => {
    // Whoever changes the code or the name does not want the old one to be tried any longer.
    app.joining = null;
    app.problem = '';
    render();
  });
  byId('leave').addEventListener('click', onLeave);
}

function onLeave() {
  leave();
  byId('leave-box').open = false;
  byId('join-name').value = '';
  byId('join-name').focus();
}

function listenToDevice() {
  window.addEventListener('online', () => setOffline(false));
  window.addEventListener('offline', () => setOffline(true));
  window.addEventListener('storage', onOtherTab);
  // Not the window's: a scroll bar that comes up narrows the picture without any resizing of the window.
  new ResizeObserver(render).observe(document.querySelector('main'));
  document.addEventListener('visibilitychange', onVisibility);
}

function begin() {
  shownBy(render);
  listenToDrawing();
  listenToJoining();
  listenToDevice();
  app.code = cleanCode(new URLSearchParams(location.search).get('code')) || recall('current') || '';
  // Whoever plays alone comes with a seat that is taken already.
  const token = location.hash.slice(1);
  if (app.code && token) keep(seatKey(app.code), { code: app.code, name: 'You', token, joined: true });
  const seat = app.code ? recall(seatKey(app.code)) : null;
  if (seat?.joined) {
    sitDown({ code: app.code, name: seat.name, token: seat.token });
    enter();
    return;
  }
  byId('join-code').value = app.code;
  byId('join-name').value = seat ? seat.name : '';
  render();
  byId(app.code ? 'join-name' : 'join-code').focus();
}

begin();
