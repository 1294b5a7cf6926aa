/** Reading the project's own source: which files there are, what they import, which names they use. */

import { readFileSync } from "node:fs";
import { join, posix } from "node:path";
import ts from "typescript";
import { ROOT, sourceFiles } from "../../tools/files.ts";

export interface SourceFile {
  /** From the root, with forward slashes. */
  readonly path: string;
  readonly text: string;
}

const TEXT_FILE =
  /\.(ts|mts|mjs|js|json|jsonl|md|yaml|yml|toml|txt|csv|cff|html|css)$|(^|\/)(run|LICENSE|\.[a-z]+)$/;

let cached: readonly SourceFile[] | undefined;

/** Every text file of the project. */
export function projectFiles(): readonly SourceFile[] {
  cached ??= sourceFiles()
    .filter((path) => TEXT_FILE.test(path))
    .map((path) => ({ path, text: readFileSync(join(ROOT, path), "utf8") }));
  return cached;
}

export function filesUnder(...prefixes: readonly string[]): SourceFile[] {
  return projectFiles().filter(({ path }) => prefixes.some((prefix) => path.startsWith(prefix)));
}

export function isCode(path: string): boolean {
  return path.endsWith(".ts") && !path.endsWith(".d.ts");
}

/** Import specifiers as written, type-only and dynamic ones included. */
export function specifiers(text: string): string[] {
  return ts.preProcessFile(text, true, true).importedFiles.map((file) => file.fileName);
}

/**
 * Where an import leads: for a relative one the path from the root without its extension, otherwise the
 * specifier itself ("node:fs", "yaml", "permit0/node").
 */
export function resolveImport(from: string, specifier: string): string {
  if (!specifier.startsWith(".")) return specifier;
  return withoutExtension(posix.join(posix.dirname(from), specifier));
}

export function withoutExtension(path: string): string {
  return path.replace(/\.(d\.ts|ts|js|mjs)$/, "");
}

export interface NamedUse {
  readonly name: string;
  /** 1-based. */
  readonly line: number;
}

/** Identifiers used in code, comments and strings left out; `a.b` also appears as the name "a.b". */
export function namesUsed(text: string): NamedUse[] {
  const source = ts.createSourceFile("file.ts", text, ts.ScriptTarget.ESNext, true);
  const found: NamedUse[] = [];
  const visit = (node: ts.Node): void => {
    const line = source.getLineAndCharacterOfPosition(node.getStart(source)).line + 1;
    if (ts.isIdentifier(node) && !isPropertyName(node)) found.push({ name: node.text, line });
    if (ts.isPropertyAccessExpression(node) && ts.isIdentifier(node.expression)) {
      found.push({ name: `${node.expression.text}.${node.name.text}`, line });
    }
    ts.forEachChild(node, visit);
  };
  visit(source);
  return found;
}

/** True for the `b` of `a.b` and for keys: they name a member of something, not the global of that name. */
function isPropertyName(node: ts.Identifier): boolean {
  const parent = node.parent;
  if (ts.isPropertyAccessExpression(parent)) return parent.name === node;
  if (ts.isPropertyAssignment(parent) || ts.isPropertySignature(parent) || ts.isMethodSignature(parent)) {
    return parent.name === node;
  }
  return false;
}

/** Names a file exports, types included; `export *` is reported as "*". */
export function exportedNames(text: string): string[] {
  const source = ts.createSourceFile("file.ts", text, ts.ScriptTarget.ESNext, true);
  return source.statements.flatMap((statement) => {
    if (ts.isExportDeclaration(statement)) {
      if (!statement.exportClause) return ["*"];
      if (ts.isNamespaceExport(statement.exportClause)) return [statement.exportClause.name.text];
      return statement.exportClause.elements.map((element) => element.name.text);
    }
    const modifiers = ts.canHaveModifiers(statement) ? ts.getModifiers(statement) : undefined;
    if (!modifiers?.some((modifier) => modifier.kind === ts.SyntaxKind.ExportKeyword)) return [];
    if (ts.isVariableStatement(statement)) {
      return statement.declarationList.declarations.map((declaration) => declaration.name.getText(source));
    }
    const { name } = statement as { name?: ts.Identifier };
    return [name ? name.text : "default"];
  });
}
