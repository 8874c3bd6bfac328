// Elements, and pictures made of them.

import { app, NEVER } from './state.js';
import { figure, guessesText } from './words.js';

const SVG = 'http://www.w3.org/2000/svg';

export function write(element, text) {
  if (element.textContent !== text) element.textContent = text;
}

export function show(element, wanted) {
  if (element.hidden === Boolean(wanted)) element.hidden = !wanted;
}

export function make(name, text, className) {
  const made = document.createElement(name);
  if (text !== undefined) made.textContent = text;
  if (className) made.className = className;
  return made;
}

const filled = new WeakMap();

/** Fills an element anew only when what it shows has changed, so that nothing jumps or is read out twice. */
export function fill(element, signature, build) {
  const key = JSON.stringify(signature);
  if (filled.get(element) === key) return;
  filled.set(element, key);
  element.replaceChildren(...build());
}

export const bullets = (element, texts) => fill(element, texts, () => texts.map((text) => make('li', text)));

function shape(name, attributes, text) {
  const made = document.createElementNS(SVG, name);
  Object.entries(attributes).forEach(([key, value]) => made.setAttribute(key, value));
  if (text !== undefined) made.textContent = text;
  return made;
}

function swatch(kind) {
  const svg = shape('svg', { viewBox: '0 0 30 12', 'aria-hidden': 'true' });
  if (kind.includes('dot')) svg.append(shape('circle', { class: kind, cx: 15, cy: 6, r: 5 }));
  else if (kind === 'fan') svg.append(shape('rect', { class: kind, width: 30, height: 12 }));
  else svg.append(shape('path', { class: `line ${kind}`, d: 'M1 6L29 6' }));
  return svg;
}

export function legend(element, entries) {
  fill(element, entries, () => entries.map(([kind, text]) => {
    const item = make('li');
    item.append(swatch(kind), make('span', text));
    return item;
  }));
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
export function axis(room, own, ...others) {
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

export function drawChart(chart, spec) {
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

export function drawStrip(host, strip) {
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
