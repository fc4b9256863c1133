// Small comforts while a home is made and comes to its street: the strength of a passphrase while it is typed, a button
// that prints, a ticket read off a photograph. Everything works without them.

for (const button of document.querySelectorAll('[data-print]')) {
  button.addEventListener('click', () => window.print());
}

function judge(field, says) {
  const request = new XMLHttpRequest();
  request.open('POST', './strength');
  request.setRequestHeader('Content-Type', 'application/x-www-form-urlencoded');
  request.onload = () => {
    if (request.status === 200) says.textContent = request.responseText;
  };
  request.send(new URLSearchParams({ passphrase: field.value }).toString());
}

for (const field of document.querySelectorAll('[data-strength]')) {
  const says = document.getElementById(field.dataset.strength);
  let soon = 0;
  field.addEventListener('input', () => {
    clearTimeout(soon);
    soon = setTimeout(() => judge(field, says), 250);
  });
}

// Longest side of the picture that the node is sent, as grey values: it opens no picture files.
const SIDE = 1600;

async function greys(file) {
  const picture = await createImageBitmap(file);
  const fits = SIDE / Math.max(picture.width, picture.height);
  // A small picture is drawn larger, in whole steps: modules of two pixels are hard to tell apart.
  const scale = fits < 1 ? fits : Math.max(1, Math.floor(fits / 2));
  const [width, height] = [picture.width, picture.height].map((side) => Math.max(1, Math.round(side * scale)));
  const canvas = document.createElement('canvas');
  Object.assign(canvas, { width, height });
  const drawing = canvas.getContext('2d');
  drawing.imageSmoothingEnabled = scale < 1;
  drawing.fillStyle = '#fff';
  drawing.fillRect(0, 0, width, height);
  drawing.drawImage(picture, 0, 0, width, height);
  const { data } = drawing.getImageData(0, 0, width, height);
  const grey = new Uint8Array(width * height);
  for (let i = 0; i < grey.length; i += 1) {
    grey[i] = (data[4 * i] * 299 + data[4 * i + 1] * 587 + data[4 * i + 2] * 114) / 1000;
  }
  return { width, grey };
}

async function read(file) {
  const { width, grey } = await greys(file);
  const headers = { 'Content-Type': 'application/octet-stream' };
  const answer = await fetch(`./ticket-picture?width=${width}`, { method: 'POST', headers, body: grey });
  if (!answer.ok) throw new Error('no ticket');
  return answer.text();
}

// On the document: the form may be drawn anew.
document.addEventListener('change', async ({ target }) => {
  const [file] = target.files ?? [];
  if (!target.dataset.picture || !file) return;
  const says = document.getElementById(`${target.id}-says`);
  says.textContent = target.dataset.reading;
  try {
    document.getElementById(target.dataset.picture).value = await read(file);
    says.textContent = target.dataset.read;
  } catch {
    says.textContent = target.dataset.unread;
  }
});
