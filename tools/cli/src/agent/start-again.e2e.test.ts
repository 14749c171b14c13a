import { readdir, readFile, rm, stat, writeFile } from "node:fs/promises";
import path from "node:path";
import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { openStartRig } from "../../test/start-rig.ts";
import type { StartRig } from "../../test/start-rig.ts";

let rig: StartRig;
let agent: string;
let aaa: string;
let bbb: string;

beforeAll(async () => {
  rig = await openStartRig();
  ({
    agent,
    bases: [aaa, bbb],
  } = rig);
});
beforeEach(async () => rig.renew());
afterAll(async () => rig[Symbol.asyncDispose]());

describe("slipway agent at a terminal", () => {
  it("asks the first time, and never again", async () => {
    const first = await rig.atTerminal(
      ["agent", agent, "echo on $ON"],
      [[`Which one? [${aaa}]`, "2\r"]],
    );
    expect(first.screen).toContain(`1  ${aaa}  the base ${aaa}\n`);
    expect(first.screen).toContain(`on ${bbb}\n`);
    expect(first.code).toBe(0);
    const later = await rig.atTerminal(["agent", agent, "echo on $ON"], []);
    expect(later.screen).not.toContain("Which");
    expect(later.screen).toContain(`on ${bbb}\n`);
  });

  it("keeps what was chosen as an extended image, by the name that is given to it", async () => {
    const own = "home/.aicage-custom/extensions/greeting";
    await rig.write(rig.at(own, "extension.yml"), "name: Greeting\ndescription: a file\n");
    await rig.write(rig.at(own, "scripts/10.sh"), "#!/bin/sh\necho hello > /etc/greeting\n");
    const words = "cat /etc/greeting";
    const first = await rig.atTerminal(
      ["agent", agent, words],
      [
        ["Which one?", `${aaa}\r`],
        ["Which?", "greeting\r"],
        ["[none]", "No Name\r"],
        ["No Name is none", "greeted\r"],
      ],
    );
    expect(first.screen).toContain("hello\n");
    expect(first.code).toBe(0);
    const file = rig.at("home/.aicage-custom/image-extended/greeted/image-extended.yml");
    expect(await readFile(file, "utf8")).toBe(
      `agent: ${agent}\nbase: ${aaa}\nextensions:\n  - greeting\n`,
    );
    const later = await rig.atTerminal(["agent", agent, words], []);
    expect(later.screen).not.toContain("Which");
    expect(later.screen).not.toContain("name");
    await rig.slipway(["agent", "config", "remove", "--yes"]);
    const byName = await rig.slipway(["agent", agent, "--image", "greeted", words]);
    expect(byName).toMatchObject({ code: 0, stdout: "hello\n" });
    expect(byName.stderr).not.toContain("was built");
  });

  it("asks again for an answer that is none, and takes names", async () => {
    const steps = [
      ["Which one?", "zzz\r"],
      ["zzz is none of them", `${bbb}\r`],
    ] as const;
    const { screen, code } = await rig.atTerminal(["agent", agent, "echo on $ON"], steps);
    expect(screen).toContain(`on ${bbb}\n`);
    expect(code).toBe(0);
  });

  it("starts nothing when the question is left by Ctrl-C", async () => {
    const left = await rig.atTerminal(["agent", agent, "true"], [["Which one?", "\u0003"]]);
    expect(left.screen).toContain("nothing was chosen");
    expect(left.code).toBe(1);
    await expect(stat(rig.at("home/.aicage"))).rejects.toThrow("ENOENT");
  });

  it("gives the agent the terminal, its size and its keys", async () => {
    const script =
      "until stty size 2>&1 | grep -q '[0-9]'; do sleep 0.1; done; stty size; echo $TERM; trap 'echo; echo interrupted; exit 5' INT; echo ready; read x";
    const { screen, code } = await rig.atTerminal(
      ["agent", "--yes", agent, script],
      [["ready", "\u0003"]],
    );
    expect(screen).toContain("31 93\n");
    expect(screen).toContain("interrupted\n");
    expect(code).toBe(5);
  });
});

