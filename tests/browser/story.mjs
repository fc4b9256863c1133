// Two households and a fire department, told in a browser: from the ticket to a clip that a neighbour plays, and back to
// the lock. Names and purposes are hostile on purpose.

import assert from 'node:assert/strict';
import { chromium } from 'playwright-core';
import { film_frame, until, video } from './film.mjs';
import { Agency, Home, PASSPHRASE, stop_all } from './homes.mjs';
import { Looks } from './looks.mjs';

const { PROGRAM, PLACE, FILM, SHORT, SCREENS, CHROMIUM } = process.env;
// What stands in the film: red before this second, blue after it, 640 x 360.
const TURN = 20;
// What stands beside the settings.
const SETTINGS = ['notifications', 'notifications?way=mail', 'house', 'modes', 'cameras'];
const HOSTILE = '<img src=x onerror=alert(1)>';

const began = Date.now();
const told = (what) => console.log(`${((Date.now() - began) / 1000).toFixed(1).padStart(5)} s  ${what}`);

const ada = new Home(PROGRAM, `${PLACE}/ada`);
const ben = new Home(PROGRAM, `${PLACE}/ben`);
const fire = new Agency(PROGRAM, `${PLACE}/fire`);
const looks = new Looks(SCREENS);

async function browser_of(browser, home, who) {
  const context = await browser.newContext({ viewport: { width: 1280, height: 900 } });
  const page = await context.newPage();
  page.setDefaultTimeout(20_000);
  looks.watch(page, who);
  await page.goto(home.sign_in);
  await looks.at(page, `${who}-sign-in`);
  await page.getByRole('button', { name: 'Sign in' }).click();
  await page.getByRole('button', { name: 'Sign out' }).waitFor();
  return page;
}

const go = (page, home, path) => page.goto(new URL(path, home.web).href);
const says = (page, text) => page.getByText(text).first().waitFor();

// The colour in the middle of the film, as it is on the screen.
async function colour(browser, page) {
  const picture = await page.locator('iframe.film').screenshot();
  const canvas = await browser.newPage();
  const rgb = await canvas.evaluate(async (base64) => {
    const image = new Image();
    image.src = `data:image/png;base64,${base64}`;
    await image.decode();
    const drawing = new OffscreenCanvas(image.width, image.height).getContext('2d');
    drawing.drawImage(image, 0, 0);
    return [...drawing.getImageData(image.width / 2, image.height / 3, 1, 1).data.slice(0, 3)];
  }, picture.toString('base64'));
  await canvas.close();
  return rgb;
}

