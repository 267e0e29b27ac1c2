import { expect, test } from "vitest";
import { loadPtyLibrary } from "./library.ts";

test("a machine without the library is told what is missing, why, and both ways out", async () => {
  const load = () => Promise.reject(new Error("Cannot find package 'x' imported from y\nRequire stack:"));
  await expect(loadPtyLibrary(load)).rejects.toMatchObject({
    code: "unavailable",
    message:
      "wrapping the command: the optional library @lydell/node-pty cannot be loaded (Cannot find package 'x' imported from y); install fleet with it (npm install -g fleetbus --include=optional), or start the command without fleet wrap",
  });
});

test("where it is installed it starts commands", async () => {
  expect((await loadPtyLibrary()).spawn).toBeTypeOf("function");
});
