import { execFileSync } from "node:child_process";
import { appendFileSync, lstatSync, readdirSync, statSync, utimesSync } from "node:fs";
import { readFile } from "node:fs/promises";
import path from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { CachesRig } from "./rig.ts";
import type { TargetJson } from "./rig.ts";

/** Two columns: the same tasks by our executor with our facts, and by Nx alone. */
const sides = ["ours", "nx"] as const;
type Side = (typeof sides)[number];

/**
 * Of each column `a` makes the first letter of its input, and `b`, which needs it, copies all it has. A step of the test
 * can be taken in the middle of `b` where the test has put pipes.
 */
function workspaceFiles(): Readonly<Record<string, string>> {
  const files: Record<string, string> = { ".gitattributes": "*.crlf text\n" };
  for (const side of sides) {
    files[`${side}/a/project.json`] = projectJson(side, "a", aTarget(side));
    files[`${side}/a/src/text.txt`] = "hello";
    files[`${side}/b/project.json`] = projectJson(side, "b", bTarget(side));
    for (const name of [
      "plain",
      "touched",
      "mtime",
      "older",
      "first",
      "second",
      "gone",
      "before",
    ]) {
      files[`${side}/b/src/${name}.txt`] = name;
    }
    files[`${side}/b/src/left.txt`] = "ab";
    files[`${side}/b/src/right.txt`] = "c";
    files[`${side}/b/src/run.sh`] = "echo run";
    files[`${side}/b/src/added.sh`] = "echo added";
    files[`${side}/b/src/lines.crlf`] = "one\ntwo\n";
    files[`${side}/b/src/assumed.txt`] = "assumed";
    files[`${side}/b/src/skipped.txt`] = "skipped";
    files[`${side}/b/made/ignored.txt`] = "ignored";
    files[`${side}/b/src/pointed.txt`] = "pointed";
    files[`shared/${side}.txt`] = "shared";
  }
  return files;
}

function projectJson(side: Side, name: string, target: TargetJson): string {
  const tags = side === "ours" ? ["slipway"] : [];
  return JSON.stringify({ name: `${side}-${name}`, tags, targets: { build: target } });
}

function executed(side: Side, name: string, command: string): TargetJson {
  const line = `${command} && echo ${side}/${name} >> ../../.ran/all`;
  return side === "ours"
    ? { executor: "@slipway/executors:command", options: { command: line } }
    : { executor: "nx:run-commands", options: { command: line, cwd: `${side}/${name}` } };
}

function inputs(side: Side, name: string): readonly unknown[] {
  return [
    "{projectRoot}/src/**/*",
    { externalDependencies: [] },
    ...(side === "ours" ? [{ env: `SLIPWAY_OWN_OURS_${name.toUpperCase()}__BUILD` }] : []),
  ];
}

function aTarget(side: Side): TargetJson {
  return {
    ...executed(side, "a", "mkdir -p dist && head -c 1 src/text.txt > dist/receipt"),
    cache: true,
    inputs: inputs(side, "a"),
    outputs: ["{projectRoot}/dist"],
  };
}

const copied = "cp src/plain.txt dist/out && printf '[%s]' \"$FOO\" > dist/foo";
const rich =
  "printf x > dist/tool && chmod 755 dist/tool && printf s > dist/secret && chmod 600 dist/secret && ln -s out dist/link && mkdir dist/empty";
/** Once, where the pipes are: tells that it has begun, waits, reads, tells that, and waits again. */
const stepped =
  "if mv ../../.ran/step ../../.ran/stepped; then echo > ../../.ran/begun; read x < ../../.ran/go; fi 2>/dev/null";
const steppedOn =
  "if mv ../../.ran/stepped ../../.ran/done; then echo > ../../.ran/read; read x < ../../.ran/end; fi 2>/dev/null";

function bTarget(side: Side, more = ""): TargetJson {
  const command = `mkdir -p dist; ${stepped}; ${copied} && ${rich}; ${steppedOn}; test ! -e src/broken.txt ${more}`;
  // What Nx gives a consumer that says nothing: the sources of what it needs.
  const upstream =
    side === "ours"
      ? { dependentTasksOutputFiles: "**/receipt", transitive: true }
      : { fileset: "{workspaceRoot}/nx/a/src/**/*" };
  return {
    ...executed(side, "b", command),
    cache: true,
    dependsOn: [{ projects: [`${side}-a`], target: "build" }],
    inputs: [
      ...inputs(side, "b"),
      { fileset: "{projectRoot}/made/**/*", includeIgnored: true },
      upstream,
    ],
    outputs: ["{projectRoot}/dist"],
  };
}

type Place = (file: string) => string;
type Change = (rig: CachesRig, place: Place, side: Side) => void;

