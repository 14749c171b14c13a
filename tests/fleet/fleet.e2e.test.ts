import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import path from "node:path";
import { text } from "node:stream/consumers";
import { openEngine } from "@slipway/images";
import { afterAll, beforeAll, expect, test } from "vitest";
import { z } from "zod";
import { fleetCommand, startCommand, userOf } from "../../scripts/fleet/commands.ts";
import type { FleetCommand } from "../../scripts/fleet/commands.ts";
import { layOutFleet } from "../../scripts/fleet/lay-out.ts";
import type { Fleet } from "../../scripts/fleet/lay-out.ts";

/** The smallest agent from npm on both bases, an extended image of it, and what the user of the fleet adds. */
const part =
  /^(?:infra|bases|agents\/gemini|extensions\/ripgrep|images\/gemini-search)\/|^nx\.json$/;

const folder = mkdtempSync(path.join(tmpdir(), "slipway-fleet-"));
/** All that is built here has it in its labels. */
const workspaceName = `fleet-${process.pid}`;
let fleet: Fleet;

beforeAll(async () => {
  fleet = await layOutFleet(folder, (file) => part.test(file));
  const port = await freePort();
  for (const file of [
    "infra/registry/project.json",
    ...["bookworm", "trixie"].flatMap((suite) => [
      `infra/${suite}/project.json`,
      `bases/${suite}/base.yml`,
    ]),
  ]) {
    edit(file, (content) => content.replace("5056", String(port)));
  }
  edit("package.json", (content) => content.replace('"slipway"', `"${workspaceName}"`));
});

afterAll(async () => {
  await removeOwn(() => true);
  rmSync(folder, { recursive: true, force: true });
});

/** Of the images that were built here, those with such a name, or with none. */
async function removeOwn(isMeant: (tag: string) => boolean): Promise<void> {
  const signal = new AbortController().signal;
  const opened = await openEngine({ counted: () => undefined, signal });
  if (!opened.ok) return;
  using engine = opened.value;
  const listed = await engine.images();
  for (const { id, labels, tags } of listed.ok ? listed.value : []) {
    const isOurs = labels["dev.slipway.workspace"] === workspaceName;
    if (isOurs && tags.every(isMeant)) await engine.removeImage(id, { force: true });
  }
}

function edit(file: string, change: (content: string) => string): void {
  const absolute = path.join(fleet.workspace, file);
  const before = readFileSync(absolute, "utf8");
  const after = change(before);
  expect(after).not.toBe(before);
  writeFileSync(absolute, after);
}

async function freePort(): Promise<number> {
  const server = createServer().listen(0, "127.0.0.1");
  await once(server, "listening");
  const address = server.address();
  server.close();
  await once(server, "close");
  if (address === null || typeof address === "string") throw new Error("no port");
  return address.port;
}

async function run({ args, environment, folder: cwd }: FleetCommand) {
  const env = { ...process.env, ...environment };
  const child = spawn(process.execPath, args, { cwd, env, stdio: ["ignore", "pipe", "pipe"] });
  const [stdout, stderr] = await Promise.all([text(child.stdout), text(child.stderr)]);
  if (child.exitCode === null && child.signalCode === null) await once(child, "close");
  return { code: child.exitCode, stdout, stderr };
}

function pinned(file: string): string {
  const definitions = path.join(import.meta.dirname, "../../examples/fleet");
  return readFileSync(path.join(definitions, file), "utf8").trim();
}

const Checked = z.object({
  images: z.array(
    z.object({
      reference: z.string(),
      state: z.string(),
      recorded: z.string().optional(),
      answered: z.string().optional(),
    }),
  ),
});

test("agents from npm answer with their pinned version on two releases of Debian, and on what a user has added", async () => {
  const load = fleetCommand(fleet, ["run", "--targets=load"]);
  const built = await run(load);
  expect(built.code, built.stdout + built.stderr).toBe(0);

  const pi = pinned("home/.aicage-custom/agents/pi/VERSION");
  const started = await run(startCommand(fleet, { agent: "pi", base: "trixie-zsh" }));
  expect(started.code, started.stderr).toBe(0);
  // It says so on its standard error.
  expect((started.stdout + started.stderr).split("\n")).toContain(pi);

  const check = await run(
    fleetCommand(fleet, ["agent", "check", "--all", "--json"], userOf(fleet)),
  );
  expect(check.code, check.stdout + check.stderr).toBe(0);
  const gemini = pinned("agents/gemini/VERSION");
  const answers = (version: string) => ({
    state: "as-recorded",
    recorded: version,
    answered: version,
  });
  expect(Checked.parse(JSON.parse(check.stdout)).images).toEqual([
    { reference: "slipway/gemini:bookworm", ...answers(gemini) },
    { reference: "slipway/gemini:trixie", ...answers(gemini) },
    { reference: "slipway/pi:trixie-zsh", ...answers(pi) },
    { reference: "fleet/gemini-search:bookworm", ...answers(gemini) },
  ]);

  await removeOwn((tag) => tag.startsWith("slipway/pi:"));
  const missing = await run(fleetCommand(fleet, ["agent", "check", "pi", "--json"], userOf(fleet)));
  expect(Checked.parse(JSON.parse(missing.stdout)).images).toEqual([
    { reference: "slipway/pi:trixie-zsh", state: "not-loaded", recorded: pi },
  ]);
  expect(missing.code).toBe(1);
  const unknown = await run(fleetCommand(fleet, ["agent", "check", "nobody"], userOf(fleet)));
  expect(unknown.code, unknown.stderr).toBe(2);

  const again = await run(load);
  expect(again.code, again.stdout + again.stderr).toBe(0);
  expect(again.stdout).toMatch(/^\d+ unchanged in /m);
});
