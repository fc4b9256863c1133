// A browser for a story, and what is left of it when it goes wrong: pictures of every page, and what pages did on their own.

import { chromium } from 'playwright-core';
import { stop_all } from './homes.mjs';
import { Looks } from './looks.mjs';

const { SCREENS, CHROMIUM } = process.env;
export const looks = new Looks(SCREENS);

const began = Date.now();
export const told = (what) => console.log(`${((Date.now() - began) / 1000).toFixed(1).padStart(5)} s  ${what}`);

export const says = (page, text) => page.getByText(text).first().waitFor();
export const go = (page, home, path) => page.goto(new URL(path, home.web).href);

export async function page_of(browser, who, more = {}) {
  const context = await browser.newContext({ viewport: { width: 1280, height: 900 }, ...more });
  const page = await context.newPage();
  page.setDefaultTimeout(30_000);
  looks.watch(page, who);
  return page;
}

// Scrolls through the feed until nothing more comes.
export function to_the_end(page) {
  return page.evaluate(() => new Promise((there) => {
    const step = () => {
      const link = document.querySelector('a[data-goes-on]');
      if (!link) return there();
      link.scrollIntoView();
      return requestAnimationFrame(step);
    };
    step();
  }));
}

export async function sign_in(page, home) {
  await page.goto(home.sign_in);
  await page.getByRole('button', { name: 'Sign in' }).click();
  await page.getByRole('button', { name: 'Sign out' }).waitFor();
}

export async function tell(name, story, args = []) {
  const root = process.getuid() === 0 ? ['--no-sandbox'] : [];
  const browser = await chromium.launch({ executablePath: CHROMIUM, args: [...root, ...args] });
  try {
    await story(browser);
    for (const complaint of looks.complaints) console.error(complaint);
    process.exitCode = looks.complaints.length === 0 ? 0 : 1;
  } catch (error) {
    for (const [at, page] of browser.contexts().flatMap((context) => context.pages()).entries()) {
      await page.screenshot({ path: `${SCREENS}/${name}-failed-${at}.png`, fullPage: true }).catch(() => {});
    }
    for (const complaint of looks.complaints) console.error(complaint);
    console.error(error);
    process.exitCode = 1;
  } finally {
    await browser.close();
    stop_all();
  }
}
