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
      "1:7 name: must be a text, and is a number",
      "3:9 limits.cpus: must be a number, and is a text",
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
    expect(check("name: a\n")).toEqual(["1:1 limits: is missing: it must be keys with values"]);
  });

  it("has words of its own for what is of another kind, too little, too much, or none of a few", () => {
    const Rich = z.strictObject({
      list: z.array(z.string()).min(1),
      pair: z.array(z.string()).min(2).max(3),
      some: z.enum(["a", "b"]),
      short: z.string().max(3),
      count: z.int().min(2),
      share: z.number().gt(0).max(1),
      flag: z.boolean(),
      map: z.record(z.string(), z.string()),
      own: z.string().regex(/^x/, "must begin with x"),
    });
    const parse = (text: string): readonly string[] => {
      const parsed = parseYaml("a.yml", text, Rich);
      return parsed.ok ? [] : parsed.failure.problems.map(({ message }) => message);
    };
    const wrong =
      "list: []\npair: [a]\nsome: c\nshort: long\ncount: 1\nshare: 0\nflag: no way\nmap: [a]\nown: y\n";
    expect(parse(wrong)).toEqual([
      "list: must not be empty",
      "pair: must have 2 entries at least",
      "some: must be a or b",
      "short: must have 3 characters at most",
      "count: must be 2 or more",
      "share: must be more than 0",
      "flag: must be true or false, and is a text",
      "map: must be keys with values, and is a list",
      "own: must begin with x",
    ]);
    const others =
      "list: a\npair: [a, b, c, d]\nsome:\nshort: 1\ncount: 1.5\nshare: 2\nflag: true\nmap: {}\nown: true\n";
    expect(parse(others)).toEqual([
      "list: must be a list, and is a text",
      "pair: must have 3 entries at most",
      "some: must be a or b",
      "short: must be a text, and is a number",
      "count: must be a whole number, and is a number",
      "share: must be 1 or less",
      "own: must be a text, and is true",
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
