const API = '/room/api';
const PREFIX = 'simkit-room:';
const SVG = 'http://www.w3.org/2000/svg';
const NEVER = 'never';
const OPEN = '';
const LOST = 'No connection, trying again.';

const app = {
  code: '', seat: null, gone: false, joining: null, problem: '',
  room: null, notice: '',
  draft: null, round: null, refusal: '', invalid: {},
  vote: null,
  selected: 1, top: 0, undo: [], stroke: null, storyFor: '',
  forgetful: false,
  net: {
    after: 0, acks: 0, cut: null, woken: false, wakeup: null, rejoining: null,
    polls: 0, offline: navigator.onLine === false,
    timer: 0, sending: false, fails: 0, retry: 0,
  },
};
const { net } = app;

const byId = (id) => document.getElementById(id);

// ---- storage

const memory = new Map();

function recall(key) {
  if (memory.has(key)) return memory.get(key);
  try {
    return JSON.parse(localStorage.getItem(PREFIX + key));
  } catch {
    return null;
  }
}

function keep(key, value) {
  try {
    localStorage.setItem(PREFIX + key, JSON.stringify(value));
    memory.delete(key);
  } catch {
    // Private windows and full disks refuse; the page then lives on what it has in memory and says so.
    memory.set(key, value);
    app.forgetful = true;
  }
}

