import { z } from "zod";

/** The adapter's own keys of an `[[adapter]]`. What is described here is its documentation and its JSON Schema. */
export const config = z.strictObject({
  url: z.url({ protocol: /^https?$/ }).describe("Where the far side is, as https://doorbell.example."),
  token: z.string().min(1).describe("What the far side knows us by.").meta({ secret: true }),
});
