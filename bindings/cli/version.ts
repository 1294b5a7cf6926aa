import { readFileSync } from "node:fs";
import { join } from "node:path";
import { packageFolder } from "permit0/node";

/** Version of the installed package. */
export function version(): string {
  const manifest = JSON.parse(readFileSync(join(packageFolder(), "package.json"), "utf8")) as {
    version: string;
  };
  return manifest.version;
}
