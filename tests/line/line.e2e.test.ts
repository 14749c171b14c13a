import { execFileSync } from "node:child_process";
import {
  appendFileSync,
  existsSync,
  readFileSync,
  readdirSync,
  renameSync,
  rmSync,
  writeFileSync,
} from "node:fs";
import path from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { z } from "zod";
import { askEngine } from "./engine-proxy.ts";
import { LineRig } from "./rig.ts";
import type { Run } from "./rig.ts";

let rig: LineRig;
let all: readonly string[];

/** Whether a target leaves bytes that Nx keeps. */
function isCached(id: string): boolean {
  return /^(?:pack|rootfs|image(?:-.*)?|ao-bundle|ao-preflight|smoke)$/.test(
    id.split(":")[1] ?? "",
  );
}

beforeAll(async () => {
  rig = await LineRig.setup();
});
afterAll(async () => rig[Symbol.asyncDispose]());

/** What happened to each row that is not `unchanged`. */
function changes(run: Run): Readonly<Record<string, string>> {
  expect(run.code, run.output).toBe(0);
  expect([...run.rows.keys()].toSorted()).toEqual(all);
  return Object.fromEntries(
    [...run.rows]
      .filter(([, { what }]) => what !== "unchanged")
      .map(([id, { what }]) => [id, what]),
  );
}

function edit(file: string, change: (text: string) => string): () => void {
  const absolute = path.join(rig.root, file);
  const before = readFileSync(absolute, "utf8");
  const after = change(before);
  expect(after).not.toBe(before);
  writeFileSync(absolute, after);
  return () => writeFileSync(absolute, before);
}

function remove(...folders: readonly string[]): void {
  for (const folder of folders) rmSync(path.join(rig.root, folder), { recursive: true });
}

/** Its folders are read-only: only root could remove them as they are. */
function emptyStore(): void {
  const store = path.join(rig.home, ".aigogo");
  execFileSync("chmod", ["-R", "u+w", store]);
  rmSync(store, { recursive: true });
}

/** What the registry itself says it was asked since it was started last. */
function registryLog(): readonly string[] {
  const log = readFileSync(path.join(rig.root, ".slipway/registry/registry.log"), "utf8");
  const asked = log
    .split("\n")
    .filter((line) => line.includes('msg="response completed"'))
    .map((line) => {
      const method = /http\.request\.method=(\S+)/.exec(line)?.[1] ?? "";
      const uri = /http\.request\.uri="?([^" ]+)/.exec(line)?.[1] ?? "";
      return `${method} ${uri}`;
    });
  return asked.toSorted();
}

const dists = [
  "infra/rootfs/dist",
  "examples/bases/debian/dist",
  "examples/bases/shell/dist",
  "examples/agents/codex/dist",
  "examples/agents/gemini/dist",
  "examples/agents/greeter/dist",
  "examples/images/codex-review/dist",
  "examples/packages/text-tools/dist",
  "examples/packages/slugify/dist",
  "examples/skills-registry/dist",
  "examples/boot-check/dist",
];

