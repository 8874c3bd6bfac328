// Asking the room, and having a seat in it.

import { app, byId, changed, forget, keep, LOST, net, newToken, recall, seatKey, voteKey } from './state.js';

// Below the page itself, wherever a proxy may have put that.
const API = `${location.pathname.replace(/\/+$/, '')}/api`;

/** The answer of the room, or null when none came that can be its own. */
export async function request(method, path, { body, token, timeout = 15000, cut = new AbortController() } = {}) {
  const timer = setTimeout(() => cut.abort(), timeout);
  const headers = {};
  if (token) headers.Authorization = `Bearer ${token}`;
  if (body) headers['Content-Type'] = 'application/json';
  try {
    const response = await fetch(API + path, {
      method, headers, body: body && JSON.stringify(body), signal: cut.signal, cache: 'no-store',
      // A drawing is often finished by switching the phone off: let the request outlive the page.
      keepalive: method === 'PUT',
    });
    return understood(response.status, await response.text());
  } catch {
    return null;
  } finally {
    clearTimeout(timer);
  }
}

function understood(status, text) {
  if (status === 204) return { status, data: null };
  if (status >= 500) return null;
  const data = text ? JSON.parse(text) : {};
  // Sign-in pages of hotels answer in place of the room; only its own errors have this field.
  if (status >= 400 && typeof data.error !== 'string') return null;
  return { status, data };
}

export function pause(failures, retry) {
  if (retry) return retry * 1000 + Math.random() * 1000;
  return Math.min(10000, 500 * 2 ** Math.min(failures - 1, 8)) * (0.5 + Math.random() / 2);
}

export function nap(milliseconds) {
  return new Promise((done) => {
    const timer = setTimeout(done, milliseconds);
    net.wakeup = () => {
      clearTimeout(timer);
      done();
    };
  });
}

function askToJoin({ code, name, token }) {
  return request('POST', '/join', { body: { code, name, token } });
}

/** Whether one has come in, in the end; a second click, and a try that was given up, have not. */
export async function join(code, name) {
  if (app.joining?.code === code && app.joining.name === name) return false;
  const kept = recall(seatKey(code));
  const seat = { code, name, token: kept ? kept.token : newToken() };
  app.joining = seat;
  app.problem = '';
  // Kept before it is sent: when the answer gets lost, the next try is the same person.
  keep(seatKey(code), { ...seat, joined: false });
  changed();
  for (let tries = 1; app.joining === seat; tries += 1) {
    const reply = await askToJoin(seat);
    if (app.joining !== seat) return false;
    if (reply?.status === 200) {
      app.joining = null;
      sitDown({ ...seat, code: reply.data.code || code, name: reply.data.name || name });
      return true;
    }
    if (reply && reply.status !== 429) {
      app.joining = null;
      app.problem = reply.data.error;
      changed();
      return false;
    }
    const retry = reply ? reply.data.retry || 2 : 0;
    app.problem = reply ? `${reply.data.error} Trying again in ${retry} s.` : LOST;
    changed();
    await nap(pause(tries, retry));
  }
  return false;
}

/** Whether the room knows this device again; asked for once, then the person has to. */
export function rejoin(seat) {
  if (!net.rejoining) net.rejoining = tryRejoin(seat).finally(() => { net.rejoining = null; });
  return net.rejoining;
}

async function tryRejoin(seat) {
  if (seat.rejoined) {
    standUp('The room does not know this device any more. Please join again.');
    return false;
  }
  const reply = await askToJoin(seat);
  if (app.seat !== seat || !reply) return false;
  if (reply.status === 429) {
    net.retry = reply.data.retry || 2;
    return false;
  }
  seat.rejoined = true;
  if (reply.status === 200) return true;
  if (reply.status === 404) closeRoom();
  else standUp(reply.data.error);
  return false;
}

export function sitDown(seat) {
  Object.assign(app, {
    seat, code: seat.code, gone: false, problem: '', notice: '', round: null,
    // Shown until the room answers, so that a reload without a connection loses neither the view nor the drawing.
    room: recall(`${seat.code}:room`), vote: recall(voteKey(seat.code)),
  });
  Object.assign(net, { after: -1, steps: -1, polls: 0, fails: 0 });
  keep(seatKey(seat.code), { code: seat.code, name: seat.name, token: seat.token, joined: true });
  keep('current', seat.code);
  history.replaceState(null, '', `?code=${seat.code}`);
}

function standUp(problem) {
  if (app.seat) {
    const { code, name, token } = app.seat;
    keep(seatKey(code), { code, name, token, joined: false });
    byId('join-name').value = name;
  }
  getUp(problem);
}

export function getUp(problem) {
  Object.assign(app, { seat: null, room: null, draft: null, vote: null, stroke: null, problem });
  clearTimeout(net.timer);
  if (net.cut) net.cut.abort();
  if (net.wakeup) net.wakeup();
  byId('join-code').value = app.code;
  changed();
}

export function closeRoom() {
  app.gone = true;
  standUp('');
}

export function leave() {
  forget(app.seat.code);
  getUp('');
}
