/** Checks on prose: links lead somewhere, and what the code can say is written down. */

import { posix } from "node:path";
import type { SourceFile } from "./sources.ts";

/** GitHub's anchor for a heading: lower case, punctuation dropped, spaces to hyphens, repeats numbered. */
export function anchors(markdown: string): Set<string> {
  const seen = new Map<string, number>();
  const found = new Set<string>();
  for (const line of withoutFences(markdown)) {
    const heading = /^#{1,6}\s+(.*?)\s*#*$/.exec(line)?.[1];
    if (heading === undefined) continue;
    const slug = heading
      .replace(/`|\*|\[([^\]]*)\]\([^)]*\)/g, "$1")
      .toLowerCase()
      .replace(/[^\p{L}\p{N}\s_-]/gu, "")
      .replace(/\s/g, "-");
    const repeats = seen.get(slug) ?? 0;
    seen.set(slug, repeats + 1);
    found.add(repeats === 0 ? slug : `${slug}-${repeats}`);
  }
  return found;
}

function withoutFences(markdown: string): string[] {
  let fenced = false;
  return markdown.split("\n").map((line) => {
    if (/^\s*(```|~~~)/.test(line)) {
      fenced = !fenced;
      return "";
    }
    return fenced ? "" : line;
  });
}

interface Link {
  readonly line: number;
  readonly target: string;
}

function links(markdown: string): Link[] {
  return withoutFences(markdown).flatMap((line, at) => {
    const plain = line.replace(/`[^`]*`/g, "");
    return [...plain.matchAll(/\]\(([^)\s]+)\)/g)].map((match) => ({ line: at + 1, target: match[1] ?? "" }));
  });
}

/** Links of Markdown files that lead nowhere. `exists` knows every file and folder of the project. */
export function linkFaults(files: readonly SourceFile[], exists: (path: string) => boolean): string[] {
  const pages = new Map(files.map((file) => [file.path, file.text]));
  return files.flatMap(({ path, text }) =>
    links(text).flatMap(({ line, target }) => {
      if (/^[a-z][a-z0-9+.-]*:/i.test(target)) return [];
      const [file = "", anchor] = decodeURI(target).split("#");
      const found = file === "" ? path : posix.normalize(posix.join(posix.dirname(path), file));
      if (found.startsWith("..") || !exists(found.replace(/\/$/, ""))) {
        return [`${path}:${line}: ${target}: no such file`];
      }
      const page = pages.get(found);
      if (anchor === undefined || page === undefined || anchors(page).has(anchor)) return [];
      return [`${path}:${line}: ${target}: no such heading`];
    }),
  );
}

/** Codes that no page mentions as code, in backticks. */
export function undocumented(codes: readonly string[], pages: readonly SourceFile[]): string[] {
  return codes.filter((code) => !pages.some(({ text }) => text.includes(`\`${code}\``)));
}

/** Packages of a manifest whose row in a dependency table is missing or names another version. */
export function dependencyFaults(versions: Readonly<Record<string, string>>, page: string): string[] {
  const rows = new Map<string, string>();
  for (const line of page.split("\n")) {
    const [, name, version] = /^\| ([^ |]+) \| ([^|]+?) \|/.exec(line) ?? [];
    if (name !== undefined && version !== undefined) rows.set(name, version);
  }
  return Object.entries(versions).flatMap(([name, version]) => {
    const documented = rows.get(name);
    // A package of this repository has a path for a version.
    if (version.startsWith("file:")) return documented === undefined ? [`${name}: no row`] : [];
    if (!/^\d+\.\d+\.\d+(-[a-z0-9.]+)?$/.test(version))
      return [`${name}: wanted an exact version, found ${version}`];
    if (documented === version) return [];
    return [`${name}: package.json says ${version}, the page ${documented ?? "nothing"}`];
  });
}
