// The page in the side bar of a real Home Assistant: the resident signs in within its frame, is told live, tells the street, plays a
// film and jumps in it, takes an export, walks every page, and signs out. Whatever the frame asks for stays below its path.

import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { code } from './authenticator.mjs';
import { film_frame, until, video } from './film.mjs';
import { Home, PASSPHRASE } from './homes.mjs';
import { looks, page_of, says, tell, told } from './stage.mjs';

const { PROGRAM, PLACE, FILM, SHORT, BEHIND, HASS_URL, HASS_PASSWORD, INGRESS, SUPERVISOR } = process.env;
// Passphrases take their time, and a night's machine has others to do.
const SLOW = { timeout: 150_000 };
const UNDER = new URL(INGRESS, HASS_URL).href;

async function log_in(page) {
  await page.goto(HASS_URL);
  await page.locator('[name="username"]').fill('ada');
  await page.locator('[name="password"]').fill(HASS_PASSWORD);
  await page.locator('[name="password"]').press('Enter');
  await page.locator('home-assistant-main').waitFor();
}

// Home Assistant's own page, with the app's in it.
async function side_bar(page) {
  // The first page of Home Assistant that a browser sees loads itself anew when its service worker has come.
  const first = await page.context().newPage();
  first.setDefaultTimeout(SLOW.timeout);
  await log_in(first);
  await first.waitForFunction(() => navigator.serviceWorker.controller !== null);
  await first.close();
  await page.goto(HASS_URL);
  // What Home Assistant's page does when an app is opened.
  const made = await fetch(`${SUPERVISOR}/ingress/session`, { method: 'POST' });
  const { data: { session } } = await made.json();
  await page.evaluate((it) => {
    document.cookie = `ingress_session=${it};path=/api/hassio_ingress/;SameSite=Strict;Secure`;
  }, session);
  await page.getByText('Streetlamp', { exact: true }).first().click();
  const element = await page.locator('ha-panel-iframe iframe').elementHandle();
  return element.contentFrame();
}

// The film comes in the parts that the player asks for, also through two proxies.
async function plays(app) {
  const frame = await film_frame(app);
  await until(() => video(frame, (film) => film.readyState), (state) => state >= 2);
  await video(frame, (film) => { film.muted = true; film.currentTime = 25; });
  await until(() => video(frame, (film) => !film.seeking && film.readyState >= 2 && film.currentTime), (time) => time >= 24.9);
  const address = await video(frame, (film) => film.currentSrc);
  const part = await app.evaluate(async (film) => {
    const answer = await fetch(film, { headers: { Range: 'bytes=1000-1999' } });
    return [answer.status, answer.headers.get('content-range'), (await answer.arrayBuffer()).byteLength];
  }, address);
  assert.deepEqual([part[0], part[2]], [206, 1000]);
  assert.match(part[1], /^bytes 1000-1999\/\d+$/);
}

