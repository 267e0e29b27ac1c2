import { describe, expect, test } from "vitest";
import { FleetError, toFleetError } from "./fleet-error.ts";

/** What the same class of another copy of the package throws. */
function foreign(code: string): Error {
  return Object.assign(new Error("sending to the phone: 429"), { name: "FleetError", code });
}

describe("toFleetError", () => {
  test("gives a FleetError back as it is", () => {
    const error = new FleetError("refused", "no");
    expect(toFleetError(error)).toBe(error);
  });

  test("keeps the code of a FleetError of another copy of the package, so that the host still knows what to retry", () => {
    const error = toFleetError(foreign("unavailable"));
    expect(error).toBeInstanceOf(FleetError);
    expect(error).toMatchObject({
      code: "unavailable",
      isRetryable: true,
      message: "sending to the phone: 429",
    });
  });

  test.each([
    ["an ordinary error", new Error("boom")],
    ["an error with a code of its own", Object.assign(new Error("boom"), { code: "unavailable" })],
    ["a code that the table does not know", foreign("toString")],
    ["a string", "boom"],
  ])("makes %s internal, with the value as cause", (_, thrown) => {
    expect(toFleetError(thrown)).toMatchObject({ code: "internal", cause: thrown });
  });
});