describe("the line", () => {
  test("runs from nothing to a verified transcript", async () => {
    const run = await rig.run();
    expect(run.code, run.output).toBe(0);
    all = [...run.rows.keys()].toSorted();
    expect(all).toEqual([
      "boot-check:smoke",
      "boot-check:verify-boot",
      "codex-review:image",
      "codex-review:load",
      "codex:image-debian",
      "codex:load-debian",
      "consumer:install",
      "debian:image",
      "debian:load",
      "gemini:image-debian",
      "gemini:load-debian",
      "greeter:image-shell",
      "greeter:load-shell",
      "pipeline:signature",
      "rootfs:push",
      "rootfs:rootfs",
      "shell:image",
      "shell:load",
      "skills-registry:ao-bundle",
      "skills-registry:ao-deploy",
      "skills-registry:ao-preflight",
      "skills-registry:ao-verify",
      "slugify:pack",
      "slugify:push",
      "text-tools:pack",
      "text-tools:push",
      "workspace:signature",
    ]);
    const ran = [...run.rows].filter(([id]) => isCached(id));
    expect(ran.map(([id, { what }]) => [id, what])).toEqual(ran.map(([id]) => [id, "done"]));
  });

  test("leaves agents that answer with their pinned version, and packages that import", async () => {
    const version = (agent: string): string =>
      readFileSync(path.join(rig.root, `examples/agents/${agent}/VERSION`), "utf8").trim();
    const docker = ["-H", `unix://${rig.engineSocket}`, "run", "--rm", "--network=none"];
    for (const agent of ["codex", "gemini"]) {
      const words = [...docker, `slipway/${agent}:debian`, agent, "--version"];
      expect(execFileSync("docker", words, { encoding: "utf8" })).toContain(version(agent));
    }
    const consumer = path.join(rig.root, "examples/consumer");
    const imports = path.join(consumer, ".aigogo/imports");
    const python = "from aigogo.text_tools import word_count; print(word_count('a b c'))";
    expect(
      execFileSync("python3", ["-c", python], {
        encoding: "utf8",
        env: { ...process.env, PYTHONPATH: imports, PYTHONDONTWRITEBYTECODE: "1" },
      }),
    ).toBe("3\n");
    const node = "console.log(require('@aigogo/slugify').slugify('Grüße, Welt'))";
    expect(
      execFileSync(process.execPath, ["--require", "./.aigogo/register.js", "-e", node], {
        cwd: consumer,
        encoding: "utf8",
      }),
    ).toBe("grusse-welt\n");
  });

  test("does nothing the second time and asks each part of the world once", async () => {
    rig.engine.take();
    const run = await rig.run();
    expect(changes(run)).toEqual({});
    expect(rig.engine.take()).toEqual(["GET /version", "GET /images/json"]);
    expect(registryLog()).toEqual([
      "HEAD /v2/agents/slugify/manifests/1.0.0",
      "HEAD /v2/agents/text-tools/manifests/1.0.0",
      "HEAD /v2/rootfs/manifests/bookworm",
    ]);
    const network = run.output.split("\n").find((line) => line.startsWith("ao-network "));
    // The live digest and the state of two processes, and their checks, which run side by side.
    expect(network?.split(/ {2,}/)[1]?.split(", ").toSorted()).toEqual([
      "POST cu /dry-run Eval ×4",
      "POST cu /dry-run Info",
      "POST cu /dry-run Search",
      "POST cu /dry-run Top",
    ]);
  });

  test("does the same with the Nx daemon", async () => {
    try {
      expect(changes(await rig.run({ NX_DAEMON: "true" }))).toEqual({});
    } finally {
      rig.nx(["daemon", "--stop"]);
    }
  });

  test("explains a target before it runs", async () => {
    const restore = edit("examples/agents/codex/install.sh", (text) => `${text}# one more line\n`);
    try {
      const told = await rig.command(["explain", "codex:image-debian"]);
      expect(told.output).toContain("codex:image-debian will run");
      expect(told.output).toContain("examples/agents/codex/install.sh has other content");
      const still = await rig.command(["explain", "gemini:image-debian"]);
      expect(still.output).toContain("gemini:image-debian will not run: same work signature");
    } finally {
      restore();
    }
  });
});

describe("what somebody took away is put back, and nothing else", () => {
  test("an image of the engine, and the whole AO network, which know nothing of each other", async () => {
    execFileSync("docker", ["-H", `unix://${rig.engineSocket}`, "rmi", "slipway/gemini:debian"]);
    remove(".slipway/ao-network");
    expect(changes(await rig.run())).toEqual({
      "gemini:load-debian": "done",
      "skills-registry:ao-deploy": "done",
    });
  });

  test("the store of packages", async () => {
    emptyStore();
    expect(changes(await rig.run())).toEqual({ "consumer:install": "done" });
  });

  test("the data of the registry", async () => {
    remove(".slipway/registry");
    expect(changes(await rig.run())).toEqual({
      "rootfs:push": "done",
      "slugify:push": "done",
      "text-tools:push": "done",
    });
  });

  test("every dist folder", async () => {
    remove(...dists);
    const run = await rig.run();
    const restored = all.filter((id) => isCached(id));
    expect(changes(run)).toEqual(Object.fromEntries(restored.map((id) => [id, "restored"])));
  });

  test("the checkout itself, beside the same Nx cache", async () => {
    const clone = rig.clone("clone");
    const here = path.join(rig.root, ".nx");
    const there = path.join(clone, ".nx");
    renameSync(here, there);
    const run = await rig.run({}, clone);
    renameSync(there, here);
    expect(run.code, run.output).toBe(0);
    const built = [...run.rows].filter(([id]) => isCached(id));
    expect(built.map(([id, { what }]) => [id, what])).toEqual(
      built.map(([id]) => [id, "restored"]),
    );
    expect(run.rows.get("codex:load-debian")?.what).toBe("unchanged");
    rmSync(clone, { recursive: true });
  });

  test("the Nx cache: everything runs again, and the world has it all already", async () => {
    remove(".nx");
    const run = await rig.run();
    // An image whose layout and ingredients are as they were is not built again.
    const again = all.filter((id) => isCached(id) && !id.includes(":image"));
    expect(changes(run)).toEqual(Object.fromEntries(again.map((id) => [id, "done"])));
    expect(run.rows.get("rootfs:rootfs")?.why).toContain("no result of it in the cache");
  });
});

