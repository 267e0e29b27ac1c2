import { execFile } from "node:child_process";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { expect, test } from "vitest";

const run = promisify(execFile);
const bin = fileURLToPath(new URL("../bin/fleet.mjs", import.meta.url));

test("a Node that is too old is named with what is needed, and nothing is loaded", async () => {
  const older = "data:text/javascript,process.getBuiltinModule=undefined";
  await expect(run(process.execPath, [`--import=${older}`, bin, "version"])).rejects.toMatchObject({
    code: 8,
    stdout: "",
    stderr: `fleet: needs Node 20.20 or newer; this is ${process.versions.node}\n`,
  });
});
