// The page of named types: pictures and listings under the pointer and the keyboard, light and dark, paper, no script.
import { join } from "node:path";
import { holds, same, seriousFindings } from "./harness.mjs";

const focusedLabel = page => page.evaluate(() => document.activeElement?.getAttribute("aria-label") ?? "");
const focusedMark = page => page.evaluate(() => document.activeElement?.dataset?.m ?? "");

export async function namedChecks(harness, { named, one, diff, output }) {
  const check = (name, body, options = {}) => harness.check(`named types: ${name}`, options.file ?? named, options, body);

  await check("the pointer on a piece tells member, type and offset and marks the row", async page => {
    const section = page.locator("section.type").first();
    const piece = section.locator("svg.picture .piece[data-m]").nth(4);
    const mark = await piece.getAttribute("data-m");
    await piece.hover();
    same(await section.locator("output.detail").textContent(), await piece.getAttribute("aria-label"), "detail");
    holds(/\d/.test(await piece.getAttribute("aria-label")), "no offset in the label");
    const marked = await section.locator(`tr[data-m="${mark}"].on`).count();
    holds(marked >= 1, "the row is not marked");
    const row = section.locator("tr[data-m]").nth(8);
    await row.hover();
    const other = await row.getAttribute("data-m");
    holds(await section.locator(`.piece[data-m="${other}"].on`).count() >= 1, "the row marks no piece");
    same(await section.locator(`[data-m="${mark}"].on`).count(), 0, "marks that stayed");
  });

  await check("the keyboard walks over the pieces", async page => {
    const first = page.locator("section.type svg.picture").first().locator(".piece[data-m]").first();
    await first.focus();
    const start = await focusedLabel(page);
    same(await page.locator("section.type").first().locator("output.detail").textContent(), start, "detail");
    await page.keyboard.press("ArrowRight");
    const second = await focusedLabel(page);
    holds(second !== start, "ArrowRight does not move");
    await page.keyboard.press("ArrowLeft");
    same(await focusedLabel(page), start, "label after ArrowLeft");
    await page.keyboard.press("ArrowDown");
    const below = await focusedMark(page);
    holds(below !== await first.getAttribute("data-m") || (await focusedLabel(page)) !== start, "ArrowDown does not move");
    await page.keyboard.press("ArrowUp");
    await page.keyboard.press("End");
    const pieces = page.locator("section.type svg.picture").first().locator(".piece[data-m]");
    same(await focusedMark(page), await pieces.last().getAttribute("data-m"), "mark after End");
    await page.keyboard.press("Home");
    same(await focusedLabel(page), start, "label after Home");
    same(await page.locator("section.type svg.picture").first().locator('.piece[tabindex="0"]').count(), 1, "pieces in the order of Tab");
    await page.keyboard.press("Escape");
    same(await focusedMark(page), "", "mark after Escape");
  });

  await check("rows of a listing take the focus by arrows", async page => {
    const table = page.locator("section.type table:has(tr[data-m])").first();
    await table.locator('tr[tabindex="0"]').first().focus();
    const start = await focusedMark(page);
    await page.keyboard.press("ArrowDown");
    holds(await focusedMark(page) !== start, "ArrowDown does not move");
    await page.keyboard.press("Home");
    same(await focusedMark(page), start, "mark after Home");
  });

  await check("the switch turns light into dark and back", async page => {
    const paper = () => page.evaluate(() => getComputedStyle(document.body).backgroundColor);
    const before = await paper();
    const button = page.locator("button.theme");
    await button.click();
    holds(await paper() !== before, "nothing changed");
    same(await button.getAttribute("aria-pressed"), "true", "aria-pressed");
    await button.click();
    same(await paper(), before, "colour after two clicks");
  }, { colorScheme: "light" });

  await check("several types have a table of contents that leads to them", async page => {
    const links = page.locator("nav.contents a");
    same(await links.count(), await page.locator("section.type").count(), "links");
    await links.last().click();
    holds(await page.locator("section.type").last().evaluate(s => Math.abs(s.getBoundingClientRect().top) < innerHeight), "the last section is not in sight");
  });

  await check("whole without JavaScript", async page => {
    same(await page.locator("section.type").count(), 4, "sections");
    holds(await page.locator("section.type svg.picture .piece").first().isVisible(), "pictures");
    holds(await page.locator("section.type tr[data-m]").first().isVisible(), "listings");
    same(await page.locator("button.theme").isVisible(), false, "a switch that does nothing");
  }, { javaScriptEnabled: false });

  await check("on paper", async page => {
    await page.emulateMedia({ media: "print" });
    same(await page.locator("button.theme").isVisible(), false, "controls");
    const pdf = await page.pdf({ path: join(output, "named.pdf"), format: "A4", printBackground: true });
    holds(pdf.length > 20_000, `a PDF of ${pdf.length} bytes`);
    await page.setViewportSize({ width: 794, height: 1123 });
    await page.screenshot({ path: join(output, "named-print.png"), fullPage: false });
  });

  await check("a large struct, screenshots", async page => {
    await page.screenshot({ path: join(output, "one-light-1280.png") });
    holds(await page.evaluate(() => document.documentElement.scrollWidth <= innerWidth), "the page is wider than the window");
  }, { file: one });

  for (const scheme of ["light", "dark"]) {
    for (const [name, file] of [["named", named], ["diff", diff]]) {
      if (!file) continue;
      await check(`axe finds nothing serious, ${name}, ${scheme}`, async page => {
        const found = await seriousFindings(page);
        console.log(`        ${found.checked} rules hold, minor: ${found.others.join(", ") || "none"}`);
        same(found.serious.join("\n"), "", "findings");
      }, { file, colorScheme: scheme });
      for (const width of [400, 1600]) {
        await check(`screenshots, ${name}, ${scheme}, ${width} pixels`, async page => {
          await page.screenshot({ path: join(output, `${name}-${scheme}-${width}.png`) });
          holds(await page.evaluate(() => document.documentElement.scrollWidth <= innerWidth), "the page is wider than the window");
        }, { file, colorScheme: scheme, viewport: { width, height: 900 } });
      }
    }
  }
}
