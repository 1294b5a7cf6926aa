// A fresh process: what the bundles of the package need from import to first decision. Prints milliseconds as JSON.
import { readFileSync } from "node:fs";

const call = {
  tool: "read_file",
  args: { path: "src/index.ts" },
  context: { time_ms: 1_767_225_600_000, environment: "staging" },
};
const way = process.argv[2];
if (way === "permit") {
  const started = performance.now();
  const { permit } = await import("../dist/index.js");
  const imported = performance.now();
  await permit.check({ tool: call.tool, args: call.args });
  const decided = performance.now();
  console.log(
    JSON.stringify({
      import_ms: imported - started,
      compile_ms: 0,
      open_ms: 0,
      first_ms: decided - imported,
    }),
  );
  process.exit();
}
const fromYaml = way === "yaml";

const started = performance.now();
const { openEngine } = await import("../dist/engine.js");
const compiler = fromYaml ? await import("../dist/compile.js") : undefined;
const host = fromYaml ? await import("../dist/node.js") : undefined;
const imported = performance.now();
const image =
  compiler === undefined ? readFileSync("dist/base.image") : compiler.compile(host.packageSources()).image;
const compiled = performance.now();
const engine = await openEngine({ wasm: readFileSync("dist/core.wasm"), image });
const opened = performance.now();
const { verdict } = engine.decide(call);
const decided = performance.now();
if (verdict !== "allow") throw new Error(`wanted allow, came ${verdict}`);
console.log(
  JSON.stringify({
    import_ms: imported - started,
    compile_ms: compiled - imported,
    open_ms: opened - compiled,
    first_ms: decided - opened,
  }),
);
