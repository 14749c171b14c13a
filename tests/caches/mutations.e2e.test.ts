import { chmodSync, utimesSync } from "node:fs";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { CachesRig } from "./rig.ts";

const build = ["run-many", "-t", "build", "--outputStyle=static"];

/** `app` needs `lib` and copies what that made; `other` stands alone and has the odd kinds of input. */
function projectJson(
  name: "lib" | "app" | "other",
  more: { readonly options?: object; readonly description?: string } = {},
): string {
  const make = {
    lib: "cat src/* > dist/receipt",
    app: "find src | sort > dist/receipt && cat ../lib/dist/receipt >> dist/receipt",
    other: "echo other > dist/receipt",
  }[name];
  const extra = {
    lib: [],
    app: [{ env: "FLAVOUR" }, { dependentTasksOutputFiles: "**/receipt", transitive: true }],
    other: [{ runtime: "cat tool-version" }, "{workspaceRoot}/tools/executors/thing/**/*"],
  }[name];
  return JSON.stringify({
    name,
    tags: ["slipway"],
    targets: {
      build: {
        executor: "@slipway/executors:command",
        options: {
          command: `mkdir -p dist && ${make} && echo ${name} >> ../.ran/all`,
          ...more.options,
        },
        cache: true,
        dependsOn: name === "app" ? [{ projects: ["lib"], target: "build" }] : [],
        inputs: [
          "{projectRoot}/src/**/*",
          { env: `SLIPWAY_OWN_${name.toUpperCase()}__BUILD` },
          { externalDependencies: [] },
          ...extra,
        ],
        outputs: ["{projectRoot}/dist"],
        ...(more.description === undefined ? {} : { metadata: { description: more.description } }),
      },
    },
  });
}

function workspaceFiles(): Readonly<Record<string, string>> {
  return {
    "lib/project.json": projectJson("lib"),
    "lib/src/a.txt": "a",
    "lib/src/moving.txt": "moving",
    "app/project.json": projectJson("app"),
    "app/src/one.txt": "one",
    "app/src/two.txt": "two",
    "app/src/Case.txt": "case",
    "other/project.json": projectJson("other"),
    "other/src/x.txt": "x",
    "tool-version": "1.0",
    "tools/executors/thing/executor.ts": "export {};",
    "unrelated.txt": "1",
  };
}

type Mutation = {
  readonly kind: string;
  readonly change?: (rig: CachesRig) => void;
  readonly revert?: (rig: CachesRig) => void;
  readonly more?: Readonly<Record<string, string>>;
  readonly ran: readonly string[];
  /** The daemon hears of it late: a run too many, never one too few. */
  readonly isHeardLate?: boolean;
};

function edit(file: string, text: string, old: string): Pick<Mutation, "change" | "revert"> {
  return { change: (rig) => rig.write(file, text), revert: (rig) => rig.write(file, old) };
}

/** In an order in which the next one mostly runs other targets. */
const mutations: readonly Mutation[] = [
  { kind: "content", ...edit("lib/src/a.txt", "A", "a"), ran: ["app", "lib"] },
  {
    kind: "addition",
    change: (rig) => rig.write("other/src/new.txt", ""),
    revert: (rig) => rig.remove("other/src/new.txt"),
    ran: ["other"],
  },
  {
    kind: "rename",
    change: (rig) => rig.rename("app/src/one.txt", "app/src/eins.txt"),
    revert: (rig) => rig.rename("app/src/eins.txt", "app/src/one.txt"),
    ran: ["app"],
  },
  { kind: "version of a tool", ...edit("tool-version", "1.1", "1.0"), ran: ["other"] },
  {
    kind: "rename of case alone",
    change: (rig) => rig.rename("app/src/Case.txt", "app/src/case.txt"),
    revert: (rig) => rig.rename("app/src/case.txt", "app/src/Case.txt"),
    ran: ["app"],
  },
  {
    kind: "option",
    ...edit(
      "other/project.json",
      projectJson("other", { options: { timeoutSeconds: 60 } }),
      projectJson("other"),
    ),
    ran: ["other"],
  },
  {
    kind: "move between projects",
    change: (rig) => rig.rename("lib/src/moving.txt", "app/src/moving.txt"),
    revert: (rig) => rig.rename("app/src/moving.txt", "lib/src/moving.txt"),
    ran: ["app", "lib"],
  },
  {
    kind: "source of an executor",
    ...edit("tools/executors/thing/executor.ts", "export const x = 1;", "export {};"),
    ran: ["other"],
  },
  {
    kind: "deletion",
    change: (rig) => rig.remove("app/src/two.txt"),
    revert: (rig) => rig.write("app/src/two.txt", "two"),
    ran: ["app"],
  },
  {
    // What lib makes of it is the same, so app has nothing to do.
    kind: "mode",
    change: (rig) => rig.makeExecutable("lib/src/a.txt"),
    revert: (rig) => rig.makeExecutable("lib/src/a.txt", false),
    ran: ["lib"],
  },
  { kind: "variable set", more: { FLAVOUR: "mint" }, ran: ["app"] },
  { kind: "variable empty", more: { FLAVOUR: "" }, ran: ["app"] },
  {
    kind: "folder in place of a file",
    change: (rig) => {
      rig.remove("app/src/two.txt");
      rig.write("app/src/two.txt/inner", "two");
    },
    revert: (rig) => {
      rig.remove("app/src/two.txt");
      rig.write("app/src/two.txt", "two");
    },
    ran: ["app"],
  },
  {
    kind: "retargeted link",
    change: (rig) => rig.link("app/src/link", "two.txt"),
    revert: (rig) => rig.link("app/src/link", "one.txt"),
    ran: ["app"],
    isHeardLate: true,
  },
  { kind: "salt", more: { SLIPWAY_SALT: "pepper" }, ran: ["app", "lib", "other"] },
];

