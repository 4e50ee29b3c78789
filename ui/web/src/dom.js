// Elements made without ever reading markup from data: text goes in as text.
export function el(tag, attributes = {}, ...children) {
  const made = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) {
    if (value === false || value === null || value === undefined) continue;
    if (name.startsWith('on')) made.addEventListener(name.slice(2), value);
    else made.setAttribute(name, value === true ? '' : String(value));
  }
  for (const child of children.flat()) {
    if (child !== null && child !== undefined) made.append(child);
  }
  return made;
}

const SVG = 'http://www.w3.org/2000/svg';

// A line drawing of 20 by 20, from the `d` of its paths.
export function icon(...paths) {
  const svg = document.createElementNS(SVG, 'svg');
  for (const [name, value] of Object.entries({
    viewBox: '0 0 20 20', width: 18, height: 18, fill: 'none', stroke: 'currentColor',
    'stroke-width': 1.6, 'stroke-linecap': 'round', 'stroke-linejoin': 'round', 'aria-hidden': true,
  })) svg.setAttribute(name, value);
  for (const d of paths) {
    const path = document.createElementNS(SVG, 'path');
    path.setAttribute('d', d);
    svg.append(path);
  }
  return svg;
}

export const ICONS = {
  closer: ['M10 4v12', 'M4 10h12'],
  wider: ['M4 10h12'],
  fit: ['M3 7V3h4', 'M13 3h4v4', 'M17 13v4h-4', 'M7 17H3v-4'],
  box: ['M4 4h2.5', 'M9 4h2', 'M13.5 4H16v2.5', 'M16 9v2', 'M16 13.5V16h-2.5', 'M11 16H9',
    'M6.5 16H4v-2.5', 'M4 11V9', 'M4 6.5V4', 'M10 7.5v5', 'M7.5 10h5'],
  layers: ['M10 3l7 4-7 4-7-4z', 'M3 11l7 4 7-4'],
  close: ['M5 5l10 10', 'M15 5L5 15'],
};

export function button(label, content, onclick, attributes = {}) {
  return el('button', {
    type: 'button', 'aria-label': label, title: label, onclick, ...attributes,
  }, content);
}

export function number(value, digits = 0) {
  return value.toLocaleString('en', { minimumFractionDigits: digits, maximumFractionDigits: digits });
}
