/** Chromium for the tests of the page: playwright-core from this folder, the browser from Debian. */

import { spawnSync } from "node:child_process";
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { createRequire } from "node:module";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { sha256Hex } from "../../tools/build.ts";
import { ROOT } from "../../tools/files.ts";

const FOLDER = join(ROOT, "test/browser");
const START_MS = 120_000;

/** The few members of playwright-core that are used here. */
export interface Page {
  goto(url: string): Promise<unknown>;
  evaluate<T>(code: string): Promise<T>;
  setInputFiles(selector: string, files: string | readonly string[]): Promise<void>;
  click(selector: string): Promise<void>;
  fill(selector: string, text: string): Promise<void>;
  focus(selector: string): Promise<void>;
  selectOption(selector: string, option: { label: string } | { index: number }): Promise<unknown>;
  screenshot(options: { path: string; fullPage?: boolean }): Promise<unknown>;
  setViewportSize(size: { width: number; height: number }): Promise<void>;
  emulateMedia(media: { colorScheme: "light" | "dark" }): Promise<void>;
  readonly keyboard: { press(key: string): Promise<void> };
  on(event: string, heard: (what: never) => void): void;
  close(): Promise<void>;
}

export interface Context {
  newPage(): Promise<Page>;
  newCDPSession(page: Page): Promise<{ send(method: string, parameters: object): Promise<unknown> }>;
  on(event: string, heard: (what: never) => void): void;
  close(): Promise<void>;
}

interface Playwright {
  readonly chromium: {
    launchPersistentContext(folder: string, options: Readonly<Record<string, unknown>>): Promise<Context>;
  };
}

const FLAGS = [
  "--no-sandbox",
  "--disable-gpu",
  "--disable-quic",
  "--no-first-run",
  "--disable-background-networking",
  "--disable-component-update",
  "--disable-sync",
];

/** Installs playwright-core when the lock file changed since the last time. */
function install(): void {
  const lock = sha256Hex(readFileSync(join(FOLDER, "package-lock.json")));
  const stamp = join(FOLDER, "node_modules/.installed-lock");
  if (existsSync(stamp) && readFileSync(stamp, "utf8") === lock) return;
  console.log("installing playwright-core into test/browser/node_modules");
  const run = spawnSync("npm", ["ci", "--no-audit", "--no-fund"], { cwd: FOLDER, encoding: "utf8" });
  if (run.status !== 0)
    throw new Error(`npm ci: exit ${run.status ?? run.signal}\n${run.stdout}${run.stderr}`);
  writeFileSync(stamp, lock);
}

/** Runs something with a fresh browser. */
export async function withChromium<T>(use: (context: Context) => Promise<T>): Promise<T> {
  const executablePath = process.env.CHROMIUM_PATH ?? "/usr/bin/chromium";
  if (!existsSync(executablePath))
    throw new Error(
      `chromium: ${executablePath}: no such file; install Debian's chromium, or set CHROMIUM_PATH`,
    );
  install();
  const playwright = createRequire(join(FOLDER, "package.json"))("playwright-core") as Playwright;
  const profile = mkdtempSync(join(tmpdir(), "permit0-chromium-"));
  try {
    const context = await playwright.chromium.launchPersistentContext(profile, {
      executablePath,
      headless: true,
      args: FLAGS,
      timezoneId: "America/St_Johns",
      locale: "ar-EG",
      viewport: { width: 1280, height: 900 },
      timeout: START_MS,
    });
    try {
      return await use(context);
    } finally {
      await context.close();
    }
  } finally {
    rmSync(profile, { recursive: true, force: true });
  }
}