/** H: served from the cache, R: ran. */
type Row = {
  readonly situation: string;
  readonly change?: Change;
  readonly ours: "H" | "R";
  /** `undefined`: now this, now that. */
  readonly nx: "H" | "R" | undefined;
  readonly more?: Readonly<Record<string, string>>;
};

function restoreTime(rig: CachesRig, file: string, write: () => void): void {
  const { atime, mtime } = statSync(rig.at(file));
  write();
  utimesSync(rig.at(file), atime, mtime);
}

const rows: readonly Row[] = [
  { situation: "no change", ours: "H", nx: "H" },
  {
    situation: "content change",
    change: (rig, b) => rig.write(b("src/plain.txt"), "other"),
    ours: "R",
    nx: "R",
  },
  {
    situation: "touch only: a newer time, the same content",
    change: (rig, b) => utimesSync(rig.at(b("src/touched.txt")), new Date(), new Date()),
    ours: "H",
    nx: "H",
  },
  {
    situation: "the same size, the time restored",
    change: (rig, b) => {
      restoreTime(rig, b("src/mtime.txt"), () => rig.write(b("src/mtime.txt"), "emitm"));
    },
    ours: "R",
    nx: "H",
  },
  {
    situation: "another content with an older time",
    change: (rig, b) => {
      rig.write(b("src/older.txt"), "another");
      utimesSync(rig.at(b("src/older.txt")), new Date(0), new Date(0));
    },
    ours: "R",
    nx: "R",
  },
  { situation: "an undeclared variable", more: { FOO: "leak" }, ours: "H", nx: "H" },
  {
    situation: "the executable bit",
    change: (rig, b) => rig.makeExecutable(b("src/run.sh")),
    ours: "R",
    nx: "H",
  },
  {
    situation: "the executable bit, added to git",
    change: (rig, b) => {
      rig.makeExecutable(b("src/added.sh"));
      rig.git("add", b("src/added.sh"));
    },
    ours: "R",
    nx: "H",
  },
  {
    situation: "another target of a link",
    change: (rig, b) => rig.link(b("src/link"), "second.txt"),
    ours: "R",
    nx: "R",
  },
  {
    situation: "the content behind a link that leaves the project",
    change: (rig, _b, side) => rig.write(`shared/${side}.txt`, "derahs"),
    ours: "R",
    // It reads through the link, but dates what it read by the link.
    nx: undefined,
  },
  {
    situation: "a file in place of a link, with the same content",
    change: (rig, b) => {
      rig.remove(b("src/replaced"));
      rig.write(b("src/replaced"), "pointed");
    },
    ours: "R",
    nx: "H",
  },
  {
    situation: "a file less",
    change: (rig, b) => rig.remove(b("src/gone.txt")),
    ours: "R",
    nx: "R",
  },
  {
    situation: "another name, the same content and time",
    change: (rig, b) => rig.rename(b("src/before.txt"), b("src/after.txt")),
    ours: "R",
    nx: "R",
  },
  {
    situation: "contents of two files of the same time swapped by mv",
    change: (rig, b) => {
      rig.rename(b("src/first.txt"), "aside");
      rig.rename(b("src/second.txt"), b("src/first.txt"));
      rig.rename("aside", b("src/second.txt"));
    },
    ours: "R",
    nx: "H",
  },
  {
    situation: "a byte moved from one file to the next",
    change: (rig, b) => {
      rig.write(b("src/left.txt"), "a");
      rig.write(b("src/right.txt"), "bc");
    },
    ours: "R",
    nx: "R",
  },
  {
    situation: "a new file that git does not know",
    change: (rig, b) => rig.write(b("src/new.txt"), "new"),
    ours: "R",
    nx: "R",
  },
  {
    situation: "a new file with an old time",
    change: (rig, b) => {
      rig.write(b("src/old.txt"), "old");
      utimesSync(rig.at(b("src/old.txt")), new Date(0), new Date(0));
    },
    ours: "R",
    nx: "R",
  },
  {
    situation: "a declared input that git ignores",
    change: (rig, b) => rig.write(b("made/ignored.txt"), "other"),
    ours: "R",
    nx: "R",
  },
  {
    situation: "an empty folder",
    change: (rig, b) => {
      rig.write(b("src/empty/x"), "");
      rig.remove(b("src/empty/x"));
    },
    ours: "H",
    nx: "H",
  },
  {
    // The signature stays, but Nx reads the bytes themselves.
    situation: "CRLF for LF in a file that is text to git",
    change: (rig, b) => rig.write(b("src/lines.crlf"), "one\r\ntwo\r\n"),
    ours: "R",
    nx: "R",
  },
  {
    situation: "a file that git assumes to be unchanged",
    change: (rig, b) => {
      rig.git("update-index", "--assume-unchanged", b("src/assumed.txt"));
      rig.write(b("src/assumed.txt"), "edited");
    },
    ours: "R",
    nx: "R",
  },
  {
    situation: "a file that git skips in the worktree",
    change: (rig, b) => {
      rig.git("update-index", "--skip-worktree", b("src/skipped.txt"));
      rig.write(b("src/skipped.txt"), "edited");
    },
    ours: "R",
    nx: "R",
  },
  {
    situation: "a file of a repository that lies inside",
    change: (rig, b) => rig.write(b("src/nested/inner.txt"), "edited"),
    ours: "R",
    nx: "R",
  },
  {
    situation: "another command",
    change: (rig, b, side) => {
      rig.write(b("project.json"), projectJson(side, "b", bTarget(side, "&& true")));
    },
    ours: "R",
    nx: "R",
  },
];

