// How outlines look on any picture: a bright line in a dark casing, told apart without colour too.
import CircleStyle from 'ol/style/Circle.js';
import Fill from 'ol/style/Fill.js';
import Stroke from 'ol/style/Stroke.js';
import Style from 'ol/style/Style.js';
import Point from 'ol/geom/Point.js';
import { getCenter } from 'ol/extent.js';

// After the palette of Okabe and Ito, which people of all kinds of colour vision tell apart.
export const COLOURS = {
  objects: '#f5a300',
  changes: '#ff5aa5',
  map: '#58c1ff',
  candidates: '#f4ea4a',
  region: '#ffffff',
  drawn: '#00e0a4',
};
const DASHES = { candidates: [5, 4], region: [9, 5], drawn: [9, 5] };
const CASING = 'rgba(12, 16, 22, 0.75)';
const SMALLEST = 7;

const cache = new Map();

function made(key, make) {
  if (!cache.has(key)) cache.set(key, make());
  return cache.get(key);
}

function outline(kind, chosen, asked) {
  return made(`${kind}:${chosen}:${asked}`, () => {
    const colour = COLOURS[kind];
    const width = chosen ? 3.5 : asked ? 2.75 : 1.75;
    const inside = kind === 'region' || kind === 'drawn' ? 0.05 : chosen ? 0.3 : 0.12;
    return [
      new Style({ stroke: new Stroke({ color: CASING, width: width + 1.75 }) }),
      new Style({
        stroke: new Stroke({ color: colour, width, lineDash: asked ? undefined : DASHES[kind] }),
        fill: new Fill({ color: faint(colour, inside) }),
      }),
    ];
  });
}

function dot(kind, chosen) {
  return made(`dot:${kind}:${chosen}`, () => [
    new Style({
      image: new CircleStyle({
        radius: chosen ? 6 : 3.5,
        fill: new Fill({ color: COLOURS[kind] }),
        stroke: new Stroke({ color: CASING, width: chosen ? 2.5 : 1.25 }),
      }),
      geometry: (feature) => middle(feature.getGeometry()),
    }),
  ]);
}

function middle(geometry) {
  return geometry.getType() === 'Point' ? geometry : new Point(getCenter(geometry.getExtent()));
}

// Objects of a few pixels on the screen are dots: an outline of that size would be a smudge.
export function styleOf(kind, chosen = false) {
  return (feature, resolution) => {
    const geometry = feature.getGeometry();
    const [x0, y0, x1, y1] = geometry.getExtent();
    const small = Math.max(x1 - x0, y1 - y0) / resolution < SMALLEST;
    const areal = kind === 'region' || kind === 'drawn';
    // A candidate that is asked about now is drawn in full.
    return small && !areal ? dot(kind, chosen) : outline(kind, chosen, Boolean(feature.get('ask')));
  };
}

function faint(colour, opacity) {
  const [r, g, b] = [1, 3, 5].map((at) => parseInt(colour.slice(at, at + 2), 16));
  return `rgba(${r}, ${g}, ${b}, ${opacity})`;
}
