import { mkdtemp, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { publishSchema } from "@fleetbus/core/api";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { refuse, startStandIn, type StandIn } from "../../stand-in.test.support.ts";

const stored = {
  id: "m1",
  thread: "m1",
  from: "lab/me",
  to: ["lab/web"],
  stage: "stored",
  isDuplicate: false,
  stream: "MAIN_INBOX",
  seq: 7,
};

let daemon: StandIn;

beforeEach(async () => {
  daemon = await startStandIn({ "POST /v1/messages": stored });
});
afterEach(() => daemon.close());

describe("fleet pub", () => {
  test("[row 1] says a body of words to a target and prints where the message stands", async () => {
    expect(await daemon.fleet(["pub", "web", "the", "API", "has", "moved"])).toEqual({
      code: 0,
      stdout: "m1  stored  lab/web\n",
      stderr: "",
    });
    const request = publishSchema.parse(daemon.asked[0]?.body);
    expect(request).toMatchObject({ target: "web", body: "the API has moved", kind: "request" });
    expect(request.id).toMatch(/^[0-9a-hjkmnp-tv-z]{26}$/);
    expect(request.caller.pid).toBe(process.pid);
  });

  test("[row 3] [row 4] [row 6] [row 56] hands every flag on as the daemon reads it", async () => {
    const flags = [
      "--subject",
      "s",
      "--note",
      "--type",
      "defect",
      "--priority",
      "high",
      "--now",
      "--ttl",
      "24h",
    ];
    const more = ["--thread", "t1", "--create", "--from", "api", "--id", "x-1"];
    await daemon.fleet(["send", "web", "b", ...flags, ...more]);
    expect(publishSchema.parse(daemon.asked[0]?.body)).toMatchObject({
      ...{ subject: "s", kind: "note", type: "defect", priority: "high", mode: "now", ttlMs: 86_400_000 },
      ...{ thread: "t1", create: true, from: "api", id: "x-1" },
    });
  });

  test.each([
    ["--idle", { mode: "idle" }],
    ["--stop", { mode: "stop" }],
    ["--question", { kind: "question" }],
  ])("%s becomes %j", async (flag, expected) => {
    await daemon.fleet(["pub", "web", "b", flag]);
    expect(daemon.asked[0]?.body).toMatchObject(expected);
  });

  test("prints the whole answer as JSON", async () => {
    expect(JSON.parse((await daemon.fleet(["pub", "web", "b", "--json"])).stdout)).toEqual(stored);
  });

  test("[row 10] takes the body from a file or the standard input, byte for byte", async () => {
    const file = join(await mkdtemp(join(daemon.home, "body-")), "body.md");
    await writeFile(file, "# ä\n\n  two\n");
    await daemon.fleet(["pub", "web", "--body-file", file]);
    await daemon.fleet(["pub", "web", "-"], { stdin: "from\nstdin\n" });
    expect(daemon.asked.map((asked) => asked.body)).toMatchObject([
      { body: "# ä\n\n  two\n" },
      { body: "from\nstdin\n" },
    ]);
  });

  test("tells that a message was there already, and that the daemon keeps it while the server is away", async () => {
    daemon.on("POST /v1/messages", { ...stored, isDuplicate: true }, { ...stored, stage: "spooled" });
    expect((await daemon.fleet(["pub", "web", "b", "--id", "m1"])).stdout).toBe(
      "m1  stored  lab/web  (it was there already)\n",
    );
    const spooled = await daemon.fleet(["pub", "web", "b"]);
    expect(spooled).toMatchObject({ code: 0, stdout: "m1  spooled  lab/web\n" });
    expect(spooled.stderr).toMatch(/the server is away; the daemon keeps it on disk/);
  });

  test("escapes in a body reach the daemon as they are: it is the one that makes them safe", async () => {
    await daemon.fleet(["pub", "web", "\u001b[2Jcleared"]);
    expect(daemon.asked[0]?.body).toMatchObject({ body: "\u001b[2Jcleared" });
  });
});

describe("a body that cannot be sent", () => {
  const way = /put (it in a file|the file) where the recipient can read it and send its path/;

  test.each([
    ["nothing", { words: [] }, /it is empty; say something, give - or --body-file/],
    ["white space", { words: ["  ", "\n"] }, /it is empty/],
    ["an empty standard input", { words: ["-"], stdin: "" }, /it is empty/],
    ["more than 900,000 bytes", { words: ["x".repeat(900_001)] }, way],
    ["1 MB on the standard input", { words: ["-"], stdin: "x".repeat(1_000_000) }, way],
    ["a NUL byte", { words: ["-"], stdin: "a\0b" }, way],
    ["no UTF-8", { words: ["-"], stdin: new Uint8Array([0x61, 0xff, 0xfe]) }, way],
  ])(
    "(%s) is refused before anything is sent, with the way out",
    async (_what, { words, ...input }, message) => {
      const ran = await daemon.fleet(["pub", "web", ...words], input);
      expect(ran).toMatchObject({ code: 2, stdout: "" });
      expect(ran.stderr).toMatch(message);
      expect(daemon.asked).toEqual([]);
    },
  );

  test("of exactly 900,000 bytes is sent", async () => {
    expect((await daemon.fleet(["pub", "web", "-"], { stdin: "x".repeat(900_000) })).code).toBe(0);
  });

  test("in a file that is too large, binary or not there is refused", async () => {
    const file = join(daemon.home, "big");
    await writeFile(file, "x".repeat(900_001));
    expect((await daemon.fleet(["pub", "web", "--body-file", file])).stderr).toMatch(
      /more than 900000 bytes/,
    );
    expect((await daemon.fleet(["pub", "web", "--body-file", "/dev/zero"])).stderr).toMatch(
      /more than 900000 bytes/,
    );
    expect(await daemon.fleet(["pub", "web", "--body-file", "gone"])).toMatchObject({
      code: 3,
      stderr: expect.stringContaining("there is no such file"),
    });
    expect(await daemon.fleet(["pub", "web", "words", "--body-file", file])).toMatchObject({
      code: 2,
      stderr: expect.stringContaining("given twice"),
    });
    expect(daemon.asked).toEqual([]);
  });
});

describe("flags that cannot work together", () => {
  test.each([
    [["--note", "--wait", "woken"], /can never come true with --note/],
    [["--priority", "low", "--wait", "woken"], /can never come true with --priority low/],
    [["--note", "--question"], /--note and --question exclude each other/],
    [["--now", "--idle"], /--now and --idle exclude each other/],
    [["--idle", "--stop"], /--idle and --stop exclude each other/],
    [["--timeout", "5m"], /--timeout says how long to --wait, which is missing/],
    [["--wait", "read"], /"read" is none of stored, woken, shown, done, replied/],
    [["--priority", "asap"], /none of low, normal, high, urgent/],
    [["--id", "No Spaces"], /--id "No Spaces" is no id/],
    [["--ttl", "soon"], /not a duration/],
    [["--at", "noon"], /unknown option '--at'/],
    [["--future"], /unknown option '--future'/],
  ])("%j is a usage error: exit 2, nothing sent", async (flags, message) => {
    const ran = await daemon.fleet(["pub", "web", "body", ...flags]);
    expect(ran).toMatchObject({ code: 2, stdout: "" });
    expect(ran.stderr).toMatch(message);
    expect(daemon.asked).toEqual([]);
  });
});

describe("what the daemon refuses", () => {
  test("an unknown target: exit 3, candidates and what may have been meant", async () => {
    const message =
      'resolving target "wbe": no mailbox of that name; did you mean web? (--create makes a new one)';
    const candidates = [{ address: "lab/web", state: "idle", cwd: "/src/web" }, { address: "lab/api" }];
    daemon.on(
      "POST /v1/messages",
      refuse({ status: 404, code: "target_unknown", message, details: { candidates } }),
    );
    const ran = await daemon.fleet(["pub", "wbe", "b"]);
    expect(ran).toEqual({
      code: 3,
      stdout: "",
      stderr: `fleet: ${message}\n  lab/web  idle  /src/web\n  lab/api\n`,
    });
  });

  test.each([
    ["target_ambiguous", 409, 3],
    ["conflict", 409, 4],
    ["refused", 403, 6],
    ["too_large", 413, 2],
    ["storage", 507, 9],
  ])("%s ends with the exit code of the error table", async (code, status, exit) => {
    daemon.on("POST /v1/messages", refuse({ status, code, message: `sending: ${code}` }));
    expect(await daemon.fleet(["pub", "web", "b"])).toEqual({
      code: exit,
      stdout: "",
      stderr: `fleet: sending: ${code}\n`,
    });
  });

  test("an answer that says refused is exit 6 with its reason", async () => {
    daemon.on("POST /v1/messages", { ...stored, stage: "refused", reason: "storm guard" });
    expect(await daemon.fleet(["pub", "web", "b"])).toMatchObject({
      code: 6,
      stderr: "fleet: sending message m1 to lab/web: storm guard\n",
    });
  });

  test("what an error shows of foreign text cannot act on the terminal", async () => {
    daemon.on(
      "POST /v1/messages",
      refuse({
        status: 404,
        code: "target_unknown",
        message: "no \u001b]0;x\u0007such",
        details: { candidates: ["a\u009b2Jb"] },
      }),
    );
    expect((await daemon.fleet(["pub", "x", "b"])).stderr).toBe("fleet: no such\n  ab\n");
  });
});
