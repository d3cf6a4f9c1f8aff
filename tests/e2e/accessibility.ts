import AxeBuilder from '@axe-core/playwright';
import type { Page } from '@playwright/test';
import { expect, type RunningApp } from './app.ts';

const RULES = ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22a', 'wcag22aa'];
/** Width and height of what can be touched, in CSS pixels. */
const LEAST_TARGET = 44;

/** Elements that are pressed or typed into. */
const TARGETS = [
  ...['button', 'a[href]', 'input', 'textarea', 'select', 'summary'],
  ...['link', 'button', 'radio', 'checkbox', 'switch', 'option', 'tab', 'menuitem'].map(
    (role) => `[role="${role}"]`,
  ),
].join(', ');

/** Waits until nothing that ends by itself moves any more. */
async function settle(page: Page): Promise<void> {
  // A dialog that begins in a field is drawn once a keyboard on the screen would have come.
  await expect
    .poll(() =>
      page
        .locator('.dialog-backdrop')
        .evaluateAll((all) => all.filter((each) => getComputedStyle(each).opacity === '0').length),
    )
    .toBe(0);
  await page.evaluate(() =>
    Promise.allSettled(
      document
        .getAnimations()
        .filter((animation) => animation.effect?.getComputedTiming().endTime !== Number.POSITIVE_INFINITY)
        .map(({ finished }) => finished),
    ),
  );
}

/** A page keeps axe until it is loaded anew. To read its half a megabyte again takes longer than a check with it. */
async function axeOn(page: Page): Promise<AxeBuilder> {
  const isThere = await page.evaluate(() => 'axe' in window);
  return new AxeBuilder(isThere ? { page, axeSource: 'void 0' } : { page });
}

const THEMES = ['light', 'dark'] as const;

/** The screen as it is now: no violation of WCAG 2.2 A and AA, and nothing too small to touch. */
export async function expectAccessible(
  page: Page,
  name: string,
  themes: readonly (typeof THEMES)[number][] = THEMES,
): Promise<void> {
  for (const colorScheme of themes) {
    await page.emulateMedia({ colorScheme });
    await settle(page);
    // One page is all there is here: the other mode would open a second one, which the app forbids.
    const axe = await axeOn(page);
    const { violations, passes } = await axe
      .setLegacyMode()
      .options({
        runOnly: RULES,
        rules: { 'target-size': { enabled: true } },
        // Of what passed, one element is told for each rule instead of all.
        resultTypes: ['violations'],
      })
      .analyze();
    expect(
      violations.flatMap(({ id, nodes }) =>
        nodes.map(({ html, failureSummary }) => ({ id, html, failureSummary })),
      ),
      `${name}, ${colorScheme}`,
    ).toEqual([]);
    expect(passes.map(({ id }) => id)).toContain('color-contrast');
  }
  await page.emulateMedia({ colorScheme: null });
  // Half a pixel is what rounding may take.
  const small = (await targetsOn(page)).filter(
    ({ width, height }) => Math.min(width, height) < LEAST_TARGET - 0.5,
  );
  expect(small, `${name}: too small to touch`).toEqual([]);
}

interface Target {
  readonly name: string;
  readonly width: number;
  readonly height: number;
  /** Whether it is what a press in its middle hits, once it was scrolled to. */
  readonly reachable: boolean;
}

/** What can be pressed now: with a dialog or a list open, only what is in there. */
const targetsOn = (page: Page): Promise<Target[]> =>
  page.evaluate((selector) => {
    /** Something for screen readers only is within one pixel. */
    const isSeen = (element: Element): boolean => {
      if (!element.checkVisibility({ visibilityProperty: true })) return false;
      for (let outer: Element | null = element; outer; outer = outer.parentElement) {
        if (outer.getAttribute('aria-hidden') === 'true' || outer.hasAttribute('inert')) return false;
        if (outer.clientWidth === 1 && getComputedStyle(outer).position === 'absolute') return false;
      }
      return true;
    };
    // One dialog may lie over another.
    const open = document.querySelectorAll('[role="listbox"], [role="dialog"], [role="alertdialog"]');
    const top = [...open].at(-1) ?? document;
    /** A control drawn by its label is pressed there; a link may spread over the whole card it is in. */
    const areaOf = (element: HTMLElement): Element => {
      const { content, position, inset } = getComputedStyle(element, '::after');
      const spreads = content !== 'none' && position === 'absolute' && inset === '0px';
      return (spreads ? element.offsetParent : element.closest('label')) ?? element;
    };
    const targets = [...top.querySelectorAll<HTMLElement>(selector)].map(areaOf);
    const found = targets.filter(isSeen).map((target) => {
      target.scrollIntoView({ block: 'center', behavior: 'instant' });
      const { x, y, width, height } = target.getBoundingClientRect();
      const hit = document.elementFromPoint(x + width / 2, y + height / 2);
      return {
        name: `${target.tagName} “${target.textContent}”`,
        width,
        height,
        reachable: hit !== null && target.contains(hit),
      };
    });
    window.scrollTo(0, 0);
    return found;
  }, TARGETS);

