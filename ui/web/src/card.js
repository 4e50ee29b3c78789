// The card of a picked object: its reference, its score and what is known of it.
import Overlay from 'ol/Overlay.js';
import { getCenter } from 'ol/extent.js';
import { el, icon, ICONS, button } from './dom.js';

const UNITS = { m2: 'm²', px2: 'px²', m: 'm', px: 'px', deg: '°', db: 'dB' };

export class Card {
  constructor(map, closed) {
    this.root = el('div', { class: 'elv-card', role: 'group', 'aria-label': 'Picked object' });
    this.closed = closed;
    this.overlay = new Overlay({ element: this.root, offset: [0, -12], positioning: 'bottom-center', stopEvent: true });
    map.addOverlay(this.overlay);
  }

  show(feature) {
    const { reference, label, score, facts } = feature.getProperties();
    const known = Object.entries(facts || {}).map(([name, value]) => said(name, value));
    this.root.replaceChildren(...[
      el('div', { class: 'elv-card-head' },
        el('strong', {}, reference), label ? el('span', {}, String(label)) : null,
        button('Close', icon(...ICONS.close), () => this.closed(), { class: 'elv-card-close' })),
      score === null || score === undefined ? null
        : el('div', { class: 'elv-card-score' }, `score ${score.toFixed(2)}`),
      known.length ? el('dl', {}, known.flatMap(([name, value]) => [
        el('dt', {}, name), el('dd', {}, value)])) : null,
    ].filter(Boolean));
    const [x0, , x1, y1] = feature.getGeometry().getExtent();
    this.overlay.setPosition([(x0 + x1) / 2, y1]);
  }

  hide() {
    this.overlay.setPosition(undefined);
  }
}

// A column's name and value as a person reads them; the unit is the end of the name.
function said(name, value) {
  const words = name.split('_');
  const unit = typeof value === 'number' ? UNITS[words.at(-1)] : undefined;
  if (unit) words.pop();
  const text = typeof value === 'number' && !Number.isInteger(value)
    ? Number(value.toPrecision(4)).toLocaleString('en', { maximumFractionDigits: 6 })
    : value === true ? 'yes' : String(value);
  return [words.join(' '), unit ? `${text} ${unit}` : text];
}

export function centreOf(feature) {
  return getCenter(feature.getGeometry().getExtent());
}
