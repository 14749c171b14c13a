import { describe, expect, it } from "vitest";
import { askedLines, runTable, runTotals } from "./run-table.ts";
import type { RunRow } from "./run-table.ts";

const row: RunRow = {
  id: "codex:image",
  status: "success",
  durationMs: 0,
  outcome: undefined,
  isCached: true,
  differences: [],
  missingOutputs: [],
};
const done = { state: "done", cause: "image-built" } as const;
const unchanged = { state: "unchanged", cause: "image-in-engine" } as const;
const failed = { state: "failed", cause: "layout-damaged" } as const;
const changed = { kind: "file-changed", path: "install.sh" } as const;
const again = "same work signature, and no result of it in the cache";

const cases: readonly (readonly [more: Partial<RunRow>, what: string, why: string])[] = [
  [{ outcome: done, differences: [changed] }, "done", "install.sh has other content"],
  [
    { outcome: done, differences: [changed, { kind: "first-run" }, changed] },
    "done",
    "install.sh has other content and 2 more",
  ],
  [{ outcome: done }, "done", again],
  [{ outcome: undefined }, "done", again],
  [{ isCached: false, outcome: done, differences: [changed] }, "done", "built"],
  [{ isCached: false, outcome: unchanged }, "unchanged", "the engine has it"],
  [{ isCached: false, outcome: undefined }, "done", ""],
  [{ status: "failure", outcome: failed }, "failed", "layout damaged"],
  [{ status: "failure" }, "failed", "see its output above"],
  [{ status: "skipped" }, "not run", "a target that it needs failed"],
  [{ status: "stopped" }, "stopped", "stopped by a signal"],
  [{ status: "local-cache" }, "unchanged", "same work signature"],
  [{ status: "local-cache-kept-existing" }, "unchanged", "same work signature"],
  [{ status: "remote-cache" }, "unchanged", "same work signature"],
  [
    {
      status: "local-cache",
      differences: [{ kind: "upstream-changed", id: "a:b", before: undefined, after: undefined }],
    },
    "unchanged",
    "what it builds on ran again with the same result",
  ],
  [
    { status: "local-cache", missingOutputs: ["codex/dist/image", "x"] },
    "restored",
    "codex/dist/image, x were missing; same work signature",
  ],
  [
    { status: "remote-cache", missingOutputs: ["codex/dist/image"] },
    "restored",
    "codex/dist/image was missing; same work signature",
  ],
];

describe("runTable", () => {
  it.each(cases)("says of %j: %s, %s", (more, what, why) => {
    const [, , line] = runTable([{ ...row, ...more }]);
    const pad = (text: string, head: string): string => text.padEnd(head.length);
    expect(line).toBe(
      ["codex  ", "image ", pad(what, "what happened"), pad(why, "why"), "0.0 s"].join("  "),
    );
    expect(runTotals([{ ...row, ...more }])).toBe(`1 ${what}`);
  });

  it("is one line a task in the order of the run, under a head", () => {
    const rows: readonly RunRow[] = [
      { ...row, durationMs: 61_250, outcome: done, differences: [{ kind: "first-run" }] },
      { ...row, id: "a:b:load", isCached: false, outcome: unchanged, durationMs: 49 },
    ];
    expect(runTable(rows)).toEqual([
      "project  target  what happened  why                  time",
      "───────────────────────────────────────────────────────────",
      "codex    image   done           no run is on record  61.3 s",
      "a:b      load    unchanged      the engine has it    0.0 s",
    ]);
  });
});

describe("runTotals", () => {
  it("counts what happened, in the order in which it first did", () => {
    const rows: readonly RunRow[] = [
      { ...row, status: "local-cache" },
      { ...row, status: "failure" },
      { ...row, isCached: false, outcome: unchanged },
    ];
    expect(runTotals(rows)).toBe("2 unchanged, 1 failed");
  });

  it("says nothing of no rows", () => {
    expect(runTotals([])).toBe("");
  });
});

describe("askedLines", () => {
  it("names every world, and those that were not asked", () => {
    expect(askedLines([])).toEqual([
      "engine      not asked",
      "registry    not asked",
      "ao-network  not asked",
    ]);
  });

  it("counts questions of a kind, and says when none was asked twice of one thing", () => {
    const api = "http://localhost:5055/v2/agents/text-tools";
    const id = "x".repeat(43);
    const asked = [
      ["engine", "version"],
      ["engine", "list images"],
      ["engine", "list images"],
      ["registry", `HEAD ${api}/manifests/1.0.0`],
      ["registry", `HEAD ${api}/manifests/2.0.0`],
      ["registry", `HEAD ${api}/blobs/sha256:0`],
      ["registry", `HEAD ${api}/blobs/sha256:1`],
      ["registry", `HEAD ${api}/blobs/sha256:1`],
      ["registry", `POST ${api}/blobs/uploads/`],
      ["registry", `PUT ${api}/blobs/uploads/0?digest=sha256:0`],
      ["registry", `GET ${api}/tags/list`],
      ["ao-network", `POST cu /dry-run/${id}`],
    ].map(([world = "", question = ""]) => ({ world, question }));
    const registry = [
      "HEAD manifests (2 of them, once each)",
      "HEAD blobs ×3",
      "POST blobs/uploads",
      "PUT blobs/uploads",
      "GET tags",
    ];
    expect(askedLines(asked)).toEqual([
      "engine      version, list images ×2",
      `registry    ${registry.join(", ")}`,
      "ao-network  POST cu /dry-run",
    ]);
  });
});
