// TAXONOMY.md, taxonomy.json and taxonomy.csv are written from the YAML files; a stale copy would teach old numbers.
import { readFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { expect, test } from "vitest";
import { readTaxonomySources, renderTaxonomy, TAXONOMY_OUTPUTS } from "../../tools/taxonomy.ts";

const root = join(dirname(fileURLToPath(import.meta.url)), "../..");

test.each(Object.entries(TAXONOMY_OUTPUTS))("%s reading is fresh: %s", (reading, path) => {
  const rendered = renderTaxonomy(readTaxonomySources(root));
  const committed = readFileSync(join(root, path), "utf8");
  // A whole-file diff is unreadable; the message says what to do.
  expect(
    committed === rendered[reading as keyof typeof rendered],
    `${path} is stale: npx tsx tools/taxonomy.ts`,
  ).toBe(true);
});
