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
  return filled || typing || part.querySelector('details[open], [data-acts]') !== null;
}

// Puts values into words of the page, where it says %1 and %2.
const filled = (words, ...values) => words.replace(/%([12])/g, (_, place) => values[place - 1]);

function announce(fresh) {
  const [first] = fresh;
  if (!first) return;
  const title = first.querySelector('h1, h2, h3').textContent;
  const hush = document.querySelector('[data-announce]');
  const words = fresh.length > 1 ? hush.dataset.more : hush.dataset.announce;
  hush.textContent = filled(words, title, fresh.length - 1);
}

function renew(part, next) {
  if (inUse(part)) return;
  follows(part, next);
  const fresh = [...next.querySelectorAll('article')].filter(({ id }) => !document.getElementById(id));
  for (const article of fresh) article.classList.add('fresh');
  tellTimes(next);
  // What did not change stays: a film that plays, a place in a list.
  if (part.isEqualNode(next)) return;
  part.replaceWith(document.adoptNode(next));
  goOnFrom(next);
  announce(fresh);
}

// Gives a page that was asked for, or nothing if none came.
function ask(address, take) {
  const request = new XMLHttpRequest();
  request.open('GET', address);
  request.responseType = 'document';
  request.onload = () => take(request.status === 200 ? request.response : null, request.status);
  request.onerror = () => take(null, 0);
  request.send();
}

const live = () => document.querySelector('[data-live]')?.dataset.live;

function refresh() {
  ask(live(), (page, status) => {
    // Signed out: the page shows that at the next press, unless nothing typed can be lost now.
    if (status === 401 && !document.querySelector('textarea')?.value) location.reload();
    if (!page) return;
    for (const part of document.querySelectorAll('[data-part]:not([data-from])')) {
      const next = page.querySelector(`[data-part="${part.dataset.part}"]`);
      if (!next) return location.reload();
      renew(part, next);
    }
  });
  // Watched anew, each that is near is told of at once.
  for (const stretch of document.querySelectorAll('[data-from]')) {
    near.unobserve(stretch);
    near.observe(stretch);
  }
}

// A long list goes on where its link is: the next stretch comes when the link is near the window. It is a part of its own,
// fetched again under its own address, and only while it is near.
const near = new IntersectionObserver((seen) => {
  for (const { target, isIntersecting } of seen) {
    if (!isIntersecting) continue;
    near.unobserve(target);
    if ('from' in target.dataset) ask(target.dataset.live, (page) => page && renew(target, stretchOf(page)));
    else ask(target.href, (page) => page && goOn(target, stretchOf(page)));
  }
}, { rootMargin: '100% 0px' });

const stretchOf = (page) => page.querySelector('[data-part="feed"]');

function goOn(link, next) {
  if (!link.isConnected) return;
  next.dataset.from = link.href;
  tellTimes(next);
  link.closest('[data-part]').after(document.adoptNode(next));
  link.parentElement.remove();
  goOnFrom(next);
}

function goOnFrom(part) {
  const link = part.querySelector('a[data-goes-on]');
  if (link) near.observe(link);
}

// What is behind a stretch stays if it still follows, and comes anew by scrolling if not.
function follows(part, next) {
  if (part.dataset.part !== 'feed') return;
  if ('from' in part.dataset) next.dataset.from = part.dataset.from;
  const stretches = [...document.querySelectorAll('[data-from]')];
  const behind = stretches.filter((one) => part.compareDocumentPosition(one) & Node.DOCUMENT_POSITION_FOLLOWING);
  if (behind.length === 0) return;
  const link = next.querySelector('a[data-goes-on]');
  if (link?.href === behind[0].dataset.from) link.parentElement.remove();
  else for (const stretch of behind) stretch.remove();
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
for (const part of document.querySelectorAll('[data-part]')) goOnFrom(part);
if (live() !== undefined) {
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
      if (live() === undefined) location.reload();
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

// More that can be said of an alert stands on its page, and comes from there.
document.addEventListener('click', (event) => {
  const link = event.target.closest('a[data-more]');
  if (!link || event.button !== 0 || event.ctrlKey || event.metaKey || event.shiftKey) return;
  event.preventDefault();
  ask(link.href, (page) => {
    const acts = page?.querySelector('[data-acts]');
    if (!acts) return location.assign(link.href);
    for (const form of acts.querySelectorAll('form')) form.setAttribute('action', form.action);
    link.replaceWith(document.adoptNode(acts));
    acts.querySelector('textarea, input:not([type="hidden"]), select, button')?.focus();
  });
});
