// Prints "<passed> <failed> <skipped>" of a vitest JSON report. A test file that did not load is one failure.
import { readFileSync } from "node:fs";

type Report = {
  readonly numPassedTests: number;
  readonly numFailedTests: number;
  readonly numPendingTests: number;
  readonly numTodoTests: number;
  readonly testResults: readonly {
    readonly status: string;
    readonly assertionResults: readonly { readonly status: string }[];
  }[];
};

function isReport(value: unknown): value is Report {
  return (
    typeof value === "object" &&
    value !== null &&
    "numPassedTests" in value &&
    "testResults" in value
  );
}

const [file] = process.argv.slice(2);
if (file === undefined) throw new Error("usage: node scripts/test-totals.ts <report.json>");
const report: unknown = JSON.parse(readFileSync(file, "utf8"));
if (!isReport(report)) throw new Error(`${file} is not a vitest JSON report`);

const notLoaded = report.testResults.filter(
  (result) =>
    result.status === "failed" && !result.assertionResults.some((test) => test.status === "failed"),
).length;
const totals = [
  report.numPassedTests,
  report.numFailedTests + notLoaded,
  report.numPendingTests + report.numTodoTests,
];
process.stdout.write(`${totals.join(" ")}\n`);
