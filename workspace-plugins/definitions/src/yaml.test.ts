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

  it("says of an unknown key what it is called now, or could have been meant for", () => {
    const Named = z.strictObject({
      name: z.string(),
      from_image: z.string().meta({ formerly: ["root_image"] }),
      mounts: z.array(z.strictObject({ source: z.string() })).default([]),
      labels: z.record(z.string(), z.strictObject({ value: z.string() })).optional(),
    });
    const text = [
      "nmae: a",
      "root_image: b",
      "sou: c",
      "mounts: [{ sources: x }]",
      "labels: { a: { vaule: y } }",
    ].join("\n");
    const parsed = parseYaml("a.yml", text, Named);
    const told = parsed.ok ? [] : parsed.failure.problems.map(({ message }) => message);
    expect(told.filter((message) => message.includes("Unrecognized"))).toEqual([
      'mounts.0: Unrecognized key: "sources"; did you mean source?',
      'labels.a: Unrecognized key: "vaule"; did you mean value?',
      'Unrecognized key: "nmae"; did you mean name?',
      'Unrecognized key: "root_image", which is called from_image now',
      'Unrecognized key: "sou"',
    ]);
  });

  it("shows a missing key at what should hold it", () => {
    expect(check("name: a\n")).toEqual(["1:1 limits: is missing: expected object"]);
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

  it("reads no file that nobody can have written, and takes its time for none", () => {
    const text = `name: ${"a".repeat(256 * 1024)}\nlimits: { cpus: 2 }\n`;
    expect(check(text)).toEqual([
      `1:1 has ${text.length} characters: 262144 are the most that are read`,
    ]);
    const keys = Array.from({ length: 20_000 }, (_, at) => `k${at}: 1`);
    const told = check(keys.join("\n"));
    expect(told).toHaveLength(20_002);
    expect(told[19_999]).toBe('20000:1 Unrecognized key: "k19999"');
  });

  it("tells each key that stands twice, in maps within maps too", () => {
    expect(check("name: a\nname: b\nlimits: { cpus: 2, speed: 1, cpus: 3 }\n1: a\n1: b\n")).toEqual(
      [
        "2:1 Map keys must be unique",
        "3:30 Map keys must be unique",
        "5:1 Map keys must be unique",
      ],
    );
  });

  it("tells broken syntax with its place, and a key that stands twice", () => {
    expect(check("name: a\nname: b\n")).toEqual(["2:1 Map keys must be unique"]);
    expect(check("name: [a\n")).toHaveLength(1);
  });
});
