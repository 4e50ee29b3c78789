// Drawing a box that stands for "here"; the server says what region it is.
import Feature from 'ol/Feature.js';
import DragBox from 'ol/interaction/DragBox.js';
import VectorLayer from 'ol/layer/Vector.js';
import VectorSource from 'ol/source/Vector.js';
import { fromExtent } from 'ol/geom/Polygon.js';
import { getIntersection, isEmpty } from 'ol/extent.js';
import { styleOf } from './styles.js';

export class Drawing {
  constructor(map, { changed, drawn, say }) {
    this.map = map;
    this.changed = changed;
    this.drawn = drawn;
    this.say = say;
    this.grid = null;
    this.on = false;
    this.held = null;
    this.asked = 0;
    this.layer = new VectorLayer({
      source: new VectorSource(), style: styleOf('drawn'), zIndex: 40,
    });
    map.addLayer(this.layer);
    this.drag = new DragBox({ className: 'elv-dragbox', minArea: 16 });
    this.drag.setActive(false);
    this.drag.on('boxend', () => this.take(this.drag.getGeometry().getExtent()));
    map.addInteraction(this.drag);
  }

  // Starts or stops taking a box from the next drag.
  arm(on) {
    this.on = on && this.grid !== null;
    this.drag.setActive(this.on);
    this.changed();
  }

  takeSeen() {
    this.take(this.map.getView().calculateExtent(this.map.getSize()));
  }

  async take(extent) {
    const inside = getIntersection(extent, this.grid.extent);
    if (isEmpty(inside)) {
      this.say('This box is not on the scene; draw it on the picture.', 'fault');
      return;
    }
    this.arm(false);
    const { id, revision } = this.grid.scene;
    const box = this.grid.extentToBox(inside).map((n) => n.toFixed(3)).join(',');
    this.asked += 1;
    const mine = this.asked;
    const answer = await fetch(`/viewer/region/${id}?revision=${revision}&box=${box}`).catch(() => null);
    const found = answer ? await answer.json().catch(() => null) : null;
    if (mine !== this.asked) return;
    if (!answer?.ok || !found) {
      this.say(found?.error?.message || 'The box could not be taken: the server did not answer.', 'fault');
      return;
    }
    this.show(found);
    this.drawn({ scene: id, ...found });
  }

  // Shows a box, or none.
  show(drawn) {
    const source = this.layer.getSource();
    source.clear();
    this.held = drawn || null;
    if (drawn) source.addFeature(new Feature(fromExtent(this.grid.boxToExtent(drawn.box))));
    this.changed();
  }

  clear() {
    this.asked += 1;
    this.show(null);
    this.drawn({ scene: this.grid?.scene.id || '', region: '', box: null, note: '' });
  }
}
