import { expect, test } from "vitest";
import { bytesOf } from "./bytes.ts";
import { denialLine } from "./denial-line.ts";

const api = { machine: "lab", session: "api" };
const longest = (index: number) => ({ machine: "m".repeat(63), session: `s${index}`.padEnd(63, "x") });

test.each([
  [[api], "Not run: lab/api sent a message to stop for. It comes with your next call"],
  [[api, api], "Not run: lab/api sent"],
  [[api, { ...api, session: "web" }, { ...api, session: "doc" }], "Not run: lab/api and 2 more sent"],
])("a denied call says whom to stop for: %j", (from, said) => {
  expect(denialLine(from)).toContain(said);
  expect(denialLine(from)).toMatch(/fleet inbox$/u);
});

test("it fits where a CLI cuts reasons after 256 characters, whoever sent how many", () => {
  const from = Array.from({ length: 1000 }, (_, index) => longest(index));
  expect(bytesOf(denialLine(from))).toBeLessThanOrEqual(250);
});
