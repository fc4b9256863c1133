// A thousand hostile strings in every field that a neighbour or a publisher fills, in a real browser: nothing of them runs,
// loads, or becomes an element.

import assert from 'node:assert/strict';
import { createServer } from 'node:http';
import { Agency, Home } from './homes.mjs';
import { go, looks, page_of, says, sign_in, tell, told, to_the_end } from './stage.mjs';

const { PROGRAM, PLACE, SHORT } = process.env;
const RUN = 'globalThis.ran=1';

// What tries to run, and the places out of which it tries to break.
const BASE = [
  `<script>${RUN}</script>`, `<img src=x onerror=${RUN}>`, `<svg onload=${RUN}>`, `<svg><script>${RUN}</script></svg>`,
  `<iframe srcdoc="<script>parent.ran=1</script>">`, `<iframe src=javascript:parent.ran=1>`, `<body onload=${RUN}>`,
  `<details open ontoggle=${RUN}>`, `<input autofocus onfocus=${RUN}>`, `<video><source onerror=${RUN}>`,
  `<a href=javascript:${RUN}>x</a>`, `<math href=javascript:${RUN}>x</math>`, `<style>@import'//evil.example/x'</style>`,
  `<link rel=stylesheet href=//evil.example/x>`, `<base href=//evil.example/>`, `<meta http-equiv=refresh content=0;//evil.example>`,
  `<form action=//evil.example><button>x`, `<object data=//evil.example>`, `<embed src=//evil.example>`,
  `<script src=/films/0></script>`, `javascript:${RUN}//`, `data:text/html,<script>${RUN}</script>`, `//evil.example/x`,
  `url(//evil.example/x)`, `expression(${RUN})`, `\${${RUN}}`, `{{${RUN}}}`, `{%raw%}<script>${RUN}</script>`,
  `{ $household }`, `{ frame-sign-out }`, `{"${RUN}"}`, `%1 %2`, `&lt;script&gt;${RUN}&lt;/script&gt;`, `&#60;script&#62;${RUN}`,
  `\\u003cscript\\u003e${RUN}`, `<scr\u0000ipt>${RUN}</scr\u0000ipt>`, `\u202e<script>${RUN}\u202c`, `\u200b<img src=x onerror=${RUN}>`,
  `<img src=x onerror=${RUN}\u2028>`, `\uff1cscript\uff1e${RUN}\uff1c/script\uff1e`, `<svg><use href="data:image/svg+xml,x#x"/>`,
  `<xss id=x tabindex=1 onfocus=${RUN}>`, `<noscript><p title="</noscript><img src=x onerror=${RUN}>">`,
  `<template><script>${RUN}</script></template>`, `<button formaction=javascript:${RUN}>x`, `<marquee onstart=${RUN}>`,
  `<img name=body><img id=main>`, `<a id=live data-live=//evil.example>`, `<p data-part=street data-countdown=0>`,
];
const BEFORE = ['', '">', "'>", '" ', "' ", '</p>', '</h2>', '</title>', '</textarea>', '</script>', '-->', ']]>', '*/', '</svg>', '</style>', '`', '\\"', ' x="', '</select>', '</bdi>', '\t'];
const STRINGS = BASE.flatMap((base) => BEFORE.map((before) => `${before}${base}`)).sort((a, b) => a.length - b.length);
assert.ok(STRINGS.length >= 1_000, `${STRINGS.length} strings`);

// As many of the strings, from this one on, as a field of so many characters takes.
function packed(from, chars) {
  const some = [];
  let room = chars;
  for (let at = from; at < STRINGS.length && [...STRINGS[at]].length + 1 <= room; at += 1) {
    some.push(STRINGS[at]);
    room -= [...STRINGS[at]].length + 1;
  }
  return some;
}

// The same for the command line, which takes no NUL and takes a hyphen for a flag.
const typed = (from, chars) => packed(from, chars).map((text) => text.replaceAll('\0', '')).filter((text) => !text.startsWith('-'));

