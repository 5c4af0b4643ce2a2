// The web console in a real Chromium, against the server that has it inside: each view's main act, and what must hold
// in all of them. SERVER_BINARY says which server; pictures of all views are left in SCREENSHOTS.
import assert from 'node:assert/strict';
import { mkdirSync } from 'node:fs';
import { after, before, describe, it } from 'node:test';
import { ConsoleServer, findChromium, openBrowser, watch } from './console_browser.mjs';

const views = ['map', 'timeline', 'race', 'console', 'api', 'health'];
const pictures = process.env.SCREENSHOTS;
const chromium = findChromium();
if (!chromium) {
  console.log('No Chromium here (apt-get install chromium): the web console is not tested');
  process.exit(77);
}

let server, browser, page, complaints;

const go = async (view) => {
  await page.goto(`${server.url}/#/${view}`);
  await page.locator('h1').first().waitFor();
};
const text = (selector) => page.locator(selector).innerText();
const button = (name) => page.getByRole('button', { name, exact: true });

async function fillDemoCity(drivers) {
  await go('map');
  await page.getByRole('radio', { name: drivers, exact: true }).waitFor(); // open while there is no city yet
  await page.getByRole('radio', { name: drivers, exact: true }).check();
  await button('Fill the city').click();
  await button('Stop').waitFor({ timeout: 15_000 });
}

before(async () => {
  server = await ConsoleServer.start();
  browser = await openBrowser(chromium);
  page = await browser.newPage({ viewport: { width: 1440, height: 900 }, colorScheme: 'light' });
  complaints = watch(page);
});

after(async () => {
  await browser?.close();
  await server?.stop();
});

