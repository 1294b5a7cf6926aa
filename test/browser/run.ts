/**
 * Opens dist/verify.html in Chromium, gives it logs, and reads what it says.
 *
 *   npm run test:browser                 all cases
 *   npm run test:browser -- flipped      those with the word in their names
 *
 * Only the page is built, from what `npm run build` left in build/. Pictures of each state go to build/browser.
 */

import { cpSync, mkdirSync, mkdtempSync, rmSync, statSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { buildPage } from "../../tools/build.ts";
import { ROOT } from "../../tools/files.ts";
import { CASES, type Surroundings } from "./cases.ts";
import { type Context, type Page, withChromium } from "./chromium.ts";
import { writeSampleLog } from "./sample-log.ts";

const PAGE_FILE = join(ROOT, "dist/verify.html");
const PICTURES = join(ROOT, "build/browser");
const PAGE_BYTES_MAX = 1_200_000;

/** What a page asked for or complained about while a case ran. */
class Watch {
  readonly requests: string[] = [];
  readonly errors: string[] = [];

  on(context: Context): void {
    context.on("request", (request: { url(): string }) => {
      const url = request.url();
      if (url !== pathToFileURL(PAGE_FILE).href && !url.startsWith("blob:")) this.requests.push(url);
    });
  }

  onPage(page: Page): void {
    page.on("pageerror", (error: Error) => this.errors.push(error.message));
    page.on("console", (line: { type(): string; text(): string }) => {
      if (line.type() === "error" || line.type() === "warning") this.errors.push(line.text());
    });
  }

  faults(): string[] {
    return [...this.requests.map((url) => `asked for ${url}`), ...this.errors.map((text) => `said ${text}`)];
  }
}

async function main(words: readonly string[]): Promise<void> {
  await buildPage();
  const { size } = statSync(PAGE_FILE);
  if (size > PAGE_BYTES_MAX)
    throw new Error(`${PAGE_FILE}: wanted at most ${PAGE_BYTES_MAX} bytes, it has ${size}`);
  mkdirSync(PICTURES, { recursive: true });
  const folder = mkdtempSync(join(tmpdir(), "permit0-page-"));
  let failed = 0;
  try {
    const log = await writeSampleLog(join(folder, "sample"));
    const chosen = CASES.filter(({ name }) => words.every((word) => name.includes(word)));
    if (chosen.length === 0) throw new Error(`no case has ${words.join(" ")} in its name`);
    await withChromium(async (context) => {
      for (const [number, { name, run }] of chosen.entries()) {
        const watch = new Watch();
        watch.on(context);
        const page = await context.newPage();
        watch.onPage(page);
        const given: Surroundings = {
          context,
          page,
          log,
          copy: () => {
            const copy = join(folder, `copy-${number}`, "acme-log");
            cpSync(log.folder, copy, { recursive: true });
            return copy;
          },
          picture: async (title, selector) => {
            if (selector !== undefined)
              await page.evaluate(`document.querySelector(${JSON.stringify(selector)}).scrollIntoView()`);
            await page.screenshot({ path: join(PICTURES, `${title}.png`), fullPage: selector === undefined });
          },
        };
        const began = performance.now();
        try {
          await page.goto(pathToFileURL(PAGE_FILE).href);
          await run(given);
          const faults = watch.faults();
          if (faults.length > 0) throw new Error(`the page ${faults.join("; the page ")}`);
          console.log(`ok    ${name} (${Math.round(performance.now() - began)} ms)`);
        } catch (error) {
          failed++;
          console.error(`FAIL  ${name}\n      ${(error as Error).stack ?? error}`);
          await given.picture(`failed-${number}`).catch(() => {});
        }
        await page.close();
      }
    });
    console.log(`browser: ${chosen.length - failed} passed, ${failed} failed; ${size} bytes`);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
  if (failed > 0) process.exitCode = 1;
}

main(process.argv.slice(2)).catch((error: unknown) => {
  console.error(`browser: ${error instanceof Error ? error.message : error}`);
  process.exitCode = 1;
});
