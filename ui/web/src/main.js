// The one name the page knows: ElenchusViewer.mount(host, link).
import { Viewer } from './viewer.js';
import '../viewer.css';

const made = new WeakMap();

// Makes a viewer in a host element once; `link` has spec(), watch(run), pick(what), draw(what).
export function mount(host, link) {
  if (made.has(host)) return made.get(host);
  const viewer = new Viewer(host, link);
  made.set(host, viewer);
  const update = () => viewer.show(plain(link.spec()));
  link.watch(update);
  update();
  return viewer;
}

export function of(host) {
  return made.get(host) || null;
}

// A copy that nothing else holds: the page's own value may be watched by its framework.
function plain(spec) {
  return spec ? JSON.parse(JSON.stringify(spec)) : null;
}
