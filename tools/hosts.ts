/**
 * Runs the end-to-end vectors in every runtime we promise, and compares what they answer.
 *
 *   npm run test:hosts                       all of them; a runtime that cannot be had is a failure
 *   npm run test:hosts -- node deno          only these (node, node24, deno, bun, chromium)
 *
 * The vectors, the engine and test/hosts/suite.ts become one bundle, so each runtime executes the same file. Runtimes
 * come from npm into test/hosts/node_modules, installed once per lock file; Chromium is Debian's package.
 * Each runtime gets another time zone and locale: a decision must not notice.
 */

import { type SpawnSyncReturns, spawnSync } from "node:child_process";
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { createServer, type Server } from "node:http";
import { createRequire } from "node:module";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { basename, join } from "node:path";
import { build as bundle } from "esbuild";
import { caseCount, type Inputs, type Report, type Vector } from "../test/hosts/suite.ts";
import { sha256Hex } from "./build.ts";
import { ROOT } from "./files.ts";

const HOSTS_FOLDER = join(ROOT, "test/hosts");
const BUNDLE_FOLDER = join(ROOT, "build/hosts");
const VECTORS_FOLDER = join(ROOT, "test/vectors");
/** Families that are whole requests, and the image of rows that name none. */
const VECTOR_FILES = ["record/calls.json", "request/bytes.json", "request/envelope.json"];
const IMAGE_DEFAULT = "sample";
const HOST_TIMEOUT_MS = 180_000;

interface Host {
  readonly name: string;
  readonly timeZone: string;
  readonly locale: string;
  /** Version text and report; throws when the runtime is missing or stops. */
  run(environment: NodeJS.ProcessEnv): Promise<{ version: string; report: Report }>;
}

function installed(name: string): string {
  return join(HOSTS_FOLDER, "node_modules/.bin", name);
}

function output(what: string, run: SpawnSyncReturns<string>): string {
  if (run.error) throw new Error(`${what}: ${run.error.message}`);
  if (run.status !== 0)
    throw new Error(`${what}: exit ${run.status ?? run.signal}\n${run.stdout}${run.stderr}`);
  return run.stdout;
}

/** A host that runs a file and prints: everything but a browser. */
function commandHost(
  name: string,
  command: () => string,
  args: readonly string[],
  timeZone: string,
  locale: string,
): Host {
  return {
    name,
    timeZone,
    locale,
    async run(environment) {
      const options = { encoding: "utf8", env: environment, timeout: HOST_TIMEOUT_MS, cwd: ROOT } as const;
      const version = output(name, spawnSync(command(), ["--version"], options));
      const file = join(BUNDLE_FOLDER, "main.mjs");
      const printed = output(name, spawnSync(command(), [...args, file], options));
      return { version: version.split("\n")[0] ?? "", report: JSON.parse(printed) as Report };
    },
  };
}

/** The few members of playwright-core that are used here. */
interface Playwright {
  readonly chromium: {
    launchPersistentContext(
      folder: string,
      options: Readonly<Record<string, unknown>>,
    ): Promise<{
      browser(): { version(): string } | null;
      newPage(): Promise<{ goto(url: string): Promise<unknown>; evaluate(code: string): Promise<unknown> }>;
      close(): Promise<void>;
    }>;
  };
}

const CHROMIUM_FLAGS = [
  "--no-sandbox",
  "--disable-gpu",
  "--disable-quic",
  "--no-first-run",
  "--disable-background-networking",
  "--disable-component-update",
  "--disable-sync",
];

/** The page may compile WebAssembly and run our own file, and nothing else: the policy we tell users to set. */
const CONTENT_SECURITY_POLICY = "default-src 'none'; script-src 'self' 'wasm-unsafe-eval'";

async function serveBundle(): Promise<{ server: Server; url: string }> {
  const server = createServer((request, response) => {
    const name = basename(request.url ?? "/");
    const isScript = name === "suite.mjs";
    response.setHeader("content-security-policy", CONTENT_SECURITY_POLICY);
    response.setHeader("content-type", isScript ? "text/javascript" : "text/html");
    response.end(
      isScript ? readFileSync(join(BUNDLE_FOLDER, name)) : "<!doctype html><title>permit0</title>",
    );
  });
  await new Promise<void>((done) => server.listen(0, "127.0.0.1", done));
  return { server, url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/` };
}

const chromium: Host = {
  name: "chromium",
  timeZone: "America/St_Johns",
  locale: "ar-EG",
  async run(environment) {
    const executablePath = environment.CHROMIUM_PATH ?? "/usr/bin/chromium";
    if (!existsSync(executablePath)) {
      throw new Error(
        `chromium: ${executablePath}: no such file; install Debian's chromium, or set CHROMIUM_PATH`,
      );
    }
    const playwright = createRequire(join(HOSTS_FOLDER, "package.json"))("playwright-core") as Playwright;
    const profile = mkdtempSync(join(tmpdir(), "permit0-chromium-"));
    const { server, url } = await serveBundle();
    try {
      const context = await playwright.chromium.launchPersistentContext(profile, {
        executablePath,
        headless: true,
        args: CHROMIUM_FLAGS,
        env: environment,
        timezoneId: this.timeZone,
        locale: this.locale,
        timeout: HOST_TIMEOUT_MS,
      });
      try {
        const page = await context.newPage();
        await page.goto(url);
        const report = (await page.evaluate('import("/suite.mjs").then((module) => module.run())')) as Report;
        return { version: context.browser()?.version() ?? "unknown version", report };
      } finally {
        await context.close();
      }
    } finally {
      server.close();
      rmSync(profile, { recursive: true, force: true });
    }
  },
};

