import { describe, expect, test } from "vitest";
import { testRunIn } from "./test-run.ts";

describe("the tests that a command line runs", () => {
  test.each([
    ["npm test", "npm test"],
    ["npm t -- --run", "npm t"],
    ["pnpm run test:unit --silent", "pnpm run test:unit"],
    ["npx vitest run src/a.test.ts", "vitest"],
    ["cd packages/core && npx --no-install jest --ci", "jest"],
    ["CI=1 NODE_ENV=test yarn test 2>&1", "yarn test"],
    ["python3 -m pytest -q tests", "pytest"],
    ["uv run pytest", "pytest"],
    ["timeout 60 go test ./...", "go test"],
    ["timeout -k 5 60s cargo test --all", "cargo test"],
    ["cargo nextest run", "cargo nextest run"],
    ["cypress run --headless", "cypress run"],
    ["./gradlew --quiet -Ptoken=abc check", "gradlew check"],
    ["mvn -q verify", "mvn verify"],
    ["node --import tsx --test src", "node --test"],
    ["make -j4 check", "make check"],
    ["(cd web && npm test)", "npm test"],
    ["npm run lint && npm test", "npm test"],
    ["npm test && pytest", "pytest"],
    ["npm \\\n  test", "npm test"],
  ])("%s: %s", (command, name) => {
    expect(testRunIn(command)).toEqual({ name });
  });

  test.each([
    "",
    "npm install",
    "npm run testimonials",
    "go run ./cmd/test",
    "cargo run test",
    "git commit -m 'npm test passes'",
    'echo "cd x && npm test"',
    'grep -r "pytest" .',
    "cat pytest.ini",
    "cat > run.sh <<'EOF'\nnpm test\nEOF",
    "which jest",
    `npm test ${"x".repeat(10_000)}`,
  ])("are none in %s", (command) => {
    expect(testRunIn(command, 0)).toBeUndefined();
  });

  test.each<[string, number, boolean | undefined]>([
    ["npm test", 0, true],
    ["npm test", 1, false],
    ["npm test;", 1, false],
    ["npm test", 127, undefined],
    ["cd web && npm test", 1, false],
    ["cd web; npm test", 1, false],
    ["npm run build && npm test", 1, undefined],
    ["npm run build && npm test", 0, true],
    ["npm run build; npm test", 1, false],
    ["set -e\nnpm run build\nnpm test", 1, undefined],
    ["set -e\ncd web\nnpm test", 1, false],
    ["npm test | tail -20", 0, undefined],
    ["npm test 2>&1 | tee log", 1, undefined],
    ["set -o pipefail; npm test | tail", 0, true],
    ["npm test || true", 0, undefined],
    ["npm test; echo done", 0, undefined],
    ["npm test && echo ok", 0, true],
    ["npm test && echo ok", 1, undefined],
    ["npm test &", 0, undefined],
  ])("%s with exit code %i: passed is %s", (command, exitCode, passed) => {
    expect(testRunIn(command, exitCode)?.passed).toBe(passed);
  });

  test("are found in no time in what was made to be slow", () => {
    const hostile = [
      "<<a ",
      "a=b ",
      "timeout -a ",
      "timeout -k -k ",
      "timeout 1 ",
      "npx -a ",
      "'",
      '"\\',
      "set -e;",
      "((",
      "npm run test:",
    ];
    for (const piece of hostile) testRunIn(piece.repeat(Math.floor(9_999 / piece.length)), 0);
  }, 2000);
});
