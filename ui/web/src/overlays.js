// Outlines over the picture: what was found, changed, mapped, proposed or asked about.
import GeoJSON from 'ol/format/GeoJSON.js';
import VectorLayer from 'ol/layer/Vector.js';
import VectorImageLayer from 'ol/layer/VectorImage.js';
import VectorSource from 'ol/source/Vector.js';
import { styleOf } from './styles.js';

const MANY = 3000;

export class Overlays {
  constructor(map, say) {
    this.map = map;
    this.say = say;
    this.held = new Map();
    this.chosen = null;
    this.top = new VectorLayer({ source: new VectorSource(), zIndex: 30 });
    map.addLayer(this.top);
  }

  // Shows just these layers; those that are shown already are kept as the person left them.
  async set(grid, specs) {
    const wanted = new Map(specs.map((spec) => [spec.id, spec]));
    for (const [id, one] of this.held) {
      const spec = wanted.get(id);
      if (!spec || one.grid !== grid || spec.url !== one.spec.url || spec.data) this.remove(id);
    }
    await Promise.all(specs.filter((spec) => !this.held.has(spec.id))
      .map((spec, at) => this.add(grid, spec, at)));
  }

  remove(id) {
    const one = this.held.get(id);
    if (!one) return;
    this.map.removeLayer(one.layer);
    this.held.delete(id);
    if (this.chosen?.layer === id) this.choose(null, null);
  }

  async add(grid, spec, at) {
    const source = new VectorSource();
    const Kind = spec.count > MANY ? VectorImageLayer : VectorLayer;
    const layer = new Kind({
      source, style: styleOf(spec.kind), visible: spec.visible, zIndex: 10 + at,
    });
    const one = { spec, layer, source, grid, features: [], about: null, failed: false };
    this.held.set(spec.id, one);
    this.map.addLayer(layer);
    const data = spec.data || (await this.fetched(spec, one));
    if (!data || this.held.get(spec.id) !== one) return;
    one.about = data.about || null;
    one.features = read(grid, data, spec.id);
    source.addFeatures(one.features);
    if (one.about?.left_out) {
      const { shown, held } = one.about;
      this.say(`${spec.title}: ${shown} of ${held} are drawn, those of the highest score.`);
    }
  }

  async fetched(spec, one) {
    const answer = await fetch(spec.url).catch(() => null);
    if (answer?.ok) return answer.json();
    const body = answer ? await answer.json().catch(() => null) : null;
    one.failed = true;
    this.say(`${spec.title}: ${body?.error?.message || 'the server did not answer'}`, 'fault');
    return null;
  }

  show(id, visible) {
    this.held.get(id)?.layer.setVisible(visible);
    if (!visible && this.chosen?.layer === id) this.choose(null, null);
  }

  find(layer, row) {
    return this.held.get(layer)?.features.find((feature) => feature.get('row') === row) || null;
  }

  // The feature at a place of the screen that can be picked; regions are only looked at.
  at(pixel) {
    const hit = this.map.forEachFeatureAtPixel(pixel, (feature) => feature, {
      hitTolerance: 4,
      layerFilter: (layer) => [...this.held.values()].some((one) => one.layer === layer),
    });
    return hit && hit.get('row') ? hit : null;
  }

  choose(layer, feature) {
    this.top.getSource().clear();
    this.chosen = feature ? { layer, row: feature.get('row'), feature } : null;
    if (!feature) return;
    const copy = feature.clone();
    copy.setStyle(styleOf(this.held.get(layer).spec.kind, true));
    this.top.getSource().addFeature(copy);
  }

  // The next object in the order of its layer, for going through them by keyboard.
  next(step) {
    const shown = [...this.held.values()].filter((one) => one.layer.getVisible());
    const all = shown.flatMap((one) => one.features.filter((feature) => feature.get('row')));
    if (!all.length) return null;
    const at = all.indexOf(this.chosen?.feature);
    const from = at < 0 && step < 0 ? 0 : at;
    return all[(from + step + all.length) % all.length];
  }
}

function read(grid, data, layer) {
  const features = new GeoJSON().readFeatures(data);
  for (const feature of features) {
    feature.getGeometry().applyTransform((flat, out, stride) => {
      const into = out || flat;
      for (let i = 0; i < flat.length; i += stride) {
        into[i] = flat[i] * grid.ax;
        into[i + 1] = -flat[i + 1] * grid.ay;
      }
      return into;
    });
    feature.set('layer', layer);
  }
  return features;
}
