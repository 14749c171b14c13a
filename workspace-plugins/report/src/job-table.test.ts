import { expect, test } from "vitest";
import { jobTable } from "./job-table.ts";

test("a line for each job says its state, and the last one counts", () => {
  const job = { signature: "0123456789ab", why: "" };
  expect(
    jobTable([
      { ...job, id: "fleet:build", state: "unchanged" },
      { ...job, id: "fleet:test", state: "changed", why: "a.rb has other content" },
      { ...job, id: "fleet:new", state: "not-recorded" },
      { ...job, id: "fleet:docs", state: "unchanged" },
    ]),
  ).toEqual([
    "fleet:build  0123456789ab  unchanged",
    "fleet:test   0123456789ab  changed: a.rb has other content",
    "fleet:new    0123456789ab  no success is on record",
    "fleet:docs   0123456789ab  unchanged",
    "2 unchanged, 1 changed, 1 without a success on record",
  ]);
});

test("a pipeline without jobs says so", () => {
  expect(jobTable([])).toEqual(["no jobs"]);
});
