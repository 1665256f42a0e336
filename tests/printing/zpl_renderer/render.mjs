// Reads [{zpl, width, height, dpmm}] as JSON on the standard input, writes their PNGs as base64 in JSON.
import { readFileSync } from "node:fs";
import { ready } from "zpl-renderer-js";

const { api } = await ready;
const drawn = [];
for (const { zpl, width, height, dpmm } of JSON.parse(readFileSync(0, "utf8"))) {
  drawn.push(await api.zplToBase64Async(zpl, width, height, dpmm));
}
process.stdout.write(JSON.stringify(drawn), () => process.exit(0));