// What pages may hold, whoever said what: our own elements and addresses, and no handler.
function census() {
  const wrong = [];
  for (const element of document.querySelectorAll('*')) {
    const name = element.localName;
    if (['base', 'embed', 'iframe', 'link', 'marquee', 'math', 'meta', 'noscript', 'object', 'style', 'template', 'xss'].includes(name)) {
      const ours = (name === 'link' || name === 'meta') && element.parentElement === document.head && !element.httpEquiv;
      if (!ours) wrong.push(`<${name}>`);
    }
    for (const { name: attribute, value } of element.attributes) {
      if (/^on|^srcdoc$|^style$/.test(attribute)) wrong.push(`<${name} ${attribute}>`);
      if (['href', 'src', 'action', 'formaction', 'data'].includes(attribute)) {
        const ours = URL.parse(value, document.baseURI)?.origin === location.origin;
        if (!ours && value[0] !== '#') wrong.push(`<${name} ${attribute}="${value}">`);
      }
    }
    if (name === 'script' && !/\/assets\/[0-9a-f]{12}-[a-z-]+\.js$/.test(element.src)) wrong.push(`<script src="${element.src}">`);
  }
  return { wrong, ran: globalThis.ran !== undefined, violations: globalThis.violations };
}

// A page of somebody else, on another port of this machine, which to cookies is the same site: what it can make the
// browser send to a home that is signed in there.
async function another_site(page, home, clip) {
  const form = (action, fields) => `<form method=post target=_blank action="${home.web}${action}">${
    Object.entries(fields).map(([name, value]) => `<input name="${name}" value="${value}">`).join('')}</form>`;
  const html = `<!doctype html>${form('/lock', { back: '' })}${form('/settings', { act: 'end-others' })}${
    form(`/clips/${clip}`, { act: 'delete' })}${form('/sign-out', {})}<img src="${home.web}/sign-out"><img src="${home.web}/lock">`;
  const server = createServer((_, answer) => answer.setHeader('content-type', 'text/html').end(html));
  await new Promise((ready) => { server.listen(0, '127.0.0.1', ready); });
  await page.goto(`http://127.0.0.1:${server.address().port}/`);
  await page.evaluate(async (web) => {
    for (const each of document.forms) each.submit();
    for (const path of ['/lock', '/alerts', '/sign-out', '/api/v1/lock', '/unlock']) {
      for (const mode of ['no-cors', 'cors']) {
        await fetch(web + path, {
          method: 'POST', mode, credentials: 'include', headers: { 'content-type': 'application/x-www-form-urlencoded' }, body: 'kind=noise&title=x',
        }).then((answer) => { if (answer.type !== 'opaque') throw new Error(`${path} could be read`); }, () => {});
      }
    }
    const read = await fetch(web, { credentials: 'include' }).then(() => true, () => false);
    if (read) throw new Error('the page could be read');
  }, home.web);
  for (const opened of page.context().pages()) await opened.waitForLoadState().catch(() => {});
  server.close();
}

