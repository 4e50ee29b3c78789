// The viewer: one map over the pixels of a scene, with everything around it.
import Feature from 'ol/Feature.js';
import Map from 'ol/Map.js';
import View from 'ol/View.js';
import VectorLayer from 'ol/layer/Vector.js';
import VectorSource from 'ol/source/Vector.js';
import { fromExtent } from 'ol/geom/Polygon.js';
import { Bar } from './bar.js';
import { Card, centreOf } from './card.js';
import { Drawing } from './drawing.js';
import { Grid } from './grid.js';
import { Overlays } from './overlays.js';
import { Panel } from './panel.js';
import { shell, groundStyle } from './shell.js';
import { Swipe } from './swipe.js';
import { Telling, tileLayers } from './tiles.js';

const MAGNIFIED = 64;
const PADDING = [36, 36, 36, 36];

export class Viewer {
  constructor(host, link) {
    this.link = link;
    this.parts = shell(host, this);
    const { root, stage, target } = this.parts;
    this.map = new Map({ target, controls: [], layers: [], maxTilesLoading: 8 });
    this.telling = new Telling(root, (text, kind) => this.say(text, kind));
    this.swipe = new Swipe(this.map, stage);
    this.overlays = new Overlays(this.map, (text, kind) => this.say(text, kind));
    this.drawing = new Drawing(this.map, {
      changed: () => this.drawingChanged(),
      drawn: (what) => this.link.draw(what),
      say: (text, kind) => this.say(text, kind),
    });
    this.card = new Card(this.map, () => this.choose(null));
    this.bar = new Bar();
    this.panel = new Panel((id, visible) => this.toggle(id, visible));
    root.append(this.bar.root);
    stage.append(this.panel.root);
    this.grid = null;
    this.scenes = [];
    this.listen(stage);
  }

  listen(stage) {
    this.map.on('pointermove', (event) => {
      if (!event.dragging) this.hover(event);
    });
    this.map.on('singleclick', (event) => {
      const hit = this.drawing.on ? null : this.overlays.at(event.pixel);
      this.choose(hit, true);
    });
    this.map.on('moveend', () => this.moved());
    stage.addEventListener('pointerleave', () => {
      this.pointer = null;
      this.moved();
    });
    new ResizeObserver(() => {
      this.map.updateSize();
      if (this.waiting && this.map.getSize()?.every((n) => n > 0)) this.waiting();
    }).observe(stage);
  }

  // Shows a view; the map is made anew only for other scenes.
  async show(spec) {
    const scenes = spec?.scenes || [];
    this.shows = (this.shows || 0) + 1;
    const mine = this.shows;
    this.parts.root.classList.toggle('elv-empty', scenes.length === 0);
    if (!scenes.length) {
      this.takeOff();
      return;
    }
    const same = JSON.stringify(scenes) === JSON.stringify(this.scenes);
    if (!same) this.putOn(scenes);
    this.setMode(same && spec.mode === this.asked ? this.mode : spec.mode);
    this.asked = spec.mode;
    this.say(spec.note || '');
    await this.overlays.set(this.grid, spec.layers || []);
    if (mine !== this.shows) return; // something newer is shown
    this.panel.show([...this.overlays.held.values()]);
    const focus = JSON.stringify(spec.focus);
    if (!same || focus !== this.focused) this.look(spec.focus);
    this.focused = focus;
    this.parts.root.dataset.ready = scenes.map((scene) => scene.id).join(' ');
  }

  takeOff() {
    for (const layer of this.pictures || []) this.map.removeLayer(layer);
    this.pictures = [];
    this.scenes = [];
    this.overlays.set(null, []);
    this.panel.show([]);
    this.swipe.set(false);
    this.drawing.grid = null;
    this.drawing.show(null);
    delete this.parts.root.dataset.ready;
  }

  putOn(scenes) {
    this.takeOff();
    this.scenes = scenes;
    this.grid = new Grid(scenes[0]);
    this.drawing.grid = this.grid;
    this.telling.reset();
    const ground = new VectorLayer({
      source: new VectorSource({ features: [new Feature(fromExtent(this.grid.extent))] }),
      style: groundStyle(),
    });
    this.stacks = scenes.map((scene) => tileLayers(scene, this.grid, this.telling));
    if (this.stacks[1]) this.swipe.clip(...this.stacks);
    this.pictures = [ground, ...this.stacks.flat()];
    this.pictures.forEach((layer, at) => this.map.getLayers().insertAt(at, layer));
    this.map.setView(new View({
      projection: this.grid.projection, resolution: 1, center: centre(this.grid.extent),
      minResolution: 1 / MAGNIFIED, maxResolution: 4 * Math.max(1, this.grid.resolutions[0]),
      enableRotation: false, showFullExtent: true, smoothResolutionConstraint: false,
    }));
    this.map.getView().on('change:resolution', () => this.moved());
    this.bar.showNorth(scenes[0].north_deg);
    this.parts.title(scenes);
  }

