// The list of layers: what each mark means, how many there are, and whether it is shown.
import { el, icon, ICONS, button, number } from './dom.js';
import { COLOURS } from './styles.js';

export class Panel {
  constructor(toggled) {
    this.toggled = toggled;
    this.list = el('ul', { class: 'elv-layers' });
    this.body = el('div', { class: 'elv-panel-body' }, this.list);
    this.head = button('Layers', [icon(...ICONS.layers), el('span', {}, 'Layers')], () => this.fold(),
      { class: 'elv-panel-head', 'aria-expanded': true });
    this.root = el('section', { class: 'elv-panel', 'aria-label': 'Layers and legend' }, this.head, this.body);
  }

  fold() {
    const open = this.head.getAttribute('aria-expanded') !== 'true';
    this.head.setAttribute('aria-expanded', open);
    this.body.hidden = !open;
  }

  show(held) {
    this.root.hidden = held.length === 0;
    this.list.replaceChildren(...held.map((one) => this.row(one)));
  }

  row({ spec, layer, about, failed }) {
    const check = el('input', {
      type: 'checkbox',
      onchange: () => this.toggled(spec.id, check.checked),
    });
    check.checked = layer.getVisible();
    const swatch = el('span', { class: `elv-swatch elv-swatch-${spec.kind}`, 'aria-hidden': true });
    swatch.style.setProperty('--elv-swatch', COLOURS[spec.kind]);
    return el('li', { 'data-layer': spec.id },
      el('label', { title: detail(about) },
        check, swatch, el('span', { class: 'elv-layer-title' }, spec.title),
        el('span', { class: 'elv-count' }, failed ? 'not read' : count(spec, about))));
  }
}

function count(spec, about) {
  if (spec.kind === 'region') return '';
  if (about && about.shown !== about.held) return `${number(about.shown)} of ${number(about.held)}`;
  return number(spec.count);
}

function detail(about) {
  if (!about) return null;
  const said = [];
  if (about.elsewhere) said.push(`${number(about.elsewhere)} do not lie on this scene or have no place`);
  if (about.left_out) said.push(`${number(about.left_out)} of lower score are not drawn`);
  if (about.simplified_px) said.push(`outlines are simplified to ${about.simplified_px} px`);
  return said.join('; ') || null;
}