await tell('hostile', async (browser) => {
  const [ada, ben] = [new Home(PROGRAM, `${PLACE}/ada-h`), new Home(PROGRAM, `${PLACE}/ben-h`)];
  const fire = new Agency(PROGRAM, `${PLACE}/fire-h`);
  const name = (at) => typed(at, 60)[0];
  await Promise.all([ada.move_in('Ada'), ben.move_in(name(3))]);
  await ben.run('street', 'new', name(100));
  const { ticket } = await ben.run('street', 'invite');
  await ada.run('street', 'join', ticket);
  const { token } = await ben.run('token', 'add', 'Hostile', '--scope', 'read,post,films,street');
  const ask = async (path, body) => {
    const headers = { Authorization: `Bearer ${token}` };
    const answer = await fetch(new URL(`/api/v1${path}`, ben.web), { method: 'POST', headers, body: JSON.stringify(body) });
    const said = await answer.json();
    assert.ok(answer.ok, `${path}: ${said.error} ${JSON.stringify(body)}`);
    return said;
  };
  const alerts = [];
  let said = 0;
  for (let at = 0; at < STRINGS.length;) {
    const texts = packed(at, 1_000);
    const alert = await ask('/alerts', {
      kind: 'noise', urgency: 'info', title: packed(at, 80)[0] ?? 'long', text: texts.join('\n'), nearby: false, life_ms: 3_600_000, clips: [],
    });
    alerts.push({ id: alert.alert, texts });
    at += Math.max(texts.length, 1);
    said += texts.length;
  }
  assert.ok(said >= 1_000, `${said} were said`);
  // Titles and comments have room for one or few of them: each is somewhere.
  for (let at = 0; at < 120; at += 1) {
    await ask('/alerts', { kind: 'noise', urgency: 'info', title: STRINGS[at * 5].slice(0, 80), text: '', nearby: false, life_ms: 3_600_000, clips: [] });
  }
  for (let at = 0, to = 0; at < STRINGS.length && to < 120; to += 1) {
    const comment = packed(at, 500);
    await ask(`/alerts/${alerts[to % alerts.length].id}/follow-ups`, { saying: { comment: { text: comment.join(' ') } } });
    at += comment.length;
  }
  await ask(`/alerts/${alerts[0].id}/follow-ups`, { saying: { cancel: { reason: packed(40, 200)[0] } } });
  told(`${said} strings in alerts, and again in titles and comments`);

  await ben.run('unlock');
  for (let at = 0; at < 3; at += 1) {
    const { clip } = await ben.run('clip', 'add', SHORT, '--camera', name(7 + at * 30));
    await ben.run('grant', 'give', clip, 'Ada', '--purpose', typed(at * 60, 200).join(' '));
  }
  await fire.go_on_air(name(50), ada);
  for (let at = 0; at < 5; at += 1) {
    await fire.run('publish', '--kind', 'safety-tip', '--headline', typed(at * 90, 160).join(' '), '--text', typed(at * 200, 2_000).join('\n'));
  }
  const seen = await page_of(browser, 'ada');
  await seen.addInitScript(() => {
    globalThis.violations = [];
    document.addEventListener('securitypolicyviolation', ({ violatedDirective, blockedURI }) => globalThis.violations.push(`${violatedDirective} ${blockedURI}`));
  });
  const foreign = [];
  seen.on('request', (request) => { if (new URL(request.url()).origin !== ada.web) foreign.push(request.url()); });
  await sign_in(seen, ada);
  await says(seen, 'safety');
  let clips = [];
  while (clips.length < 3) clips = await ada.run('clip', 'list');
  const [{ clip }] = clips;
  for (const path of ['/', '/neighbours', '/clips', `/clips/${clip}`, '/holders', '/publishers', '/ledger', '/health', '/settings']) {
    await go(seen, ada, path);
    await to_the_end(seen);
    const { wrong, ran, violations } = await seen.evaluate(census);
    for (const what of wrong) looks.complaints.push(`${path} holds ${what}`);
    for (const what of violations) looks.complaints.push(`${path}: refused by the policy: ${what}`);
    assert.ok(!ran, `something ran on ${path}`);
  }
  for (const url of foreign) looks.complaints.push(`asked for ${url}`);
  // The same strings where nothing escapes them are found out, so that this could fail.
  const control = await browser.newPage();
  control.on('dialog', (dialog) => dialog.dismiss());
  await control.setContent(`<p>${BASE.slice(0, 12).join('</p><p>')}`);
  await control.waitForFunction(() => globalThis.ran === 1);
  assert.ok((await control.evaluate(census)).wrong.length > 5);
  await control.close();
  // They are there, as text.
  await go(seen, ada, '/');
  await to_the_end(seen);
  const texts = (await seen.locator('article .prose').allTextContents()).join('\n').replace(/\s+/g, ' ');
  const plain = alerts.flatMap(({ texts: some }) => some).filter((text) => /^[\x20-\x7e]*$/.test(text));
  const missing = plain.filter((text) => !texts.includes(text.replace(/\s+/g, ' ').trim()));
  assert.deepEqual(missing.slice(0, 5), [], `${missing.length} of ${plain.length} are not shown as they were said`);
  // The live page takes them over, too.
  const title = `${STRINGS[1].slice(0, 60)} live`;
  await ask('/alerts', { kind: 'noise', urgency: 'info', title, text: '', nearby: false, life_ms: 3_600_000, clips: [] });
  await says(seen, title);
  const after = await seen.evaluate(census);
  assert.deepEqual([after.wrong, after.ran, after.violations], [[], false, []]);
  told(`${plain.length} of them stand there as text; nothing ran`);

  // Refusals are the point now.
  looks.expected = /./;
  await ada.run('unlock');
  const before = (await ada.run('alert', 'list', '--all')).length;
  const stranger = await seen.context().newPage();
  await another_site(stranger, ada, clip);
  await stranger.close();
  const { locked } = await ada.run('status');
  assert.deepEqual([locked, (await ada.run('alert', 'list', '--all')).length], [false, before]);
  assert.ok((await ada.run('clip', 'list')).some((item) => item.clip === clip));
  await go(seen, ada, '/settings');
  await seen.getByRole('button', { name: 'Sign out' }).first().waitFor();
  told('another site changed and read nothing');
});
