import { spawn, spawnSync } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { create } from "@bufbuild/protobuf";
import type { MessageInitShape } from "@bufbuild/protobuf";
import fc from "fast-check";
import { afterAll, describe, expect, test } from "vitest";
import {
  Comparison_Operator,
  ConditionSchema,
  Fact,
  Status,
  ValueSchema,
  VariableSchema,
} from "./generated/slipway/pipelines/v1/graph_pb.js";
import type { Condition, Variable } from "./generated/slipway/pipelines/v1/graph_pb.js";
import { shellCondition, shellJob, shellQuoted, shellWord } from "./shell-job.ts";
import type { OwnWord, ShellStep } from "./shell-job.ts";

const folder = mkdtempSync(path.join(tmpdir(), "shell-job-"));
afterAll(() => rmSync(folder, { recursive: true }));

type Shell = { readonly program: string; readonly options: readonly string[] };

const shells: readonly Shell[] = [
  { program: "bash", options: ["-e", "-u", "-c"] },
  { program: "sh", options: ["-e", "-c"] },
  { program: "dash", options: ["-c"] },
  { program: "busybox", options: ["sh", "-e", "-c"] },
];

const own: OwnWord = (value) => {
  switch (value.case) {
    case "secret":
      return `"$(printf %s "$SECRET_${value.value}")"`;
    case "fact":
      return `"\${FACT_${Fact[value.value]}-}"`;
    case "input":
    case "setting":
      return `"\${${value.value}-}"`;
    case "output":
      return `"$(exit 3)"`;
  }
};

type Ended = { readonly status: number | null; readonly lines: readonly string[] };

function run(
  { program, options }: Shell,
  script: string,
  env: Readonly<Record<string, string>> = {},
): Ended {
  const { status, stdout } = spawnSync(program, [...options, script], {
    cwd: folder,
    encoding: "utf8",
    env: { PATH: process.env["PATH"] ?? "", ...env },
  });
  return { status, lines: stdout.split("\n").slice(0, -1) };
}

function statusIs(status: Status): Condition {
  return create(ConditionSchema, { kind: { case: "status", value: status } });
}

function variable(name: string, value: MessageInitShape<typeof ValueSchema>): Variable {
  return create(VariableSchema, { name, value });
}

function isEqual(name: string, right: string, operator = Comparison_Operator.EQUAL): Condition {
  const left = create(ValueSchema, { kind: { case: "env", value: name } });
  return create(ConditionSchema, {
    kind: { case: "comparison", value: { left, operator, right } },
  });
}

function group(kind: "all" | "any", ...of: readonly Condition[]): Condition {
  return create(ConditionSchema, { kind: { case: kind, value: { of: [...of] } } });
}

function not(of: Condition): Condition {
  return create(ConditionSchema, { kind: { case: "not", value: of } });
}

