// What the page weighs, how soon it can be used on a slow phone, how it scrolls with a full feed, and what 200 open pages
// cost the node. Prints one line of JSON. See page.sh.

import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { request } from 'node:http';
import { Home } from './homes.mjs';
import { page_of, sign_in, tell, to_the_end } from './stage.mjs';

const { PROGRAM, PLACE } = process.env;
const NEIGHBOURS = Number(process.env.NEIGHBOURS ?? 1);
// As many as one household may post at once.
const EACH = Number(process.env.EACH ?? 400);
// A street holds 10,000. One more is said in the end, which every open page hears of.
const ALL = Math.min(NEIGHBOURS * EACH, 9_999);
const PAGES = 200;
// Lighthouse's phone: a processor four times slower, 1.6 Mbit/s, 150 ms.
const SLOW = { cpu: 4, latency: 150, bytes: (1_600 * 1_024) / 8 };

const median = (times) => [...times].sort((a, b) => a - b)[times.length >> 1];

// Neighbours come one after the other, post and go: the feed fills up without a street of nodes.
async function fill(ada) {
  for (let n = 0; n < NEIGHBOURS; n += 1) {
    const home = new Home(PROGRAM, `${PLACE}/neighbour-${n}`);
    await home.move_in(`Neighbour ${n}`);
    const { ticket } = await ada.run('street', 'invite');
    await home.run('street', 'join', ticket);
    const { token } = await home.run('token', 'add', 'Bench', '--scope', 'post');
    for (let at = 0; at < EACH && n * EACH + at < ALL; at += 1) {
      const alert = {
        kind: 'noise', urgency: 'info', title: `Drilling in number ${at}`, nearby: false, life_ms: 36_000_000, clips: [],
        text: 'They drill until six, and begin again tomorrow. The yard is closed, the bins stand in front.',
      };
      const headers = { Authorization: `Bearer ${token}` };
      const said = await fetch(new URL('/api/v1/alerts', home.web), { method: 'POST', headers, body: JSON.stringify(alert) });
      assert.ok(said.ok, await said.text());
    }
    const due = Math.min((n + 1) * EACH, ALL);
    while ((await ada.run('status')).alerts < due) await new Promise((later) => { setTimeout(later, 500); });
    home.child.kill();
  }
}

// One load of a page with an empty cache: bytes over the wire, and when it had been drawn and its script had run.
async function load(page, url, slow) {
  const wire = await page.context().newCDPSession(page);
  await wire.send('Network.enable');
  await wire.send('Network.setCacheDisabled', { cacheDisabled: true });
  if (slow) {
    await wire.send('Emulation.setCPUThrottlingRate', { rate: SLOW.cpu });
    await wire.send('Network.emulateNetworkConditions', {
      offline: false, latency: SLOW.latency, downloadThroughput: SLOW.bytes, uploadThroughput: SLOW.bytes,
    });
  }
  let bytes = 0;
  wire.on('Network.loadingFinished', ({ encodedDataLength }) => { bytes += encodedDataLength; });
  await page.goto(url, { waitUntil: 'load' });
  // Drawn, module run, and no task longer than 50 ms since.
  const usable = await page.evaluate(() => new Promise((told) => {
    let last = 0;
    new PerformanceObserver((list) => {
      for (const task of list.getEntries()) last = task.startTime + task.duration;
    }).observe({ type: 'longtask', buffered: true });
    setTimeout(() => {
      const [drawn] = performance.getEntriesByName('first-contentful-paint');
      const [{ domContentLoadedEventEnd }] = performance.getEntriesByType('navigation');
      told(Math.max(drawn.startTime, domContentLoadedEventEnd, last));
    }, 3_000);
  }));
  await wire.detach();
  return { bytes, usable };
}

// Scrolls until the whole feed has come: bytes over the wire, and how long it took.
async function whole(page) {
  const wire = await page.context().newCDPSession(page);
  await wire.send('Network.enable');
  let bytes = 0;
  wire.on('Network.loadingFinished', ({ encodedDataLength }) => { bytes += encodedDataLength; });
  const began = performance.now();
  await to_the_end(page);
  const took = performance.now() - began;
  await wire.detach();
  return { bytes, took };
}

