/** The look of the summary. Its digest stands in the page's policy, so it is one text and never part of another. */

export const STYLE_SHEET = `
:root { --ink: #1b1f24; --soft: #57606a; --line: #d4dae0; --paper: #ffffff; --shade: #f4f6f8; --accent: #1f3a5f; --bar: #5b7ea8;
  --allow: #17663a; --allow-back: #e2f3e8; --review: #7a4d00; --review-back: #fff0cc; --deny: #9b1c26; --deny-back: #fbe3e5; --shadow: #3d2c00; --shadow-back: #ffd166; }
@media (prefers-color-scheme: dark) { :root { --ink: #e6e9ed; --soft: #9aa4af; --line: #343c46; --paper: #14181d; --shade: #1c2229; --accent: #a9c6ea; --bar: #5b7ea8;
  --allow: #7fd6a2; --allow-back: #16301f; --review: #f1c15d; --review-back: #382a08; --deny: #ff9aa2; --deny-back: #3d171b; --shadow: #2b1f00; --shadow-back: #ffd166; } }
* { box-sizing: border-box; }
body { margin: 0; background: var(--paper); color: var(--ink); font: 15px/1.5 system-ui, -apple-system, "Segoe UI", "Helvetica Neue", Arial, sans-serif; }
main { max-width: 72rem; margin: 0 auto; padding: 2.5rem 1.5rem 4rem; }
code { font: 0.92em/1.4 ui-monospace, "SF Mono", Menlo, Consolas, "Liberation Mono", monospace; overflow-wrap: anywhere; unicode-bidi: isolate; }
.kind { margin: 0; color: var(--soft); font-size: 0.8rem; letter-spacing: 0.08em; text-transform: uppercase; }
h1 { margin: 0.2rem 0 1.2rem; color: var(--accent); font-size: 1.9rem; line-height: 1.2; }
h2 { margin: 0; color: var(--accent); font-size: 1.15rem; }
dl { display: grid; grid-template-columns: max-content 1fr; gap: 0.35rem 1.5rem; margin: 0; }
dt { color: var(--soft); }
dd { margin: 0; }
.answer { padding: 0.05rem 0.5rem; border-radius: 0.25rem; margin-right: 0.35rem; }
.good { color: var(--allow); background: var(--allow-back); }
.doubt { color: var(--review); background: var(--review-back); }
.bad { color: var(--deny); background: var(--deny-back); }
.warnings { margin: 1.5rem 0 0; padding: 0.9rem 1rem 0.9rem 2.2rem; border-left: 0.35rem solid var(--shadow-back); background: var(--review-back); }
.tiles { display: grid; grid-template-columns: repeat(auto-fit, minmax(7rem, 1fr)); gap: 0.6rem; margin: 1.5rem 0 0; padding: 0; list-style: none; }
.tile { padding: 0.7rem 0.9rem; border: 1px solid var(--line); border-radius: 0.4rem; background: var(--shade); }
.tile b { display: block; font-size: 1.6rem; line-height: 1.2; font-variant-numeric: tabular-nums; }
.tile span { color: var(--soft); font-size: 0.85rem; }
.tile.allow b { color: var(--allow); }
.tile.review b { color: var(--review); }
.tile.deny b { color: var(--deny); }
.tile.shadow { background: var(--shadow-back); border-color: var(--shadow-back); }
.tile.shadow b, .tile.shadow span { color: var(--shadow); }
section { margin-top: 2.2rem; }
.note { margin: 0.1rem 0 0.6rem; color: var(--soft); font-size: 0.88rem; }
table { width: 100%; border-collapse: collapse; font-size: 0.88rem; }
th, td { padding: 0.35rem 0.6rem; text-align: left; vertical-align: top; border-bottom: 1px solid var(--line); }
th { color: var(--soft); font-weight: 600; border-bottom-width: 2px; }
.n { text-align: right; white-space: nowrap; font-variant-numeric: tabular-nums; }
.name { min-width: 6rem; overflow-wrap: anywhere; }
em { color: var(--soft); }
.time { white-space: nowrap; font-variant-numeric: tabular-nums; }
.digest { min-width: 12rem; }
.bar { width: 20%; }
.bar svg { display: block; width: 100%; height: 0.6rem; margin-top: 0.35rem; background: var(--shade); }
.bar rect { fill: var(--bar); }
.loud { background: var(--shadow-back); color: var(--shadow); font-weight: 700; }
.mark { display: inline-block; padding: 0 0.45rem; border-radius: 0.25rem; font-weight: 600; white-space: nowrap; }
.mark.allow { color: var(--allow); background: var(--allow-back); }
.mark.review { color: var(--review); background: var(--review-back); }
.mark.deny { color: var(--deny); background: var(--deny-back); }
.mark.shadow { color: var(--shadow); background: var(--shadow-back); }
.list { font-size: 0.82rem; }
.list .name { min-width: 11rem; }
.list td:first-child { white-space: nowrap; }
.why { min-width: 12rem; }
footer { margin-top: 2.5rem; padding-top: 0.8rem; border-top: 1px solid var(--line); color: var(--soft); font-size: 0.82rem; }
@media print {
  :root { --ink: #000000; --soft: #444444; --line: #bbbbbb; --paper: #ffffff; --shade: #f4f6f8; --accent: #1f3a5f;
    --allow: #17663a; --allow-back: #e2f3e8; --review: #7a4d00; --review-back: #fff0cc; --deny: #9b1c26; --deny-back: #fbe3e5; --shadow: #3d2c00; }
  * { print-color-adjust: exact; -webkit-print-color-adjust: exact; }
  body { font-size: 9.5pt; }
  main { max-width: none; padding: 0; }
  h2 { break-after: avoid; }
  .note { break-after: avoid; }
  thead { display: table-header-group; }
  tr, .tile, .warnings { break-inside: avoid; }
}
@page { margin: 14mm; }
`;
