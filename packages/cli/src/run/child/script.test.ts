import { execFileSync } from "node:child_process";
import { describe, expect, test } from "vitest";
import { recorderOf, withoutFrame } from "./script.ts";

const head = 'Script started on 2026-01-02 03:04:05+00:00 [COMMAND="eval" TERM="xterm"]\n';
const foot = '\nScript done on 2026-01-02 03:04:06+00:00 [COMMAND_EXIT_CODE="0"]\n';

async function* chunksOf(text: string, size: number): AsyncGenerator<Buffer> {
  const bytes = Buffer.from(text);
  for (let at = 0; at < bytes.length; at += size) yield bytes.subarray(at, at + size);
}

async function textIn(source: AsyncIterable<Buffer>): Promise<string> {
  const chunks: Buffer[] = [];
  for await (const chunk of source) chunks.push(chunk);
  return Buffer.concat(chunks).toString();
}

describe("what script wrote down, without its frame", () => {
  test.each([
    ["", ""],
    ["one\r\ntwo\r\n", ""],
    ["Script started on a whim\n", ""],
    ["one\nScript done on time\nmore\n", ""],
    ["cut off in the middle", "no foot"],
  ])("%j", async (output, kind) => {
    const all = `${head}${output}${kind === "" ? foot : ""}`;
    for (const size of [7, 90, 100_000]) {
      expect(await textIn(withoutFrame(chunksOf(all, size)))).toBe(output);
    }
  });
});

describe("the command line for script", () => {
  const words = ["printf", "%s|", "it's", "two\nlines", "$HOME `id`", "", "ä"];

  test.runIf(process.platform === "linux")(
    "hands over every word, and the user's own SHELL, whatever is in them",
    () => {
      const env = { PATH: process.env["PATH"] ?? "", SHELL: "/bin/it's fish" };
      const recorder = recorderOf(words, env, "/dev/null");
      const [, , , , line = ""] = recorder?.args ?? [];
      expect(line).not.toContain("\n");
      const run = (argv: string | undefined) =>
        execFileSync("/bin/sh", ["-c", argv ?? ""], { env: { ...recorder?.env } }).toString();
      expect(run(line)).toBe("it's|two\nlines|$HOME `id`||ä|");
      const shell = recorderOf(["sh", "-c", 'echo "$SHELL[$FLEET_RUN_COMMAND]"'], env, "/dev/null");
      expect(execFileSync("/bin/sh", ["-c", line], { env: { ...shell?.env } }).toString()).toBe(
        "/bin/it's fish[]\n",
      );
    },
  );

  test("is none where there is no script", () => {
    expect(recorderOf(words, { PATH: "/nowhere:relative" }, "/dev/null")).toBeUndefined();
  });
});
