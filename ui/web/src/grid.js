// The pixels of the first scene, and the plane they are drawn on.
//
// On the plane one unit is the smaller side of a pixel and y goes up, so that pixels keep their
// proportions on the ground. Everything the server says is in columns and rows, y down.
import Projection from 'ol/proj/Projection.js';

export const TILE = 256;
const SEMI_MAJOR = 6378137.0;
const FLATTENING = 1 / 298.257223563;

export class Grid {
  constructor(scene) {
    this.scene = scene;
    const [wide, tall] = proportions(scene);
    this.ax = wide;
    this.ay = tall;
    this.extent = [0, -scene.height * tall, scene.width * wide, 0];
    this.projection = new Projection({
      code: `EL:${scene.id}`, units: 'pixels', extent: this.extent, metersPerUnit: 1,
    });
    this.resolutions = Array.from({ length: scene.levels }, (_, z) => 2 ** (scene.levels - 1 - z));
  }

  toMap([col, row]) {
    return [col * this.ax, -row * this.ay];
  }

  toPixel([x, y]) {
    return [x / this.ax, -y / this.ay];
  }

  boxToExtent([col0, row0, col1, row1]) {
    return [col0 * this.ax, -row1 * this.ay, col1 * this.ax, -row0 * this.ay];
  }

  extentToBox([x0, y0, x1, y1]) {
    return [x0 / this.ax, -y1 / this.ay, x1 / this.ax, -y0 / this.ay];
  }

  contains([col, row]) {
    return col >= 0 && row >= 0 && col < this.scene.width && row < this.scene.height;
  }

  // Longitude and latitude of a place in pixels, or null where the scene does not say.
  lonlat([col, row]) {
    const lattice = this.scene.lattice;
    if (!lattice) return null;
    const [i, across] = cell(lattice.cols, col);
    const [j, down] = cell(lattice.rows, row);
    const mix = (table) =>
      (table[j][i] * (1 - across) + table[j][i + 1] * across) * (1 - down) +
      (table[j + 1][i] * (1 - across) + table[j + 1][i + 1] * across) * down;
    const lon = mix(lattice.lon);
    return [((((lon + 180) % 360) + 360) % 360) - 180, mix(lattice.lat)];
  }

  // Ground size of a pixel in metres along columns and rows about a place; null when unknown.
  ground([col, row]) {
    const { gsd_x_m: x, gsd_y_m: y, lattice, width, height } = this.scene;
    if (!lattice) return x && y ? [x, y] : null;
    const step = Math.max(1, Math.min(width, height) / 64);
    const [c, r] = [clamp(col, 0, width - step), clamp(row, 0, height - step)];
    const here = this.lonlat([c, r]);
    return [
      distance(here, this.lonlat([c + step, r])) / step,
      distance(here, this.lonlat([c, r + step])) / step,
    ];
  }
}

// Width and height of a pixel, the smaller one 1, where they differ by more than one in a hundred.
function proportions({ gsd_x_m: x, gsd_y_m: y }) {
  if (!x || !y || Math.abs(x / y - 1) <= 0.01) return [1, 1];
  const least = Math.min(x, y);
  return [x / least, y / least];
}

function cell(edges, value) {
  let i = 0;
  while (i < edges.length - 2 && value > edges[i + 1]) i += 1;
  return [i, (value - edges[i]) / (edges[i + 1] - edges[i])];
}

// Metres between two near places on the WGS84 ellipsoid, from its two radii of curvature.
function distance([lon0, lat0], [lon1, lat1]) {
  const rad = Math.PI / 180;
  const squared = FLATTENING * (2 - FLATTENING);
  const lat = ((lat0 + lat1) / 2) * rad;
  const w = Math.sqrt(1 - squared * Math.sin(lat) ** 2);
  const turn = ((((lon1 - lon0 + 180) % 360) + 360) % 360) - 180;
  const east = (SEMI_MAJOR / w) * Math.cos(lat) * turn * rad;
  const north = ((SEMI_MAJOR * (1 - squared)) / w ** 3) * (lat1 - lat0) * rad;
  return Math.hypot(east, north);
}

export function clamp(value, low, high) {
  return Math.min(Math.max(value, low), high);
}