async function story(browser) {
  await Promise.all([ada.move_in('Ada, number 12'), ben.move_in(`Ben ${HOSTILE}`)]);
  const [at_ada, at_ben] = await Promise.all([
    browser_of(browser, ada, 'ada'), browser_of(browser, ben, 'ben')]);
  told('both are signed in');

  await go(at_ada, ada, '/neighbours');
  await looks.at(at_ada, 'beginning');
  await at_ada.getByLabel('How is the street called?').fill('Elm Lane');
  await at_ada.getByRole('button', { name: 'Found the street' }).click();
  await go(at_ada, ada, '/neighbours');
  await at_ada.locator('#passphrase-invite').fill(PASSPHRASE);
  await at_ada.getByRole('button', { name: 'Make a ticket' }).click();
  const ticket = await at_ada.locator('#made-ticket').inputValue();
  await go(at_ben, ben, '/');
  await at_ben.getByLabel('Your ticket').fill(ticket);
  await at_ben.getByRole('button', { name: 'Enter the street' }).click();
  await says(at_ben, 'Elm Lane');
  await go(at_ada, ada, '/neighbours');
  await says(at_ada, HOSTILE);
  await looks.at(at_ada, 'neighbours');
  told('Ben joined by ticket');

  await go(at_ada, ada, '/');
  await at_ada.getByLabel('What kind of event?').selectOption('noise');
  await at_ada.getByLabel('What happened?').fill(`Drilling ${HOSTILE}`);
  await at_ada.getByRole('button', { name: 'Tell the street' }).click();
  await says(at_ben, 'Drilling');
  await at_ben.getByRole('button', { name: 'I saw it, too' }).click();
  await says(at_ada, 'confirmed by 1 neighbour');
  await looks.at(at_ada, 'street');
  await go(at_ben, ben, '/');
  await at_ben.getByRole('link', { name: 'More…' }).click();
  await at_ben.getByLabel('Add something').fill(`Since six ${HOSTILE}`);
  await at_ben.getByRole('button', { name: 'Comment' }).click();
  await says(at_ben, 'Your comment is on its way');
  await looks.at(at_ben, 'alert');
  await says(at_ada, `Since six ${HOSTILE}`);
  await at_ada.getByRole('button', { name: 'Take it back' }).first().click();
  await says(at_ben, 'Taken back by its author');
  told('posted, confirmed, commented, retracted');

  const { clip } = await ada.run('clip', 'add', FILM, '--camera', `Porch ${HOSTILE}`);
  await go(at_ada, ada, '/clips');
  await looks.at(at_ada, 'clips');
  told('a clip is there');
  await at_ada.locator(`#clip-${clip} a`).click();
  await looks.at(at_ada, 'clip-locked');
  told('its page');
  await at_ada.getByText('Share…').click();
  await at_ada.getByLabel('Who?').selectOption({ index: 1 });
  await at_ada.getByLabel('Why?').fill(`Your cat ${HOSTILE}`);
  await looks.at(at_ada, 'clip-sharing');
  told('the share dialog');
  await at_ada.locator('#passphrase-share').fill(PASSPHRASE);
  await at_ada.getByRole('button', { name: 'Give it to this household' }).click();
  await says(at_ada, 'Given, and in the ledger');
  told('Ada shared a clip');

  for (const path of SETTINGS) {
    await go(at_ada, ada, `/${path}`);
    await looks.at(at_ada, path.replace('?way=', '-'));
  }
  await go(at_ada, ada, `/clips/${clip}`);
  told('the pages beside the settings');

  await go(at_ben, ben, `/clips/${clip}`);
  await says(at_ben, `Your cat ${HOSTILE}`);
  await looks.at(at_ben, 'clip-away');
  await at_ben.getByRole('button', { name: 'Fetch it' }).click();
  await at_ben.locator('#passphrase-watch').fill(PASSPHRASE);
  await at_ben.getByRole('button', { name: 'Unlock and open the film' }).click();
  const frame = await film_frame(at_ben);
  await until(() => video(frame, (film) => film.readyState), (state) => state >= 2);
  assert.deepEqual(await video(frame, (film) => [film.videoWidth, film.videoHeight]), [640, 360]);
  await video(frame, (film) => { film.muted = true; return film.play(); });
  await until(() => video(frame, (film) => film.currentTime), (time) => time > 0.5);
  await video(frame, (film) => film.pause());
  const early = await colour(browser, at_ben);
  assert.ok(early[0] > 150 && early[2] < 100, `red before the turn, not ${early}`);
  await video(frame, (film, turn) => { film.currentTime = turn + 5; }, TURN);
  await until(() => video(frame, (film) => !film.seeking && film.readyState >= 2 && film.currentTime),
    (time) => time >= TURN + 4.9);
  const late = await colour(browser, at_ben);
  assert.ok(late[2] > 150 && late[0] < 100, `blue after the turn, not ${late}`);
  await looks.at(at_ben, 'clip-open');
  told('Ben plays it and jumps');

  await says(at_ada, 'Fetched just now.');
  await at_ada.getByRole('button', { name: 'Stop serving' }).click();
  await says(at_ada, 'It is not served any more');
  await looks.at(at_ada, 'clip-stopped');
  await go(at_ada, ada, '/holders');
  await looks.at(at_ada, 'holders');
  told('Ada stopped serving it');

  await go(at_ben, ben, '/');
  await fire.go_on_air('Maple Fire', ada);
  await fire.run('publish', '--kind', 'safety-tip', '--headline', `Check your smoke alarm ${HOSTILE}`);
  await says(at_ben, 'Check your smoke alarm');
  await looks.at(at_ben, 'bulletin');
  await go(at_ben, ben, '/publishers');
  await looks.at(at_ben, 'publishers');
  told('a bulletin came');

  await go(at_ada, ada, '/ledger');
  await at_ada.getByRole('button', { name: 'Check that it is whole' }).click();
  await says(at_ada, 'The ledger is whole');
  await looks.at(at_ada, 'ledger');
  told('the ledger is whole');

  const { clip: short } = await ada.run('clip', 'add', SHORT, '--camera', 'Yard');
  await go(at_ada, ada, `/clips/${short}`);
  await at_ada.getByRole('button', { name: 'Open the film' }).click();
  await film_frame(at_ada);
  await go(at_ada, ada, '/clips');
  const drawn = at_ada.locator(`#clip-${short} img`);
  await until(() => drawn.evaluate((image) => image.naturalWidth), (width) => width === 320);
  assert.equal(await at_ada.locator(`#clip-${clip} img`).count(), 0, 'no picture of what was not opened');
  await looks.at(at_ada, 'clips-drawn');
  await go(at_ada, ada, `/clips/${short}`);
  await at_ada.getByRole('link', { name: 'Export…' }).click();
  const picture = at_ada.locator('[data-still]');
  await until(() => picture.evaluate((image) => image.naturalWidth), (width) => width === 640);
  const { x, y, width, height } = await picture.boundingBox();
  await at_ada.mouse.move(x + width / 4, y + height / 4);
  await at_ada.mouse.down();
  await at_ada.mouse.move(x + width / 2, y + height / 2);
  await at_ada.mouse.up();
  const [left, top, wide, high] = (await at_ada.locator('#areas').inputValue()).split(',').map(Number);
  for (const [got, wanted] of [[left, 160], [top, 90], [wide, 160], [high, 90]]) {
    assert.ok(Math.abs(got - wanted) <= 3, `${got} is not about ${wanted}`);
  }
  await looks.at(at_ada, 'export');
  await at_ada.getByRole('radio', { name: 'In the open' }).check();
  await at_ada.getByRole('checkbox', { name: 'Yes: in the open' }).check();
  const [download] = await Promise.all([
    at_ada.waitForEvent('download', { timeout: 60_000 }),
    at_ada.getByRole('button', { name: 'Export it' }).click({ timeout: 60_000 }),
  ]);
  await download.saveAs(`${PLACE}/export.zip`);
  told('exported with an area covered');

  await go(at_ada, ada, '/settings');
  await at_ada.getByText('Let a program in…').click();
  await at_ada.locator('#program-name').fill(`Display ${HOSTILE}`);
  await at_ada.getByRole('checkbox', { name: 'Read what the street' }).check();
  await at_ada.getByRole('button', { name: 'Make its token' }).click();
  const token = await at_ada.locator('#made-token').inputValue();
  await looks.at(at_ada, 'settings-token');
  const ask = (path, method) => fetch(new URL(`/api/v1${path}`, ada.web), { method, headers: { Authorization: `Bearer ${token}` } });
  assert.ok((await (await ask('/alerts', 'GET')).json()).some(({ title }) => title === `Drilling ${HOSTILE}`));
  assert.equal((await ask('/lock', 'POST')).status, 403);
  await at_ada.getByRole('button', { name: 'Remove', exact: true }).click();
  await says(at_ada, 'Its token is good for nothing');
  assert.equal((await ask('/alerts', 'GET')).status, 401);
  told('a program read the feed with its token');

  await go(at_ben, ben, '/settings');
  await at_ben.locator('#language').selectOption('de');
  await at_ben.locator('button[value="language"]').click();
  await at_ben.locator('html[lang="de"]').waitFor({ state: 'attached' });
  // German words are long: nothing may stick out.
  const pages = ['', 'neighbours', 'clips', `clips/${clip}`, 'holders', 'ledger', 'publishers', 'health', 'settings', 'lan'];
  for (const path of [...pages, ...SETTINGS]) {
    await go(at_ben, ben, `/${path}`);
    await looks.at(at_ben, `german-${path.replace(`/${clip}`, '-one').replace('?way=', '-') || 'street'}`);
  }
  await says(at_ben, 'Einstellungen');
  told('Ben reads German');

  // The film is still open there.
  await go(at_ada, ada, `/clips/${short}`);
  const address = await (await film_frame(at_ada)).$eval('video', (film) => film.currentSrc);
  // A film that is locked is refused, and the browser says so.
  looks.expected = /\/films\//;
  await ada.run('lock');
  await says(at_ada, 'Clips stay shut');
  await at_ada.getByRole('button', { name: 'Unlock and open the film' }).waitFor();
  assert.equal(await at_ada.locator('iframe.film').count(), 0);
  assert.equal((await fetch(address)).status, 404);
  told('locked');
}

const browser = await chromium.launch({ executablePath: CHROMIUM, args: process.getuid() === 0 ? ['--no-sandbox'] : [] });
try {
  await story(browser);
  for (const complaint of looks.complaints) console.error(complaint);
  process.exitCode = looks.complaints.length === 0 ? 0 : 1;
} catch (error) {
  for (const [at, page] of browser.contexts().flatMap((context) => context.pages()).entries()) {
    await page.screenshot({ path: `${SCREENS}/failed-${at}.png`, fullPage: true }).catch(() => {});
  }
  for (const complaint of looks.complaints) console.error(complaint);
  console.error(error);
  process.exitCode = 1;
} finally {
  await browser.close();
  stop_all();
}
