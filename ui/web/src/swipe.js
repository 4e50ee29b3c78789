// Two dates with a divider between them: the first is drawn to the left of it, the second to the
// right. Where the second has no data the ground shows, never the first.
import { getRenderPixel } from 'ol/render.js';
import { clamp } from './grid.js';
import { el } from './dom.js';

export class Swipe {
  constructor(map, stage) {
    this.map = map;
    this.share = 0.5;
    this.active = false;
    this.left = el('span', { class: 'elv-date elv-date-left' });
    this.right = el('span', { class: 'elv-date elv-date-right' });
    this.handle = el('div', {
      class: 'elv-handle', role: 'slider', tabindex: 0, 'aria-label': 'Divider between two dates',
      'aria-orientation': 'horizontal', 'aria-valuemin': 0, 'aria-valuemax': 100,
    }, el('span', { class: 'elv-grip', 'aria-hidden': true }));
    this.line = el('div', { class: 'elv-divider', hidden: true }, this.left, this.right, this.handle);
    stage.append(this.line);
    this.handle.addEventListener('keydown', (event) => this.key(event));
    this.handle.addEventListener('pointerdown', (event) => this.grab(event, stage));
  }

  // Clips the layers of the scenes at the divider; they are drawn whole when it is off.
  clip(first, second) {
    this.clipTo(first, (x) => [0, x]);
    this.clipTo(second, (x, width) => [x, width]);
  }

  clipTo(layers, span) {
    for (const layer of layers) {
      layer.on('prerender', (event) => {
        const context = event.context;
        context.save();
        if (!this.active) return;
        const [width, height] = this.map.getSize();
        const [from, to] = span(width * this.share, width);
        const corners = [[from, 0], [to, 0], [to, height], [from, height]]
          .map((corner) => getRenderPixel(event, corner));
        context.beginPath();
        corners.forEach(([a, b], i) => (i ? context.lineTo(a, b) : context.moveTo(a, b)));
        context.closePath();
        context.clip();
      });
      layer.on('postrender', (event) => event.context.restore());
    }
  }

  set(active, first = '', second = '') {
    this.active = active;
    this.line.hidden = !active;
    this.left.textContent = first;
    this.right.textContent = second;
    this.names = [first, second];
    this.move(this.share);
  }

  move(share) {
    this.share = clamp(share, 0, 1);
    this.line.style.left = `${this.share * 100}%`;
    const percent = Math.round(this.share * 100);
    this.handle.setAttribute('aria-valuenow', percent);
    const [first, second] = this.names || ['', ''];
    this.handle.setAttribute('aria-valuetext', `${first} on the left ${percent} %, ${second} on the right`);
    this.map.render();
  }

  key(event) {
    const step = event.shiftKey ? 0.1 : 0.02;
    const to = {
      ArrowLeft: this.share - step, ArrowRight: this.share + step,
      PageDown: this.share - 0.1, PageUp: this.share + 0.1, Home: 0, End: 1,
    }[event.key];
    if (to === undefined) return;
    event.preventDefault();
    event.stopPropagation();
    this.move(to);
  }

  grab(event, stage) {
    event.preventDefault();
    this.handle.focus();
    this.handle.setPointerCapture(event.pointerId);
    const follow = (moved) => {
      const box = stage.getBoundingClientRect();
      this.move((moved.clientX - box.left) / box.width);
    };
    const end = () => {
      this.handle.removeEventListener('pointermove', follow);
      this.handle.removeEventListener('pointerup', end);
      this.handle.removeEventListener('pointercancel', end);
    };
    this.handle.addEventListener('pointermove', follow);
    this.handle.addEventListener('pointerup', end);
    this.handle.addEventListener('pointercancel', end);
  }
}