const HOSTS: readonly Host[] = [
  commandHost("node", () => process.execPath, [], "UTC", "C.UTF-8"),
  commandHost("node24", () => installed("node"), [], "Asia/Kathmandu", "tr_TR.UTF-8"),
  // No permission is granted: the library needs none.
  commandHost(
    "deno",
    () => installed("deno"),
    ["run", "--no-remote", "--no-config"],
    "Pacific/Chatham",
    "de_DE.UTF-8",
  ),
  commandHost("bun", () => installed("bun"), [], "America/Los_Angeles", "ja_JP.UTF-8"),
  chromium,
];

/** Installs the other runtimes when the lock file changed since the last time. */
function installRuntimes(): void {
  const lock = sha256Hex(readFileSync(join(HOSTS_FOLDER, "package-lock.json")));
  const stamp = join(HOSTS_FOLDER, "node_modules/.installed-lock");
  if (existsSync(stamp) && readFileSync(stamp, "utf8") === lock) return;
  console.log("installing runtimes into test/hosts/node_modules");
  output(
    "npm ci",
    spawnSync("npm", ["ci", "--no-audit", "--no-fund"], { cwd: HOSTS_FOLDER, encoding: "utf8" }),
  );
  writeFileSync(stamp, lock);
}

/** A row of a vector file, as test/vectors/README.md describes it. */
interface Row {
  readonly why: string;
  readonly image?: string;
  readonly hex?: string;
  readonly request_hex?: string;
  readonly status: string;
  readonly offset?: number;
  readonly record_hex?: string;
}

function readVectors(): Vector[] {
  return VECTOR_FILES.flatMap((file) => {
    const rows = JSON.parse(readFileSync(join(VECTORS_FOLDER, file), "utf8")) as Row[];
    return rows.map(({ why, image, hex, request_hex, status, offset, record_hex }) => ({
      name: `test/vectors/${file}`,
      why,
      image: image ?? IMAGE_DEFAULT,
      requestHex: request_hex ?? hex ?? "",
      status,
      offset,
      recordHex: record_hex,
    }));
  });
}

/** An image in base64, as the model wrote it. */
function imageBase64(name: string): string {
  return readFileSync(join(VECTORS_FOLDER, "record/images", `${name}.image.b64`), "utf8").trim();
}

async function writeBundle(): Promise<number> {
  const vectors = readVectors();
  if (vectors.length === 0) throw new Error("test/vectors: wanted vectors, found none");
  const images = [...new Set(vectors.map(({ image }) => image))];
  const inputs: Inputs = {
    wasmBase64: readFileSync(join(ROOT, "build/core.wasm")).toString("base64"),
    imagesBase64: Object.fromEntries(images.map((image) => [image, imageBase64(image)])),
    vectors,
  };
  mkdirSync(BUNDLE_FOLDER, { recursive: true });
  writeFileSync(join(BUNDLE_FOLDER, "inputs.json"), JSON.stringify(inputs));
  await bundle({
    stdin: {
      contents: [
        'import { openEngine } from "./dist/engine.js";',
        'import { createPermit } from "./dist/index.js";',
        'import { suite } from "./test/hosts/suite.ts";',
        'import inputs from "./build/hosts/inputs.json";',
        "export const run = () => suite(openEngine, createPermit, inputs);",
      ].join("\n"),
      resolveDir: ROOT,
      loader: "ts",
    },
    outfile: join(BUNDLE_FOLDER, "suite.mjs"),
    bundle: true,
    format: "esm",
    platform: "neutral",
    target: "es2022",
    logLevel: "warning",
    // Chunks import each other for order only; the package says that they have no side effects.
    logOverride: { "ignored-bare-import": "silent" },
  });
  writeFileSync(
    join(BUNDLE_FOLDER, "main.mjs"),
    'import { run } from "./suite.mjs";\nconsole.log(JSON.stringify(await run()));\n',
  );
  return caseCount(inputs);
}

async function main(names: readonly string[]): Promise<void> {
  const unknown = names.filter((name) => !HOSTS.some((host) => host.name === name));
  if (unknown.length > 0) {
    throw new Error(`${unknown.join(", ")}: wanted one of ${HOSTS.map(({ name }) => name).join(", ")}`);
  }
  const caseTotal = await writeBundle();
  const chosen = HOSTS.filter(({ name }) => names.length === 0 || names.includes(name));
  if (chosen.some(({ name }) => name !== "node")) installRuntimes();

  let passed = 0;
  let failed = 0;
  const digests = new Set<string>();
  for (const host of chosen) {
    const environment = { ...process.env, TZ: host.timeZone, LANG: host.locale, LC_ALL: host.locale };
    try {
      const { version, report } = await host.run(environment);
      const counts = `${report.passed} passed, ${report.failed} failed`;
      console.log(`${host.name.padEnd(9)} ${counts.padEnd(26)} ${report.digest}  ${version}`);
      for (const failure of report.failures) console.error(`  ${failure}`);
      digests.add(report.digest);
      passed += report.passed;
      failed += report.failed;
      if (report.passed + report.failed !== caseTotal) {
        console.error(`  wanted ${caseTotal} cases, ran ${report.passed + report.failed}`);
        failed += 1;
      }
    } catch (error) {
      console.error(`${host.name.padEnd(9)} ${error instanceof Error ? error.message : error}`);
      failed += caseTotal;
    }
  }
  if (digests.size > 1) {
    console.error("the runtimes answered DIFFERENT bytes");
    failed += 1;
  }
  console.log(`hosts: ${passed} passed, ${failed} failed`);
  if (failed > 0) process.exitCode = 1;
}

main(process.argv.slice(2)).catch((error: unknown) => {
  console.error(`hosts: ${error instanceof Error ? error.message : error}`);
  process.exitCode = 1;
});