describe.each(shells)("in $program", (shell) => {
  function check(
    steps: readonly ShellStep[],
    expected: Ended,
    env: Readonly<Record<string, string>> = {},
  ): void {
    const script = shellJob(steps, { own });
    expect(run(shell, script, env), script).toEqual(expected);
  }

  test("each step has a shell of its own", () => {
    check(
      [
        { command: "x=1; cd /; set -x; exit 0" },
        { command: 'echo "<$x>"; pwd' },
        { command: "- 2>/dev/null || echo none" },
      ],
      { status: 0, lines: ["<>", folder, "none"] },
    );
  });

  test("the first failure ends it, with its own status", () => {
    check([{ command: "echo a; exit 7" }, { command: "echo b" }], { status: 7, lines: ["a"] });
    check([{ command: "false\necho after" }, { command: "echo b" }], { status: 1, lines: [] });
  });

  test("a step that may fail stops nobody", () => {
    const steps = [{ command: "exit 7", mayFail: true }, { command: "echo b" }];
    check(steps, { status: 0, lines: ["failed with 7, and may", "b"] });
    check([...steps, { command: "echo c", condition: statusIs(Status.ALWAYS) }], {
      status: 0,
      lines: ["failed with 7, and may", "b", "c"],
    });
  });

  test("after a failure those steps run that ask for it, and the first failure is what it ends as", () => {
    check(
      [
        { command: "echo a; exit 7" },
        { command: "echo no" },
        { command: "echo no", condition: statusIs(Status.SUCCESS) },
        { command: "echo no", condition: isEqual("A", "1") },
        { command: "echo failure; exit 9", condition: statusIs(Status.FAILURE) },
        { command: "echo always", condition: statusIs(Status.ALWAYS) },
        { command: "echo no", condition: statusIs(Status.CANCELLED) },
        {
          command: "echo both",
          condition: group("all", not(statusIs(Status.SUCCESS)), isEqual("A", "1")),
        },
      ],
      { status: 7, lines: ["a", "failure", "always", "both"] },
      { A: "1" },
    );
  });

  test("without a failure a step for failures is left out", () => {
    check(
      [
        { command: "echo a" },
        { command: "echo no", condition: statusIs(Status.FAILURE) },
        { command: "echo b" },
      ],
      { status: 0, lines: ["a", "b"] },
    );
  });

  test("variables are of their step, and a value is never a command", () => {
    const awkward = "$(echo x) `id` ' \" \\ $HOME\n second; exit 3 #";
    check(
      [
        {
          command: 'printf "%s\\n" "$A"',
          env: [variable("A", { kind: { case: "literal", value: awkward } })],
        },
        { command: 'echo "<$A>"' },
        { command: 'echo "$B"', env: [variable("B", { kind: { case: "secret", value: "B" } })] },
      ],
      { status: 0, lines: [...awkward.split("\n"), "<>", "it's"] },
      { SECRET_B: "it's" },
    );
  });

  test("a value that cannot be had fails its step", () => {
    const output = variable("A", { kind: { case: "output", value: { job: "b", name: "c" } } });
    check([{ command: "echo no", env: [output] }], { status: 3, lines: [] });
    check(
      [
        { command: "echo no", env: [output] },
        { command: "echo yes", condition: statusIs(Status.FAILURE) },
      ],
      {
        status: 3,
        lines: ["yes"],
      },
    );
  });

  test("a folder is of its step, and one that is not there fails it", () => {
    check([{ command: "pwd", workingDirectory: "/" }, { command: "pwd" }], {
      status: 0,
      lines: ["/", folder],
    });
    check([{ command: "echo no", workingDirectory: "-x y" }], { status: 1, lines: [] });
  });

  test("outputs are what a step wrote last, of one line and of several", () => {
    const write = [
      "echo a=1 >> $GITHUB_OUTPUT",
      "printf '%s\\n' 'a=x=y' 'b<<END' '' ' two' 'a=no' 'END' 'c=3<<4' >> $GITHUB_OUTPUT",
    ];
    const read = (name: string) =>
      variable("V", { kind: { case: "step", value: { step: "s-1", name } } });
    const steps = [
      { id: "s-1", command: write.join("\n") },
      ...["a", "b", "c", "d"].map((name) => ({ command: 'echo "<$V>"', env: [read(name)] })),
    ];
    check(steps, { status: 0, lines: ["<x=y>", "<", " two", "a=no>", "<3<<4>", "<>"] });
  });

  test("a program that is no shell gets its command as a file", () => {
    check(
      [
        { shell: "cat", command: "a $b" },
        { shell: "sed -n p {0} -", command: "c" },
        { shell: "sh", command: "echo d" },
        { shell: "bash", command: "false | true\necho no" },
      ],
      { status: 1, lines: ["a $b", "c", "d"] },
    );
  });

  // Busybox looks for none but its own.
  test.skipIf(shell.program === "busybox")(
    "the time of a step is limited by the program for that",
    () => {
      const programs = mkdtempSync(path.join(folder, "programs-"));
      writeFileSync(
        path.join(programs, "timeout"),
        '#!/bin/sh\necho "$1 seconds"\nshift\n"$@"\nexit 124\n',
        { mode: 0o755 },
      );
      check(
        [{ command: "echo a", timeoutMinutes: 2 }, { command: "echo no" }],
        { status: 124, lines: ["120 seconds", "a"] },
        { PATH: `${programs}:${process.env["PATH"] ?? ""}` },
      );
    },
  );

  test("a signal ends the step that runs, and those for a stop run still", async () => {
    const script = shellJob(
      [
        { command: "echo a; exec sleep 60" },
        { command: "echo no" },
        { command: "echo cancelled; exit 5", condition: statusIs(Status.CANCELLED) },
        { command: "echo no", condition: statusIs(Status.FAILURE) },
        { command: "echo always", condition: statusIs(Status.ALWAYS) },
      ],
      { own },
    );
    const child = spawn(shell.program, [...shell.options, script], {
      stdio: ["ignore", "pipe", "inherit"],
    });
    const lines: string[] = [];
    child.stdout.setEncoding("utf8").on("data", (text: string) => {
      lines.push(...text.split("\n").slice(0, -1));
      if (text.startsWith("a\n")) child.kill("SIGTERM");
    });
    const status = await new Promise((done) => child.once("close", done));
    expect({ status, lines }).toEqual({ status: 143, lines: ["a", "cancelled", "always"] });
  });

  test("a signal ends a step that has a limit", async () => {
    const script = shellJob([{ command: "echo a; exec sleep 60", timeoutMinutes: 5 }], { own });
    const child = spawn(shell.program, [...shell.options, script], {
      stdio: ["ignore", "pipe", "inherit"],
    });
    child.stdout.once("data", () => child.kill("SIGTERM"));
    expect(await new Promise((done) => child.once("close", done))).toBe(143);
  });

  test.each([
    ["main", "main", true],
    ["ma*", "main", true],
    ["*", "", true],
    ["*", "a/b", false],
    ["a/**", "a/b/c", true],
    ["?", "/", false],
    ["a.b", "axb", false],
    ["[a]\\^$", "[a]\\^$", true],
    ["!*", "!", true],
    ["(*", "(", true],
    ["a+(b|c){1}*", "a+(b|c){1}d", true],
    ["b", "ab", false],
    ["v*", "v1\nx", true],
  ])("the glob %j for %j is %j", (glob, text, expected) => {
    const condition = isEqual("A", glob, Comparison_Operator.MATCHES);
    const steps = [
      { command: "echo yes", condition },
      { command: "echo no", condition: not(condition) },
    ];
    check(steps, { status: 0, lines: [expected ? "yes" : "no"] }, { A: text });
  });
});

