import { expect, it } from "vitest";
import { shortUrl } from "./adapter-forms.ts";

it.each([
  ["tgram://123456:AAab_c-d/42", "123456%3AAAab_c-d", "/42"],
  ["tgram://123456:AAab", "123456%3AAAab", ""],
  ["tgram://123456%3AAAab/42", "123456%3AAAab", "/42"],
  ["ntfy://user:pass@home.example:8080/topic", "home.example:8080", "/topic"],
  ["slack://T0/B0/xyz", "T0", "/B0/xyz"],
])("%s is a URL, what stands for its host included", (text, host, pathname) => {
  expect(shortUrl(text)).toMatchObject({ host, pathname });
});

it("what is no URL is a problem of the config that shows none of it", () => {
  expect(() => shortUrl("ntfy://s3cr3t:x:y:z@[")).toThrow(
    expect.objectContaining({ code: "config", message: "reading a URL of ntfy: it is none" }),
  );
});
