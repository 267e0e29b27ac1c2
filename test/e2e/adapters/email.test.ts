import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import type { NatsConnection } from "nats";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import {
  startMailServer,
  type MailServer,
} from "../../../packages/adapters/src/email/far/mail-server.test.support.ts";
import { connectAsChecker } from "../../support/checker/stored.ts";
import { startFleet, type Fleet } from "../../support/fleet/fleet.ts";
import { publishEvent } from "./publish.ts";
import { deadOf, show, until, useConfig } from "./watching.ts";

let far: MailServer;
let fleet: Fleet;
let connection: NatsConnection;

beforeAll(async () => {
  far = await startMailServer();
  fleet = await startFleet({ env: { MAIL_PASSWORD: "right", WRONG_PASSWORD: "wrong" } });
  connection = await connectAsChecker(await fleet.hub());
  await writeFile(join(fleet.home, "ca.pem"), far.ca);
  await useConfig(fleet, entry("mail", "MAIL_PASSWORD"), ["mail"]);
});

afterAll(async () => {
  await connection.close();
  await fleet.close();
  await far.leave();
});

/** An account at the test's own server; the certificate and the password are named, not written. */
const entry = (name: string, password: string) =>
  [
    "[[adapter]]",
    `name = "${name}"`,
    'type = "email"',
    'host = "localhost"',
    `port = ${far.port}`,
    `ca = "file:${join(fleet.home, "ca.pem")}"`,
    'user = "fleet"',
    `password = "env:${password}"`,
    'from = "Fleet <fleet@example.com>"',
    'to = ["me@example.com"]',
    "",
  ].join("\n");
const publish = (id: string, kind: string, data: Readonly<Record<string, unknown>>) =>
  publishEvent(connection, { id, kind, data: { cli: "claude", ...data } });

describe("a fleet that mails", () => {
  test("[row 131] tells by TLS and AUTH what failed, and in its thread that it is over", async () => {
    await publish("01ke0000000000000000000001", "turn.failed", { error: "overloaded" });
    await until("the first mail", () => far.taken.length === 1);
    await publish("01ke0000000000000000000002", "turn.stopped", {});
    await until("the second mail", () => far.taken.length === 2);
    const [failed, over] = await Promise.all(far.taken.map((mail) => mail.parse()));
    expect(failed).toMatchObject({ subject: "lab/web failed", text: expect.stringContaining("overloaded") });
    expect(over).toMatchObject({ subject: "lab/web works again", references: failed?.references });
    expect(far.logins).toMatchObject([{ username: "fleet", password: "right" }]);
    const { last } = await show(fleet, "mail");
    expect(last.find(({ kind }) => kind === "turn.failed")).toMatchObject({
      state: "done",
      providerId: "4F2A1",
    });
  });

  test("[row 143] shows a log's last 10 KB and more, and attaches the whole of it", async () => {
    const tail = Array.from({ length: 2000 }, (_, n) => `line ${n + 1} of the log`).join("\n");
    const before = far.taken.length;
    await publish("01ke0000000000000000000003", "run.finished", {
      command: ["npm", "test"],
      exitCode: 1,
      tail,
    });
    await until("the mail", () => far.taken.length > before);
    const { text, files } = await far.taken[before]!.parse();
    expect(text.length).toBeGreaterThan(10 * 1024);
    expect(text).toContain(tail.slice(-10 * 1024));
    expect(text).not.toContain("line 2 of the log");
    expect(files.map(({ contentType }) => contentType)).toEqual(["text/plain"]);
    expect(Buffer.from(files[0]?.base64 ?? "", "base64").toString("utf8")).toBe(`${tail}\n`);
  });

  test("waits where the server says later, and buries what it refuses, with its words", async () => {
    far.next.push({ at: "rcpt", answer: "451 4.7.1 greylisted, come again" });
    const before = far.taken.length;
    await publish("01ke0000000000000000000004", "session.lost", {});
    await until("the mail after it waited", () => far.taken.length > before);
    expect(far.taken[before]?.messageId).toBe("<fleet.01ke0000000000000000000004@example.com>");

    await useConfig(fleet, entry("wrong", "WRONG_PASSWORD"), ["wrong"]);
    await publish("01ke0000000000000000000005", "turn.failed", { error: "overloaded" });
    await until("the dead letter", async () => (await deadOf(fleet, "wrong")).length > 0);
    expect(await deadOf(fleet, "wrong")).toMatchObject([
      { reason: expect.stringMatching(/sending mail: Invalid login: 535 .*authentication failed/) },
    ]);
  });
});
