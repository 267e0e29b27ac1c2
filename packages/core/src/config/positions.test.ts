import { parse, stringify } from "smol-toml";
import fc from "fast-check";
import { expect, test } from "vitest";
import { formatPath, positionsOf } from "./positions.ts";

const text = `# machine = "no"
machine = "lab" # [me]
"quoted key" = 1

[me]
zone = "Europe/Berlin"
  via = [ # a list
    "desktop", "a ] b", # [x]
    'phone',
  ]
quiet = """
[nothing]
here = 1 \\""" """
text = '''
also = 2'''
[wake] # c
per_session = "20/h"
deep.er.key = { a = 1, b = "}" }
[[adapter]]
name = "one"
[adapter.nested]
x = 1
[[adapter]]
name = "two"
[[adapter.list]]
y = 1
[[adapter.list]]
y = 2
[ spaced . "out" ]
z = 1`;

test.each([
  ["machine", 2, 1],
  ["quoted key", 3, 1],
  ["me", 5, 1],
  ["me.zone", 6, 1],
  ["me.via", 7, 3],
  ["me.quiet", 11, 1],
  ["me.text", 14, 1],
  ["wake", 16, 1],
  ["wake.per_session", 17, 1],
  ["wake.deep", 18, 1],
  ["wake.deep.er.key", 18, 1],
  ["adapter[0]", 19, 1],
  ["adapter[0].name", 20, 1],
  ["adapter[0].nested.x", 22, 1],
  ["adapter[1].name", 24, 1],
  ["adapter[1].list[0].y", 26, 1],
  ["adapter[1].list[1].y", 28, 1],
  ["spaced.out.z", 30, 1],
])("%s stands at %i:%i", (path, line, column) => {
  expect(positionsOf(text).get(path)).toEqual({ line, column });
});

test("nothing inside a string or comment has a place", () => {
  const found = positionsOf(text);
  for (const path of ["nothing", "me.here", "here", "x", "me.also"])
    expect(found.has(path), path).toBe(false);
});

test("every key of a document that a writer made has a place", () => {
  const key = fc.stringMatching(/^[a-z][a-z0-9_-]{0,5}$/);
  const leaf = fc.oneof(fc.string(), fc.integer(), fc.boolean(), fc.array(fc.string()));
  const table = fc.dictionary(key, leaf, { maxKeys: 4 });
  const document = fc.dictionary(
    key,
    fc.oneof(leaf, table, fc.array(table, { minLength: 1, maxLength: 3 })),
    { maxKeys: 5 },
  );
  fc.assert(
    fc.property(document, (value) => {
      const written = stringify(value);
      expect(parse(written)).toBeTruthy();
      const found = positionsOf(written);
      for (const [name, inside] of Object.entries(value)) {
        const tables = Array.isArray(inside) ? inside.entries() : [];
        if (typeof inside !== "object") expect(found.has(name), name).toBe(true);
        for (const [index, each] of tables) {
          if (typeof each !== "object") continue;
          for (const part of Object.keys(each)) expect(found.has(formatPath([name, index, part]))).toBe(true);
        }
      }
    }),
  );
});
