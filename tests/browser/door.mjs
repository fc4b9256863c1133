// The page from a phone: the resident sets up a second factor and opens the door on the machine, signs in from the network's
// address, and shuts it again. Then another device of the household, and a keeper, as forms do it.

import assert from 'node:assert/strict';
import { X509Certificate } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { networkInterfaces } from 'node:os';
import { connect } from 'node:tls';
import { code, STEP } from './authenticator.mjs';
import { Home, PASSPHRASE } from './homes.mjs';
import { go, looks, page_of, says, sign_in, tell, told } from './stage.mjs';

const { PROGRAM, PLACE } = process.env;

// An address of this machine in a private network; loopback, which is as near, if it has none.
function address() {
  const near = Object.values(networkInterfaces()).flat().find(({ family, internal, address: ip }) =>
    family === 'IPv4' && !internal && /^(10\.|192\.168\.|172\.(1[6-9]|2\d|3[01])\.)/.test(ip));
  return near?.address ?? '127.0.0.1';
}

function fingerprint(url) {
  const { hostname, port } = new URL(url);
  return new Promise((told_it, failed) => {
    const socket = connect({ host: hostname, port, rejectUnauthorized: false }, () => {
      told_it(new X509Certificate(socket.getPeerCertificate(true).raw).fingerprint256);
      socket.end();
    });
    socket.once('error', failed);
  });
}

async function the_door(browser, ada) {
  const here = await page_of(browser, 'ada at the machine');
  await sign_in(here, ada);
  await go(here, ada, '/settings');
  await here.getByRole('link', { name: 'Phone, network' }).click();
  await looks.at(here, 'lan-shut');
  await here.locator('#passphrase-factor').fill(PASSPHRASE);
  await here.getByRole('button', { name: 'Set it up' }).click();
  const secret = (await here.locator('#factor-secret').innerText()).replaceAll(' ', '');
  await looks.at(here, 'lan-factor');
  const first = Date.now();
  await here.getByLabel('The code that it shows now').fill(code(secret, first));
  await here.getByRole('button', { name: 'Take it into use' }).click();
  await here.locator('#paper li').first().waitFor();
  const [paper] = await here.locator('#paper li').allInnerTexts();
  await looks.at(here, 'lan-paper');
  const { state } = await ada.run('page', 'open', `${address()}:0`);
  assert.ok(['open', 'shut'].includes(state));
  let page;
  for (let tries = 0; tries < 100 && page?.state !== 'open'; tries += 1) page = await ada.run('page', 'show');
  const [url] = page.urls;
  assert.equal(await fingerprint(url), page.fingerprint);
  await go(here, ada, '/lan');
  await says(here, page.fingerprint);
  await looks.at(here, 'lan-open');
  told(`the door is open at ${url}`);

  const phone = await page_of(browser, 'phone', { ignoreHTTPSErrors: true, viewport: { width: 390, height: 844 } });
  // What was refused is said in the console, too.
  looks.expected = /\/(sign-in|lan)?$/;
  await phone.goto(url);
  await looks.at(phone, 'lan-sign-in');
  assert.ok(!(await phone.content()).includes('number 12'), 'a stranger reads no name');
  const enter = async (passphrase, digits) => {
    await phone.getByLabel('Passphrase').fill(passphrase);
    await phone.locator('#code').fill(digits);
    await phone.getByRole('button', { name: 'Sign in' }).click();
  };
  // The code that confirmed the factor is used up.
  await enter(PASSPHRASE, code(secret, first));
  await says(phone, 'did not both fit');
  await new Promise((later) => { setTimeout(later, 1_100); });
  // The next one, which counts early; or the one of now, if it took long.
  await enter(PASSPHRASE, code(secret, Math.max(Date.now(), first + STEP)));
  await phone.getByRole('button', { name: 'Sign out' }).waitFor();
  const cookies = await phone.context().cookies();
  assert.ok(cookies.every(({ name, secure, sameSite }) => name.startsWith('__Host-') && secure && sameSite === 'Strict'));
  await looks.at(phone, 'lan-street');
  await go(here, ada, '/settings');
  await says(here, `from ${address()}`);
  await phone.goto(`${url}/lan`);
  await says(phone, 'decided on the machine itself');
  await phone.getByRole('button', { name: 'Sign out' }).click();
  await enter(PASSPHRASE, paper);
  await phone.getByRole('button', { name: 'Sign out' }).waitFor();
  told('signed in from there by phone and by paper');

  // What the phone holds open breaks off, and it says so.
  looks.expected = /\/(sign-in|lan|events)?$/;
  await go(here, ada, '/lan');
  await here.getByRole('button', { name: 'Shut it' }).click();
  await says(here, 'Whoever had signed in from your network is signed out');
  for (let tries = 0; tries < 100 && page.state !== 'shut'; tries += 1) page = await ada.run('page', 'show');
  await assert.rejects(fingerprint(url));
  told('and shut again');
  return here;
}

