// What the page knows, and where this device keeps it.

export const NEVER = 'never';
export const OPEN = '';
export const LOST = 'No connection, trying again.';

export const app = {
  code: '', seat: null, gone: false, arriving: false, joining: null, problem: '',
  room: null, notice: '', said: '',
  draft: null, round: null, refusal: '', invalid: {},
  vote: null,
  selected: 1, top: 0, undo: [], stroke: null, storyFor: '',
  forgetful: false,
  net: {
    after: -1, steps: -1, acks: 0, cut: null, woken: false, wakeup: null, rejoining: null,
    polls: 0, offline: navigator.onLine === false,
    timer: 0, sending: false, fails: 0, retry: 0,
  },
};

export const { net } = app;
export const byId = (id) => document.getElementById(id);

let draw = () => {};

/** Has what changes be shown. */
export function shownBy(how) {
  draw = how;
}

export function changed() {
  draw();
}

// ---- on this device

export const PREFIX = 'simkit-room:';
const memory = new Map();

export function recall(key) {
  if (memory.has(key)) return memory.get(key);
  try {
    return JSON.parse(localStorage.getItem(PREFIX + key));
  } catch {
    return null;
  }
}

export function keep(key, value) {
  try {
    localStorage.setItem(PREFIX + key, JSON.stringify(value));
    memory.delete(key);
  } catch {
    // Private windows and full disks refuse; the page then lives on what it has in memory and says so.
    memory.set(key, value);
    app.forgetful = true;
  }
}

export function forget(code) {
  const ours = (key) => key === 'current' || key.startsWith(`${code}:`);
  [...memory.keys()].filter(ours).forEach((key) => memory.delete(key));
  try {
    Object.keys(localStorage)
      .filter((key) => key.startsWith(PREFIX) && ours(key.slice(PREFIX.length)))
      .forEach((key) => localStorage.removeItem(key));
  } catch {
    // Nothing was kept.
  }
}

export const seatKey = (code) => `${code}:seat`;
export const voteKey = (code) => `${code}:vote`;
export const draftKey = (code, round) => `${code}:drawing:${round}`;
export const scoreKey = (code, round) => `${code}:score:${round}`;

export function keepDraft() {
  keep(draftKey(app.seat.code, app.round), app.draft);
}

export function keepVote() {
  keep(voteKey(app.seat.code), app.vote);
}

export function recallDraft(room) {
  const draft = recall(draftKey(app.seat.code, room.round));
  return draft?.values.length === room.months ? draft : null;
}

export function newToken() {
  const bytes = crypto.getRandomValues(new Uint8Array(16));
  return Array.from(bytes, (byte) => byte.toString(16).padStart(2, '0')).join('');
}

export const cleanCode = (text) => (text || '').toUpperCase().replace(/[^A-Z0-9]/g, '');

// ---- what follows from it

export const canDraw = (room) => Boolean(room?.phase === 'draw' && !room.locked);
export const drawingOf = (room) => room?.me?.drawing || null;
export const startOf = (room) => Array(room.months).fill(room.start);
export const valuesNow = () => (app.draft ? app.draft.values : startOf(app.room));
export const whole = (answer) => (Number.isInteger(answer) ? answer : null);
export const sent = ({ values, crossing, patience }) => ({ values, crossing: whole(crossing), patience: whole(patience) });

/** What counts of one's own; a drawing that came too late is still shown to whoever made it. */
export function ownDrawing(room) {
  return drawingOf(room) || (app.draft && sent(app.draft));
}

export function chosen(room) {
  const { vote } = app;
  return vote?.round === room.round && vote.month === room.review ? vote.choice : null;
}

export const lastRow = (room) => room.rows[room.rows.length - 1] || null;
export const isLost = () => net.offline || net.polls > 1 || net.fails > 1;
export const drawingWaits = () => Boolean(app.draft?.dirty && !app.refusal);
export const voteWaits = () => Boolean(app.vote?.dirty);
