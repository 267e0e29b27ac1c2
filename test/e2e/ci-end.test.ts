import { spawn } from "node:child_process";
import { once } from "node:events";
import { copyFile, mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, test } from "vitest";
import { root } from "../support/tree.ts";

/** What the steps run, in place of the real ones: some hang, one of them deaf to SIGTERM, in a shell below npm. */
const npm = `#!/bin/sh
case "$*" in
  *typecheck*) sh -c 'trap "" TERM; while :; do sleep 1; done' ;;
  *generate*) sleep 1000 ;;
  test) printf '\\nnot as it should be:\\nunit: it is not\\n\\n5 passed, 1 failed, 2 skipped\\n'; exit 1 ;;
esac
`;

test("the run of all checks ends though steps hang: they are named, the others run, and the sum is the last line", async () => {
  const folder = await mkdtemp(join(tmpdir(), "fleet-ci-end-"));
  try {
    for (const name of [".ci", "bin"]) await mkdir(join(folder, name));
    await copyFile(join(root, ".ci/run"), join(folder, ".ci/run"));
    const programs = { npm, node: "#!/bin/sh\necho v0\n", git: "#!/bin/sh\n" };
    for (const [name, text] of Object.entries(programs))
      await writeFile(join(folder, "bin", name), text, { mode: 0o755 });
    const env = { PATH: `${join(folder, "bin")}:${process.env["PATH"]}`, FLEET_CI_MINUTE: "1" };
    const child = spawn(join(folder, ".ci/run"), { env, timeout: 60_000, stdio: ["ignore", "pipe", "pipe"] });
    const out: Buffer[] = [];
    for (const stream of [child.stdout, child.stderr])
      stream.on("data", (chunk: Buffer) => void out.push(chunk));
    expect(await once(child, "close")).toEqual([1, null]);
    const said = Buffer.concat(out).toString();
    expect(said).toMatch(/^== types: FAILED: out of time, ended after 5 s \([56] s\)$/m);
    expect(said).toMatch(/^== generated files: FAILED: out of time, ended after 3 s \([34] s\)$/m);
    expect(said).toMatch(/^== benchmarks: ok /m);
    expect(said.split("\n").slice(-9)).toEqual([
      "not as it should be:",
      "unit: it is not",
      "",
      "failed: types: out of time, ended after 5 s",
      "failed: generated files: out of time, ended after 3 s",
      "failed: tests",
      "",
      "10 passed, 4 failed, 2 skipped",
      "",
    ]);
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
});
