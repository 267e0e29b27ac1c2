import { build } from "esbuild";
import { expect, test } from "vitest";
import { fileURLToPath } from "node:url";

const core = fileURLToPath(new URL("../../packages/core/src/", import.meta.url));

test.each(["event/encode.ts", "message/encode.ts", "message/receipt-encode.ts"])(
  "%s brings no schema library along: who only writes loads only what writes",
  async (entry) => {
    const options = { bundle: true, platform: "node", format: "esm", write: false, metafile: true } as const;
    const { metafile } = await build({ ...options, entryPoints: [`${core}${entry}`] });
    const inputs = Object.keys(metafile.inputs);
    expect(inputs.some((input) => input.endsWith("event/envelope.ts"))).toBe(true);
    expect(inputs.filter((input) => input.includes("node_modules"))).toEqual([]);
  },
);
