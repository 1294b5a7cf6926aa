/**
 * Elements of the page. There is no way from here to markup: text becomes text nodes, and everything that comes from a log
 * is spelt out where it could not be seen or would move what stands around it.
 */

import { shown } from "../evidence/report/text.ts";

export type Child = Node | string | number | undefined;

/** Attributes that load, run or style something are none of these. */
interface Attributes {
  readonly [name: `aria-${string}`]: string;
  readonly [name: `data-${string}`]: string;
  readonly class?: string;
  readonly id?: string;
  readonly role?: string;
  readonly scope?: string;
  readonly colspan?: string;
  readonly tabindex?: string;
  readonly title?: string;
  readonly type?: string;
  readonly value?: string;
  readonly datetime?: string;
  readonly open?: string;
  readonly for?: string;
  readonly placeholder?: string;
  readonly max?: string;
  readonly autocomplete?: string;
  readonly spellcheck?: string;
}

export function h<K extends keyof HTMLElementTagNameMap>(
  tag: K,
  attributes: Attributes = {},
  ...children: readonly Child[]
): HTMLElementTagNameMap[K] {
  return filled(document.createElement(tag), attributes as Readonly<Record<string, string>>, children);
}

/** Of a drawing: numbers and fixed words only, so any name is allowed. */
export function svg<K extends keyof SVGElementTagNameMap>(
  tag: K,
  attributes: Readonly<Record<string, string | number>> = {},
  ...children: readonly Child[]
): SVGElementTagNameMap[K] {
  return filled(document.createElementNS("http://www.w3.org/2000/svg", tag), attributes, children);
}

function filled<E extends Element>(
  element: E,
  attributes: Readonly<Record<string, string | number>>,
  children: readonly Child[],
): E {
  for (const [name, value] of Object.entries(attributes)) element.setAttribute(name, shown(String(value)));
  element.append(...nodesOf(children));
  return element;
}

function nodesOf(children: readonly Child[]): (Node | string)[] {
  return children.flatMap((child) => {
    if (child === undefined) return [];
    return [typeof child === "object" ? child : shown(String(child))];
  });
}

/** Puts children in the place of those that an element has. */
export function fill(element: Element, ...children: readonly Child[]): void {
  element.replaceChildren(...nodesOf(children));
}

export function byId<E extends HTMLElement = HTMLElement>(id: string): E {
  const element = document.getElementById(id);
  if (element === null) throw new Error(`the page has no ${id}`);
  return element as E;
}

/** Text from a log or a digest, in letters of one width. */
export function code(text: string): HTMLElement {
  return h("code", {}, text);
}

function listOf(value: Child | readonly Child[]): readonly Child[] {
  return Array.isArray(value) ? value : [value as Child];
}

/** A list of terms; those without a value are left out. */
export function terms(
  lines: readonly (readonly [term: string, value: Child | readonly Child[]])[],
): HTMLDListElement {
  return h(
    "dl",
    {},
    ...lines
      .filter(([, value]) => value !== undefined && value !== "")
      .flatMap(([term, value]) => [h("dt", {}, term), h("dd", {}, ...listOf(value))]),
  );
}

/** A table. A head that ends in `#` is of numbers; a row of one cell goes on with the row above it. */
export function table(
  heads: readonly string[],
  rows: readonly (readonly (Child | readonly Child[])[])[],
  attributes: Attributes = {},
): HTMLTableElement {
  const isNumber = (at: number): boolean => heads[at]?.endsWith("#") === true;
  const cell = (value: Child | readonly Child[], at: number): HTMLTableCellElement =>
    h("td", isNumber(at) ? { class: "n" } : {}, ...listOf(value));
  return h(
    "table",
    attributes,
    h(
      "thead",
      {},
      h(
        "tr",
        {},
        ...heads.map((head, at) =>
          h("th", { scope: "col", ...(isNumber(at) ? { class: "n" } : {}) }, head.replace(/#$/, "")),
        ),
      ),
    ),
    h(
      "tbody",
      {},
      ...rows.map((row) =>
        row.length === 1 && heads.length > 1
          ? h("tr", { class: "under" }, h("td", { colspan: String(heads.length) }, ...listOf(row[0])))
          : h("tr", {}, ...row.map(cell)),
      ),
    ),
  );
}

/** A button of its own words. */
export function button(text: string, act: () => void, attributes: Attributes = {}): HTMLButtonElement {
  const made = h("button", { type: "button", ...attributes }, text);
  made.addEventListener("click", act);
  return made;
}

export function mark(word: string): HTMLElement {
  return h("span", { class: `mark ${/^[a-z]+$/.test(word) ? word : ""}` }, word);
}
