import { detected, installCommand, planned } from "@slipway/pipeline-kit/test/language";
import { expect, test } from "vitest";
import { go } from "./go.ts";

test.for([
  [{ "go.mod": "module a\n\ngo 1.22\n" }, "1.22"],
  [{ "go.mod": "module a\n\ngo 1.22.0\n\ntoolchain go1.23.4\n" }, "1.23.4"],
  [{ "go.work": "go 1.24.1\n\nuse ./a\n", "go.mod": "go 1.22\n" }, "1.24.1"],
  [{ "go.mod": "module a\n", ".go-version": "go1.21.3\n" }, "1.21.3"],
  [{ "go.mod": "module a\n", ".tool-versions": "golang 1.20\n" }, "1.20"],
  [{ "go.mod": "module a\n" }, undefined],
] as const)("%j is of go %s", ([files, expected]) => {
  expect(detected(go, files).facts?.["go_version"]).toBe(expected);
});

test("a module that needs no other is whole without sums", () => {
  expect(detected(go, { "go.mod": "go 1.22\n" })).toEqual({
    signals: ["go_detected", "has_go_mod"],
    facts: { go_version: "1.22", go_manager: "go" },
    confidence: 1,
    told: [],
  });
  expect(installCommand(go, { "go.mod": "go 1.22\n" })).toBe("go mod download\n");
});

test("a package of a job becomes its version, its install and its cache", () => {
  const files = { "go.mod": "go 1.22\n", "go.sum": "" };
  expect(planned(go, [{}, { version: "1.23.4" }], { files })).toEqual({
    uses: [
      {
        steps: [
          "github: actions/setup-go@v5 cache=false go-version=>=1.22",
          "jenkins: go >=1.22",
          "go mod download",
        ],
        env: [],
        caches: ["go-go1_22"],
      },
      {
        steps: [
          "github: actions/setup-go@v5 cache=false go-version=1.23.4",
          "jenkins: go 1.23.4",
          "go mod download",
        ],
        env: ["GOTOOLCHAIN=go1.23.4"],
        caches: ["go-go1_23_4"],
      },
    ],
    caches: [
      {
        id: "go-go1_22",
        paths: ["~/go/pkg/mod"],
        key: ["platform", "go:1.22", "go.mod", "go.sum"],
      },
      {
        id: "go-go1_23_4",
        paths: ["~/go/pkg/mod"],
        key: ["platform", "go:1.23.4", "go.mod", "go.sum"],
      },
    ],
    told: [],
  });
});
