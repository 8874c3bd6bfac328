// What is shown at each moment.

import {
  app, byId, canDraw, chosen, isLost, lastRow, LOST, NEVER, OPEN, ownDrawing, startOf,
} from './state.js';
import {
  amount, decidedText, figure, lateText, lessons, money, monthText, question, statusText, stoppedText,
  stopperTexts, whoText,
} from './words.js';
import { choose, onTyped } from './drawing.js';
import { renderAlone } from './alone.js';
import { axis, bullets, drawChart, drawStrip, fill, legend, make, show, write } from './chart.js';

export function render() {
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
  if (app.said) write(byId('announce'), app.said);
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
  renderAlone(room);
  show(byId('draw'), room.phase === 'draw');
  show(byId('months'), room.phase !== 'draw');
  if (room.phase === 'draw') renderDraw(room);
  else renderMonths(room);
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
  show(byId('drawn'), !room.alone);
  const drawn = room.drawn + (open && app.draft && !room.me.drawing ? 1 : 0);
  write(byId('drawn'), `${drawn} of ${room.people} have drawn.${
    open ? ' You can change everything until the facilitator locks the drawings.' : ''}`);
}

function renderSlider(values) {
  const pad = byId('pad');
  const now = { valuemin: 0, valuemax: app.top, valuenow: values[app.selected - 1], valuetext: monthText(values) };
  Object.entries(now).forEach(([name, value]) => pad.setAttribute(`aria-${name}`, value));
  write(byId('readout'), monthText(values));
  renderTyped(values);
}

/** The drawing as figures: another way to draw, and to read what was drawn. */
function renderTyped(values) {
  const box = byId('typed');
  fill(box, [app.round, values.length], () => values.map((_, i) => typedOf(i + 1)));
  box.querySelectorAll('input').forEach((input, i) => {
    if (document.activeElement !== input) input.value = String(values[i]);
  });
}

function typedOf(month) {
  const label = make('label', `Month ${month}`);
  const input = make('input');
  Object.assign(input, { type: 'text', inputMode: 'decimal', autocomplete: 'off', maxLength: 16 });
  input.addEventListener('change', () => onTyped(month, input.value));
  label.append(input);
  return label;
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
  show(byId('vote-count'), !room.alone);
  // The room tells of votes now and then; one's own is in it as soon as it is made.
  const voted = room.voted + (mine && !room.me.vote ? 1 : 0);
  write(byId('vote-count'), `${voted} of ${room.people} have decided.${changeable}`);
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
function heldOf({ held, actual }) {
  return held.some((value, i) => value !== actual[i]) ? held : null;
}

function crossedMark(crossing) {
  return crossing > 0 ? [{ month: crossing, kind: 'mark', text: `crossed in month ${crossing}` }] : [];
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
