// The strip below the picture: scale, place under the pointer, magnification and north.
import { el, icon, number } from './dom.js';

const LONGEST = 130;

export class Bar {
  constructor() {
    this.length = el('span', { class: 'elv-scale-text' });
    this.rule = el('span', { class: 'elv-scale-rule', 'aria-hidden': true });
    this.scale = el('div', { class: 'elv-scale', role: 'img' }, this.rule, this.length);
    this.place = el('span', { class: 'elv-lonlat' });
    this.pixel = el('span', { class: 'elv-pixel' });
    this.zoom = el('span', { class: 'elv-zoom' });
    this.needle = el('span', { class: 'elv-needle', 'aria-hidden': true }, icon('M10 17V3', 'M6 7l4-4 4 4'));
    this.northText = el('span', { class: 'elv-north-text' }, 'N');
    this.north = el('span', { class: 'elv-north', role: 'img' }, this.needle, this.northText);
    this.root = el('div', { class: 'elv-bar' },
      this.scale, el('div', { class: 'elv-readout' }, this.place, this.pixel), this.zoom, this.north);
  }

  showScale(grid, centre, resolution) {
    const ground = grid.ground(centre);
    const perDot = ground ? (ground[0] / grid.ax) * resolution : resolution / grid.ax;
    const most = LONGEST * perDot;
    const power = 10 ** Math.floor(Math.log10(most));
    const nice = [5, 2, 1].map((n) => n * power).find((n) => n <= most) || power;
    this.rule.style.width = `${nice / perDot}px`;
    const text = ground ? metres(nice) : `${number(nice, nice < 1 ? 2 : 0)} px`;
    this.length.textContent = text;
    this.scale.setAttribute('aria-label', `Scale bar: ${text}`);
    this.scale.title = ground
      ? `True along the rows of pixels at the centre; a pixel is ${ground[0].toPrecision(3)} × ${ground[1].toPrecision(3)} m on the ground`
      : 'This scene does not say how large its pixels are: lengths are in pixels';
    const shrunk = resolution >= 0.995;
    this.zoom.textContent = shrunk ? `1 : ${ratio(resolution)}` : `${ratio(1 / resolution)} : 1`;
    this.zoom.title = shrunk && resolution < 1.005
      ? 'One pixel of the scene is one pixel of the screen'
      : shrunk ? `${ratio(resolution)} pixels of the scene fall on one of the screen`
        : `Each pixel of the scene is drawn ${ratio(1 / resolution)} times as wide`;
  }

  showPlace(grid, pixel, ofCentre) {
    const inside = pixel && grid.contains(pixel);
    const lonlat = inside ? grid.lonlat(pixel) : null;
    this.place.hidden = !lonlat;
    if (lonlat) this.place.textContent = degrees(lonlat, grid.scene);
    const [col, row] = pixel || [0, 0];
    this.pixel.textContent = inside
      ? `${ofCentre ? 'centre ' : ''}col ${number(Math.floor(col))} · row ${number(Math.floor(row))}`
      : 'outside the scene';
  }

  showNorth(angle) {
    const known = angle !== null && angle !== undefined;
    this.north.classList.toggle('elv-unknown', !known);
    this.needle.style.transform = `rotate(${known ? angle : 0}deg)`;
    this.northText.textContent = known ? 'N' : 'N?';
    const off = known ? Math.round(Math.abs(angle) * 10) / 10 : 0;
    const said = !known ? 'This scene does not say where north is'
      : off < 0.3 ? 'North is up'
        : `North is ${off}° ${angle > 0 ? 'clockwise' : 'anticlockwise'} from up`;
    this.north.title = said;
    this.north.setAttribute('aria-label', said);
  }
}

function metres(length) {
  if (length >= 1000) return `${number(length / 1000)} km`;
  if (length >= 1) return `${number(length)} m`;
  return `${number(length * 100, length < 0.01 ? 1 : 0)} cm`;
}

function ratio(value) {
  return value >= 9.95 ? number(value) : number(Math.round(value * 10) / 10, Number.isInteger(Math.round(value * 10) / 10) ? 0 : 1);
}

// As many decimals as tell two pixels apart.
function degrees([lon, lat], scene) {
  const size = Math.min(scene.gsd_x_m || 1, scene.gsd_y_m || 1);
  const digits = Math.min(8, Math.max(2, Math.ceil(-Math.log10(size / 111320))));
  const one = (value, plus, minus) => `${Math.abs(value).toFixed(digits)}° ${value < 0 ? minus : plus}`;
  return `${one(lat, 'N', 'S')}  ${one(lon, 'E', 'W')}`;
}