  // single (the first scene), second (the other one) or swipe (both, with the divider)
  setMode(mode) {
    this.mode = this.scenes.length === 2 ? mode : 'single';
    this.stacks?.[0]?.forEach((layer) => layer.setVisible(this.mode !== 'second'));
    this.stacks?.[1]?.forEach((layer) => layer.setVisible(this.mode !== 'single'));
    this.swipe.set(this.mode === 'swipe', ...this.scenes.map((scene) => scene.title));
    this.parts.mode(this.mode);
  }

  // Goes to a focus, at the resolution it was looked at unless it does not fit; else shows all.
  look(focus, gently = false) {
    const size = this.map.getSize();
    if (!size || size.some((n) => n < 1)) {
      this.waiting = () => this.look(focus);
      return;
    }
    this.waiting = null;
    const extent = focus ? this.grid.boxToExtent(focus.box) : this.grid.extent;
    const padding = focus ? PADDING : [12, 12, 12, 12];
    const inner = [size[0] - padding[1] - padding[3], size[1] - padding[0] - padding[2]];
    const fits = Math.max((extent[2] - extent[0]) / inner[0], (extent[3] - extent[1]) / inner[1]);
    const resolution = resolutionFor(focus, fits);
    this.go(centre(extent), resolution, gently);
    const feature = focus?.layer && focus.row ? this.overlays.find(focus.layer, focus.row) : null;
    this.choose(feature);
  }

  go(center, resolution, gently = true) {
    const view = this.map.getView();
    view.cancelAnimations();
    const still = matchMedia('(prefers-reduced-motion: reduce)').matches;
    if (gently && !still) view.animate({ center, resolution, duration: 220 });
    else {
      view.setCenter(center);
      view.setResolution(resolution);
    }
  }

  zoomBy(factor) {
    const view = this.map.getView();
    const to = view.getConstrainedResolution(view.getResolution() / factor);
    this.go(view.getCenter(), to);
  }

  native() {
    this.go(this.map.getView().getCenter(), 1);
  }

  panBy(across, down) {
    const view = this.map.getView();
    const [x, y] = view.getCenter();
    const step = view.getResolution() * 80;
    this.go([x + across * step, y - down * step], view.getResolution());
  }

  hover(event) {
    this.pointer = event.coordinate;
    if (!this.grid) return;
    this.bar.showPlace(this.grid, this.grid.toPixel(event.coordinate), false);
    const hit = this.drawing.on ? null : this.overlays.at(event.pixel);
    this.parts.target.style.cursor = this.drawing.on ? 'crosshair' : hit ? 'pointer' : '';
  }

  moved() {
    if (!this.grid) return;
    const view = this.map.getView();
    const middle = this.grid.toPixel(view.getCenter());
    this.bar.showScale(this.grid, middle, view.getResolution());
    this.parts.root.dataset.resolution = view.getResolution().toPrecision(6);
    const place = this.pointer ? this.grid.toPixel(this.pointer) : middle;
    this.bar.showPlace(this.grid, place, !this.pointer);
  }

  toggle(id, visible) {
    this.overlays.show(id, visible);
    if (!this.overlays.chosen) this.card.hide();
  }

  choose(feature, told = false) {
    this.overlays.choose(feature?.get('layer') || null, feature);
    if (!feature) {
      this.card.hide();
      return;
    }
    this.card.show(feature);
    const { layer, row, reference, label, score } = feature.getProperties();
    const evidence = this.overlays.held.get(layer)?.spec.evidence || null;
    this.parts.announce(`${reference} ${label || ''}`);
    if (told) this.link.pick({ layer, row, evidence, reference, label, score });
  }

  step(by) {
    const feature = this.overlays.next(by);
    if (!feature) return;
    this.choose(feature, true);
    const at = centreOf(feature);
    const view = this.map.getView();
    this.go(at, view.getResolution());
  }

  drawingChanged() {
    this.parts.drawing(this.drawing.on, this.drawing.held);
  }

  say(text, kind = 'note') {
    this.parts.say(text, kind);
  }
}

// Screen resolution of a focus: the one it was looked at, coarser where it does not fit. Native
// pixels of a small place are enlarged by a whole number, which shows nothing that is not there.
function resolutionFor(focus, fits) {
  if (!focus) return fits;
  if (focus.row) return Math.max(fits, 1 / 8);
  const looked = focus.resolution || fits;
  if (looked > 1 || fits >= looked) return Math.max(fits, looked);
  return looked / Math.min(4, Math.floor(looked / fits));
}

function centre([x0, y0, x1, y1]) {
  return [(x0 + x1) / 2, (y0 + y1) / 2];
}