describe("one byte more", () => {
  const targets = "push,install,load,ao-verify,verify-boot,signature";
  const boot = ["boot-check:smoke", "boot-check:verify-boot"];
  const ofSkills = (target: string): string => `skills-registry:${target}`;
  const ofGreeter = (target: string): string => `greeter:${target}`;
  const review = ["codex-review:image", "codex-review:load"];
  /** Of one no target is another's of the one before, so that each run shows too that there is no more to do of those before. */
  const cases: readonly {
    readonly file: string;
    readonly comment: string;
    /** The target that changes first, and the reason that the table gives. */
    readonly first: string;
    readonly why: string;
    readonly dependants: readonly string[];
  }[] = [
    {
      file: "examples/packages/slugify/index.cjs",
      comment: "// more",
      first: "slugify:pack",
      why: "examples/packages/slugify/index.cjs has other content",
      dependants: ["slugify:push", "consumer:install"],
    },
    {
      file: "examples/agents/codex/install.sh",
      comment: "# more",
      first: "codex:image-debian",
      why: "examples/agents/codex/install.sh has other content",
      dependants: ["codex:load-debian", "codex:load", ...review, ...boot],
    },
    {
      file: "examples/skills-registry/src/registry.lua",
      comment: "-- more",
      first: "skills-registry:ao-bundle",
      why: "examples/skills-registry/src/registry.lua has other content",
      dependants: ["ao-preflight", "ao-deploy", "ao-verify"].map(ofSkills),
    },
    {
      file: "examples/bases/shell/Dockerfile",
      comment: "# more",
      first: "shell:image",
      why: "examples/bases/shell/Dockerfile has other content",
      // The group is one of Nx's tasks too.
      dependants: ["shell:load", ...["image-shell", "load-shell", "load"].map(ofGreeter)],
    },
    {
      file: "tools/executors/ao-bundle/executor.ts",
      comment: "// more",
      first: "skills-registry:ao-bundle",
      why: "the executor's own code is another: tools/executors/ao-bundle/executor.ts",
      dependants: ["ao-preflight", "ao-deploy", "ao-verify"].map(ofSkills),
    },
  ];

  /** Of pipelines with a job that reads whatever changes here. */
  const signatures = ["pipeline:signature", "workspace:signature"];

  test.each(cases)(
    "in $file reruns its target and the dependants, as affected says",
    async (each) => {
      edit(each.file, (text) => `${text}${each.comment}\n`);
      const expected = [each.first, ...each.dependants, ...signatures].toSorted();
      expect(affectedBy(each.file, targets)).toEqual(expected);
      const run = await rig.run();
      const ran = changes(run);
      expect(Object.keys(ran)).toContain(each.first);
      // A dependant whose receipts came out the same is served.
      expect(Object.keys(ran).filter((id) => !expected.includes(id))).toEqual([]);
      expect(run.rows.get(each.first)?.why).toContain(each.why);
    },
  );

  test("and the run after it has nothing to do", async () => {
    expect(changes(await rig.run())).toEqual({});
  });

  test("in the base of most is in all that builds on it, says affected", () => {
    const agents = ["codex", "gemini"].flatMap((agent) =>
      ["image-debian", "load-debian", "load"].map((target) => `${agent}:${target}`),
    );
    const above = ["debian:image", "debian:load", ...agents, ...review, ...boot];
    expect(affectedBy("examples/bases/debian/Dockerfile", targets)).toEqual(
      [...above, ...signatures].toSorted(),
    );
  });

  /** The tasks that `nx affected` selects for a change of `file`, those they depend on included if they change too. */
  function affectedBy(file: string, names: string): readonly string[] {
    const told = rig.nx(["affected", `-t=${names}`, `--files=${file}`, "--explain", "--verbose"]);
    const found = [...told.matchAll(/^ {2,4}(\S+:\S+)$/gm)].map(([, id]) => id ?? "");
    return [...new Set(found)].toSorted();
  }
});