/** All of them at once: none is an input. */
const noInputs: Mutation = {
  kind: "times, right to read, locale, time zone, user, undeclared variable and unrelated file",
  change: (rig) => {
    for (const file of ["lib/src/a.txt", "app/src/one.txt", "other/src/x.txt"]) {
      utimesSync(rig.at(file), new Date(), new Date());
    }
    // What a clone under another umask has.
    chmodSync(rig.at("lib/src/a.txt"), 0o600);
    rig.write("unrelated.txt", "2");
  },
  revert: (rig) => {
    chmodSync(rig.at("lib/src/a.txt"), 0o644);
    rig.write("unrelated.txt", "1");
  },
  more: {
    LANG: "de_DE.UTF-8",
    LC_ALL: "tr_TR.UTF-8",
    TZ: "Asia/Kathmandu",
    USER: "someone",
    LOGNAME: "someone",
    UNDECLARED: "x",
  },
  ran: [],
};

const others: readonly Mutation[] = [
  noInputs,
  {
    kind: "description",
    ...edit(
      "other/project.json",
      projectJson("other", { description: "What it does" }),
      projectJson("other"),
    ),
    ran: [],
  },
  {
    kind: "layout of a JSON file",
    ...edit(
      "other/project.json",
      JSON.stringify(JSON.parse(projectJson("other")), undefined, 4),
      projectJson("other"),
    ),
    ran: [],
  },
  {
    kind: "order of keys",
    ...edit("other/project.json", turned(projectJson("other")), projectJson("other")),
    ran: [],
  },
];

/** With the order of the keys of every object turned round. */
function turned(json: string): string {
  return JSON.stringify(JSON.parse(json), (_key, value: unknown) =>
    typeof value === "object" && value !== null && !Array.isArray(value)
      ? Object.fromEntries(Object.entries(value).toReversed())
      : value,
  );
}

describe.each([
  { daemon: "off", isDaemonOn: false },
  { daemon: "on", isDaemonOn: true },
])("with the daemon $daemon", ({ isDaemonOn }) => {
  let rig: CachesRig;

  beforeAll(async () => {
    rig = CachesRig.setup(workspaceFiles(), isDaemonOn);
    rig.link("app/src/link", "one.txt");
    const ran = await rig.ran(build);
    if (ran.length !== 3) throw new Error(`internal: the first run was ${ran.join(", ")}`);
  });
  afterAll(async () => rig[Symbol.asyncDispose]());

  const cases = [...mutations, ...others].map((one, at, all) => {
    const next = all[at + 1];
    // Then the next run, which is to run none of these, tells that they are served.
    const isToldByNext = next !== undefined && !next.ran.some((name) => one.ran.includes(name));
    return [one.kind, one.ran, { ...one, isToldByNext }] as const;
  });

  test.each(cases)("%s runs %j, and what it was before is served", async (_kind, ran, one) => {
    one.change?.(rig);
    expect(await rig.ran(build, one.more)).toEqual(ran);
    one.revert?.(rig);
    if (one.isToldByNext) return;
    const again = await rig.ran(build);
    expect(isDaemonOn && one.isHeardLate === true ? [] : again).toEqual([]);
  });

  test("what cannot be found out fails the target that needs it, with its words, and no other", async () => {
    rig.remove("tool-version");
    for (let time = 0; time < 2; time += 1) {
      const { code, output } = await rig.nx(build);
      expect(code).toBe(1);
      expect(output).toContain("cat tool-version");
      expect(output).toContain("nx run app:build  [");
      expect(output).not.toContain("nx run other:build  [");
    }
    rig.write("tool-version", "1.0");
    expect(await rig.ran(build)).toEqual([]);
  });

  test("a cached target that does not declare its fact fails with the line to add", async () => {
    const declared = projectJson("other");
    rig.write("other/project.json", declared.replace("SLIPWAY_OWN_OTHER__BUILD", "ANOTHER"));
    const { code, output } = await rig.nx(build);
    expect(code).toBe(1);
    expect(output).toContain('add { "env": "SLIPWAY_OWN_OTHER__BUILD" } to its "inputs"');
    rig.write("other/project.json", declared);
    expect(await rig.ran(build)).toEqual([]);
  });

  test("without our plugin in nx.json a target of ours fails, since nothing would tell Nx of its inputs", async () => {
    const settings = rig.read("nx.json");
    rig.write("nx.json", JSON.stringify({ ...JSON.parse(settings), plugins: [] }));
    const { code, output } = await rig.nx(build);
    expect(code).toBe(1);
    expect(output).toContain('nx.json has to have "@slipway/executors/plugin" in "plugins"');
    rig.write("nx.json", settings);
    expect(await rig.ran(build)).toEqual([]);
  });
});

test("a clone elsewhere, of another user under another umask and locale, has the same signatures", async ({
  skip,
}) => {
  const nobody = 65_534;
  if (process.getuid?.() !== 0) skip("only root can run a program as another user");
  await using rig = CachesRig.setup(workspaceFiles());
  using elsewhere = rig.cloneFor(nobody, "umask 077");
  if (!elsewhere.isSourceReadable) skip("another user may not read the checkout of this test");
  const words = ["signature", "lib:build", "app:build", "other:build", "--json"];
  const own = JSON.parse(rig.slipway(words)) as { readonly targets: object };
  const theirs = JSON.parse(
    elsewhere.slipway(words, { LC_ALL: "tr_TR.UTF-8", TZ: "Asia/Kathmandu" }),
  ) as { readonly targets: unknown };
  expect(Object.keys(own.targets)).toHaveLength(3);
  expect(theirs.targets).toEqual(own.targets);
});
