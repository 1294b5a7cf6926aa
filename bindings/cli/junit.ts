/** JUnit XML, as CI systems read it. */

import type { CaseResult } from "permit0/analyse";
import { safe } from "./text.js";

const ESCAPES: Readonly<Record<string, string>> = {
  "&": "&amp;",
  "<": "&lt;",
  ">": "&gt;",
  '"': "&quot;",
  "'": "&apos;",
};

/** Text for an attribute. Control characters, which XML cannot hold, are spelt out. */
function escaped(text: string): string {
  return safe(text).replace(/[&<>"']/g, (sign) => ESCAPES[sign] as string);
}

export function junitOf(
  suites: readonly { readonly file: string; readonly results: readonly CaseResult[] }[],
): string {
  const bodies = suites.map(({ file, results }) => {
    const failed = results.filter(({ passed }) => !passed).length;
    const cases = results.map(({ name, place, passed, wanted, came }) => {
      const open = `    <testcase classname="${escaped(file)}" name="${escaped(name)}, line ${place.line}"`;
      if (passed) return `${open}/>`;
      return `${open}>\n      <failure message="${escaped(`wanted ${wanted}; came ${came}`)}"/>\n    </testcase>`;
    });
    return [
      `  <testsuite name="${escaped(file)}" tests="${results.length}" failures="${failed}">`,
      ...cases,
      "  </testsuite>",
    ].join("\n");
  });
  return `<?xml version="1.0" encoding="UTF-8"?>\n<testsuites>\n${bodies.join("\n")}\n</testsuites>\n`;
}
