// Everything around the map that a person can press: tools, titles, hints, keys.
import Fill from 'ol/style/Fill.js';
import Stroke from 'ol/style/Stroke.js';
import Style from 'ol/style/Style.js';
import { el, icon, ICONS, button, number } from './dom.js';

export function shell(host, viewer) {
  const target = el('div', { class: 'elv-map' });
  const live = el('div', { class: 'elv-sr', 'aria-live': 'polite' });
  const title = el('div', { class: 'elv-title' });
  const modes = el('div', { class: 'elv-modes', role: 'group', 'aria-label': 'Which date is shown' });
  const notice = el('div', { class: 'elv-notice', role: 'status', hidden: true });
  const here = el('div', { class: 'elv-here', hidden: true });
  const top = el('div', { class: 'elv-top' }, title, modes, here, notice);
  const draw = button('Draw a box that means “here” (B)', icon(...ICONS.box),
    () => viewer.drawing.arm(!viewer.drawing.on), { 'aria-pressed': false });
  const tools = el('div', { class: 'elv-tools', role: 'toolbar', 'aria-label': 'Picture' },
    el('div', { class: 'elv-group' },
      button('Closer (+)', icon(...ICONS.closer), () => viewer.zoomBy(2)),
      button('Wider (−)', icon(...ICONS.wider), () => viewer.zoomBy(0.5))),
    el('div', { class: 'elv-group' },
      button('The whole scene (F)', icon(...ICONS.fit), () => viewer.look(null, true)),
      button('The scene’s own pixels, one to one (1)', el('span', { class: 'elv-native' }, '1:1'),
        () => viewer.native())),
    el('div', { class: 'elv-group' }, draw));
  const stage = el('div', {
    class: 'elv-stage', tabindex: 0, role: 'application',
    'aria-label': 'Picture of the scene. Arrow keys move it, plus and minus zoom, F shows all of it, '
      + '1 its own pixels, B draws a box, N and P go through the marked objects.',
  }, target, top, tools, el('p', { class: 'elv-nothing' },
    'No scene is open yet. Pick one, or ask about one.'));
  const root = el('div', { class: 'elv-root elv-empty', 'data-waiting': 0 }, stage, live);
  host.replaceChildren(root);
  stage.addEventListener('keydown', (event) => key(event, viewer, stage));
  return {
    root, stage, target,
    title: (scenes) => showTitle(title, modes, scenes, viewer),
    mode: (mode) => modes.querySelectorAll('button').forEach((one) =>
      one.setAttribute('aria-pressed', one.dataset.mode === mode)),
    drawing: (on, held) => showDrawing({ draw, here, root }, on, held, viewer),
    announce: (text) => { live.textContent = text; },
    say: (text, kind) => {
      notice.hidden = !text;
      notice.className = `elv-notice elv-${kind}`;
      notice.replaceChildren(el('span', {}, text || ''),
        button('Close', icon(...ICONS.close), () => { notice.hidden = true; }));
    },
  };
}

function showTitle(title, modes, scenes, viewer) {
  title.replaceChildren(...(scenes.length === 1 ? [
    el('strong', {}, scenes[0].title), el('span', {}, scenes[0].about)] : []));
  title.hidden = scenes.length !== 1;
  modes.hidden = scenes.length !== 2;
  if (scenes.length !== 2) return;
  const choice = (mode, text, label) => button(label, text, () => viewer.setMode(mode), { 'data-mode': mode });
  modes.replaceChildren(
    choice('single', scenes[0].title, `Only ${scenes[0].title}: ${scenes[0].about}`),
    choice('swipe', 'swipe', 'Both, with a divider'),
    choice('second', scenes[1].title, `Only ${scenes[1].title}: ${scenes[1].about}`));
}

function showDrawing({ draw, here, root }, on, held, viewer) {
  draw.setAttribute('aria-pressed', on);
  root.classList.toggle('elv-drawing', on);
  here.hidden = !on && !held;
  if (on) {
    here.replaceChildren(el('span', {}, 'Drag a box over the place you mean. Enter takes all that is seen, Esc stops.'));
    return;
  }
  if (!held) return;
  const [col0, row0, col1, row1] = held.box;
  here.replaceChildren(
    el('span', { title: held.region }, el('strong', {}, 'Here'),
      ` ${number(col1 - col0)} × ${number(row1 - row0)} px`),
    el('span', { class: 'elv-here-note' }, held.note || ''),
    button('Forget the box', icon(...ICONS.close), () => viewer.drawing.clear()));
}

function key(event, viewer, stage) {
  if (event.target !== stage || event.ctrlKey || event.metaKey || event.altKey) return;
  const drawing = viewer.drawing.on;
  const run = {
    '+': () => viewer.zoomBy(2), '=': () => viewer.zoomBy(2), '-': () => viewer.zoomBy(0.5),
    f: () => viewer.look(null, true), 1: () => viewer.native(),
    b: () => viewer.drawing.arm(!drawing), n: () => viewer.step(1), p: () => viewer.step(-1),
    ArrowLeft: () => viewer.panBy(-1, 0), ArrowRight: () => viewer.panBy(1, 0),
    ArrowUp: () => viewer.panBy(0, -1), ArrowDown: () => viewer.panBy(0, 1),
    Enter: drawing ? () => viewer.drawing.takeSeen() : null,
    Escape: () => (drawing ? viewer.drawing.arm(false) : viewer.choose(null)),
  }[event.key.length === 1 ? event.key.toLowerCase() : event.key];
  if (!run || !viewer.grid) return;
  event.preventDefault();
  run();
}

// Where a scene has no data the hatched ground shows, which no picture looks like.
export function groundStyle() {
  const tile = document.createElement('canvas');
  tile.width = tile.height = 8;
  const pen = tile.getContext('2d');
  pen.fillStyle = 'rgba(128, 136, 148, 0.16)';
  pen.fillRect(0, 0, 8, 8);
  pen.strokeStyle = 'rgba(128, 136, 148, 0.42)';
  pen.lineWidth = 1;
  pen.beginPath();
  for (const at of [-8, 0, 8]) {
    pen.moveTo(at - 1, 9);
    pen.lineTo(at + 9, -1);
  }
  pen.stroke();
  return new Style({
    fill: new Fill({ color: pen.createPattern(tile, 'repeat') }),
    stroke: new Stroke({ color: 'rgba(128, 136, 148, 0.6)', width: 1 }),
  });
}