describe('the web console', () => {
  it('shows a city that moves, and who is looked at for an order', async () => {
    await fillDemoCity('200');
    await page.waitForFunction(() => /[1-9]\d* available/.test(document.querySelector('.map-legend').textContent));
    await page.waitForFunction(() => Number(document.querySelector('.frames').dataset.frames) > 0);
    await page.locator('.restaurant').first().waitFor();
    await page.locator('.map').click({ position: { x: 430, y: 480 } });
    await page.getByText(/^(Who was looked at|No driver)/).first().waitFor();
    await button('Start over').click();
    await button("Order at the map's centre").click();
    await page.locator('.candidates .chosen').waitFor();
    assert.match(await text('.candidates .chosen .why'), /the nearest candidate/);
    await button('Assign').click();
    await page.getByRole('heading', { name: /brings it$/ }).waitFor();
    assert.match(await text('.delivery .facts'), /Arrives in\s+\d+ min/);
    await button('Delivered').click();
    await page.getByText('Delivered; the driver is free again.').waitFor();
    await button('Next order').click();
  });

  it('tells an order offered, declined, offered again, accepted and delivered', async () => {
    await go('map/demo');
    await page.getByRole('radio', { name: 'Asked first' }).check();
    await page.locator('select[aria-label="Order at a restaurant"]').selectOption({ label: 'Dosa Corner' });
    await button('Offer the order').click();
    await page.getByText(/^Offered to demo\d+$/).waitFor();
    await button('Decline').click();
    await page.getByText(/declined$/).waitFor();
    await button('Accept').click();
    await page.getByText(/^demo\d+ has it$/).waitFor();
    await button('Delivered').click();
    await page.getByText(/^Delivered by demo\d+$/).waitFor();
    const steps = await page.locator('.step strong').allInnerTexts();
    assert.deepEqual(steps.map((step) => step.replace(/demo\d+/, 'D')),
      ['Requested', 'Offered to D', 'D declined', 'Offered to D', 'D has it', 'Delivered by D']);
    await page.getByText(/answered after/).waitFor();
  });

  it('tells of a driver who does not answer in time', async () => {
    await server.command('ASSIGN', 'drivers:geo:demo', 'drivers:available:demo', 'order:ORD_LATE', 'FROMLONLAT', '77.5946', '12.9716',
      'BYRADIUS', '5', 'km', 'OFFER', 'PX', '300', 'DEADLINE', '500');
    await go('timeline/ORD_LATE');
    await page.getByText(/^demo\d+ did not answer in time$/).first().waitFor();
    await page.getByText('No driver left to ask').waitFor();
  });

  it('lets orders race for one driver, three ways', async () => {
    await go('race');
    await page.locator('.controls input[type=range]').fill('12');
    await button('Run a round').click();
    await page.waitForFunction(() => !document.querySelector('.controls button').disabled, null, { timeout: 20_000 });
    const [none, lock, assign] = await page.locator('.verdict').allInnerTexts();
    assert.match(none, /\d+ orders have the same driver|One order has the driver/);
    assert.equal(lock, 'One order has the driver');
    assert.equal(assign, 'One order has the driver');
    assert.deepEqual((await page.locator('.tally div:first-child dd').allInnerTexts()).slice(1), ['0', '0']);
  });

  it('runs a command with completion, and says in plain English what it did', async () => {
    await go('console');
    const prompt = page.getByRole('combobox', { name: 'Command' });
    await prompt.fill('geora');
    await page.getByRole('option').first().waitFor();
    await prompt.press('Tab');
    assert.equal(await prompt.inputValue(), 'GEORADIUS ');
    assert.match(await text('#hint'), /longitude latitude radius/);
    await prompt.fill('SET agent:D4:lock "order:ORD_2847" NX EX 30');
    await prompt.press('Enter');
    await page.getByText('no other SET ... NX can take it').waitFor();
    assert.match(await text('.entry:last-of-type pre'), /^OK$/);
    await prompt.press('ArrowUp');
    await prompt.press('Enter');
    await page.getByText('nothing was changed: somebody else holds it').waitFor();
    await prompt.fill('SET "a');
    await prompt.press('Enter');
    await page.getByText('A quotation mark is not closed.').waitFor();
  });

  it('guides through the five steps, and the one', async () => {
    await go('console');
    for (const step of [1, 2, 3, 4, 5, 6]) {
      await page.getByRole('button', { name: `Run step ${step}` }).click();
      await page.getByRole('button', { name: `Again step ${step}` }).waitFor();
    }
    await page.getByText(/order:ORD_2848: it is assigned/).waitFor();
    await page.locator('.tour-steps li').nth(2).getByRole('button', { name: /^NX:/ }).focus();
    await page.getByText('Only if it does not exist.').waitFor();
  });

  it('tries an endpoint', async () => {
    await go('api');
    await page.getByRole('heading', { name: /POST\s+\/v1\/delivery\/assign/ }).waitFor();
    await button('Send').click();
    assert.match(await text('.answer-card h3'), /^\d{3} after/);
    await page.getByRole('link', { name: /GET \/stats/ }).click();
    await button('Send').click();
    await page.getByText('"uptime_s"').waitFor();
    assert.match(await text('.answer-card h3'), /^200 after/);
  });

  it('draws the health of the server', async () => {
    await go('health');
    await page.waitForFunction(() => (document.querySelector('.chart .line')?.getAttribute('d') ?? '').includes('L'));
    assert.equal(await page.locator('.chart').count(), 4);
    assert.ok((await page.locator('.slow tbody tr').count()) > 2);
  });

  it('draws with the graphics card, too', async () => {
    const other = await browser.newPage({ viewport: { width: 640, height: 480 } });
    const heard = watch(other);
    await other.addInitScript(() => localStorage.setItem('dabba-renderer', 'gl'));
    await other.goto(`${server.url}/#/map/demo`);
    await other.waitForFunction(() => /[1-9]\d* available/.test(document.querySelector('.map-legend')?.textContent ?? ''));
    await other.waitForFunction(() => Number(document.querySelector('.frames').dataset.frames) > 0);
    assert.equal(await other.locator('.driver-pixels').count(), 0);
    await other.close();
    assert.deepEqual(heard, []);
  });

  it('has a heading, landmarks and a name for every control, and nothing sticks out of a phone', async () => {
    if (pictures) mkdirSync(pictures, { recursive: true });
    for (const [name, width, height] of [['desk', 1440, 900], ['phone', 390, 844]]) {
      await page.setViewportSize({ width, height });
      for (const view of views) {
        await go(view);
        await page.waitForTimeout(view === 'map' ? 700 : 250);
        assert.deepEqual(await page.evaluate(unnamed), [], `${view}: controls without a name`);
        assert.deepEqual(await page.evaluate(landmarks), { h1: 1, main: 1, nav: true }, view);
        assert.ok(await page.evaluate(() => document.scrollingElement.scrollWidth <= innerWidth), `${view} is wider than ${width} px`);
        for (const scheme of pictures ? ['light', 'dark'] : []) {
          await page.emulateMedia({ colorScheme: scheme });
          await page.waitForTimeout(150);
          await page.screenshot({ path: `${pictures}/${view}-${name}-${scheme}.png` });
        }
        await page.emulateMedia({ colorScheme: 'light' });
      }
    }
    await page.setViewportSize({ width: 1440, height: 900 });
  });

  it('is used with the keyboard, and keeps the theme that was chosen', async () => {
    await go('health');
    await page.reload();
    await page.keyboard.press('Tab');
    assert.equal(await page.evaluate(() => document.activeElement.textContent.trim()), 'Skip to the content');
    await page.keyboard.press('Enter');
    assert.equal(await page.evaluate(() => document.activeElement.id), 'main');
    await page.getByRole('link', { name: 'Race' }).press('Enter');
    await page.waitForFunction(() => document.activeElement.textContent === 'Race');
    await button('Switch to dark').press('Enter');
    await page.reload();
    await button('Switch to light').waitFor();
    assert.equal(await page.evaluate(() => document.documentElement.dataset.theme), 'dark');
  });

  it('asks for the password of a server that has one', async () => {
    const locked = await ConsoleServer.start('--requirepass', 'secret');
    const other = await browser.newPage();
    watch(other);
    try {
      await other.goto(`${locked.url}/#/health`);
      await other.getByLabel('Password').fill('wrong');
      await other.getByLabel('Password').press('Enter');
      await other.getByText('That is not the password.').waitFor();
      await other.getByLabel('Password').fill('secret');
      await other.getByLabel('Password').press('Enter');
      await other.getByRole('heading', { name: 'Health' }).waitFor();
      await other.getByText('Live', { exact: true }).waitFor();
    } finally {
      await other.close();
      await locked.stop();
    }
  });

  it('has not complained, not even about its content security policy', () => assert.deepEqual(complaints, []));

  it('comes back when the server does', async () => {
    await go('timeline');
    await page.getByRole('status').getByText('Live', { exact: true }).waitFor();
    await server.restart(async () => page.getByText('Server away, trying again').waitFor());
    await page.getByRole('status').getByText('Live', { exact: true }).waitFor({ timeout: 15_000 });
    await server.command('ASSIGN', 'drivers:geo:blr', 'drivers:available:blr', 'order:ORD_9', 'FROMLONLAT', '77.5', '12.9', 'BYRADIUS', '5', 'km');
    await page.getByRole('heading', { name: 'ORD_9' }).waitFor();
  });
});

/// Runs in the page: what can be pressed or filled in, and has no name for those who do not see it.
function unnamed() {
  const named = (element) => (element.getAttribute('aria-label') ?? element.closest('label')?.textContent ?? element.textContent ?? '').trim();
  return [...document.querySelectorAll('button, a[href], input, select, textarea')]
    .filter((element) => named(element) === '')
    .map((element) => element.outerHTML.slice(0, 100));
}

function landmarks() {
  const count = (selector) => document.querySelectorAll(selector).length;
  return { h1: count('h1'), main: count('main'), nav: count('nav[aria-label]') > 0 };
}