/** Nothing sticks out of the window or is cut off, and each control can be brought into sight and pressed. */
export async function expectFits(page: Page, name: string): Promise<void> {
  // What the pointer happens to lie on may have moved under it.
  await page.mouse.move(0, 0);
  // What it lay on until now moves back, such as the arrow of a card: a busy page hears of the move later.
  await expect(page.locator('[data-hovered]')).toHaveCount(0);
  await settle(page);
  expect(await cutOff(page), `${name}: cut off`).toEqual([]);
  const targets = await targetsOn(page);
  expect(targets.length, name).toBeGreaterThan(0);
  expect(
    targets.filter(({ reachable }) => !reachable),
    `${name}: out of reach`,
  ).toEqual([]);
}

const cutOff = (page: Page): Promise<string[]> =>
  page.evaluate(() => {
    const found: string[] = [];
    const { scrollWidth, clientWidth } = document.documentElement;
    if (scrollWidth > clientWidth) found.push(`the page is ${scrollWidth - clientWidth} px too wide`);
    for (const element of document.querySelectorAll<HTMLElement>(
      'button, label, h1, h2, h3, h4, [role="link"]',
    )) {
      const { display } = getComputedStyle(element);
      if (display === 'inline' || element.clientWidth <= 1) continue;
      if (element.scrollWidth > element.clientWidth) {
        found.push(
          `${element.tagName} “${element.textContent}” ${element.scrollWidth} > ${element.clientWidth}`,
        );
      }
    }
    for (const text of document.querySelectorAll<SVGTextElement>('svg text[data-room]')) {
      const { width } = text.getBBox();
      if (width > Number(text.dataset['room']) + 1) found.push(`drawn “${text.textContent}” ${width}`);
    }
    const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
    for (let node = walker.nextNode(); node; node = walker.nextNode()) {
      const parent = node.parentElement;
      if (!parent || !node.textContent?.trim() || !parent.checkVisibility({ visibilityProperty: true }))
        continue;
      // Drawn text is measured above: a range knows nothing of letters that were made narrower.
      if (parent.closest('svg')) continue;
      if (parent.closest('.visually-hidden, .nav-text')) continue;
      const range = document.createRange();
      range.selectNodeContents(node);
      const box = range.getBoundingClientRect();
      if (box.width <= 1) continue;
      const clipping = [];
      for (let outer: Element | null = parent; outer; outer = outer.parentElement) {
        const style = getComputedStyle(outer);
        if (style.overflowX !== 'visible') clipping.push(outer.getBoundingClientRect());
      }
      clipping.push(new DOMRect(0, 0, clientWidth, 0));
      const left = Math.max(...clipping.map((area) => area.left));
      const right = Math.min(...clipping.map((area) => area.right));
      if (box.left < left - 1 || box.right > right + 1) {
        found.push(`“${node.textContent}” from ${box.left} to ${box.right} within ${left} to ${right}`);
      }
    }
    return found;
  });

/** Sets the size of the window's content and its zoom, and waits until the page has them. */
export async function setWindow(
  app: RunningApp,
  { width, height, zoom = 1 }: { readonly width: number; readonly height: number; readonly zoom?: number },
): Promise<void> {
  await app.electron.evaluate(
    ({ BrowserWindow }, size) => {
      const [window] = BrowserWindow.getAllWindows();
      window?.setContentSize(size.width, size.height);
      window?.webContents.setZoomFactor(size.zoom);
    },
    { width, height, zoom },
  );
  await expect
    .poll(() => app.page.evaluate(() => [window.innerWidth, window.innerHeight]))
    .toEqual([width / zoom, height / zoom]);
}
