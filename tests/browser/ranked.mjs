// The page of all types: the table, its keyboard, search, filters and order, views in the address, sections on demand.
import { join } from "node:path";
import { holds, same, seriousFindings } from "./harness.mjs";

const rowsIn = page => page.locator("#types tbody tr[data-place]");
const count = page => page.locator("#count").textContent();
const focused = page => page.evaluate(() => document.activeElement?.textContent ?? "");
const focusedPlace = page => page.evaluate(() => Number(document.activeElement?.closest("tr")?.dataset.place ?? -1));
const shown = async page => (await page.locator("#types tbody tr[data-place] a").allTextContents());
const total = async page => Number((await page.locator("#types").getAttribute("aria-rowcount"))) - 1;
const settled = page => page.evaluate(() => new Promise(done => requestAnimationFrame(() => requestAnimationFrame(() => done()))));

async function search(page, text) {
  await page.locator("#q").fill(text);
  await settled(page);
}

async function column(page, key) {
  return page.evaluate(k => [...document.querySelectorAll(`#types tbody td.c-${k}`)].map(c => c.textContent), key);
}

const numbers = texts => texts.map(text => Number(text.replaceAll(",", "")));

export async function rankedChecks(harness, { ranked, hostile, output }) {
  const check = (name, body, options = {}) => harness.check(`all types: ${name}`, options.file ?? ranked, options, body);

  await check("the first rows are there in under 2 s", async page => {
    const times = await page.evaluate(() => ({
      rows: performance.getEntriesByName("btftool:rows")[0].startTime,
      paint: performance.getEntriesByName("first-contentful-paint")[0]?.startTime,
    }));
    console.log(`        rows after ${Math.round(times.rows)} ms, ${await total(page)} types`);
    holds(times.rows < 2000, `rows after ${times.rows} ms`);
    holds(await total(page) > 5000, "types are missing");
    holds(await rowsIn(page).count() > 10, "no rows");
  });

  await check("scrolls to the end and back with rows in sight", async page => {
    const all = await total(page);
    const inSight = () => page.evaluate(() => {
      const box = document.getElementById("scroller").getBoundingClientRect();
      const row = document.elementFromPoint(box.left + 60, (box.top + box.bottom) / 2)?.closest("tr[data-place]");
      return row ? Number(row.dataset.place) : -1;
    });
    const height = await page.evaluate(() => document.getElementById("scroller").scrollHeight);
    for (const part of [0.1, 0.35, 0.7, 0.999, 1, 0.6, 0.2, 0]) {
      await page.evaluate(top => { document.getElementById("scroller").scrollTop = top; }, height * part);
      await settled(page);
      const place = await inSight();
      holds(place >= 0 && Math.abs(place / all - part) < 0.05, `row ${place} at ${part}`);
      holds(await rowsIn(page).count() < 200, "too many rows are drawn");
    }
    const slowest = await page.evaluate(async () => {
      const scroller = document.getElementById("scroller");
      let worst = 0;
      for (let i = 0; i < 60; i++) {
        const started = performance.now();
        scroller.scrollTop += 700;
        await new Promise(done => requestAnimationFrame(() => requestAnimationFrame(done)));
        worst = Math.max(worst, performance.now() - started);
      }
      return worst;
    });
    console.log(`        slowest of 60 screens: ${Math.round(slowest)} ms`);
  });

  await check("keyboard: from search through the rows into a section and back", async page => {
    const all = await total(page);
    await page.keyboard.press("Tab");
    for (let i = 0; i < 6 && await page.evaluate(() => document.activeElement.id) !== "q"; i++) await page.keyboard.press("Tab");
    same(await page.evaluate(() => document.activeElement.id), "q", "Tab reaches");
    await page.keyboard.press("ArrowDown");
    same(await focusedPlace(page), 0, "row after ArrowDown");
    await page.keyboard.press("ArrowDown");
    await page.keyboard.press("ArrowDown");
    same(await focusedPlace(page), 2, "row after two more");
    await page.keyboard.press("ArrowUp");
    same(await focusedPlace(page), 1, "row after ArrowUp");
    await page.keyboard.press("End");
    same(await focusedPlace(page), all - 1, "row after End");
    holds(await page.evaluate(() => {
      const row = document.activeElement.getBoundingClientRect(), box = document.getElementById("scroller").getBoundingClientRect();
      return row.top >= box.top && row.bottom <= box.bottom + 1;
    }), "the last row is not in sight");
    await page.keyboard.press("PageUp");
    holds(await focusedPlace(page) < all - 5, "PageUp does not move");
    await page.keyboard.press("Home");
    same(await focusedPlace(page), 0, "row after Home");
    await page.keyboard.press("ArrowDown");
    const name = await focused(page);
    await page.keyboard.press("Enter");
    await page.locator("#section section.type").waitFor();
    same(await page.locator("#opened-name").textContent(), name, "opened");
    holds(await page.evaluate(() => document.getElementById("opened").contains(document.activeElement)), "the focus is not in the section");
    await page.keyboard.press("Escape");
    same(await page.locator("#opened").isVisible(), false, "open after Escape");
    same(await focused(page), name, "focus after Escape");
  });

  await check("the focus stays on its row while the table scrolls away", async page => {
    await page.locator("#q").press("ArrowDown");
    await page.evaluate(() => { document.getElementById("scroller").scrollTop = 50000; });
    await settled(page);
    same(await focusedPlace(page), 0, "row with the focus");
    await page.keyboard.press("ArrowDown");
    same(await focusedPlace(page), 1, "row after ArrowDown");
    same(await page.evaluate(() => document.getElementById("scroller").scrollTop < 200), true, "scrolled back");
  });

  await check("search finds substrings, several words and patterns", async page => {
    await search(page, "tcp sock");
    const words = await shown(page);
    holds(words.length > 2 && words.every(name => /tcp/i.test(name) && /sock/i.test(name)), `found ${words}`);
    await search(page, "re:^tcp_.*sock$");
    holds((await shown(page)).every(name => /^tcp_.*sock$/i.test(name)), "re: finds others");
    await search(page, "/_ops$/");
    holds((await shown(page)).every(name => /_ops$/i.test(name)), "/…/ finds others");
    await search(page, "/(/");
    same(await page.locator("#q").getAttribute("aria-invalid"), "true", "aria-invalid");
    holds((await count(page)).includes("cannot be read"), "the mistake is not told");
    await search(page, "no_such_type_anywhere");
    holds(await page.locator("#none").isVisible(), "nothing found is not told");
    same(await page.locator("#count").getAttribute("role"), "status", "role of the count");
    holds((await count(page)).startsWith("0 of "), "count");
    await page.locator("#clear").click();
    await settled(page);
    holds(await total(page) > 5000, "cleared");
  });

  await check("filters and the language over columns", async page => {
    if (!await page.locator("#filters").evaluate(d => d.open)) await page.locator("#filters summary").click();
    await page.locator("#kind").selectOption("union");
    await settled(page);
    holds((await column(page, "kind")).every(kind => kind === "union"), "kind");
    await page.locator("#kind").selectOption("");
    await page.getByLabel("saves cache lines").check();
    await settled(page);
    holds(numbers(await column(page, "saves_lines")).every(n => n > 0), "saves cache lines");
    await page.getByLabel("saves cache lines").uncheck();
    await page.getByLabel("Size from").fill("100");
    await page.getByLabel("to", { exact: true }).fill("200");
    await settled(page);
    holds(numbers(await column(page, "size")).every(n => n >= 100 && n <= 200), "size");
    await page.getByRole("button", { name: "Clear", exact: true }).click();
    await settled(page);
    for (const [text, keys, test] of [
      ["holes >= 3", ["holes"], n => n >= 3],
      ["holes >= 3 and size < 4k", ["holes", "size"], (h, s) => h >= 3 && s < 4096],
      ["not (lines > 1) && padding", ["lines", "padding"], (l, p) => l <= 1 && p > 0],
      ["size = 0x40 or size = 128", ["size"], s => s === 64 || s === 128],
    ]) {
      await page.locator("#where").fill(text);
      await settled(page);
      const columns = [];
      for (const key of keys) columns.push(numbers(await column(page, key)));
      holds(columns[0].length > 0 && columns[0].every((_, i) => test(...columns.map(c => c[i]))), text);
    }
    await page.locator("#where").fill("name ~ task and kind = struct");
    await settled(page);
    holds((await shown(page)).every(name => name.includes("task")), "name ~ task");
    await page.locator("#where").fill("holes >= and");
    await settled(page);
    same(await page.locator("#where").getAttribute("aria-invalid"), "true", "aria-invalid");
    holds((await page.locator("#where-help").textContent()).startsWith("Where: "), "the mistake is not told");
  });

  await check("sorts by any column and says so", async page => {
    const heads = await page.locator("#types thead th").evaluateAll(cells => cells.map(cell => cell.dataset.key));
    for (const key of heads) {
      const button = page.locator(`#types thead th[data-key="${key}"] button`);
      for (let i = 0; i < 2; i++) {
        await button.click();
        const order = await page.locator(`#types thead th[data-key="${key}"]`).getAttribute("aria-sort");
        if (key === "name" || key === "kind" || key === "proof" || key === "module") continue;
        const values = numbers(await column(page, key));
        holds(values.every((n, j) => j === 0 || (order === "descending" ? values[j - 1] >= n : values[j - 1] <= n)), `${key} ${order}`);
      }
    }
    same(await page.locator("#types thead [aria-sort]").count(), 1, "sorted columns");
  });

  await check("a view can be linked", async page => {
    holds((await shown(page)).every(name => name.includes("tcp")), "search");
    same(await page.locator('#types thead th[data-key="size"]').getAttribute("aria-sort"), "descending", "order");
    await page.locator("#section section.type h2").waitFor();
    holds((await page.locator("#section h2").textContent()).includes("tcp_sock"), "section");
    same(await page.locator("#q").inputValue(), "tcp", "search box");
  }, { hash: "#sort=-size&q=tcp&t=tcp_sock" });

  await check("Back closes a section and Forward opens it again", async page => {
    await search(page, "inode");
    await page.locator("#types tbody a").first().click();
    await page.locator("#section section.type").waitFor();
    holds(page.url().includes("t="), "address");
    const name = await page.locator("#opened-name").textContent();
    await page.goBack();
    same(await page.locator("#opened").isVisible(), false, "open after Back");
    same(await page.locator("#q").inputValue(), "inode", "search after Back");
    await page.goForward();
    await page.locator("#section section.type").waitFor();
    same(await page.locator("#opened-name").textContent(), name, "open after Forward");
    await page.locator("#next").click();
    await page.waitForFunction(before => document.getElementById("opened-name").textContent !== before, name);
    await page.locator("#close").click();
    same(await page.locator("#opened").isVisible(), false, "open after Close");
    holds(!page.url().includes("t="), "address after Close");
  });

  await check("pictures of an opened section answer as those of a page do", async page => {
    const piece = page.locator("#section .piece[data-m]").nth(2);
    await piece.focus();
    same(await page.locator("#section output.detail").textContent(), await piece.getAttribute("aria-label"), "detail");
    await page.keyboard.press("ArrowRight");
    holds(await page.locator("#section tr.on").count() > 0, "no row is marked");
    await page.keyboard.press("Escape");
    same(await page.locator("#opened").isVisible(), true, "open after the first Escape");
    await page.keyboard.press("Escape");
    same(await page.locator("#opened").isVisible(), false, "open after the second Escape");
    same(await focused(page), "xdp_sock", "focus");
  }, { hash: "#t=xdp_sock" });

  await check("every section that is opened is the one of its row", async page => {
    const names = ["task_struct", "sk_buff", "list_head", "inode", "net_device", "atomic_notifier_head", "page"];
    for (const name of names) {
      await page.evaluate(n => { location.hash = `#t=${n}`; }, name);
      await page.waitForFunction(n => document.querySelector("#section h2")?.textContent.trim().split(/\s+/)[1] === n, name);
    }
  });

  await check("says what a screen reader needs of the table", async page => {
    const row = page.locator("#types tbody tr[data-place]").nth(3);
    const place = Number(await row.getAttribute("data-place"));
    same(Number(await row.getAttribute("aria-rowindex")), place + 2, "aria-rowindex");
    same(await row.locator("th").getAttribute("scope"), "row", "scope of the name");
    same(Number(await page.locator("#types").getAttribute("aria-colcount")), await page.locator("#types thead th").count(), "aria-colcount");
  });

  await check("without JavaScript the first rows stand there and what is missing is said", async page => {
    holds((await page.locator("noscript").count()) === 1, "noscript");
    const rows = page.locator("table.static tbody tr");
    same(await rows.count(), 100, "static rows");
    holds(await page.locator("noscript p").isVisible(), "what is missing");
    same(await page.locator("#ranking").isVisible(), false, "controls");
  }, { javaScriptEnabled: false });

  if (hostile) {
    await check("names that look like markup stay names", async page => {
      await search(page, "</script>");
      same((await shown(page))[0], "</script><x y=z", "name");
      await page.locator("#types tbody a").first().click();
      await page.locator("#section section.type").waitFor();
      holds((await page.locator("#section h2").textContent()).includes("</script><x y=z"), "heading");
      same(await page.locator("#section x, #section [a]").count(), 0, "elements from names");
      await page.evaluate(() => { location.hash = "#t=" + encodeURIComponent("<!--script"); });
      await page.waitForFunction(() => document.querySelector("#section h2")?.textContent.includes("<!--script"));
    }, { file: hostile });
  }

  for (const scheme of ["light", "dark"]) {
    await check(`axe finds nothing serious, ${scheme}`, async page => {
      for (const state of ["table", "section"]) {
        if (state === "section") {
          await page.evaluate(() => { location.hash = "#t=sk_buff"; });
          await page.locator("#section section.type").waitFor();
        }
        const found = await seriousFindings(page);
        console.log(`        ${state}: ${found.checked} rules hold, minor: ${found.others.join(", ") || "none"}`);
        same(found.serious.join("\n"), "", `findings, ${state}`);
      }
    }, { colorScheme: scheme });

    for (const width of [400, 1600]) {
      await check(`screenshots, ${scheme}, ${width} pixels`, async page => {
        await page.screenshot({ path: join(output, `all-${scheme}-${width}.png`) });
        holds(await page.evaluate(() => document.documentElement.scrollWidth <= innerWidth), "the page is wider than the window");
        await page.evaluate(() => { location.hash = "#t=tcp_sock"; });
        await page.locator("#section section.type").waitFor();
        await settled(page);
        await page.screenshot({ path: join(output, `all-open-${scheme}-${width}.png`) });
        holds(await page.evaluate(() => document.documentElement.scrollWidth <= innerWidth), "the page with a section is wider than the window");
      }, { colorScheme: scheme, viewport: { width, height: 900 } });
    }
  }
}