// How long frames take while the feed is scrolled through for five seconds: from end to end if it is short, and the middle
// of a long one as fast as a hard flick takes it, some twelve screens a second.
function scroll(page) {
  return page.evaluate(() => new Promise((told) => {
    const frames = [];
    const end = document.documentElement.scrollHeight;
    const far = Math.min(end, 5_000 * 10);
    const began = performance.now();
    let before = began;
    const step = (now) => {
      frames.push(now - before);
      before = now;
      const way = (now - began) / 5_000;
      if (way >= 1) return told(frames.slice(1));
      scrollTo(0, (end - far) / 2 + far * way);
      requestAnimationFrame(step);
    };
    requestAnimationFrame(step);
  }));
}

// Open pages as the browser holds them: a stream each. Gives when each was told of a change.
async function open_pages(home, cookie) {
  const told = [];
  const streams = [];
  for (let n = 0; n < PAGES; n += 1) {
    streams.push(await new Promise((open, failed) => {
      const asked = request(new URL('/events', home.web), { headers: { cookie }, agent: false }, (answer) => {
        if (answer.statusCode !== 200) return failed(new Error(`page ${n}: ${answer.statusCode}`));
        told.push(new Promise((heard) => {
          answer.on('data', (said) => { if (String(said).includes('changed')) heard(performance.now()); });
        }));
        return open(asked);
      });
      asked.once('error', failed).end();
    }));
  }
  return { told, shut: () => streams.forEach((stream) => stream.destroy()) };
}

const memory_mb = (pid) => Number(/VmRSS:\s+(\d+)/.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))[1]) / 1_024;

await tell('bench', async (browser) => {
  const ada = new Home(PROGRAM, `${PLACE}/ada`);
  await ada.move_in('Ada');
  await ada.run('street', 'new', 'Elm Lane');
  const page = await page_of(browser, 'ada', { viewport: { width: 390, height: 844 }, deviceScaleFactor: 2 });
  // A link to sign in holds for a quarter of an hour, and filling takes longer. No page is open meanwhile.
  await sign_in(page, ada);
  await page.goto('about:blank');
  await fill(ada);
  const { bytes } = await load(page, ada.web, false);
  const loads = [];
  for (let n = 0; n < 5; n += 1) loads.push((await load(page, ada.web, true)).usable);
  const fast = await page_of(browser, 'fast', { storageState: await page.context().storageState() });
  await load(fast, ada.web, false);
  const feed = await whole(fast);
  const shown = await fast.locator('article.alert').count();
  const frames = await scroll(fast);
  const [{ name, value }] = (await page.context().cookies()).filter(({ name: of }) => of.includes('streetlamp'));
  await page.close();
  await fast.close();
  const before = memory_mb(ada.child.pid);
  const pages = await open_pages(ada, `${name}=${value}`);
  const began = performance.now();
  await ada.run('alert', 'post', '--kind', 'noise', '--title', 'Heard by every page');
  const heard = (await Promise.all(pages.told)).map((at) => at - began);
  const after = memory_mb(ada.child.pid);
  const drawn = performance.now();
  const got = await Promise.all(Array.from({ length: PAGES }, () => fetch(ada.web, { headers: { cookie: `${name}=${value}` } }).then((answer) => answer.text())));
  assert.ok(got.every((html) => html.includes('Heard by every page')));
  const redrawn = performance.now() - drawn;
  pages.shut();
  console.log(JSON.stringify({
    first_load_kb: Math.round(bytes / 1_000), usable_on_phone_ms: Math.round(median(loads)),
    alerts: ALL, feed_shown: shown, rest_kb: Math.round(feed.bytes / 1_000), rest_ms: Math.round(feed.took),
    frame_median_ms: Math.round(median(frames)), frames_over_50_ms: frames.filter((ms) => ms > 50).length, frames: frames.length,
    open_pages: PAGES, told_last_ms: Math.round(Math.max(...heard)), all_drawn_again_ms: Math.round(redrawn),
    memory_before_mb: Math.round(before), memory_with_pages_mb: Math.round(after),
  }));
});
