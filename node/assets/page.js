// Keeps an open page fresh and tells clock times in the reader's time zone. Everything works without it.
//
// The node says only that something changed; the page is then fetched again as a document and its parts are moved over.
// No text is ever parsed as HTML here, so Trusted Types stay strict and there is one way to draw an alert.

// The regional form of the page's language that the browser prefers, such as en-GB.
const spoken = document.documentElement.lang;
const language = navigator.languages.find((tag) => tag.split('-')[0] === spoken) ?? spoken;
const time = { hour: '2-digit', minute: '2-digit' };
const today = new Intl.DateTimeFormat(language, time);
const otherDay = new Intl.DateTimeFormat(language, { weekday: 'short', day: 'numeric', month: 'short', ...time });

function clock(at) {
  return at.toDateString() === new Date().toDateString() ? today.format(at) : otherDay.format(at);
}

function tellTimes(part) {
  for (const element of part.querySelectorAll('time[datetime]')) {
    const at = new Date(element.dateTime);
    if (!Number.isNaN(at.getTime())) element.append(` (${clock(at)})`);
  }
}

// A part that somebody is typing in, has filled in or has opened, stays as it is.
function inUse(part) {
  const focused = document.activeElement;
  const filled = [...part.querySelectorAll('input, textarea')].some((field) => field.value !== field.defaultValue);
  // A film that is pressed in its frame is no form: it has to go when the home is locked.
  const typing = part.contains(focused) && focused.tagName !== 'IFRAME';
  return filled || typing || part.querySelector('details[open]') !== null;
}

// Puts values into words of the page, where it says %1 and %2.
const filled = (words, ...values) => words.replace(/%([12])/g, (_, place) => values[place - 1]);

function announce(fresh) {
  const [first] = fresh;
  if (!first) return;
  const title = first.querySelector('h2, h3').textContent;
  const hush = document.querySelector('[data-announce]');
  const words = fresh.length > 1 ? hush.dataset.more : hush.dataset.announce;
  hush.textContent = filled(words, title, fresh.length - 1);
}

function take(page) {
  for (const part of document.querySelectorAll('[data-part]')) {
    const next = page.querySelector(`[data-part="${part.dataset.part}"]`);
    if (!next) return location.reload();
    if (inUse(part)) continue;
    const fresh = [...next.querySelectorAll('article')].filter(({ id }) => !document.getElementById(id));
    for (const article of fresh) article.classList.add('fresh');
    tellTimes(next);
    // What did not change stays: a film that plays, a place in a list.
    if (part.isEqualNode(next)) continue;
    part.replaceWith(document.adoptNode(next));
    announce(fresh);
  }
}

const live = document.querySelector('[data-live]')?.dataset.live;

function refresh() {
  const request = new XMLHttpRequest();
  request.open('GET', live);
  request.responseType = 'document';
  request.onload = () => {
    // Signed out: the page shows that at the next press, unless nothing typed can be lost now.
    if (request.status === 401 && !document.querySelector('textarea')?.value) location.reload();
    if (request.status === 200 && request.response) take(request.response);
  };
  request.send();
}

let soon = 0;
function refreshSoon() {
  clearTimeout(soon);
  soon = setTimeout(refresh, 200);
}

// A hidden page lets go of its stream: a browser keeps only six connections to a host.
let stream = null;
function follow() {
  stream?.close();
  stream = null;
  if (document.hidden) return;
  stream = new EventSource(new URL('events', document.querySelector('.brand').href));
  stream.onopen = refreshSoon;
  stream.addEventListener('changed', refreshSoon);
  stream.onerror = () => {
    if (stream?.readyState === EventSource.CLOSED) refreshSoon();
  };
}

tellTimes(document);
if (live !== undefined) {
  follow();
  document.addEventListener('visibilitychange', follow);
  window.addEventListener('pagehide', () => stream?.close());
  // "12 minutes ago" grows old by itself.
  setInterval(() => document.hidden || refresh(), 60_000);
}

// How long the home stays unlocked, if nothing is opened or given. Told to the eye only: a count is no news every second.
function countDown() {
  for (const element of document.querySelectorAll('[data-countdown]')) {
    const left = Math.round((new Date(element.dataset.countdown) - Date.now()) / 1000);
    if (left < 0) {
      element.removeAttribute('data-countdown');
      if (live === undefined) location.reload();
      else refreshSoon();
    } else {
      element.textContent = filled(element.dataset.words, `${Math.floor(left / 60)}:${String(left % 60).padStart(2, '0')}`);
    }
  }
}
countDown();
setInterval(countDown, 1000);

// A second press must not send a second alert. Not before the form is on its way: a disabled button does not say its name.
document.addEventListener('submit', (event) => {
  setTimeout(() => {
    // After a download the page is still there.
    if ('download' in event.target.dataset) return;
    for (const button of event.target.querySelectorAll('button')) button.disabled = true;
  });
});
window.addEventListener('pageshow', () => {
  for (const button of document.querySelectorAll('button')) button.disabled = false;
});
