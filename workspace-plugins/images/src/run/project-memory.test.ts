import { mkdir, mkdtemp, readFile, realpath, rm, stat, writeFile } from "node:fs/promises";
import os from "node:os";
import path from "node:path";
import { expect, it } from "vitest";
import {
  abandonedMemories,
  agentMemory,
  forgetAgents,
  memoryFile,
  memoryIn,
  readMemory,
  rememberAgent,
} from "./project-memory.ts";

const { signal } = new AbortController();

async function openRig() {
  const home = await realpath(await mkdtemp(path.join(os.tmpdir(), "slipway-memory-")));
  const place = memoryIn(home, path.join(home, "state"));
  await mkdir(place.folder, { recursive: true });
  return {
    home,
    place,
    textOf: async (project: string) => readFile(memoryFile(place, project), "utf8"),
    write: async (project: string, text: string) => writeFile(memoryFile(place, project), text),
    [Symbol.asyncDispose]: async () => rm(home, { recursive: true, force: true }),
  };
}

/** As aicage 1.4 writes it, with keys that we have no use for. */
const aicages = `# mine
agents:
  codex:
    base: ubuntu
    docker_args: -e X=1
    image_ref: aicage-extended:codex-ubuntu-act
    extensions:
    - act
    future: {a: 1}
    mounts:
      clipboard: true
      gitconfig: true
path: /abs/project
`;

it("finds a project by the SHA-256 of its path, as aicage does", async () => {
  await using rig = await openRig();
  // printf %s /abs/project | sha256sum
  expect(path.basename(memoryFile(rig.place, "/abs/project"))).toBe(
    "85a2ebccfd7ee4282db301f828dc0534285b0e6f3b97adba843df9bc3dbd79d7.yml",
  );
});

it("keeps what it does not know, and what it was not told to change", async () => {
  await using rig = await openRig();
  await rig.write("/abs/project", aicages);
  await rememberAgent(rig.place, {
    project: "/abs/project",
    agent: "codex",
    keys: { base: "debian", extensions: [], image_ref: undefined, shares: ["/data:ro"] },
    signal,
  });
  expect(await rig.textOf("/abs/project")).toBe(`# mine
agents:
  codex:
    base: debian
    docker_args: -e X=1
    future: { a: 1 }
    mounts:
      clipboard: true
      gitconfig: true
    shares:
      - /data:ro
path: /abs/project
`);
});

it("starts a file that only the person can read", async () => {
  await using rig = await openRig();
  await rememberAgent(rig.place, {
    project: "/p",
    agent: "codex",
    keys: { base: "debian" },
    signal,
  });
  expect(await rig.textOf("/p")).toBe("path: /p\nagents:\n  codex:\n    base: debian\n");
  expect((await stat(memoryFile(rig.place, "/p"))).mode & 0o777).toBe(0o600);
});

it("loses nothing when several remember at once", async () => {
  await using rig = await openRig();
  const agents = ["a", "b", "c", "d", "e", "f"];
  await Promise.all(
    agents.map(async (agent) =>
      rememberAgent(rig.place, { project: "/p", agent, keys: { base: "debian" }, signal }),
    ),
  );
  const memory = await readMemory(rig.place, "/p");
  expect(Object.keys(memory.ok ? (memory.value?.agents ?? {}) : {}).toSorted()).toEqual(agents);
});

it("tells what is wrong with a file by its place, and changes nothing in it", async () => {
  await using rig = await openRig();
  const text = "path: /p\nagents:\n  codex:\n    extensions: act\n";
  await rig.write("/p", text);
  const failure = {
    reason: "definition-invalid",
    file: memoryFile(rig.place, "/p"),
    problems: [expect.objectContaining({ line: 4, column: 17 })],
  };
  expect(await readMemory(rig.place, "/p")).toEqual({ ok: false, failure });
  const change = { project: "/p", agent: "codex", keys: { base: "debian" }, signal };
  expect(await rememberAgent(rig.place, change)).toEqual({ ok: false, failure });
  expect(await rig.textOf("/p")).toBe(text);
});

it("takes arguments of old files for every agent", () => {
  const memory = {
    path: "/p",
    docker_args: "-e A=1",
    agents: { codex: { docker_args: "-e B=1" } },
  };
  expect(agentMemory(memory, "codex").docker_args).toBe("-e B=1");
  expect(agentMemory(memory, "gemini").docker_args).toBe("-e A=1");
});

it("forgets one agent, then the last one with the file", async () => {
  await using rig = await openRig();
  for (const agent of ["codex", "gemini"]) {
    await rememberAgent(rig.place, { project: "/p", agent, keys: { base: "debian" }, signal });
  }
  const forget = async (agent?: string) =>
    forgetAgents(rig.place, { project: "/p", agent, signal });
  expect(await forget("codex")).toEqual({ ok: true, value: ["codex"] });
  expect(await rig.textOf("/p")).toBe("path: /p\nagents:\n  gemini:\n    base: debian\n");
  expect(await forget("codex")).toMatchObject({ failure: { reason: "memory-absent" } });
  expect(await forget()).toEqual({ ok: true, value: ["gemini"] });
  expect(await readMemory(rig.place, "/p")).toEqual({ ok: true, value: undefined });
});

it("calls a memory abandoned when the project's folder is gone, not when its disk is", async () => {
  await using rig = await openRig();
  const here = path.join(rig.home, "here");
  const gone = path.join(rig.home, "gone");
  const unmounted = path.join(rig.home, "disk", "project");
  await mkdir(here);
  for (const project of [here, gone, unmounted]) {
    await rememberAgent(rig.place, { project, agent: "codex", keys: { base: "debian" }, signal });
  }
  await writeFile(path.join(rig.place.folder, `${"0".repeat(64)}.yml`), `path: ${gone}\n`);
  expect(await abandonedMemories(rig.place)).toEqual([
    { file: memoryFile(rig.place, gone), project: gone },
  ]);
});
