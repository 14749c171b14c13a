import { create } from "@bufbuild/protobuf";
import published from "@microsoft/jest-sarif/lib/schemas/sarif-2.1.0-rtm.5.json" with { type: "json" };
import { DiagnosticSchema, Diagnostic_Level } from "@slipway/pipeline-sdk/protocol";
import { Ajv } from "ajv";
import addFormats from "ajv-formats";
import { expect, test } from "vitest";
import { sarifOf } from "./sarif.ts";
import type { Findings } from "./sarif.ts";

/** The committee's, of draft 04: of what differs from what the validator reads, it uses only `id`. */
const { id: _id, $schema: _schema, ...schema } = published;

function validated(findings: Findings) {
  const ajv = new Ajv({ strict: false, allErrors: true, unicodeRegExp: false });
  addFormats.default(ajv);
  const log = sarifOf(findings);
  ajv.validate(schema, log);
  expect(ajv.errors ?? []).toEqual([]);
  return log;
}

test("each problem of a file is a result at its place, with what to do", () => {
  const log = validated({
    failures: [
      {
        reason: "pipeline-invalid",
        file: "a b/cig.toml",
        problems: [
          {
            message: "jobs.x: what",
            hint: "that",
            at: { file: "a b/cig.toml", offset: 3, length: 4 },
            line: 2,
            column: 5,
          },
        ],
      },
    ],
    diagnostics: [],
  });
  expect(log.runs).toEqual([
    {
      tool: {
        driver: {
          name: "slipway",
          rules: [{ id: "pipeline-invalid", defaultConfiguration: { level: "error" } }],
        },
      },
      columnKind: "utf16CodeUnits",
      results: [
        {
          ruleId: "pipeline-invalid",
          ruleIndex: 0,
          level: "error",
          message: { text: "jobs.x: what\nthat" },
          locations: [
            {
              physicalLocation: {
                artifactLocation: { uri: "a%20b/cig.toml", uriBaseId: "%SRCROOT%" },
                region: { startLine: 2, startColumn: 5, endColumn: 9 },
              },
            },
          ],
        },
      ],
    },
  ]);
});

test("a diagnostic has the code, level, words and place that its plugin gave it", () => {
  const place = { file: "cig.toml", line: 7, column: 1, path: "jobs.test" };
  const diagnostics = [
    {
      level: Diagnostic_Level.WARNING,
      code: "SECURITY_001",
      title: "pin",
      message: "not pinned",
      fixHint: "pin it",
      place,
    },
    {
      level: Diagnostic_Level.INFO,
      code: "B",
      message: "b",
      place: { ...place, line: 0, column: 0 },
    },
    { level: Diagnostic_Level.ERROR, code: "SECURITY_001", title: "pin", message: "nor this" },
    { title: "of nobody" },
  ].map((one) => create(DiagnosticSchema, one));
  const [run] = validated({ failures: [], diagnostics }).runs;
  expect(run?.tool.driver.rules.map(({ id }) => id)).toEqual(["SECURITY_001", "B", "diagnostic"]);
  const file = { artifactLocation: { uri: "cig.toml", uriBaseId: "%SRCROOT%" } };
  const logicalLocations = [{ fullyQualifiedName: "jobs.test" }];
  expect(run?.results).toEqual([
    {
      ruleId: "SECURITY_001",
      ruleIndex: 0,
      level: "warning",
      message: { text: "not pinned\npin it" },
      locations: [
        {
          physicalLocation: { ...file, region: { startLine: 7, startColumn: 1 } },
          logicalLocations,
        },
      ],
    },
    {
      ruleId: "B",
      ruleIndex: 1,
      level: "note",
      message: { text: "b" },
      locations: [{ physicalLocation: file, logicalLocations }],
    },
    { ruleId: "SECURITY_001", ruleIndex: 0, level: "error", message: { text: "nor this" } },
    { ruleId: "diagnostic", ruleIndex: 2, level: "error", message: { text: "of nobody" } },
  ]);
});

test("any failure is a result in its words", () => {
  const [run] = validated({
    failures: [{ reason: "output-missing", plugin: "provider/github", path: "ci.yml" }],
    diagnostics: [],
  }).runs;
  expect(run?.results).toEqual([
    {
      ruleId: "output-missing",
      ruleIndex: 0,
      level: "error",
      message: {
        text: "the plugin provider/github was asked for ci.yml, and gives nothing for it\ncorrect the plugin, or take the path out of outputs in cig.toml",
      },
    },
  ]);
});

test("nothing found is a run without results", () => {
  expect(validated({ failures: [], diagnostics: [] }).runs[0]?.results).toEqual([]);
});
