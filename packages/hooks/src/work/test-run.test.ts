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
    ["npm test -- --grep 'a|b; pytest'", "npm test"],
    ["npm --prefix web test", "npm test"],
    ["npm test -w web", "npm test"],
    ["pnpm -C web test", "pnpm test"],
    ['pnpm --filter "./packages/*" test', "pnpm test"],
    ["pnpm -r run test", "pnpm run test"],
    ["pnpm vitest run", "vitest"],
    ["yarn workspace web test", "yarn test"],
    ["yarn jest --ci", "jest"],
    ["npm.cmd test", "npm test"],
    ["cargo test -p x", "cargo test"],
    ["cargo +nightly test", "cargo test"],
    ["go -C api test ./...", "go test"],
    ["python manage.py test", "manage.py test"],
    ["./manage.py test shop", "manage.py test"],
    ["python -W error -m unittest discover", "unittest"],
    [".venv/bin/python -m pytest -q", "pytest"],
    ["./node_modules/.bin/vitest run", "vitest"],
    ["vendor/bin/phpunit", "phpunit"],
    ["uv run --with x pytest", "pytest"],
    ["nohup npm test > log 2>&1 &", "npm test"],
    ["time npm test", "npm test"],
    ["make -C web test", "make test"],
    ["make build test", "make test"],
    ["mvn clean verify", "mvn verify"],
    ["./gradlew :app:test", "gradlew test"],
    ["deno task test", "deno task test"],
    ["turbo run test", "turbo run test"],
    ["node --import tsx --test src/a.ts", "node --test"],
    ["bash -lc 'cd web && npm test'", "npm test"],
    ["# don't stop\nnpm test", "npm test"],
    ["cat > a.json <<'EOF'\n{ it's }\nEOF\nnpm test", "npm test"],
    ["npm test <<< 'y'", "npm test"],
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
    "command -v pytest",
    "echo hi # && npm test",
    "echo $(cd web && npm test)",
    "cat <(cd web; npm test)",
    "npm test --help",
    "pytest --version",
    "python -m pytest --collect-only -q",
    "npx jest --listTests",
    "npx vitest list",
    "npx playwright test --list",
    "cargo test --no-run",
    "make -n test",
    "mvn verify -DskipTests",
    "./gradlew check -x test",
    "npm run test --if-present",
    "node app.js --test",
    "just deploy test",
    "make -C test clean",
    "if [ -f package.json ]; then\n  npm test\nfi",
    "for d in a b; do\nnpm test\ndone",
    "run() {\n  npm test\n}",
    "docker compose run app ls pytest",
    'git commit -m "$(cat <<\'EOF\'\nit "runs\n&& npm test\nEOF\n)"',
    "echo 'npm test",
    "ssh host npm test",
    `npm test ${"x".repeat(10_000)}`,
  ])("are none in %s", (command) => {
    expect(testRunIn(command, { exitCode: 0 })).toBeUndefined();
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
    ["[ -f a ] || npm test", 0, undefined],
    ["npm run lint || npm test", 0, undefined],
    ["npm run lint || npm test", 1, false],
    ["which pytest || pip install pytest && pytest", 0, true],
    ["lint || (cd web && npm test)", 0, undefined],
    ["set -o errexit; npm run build; npm test", 1, undefined],
    ["set -o pipefail; seed | npm test", 1, undefined],
    ["seed | npm test", 1, false],
    ["export CI=1; npm test", 1, false],
    ["timeout 60 npm test", 124, undefined],
    ["npm test", 130, undefined],
    ["npm test", 137, undefined],
    ["npm test 2>&1 | tail; exit ${PIPESTATUS[0]}", 0, undefined],
    ["npm test > log 2>&1; echo $?", 0, undefined],
    ["npm test > log 2>&1", 1, false],
    ["npm test &> log", 1, false],
    ["npm test & sleep 5", 0, undefined],
    ["bash -lc 'npm test'", 1, false],
    ["bash -lc 'npm test | tail'", 0, undefined],
    ["bash -lc 'npm test' || true", 0, undefined],
    ["(cd web && npm test)", 1, false],
    ["(npm test || true)", 0, undefined],
    ["git stash; npm test; git stash pop", 0, undefined],
  ])("%s with exit code %i: passed is %s", (command, exitCode, passed) => {
    expect(testRunIn(command, { exitCode })?.passed).toBe(passed);
  });

  test("did not fail where the shell says that it did not come to them", () => {
    const output = "Exit code 1\n/bin/bash: line 1: cd: web: No such file or directory";
    expect(testRunIn("cd web && npm test", { exitCode: 1, output })).toEqual({ name: "npm test" });
  });

  test.each([
    "<<a ",
    "<<a\n",
    "<<",
    "a=b ",
    "timeout -a ",
    "npx ",
    "npx -a ",
    "python -m ",
    "'",
    '"\\',
    "\\",
    "set -e;",
  ])("are found in no time in ten thousand characters of %j", (piece) => {
    for (const [head, tail] of hostile) {
      const command = `${head}${piece.repeat(Math.floor(9_900 / piece.length))}${tail}`;
      const before = performance.now();
      testRunIn(command, { exitCode: 1 });
      expect(performance.now() - before).toBeLessThan(2000);
    }
  });
});

const hostile = [
  ["", ""],
  ["npm test ", "\n"],
  ["cat <<EOF\n", "\nEOF\n"],
  ["<<a", "x"],
  ["make ", "'"],
  ["$(", ""],
  ["bash -c '", "'"],
] as const;
