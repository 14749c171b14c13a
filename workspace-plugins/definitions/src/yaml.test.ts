import { describe, expect, it } from "vitest";
import { z } from "zod";
import { parseYaml } from "./yaml.ts";

const Schema = z.strictObject({ name: z.string(), limits: z.strictObject({ cpus: z.number() }) });

function check(text: string): readonly string[] {
  const parsed = parseYaml("a.yml", text, Schema);
  return parsed.ok
    ? []
    : parsed.failure.problems.map(
        (problem) => `${problem.line}:${problem.column} ${problem.message}`,
      );
}

describe("parseYaml", () => {
  it("reads a file that is right", () => {
    expect(check("name: a\nlimits: { cpus: 2 }\n")).toEqual([]);
  });

  it("tells every problem of the content with its place, unknown keys first", () => {
    expect(check("name: 3\nlimits:\n  cpus: many\n  speed: 1\n")).toEqual([
      '4:3 limits: Unrecognized key: "speed"',
      "1:7 name: Invalid input: expected string, received number",
      "3:9 limits.cpus: Invalid input: expected number, received string",
    ]);
  });

  it("shows a missing key at what should hold it", () => {
    expect(check("name: a\n")).toEqual([
      "1:1 limits: Invalid input: expected object, received undefined",
    ]);
  });

  it("refuses aliases that stand for more than the file could hold", () => {
    const levels = Array.from(
      { length: 9 },
      (_, at) => `l${at}: &l${at} [${`*l${at - 1},`.repeat(9)}]`,
    );
    const text = ["l: &l-1 [x]", ...levels.map((line) => line.replaceAll("*l-1", "*l-1"))].join(
      "\n",
    );
    expect(check(text)).toEqual([
      "1:1 Excessive alias count indicates a resource exhaustion attack",
    ]);
  });

  it("tells broken syntax with its place, and a key that stands twice", () => {
    expect(check("name: a\nname: b\n")).toEqual(["2:1 Map keys must be unique"]);
    expect(check("name: [a\n")).toHaveLength(1);
  });
});
