import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import {
  startMailServer,
  type MailServer,
} from "../../../packages/adapters/src/email/far/mail-server.test.support.ts";
import { fleetCommand } from "../../support/fleet/command.ts";
import { startFleet, type Fleet } from "../../support/fleet/fleet.ts";
import { until, useConfig } from "./watching.ts";

let far: MailServer;
let fleet: Fleet;

beforeAll(async () => {
  far = await startMailServer();
  fleet = await startFleet({ env: { MAIL_PASSWORD: "right" } });
  await writeFile(join(fleet.home, "ca.pem"), far.ca);
  await useConfig(fleet, [account("mail", '"turn.failed"'), account("other", '"run.finished"')].join("\n"), [
    "mail",
    "other",
  ]);
});
afterAll(async () => {
  await fleet?.close();
  await far?.leave();
});

const account = (name: string, on: string) =>
  [
    "[[adapter]]",
    `name = "${name}"`,
    `on = [${on}]`,
    'type = "email"',
    'host = "localhost"',
    `port = ${far.port}`,
    `ca = "file:${join(fleet.home, "ca.pem")}"`,
    'user = "fleet"',
    'password = "env:MAIL_PASSWORD"',
    'from = "Fleet <fleet@example.com>"',
    `to = ["${name}@example.com"]`,
    "",
  ].join("\n");

/** 20 KB of lines, then exit 7. */
const script = "i=0; while [ $i -lt 1500 ]; do echo line $i of the log; i=$((i+1)); done; exit 7";
const run = (...flags: readonly string[]) => fleetCommand(fleet, ["run", ...flags, "--", "sh", "-c", script]);

describe("fleet run with a mail account", () => {
  test("[row 28] exits 7, and the mail holds the last 10 KB of output; --to names who is told", async () => {
    const ran = await run("--title", "nightly build", "--to", "mail");
    expect(ran.code).toBe(7);
    await until("the mail", () => far.taken.length > 0);
    const { subject, text } = await far.taken[0]!.parse();
    expect(subject).toContain("nightly build: exit 7");
    const output = ran.stdout.replaceAll("\r\n", "\n");
    expect(text).toContain(output.trim().slice(-9 * 1024));
    expect(text).not.toContain("line 2 of the log\n");
    expect(far.taken).toHaveLength(1);
    expect(far.taken[0]?.to ?? []).toEqual(["mail@example.com"]);
  });

  test("with the server killed meanwhile the same mail arrives after", async () => {
    const before = far.taken.length;
    process.kill(await fleet.serverPid(), "SIGKILL");
    expect((await run("--title", "in the dark", "--to", "mail")).code).toBe(7);
    await until("the mail", () => far.taken.length > before);
    const { subject, text } = await far.taken[before]!.parse();
    expect(subject).toContain("in the dark: exit 7");
    expect(text).toContain("line 1499 of the log");
    expect(far.taken).toHaveLength(before + 1);
  });
});
