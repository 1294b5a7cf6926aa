import { readFileSync } from "node:fs";
import { openProbe } from "../test/detect/probe.ts";
import { readDetectors } from "./detectors.ts";
const p = openProbe();
const d = readDetectors(readFileSync("taxonomy/detectors.yaml","utf8"));
let bad=0;
for (const x of d.detectors) {
  if (["note","address","telephone"].includes(x.check??"")) continue;
  for (const t of x.yes??[]) { const m=p.marks({x:t}); if(!m.includes(x.mark)) {bad++; console.log("MISS",x.id,JSON.stringify(t),m);} }
  for (const t of x.no??[]) { const m=p.marks({x:t}); if(m.includes(x.mark)) {bad++; console.log("FALSE",x.id,JSON.stringify(t),m);} }
}
console.log("bad",bad);
