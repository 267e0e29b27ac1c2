import { expect, test } from "vitest";
import { packageSources } from "./support/tree.ts";

test("deadlines are timeLimit's: the platform's own may be collected as garbage before they come (Node 20)", () => {
  const sources = packageSources().filter(({ path }) => !/\.test\.(support\.)?ts$/.test(path));
  expect(sources.filter(({ text }) => /\btimeLimit\(/.test(text)).length).toBeGreaterThan(10);
  expect(
    sources.filter(({ text }) => /AbortSignal\s*\.timeout\(/.test(text)).map(({ path }) => path),
  ).toEqual([]);
});
