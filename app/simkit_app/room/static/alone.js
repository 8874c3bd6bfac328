// A room of one, who steers it too.

import { app, byId, changed, chosen, drawingWaits, LOST, voteWaits } from './state.js';
import { request } from './seat.js';
import { flush, wake } from './follow.js';
import { fill, make, show } from './chart.js';

export function renderAlone(room) {
  const box = byId('alone');
  show(box, room.alone);
  if (!room.alone) return;
  if (room.phase === 'debrief') {
    fill(box, ['debrief'], () => [wholeDebrief()]);
    return;
  }
  const [label, steps] = stepsAlone(room);
  fill(box, [room.round, label], () => {
    const button = make('button', label, 'main');
    button.addEventListener('click', () => goOn(button, steps));
    return [button];
  });
}

function stepsAlone(room) {
  if (room.phase === 'draw') return ['This is what I expect: begin', ['lock', 'review']];
  if (room.month === room.months) return ['See what there is to learn', ['debrief']];
  if (room.stopped) return ['See how it ends', ['finish', 'debrief']];
  return [chosen(room) ? 'Go on to the next review' : 'Hold, and go on to the next review', ['review']];
}

function wholeDebrief() {
  const link = make('a', 'The whole debrief: what decisions did, and what could have been known', 'button');
  const { code, token } = app.seat;
  link.href = `./?room=${code}&key=${encodeURIComponent(token)}`;
  return link;
}

/** What was drawn and chosen is there before the room goes on. */
async function goOn(button, steps) {
  button.disabled = true;
  for (let tries = 0; tries < 20 && (drawingWaits() || voteWaits()); tries += 1) {
    await flush();
    await new Promise((done) => { setTimeout(done, 200); });
  }
  app.notice = drawingWaits() || voteWaits() ? LOST : '';
  let of = app.room.steps;
  for (const step of app.notice ? [] : steps) {
    const body = { step, of };
    const reply = await request('PUT', `/${app.seat.code}/step`, { body, token: app.seat.token });
    if (reply?.status !== 200) {
      app.notice = reply ? reply.data.error : LOST;
      break;
    }
    of = reply.data.steps;
  }
  button.disabled = false;
  changed();
  wake();
}