function forget(code) {
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

const seatKey = (code) => `${code}:seat`;
const voteKey = (code) => `${code}:vote`;
const draftKey = (code, round) => `${code}:drawing:${round}`;

function keepDraft() {
  keep(draftKey(app.seat.code, app.round), app.draft);
}

function keepVote() {
  keep(voteKey(app.seat.code), app.vote);
}

function recallDraft(room) {
  const draft = recall(draftKey(app.seat.code, room.round));
  return draft?.values.length === room.months ? draft : null;
}

function newToken() {
  const bytes = crypto.getRandomValues(new Uint8Array(16));
  return Array.from(bytes, (byte) => byte.toString(16).padStart(2, '0')).join('');
}

const cleanCode = (text) => (text || '').toUpperCase().replace(/[^A-Z0-9]/g, '');

// ---- network: asking

/** The answer of the room, or null when none came that can be its own. */
async function request(method, path, { body, token, timeout = 15000, cut = new AbortController() } = {}) {
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

function pause(failures, retry) {
  if (retry) return retry * 1000 + Math.random() * 1000;
  return Math.min(10000, 500 * 2 ** Math.min(failures - 1, 8)) * (0.5 + Math.random() / 2);
}

function nap(milliseconds) {
  return new Promise((done) => {
    const timer = setTimeout(done, milliseconds);
    net.wakeup = () => {
      clearTimeout(timer);
      done();
    };
  });
}

function wake() {
  net.woken = true;
  if (net.cut) net.cut.abort();
  if (net.wakeup) net.wakeup();
  schedule(0);
}

// ---- network: joining

function askToJoin({ code, name, token }) {
  return request('POST', '/join', { body: { code, name, token } });
}

async function join(code, name) {
  if (app.joining?.code === code && app.joining.name === name) return;
  const kept = recall(seatKey(code));
  const seat = { code, name, token: kept ? kept.token : newToken() };
  app.joining = seat;
  app.problem = '';
  // Kept before it is sent: when the answer gets lost, the next try is the same person.
  keep(seatKey(code), { ...seat, joined: false });
  render();
  for (let tries = 1; app.joining === seat; tries += 1) {
    const reply = await askToJoin(seat);
    if (app.joining !== seat) return;
    if (reply?.status === 200) {
      app.joining = null;
      sitDown({ ...seat, code: reply.data.code || code, name: reply.data.name || name });
      byId('title').focus();
      return;
    }
    if (reply && reply.status !== 429) {
      app.joining = null;
      app.problem = reply.data.error;
      render();
      return;
    }
    const retry = reply ? reply.data.retry || 2 : 0;
    app.problem = reply ? `${reply.data.error} Trying again in ${retry} s.` : LOST;
    render();
    await nap(pause(tries, retry));
  }
}

/** Whether the room knows this device again; asked for once, then the person has to. */
function rejoin(seat) {
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

function sitDown(seat) {
  Object.assign(app, {
    seat, code: seat.code, gone: false, problem: '', notice: '', round: null,
    // Shown until the room answers, so that a reload without a connection loses neither the view nor the drawing.
    room: recall(`${seat.code}:room`), vote: recall(voteKey(seat.code)),
  });
  Object.assign(net, { after: 0, polls: 0, fails: 0 });
  keep(seatKey(seat.code), { code: seat.code, name: seat.name, token: seat.token, joined: true });
  keep('current', seat.code);
  history.replaceState(null, '', `?code=${seat.code}`);
  if (app.room) openRound(app.room);
  render();
  follow(seat);
  schedule(0);
}

function standUp(problem) {
  if (app.seat) {
    const { code, name, token } = app.seat;
    keep(seatKey(code), { code, name, token, joined: false });
    byId('join-name').value = name;
  }
  getUp(problem);
}

function getUp(problem) {
  Object.assign(app, { seat: null, room: null, draft: null, vote: null, stroke: null, problem });
  clearTimeout(net.timer);
  if (net.cut) net.cut.abort();
  if (net.wakeup) net.wakeup();
  byId('join-code').value = app.code;
  render();
}

function closeRoom() {
  app.gone = true;
  standUp('');
}

function leave() {
  forget(app.seat.code);
  getUp('');
  byId('leave-box').open = false;
  byId('join-name').value = '';
  byId('join-name').focus();
}

// ---- network: following the room

async function follow(seat) {
  while (app.seat === seat) {
    const acks = net.acks;
    const began = performance.now();
    net.woken = false;
    net.cut = new AbortController();
    const path = `/${seat.code}/state?after=${net.after}&wait=20`;
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
    render();
    schedule(0);
  }
}

async function recover(seat, reply) {
  if (reply?.status === 404) closeRoom();
  if (app.seat !== seat || (reply?.status === 401 && await rejoin(seat))) return;
  if (reply?.status === 429) net.retry = reply.data.retry || 2;
  net.polls += 1;
  // A room that was started again may count its versions from one: ask for whatever there is.
  net.after = 0;
  render();
  const rest = pause(net.polls, net.retry);
  net.retry = 0;
  await nap(rest);
}

function receive(room, acks) {
  const before = app.room;
  net.after = room.version;
  openRound(room);
  reconcileDrawing(room, acks);
  reconcileVote(room, acks);
  app.room = room;
  if (before?.review !== room.review && room.review !== null) app.notice = '';
  keep(`${app.seat.code}:room`, room);
  announce(news(before, room));
  render();
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

// ---- network: sending what was drawn and voted

function schedule(delay) {
  clearTimeout(net.timer);
  net.timer = setTimeout(flush, delay);
}

const drawingWaits = () => Boolean(app.draft?.dirty && !app.refusal);
const voteWaits = () => Boolean(app.vote?.dirty);

async function flush() {
  const { seat } = app;
  if (!seat || net.sending || !(drawingWaits() || voteWaits())) return;
  net.sending = true;
  const done = await sendVote(seat) && await sendDrawing(seat);
  net.sending = false;
  net.fails = done ? 0 : net.fails + 1;
  if (app.seat && (drawingWaits() || voteWaits())) schedule(done ? 700 : pause(net.fails, net.retry));
  net.retry = 0;
  render();
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

const whole = (answer) => (Number.isInteger(answer) ? answer : null);
const sent = ({ values, crossing, patience }) => ({ values, crossing: whole(crossing), patience: whole(patience) });

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

// ---- what a person does

const canDraw = (room) => Boolean(room?.phase === 'draw' && !room.locked);
const drawingOf = (room) => room?.me?.drawing || null;
const startOf = (room) => Array(room.months).fill(room.start);
const valuesNow = () => (app.draft ? app.draft.values : startOf(app.room));

function edit(change) {
  if (!canDraw(app.room)) return;
  const fresh = { values: startOf(app.room), crossing: OPEN, patience: OPEN };
  app.draft = { ...(app.draft || fresh), ...change, dirty: true, refused: false };
  app.refusal = '';
  keepDraft();
  schedule(700);
  render();
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
  render();
}

function takeBack() {
  const values = app.undo.pop();
  if (values) edit({ values });
}

const KEYS = {
  ArrowLeft: () => select(app.selected - 1),
  ArrowRight: () => select(app.selected + 1),
  Home: () => select(1),
  End: () => select(app.room.months),
  ArrowUp: () => nudge(0.02),
  ArrowDown: () => nudge(-0.02),
  PageUp: () => nudge(0.1),
  PageDown: () => nudge(-0.1),
};

function onKey(event) {
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

function onDown(event) {
  if (app.stroke || event.button > 0 || !canDraw(app.room)) return;
  event.preventDefault();
  byId('pad').focus({ preventScroll: true });
  byId('pad').setPointerCapture(event.pointerId);
  remember();
  app.stroke = { id: event.pointerId, last: pointed(event) };
  trace(app.stroke.last);
}

function onMove(event) {
  if (app.stroke?.id === event.pointerId) trace(pointed(event));
}

function onUp(event) {
  if (!app.stroke || app.stroke.id !== event.pointerId) return;
  app.stroke = null;
  render();
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

function onAnswer(field, text) {
  const number = Number(text);
  const good = Number.isInteger(number) && number >= 1 && number <= app.room.months;
  app.invalid[field] = text !== '' && !good;
  answer(field, good ? number : OPEN);
}

function answer(field, value) {
  const now = app.draft ? app.draft[field] : OPEN;
  if (now === value) render();
  else edit({ [field]: value });
}

function choose(choice) {
  const { room } = app;
  if (room.review === null || chosen(room) === choice) return;
  app.vote = { round: room.round, month: room.review, choice, dirty: true };
  app.notice = '';
  keepVote();
  schedule(300);
  render();
}

function chosen(room) {
  const { vote } = app;
  return vote?.round === room.round && vote.month === room.review ? vote.choice : null;
}

// ---- words

function figure(value) {
  if (!Number.isFinite(value)) return '–';
  return value.toLocaleString('en-GB', { maximumFractionDigits: Math.abs(value) < 10 ? 1 : 0 });
}

function currency() {
  const found = /^([A-Z]{3}) (?:.* )?a month$/.exec(app.room.unit || '');
  return found ? found[1] : '';
}

function amount(value) {
  return currency() ? `${currency()} ${figure(value)}` : `${figure(value)} ${app.room.unit.replace(/ a month$/, '')}`;
}

const money = (value) => (currency() ? amount(value) : figure(value));
const percent = (share) => `${Math.round(share * 100)} %`;
const counted = (number, one, many) => `${number} ${number === 1 ? one : many}`;

/** The first words of a choice; the room explains it after a colon. */
function short(id) {
  const choice = app.room.choices.find((one) => one.id === id);
  return choice ? choice.says.split(':')[0] : id;
}

function news(before, room) {
  if (!before || before.round !== room.round) return before ? `Round ${room.round} begins.` : '';
  const said = [];
  const row = lastRow(room);
  if (room.month > before.month && row) {
    said.push(`Month ${row.month}: result ${amount(row.result)}, promised ${amount(row.expected)}.`);
  }
  if (room.locked && !before.locked) said.push('The facilitator has locked the drawings.');
  if (room.review !== null && room.review !== before.review) said.push(question(room));
  return said.join(' ');
}

const lastRow = (room) => room.rows[room.rows.length - 1] || null;
const question = (room) => `Month ${room.review} is reviewed: what do you do?`;

function statusText(room) {
  if (app.refusal) return app.refusal;
  if (drawingWaits() || voteWaits()) {
    if (net.fails === 0 && !net.offline) return 'saving …';
    return app.forgetful
      ? 'not sent yet: please keep this page open'
      : 'kept on this device, will be sent when the connection is back';
  }
  if (canDraw(room)) return app.draft ? 'saved' : 'nothing drawn yet';
  if (room.phase === 'live' && chosen(room)) return 'saved';
  return isLost() ? '' : 'connected';
}

function stoppedText(room) {
  if (!room.stopped) return '';
  const who = room.mode === 'own' ? 'You' : 'The room';
  const what = `${who} stopped in month ${room.stopped}.`;
  if (!Number.isFinite(room.saved)) return what;
  return `${what} What you see now is what you save: ${money(room.saved)}.`;
}

function decidedText({ month, choice, votes }) {
  const counts = Object.entries(votes || {}).map(([id, people]) => `${short(id)} ${people}`).join(', ');
  return `Month ${month}: ${short(choice)}${counts ? ` (${counts})` : ''}`;
}

function timingText(room, mine) {
  const { score, crossing } = room.debrief;
  if (mine.crossing === null && crossing === null) return 'You expected that results would never cross; they did not.';
  if (crossing === 0) return 'Results were never below what was promised, so there was nothing to cross.';
  if (mine.crossing === null) return `You expected no crossing; it came in month ${crossing}.`;
  if (crossing === null) {
    return `You expected the crossing in month ${mine.crossing}; it did not come within ${room.months} months.`;
  }
  if (!score.timing) return `You expected the crossing in the month in which it came, month ${crossing}.`;
  const off = `${counted(score.timing, 'month', 'months')} too ${score.early ? 'early' : 'late'}`;
  return `You expected the crossing ${off}. You had said month ${mine.crossing}, it came in month ${crossing}.`;
}

function lessons(room) {
  const mine = drawingOf(room);
  const { score } = room.debrief;
  if (!mine || !score) return ['The room has no drawing of yours in this round, so there is nothing to compare.'];
  const off = `Your curve was off by ${percent(score.shape)} of the target on average; `
    + `the promised line by ${percent(score.line)}.`;
  const patience = mine.patience === null
    ? 'You had said that bad months would not make you stop.'
    : `You had said that you would stop after ${counted(mine.patience, 'bad month', 'bad months in a row')}.`;
  return [timingText(room, mine), off, patience];
}

// ---- chart

function shape(name, attributes, text) {
  const made = document.createElementNS(SVG, name);
  Object.entries(attributes).forEach(([key, value]) => made.setAttribute(key, value));
  if (text !== undefined) made.textContent = text;
  return made;
}

const ruleOf = (kind, x1, y1, x2, y2) => shape('line', { class: kind, x1, y1, x2, y2 });

function wordsOf(text, x, y, anchor = 'middle', kind = '') {
  return shape('text', { class: kind, x, y, 'text-anchor': anchor }, text);
}

function scale(low, high) {
  const raw = (high - low || 1) / 6;
  const power = 10 ** Math.floor(Math.log10(raw));
  const step = [1, 2, 2.5, 5, 10].find((factor) => factor * power >= raw * 0.999999) * power;
  return { low: Math.floor(low / step) * step, high: Math.ceil(high / step - 1e-9) * step, step };
}

/** The axis of a round; it only grows, and never under a moving finger, so that pictures stay comparable. */
function axis(room, own, ...others) {
  const shown = [...room.line, ...others.flat()].filter(Number.isFinite);
  if (!app.stroke) {
    const need = Math.max(1.6 * Math.max(room.target, room.start, ...own), ...shown, 1);
    app.top = Math.max(app.top, scale(0, need).high);
  }
  const ticks = scale(Math.min(0, ...shown), app.top);
  return { ...ticks, high: app.top };
}

function monthStep(months, width, letter) {
  return [1, 2, 3, 6, 12, 24].find((step) => (width / months) * step >= 2.3 * letter) || 24;
}

function path(values, x, y) {
  let pen = 'M';
  return values.map((value, i) => {
    if (!Number.isFinite(value)) {
      pen = 'M';
      return '';
    }
    const piece = `${pen}${x(i + 1).toFixed(1)} ${y(value).toFixed(1)}`;
    pen = 'L';
    return piece;
  }).join('');
}

function areaPath({ low, high }, x, y) {
  const points = (values) => values.map((value, i) => `${x(i + 1).toFixed(1)} ${y(value).toFixed(1)}`);
  return `M${[...points(high), ...points(low).reverse()].join('L')}Z`;
}

function drawChart(chart, spec) {
  const host = chart.querySelector('.picture');
  const width = Math.floor(host.clientWidth);
  if (!width) return;
  const letter = parseFloat(getComputedStyle(document.documentElement).fontSize) * 0.75;
  const height = Math.round(Math.min(Math.max(width * 0.56, 320), 540, Math.max(230, window.innerHeight * 0.62)));
  fill(host, [spec, width, height, letter], () => {
    const plot = plotOf(spec, width, height, letter);
    const svg = shape('svg', { viewBox: `0 0 ${width} ${height}`, role: 'img', 'aria-label': spec.label });
    svg.append(...gridOf(spec, plot, letter), ...curvesOf(spec, plot), ...marksOf(spec, plot, letter));
    placePad(chart, plot);
    return [svg];
  });
}

function plotOf(spec, width, height, letter) {
  const longest = Math.max(figure(spec.axis.high).length, figure(spec.axis.low).length);
  const left = Math.ceil(longest * letter * 0.6 + 8);
  const top = Math.ceil(letter * 2.1 + spec.marks.length * letter * 1.4);
  const right = width - 6;
  const bottom = height - Math.ceil(letter * 2.9);
  const { low, high } = spec.axis;
  return {
    left, top, right, bottom,
    x: (month) => left + ((month - 0.5) / spec.months) * (right - left),
    y: (value) => bottom - ((value - low) / (high - low)) * (bottom - top),
  };
}

function placePad(chart, { left, top, right, bottom }) {
  const pad = chart.querySelector('.pad');
  if (!pad) return;
  const places = { left, top, width: right - left, height: bottom - top };
  Object.entries(places).forEach(([side, value]) => { pad.style[side] = `${value}px`; });
}

function gridOf(spec, { left, top, right, bottom, x, y }, letter) {
  const made = [wordsOf(spec.unit, 0, letter, 'start'), wordsOf('month', right, bottom + letter * 2.6, 'end')];
  const { low, high, step } = spec.axis;
  for (let tick = low; tick <= high + step / 1000; tick += step) {
    const value = Math.abs(tick) < step / 1000 ? 0 : tick;
    made.push(ruleOf(value ? 'rule' : 'base', left, y(value), right, y(value)));
    made.push(wordsOf(figure(value), left - 6, y(value) + letter * 0.35, 'end'));
  }
  spec.reviews.forEach((month) => made.push(ruleOf('review', x(month), top, x(month), bottom)));
  const every = monthStep(spec.months, right - left, letter);
  for (let month = every; month <= spec.months; month += every) {
    made.push(wordsOf(month, x(month), bottom + letter * 1.4));
  }
  return made;
}

function curvesOf(spec, { x, y }) {
  const made = [];
  if (spec.area) made.push(shape('path', { class: 'fan', d: areaPath(spec.area, x, y) }));
  spec.lines.forEach(({ kind, values }) => made.push(shape('path', { class: `line ${kind}`, d: path(values, x, y) })));
  (spec.dots || []).forEach((value, i) => {
    if (!Number.isFinite(value)) return;
    made.push(shape('circle', { class: 'dot', cx: x(i + 1), cy: y(value), r: 4 }));
  });
  if (spec.grips) made.push(...gripsOf(spec, x, y));
  if (Number.isFinite(spec.hint)) {
    const middle = x((spec.months + 1) / 2);
    made.push(wordsOf('Drag this line to what you expect', middle, y(spec.hint) + 26, 'middle', 'hint'));
  }
  return made;
}

function gripsOf({ grips }, x, y) {
  const small = Math.min(5, (x(2) - x(1)) * 0.32);
  return grips.values.map((value, i) => {
    const [look, r] = i + 1 === grips.selected ? ['grip selected', small + 2] : ['grip', small];
    return shape('circle', { class: look, cx: x(i + 1), cy: y(value), r });
  });
}

function marksOf({ marks }, { left, top, right, bottom, x }, letter) {
  const height = (i) => top - letter * (0.6 + (marks.length - 1 - i) * 1.4);
  const rules = marks.map(({ month, kind }, i) => {
    return ruleOf(`${kind} line`, x(month), height(i) + letter * 0.4, x(month), bottom);
  });
  const words = marks.map(({ month, kind, text }, i) => {
    const late = x(month) > (left + right) / 2;
    return wordsOf(text, x(month), height(i), late ? 'end' : 'start', kind === 'stop' ? kind : 'mark');
  });
  return [...rules, ...words];
}

function drawStrip(host, strip) {
  const width = Math.floor(host.clientWidth);
  if (width) fill(host, [strip, width], () => [stripOf(strip, width)]);
}

function stripOf({ months, guesses, mine, actual }, width) {
  const columns = months + 4;
  const piles = new Map();
  guesses.forEach((month) => piles.set(month, (piles.get(month) || 0) + 1));
  const radius = Math.min(6, (width / columns) * 0.42);
  const bottom = Math.max(3, ...piles.values()) * radius * 2.2 + 14;
  const x = (month) => (((month ?? months + 3) - 0.5) / columns) * (width - 20);
  const svg = shape('svg', {
    viewBox: `0 0 ${width} ${bottom + 24}`, role: 'img', 'aria-label': guessesText(piles, months),
  });
  svg.append(ruleOf('base', 0, bottom, width, bottom), wordsOf(NEVER, x(null), bottom + 17));
  if (actual !== 0) svg.append(ruleOf('mark line', x(actual), 2, x(actual), bottom));
  const every = monthStep(columns, width, 12);
  for (let month = every; month <= months; month += every) {
    svg.append(wordsOf(month, x(month), bottom + 17));
  }
  piles.forEach((people, month) => {
    for (let i = 0; i < people; i += 1) {
      const look = i === 0 && mine === month ? 'vote-dot mine' : 'vote-dot';
      svg.append(shape('circle', { class: look, cx: x(month), cy: bottom - radius * (1.1 + i * 2.2), r: radius }));
    }
  });
  return svg;
}

function guessesText(piles, months) {
  const order = [...piles].sort(([a], [b]) => (a ?? months + 1) - (b ?? months + 1));
  const said = order.map(([month, people]) => {
    return `${month === null ? NEVER : `month ${month}`}: ${counted(people, 'person', 'people')}`;
  });
  return `Expected crossings. ${said.join(', ')}.`;
}

// ---- views

function write(element, text) {
  if (element.textContent !== text) element.textContent = text;
}

function show(element, wanted) {
  if (element.hidden === Boolean(wanted)) element.hidden = !wanted;
}

function announce(text) {
  if (text) write(byId('announce'), text);
}

function make(name, text, className) {
  const made = document.createElement(name);
  if (text !== undefined) made.textContent = text;
  if (className) made.className = className;
  return made;
}

const filled = new WeakMap();

/** Fills an element anew only when what it shows has changed, so that nothing jumps or is read out twice. */
function fill(element, signature, build) {
  const key = JSON.stringify(signature);
  if (filled.get(element) === key) return;
  filled.set(element, key);
  element.replaceChildren(...build());
}

const bullets = (element, texts) => fill(element, texts, () => texts.map((text) => make('li', text)));

function swatch(kind) {
  const svg = shape('svg', { viewBox: '0 0 30 12', 'aria-hidden': 'true' });
  if (kind.includes('dot')) svg.append(shape('circle', { class: kind, cx: 15, cy: 6, r: 5 }));
  else if (kind === 'fan') svg.append(shape('rect', { class: kind, width: 30, height: 12 }));
  else svg.append(shape('path', { class: `line ${kind}`, d: 'M1 6L29 6' }));
  return svg;
}

function legend(element, entries) {
  fill(element, entries, () => entries.map(([kind, text]) => {
    const item = make('li');
    item.append(swatch(kind), make('span', text));
    return item;
  }));
}

function render() {
  const { seat, room } = app;
  show(byId('join'), !seat);
  show(byId('gone'), !seat && app.gone);
  show(byId('wait'), Boolean(seat) && !room);
  show(byId('room'), seat && room);
  show(byId('footer'), seat);
  renderBar();
  if (!seat) renderJoin();
  else if (room) renderRoom(room);
}

function renderBar() {
  const { seat, room } = app;
  write(byId('who'), seat ? whoText() : 'Training room');
  write(byId('status'), seat && room ? statusText(room) : '');
  write(byId('trouble'), seat && isLost() ? LOST : '');
  show(byId('state'), seat);
}

const isLost = () => net.offline || net.polls > 1 || net.fails > 1;

function whoText() {
  const { seat, room } = app;
  const name = room?.me?.name || seat.name;
  return `Room ${seat.code} · ${name}${room ? ` · round ${room.round}` : ''}`;
}

function renderJoin() {
  write(byId('join-problem'), app.problem);
  write(byId('join-button'), app.joining ? 'Joining …' : 'Join');
}

function renderRoom(room) {
  document.title = `${room.title} – training room`;
  write(byId('title'), room.title);
  write(byId('story'), room.story || '');
  show(byId('story-box'), room.story);
  const moment = `${room.round} ${room.phase}`;
  // Only when the moment changes: afterwards it stays as the person left it.
  if (app.storyFor !== moment) byId('story-box').open = room.phase === 'draw';
  app.storyFor = moment;
  const notice = app.notice || lateText(room);
  write(byId('notice'), notice);
  show(byId('notice'), notice !== '');
  show(byId('draw'), room.phase === 'draw');
  show(byId('months'), room.phase !== 'draw');
  if (room.phase === 'draw') renderDraw(room);
  else renderMonths(room);
}

function lateText(room) {
  if (!app.draft || !app.draft.refused || canDraw(room)) return '';
  return drawingOf(room)
    ? 'Your last change to the drawing came after the lock and is not counted.'
    : 'Your drawing came after the lock: you see it here, but it is not counted.';
}

/** What counts of one's own; a drawing that came too late is still shown to whoever made it. */
function ownDrawing(room) {
  return drawingOf(room) || (app.draft && sent(app.draft));
}

const guessMark = (crossing) => {
  return Number.isInteger(crossing) ? [{ month: crossing, kind: 'guess', text: `your guess: month ${crossing}` }] : [];
};

function renderDraw(room) {
  const open = canDraw(room);
  const drawing = open ? app.draft : ownDrawing(room);
  const values = drawing ? drawing.values : startOf(room);
  write(byId('draw-heading'), open ? 'Draw the results that you expect' : 'What you expect');
  write(byId('draw-intro'), open
    ? 'The orange line is what was promised. Drag the blue one to what you believe will come, month by month.'
    : 'The facilitator has locked the drawings.');
  show(byId('draw-tools'), open);
  show(byId('pad'), open);
  drawChart(byId('draw-chart'), {
    ...frameOf(room), axis: axis(room, values),
    lines: [
      { kind: 'promised', values: room.line }, { kind: 'drawn', values: drawing || open ? values : [] },
    ],
    grips: open ? { values, selected: app.selected } : null,
    hint: open && !app.draft ? room.start : null,
    marks: drawing ? guessMark(drawing.crossing) : [],
    label: 'What was promised and what you expect, month by month',
  });
  legend(byId('draw-legend'), [['promised', 'what was promised'], ['drawn', 'what you expect'], ['review', 'reviews']]);
  if (open) renderSlider(values);
  renderAnswer('crossing', drawing, open);
  renderAnswer('patience', drawing, open);
  write(byId('drawn'), `${room.drawn} of ${room.people} have drawn.${
    open ? ' You can change everything until the facilitator locks the drawings.' : ''}`);
}

const monthText = (values) => `month ${app.selected}: ${amount(values[app.selected - 1])}`;

function renderSlider(values) {
  const pad = byId('pad');
  const now = { valuemin: 0, valuemax: app.top, valuenow: values[app.selected - 1], valuetext: monthText(values) };
  Object.entries(now).forEach(([name, value]) => pad.setAttribute(`aria-${name}`, value));
  write(byId('readout'), monthText(values));
}

function renderAnswer(field, drawing, open) {
  const { months } = app.room;
  const input = byId(field);
  // From the room, no number means never; from this device it may also mean not answered yet.
  const value = drawing ? drawing[field] ?? NEVER : OPEN;
  const invalid = open && Boolean(app.invalid[field]);
  input.max = months;
  const text = Number.isInteger(value) ? String(value) : '';
  if (document.activeElement !== input && !invalid && input.value !== text) input.value = text;
  input.setAttribute('aria-invalid', invalid);
  byId(`${field}-never`).checked = value === NEVER;
  byId(`${field}-box`).disabled = !open;
  let hint = '';
  if (invalid) hint = `Please give a whole number from 1 to ${months}, or tick never.`;
  else if (open && value === OPEN) hint = `1 to ${months}. Until you answer, this counts as never.`;
  write(byId(`${field}-hint`), hint);
}

function renderMonths(room) {
  const { debrief, month, months, fan } = room;
  const own = ownDrawing(room);
  const rows = debrief ? wholeLife(room) : room.rows;
  const curves = curvesToShow(room, rows, own);
  const begun = month ? `Month ${month} of ${months}` : 'The facilitator has locked the drawings.';
  write(byId('months-heading'), debrief ? 'What you expected, and what came' : begun);
  drawChart(byId('months-chart'), {
    ...frameOf(room), lines: curves, area: fan, dots: rows.map((row) => row.result),
    axis: axis(room, own ? own.values : [], ...curves.map(({ values }) => values), ...(fan ? [fan.low, fan.high] : [])),
    marks: [
      ...(debrief ? [...crossedMark(debrief.crossing), ...guessMark(own ? own.crossing : null)] : []),
      ...stopMark(room),
    ],
    label: 'Results against what was promised and what you expected',
  });
  legend(byId('months-legend'), [
    ...curves.map(({ kind, sign, says }) => [sign || kind, says]),
    ...(fan ? [['fan', 'what the room expected']] : []), ['review', 'reviews'],
  ]);
  write(byId('stopped'), stoppedText(room));
  show(byId('stopped'), room.stopped);
  renderVote(room);
  renderFigures(room);
  renderDebrief(room, own);
  show(byId('decided-box'), room.decided.length > 0);
  bullets(byId('decided'), room.decided.map(decidedText));
  renderTable(rows, own);
}

function curvesToShow({ line, fan, debrief }, rows, own) {
  const held = debrief && heldOf(debrief);
  return [
    { kind: 'promised', values: line, says: 'what was promised' },
    fan && { kind: 'middle', values: fan.mid, says: 'the middle of the room' },
    held && { kind: 'held', values: held, says: 'what would have come without any decision' },
    own && { kind: 'own', values: own.values, says: 'what you expected' },
    { kind: 'result', values: rows.map((row) => row.result), says: 'result of a month', sign: 'dot' },
    { kind: 'average', values: rows.map((row) => row.average), says: 'average of three months' },
  ].filter(Boolean);
}

const frameOf = ({ unit, months, reviews }) => ({ unit, months, reviews });

function wholeLife({ debrief, rows, line }) {
  const averages = rows.map((row) => row.average);
  return debrief.actual.map((result, i) => ({ month: i + 1, result, average: averages[i], expected: line[i] }));
}

function stopMark({ stopped }) {
  return stopped ? [{ month: stopped, kind: 'stop', text: `stopped in month ${stopped}` }] : [];
}

function renderVote(room) {
  const asked = room.phase === 'live' && room.review !== null && !room.stopped;
  show(byId('vote'), asked);
  if (!asked) return;
  write(byId('vote-question'), question(room));
  const box = byId('choices');
  fill(box, [room.round, room.review, room.choices], () => room.choices.map(choiceOf));
  const mine = chosen(room);
  box.querySelectorAll('input').forEach((input) => {
    input.checked = input.value === mine;
    input.parentElement.classList.toggle('chosen', input.checked);
  });
  const changeable = mine ? ' You can change your answer until the review is closed.' : '';
  write(byId('vote-count'), `${room.voted} of ${room.people} have decided.${changeable}`);
}

function choiceOf({ id, says }) {
  const choice = make('label', undefined, 'choice');
  const input = make('input');
  Object.assign(input, { type: 'radio', name: 'choice', value: id });
  input.addEventListener('change', () => choose(id));
  choice.append(input, make('span', says));
  return choice;
}

function renderFigures(room) {
  const row = room.debrief ? null : lastRow(room);
  show(byId('figures-box'), row);
  if (!row) return;
  write(byId('figures-heading'), `Month ${row.month} in figures`);
  const pairs = [
    ['Result', amount(row.result)], ['Promised', amount(row.expected)], ['Cost', money(row.cost)],
    ['Leads', figure(row.leads)], ['Customers', figure(row.customers)], ['Items published', figure(row.activity)],
  ];
  fill(byId('figures'), pairs, () => pairs.map(([name, value]) => {
    const pair = make('div');
    pair.append(make('dt', name), make('dd', value));
    return pair;
  }));
}

function renderTable(rows, own) {
  show(byId('table-box'), rows.length > 0);
  const heads = ['Month', 'Result', 'Average', 'Promised', ...(own ? ['You'] : [])];
  const lines = rows.map(({ month, result, average, expected }) => {
    return [month, result, average, expected, ...(own ? [own.values[month - 1]] : [])].map(figure);
  });
  fill(byId('table'), [heads, ...lines], () => [heads, ...lines].map((cells, i) => {
    const row = make('tr');
    row.append(...cells.map((text, j) => make(i && j ? 'td' : 'th', text)));
    return row;
  }));
}

function renderDebrief(room, own) {
  const { debrief } = room;
  show(byId('debrief'), debrief);
  if (!debrief) return;
  bullets(byId('lesson'), lessons(room));
  bullets(byId('stoppers'), stopperTexts(debrief.stopped));
  show(byId('guesses-box'), debrief.crossings.length > 0);
  renderGuesses(room, own);
}

/** What would have come; nothing where that is what came. */
function heldOf({ held, reveal, actual }) {
  const values = held || reveal?.actual_if_held;
  return values?.some((value, i) => value !== actual[i]) ? values : null;
}

function crossedMark(crossing) {
  return crossing > 0 ? [{ month: crossing, kind: 'mark', text: `crossed in month ${crossing}` }] : [];
}

function stopperTexts(stopped) {
  if (!stopped || !stopped.length) return ['Nobody stopped.'];
  return stopped.map(({ month, people }) => `Month ${month}: ${counted(people, 'person', 'people')}`);
}

function renderGuesses(room, own) {
  const { crossing, crossings } = room.debrief;
  const mine = own ? own.crossing : undefined;
  drawStrip(byId('guesses'), { months: room.months, guesses: crossings, mine, actual: crossing });
  legend(byId('guesses-legend'), [
    ['vote-dot', 'a person'], ...(own ? [['vote-dot mine', 'you']] : []),
    ...(crossing === 0 ? [] : [['mark', crossing === null ? 'it never came' : `it came in month ${crossing}`]]),
  ]);
}

// ---- beginning

function onJoin(event) {
  event.preventDefault();
  const code = cleanCode(byId('join-code').value);
  const name = byId('join-name').value.trim();
  if (code && name) {
    app.code = code;
    join(code, name);
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
    announce(monthText(valuesNow()));
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
  byId('leave').addEventListener('click', leave);
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
  listenToDrawing();
  listenToJoining();
  listenToDevice();
  app.code = cleanCode(new URLSearchParams(location.search).get('code')) || recall('current') || '';
  const seat = app.code ? recall(seatKey(app.code)) : null;
  if (seat?.joined) {
    sitDown({ code: app.code, name: seat.name, token: seat.token });
    return;
  }
  byId('join-code').value = app.code;
  byId('join-name').value = seat ? seat.name : '';
  render();
  byId(app.code ? 'join-name' : 'join-code').focus();
}

begin();
