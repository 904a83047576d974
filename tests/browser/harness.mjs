// What every check uses: a browser that may reach nothing, pages that remember what went wrong in them, counting.
import { chromium } from "playwright-core";
import { createRequire } from "node:module";
import { pathToFileURL } from "node:url";

export const axePath = createRequire(import.meta.url).resolve("axe-core/axe.min.js");

export class Harness {
  passed = 0;
  failed = 0;
  #browser;

  constructor(filter) {
    this.filter = filter;
  }

  async start(executablePath) {
    this.#browser = await chromium.launch({ executablePath, args: ["--no-sandbox", "--disable-gpu"] });
    console.log(`chromium ${this.#browser.version()}`);
  }

  // One page for each check, so that none depends on another.
  async check(name, file, options, body) {
    if (this.filter && !name.includes(this.filter)) return;
    const context = await this.#browser.newContext({ viewport: { width: 1280, height: 800 }, ...options });
    const page = await context.newPage();
    page.setDefaultTimeout(15_000);
    const wrong = [];
    await context.route("**/*", route => {
      const url = route.request().url();
      if (url.startsWith("file:") && route.request().isNavigationRequest()) return route.continue();
      wrong.push(`request: ${url.slice(0, 120)}`);
      return route.abort();
    });
    page.on("request", request => {
      if (!/^(file|blob|data):/.test(request.url())) wrong.push(`request: ${request.url().slice(0, 120)}`);
    });
    page.on("console", message => { if (["error", "warning"].includes(message.type())) wrong.push(`console: ${message.text()}`); });
    page.on("pageerror", error => wrong.push(`script: ${error.message}`));
    page.on("dialog", dialog => { wrong.push(`dialog: ${dialog.message()}`); dialog.dismiss(); });
    const started = performance.now();
    try {
      await page.goto(pathToFileURL(file).href + (options.hash ?? ""), { waitUntil: "load" });
      await body(page);
      if (wrong.length > 0) throw new Error([...new Set(wrong)].join("; "));
      this.passed++;
      console.log(`ok      ${name} (${Math.round(performance.now() - started)} ms)`);
    } catch (error) {
      this.failed++;
      console.log(`FAILED  ${name}: ${error.message}`);
      if (process.env.BROWSER_STACK) console.log(error.stack);
    } finally {
      await context.close();
    }
  }

  async end() {
    await this.#browser.close();
    console.log(`${this.passed} passed, ${this.failed} failed`);
    return this.failed === 0 ? 0 : 1;
  }
}

export function same(actual, expected, what) {
  if (actual !== expected) throw new Error(`${what}: ${JSON.stringify(actual)} instead of ${JSON.stringify(expected)}`);
}

export function holds(condition, what) {
  if (!condition) throw new Error(what);
}

// What axe-core finds serious or critical, in words. The page's policy forbids scripts of others, so axe is evaluated, not added.
export async function seriousFindings(page) {
  const { readFile } = await import("node:fs/promises");
  await page.evaluate(await readFile(axePath, "utf8"));
  const result = await page.evaluate(() => globalThis.axe.run(document, { resultTypes: ["violations"] }));
  const serious = result.violations.filter(v => v.impact === "serious" || v.impact === "critical");
  return {
    serious: serious.map(v => `${v.id} (${v.nodes.length}): ${v.help}; ${v.nodes.slice(0, 3).map(n => n.target.join(" ") + " " + (n.any[0]?.message ?? "")).join(" | ")}`),
    others: result.violations.filter(v => !serious.includes(v)).map(v => `${v.id} (${v.impact})`),
    checked: result.passes.length,
  };
}
