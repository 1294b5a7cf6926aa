/** SARIF 2.1.0, as code hosts show it beside the lines of a change. */

import { version } from "./version.js";

interface SarifFinding {
  readonly rule: string;
  readonly level: "error" | "warning" | "note";
  readonly place: { readonly file: string; readonly line: number; readonly column: number };
  readonly message: string;
}

export function sarifOf(findings: readonly SarifFinding[], rules: Readonly<Record<string, string>>): string {
  const listed = [...Object.entries(rules), ["error", "The policy does not compile."] as const];
  const log = {
    $schema: "https://json.schemastore.org/sarif-2.1.0.json",
    version: "2.1.0",
    runs: [
      {
        tool: {
          driver: {
            name: "permit0",
            version: version(),
            rules: listed.map(([id, text]) => ({ id, shortDescription: { text } })),
          },
        },
        columnKind: "utf16CodeUnits",
        results: findings.map(({ rule, level, place, message }) => ({
          ruleId: rule,
          level,
          message: { text: message },
          locations: [
            {
              physicalLocation: {
                artifactLocation: { uri: encodeURI(place.file.replaceAll("\\", "/")) },
                region: { startLine: place.line, startColumn: place.column },
              },
            },
          ],
        })),
      },
    ],
  };
  return `${JSON.stringify(log, null, 2)}\n`;
}
