import { expect, test } from "vitest";
import { masked, secretsIn } from "./masked.ts";

test.each([
  [
    "https://hooks.example.com/services/T0/B0/s3cr3tpart",
    "no route /services/T0/B0/s3cr3tpart",
    "no route …",
  ],
  ["https://hooks.example.com/services/T0/B0/s3cr3tpart", "what is s3cr3tpart?", "what is …?"],
  ["https://flow.example.com/invoke?api=1&sig=aB%2Fc%3D0123", "bad sig aB/c=0123", "bad sig …"],
  ["https://flow.example.com/invoke?api=1&sig=aB%2Fc%3D0123", "bad sig aB%2Fc%3D0123", "bad sig …"],
  [
    "https://chat.example.com/bot12:token-of-it/send",
    "/bot12%3Atoken-of-it/send",
    "/bot12%3Atoken-of-it/send",
  ],
  ["https://chat.example.com/", "no such channel", "no such channel"],
])("of the answer of %s, %j is shown as %j", (url, words, shown) => {
  expect(masked(words, secretsIn(url))).toBe(shown);
});
