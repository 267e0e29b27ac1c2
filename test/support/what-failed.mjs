// What a reader of a long log wants at its end: each failed test with its message, or what a suite printed that ended
// badly without one (an unhandled error, a crash).

/** @typedef {{ readonly fullName: string, readonly status: string, readonly failureMessages?: readonly string[] }} Test */
/** @typedef {{ readonly name: string, readonly status: string, readonly message?: string, readonly assertionResults: readonly Test[] }} File */

const messageLines = 12;
const outputLines = 40;

/**
 * @param {{ readonly suite: string, readonly report: { readonly testResults: readonly File[] } | undefined, readonly output: string }} ended
 * @returns {readonly string[]} lines; never empty
 */
export function whatFailed({ suite, report, output }) {
  const failed = (report?.testResults ?? []).filter(({ status }) => status === "failed");
  const lines = failed.flatMap((file) => ofFile(suite, file));
  return lines.length > 0
    ? lines
    : [`${suite}: ended badly without a failed test; its last lines:`, ...lastOf(output)];
}

/** @param {string} suite @param {File} file */
function ofFile(suite, file) {
  const tests = file.assertionResults.filter(({ status }) => status === "failed");
  if (tests.length === 0) return [`${suite}: ${file.name}`, ...headOf(file.message ?? "")];
  return tests.flatMap((test) => [
    `${suite}: ${file.name} > ${test.fullName}`,
    ...headOf((test.failureMessages ?? []).join("\n")),
  ]);
}

/** @param {string} text */
const headOf = (text) => indented(text).slice(0, messageLines);

/** @param {string} text */
const lastOf = (text) => indented(text).slice(-outputLines);

/** @param {string} text */
const indented = (text) =>
  text
    .split("\n")
    .filter((line) => line.trim() !== "" && !line.includes("/node_modules/"))
    .map((line) => `    ${line}`);