/** What a condition means. */
function holds(condition: Condition, env: Readonly<Record<string, string>>): boolean {
  const { kind } = condition;
  switch (kind.case) {
    case "literal":
      return kind.value;
    case "not":
      return !holds(kind.value, env);
    case "all":
      return kind.value.of.every((one) => holds(one, env));
    case "any":
      return kind.value.of.some((one) => holds(one, env));
    case "comparison": {
      const left = kind.value.left?.kind;
      return left?.case === "env" && (env[left.value] ?? "") === kind.value.right;
    }
    case "status":
    case undefined:
      throw new Error("not made here");
  }
}

const texts = fc.constantFrom("", "a", "b", "!", "(", ")", "-a", "=", "a b", "'");

const conditions = fc.letrec<{ readonly condition: Condition }>((tie) => ({
  condition: fc.oneof(
    { depthSize: "small", withCrossShrink: true },
    fc.tuple(fc.constantFrom("A", "B"), texts).map(([name, right]) => isEqual(name, right)),
    fc.boolean().map((value) => create(ConditionSchema, { kind: { case: "literal", value } })),
    tie("condition").map(not),
    fc
      .tuple(
        fc.constantFrom("all" as const, "any" as const),
        fc.array(tie("condition"), { maxLength: 3 }),
      )
      .map(([kind, of]) => group(kind, ...of)),
  ),
})).condition;

test("of any condition a shell says what it means", () => {
  fc.assert(
    fc.property(
      fc.array(conditions, { minLength: 20, maxLength: 20 }),
      texts,
      texts,
      (all, A, B) => {
        const words = { own, status: () => "true" };
        const script = all
          .map((one) => `if ${shellCondition(one, words)}; then echo yes; else echo no; fi`)
          .join("\n");
        for (const shell of shells.slice(1, 3)) {
          expect(run(shell, script, { A, B }).lines).toEqual(
            all.map((one) => (holds(one, { A, B }) ? "yes" : "no")),
          );
        }
      },
    ),
    { numRuns: 20 },
  );
});

test("any text is one word", () => {
  fc.assert(
    fc.property(
      fc.array(fc.string({ unit: "binary" }).filter((text) => !text.includes("\0"))),
      (all) => {
        const parts = all.map((text) =>
          create(ValueSchema, { kind: { case: "literal", value: text } }),
        );
        const value = create(ValueSchema, {
          kind: { case: "joined", value: { of: parts } },
        });
        const file = path.join(folder, "words");
        writeFileSync(
          file,
          `printf '%s' ${[...all, "."].map(shellQuoted).join(" ")} ${shellWord(value, own)}`,
        );
        const { stdout } = spawnSync("sh", [file], { encoding: "utf8" });
        expect(stdout).toBe(`${all.join("")}.${all.join("")}`);
      },
    ),
    { numRuns: 30 },
  );
});

test("a plain job reads as what it does", () => {
  expect(
    shellJob([{ command: "npm ci" }, { name: "check", command: "make check" }], {
      own,
      heading: (name) => `--- ${name}`,
    }),
  ).toBe(`slipway_shell=$(command -v bash || command -v sh)
printf '%s\\n' '--- npm ci'
"$slipway_shell" -e -c 'npm ci' || exit
printf '%s\\n' '--- check'
"$slipway_shell" -e -c 'make check' || exit
`);
});