async function a_device(browser, here, ada) {
  const [, listed] = readFileSync(ada.sheet, 'utf8').split(/THE 24 WORDS[^\n]*|PASSPHRASE \(/);
  const words = listed.match(/\d+ +[a-z]+/g).join(' ');
  assert.equal(words.split(' ').filter((word) => /[a-z]/.test(word)).length, 24);
  await go(here, ada, '/settings');
  await here.getByText('Add a device…').click();
  await here.getByRole('checkbox').and(here.locator('[name="approver"]')).check();
  await here.locator('#words-new').fill(words);
  await here.getByRole('button', { name: 'Make it' }).click();
  await says(here, 'Made ');
  const laptop = new Home(PROGRAM, `${PLACE}/ada-device-2`);
  await laptop.start();
  await laptop.run('street', 'return', `${ada.listen}`);
  await go(here, ada, '/settings');
  await here.locator('details', { hasText: 'Remove…' }).first().waitFor();
  await looks.at(here, 'settings-devices');
  await here.getByText('Remove…').first().click();
  await here.locator('[id^="words-"]:not(#words-new)').fill(words);
  await here.getByRole('button', { name: 'Remove this device' }).click();
  await says(here, 'Nothing that this device says counts any more');
  told('another device came and was removed');
}

async function a_keeper(here, ada, ben) {
  await ben.run('keeper', 'offer', '--bytes', '5GB');
  await go(here, ada, '/holders');
  await here.locator('#keeper').selectOption({ index: 1 });
  await here.locator('#ask-gigabytes').fill('1');
  await here.getByRole('button', { name: 'Ask for 90 days' }).click();
  await says(here, 'It keeps up to');
  assert.ok((await ben.run('keeper', 'list')).length > 0);
  await looks.at(here, 'holders-keeper');
  const keeper = here.locator('[data-part="keepers"] article');
  await keeper.getByText('More').click();
  const end = keeper.locator('form:has([value="end"])');
  const passphrase = end.locator('[name="passphrase"]');
  if (await passphrase.count() > 0) await passphrase.fill(PASSPHRASE);
  await end.getByRole('button', { name: 'End the lease' }).click();
  await says(here, 'Ended: what was kept here');
  told('a keeper was asked, and the lease ended');
}

await tell('door', async (browser) => {
  const [ada, ben] = [new Home(PROGRAM, `${PLACE}/ada`), new Home(PROGRAM, `${PLACE}/ben`)];
  await Promise.all([ada.move_in('Ada, number 12'), ben.move_in('Ben')]);
  await ada.run('street', 'new', 'Elm Lane');
  const { ticket } = await ada.run('street', 'invite');
  await ben.run('street', 'join', ticket);
  const here = await the_door(browser, ada);
  await a_device(browser, here, ada);
  await a_keeper(here, ada, ben);
});
