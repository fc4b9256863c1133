// The demo, from its start to Ctrl-C: the page opens on a street that was lived in, and nothing is left of it.

import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import { createInterface } from 'node:readline';
import { go, looks, page_of, says, sign_in, tell, told } from './stage.mjs';

const { PROGRAM } = process.env;

await tell('demo', async (browser) => {
  const child = spawn(PROGRAM, ['demo'], { stdio: ['ignore', 'pipe', 'inherit'] });
  const ended = new Promise((done) => { child.once('exit', (exit, signal) => done({ exit, signal })); });
  try {
    const homes = [];
    for await (const line of createInterface(child.stdout)) {
      const [, link] = /^ +(http:\S+)/.exec(line) ?? [];
      const [, dir] = /^ +--home (\S+)/.exec(line) ?? [];
      if (link) homes.push({ sign_in: link, web: new URL(link).origin });
      if (dir) homes.at(-1).dir = dir;
      if (line.startsWith('Ctrl-C')) break;
    }
    assert.ok(homes.length >= 4 && homes.every(({ dir }) => existsSync(dir)), JSON.stringify(homes));
    const [first] = homes;
    told(`${homes.length} homes are there`);
    const page = await page_of(browser, 'demo');
    await sign_in(page, first);
    await says(page, 'Elm Lane');
    assert.ok(await page.locator('article.alert').count() >= 3, 'a week of alerts');
    await looks.at(page, 'demo-street');
    await go(page, first, '/neighbours');
    assert.ok(await page.locator('main .member').count() >= 3, 'neighbours');
    await go(page, first, '/clips');
    await page.locator('a[href*="clips/"]').first().waitFor();
    await go(page, first, '/publishers');
    await says(page, 'Fire');
    told('a street that was lived in');
    await page.close();
    child.kill('SIGINT');
    const { exit } = await ended;
    assert.equal(exit, 0);
    assert.ok(homes.every(({ dir }) => !existsSync(dir)), 'the homes are gone');
    told('Ctrl-C, and nothing is left');
  } finally {
    child.kill('SIGKILL');
  }
});
