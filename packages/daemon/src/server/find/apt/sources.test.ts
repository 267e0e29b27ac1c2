import { describe, expect, it } from "vitest";
import { keyringIn } from "./sources.ts";

const deb822 = `# the distribution
Types: deb
URIs: http://archive.example/debian http://second.example/debian/
Suites: bookworm bookworm-updates
Components: main
Signed-By: /usr/share/keyrings/archive.gpg

Types: deb
URIs: http://other.example/debian
Suites: stable
Signed-By: /usr/share/keyrings/other.gpg

Types: deb
URIs: http://inline.example/debian
Suites: stable
Signed-By:
 -----BEGIN PGP PUBLIC KEY BLOCK-----
`;
const oneLine = `#deb [signed-by=/old.gpg] http://archive.example/debian bookworm main
deb [arch=amd64 signed-by=/usr/share/keyrings/archive.gpg] http://archive.example/debian bookworm main
deb http://plain.example/debian bookworm main
`;

describe("the keyring of a repository", () => {
  it.each([
    {
      from: "deb822",
      text: deb822,
      uri: "http://archive.example/debian/",
      expected: "/usr/share/keyrings/archive.gpg",
    },
    {
      from: "deb822, second uri",
      text: deb822,
      uri: "http://second.example/debian",
      expected: "/usr/share/keyrings/archive.gpg",
    },
    {
      from: "deb822, second stanza",
      text: deb822,
      uri: "http://other.example/debian/",
      expected: "/usr/share/keyrings/other.gpg",
    },
    { from: "an inline key", text: deb822, uri: "http://inline.example/debian/", expected: undefined },
    {
      from: "one line",
      text: oneLine,
      uri: "http://archive.example/debian/",
      expected: "/usr/share/keyrings/archive.gpg",
    },
    { from: "one line without", text: oneLine, uri: "http://plain.example/debian/", expected: undefined },
    {
      from: "an unknown repository",
      text: deb822 + oneLine,
      uri: "http://nowhere.example/",
      expected: undefined,
    },
  ])("is read from $from", ({ text, uri, expected }) => {
    expect(keyringIn(text, uri)).toBe(expected);
  });
});
