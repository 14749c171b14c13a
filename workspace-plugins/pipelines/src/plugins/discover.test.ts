import {
  chmodSync,
  mkdirSync,
  mkdtempSync,
  realpathSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { expect, test } from "vitest";
import { findPlugins } from "./discover.ts";
import type { PluginSources } from "./discover.ts";

function workspace(files: Readonly<Record<string, string>>): string {
  const root = realpathSync(mkdtempSync(path.join(tmpdir(), "discover-")));
  for (const [name, text] of Object.entries(files)) {
    mkdirSync(path.dirname(path.join(root, name)), { recursive: true });
    writeFileSync(path.join(root, name), text);
    chmodSync(path.join(root, name), 0o755);
  }
  return root;
}

function manifest(name: string, run = `[run]\nprogram = "./plugin.ts"`): string {
  return `[module]\nname = "${name}"\nversion = "1.0.0"\ncapabilities_required = ["network:https"]\n${run}\n`;
}

function pluginFiles(folder: string, name: string): Readonly<Record<string, string>> {
  return { [`${folder}/module.toml`]: manifest(name), [`${folder}/plugin.ts`]: "" };
}

async function find(
  root: string,
  needed: readonly string[],
  sources: Partial<Omit<PluginSources, "root">> = {},
) {
  const found = await findPlugins(needed, {
    root,
    configured: {},
    locked: new Map(),
    searchPath: "",
    standard: new Map(),
    ...sources,
  });
  if (!found.ok) return found.failure;
  const shown = (file: string | undefined) =>
    file === undefined ? file : path.relative(root, file);
  return found.value.map((each) => ({
    ...each,
    program: shown(each.program),
    folder: shown(each.folder),
  }));
}

function standardIn(root: string) {
  const folder = path.join(root, "standard");
  return { folder, program: path.join(folder, "main.ts") };
}

const every = {
  ...pluginFiles("tools/mine", "lang/ruby"),
  ...pluginFiles("cache/0af3", "lang/ruby"),
  ...pluginFiles(".slipway/plugins/lang/ruby", "lang/ruby"),
  "bin/slipway-plugin-lang-ruby": "",
  "standard/main.ts": "",
};

test("the first place wins, and the others are told", async () => {
  const root = workspace(every);
  const sources = {
    locked: new Map([["lang/ruby", path.join(root, "cache/0af3")]]),
    searchPath: `relative:${path.join(root, "none")}:${path.join(root, "bin")}`,
    standard: new Map([["lang/ruby", standardIn(root)]]),
  };
  const all = await find(root, [], {
    ...sources,
    configured: { "lang/ruby": { source: "./tools/mine" } },
  });
  expect(all).toEqual([
    {
      name: "lang/ruby",
      place: "configured",
      program: "tools/mine/plugin.ts",
      folder: "tools/mine",
      required: ["network:https"],
      passedOver: ["locked", "local", "path", "standard"],
    },
  ]);
  expect(await find(root, [], { ...sources, configured: { "lang/ruby": "^1.0" } })).toMatchObject([
    { place: "locked", program: "cache/0af3/plugin.ts", passedOver: ["local", "path", "standard"] },
  ]);
});

test("a local folder is found without being named; PATH and what comes with us only when needed", async () => {
  const root = workspace(every);
  const standard = new Map([["lang/ruby", standardIn(root)]]);
  const searchPath = path.join(root, "bin");
  expect(await find(root, [], { standard, searchPath })).toMatchObject([
    { place: "local", program: ".slipway/plugins/lang/ruby/plugin.ts" },
  ]);
  const bare = workspace({ "bin/slipway-plugin-lang-ruby": "", "standard/main.ts": "" });
  const own = new Map([["lang/ruby", standardIn(bare)]]);
  const onPath = { standard: own, searchPath: path.join(bare, "bin") };
  expect(await find(bare, [], onPath)).toEqual([]);
  expect(await find(bare, ["lang/ruby"], onPath)).toEqual([
    {
      name: "lang/ruby",
      place: "path",
      program: "bin/slipway-plugin-lang-ruby",
      folder: undefined,
      required: [],
      passedOver: ["standard"],
    },
  ]);
  chmodSync(path.join(bare, "bin/slipway-plugin-lang-ruby"), 0o644);
  expect(await find(bare, ["lang/ruby"], onPath)).toMatchObject([
    { place: "standard", program: "standard/main.ts", passedOver: [] },
  ]);
});

test("what is nowhere is told with where it was looked for and what there is, all at once", async () => {
  const root = workspace(pluginFiles(".slipway/plugins/lang/node", "lang/node"));
  const looked = (name: string) => [
    "[plugins] of cig.toml",
    "cig.lock",
    `.slipway/plugins/${name}`,
    "PATH: /bin-of-nobody",
  ];
  expect(await find(root, ["lang/rubi", "lang/../../x"], { searchPath: "/bin-of-nobody" })).toEqual(
    ["lang/../../x", "lang/rubi"].map((plugin) => ({
      reason: "plugin-not-found",
      plugin,
      lookedIn: looked(plugin),
      known: ["lang/node"],
    })),
  );
});

test("a version or a source from elsewhere has to be in the lock", async () => {
  const root = workspace({});
  const configured = { "lang/ruby": "~1.2", "acme/deploy": { source: "git+https://host/x@v1" } };
  expect(await find(root, [], { configured })).toEqual([
    { reason: "plugin-not-locked", plugin: "acme/deploy", source: "git+https://host/x@v1" },
    { reason: "plugin-not-locked", plugin: "lang/ruby", source: "lang/ruby@~1.2" },
  ]);
});

test("a plugin of which only settings are given is found where it is", async () => {
  const root = workspace({ "standard/main.ts": "" });
  const standard = new Map([["policy/cost", standardIn(root)]]);
  const configured = { "policy/cost": { settings: { limit: 3 } } };
  expect(await find(root, [], { standard, configured })).toMatchObject([
    { name: "policy/cost", place: "standard" },
  ]);
});

test("a source stays in the repository, by name and by link", async () => {
  const outside = workspace(pluginFiles("evil", "lang/ruby"));
  const root = workspace({ "here/readme": "" });
  symlinkSync(path.join(outside, "evil"), path.join(root, "link"));
  const check = async (source: string, problem: string) => {
    const reason = "plugin-source-invalid";
    expect(await find(root, [], { configured: { "lang/ruby": { source } } })).toEqual([
      { reason, plugin: "lang/ruby", source, problem },
    ]);
  };
  await check("./link", "leads out of its folder");
  await check(`./../${path.basename(outside)}/evil`, "leads out of its folder");
  await check("../evil", "does not begin with ./");
  await check("./nowhere", "there is no such file");
  await check("./here", "there is no module.toml in it");
});

test("a manifest that cannot be used says why", async () => {
  const check = async (text: string, problem: string, link?: string) => {
    const folder = ".slipway/plugins/lang/ruby";
    const root = workspace({ [`${folder}/module.toml`]: text, "outside.ts": "" });
    if (link !== undefined)
      symlinkSync(path.join(root, link), path.join(root, folder, "plugin.ts"));
    expect(await find(root, [])).toEqual([
      {
        reason: "plugin-manifest-invalid",
        plugin: "lang/ruby",
        file: path.join(root, folder, "module.toml"),
        problem,
      },
    ]);
  };
  await check(manifest("lang/ruby"), "run: plugin.ts there is no such file");
  await check(manifest("lang/ruby"), "run: plugin.ts leads out of its folder", "outside.ts");
  await check(manifest("lang/node"), "module.name: is lang/node, where lang/ruby is looked for");
  await check(
    manifest("lang/ruby", `[run.win32-x64]\nprogram = "./plugin"`),
    `run: has nothing for ${process.platform}-${process.arch}`,
  );
});

test("a manifest that is none says so as one of a module does", async () => {
  const folder = ".slipway/plugins/lang/ruby";
  const root = workspace({
    [`${folder}/module.toml`]: manifest("lang/ruby").replace("network:https", "filesystem:write"),
  });
  expect(await find(root, [])).toMatchObject([
    { reason: "module-invalid", problems: [{ line: 4 }] },
  ]);
});

test("a program is taken by platform, and a module that is made of steps is no plugin", async () => {
  const own = `[run.${process.platform}-${process.arch}]\nprogram = "./bin/plugin"`;
  const root = workspace({
    ".slipway/plugins/lang/ruby/module.toml": manifest("lang/ruby", own),
    ".slipway/plugins/lang/ruby/bin/plugin": "",
    ".slipway/plugins/lang/steps/module.toml": manifest("lang/steps", `[[steps]]\nrun = "make"`),
  });
  expect(await find(root, ["lang/steps"])).toMatchObject([
    { name: "lang/ruby", program: ".slipway/plugins/lang/ruby/bin/plugin" },
  ]);
});
