// Following the room, and sending what was drawn and decided, again and again until it has arrived.

import {
  app, byId, canDraw, changed, drawingOf, drawingWaits, keep, keepDraft, keepVote, net, NEVER, recallDraft, scoreKey,
  sent, voteWaits,
} from './state.js';
import { news } from './words.js';
import { closeRoom, nap, pause, rejoin, request } from './seat.js';

export function schedule(delay) {
  clearTimeout(net.timer);
  net.timer = setTimeout(flush, delay);
}

export async function flush() {
  const { seat } = app;
  if (!seat || net.sending || !(drawingWaits() || voteWaits())) return;
  net.sending = true;
  const done = await sendVote(seat) && await sendDrawing(seat);
  net.sending = false;
  net.fails = done ? 0 : net.fails + 1;
  if (app.seat && (drawingWaits() || voteWaits())) schedule(done ? 700 : pause(net.fails, net.retry));
  net.retry = 0;
  changed();
}

/** What the room said to it, or null when it has to be sent again. */
async function put(seat, what, body) {
  const reply = await request('PUT', `/${seat.code}/${what}`, { body, token: seat.token });
  if (!reply || app.seat !== seat) return null;
  if (reply.status === 401) await rejoin(seat);
  else if (reply.status === 404) closeRoom();
  else if (reply.status === 429) net.retry = reply.data.retry || 2;
  else return reply;
  return null;
}

async function sendDrawing(seat) {
  if (!drawingWaits()) return true;
  const { draft, round } = app;
  const reply = await put(seat, 'drawing', { round, ...sent(draft) });
  if (!reply) return false;
  net.acks += 1;
  // Whatever was drawn in the meantime is another object, and still has to be sent.
  if (app.draft !== draft) return true;
  if (reply.status === 200) app.draft = { ...draft, dirty: false, version: reply.data.version };
  else if (reply.status === 409) app.draft = { ...draft, dirty: false, refused: true };
  else app.refusal = reply.data.error;
  keepDraft();
  return true;
}

async function sendVote(seat) {
  if (!voteWaits()) return true;
  const { vote } = app;
  const { round, month, choice } = vote;
  const reply = await put(seat, 'vote', { round, month, choice });
  if (!reply) return false;
  net.acks += 1;
  if (app.vote !== vote) return true;
  if (reply.status === 200) {
    app.vote = { ...vote, dirty: false, version: reply.data.version };
  } else {
    app.vote = null;
    app.notice = `Your last answer for month ${month} was not counted. ${reply.data.error}`;
  }
  keepVote();
  return true;
}

/** Takes part, as whoever has just sat down. */
export function enter() {
  if (app.room) openRound(app.room);
  changed();
  follow(app.seat);
  schedule(0);
}

export function wake() {
  net.woken = true;
  if (net.cut) net.cut.abort();
  if (net.wakeup) net.wakeup();
  schedule(0);
}

async function follow(seat) {
  while (app.seat === seat) {
    const acks = net.acks;
    const began = performance.now();
    net.woken = false;
    net.cut = new AbortController();
    const path = `/${seat.code}/state?after=${net.after}&steps=${net.steps}&wait=20`;
    const reply = await request('GET', path, { token: seat.token, timeout: 30000, cut: net.cut });
    net.cut = null;
    if (app.seat !== seat) return;
    if (reply === null && net.woken) continue;
    if (reply && (reply.status === 204 || isState(reply))) {
      connected();
      if (reply.status === 200) receive(reply.data, acks);
      seat.rejoined = false;
      const least = reply.status === 204 ? 1000 - (performance.now() - began) : 0;
      await nap(Math.max(150 + Math.random() * 150, least));
    } else {
      await recover(seat, reply);
    }
  }
}

const isState = ({ status, data }) => status === 200 && Number.isFinite(data.version) && data.months > 0;

function connected() {
  const calm = net.polls === 0 && !net.offline;
  net.polls = 0;
  net.offline = false;
  if (!calm) {
    changed();
    schedule(0);
  }
}

async function recover(seat, reply) {
  if (reply?.status === 404) closeRoom();
  if (app.seat !== seat || (reply?.status === 401 && await rejoin(seat))) return;
  if (reply?.status === 429) net.retry = reply.data.retry || 2;
  net.polls += 1;
  // A server that was started again from an older copy counts from less: ask for whatever there is.
  net.steps = -1;
  changed();
  const rest = pause(net.polls, net.retry);
  net.retry = 0;
  await nap(rest);
}

function receive(room, acks) {
  const before = app.room;
  Object.assign(net, { after: room.version, steps: room.steps });
  openRound(room);
  reconcileDrawing(room, acks);
  reconcileVote(room, acks);
  app.room = room;
  if (before?.review !== room.review && room.review !== null) app.notice = '';
  keep(`${app.seat.code}:room`, room);
  if (room.debrief?.score) keep(scoreKey(app.seat.code, room.round), room.debrief.score);
  app.said = news(before, room) || app.said;
  changed();
  // For those who go by keyboard or by ear: only now is there a title to begin with.
  if (app.arriving) byId('title').focus();
  app.arriving = false;
}

function openRound(room) {
  if (app.round === room.round) return;
  Object.assign(app, {
    round: room.round, draft: recallDraft(room), refusal: '', invalid: {}, notice: '',
    selected: 1, top: 0, undo: [], stroke: null,
  });
}

/** A state that was asked for before the room took our last change, and does not know of it yet. */
function stale(room, acks, mine) {
  return acks < net.acks && !(mine?.version && room.version >= mine.version);
}

function reconcileDrawing(room, acks) {
  const { draft } = app;
  if (draft?.dirty || stale(room, acks, draft)) return;
  const theirs = drawingOf(room);
  if (draft && canDraw(room) && (draft.refused || !theirs)) {
    sendAgain();
  } else if (theirs && !draft?.refused && !(draft && sameDrawing(draft, theirs))) {
    app.draft = {
      values: theirs.values, crossing: theirs.crossing ?? NEVER, patience: theirs.patience ?? NEVER, dirty: false,
    };
    keepDraft();
  }
}

function sendAgain() {
  app.draft = { ...app.draft, dirty: true, refused: false };
  keepDraft();
  schedule(0);
}

function sameDrawing(draft, theirs) {
  const mine = sent(draft);
  return mine.crossing === theirs.crossing && mine.patience === theirs.patience
    && mine.values.every((value, i) => value === theirs.values[i]);
}

function reconcileVote(room, acks) {
  if (app.vote?.dirty || room.review === null || stale(room, acks, app.vote)) return;
  const choice = room.me ? room.me.vote : null;
  app.vote = choice ? { round: room.round, month: room.review, choice, dirty: false } : null;
  keepVote();
}
