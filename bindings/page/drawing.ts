/** Two small drawings of the tree: its edge, and the way from an entry to a checkpoint. */

import { grouped } from "../src/explain.ts";
import { svg } from "./dom.ts";
import type { PathFacts, Peak } from "./messages.ts";

const short = (digest: string): string => digest.slice(0, 8);
const rangeText = (from: number, to: number): string =>
  to - from === 1 ? `entry ${grouped(from)}` : `${grouped(from)} – ${grouped(to - 1)}`;

const PEAK_WIDTH = 116;
const PEAK_GAP = 12;
const TRIANGLE = { top: 74, least: 22, level: 7, most: 110 };

/** The perfect subtrees whose roots make the root of the log. */
export function peaksDrawing(peaks: readonly Peak[], root: string): SVGSVGElement {
  const width = Math.max(240, peaks.length * (PEAK_WIDTH + PEAK_GAP) + PEAK_GAP);
  const left = (width - peaks.length * (PEAK_WIDTH + PEAK_GAP) + PEAK_GAP) / 2;
  const heightOf = ({ from, to }: Peak): number =>
    Math.min(TRIANGLE.most, TRIANGLE.least + TRIANGLE.level * Math.log2(to - from));
  const height = TRIANGLE.top + Math.max(...peaks.map(heightOf), TRIANGLE.least) + 40;
  const middle = width / 2;
  return svg(
    "svg",
    {
      class: "peaks",
      viewBox: `0 0 ${width} ${height}`,
      width,
      height,
      role: "img",
      "aria-label": `The tree has ${peaks.length} perfect subtrees under the root ${short(root)}`,
    },
    ...peaks.flatMap((peak, at) => {
      const x = left + at * (PEAK_WIDTH + PEAK_GAP) + PEAK_WIDTH / 2;
      const bottom = TRIANGLE.top + heightOf(peak);
      const half = Math.min(PEAK_WIDTH / 2, 10 + 3 * Math.log2(peak.to - peak.from));
      return [
        svg("path", { class: "edge", d: `M${middle} 34 C${middle} 56 ${x} 46 ${x} ${TRIANGLE.top}` }),
        svg("path", {
          class: "subtree",
          d: `M${x} ${TRIANGLE.top} L${x + half} ${bottom} L${x - half} ${bottom} Z`,
        }),
        svg("text", { x, y: bottom + 15 }, rangeText(peak.from, peak.to)),
        svg("text", { class: "hash", x, y: bottom + 30 }, short(peak.hash)),
      ];
    }),
    svg("rect", { class: "node root", x: middle - 62, y: 6, width: 124, height: 28, rx: 4 }),
    svg("text", { class: "hash", x: middle, y: 24 }, `root ${short(root)}`),
  );
}

const LEVEL = 52;
const NODE = { width: 132, height: 34 };
const SPINE = 214;
const ASIDE = 145;
const PATH_WIDTH = 2 * SPINE;

/** From the leaf at the bottom, with its neighbour at each level, up to the root and who signed it. */
export function pathDrawing({ index, size, leaf, steps, root, checkpoint, isMet }: PathFacts): SVGSVGElement {
  const height = (steps.length + 2) * LEVEL + 8;
  const yOf = (level: number): number => height - LEVEL * (level + 1) + 8;
  const box = (x: number, level: number, kind: string, top: string, bottom: string): SVGGElement =>
    svg(
      "g",
      { class: kind },
      svg("rect", {
        class: "node",
        x: x - NODE.width / 2,
        y: yOf(level),
        width: NODE.width,
        height: NODE.height,
        rx: 4,
      }),
      svg("text", { x, y: yOf(level) + 14 }, top),
      svg("text", { class: "hash", x, y: yOf(level) + 28 }, bottom),
    );
  const edges: SVGPathElement[] = [];
  const boxes: SVGGElement[] = [box(SPINE, 0, "own", rangeText(index, index + 1), short(leaf))];
  steps.forEach(({ from, to, side, sibling, result }, at) => {
    const x = side === "left" ? SPINE - ASIDE : SPINE + ASIDE;
    const isLast = at === steps.length - 1;
    const line = (start: number): SVGPathElement =>
      svg("path", { class: "edge", d: `M${start} ${yOf(at)} L${SPINE} ${yOf(at + 1) + NODE.height}` });
    edges.push(line(SPINE), line(x));
    boxes.push(box(x, at, "sibling", rangeText(from, to), short(sibling)));
    boxes.push(
      box(SPINE, at + 1, isLast ? "own root" : "own", isLast ? "root" : `level ${at + 1}`, short(result)),
    );
  });
  const top = steps.length + 1;
  edges.push(
    svg("path", {
      class: isMet ? "edge" : "edge broken",
      d: `M${SPINE} ${yOf(top - 1)} L${SPINE} ${yOf(top) + NODE.height}`,
    }),
  );
  boxes.push(
    checkpoint === undefined
      ? box(SPINE, top, "nothing", "no checkpoint", "over this entry")
      : box(
          SPINE,
          top,
          isMet ? "checkpoint" : "broken",
          `checkpoint ${grouped(size)}`,
          short(checkpoint.root),
        ),
  );
  return svg(
    "svg",
    {
      class: "path",
      viewBox: `0 0 ${PATH_WIDTH} ${height}`,
      width: PATH_WIDTH,
      height,
      role: "img",
      "aria-label": `Path of ${steps.length} hashes from entry ${index} to the root ${short(root)}`,
    },
    ...edges,
    ...boxes,
  );
}
