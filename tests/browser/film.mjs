// A film on the page: the frame that plays it, and what the player in it says. `page` may be a frame itself.

import assert from 'node:assert/strict';
import { setTimeout as later } from 'node:timers/promises';

export async function film_frame(page) {
  const element = await page.locator('iframe.film').elementHandle();
  const frame = await element.contentFrame();
  await frame.waitForSelector('video');
  return frame;
}

export const video = (frame, what, given) => frame.$eval('video', what, given);

export async function until(what, fits) {
  for (let tries = 0; tries < 100; tries += 1) {
    const now = await what();
    if (fits(now)) return now;
    await later(100);
  }
  return assert.fail(`it stayed ${await what()}`);
}