it("builds what has changed before it starts, says why, and takes the last image where that fails", async () => {
  const install = rig.at("home/.aicage-custom/agents", agent, "install.sh");
  const start = ["agent", agent, "--base", aaa, "cat /etc/mark || echo unmarked"];
  expect((await rig.slipway(start)).stdout).toBe("unmarked\n");
  const script = await readFile(install, "utf8");
  await writeFile(install, `${script}echo marked > /etc/mark\n`);
  const offline = await rig.slipway([...start.slice(0, 2), "--offline", ...start.slice(2)]);
  expect(offline.stdout).toBe("unmarked\n");
  expect(offline.stderr).toContain("is not built anew, offline: definition has changed");
  const renewed = await rig.slipway(start);
  expect(renewed.stdout).toBe("marked\n");
  expect(renewed.stderr).toContain(`slipway/${agent}:${aaa} was built: definition has changed`);
  await writeFile(install, "echo not today; exit 3\n");
  const failed = await rig.slipway(start);
  expect(failed).toMatchObject({ code: 0, stdout: "marked\n" });
  expect(failed.stderr).toContain("not today");
  const [, log = ""] = /building .* \(log: (.+)\)/.exec(failed.stderr) ?? [];
  expect(await readFile(log, "utf8")).toContain("not today");
  expect(failed.stderr).toContain(`slipway/${agent}:${aaa} stays as it was`);
  const soon = await rig.slipway(start);
  expect(soon).toMatchObject({ code: 0, stdout: "marked\n" });
  expect(soon.stderr).toContain(`slipway/${agent}:${aaa} is not built again yet`);
  expect(soon.stderr).not.toContain("not today");
  const wanted = await rig.slipway([...start.slice(0, 2), "--rebuild", ...start.slice(2)]);
  expect(wanted).toMatchObject({ code: 0, stdout: "marked\n" });
  expect(wanted.stderr).toContain("not today");
});

it("locks what a user has defined, by itself, in the image below; where nobody knows a version the image before it is started", async () => {
  const script = rig.at("home/.aicage-custom/agents", agent, "version.sh");
  const start = ["agent", agent, "--base", aaa, "echo started"];
  // On this machine it would print nothing.
  await writeFile(script, 'test "$HOME" = /tmp && test -e /bin/busybox && echo 1.0.0\n');
  const first = await rig.slipway(start);
  expect(first).toMatchObject({ code: 0, stdout: "started\n" });
  expect(first.stderr).toContain(`locked agents.${agent}: 1.0.0\n`);
  const later = await rig.slipway(start);
  expect(later).toMatchObject({ code: 0, stdout: "started\n" });
  expect(later.stderr).not.toContain("locked");
  expect(later.stderr).not.toContain("asking");
  await writeFile(script, "echo no network >&2; exit 3\n");
  const unknown = await rig.slipway(start);
  expect(unknown).toMatchObject({ code: 0, stdout: "started\n" });
  expect(unknown.stderr).toContain("no network");
  expect(unknown.stderr).toContain(`slipway/${agent}:${aaa} stays as it was`);
  const frozen = await rig.slipway([...start.slice(0, 2), "--frozen", ...start.slice(2)]);
  expect(frozen).toMatchObject({ code: 1, stdout: "" });
  expect(frozen.stderr).toContain("agents." + agent);
});

it("takes a newer version at once when it is told to, else once an hour", async () => {
  const own = rig.at("home/.aicage-custom/agents", agent);
  await writeFile(path.join(own, "version.sh"), "date +1.%s\n");
  const program = `#!/bin/sh\\n[ "$1" != --version ] || exec echo %s\\nexec /bin/sh -c "$1"\\n`;
  await writeFile(
    path.join(own, "install.sh"),
    `printf '${program}' "$AGENT_VERSION" > /bin/${agent}\nchmod +x /bin/${agent}\n`,
  );
  const start = async (...options: readonly string[]) => {
    const ended = await rig.slipway([
      "agent",
      ...options,
      agent,
      "--base",
      aaa,
      `${agent} --version`,
    ]);
    expect(ended.code).toBe(0);
    return ended.stdout.trim();
  };
  const first = await start();
  expect(first).toMatch(/^1\.\d+$/);
  expect(await start()).toBe(first);
  const told = await start("--update");
  expect(Number(told)).toBeGreaterThan(Number(first));
  await rm(path.join(rig.state, "versions"), { recursive: true });
  expect(await start()).toBe(told);
  await setLooksBack(path.join(rig.state, "looks"), 61);
  expect(await start("--frozen")).toBe(told);
  expect(Number(await start())).toBeGreaterThan(Number(told));
});

it("keeps what another client remembers of the project, and moves back to it", async () => {
  await rig.slipway(["agent", agent, "--base", aaa, "true"]);
  const { stdout } = await rig.slipway(["agent", "config", "info", "--json"]);
  const { file } = JSON.parse(stdout) as { readonly file: string };
  await writeFile(file, `# mine\n${await readFile(file, "utf8")}other: 1\n`);
  await rig.slipway(["agent", agent, "--base", bbb, "true"]);
  expect(await readFile(file, "utf8")).toBe(
    `# mine\npath: ${rig.at("home/project")}\nagents:\n  ${agent}:\n    base: ${bbb}\n    image_ref: slipway/${agent}:${bbb}\nother: 1\n`,
  );
});

async function setLooksBack(folder: string, minutes: number): Promise<void> {
  const lookedAt = new Date(Date.now() - minutes * 60_000).toISOString();
  const files = await readdir(folder);
  expect(files).not.toEqual([]);
  for (const file of files) {
    await writeFile(path.join(folder, file), JSON.stringify({ schema: 1, lookedAt }));
  }
}
