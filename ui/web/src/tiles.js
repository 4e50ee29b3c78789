// The tiles of a scene: smooth while they are shrunk, square pixels once they are enlarged.
import TileLayer from 'ol/layer/Tile.js';
import XYZ from 'ol/source/XYZ.js';
import TileGrid from 'ol/tilegrid/TileGrid.js';
import { TILE } from './grid.js';

const NATIVE = 1.0001;

// Two layers share the addresses of one scene; below native resolution the last level is enlarged
// without smoothing, so that the scene's own pixels are seen.
export function tileLayers(scene, grid, told) {
  const tileGrid = new TileGrid({
    extent: grid.extent,
    origin: [0, 0],
    resolutions: grid.resolutions,
    tileSize: [TILE * grid.ax, TILE * grid.ay],
  });
  return [true, false].map((smooth) => {
    const source = new XYZ({
      url: scene.tiles, projection: grid.projection, tileGrid, interpolate: smooth,
      wrapX: false, transition: 0,
    });
    source.on('tileloadstart', () => told.started());
    source.on('tileloadend', () => told.ended());
    source.on('tileloaderror', (event) => told.failed(addressOf(event.tile)));
    const bounds = smooth ? { minResolution: NATIVE } : { maxResolution: NATIVE };
    return new TileLayer({ source, extent: grid.extent, ...bounds, preload: smooth ? 1 : 0 });
  });
}

function addressOf(tile) {
  return tile.key || tile.src_ || '';
}

// Counts tiles on their way, and asks the server why one failed: a tile that could not be read is
// no picture of "nothing there".
export class Telling {
  constructor(root, say) {
    this.root = root;
    this.say = say;
    this.reset();
  }

  reset() {
    this.waiting = 0;
    this.loaded = 0;
    this.broken = 0;
    this.show();
  }

  started() {
    this.waiting += 1;
    this.show();
  }

  ended() {
    this.waiting = Math.max(0, this.waiting - 1);
    this.loaded += 1;
    this.show();
  }

  async failed(address) {
    this.waiting = Math.max(0, this.waiting - 1);
    this.broken += 1;
    this.show();
    if (this.broken > 1 || !address) return;
    const answer = await fetch(address).catch(() => null);
    const body = answer && !answer.ok ? await answer.json().catch(() => null) : null;
    const why = body?.error?.message || 'the server did not answer';
    this.say(`Part of the picture could not be read: ${why}`, 'fault');
  }

  show() {
    this.root.dataset.waiting = String(this.waiting);
    this.root.dataset.loaded = String(this.loaded);
    this.root.dataset.broken = String(this.broken);
  }
}
