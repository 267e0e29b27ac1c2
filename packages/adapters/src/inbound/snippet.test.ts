import { execFile } from "node:child_process";
import { readFile } from "node:fs/promises";
import { promisify } from "node:util";
import { expect, test } from "vitest";
import { listener } from "./bench.test.support.ts";
import { key } from "./sender.test.support.ts";

const run = promisify(execFile);

/** The commands of the documentation. */
async function snippet(): Promise<string> {
  const page = await readFile(new URL("../../../../docs/inbound.md", import.meta.url), "utf8");
  return /^```sh\n([^]*?)^```$/m.exec(page)?.[1] ?? "exit 9";
}

test("the commands that docs/inbound.md shows send what is taken", async () => {
  const { url, seen, takeAll } = await listener();
  takeAll();
  const env = { ...process.env, FLEET_INBOUND_URL: url, FLEET_INBOUND_SECRET: key };
  const first = await run("sh", ["-euc", await snippet()], { env });
  expect(JSON.parse(first.stdout)).toEqual({ id: "01m", to: "lab/web", line: "→ lab/web: stored" });
  const quota = JSON.stringify({ quota: { adapter: "sms", daily: 3 } });
  await run("sh", ["-euc", await snippet(), "sh", quota], { env });
  expect(seen.map(({ said }) => said)).toEqual([
    { type: "text", text: "the deploy is done: check the logs", to: "lab/web" },
    { type: "quota", adapter: "sms", daily: 3 },
  ]);
});

test("the commands that docs/inbound.md shows fail where nothing was taken, and say with which code", async () => {
  const { url, seen, takeAll } = await listener();
  takeAll();
  const wrong = `${key.slice(0, -4)}AAA=`;
  const env = { ...process.env, FLEET_INBOUND_URL: url, FLEET_INBOUND_SECRET: wrong };
  const refused = { code: 22, stdout: "", stderr: expect.stringContaining("HTTP 401\n") };
  await expect(run("sh", ["-euc", await snippet()], { env })).rejects.toMatchObject(refused);
  const unread = {
    code: 22,
    stdout: expect.stringMatching(/\S/),
    stderr: expect.stringContaining("HTTP 400\n"),
  };
  const right = { ...env, FLEET_INBOUND_SECRET: key };
  await expect(run("sh", ["-euc", await snippet(), "sh", "{}"], { env: right })).rejects.toMatchObject(
    unread,
  );
  expect(seen).toEqual([]);
});
