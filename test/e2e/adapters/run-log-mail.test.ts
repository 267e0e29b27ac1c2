import { randomBytes } from "node:crypto";
import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { gunzipSync } from "node:zlib";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import {
  startMailServer,
  type MailServer,
  type ParsedMail,
} from "../../../packages/adapters/src/email/far/mail-server.test.support.ts";
import { fleetCommand } from "../../support/fleet/command.ts";
import { startFleet, type Fleet } from "../../support/fleet/fleet.ts";
import { startCommand } from "../../support/fleet/running.ts";
import { endOfRun } from "../../support/fleet/runs.ts";
import { until, useConfig } from "./watching.ts";

const key = randomBytes(32).toString("base64");
let far: MailServer;
/** Takes mails of up to 100 kB. */
let small: MailServer;
let fleet: Fleet;

beforeAll(async () => {
  [far, small] = await Promise.all([startMailServer(), startMailServer({ size: 100_000 })]);
  fleet = await startFleet({ env: { MAIL_PASSWORD: "right", LOG_KEY: key } });
  const accounts = await Promise.all([account("mail", far), account("small", small)]);
  await useConfig(fleet, [...accounts, '[run]\nkey = "env:LOG_KEY"', ""].join("\n"), ["mail", "small"]);
});
afterAll(async () => {
  await fleet?.close();
  await Promise.all([far?.leave(), small?.leave()]);
});

async function account(name: string, server: MailServer): Promise<string> {
  const ca = join(fleet.home, `${name}.pem`);
  await writeFile(ca, server.ca);
  const keys = [
    ...[`name = "${name}"`, 'type = "email"', 'on = ["run.finished"]', 'host = "localhost"'],
    ...[`port = ${server.port}`, `ca = "file:${ca}"`, 'user = "fleet"', 'password = "env:MAIL_PASSWORD"'],
    ...['from = "Fleet <fleet@example.com>"', `to = ["${name}@example.com"]`],
  ];
  return `[[adapter]]\n${keys.join("\n")}\n`;
}

/** Runs a script with its full log for one adapter. */
function run(title: string, script: string, { to = "mail", logKey = key } = {}) {
  const flags = ["--title", title, "--to", to, "--attach", "full"];
  return fleetCommand(fleet, ["run", ...flags, "--", "sh", "-c", script], { env: { LOG_KEY: logKey } });
}

/** The one mail about that run. */
async function mailOf(title: string, server = far): Promise<ParsedMail> {
  const about = () => server.taken.filter(({ raw }) => raw.includes(`Subject: ${title}: exit`));
  await until(`the mail of ${title}`, () => about().length > 0);
  expect(about()).toHaveLength(1);
  return about()[0]!.parse();
}

const bytesOf = ({ files }: ParsedMail) => Buffer.from(files[0]?.base64 ?? "", "base64");

describe("the full log of a run, for the mail", () => {
  test("[row 143] is attached as it is where it is short, deciphered with the daemon's key", async () => {
    const ran = await run("short", "seq 1 30000; exit 7");
    expect(ran.code).toBe(7);
    const mail = await mailOf("short");
    const { run: id, logRef, attach } = await endOfRun(fleet, "short");
    expect([logRef, attach]).toEqual([`runs/${String(id)}`, "full"]);
    expect(mail.files.map(({ filename, contentType }) => [filename, contentType])).toEqual([
      [`run-${String(id)}.log`, "text/plain"],
    ]);
    expect(bytesOf(mail).toString()).toBe(ran.stdout);
    expect(mail.text).toContain(
      `Full log: run-${String(id)}.log (168.9 kB); fleet run log ${String(id)} prints it`,
    );
    expect(mail.text).toContain("\n29999\n30000");
  });

  test("is compressed where it is long; what of 70 MB no log holds is said", async () => {
    const ran = await run("long", "yes 'line of the log' | head -c 70000000");
    expect(ran.code).toBe(0);
    const mail = await mailOf("long");
    expect(mail.files[0]).toMatchObject({ contentType: "application/gzip" });
    expect(mail.files[0]?.filename).toMatch(/^run-\w+\.log\.gz$/);
    const log = gunzipSync(bytesOf(mail));
    expect(log.length).toBe(64 * 1024 * 1024);
    expect(log.equals(Buffer.from(ran.stdout.slice(0, log.length)))).toBe(true);
    expect(mail.text).toMatch(
      /\.log\.gz \([\d.]+ kB, of 67\.1 MB\), without the last 2\.9 MB of the output; fleet run log/,
    );
  });

  test("is left out where it is larger than the cap, which the mail says beside the tail", async () => {
    const noise = 'node:crypto").randomBytes(70e6)';
    const script = `${process.execPath} -e 'process.stdout.write(require("${noise})'; echo; echo the end; exit 3`;
    expect((await run("noise", script)).code).toBe(3);
    const mail = await mailOf("noise");
    const { run: id } = await endOfRun(fleet, "noise");
    expect(mail.files).toEqual([]);
    expect(mail.text).toContain(
      `Full log not attached: it has more than 7000000 bytes, compressed too; fleet run log ${String(id)} prints it`,
    );
    expect(mail.text).toContain("the end");
  });

  test("is left out where the server finds the mail too large, which a second mail says in its words", async () => {
    await run("narrow", "seq 1 30000", { to: "small" });
    const mail = await mailOf("narrow", small);
    expect(mail.files).toEqual([]);
    expect(mail.text).toMatch(
      /Full log not attached: sending mail: .*(size|too big).*; fleet run log \w+ prints it/i,
    );
    expect(mail.text).toContain("\n29999\n30000");
  });

  test("is left out where the daemon has another key, and why is said", async () => {
    await run("foreign", "echo the tail", { logKey: randomBytes(32).toString("hex") });
    const mail = await mailOf("foreign");
    expect(mail.files).toEqual([]);
    expect(mail.text).toContain("Full log not attached: reading the log: it is encrypted with another key");
    expect(mail.text).toContain("the tail");
  });

  test("comes with the mail after the server was killed meanwhile", async () => {
    const go = join(fleet.home, "go");
    const script = `seq 1 20000; echo before; until [ -e '${go}' ]; do sleep 0.05; done; echo after`;
    const flags = ["--title", "outage", "--to", "mail", "--attach", "full"];
    const running = startCommand(fleet, ["run", ...flags, "--", "sh", "-c", script], { LOG_KEY: key });
    await running.until(/before/);
    process.kill(await fleet.serverPid(), "SIGKILL");
    await writeFile(go, "");
    expect(await running.end("SIGCONT")).toBe(0);
    const mail = await mailOf("outage");
    expect(bytesOf(mail).toString()).toBe(running.stdout());
    expect(mail.text).toMatch(/before\nafter\s*$/);
  });

  test("is not kept and not attached without being asked for, and needs to be kept", async () => {
    await fleetCommand(fleet, ["run", "--title", "plain", "--to", "mail", "--", "echo", "x"]);
    const mail = await mailOf("plain");
    expect([mail.files, mail.text.includes("Full log")]).toEqual([[], false]);
    const refused = await fleetCommand(fleet, [
      "run",
      "--attach",
      "full",
      "--log",
      "tail",
      "--",
      "echo",
      "x",
    ]);
    expect(refused).toMatchObject({ code: 125, stdout: "" });
    expect(refused.stderr).toContain("--attach full needs --log full");
  });
});
