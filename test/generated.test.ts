import { expect, test } from "vitest";
import { pages, stalePages } from "./support/generate.mjs";

test("the generated documents are what the code says now (npm run generate writes them)", async () => {
  expect((await pages()).length).toBeGreaterThan(2);
  expect(await stalePages()).toEqual([]);
});
