import { describe, expect, test } from "vitest";
import { checkTemplates } from "./check-templates.ts";
import { defaultTemplateOf, defaultTemplates } from "./default-templates.ts";
import { compile, faultsOf } from "./template.ts";

describe("the templates of an adapter", () => {
  test.each([
    ["an unclosed section", "{{#error}}oh", /unclosed section "error" at 12/],
    ["a section that was not opened", "oh{{/error}}", /unopened section "error" at 2/],
    ["an unclosed tag", "{{error", /unclosed tag at 7/],
    ["a partial", "{{> footer}}", /no partials: \{\{>footer\}\}/],
    ["three braces", "{{{error}}}", /always escaped for the channel: write \{\{error\}\}/],
    ["an ampersand", "{{& error}}", /always escaped/],
    ["no value of a section", "{{.}}", /no variable "\."/],
    ["what every object has", "{{constructor}}", /no variable "constructor"/],
    ["a path", "{{error.message}}", /no variable "error\.message"/],
  ])("with %s have a problem", (_, text, message) => {
    expect(checkTemplates({ "turn.failed": { text } })).toEqual([
      expect.objectContaining({
        kind: "turn.failed",
        field: "text",
        message: expect.stringMatching(message),
      }),
    ]);
    expect(() => compile(text)).toThrow(message);
  });

  test("have all their problems told at once, with what may have been meant", () => {
    const template = {
      "turn.faild": { title: "{{sesion}}", text: "{{lastTxt}} {{nonsense}}" },
      "*": { title: "{{where}}" },
      "sesion.lost": {},
    };
    expect(checkTemplates(template)).toMatchObject([
      { kind: "turn.faild", nearest: "turn.failed" },
      { kind: "turn.faild", field: "title", nearest: "session" },
      { kind: "turn.faild", field: "text", nearest: "lastText" },
      { kind: "turn.faild", field: "text", message: 'there is no variable "nonsense"' },
      { kind: "sesion.lost", nearest: "session.lost" },
    ]);
  });

  test.each([
    ["a foreign kind", "deploy.finished", "{{data}}"],
    [
      "sections, their own value and comments",
      "*",
      "{{! why }}{{#error}}({{.}}){{/error}}{{^error}}fine{{/error}}",
    ],
    ["other delimiters", "turn.stopped", "{{=<% %>=}}<%lastText%> {{not a tag}}"],
    ["nothing", "digest", ""],
    ["another kind of task", "task.claimed", ""],
  ])("with %s are right", (_, kind, text) => {
    expect(checkTemplates({ [kind]: { text } })).toEqual([]);
  });

  test("that fleet brings along are right", () => {
    const kinds = [
      ...Object.keys(defaultTemplates),
      "message.x",
      "task.x",
      "lock.x",
      "adapter.x",
      "daemon.x",
      "x",
    ];
    const faults = kinds
      .map(defaultTemplateOf)
      .flatMap(({ title, text }) => [faultsOf(title), faultsOf(text)]);
    expect(faults.length).toBeGreaterThan(50);
    expect(faults.flat()).toEqual([]);
  });
});

describe("a compiled template", () => {
  test("names its variables, and renders those that are absent as nothing", () => {
    const template = compile("{{#error}}{{error}} {{/error}}{{cwd}}{{error}}");
    expect(template.names).toEqual(["error", "cwd"]);
    expect(template.render({}, (value) => value)).toBe("");
  });

  test("escapes each value once, by the channel's way alone", () => {
    const render = compile("<b>{{error}}</b>").render({ error: "<&\"'" }, (value) => `[${value}]`);
    expect(render).toBe("<b>[<&\"']</b>");
  });

  test("holds no control characters of its own", () => {
    expect(compile("a\u001b[31mb\u0000").render({}, (value) => value)).toBe("ab");
  });
});