describe("Ctrl-C", () => {
  const ask = async (what: string, filters: object): Promise<unknown> =>
    askEngine(rig.engineSocket, `${what}filters=${encodeURIComponent(JSON.stringify(filters))}`);
  const Containers = z.array(z.object({ Labels: z.object({ "dev.slipway.run": z.string() }) }));
  /** Those of processes that are gone: other tests have containers of their own meanwhile. */
  const containers = async (): Promise<readonly string[]> => {
    const asked = await ask("/containers/json?all=1&", { label: ["dev.slipway.run"] });
    return Containers.parse(asked)
      .map(({ Labels }) => Labels["dev.slipway.run"])
      .filter((owner) => !existsSync(path.join("/proc", owner.split("/")[2] ?? "")));
  };
  const Volumes = z.object({ Volumes: z.array(z.object({ Name: z.string() })).nullable() });
  /** Those that no container has. */
  const volumes = async (): Promise<number> =>
    Volumes.parse(await ask("/volumes?", { dangling: ["true"] })).Volumes?.length ?? 0;

  const expectNothingHalfDone = async (): Promise<void> => {
    const half = /\.partial|\.saved|\.tar$|\.layer$/;
    expect(rig.written().filter((name) => half.test(name))).toEqual([]);
    expect(await containers()).toEqual([]);
    expect(await volumes()).toBe(volumesBefore);
  };
  let volumesBefore = 0;

  const expectInterruptedAt = async (said: string): Promise<void> => {
    const running = rig.start(["run"]);
    await running.until(said);
    running.signal("SIGINT");
    const stopped = await running.ended;
    expect(stopped.code, stopped.output).not.toBe(0);
  };

  beforeAll(async () => {
    volumesBefore = await volumes();
    // Everything on the longest chain has to run again, step by step.
    edit("infra/rootfs/project.json", (text) =>
      text.replace('["ca-certificates"]', '["ca-certificates", "hostname"]'),
    );
    edit("examples/skills-registry/src/registry.lua", (text) => `${text}-- again\n`);
    // What the consumer locked has to be what is pushed, or its content would be nowhere.
    execFileSync("git", ["checkout", "--quiet", "--", "examples/packages"], { cwd: rig.root });
    remove(".slipway/registry");
    emptyStore();
  });

  test.each([
    { step: "a push", said: "slugify:push" },
    { step: "an install", said: "consumer:install" },
    { step: "a deployment", said: "skills-registry:ao-deploy" },
    { step: "the bootstrap of the root file system", said: "bootstrapping Debian" },
    { step: "a base's build", said: "building slipway/base" },
    { step: "an agent's build", said: "building slipway/gemini" },
    { step: "a load", said: "codex:load-debian" },
    { step: "a smoke run", said: "boot-check:smoke" },
  ])("in the middle of $step leaves nothing half-done", async ({ said }) => {
    await expectInterruptedAt(said);
    await expectNothingHalfDone();
  });

  test("any number of times: the run after it completes, and the one after that has nothing to do", async () => {
    const run = await rig.run();
    expect(run.code, run.output).toBe(0);
    expect(run.rows.get("rootfs:rootfs")?.what).toBe("unchanged");
    expect(run.rows.get("boot-check:smoke")?.what).toBe("done");
    await expectNothingHalfDone();
    // The journal of a deployment holds a signed message only until the deployment is proven.
    expect(rig.written().filter((name) => name.endsWith(".pending.json"))).toEqual([]);
    expect(changes(await rig.run())).toEqual({});
  });
});

describe("without an engine", () => {
  test("what needs one fails with one message, and the rest runs", async () => {
    // One that is quick to build in the end.
    appendFileSync(path.join(rig.root, "examples/agents/greeter/install.sh"), "# once more\n");
    const run = await rig.run({ DOCKER_HOST: "unix:///nonexistent/engine.sock" });
    expect(run.code).not.toBe(0);
    expect(run.output).toContain("there is no container engine");
    expect(run.output).toContain("make engine starts one");
    const failed = [...run.rows].filter(([, { what }]) => what === "failed");
    expect(failed.map(([, { why }]) => why)).toEqual(failed.map(() => "engine absent"));
    expect(failed.map(([id]) => id).toSorted()).toEqual([
      "codex-review:load",
      "codex:load-debian",
      "debian:load",
      "gemini:load-debian",
      "greeter:image-shell",
      "shell:load",
    ]);
    for (const id of [
      "consumer:install",
      "skills-registry:ao-deploy",
      "skills-registry:ao-verify",
    ]) {
      expect(run.rows.get(id)?.what, id).toBe("unchanged");
    }
    expect(["done", "unchanged"]).toContain(run.rows.get("pipeline:signature")?.what);
  });

  test("a checkout holds no record of it: the next run with an engine completes", async () => {
    expect((await rig.run()).code).toBe(0);
    expect(existsSync(path.join(rig.root, "examples/pipeline/dist/signatures.json"))).toBe(true);
    expect(readdirSync(path.join(rig.root, "examples/boot-check/dist/smoke"))).toContain(
      "boot_transcript.json",
    );
  });
});