await tell('sidebar', async (browser) => {
  const [ada, ben] = [new Home(PROGRAM, `${PLACE}/ada`), new Home(PROGRAM, `${PLACE}/ben`)];
  await Promise.all([ada.move_in('Ada, number 12', '--page-behind', BEHIND, '--page-proxy', '127.0.0.1'), ben.move_in('Ben')]);
  await ada.run('street', 'new', 'Elm Lane');
  const { ticket } = await ada.run('street', 'invite');
  await ben.run('street', 'join', ticket);
  const { clip } = await ada.run('clip', 'add', FILM, '--camera', 'Porch');
  const { secret } = await ada.run('page', 'factor', 'new');
  const { codes: [paper] } = await ada.run('page', 'factor', 'confirm', code(secret.replaceAll(' ', ''), Date.now()));

  const page = await page_of(browser, 'side bar', { ignoreHTTPSErrors: true });
  // What Home Assistant's own pages complain of is not ours to judge, nor that its certificate is of nobody.
  looks.expected = new RegExp(`^(?!${UNDER})`);
  const strayed = [];
  page.on('request', (request) => {
    const inside = request.serviceWorker() === null && request.frame().parentFrame() !== null;
    if (inside && !request.url().startsWith(UNDER)) strayed.push(request.url());
  });
  page.setDefaultTimeout(SLOW.timeout);
  const app = await side_bar(page);
  await app.getByLabel('Passphrase').fill(PASSPHRASE);
  await app.locator('#code').fill(paper);
  // Once its stream is open, and the page as it was then is there, nothing but the stream tells of more within a minute.
  const live = [
    page.waitForResponse((answer) => answer.url() === `${UNDER}events`, SLOW),
    page.waitForResponse((answer) => answer.url() === UNDER && /^(xhr|fetch)$/.test(answer.request().resourceType()), SLOW),
  ];
  await app.getByRole('button', { name: 'Sign in' }).click();
  await app.getByRole('button', { name: 'Sign out' }).waitFor();
  const cookie = (await page.context().cookies(UNDER)).find(({ name }) => name.startsWith('__Secure-streetlamp'));
  assert.ok(cookie.secure && cookie.httpOnly && cookie.sameSite === 'Strict' && UNDER === `${new URL(cookie.path, HASS_URL)}/`);
  await page.screenshot({ path: `${process.env.SCREENS}/sidebar.png` });
  await Promise.all(live);
  told('signed in within the side bar');

  await ben.run('alert', 'post', '--kind', 'break-in', '--urgency', 'urgent', '--title', 'Cellar of number 7');
  await app.getByText('Cellar of number 7').first().waitFor({ timeout: 40_000 });
  await app.getByLabel('What kind of event?').selectOption('noise');
  await app.getByLabel('What happened?').fill('Drilling since six – äöü');
  await app.getByRole('button', { name: 'Tell the street' }).click();
  await until(() => ben.run('alert', 'list'), (alerts) => alerts.some(({ title }) => title === 'Drilling since six – äöü'));
  await says(app, 'Drilling since six – äöü');
  told('told live, and told the street');

  await app.goto(`${UNDER}clips/${clip}`);
  await app.locator('#passphrase-watch').fill(PASSPHRASE);
  await app.getByRole('button', { name: 'Unlock and open the film' }).click();
  // The page before shows it, too, if it is told before the next one has come.
  await app.waitForURL('**#film');
  await plays(app);
  await page.screenshot({ path: `${process.env.SCREENS}/sidebar-film.png` });
  told('a film plays, and jumps');

  const { clip: short } = await ada.run('clip', 'add', SHORT, '--camera', 'Yard');
  await app.goto(`${UNDER}clips/${short}`);
  await app.getByRole('button', { name: 'Open the film' }).click();
  await app.waitForURL('**#film');
  await app.getByRole('link', { name: 'Export…' }).click();
  // Its picture is drawn first: one program that decodes films runs at a time.
  await app.locator('[data-still]').evaluate((image) => image.decode());
  await app.getByRole('radio', { name: 'In the open' }).check();
  await app.getByRole('checkbox', { name: 'Yes: in the open' }).check();
  const [download] = await Promise.all([
    page.waitForEvent('download', SLOW),
    app.getByRole('button', { name: 'Export it' }).click(),
  ]);
  const papers = readFileSync(await download.path());
  assert.equal(papers.subarray(0, 2).toString(), 'PK');
  told('an export is saved');

  await app.goto(UNDER);
  const seen = new Set(), todo = [UNDER];
  while (todo.length > 0) {
    const at = todo.pop();
    seen.add(at);
    const answer = await app.goto(at, { waitUntil: 'domcontentloaded' });
    assert.equal(answer.status(), 200, at);
    const links = await app.locator('a[href]').evaluateAll((all) => all.filter((one) => !one.download).map((one) => one.href.replace(/#.*/, '')));
    for (const link of links) if (link.startsWith(UNDER) && !link.endsWith('/ledger/file') && !seen.has(link) && !todo.includes(link)) todo.push(link);
  }
  assert.ok(seen.size > 10, [...seen].join(' '));
  told(`${seen.size} pages`);

  // A page that was about to fetch itself is refused, and the browser says so.
  looks.expected = /./;
  await app.getByRole('button', { name: 'Sign out' }).click();
  await app.getByLabel('Passphrase').waitFor();
  assert.deepEqual(strayed, []);
  // Home Assistant's page has a service worker, which browsers give to nobody whose certificate is not good.
}, ['--ignore-certificate-errors']);
