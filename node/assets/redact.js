// Areas that are drawn over a picture become lines of a field, and lines of the field are drawn. Without this the field is
// filled by hand.

const drawing = document.querySelector('[data-drawing]');
const field = document.getElementById('areas');
const SVG = 'http://www.w3.org/2000/svg';

function element(name, attributes) {
  const made = document.createElementNS(SVG, name);
  for (const [key, value] of Object.entries(attributes)) made.setAttribute(key, value);
  return made;
}

if (drawing && field) {
  const picture = drawing.querySelector('img');
  const board = element('svg', { 'aria-hidden': 'true' });
  drawing.append(board);

  const areas = () => field.value.split('\n').map((line) => /^\s*(\d+),\s*(\d+),\s*(\d+),\s*(\d+)/.exec(line))
    .filter((found) => found).map((found) => found.slice(1, 5).map(Number));

  function draw(more = []) {
    board.setAttribute('viewBox', `0 0 ${picture.naturalWidth || 1} ${picture.naturalHeight || 1}`);
    board.replaceChildren(...areas().concat(more).map(([x, y, width, height]) => element('rect', { x, y, width, height })));
  }

  // Where the pointer is, in pixels of the film.
  function place(event) {
    const box = board.getBoundingClientRect();
    const within = (at, most) => Math.round(Math.min(Math.max(at, 0), 1) * most);
    return [
      within((event.clientX - box.left) / box.width, picture.naturalWidth),
      within((event.clientY - box.top) / box.height, picture.naturalHeight),
    ];
  }

  const between = ([a, b], [c, d]) => [Math.min(a, c), Math.min(b, d), Math.abs(a - c), Math.abs(b - d)];
  let start = null;
  board.addEventListener('pointerdown', (event) => {
    start = place(event);
    board.setPointerCapture(event.pointerId);
    event.preventDefault();
  });
  board.addEventListener('pointermove', (event) => start && draw([between(start, place(event))]));
  board.addEventListener('pointerup', (event) => {
    const [x, y, width, height] = between(start, place(event));
    start = null;
    // A tap is no area.
    if (width > 3 && height > 3) field.value = `${field.value.trim()}\n${x},${y},${width},${height}`.trim();
    draw();
  });
  board.addEventListener('pointercancel', () => { start = null; draw(); });
  field.addEventListener('input', () => draw());
  picture.addEventListener('load', () => draw());
  document.querySelector('[data-second]').addEventListener('change', ({ target }) => {
    picture.src = `${picture.dataset.still}?at=${Number(target.value) || 0}`;
  });
  draw();
}