describe.each([
  { daemon: "off", isDaemonOn: false },
  { daemon: "on", isDaemonOn: true },
])("with the daemon $daemon", ({ isDaemonOn }) => {
  let rig: CachesRig;
  const build = ["run-many", "-t", "build", "--outputStyle=static"];

  beforeAll(async () => {
    rig = CachesRig.setup(workspaceFiles(), isDaemonOn);
    for (const side of sides) {
      const place = placeIn(side);
      rig.link(place("src/link"), "first.txt");
      rig.link(place("src/replaced"), "pointed.txt");
      rig.link(place("src/outside"), `../../../shared/${side}.txt`);
      rig.write(place("src/nested/inner.txt"), "inner");
      for (const name of ["first", "second"]) {
        utimesSync(rig.at(place(`src/${name}.txt`)), new Date(1e12), new Date(1e12));
      }
      execFileSync("git", ["init", "--quiet"], { cwd: rig.at(place("src/nested")) });
    }
    const ran = await rig.ran(build);
    if (ran.length !== 4) throw new Error(`internal: the first run was ${ran.join(", ")}`);
  });
  afterAll(async () => rig[Symbol.asyncDispose]());

  const placeIn =
    (side: Side): Place =>
    (file) =>
      `${side}/b/${file}`;

  const cases = rows.map((row) => [row.situation, row.ours, row.nx, row] as const);

  test.each(cases)("%s: ours %s, Nx alone %s", async (_name, ours, nx, { change, more }) => {
    for (const side of sides) change?.(rig, placeIn(side), side);
    const ran = await rig.ran(build, more);
    const letter = (name: string): "H" | "R" => (ran.includes(name) ? "R" : "H");
    // Its watcher tells the daemon of some changes late and of some never.
    const expected = { ours, nx: (isDaemonOn ? undefined : nx) ?? letter("nx/b") };
    expect({ ours: letter("ours/b"), nx: letter("nx/b") }).toEqual(expected);
    expect(ran.filter((name) => name.endsWith("/a"))).toEqual([]);
  });

  test("a variable that is not declared reaches no command of ours", async () => {
    for (const side of sides) rig.write(`${side}/b/src/plain.txt`, "with FOO");
    expect(await rig.ran(build, { FOO: "leak" })).toEqual(["nx/b", "ours/b"]);
    expect([rig.read("ours/b/dist/foo"), rig.read("nx/b/dist/foo")]).toEqual(["[]", "[leak]"]);
  });

  test("outputs: tampered, deleted, with a stale file, each is put right by a hit", async () => {
    const genuine = rig.read("ours/b/dist/out");
    rig.write("ours/b/dist/out", "tampered");
    rig.write("ours/b/dist/stale", "");
    rig.remove("ours/a/dist");
    expect(await rig.ran(build)).toEqual([]);
    expect(rig.read("ours/b/dist/out")).toBe(genuine);
    expect(rig.exists("ours/b/dist/stale")).toBe(false);
    expect(rig.read("ours/a/dist/receipt")).toBe("h");
  });

  test("a tampered entry of Nx's cache fails the command, and is named with the cure", async () => {
    rig.remove("ours/b/dist");
    const [made = ""] =
      rig.read(".slipway/outputs/ours-b%3Abuild.json").match(/"hash": "\d+"/) ?? [];
    const entry = `.nx/cache/${made.replaceAll(/\D/g, "")}`;
    const file = `${entry}/ours/b/dist/out`;
    const genuine = rig.read(file);
    rig.write(file, "tampered");
    const { code, output } = await rig.nx(build);
    expect(code).toBe(1);
    expect(output).toContain("Nx served this target outputs that it did not make");
    expect(output).toContain(`rm -r ${rig.at(entry)}`);
    rig.write(file, genuine);
    rig.remove("ours/b/dist");
    const again = await rig.ran(build);
    // A hook that throws ends the daemon, and the next one reads anew what this one had of links.
    expect(isDaemonOn ? [] : again).toEqual([]);
    expect(rig.read("ours/b/dist/out")).toBe(genuine);
  });

  test("rich outputs come back as they were: modes, links, empty folders", async () => {
    rig.remove("ours/b/dist");
    expect(await rig.ran(build)).toEqual([]);
    const dist = rig.at("ours/b/dist");
    const kinds = readdirSync(dist).map((name) => {
      const stat = lstatSync(path.join(dist, name));
      return stat.isSymbolicLink() ? `${name}@` : `${name} ${(stat.mode & 0o777).toString(8)}`;
    });
    expect(kinds.toSorted()).toEqual([
      "empty 755",
      "foo 644",
      "link@",
      "out 644",
      "secret 600",
      "tool 755",
    ]);
  });

  test("upstream ran again and made the same: ours does not run", async () => {
    for (const side of sides) rig.write(`${side}/a/src/text.txt`, "hullo");
    expect(await rig.ran(build)).toEqual(["nx/a", "nx/b", "ours/a"]);
    for (const side of sides) rig.write(`${side}/a/src/text.txt`, "jello");
    expect(await rig.ran(build)).toEqual(["nx/a", "nx/b", "ours/a", "ours/b"]);
  });

  test("affected selects a consumer by what it is keyed by, without the sources of its upstream", async () => {
    const words = ["affected", "-t", "build", "--files=ours/a/src/text.txt", "--explain=stdout"];
    const { output } = await rig.nx(words);
    const told: unknown = JSON.parse(output.slice(output.indexOf("{")));
    expect(told).toMatchObject({
      affected: {
        "ours-a:build": [{ kind: "input-file", file: "ours/a/src/text.txt" }],
        "ours-b:build": [{ kind: "dependent-output", producer: "ours-a:build" }],
      },
    });
  });

  test("a task that fails runs again, and fails again", async () => {
    for (const side of sides) rig.write(`${side}/b/src/broken.txt`, "");
    for (let time = 0; time < 2; time += 1) {
      const { code, output } = await rig.nx(["run", "ours-b:build"]);
      expect(code).toBe(1);
      expect(output).toContain("✗ the command ended with 1");
    }
    for (const side of sides) rig.remove(`${side}/b/src/broken.txt`);
    expect(await rig.ran(build)).toEqual([]);
  });

  /** Runs `b` of one side and takes its steps; `begun` before it reads, `read` after it. */
  async function step(side: Side, begun: () => void, read: () => void) {
    const pipes = [".ran/begun", ".ran/go", ".ran/read", ".ran/end"];
    for (const pipe of pipes) rig.pipe(pipe);
    rig.write(".ran/step", "");
    const running = rig.nx(["run", `${side}-b:build`, "--outputStyle=static"]);
    await waitFor(".ran/begun");
    begun();
    appendFileSync(rig.at(".ran/go"), "\n");
    await waitFor(".ran/read");
    read();
    appendFileSync(rig.at(".ran/end"), "\n");
    const ended = await running;
    for (const pipe of pipes) rig.remove(pipe);
    return ended;
  }

  async function waitFor(pipe: string): Promise<void> {
    await readFile(rig.at(pipe));
  }

  test("an input that is changed while the task runs and put back poisons Nx alone, and not ours", async () => {
    for (const side of sides) {
      const input = `${side}/b/src/plain.txt`;
      rig.write(input, `good ${side}`);
      const { code } = await step(
        side,
        () => rig.write(input, "evil"),
        () => rig.write(input, `good ${side}`),
      );
      expect(code).toBe(0);
    }
    expect(await rig.ran(build)).toEqual([]);
    expect(rig.read("nx/b/dist/out")).toBe("evil");
    expect(rig.read("ours/b/dist/out")).toBe("good ours");
  });

  test("an input that is changed after it was read fails ours, and the next run has it", async () => {
    const input = "ours/b/src/plain.txt";
    rig.write(input, "one");
    const { code, output } = await step(
      "ours",
      () => {},
      () => rig.write(input, "two"),
    );
    expect(code).toBe(1);
    expect(output).toContain("inputs of this target changed after the command had begun");
    expect(await rig.ran(build)).toEqual(["ours/b"]);
    expect(rig.read("ours/b/dist/out")).toBe("two");
    rig.write(input, "one");
    expect(await rig.ran(build)).toEqual(["ours/b"]);
    expect(rig.read("ours/b/dist/out")).toBe("one");
  });
});
