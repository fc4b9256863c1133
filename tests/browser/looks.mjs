// What a page must be whatever stands on it: axe-core finds nothing, nothing sticks out of the window, nothing of a
// neighbour's text ran, and the browser refused nothing.

import { mkdirSync, readFileSync } from 'node:fs';
import { createRequire } from 'node:module';

const axe = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8');
const PHONE = { width: 390, height: 844 };
const LAPTOP = { width: 1280, height: 900 };

export class Looks {
  constructor(screens) {
    this.screens = screens;
    this.complaints = [];
    // What the browser may complain of, because the story asks for it.
    this.expected = /^$/;
    mkdirSync(screens, { recursive: true });
  }

  // Listens to everything that a page may do wrong on its own.
  watch(page, who) {
    page.on('dialog', async (dialog) => {
      this.complaints.push(`${who}: a script ran: ${dialog.message()}`);
      await dialog.dismiss();
    });
    page.on('pageerror', (error) => this.complaints.push(`${who}: ${error.message}`));
    page.on('console', (said) => {
      const { url } = said.location();
      if (said.type() === 'error' && !this.expected.test(url)) this.complaints.push(`${who}: ${said.text()} (${url})`);
    });
  }

  // Keeps pictures of a page in both sizes, and has axe look at each: the phone's is light, the laptop's dark.
  async at(page, name) {
    const before = page.viewportSize();
    for (const size of [PHONE, LAPTOP]) {
      await page.setViewportSize(size);
      const wide = await page.evaluate(() => document.documentElement.scrollWidth);
      if (wide > size.width) this.complaints.push(`${name} is ${wide} wide in a window of ${size.width}`);
      const colorScheme = size === PHONE ? 'light' : 'dark';
      await page.emulateMedia({ colorScheme });
      await this.audit(page, `${name} at ${size.width}`);
      await page.screenshot({ path: `${this.screens}/${name}-${size.width}-${colorScheme}.png`, fullPage: true });
    }
    await page.emulateMedia({ colorScheme: 'light' });
    await page.setViewportSize(before);
  }

  async audit(page, where) {
    await page.evaluate(`typeof axe === 'object' || (() => { ${axe} })()`);
    // What is inside the frame of a film cannot be scripted, which is its point.
    const { violations } = await page.evaluate(() =>
      axe.run(document, { iframes: false, resultTypes: ['violations'] }));
    for (const { id, help, nodes } of violations) {
      this.complaints.push(`${where}: ${id}: ${help}: ${nodes.map(({ html }) => html).join(' | ')}`);
    }
  }
}
