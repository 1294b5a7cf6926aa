/** Asks for the keys of many subjects, as fast as it can, and prints them. Started several times at once. */

import { SubjectKeyFolder } from "../../bindings/hosts/subject-keys.ts";
import { hex } from "../../bindings/src/sha256.ts";

const [folder = "", count = "0"] = process.argv.slice(2);
const keys = new SubjectKeyFolder(folder);
for (let at = 0; at < Number(count); at++) console.log(hex(keys.make(keys.idOf(`subject ${at}`))));
