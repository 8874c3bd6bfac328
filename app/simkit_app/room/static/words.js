// Figures and sentences.

import {
  app, canDraw, chosen, drawingOf, drawingWaits, isLost, lastRow, net, NEVER, recall, scoreKey, voteWaits,
} from './state.js';

export function figure(value) {
  if (!Number.isFinite(value)) return '–';
  return value.toLocaleString('en-GB', { maximumFractionDigits: Math.abs(value) < 10 ? 1 : 0 });
}

function currency() {
  const found = /^([A-Z]{3}) (?:.* )?a month$/.exec(app.room.unit || '');
  return found ? found[1] : '';
}

export function amount(value) {
  return currency() ? `${currency()} ${figure(value)}` : `${figure(value)} ${app.room.unit.replace(/ a month$/, '')}`;
}

export const money = (value) => (currency() ? amount(value) : figure(value));
const percent = (share) => `${Math.round(share * 100)} %`;
const counted = (number, one, many) => `${number} ${number === 1 ? one : many}`;

/** The first words of a choice; the room explains it after a colon. */
function short(id) {
  const choice = app.room.choices.find((one) => one.id === id);
  return choice ? choice.says.split(':')[0] : id;
}

export const question = (room) => `Month ${room.review} is reviewed: what do you do?`;

export function news(before, room) {
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

export function statusText(room) {
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

export function whoText() {
  const { seat, room } = app;
  const name = room?.me?.name || seat.name;
  // Isolated, so that a name that is written from right to left does not turn round what stands beside it.
  return `Room ${seat.code} · \u2068${name}\u2069${room ? ` · round ${room.round}` : ''}`;
}

export function lateText(room) {
  if (!app.draft || !app.draft.refused || canDraw(room)) return '';
  return drawingOf(room)
    ? 'Your last change to the drawing came after the lock and is not counted.'
    : 'Your drawing came after the lock: you see it here, but it is not counted.';
}

export const monthText = (values) => `month ${app.selected}: ${amount(values[app.selected - 1])}`;

export function stoppedText(room) {
  if (!room.stopped) return '';
  const who = room.mode === 'own' ? 'You' : 'The room';
  const what = `${who} stopped in month ${room.stopped}.`;
  if (!Number.isFinite(room.saved)) return what;
  return `${what} What you see now is what you save: ${money(room.saved)}.`;
}

export function decidedText({ month, choice, votes }) {
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

/** What has been learned since the round before, as far as this device knows. */
function progress({ round, debrief }) {
  const before = recall(scoreKey(app.seat.code, round - 1));
  if (!before) return [];
  const off = ({ timing, shape }) => `${counted(timing, 'month', 'months')} and ${percent(shape)} of the target`;
  return [`In the round before you were off by ${off(before)}; this time by ${off(debrief.score)}.`];
}

export function lessons(room) {
  const mine = drawingOf(room);
  const { score } = room.debrief;
  if (!mine || !score) return ['The room has no drawing of yours in this round, so there is nothing to compare.'];
  const off = `Your curve was off by ${percent(score.shape)} of the target on average; `
    + `the promised line by ${percent(score.line)}.`;
  const patience = mine.patience === null
    ? 'You had said that bad months would not make you stop.'
    : `You had said that you would stop after ${counted(mine.patience, 'bad month', 'bad months in a row')}.`;
  return [timingText(room, mine), off, patience, ...progress(room)];
}

export function stopperTexts(stopped) {
  if (!stopped || !stopped.length) return ['Nobody stopped.'];
  return stopped.map(({ month, people }) => `Month ${month}: ${counted(people, 'person', 'people')}`);
}

export function guessesText(piles, months) {
  const order = [...piles].sort(([a], [b]) => (a ?? months + 1) - (b ?? months + 1));
  const said = order.map(([month, people]) => {
    return `${month === null ? NEVER : `month ${month}`}: ${counted(people, 'person', 'people')}`;
  });
  return `Expected crossings. ${said.join(', ')}.`;
}
