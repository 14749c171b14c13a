import path from "node:path";
import { aosModuleFile, loadAosModule, openEvaluation } from "@slipway/aos";
import fc from "fast-check";
import { afterAll, beforeAll, expect, test } from "vitest";
import { z } from "zod";
import { aosGlobals, aosModules } from "./aos-provides.ts";
import { bundleOf } from "./bundle.ts";
import { parseLua } from "./lua-file.ts";
import { openLuaFolder } from "./lua-folder.ts";
import { followRequires } from "./module-graph.ts";
import type { GraphOptions, ReadLua } from "./module-graph.ts";
import { idOfText, openMachine } from "../preflight/machine.ts";
import type { Machine, State } from "../preflight/machine.ts";

const owner = idOfText("an owner");
const rig = await openRig();

beforeAll(rig.start);
afterAll(rig.stop);

/** The real aos: what Lua itself does is compared with what our bundle does. */
async function openRig() {
  const effects = { signal: AbortSignal.timeout(200_000), progress: () => undefined };
  const aos = await loadAosModule(aosModuleFile(process.env), effects);
  if (!aos.ok) throw new Error(aos.failure.reason);
  const evaluation = openEvaluation(aos.value.wasm, 60_000);
  const identity = { id: idOfText("a process"), owner, module: idOfText("a module"), tags: [] };
  const machine = openMachine(evaluation.evaluate, identity);
  const states: State[] = [];
  return {
    machine,
    start: async () => {
      states.push(valueOf(await machine.spawn("")).state);
    },
    stop: () => evaluation[Symbol.asyncDispose](),
    spawned: (): State => states[0] ?? { memory: undefined, nonce: 0 },
  };
}

function valueOf(
  step: Awaited<ReturnType<Machine["send"]>>,
): Extract<Awaited<ReturnType<Machine["send"]>>, { readonly ok: true }>["value"] {
  if (!step.ok) throw new Error(step.failure.reason);
  expect(step.value.evaluation.error).toBeUndefined();
  return step.value;
}

function evalOf(data: string) {
  return { data, tags: [{ name: "Action", value: "Eval" }] };
}

/** What Lua returns in a fresh process of aos; nothing of it stays. It is sent: what aos prints it makes pretty. */
async function answerOf(lua: string): Promise<string> {
  const sending = `ao.send({ Target = Owner, Data = (function()\n${lua}\nend)() })`;
  const step = valueOf(await rig.machine.dryRun(rig.spawned(), evalOf(sending)));
  return step.evaluation.replies[0]?.data ?? "";
}

async function bundled(options: GraphOptions, read: ReadLua, minify: boolean): Promise<string> {
  const graph = await followRequires(options, read, "p");
  if (!graph.ok) throw new Error(JSON.stringify(graph.failure));
  const bundle = bundleOf("main", graph.value, { minify, max_bytes: 1_000_000 });
  if (!bundle.ok) throw new Error(JSON.stringify(bundle.failure));
  return bundle.value.code;
}

test("what aos is said to provide is what it has", async () => {
  const lua = (names: readonly string[]): string => names.map((name) => `"${name}"`).join(",");
  const answer = await answerOf(`
    local found = { globals = {}, loaded = {}, failed = {} }
    for _, name in ipairs { ${lua([...aosModules])} } do
      if not pcall(require, name) then table.insert(found.failed, name) end
    end
    for name in pairs(_G) do table.insert(found.globals, name) end
    for name in pairs(package.loaded) do table.insert(found.loaded, name) end
    table.insert(found.failed, "none")
    return require("json").encode(found)`);
  const names = z.array(z.string());
  const found = z
    .object({ globals: names, loaded: names, failed: names })
    .parse(JSON.parse(answer));
  expect(found.failed).toEqual(["none"]);
  expect(found.loaded.filter((name) => !aosModules.has(name))).toEqual([]);
  expect(found.globals.filter((name) => !aosGlobals.has(name))).toEqual([]);
  const absent = [...aosGlobals].filter((name) => !found.globals.includes(name));
  expect(absent).toEqual(["_ENV", "__AO_DEPLOY"]);
});

const snippets = String.raw`
goto l ::l::|::l:: ::l::|goto l local x ::l:: print(x)|goto l local x ::l::|goto gone|do goto l end ::l::
break|while a do break print(1) end|while a do goto c ::c:: end|repeat goto c local x ::c:: until x
return;|return 1 return 2|do return end print(1)|; ; x = 1;;|f\n(g)()|x = y z|function() end|(function() end)()
a.b:c'x'|a'x''y'|a.b:c{...}|(a).b = 1|(a) = 1|f() = 1|a, b() = 1|a.b|'x':rep(2)|local x = ('x'):rep(2)
x = 0x|x = 0x1p4|x = 1e|x = 3.|x = .5|x = 3..2|x = 3 ..2|x = 9223372036854775808|x = 08|x = 1_000|x = 0b1|x = 1ULL
x = '\u{10FFFF}'|x = '\u{110000}'|x = '\x4'|x = '\x41'|x = '\256'|x = '\255'|x = '\q'|x = 'a\z  b'|x = [==[a]]b]==]|x = [=[a]]|x = [=a]
x = a // b|x = ~a|x = a ~ b|x = a >> b << c|x = -a^-b|x = - - a|x = 2^3^2|x = a or|x = (a|x = )|x = a ? b : c|x != y|x += 1
local a <const> = 1|local a <close> = nil|local function a.b() end|function a.b.c:d() end|function a:b.c() end
function f(a, ...) end|function f(..., a) end|function f() return ... end|return ...|local t = {1, 2; a = 6,}|local t = {,}
for i = 1 do end|for i = 1, 2, 3 do end|for i = 1, 2, 3, 4 do end|for a, b in c do end|for in c do end|if a end
local and = 1|goto = 1|x.goto = 1|x = {end = 1}|local _ENV = {} x = 1|é = 1|x = 'é'|x = $|--[[ a|--[==[ a ]==] x = 1`
  .trim()
  .split(/[|\n](?![|\s])/)
  .map((text) => text.replaceAll("\\n", "\n"));

test("what is Lua to us is Lua to Lua, and nothing else is", async () => {
  const texts = snippets.map(luaBytes).join(", ");
  const answer = await answerOf(`
    local accepted = {}
    for at, text in ipairs { ${texts} } do accepted[at] = tostring(load(text) ~= nil) end
    return table.concat(accepted, " ")`);
  const theirs = answer.split(" ");
  const differing = snippets.filter((text, at) => {
    const isOurs = parseLua(Buffer.from(text), "a.lua").ok;
    return String(isOurs) !== theirs[at];
  });
  expect(differing).toEqual([]);
  expect(theirs.filter((each) => each === "true").length).toBeGreaterThan(30);
  expect(theirs.filter((each) => each === "false").length).toBeGreaterThan(30);
});

function luaBytes(text: string): string {
  const bytes = [...Buffer.from(text)].map((byte) => `\\${String(byte).padStart(3, "0")}`);
  return `"${bytes.join("")}"`;
}

test("Lua itself takes as many locals as we do, and no more", async () => {
  const locals = (count: number): string =>
    Array.from({ length: count }, (_, at) => `local v${at} = ${at}`).join(" ");
  const texts = [
    locals(200),
    `${locals(200)} local last`,
    `${locals(196)} for i = 1, 2 do end`,
    `${locals(197)} for i = 1, 2 do end`,
    `${locals(196)} for k in next, {} do end`,
    `${locals(197)} for k in next, {} do end`,
    `function T:m(a) ${locals(198)} end`,
    `function T:m(a) ${locals(199)} end`,
  ];
  const loaded = texts.map((text) => `tostring(load(${JSON.stringify(text)}) ~= nil)`);
  const answer = await answerOf(`return table.concat({ ${loaded.join(", ")} }, " ")`);
  const ours = texts.map((text) => parseLua(Buffer.from(text), "a.lua").ok);
  expect(answer.split(" ")).toEqual(ours.map(String));
  expect(ours).toEqual([true, false, true, false, true, false, true, false]);
});

type Edge = { readonly to: number; readonly isLazy: boolean; readonly spelling: number };
type Plan = {
  readonly modules: readonly { readonly edges: readonly Edge[]; readonly seed: number }[];
};

const count = 6;
const edge = fc.record({
  to: fc.integer({ min: 1, max: count - 1 }),
  isLazy: fc.boolean(),
  spelling: fc.integer({ min: 0, max: 3 }),
});
const plan: fc.Arbitrary<Plan> = fc.record({
  modules: fc.array(
    fc.record({ edges: fc.array(edge, { maxLength: 4 }), seed: fc.integer({ min: -9, max: 9 }) }),
    { minLength: count, maxLength: count },
  ),
});

/** Module 0 is the source. One that loads others loads only later ones; a function may require any. */
function sourceOf({ modules }: Plan, at: number): string {
  const { edges = [], seed = 0 } = modules[at] ?? {};
  const lines = edges.map(({ to, isLazy, spelling }, index) => {
    const asked = spellings[spelling]?.(nameOf(to)) ?? "";
    if (isLazy || to <= at) {
      return `Later[#Later + 1] = function(argument) return ${asked}.value + argument end`;
    }
    return `local dependency_${index} = ${asked}\nsum = (sum + dependency_${index}.value) // 2 ~ ${index}`;
  });
  return `
-- module ${at}: require("nothing")
local module_name, sum = "${nameOf(at)}", ${seed}
Trace[#Trace + 1] = "begin " .. module_name .. [[ ]] .. tostring((...))
local is_there = pcall(require, "absent_${at}")
${lines.join("\n")}
for index = (sum & 3), 4 do sum = - -sum - (index - sum) end
Trace[#Trace + 1] = string.format("end %s %d %s", module_name, sum, is_there)
return { value = sum, module_name = module_name }
`;
}

const spellings: readonly ((name: string) => string)[] = [
  (name) => `require("${name}")`,
  (name) => `require "${name}"`,
  (name) => `require[[${name}]]`,
  (name) => `select(2, pcall(require, '${name}'))`,
];

function nameOf(at: number): string {
  return at % 2 === 0 ? `mod${at}` : `lib.mod${at}`;
}

/** Runs a chunk and calls what it left for later. */
function traced(load: string): string {
  return `
Trace, Later = {}, {}
for name in pairs(sources) do package.loaded[name] = nil package.preload[name] = nil end
${load}
for index = 1, #Later do Trace[#Trace + 1] = tostring(Later[index](index)) end
answers[#answers + 1] = table.concat(Trace, "\\n")`;
}

test("a bundle runs modules in the order that Lua's own loading does, minified or not", async () => {
  const property = fc.asyncProperty(plan, async (modules) => {
    const sources = Array.from({ length: count }, (_, at) => sourceOf(modules, at));
    const files = new Map(
      sources.map((text, at) => [`${nameOf(at).replaceAll(".", "/")}.lua`, text]),
    );
    const read: ReadLua = async (file) => {
      const text = files.get(file);
      return text === undefined ? "missing" : Buffer.from(text);
    };
    const options = { source: "mod0.lua", folders: ["."], external: [] };
    const texts = sources.map((text, at) => `["${nameOf(at)}"] = ${JSON.stringify(text)}`);
    const own = `
table.insert(package.searchers, 2, function(name)
  if sources[name] then return assert(load(sources[name], name)) end
end)
assert(load(sources.mod0))()`;
    const answer = await answerOf(
      [
        `local answers, sources = {}, { ${texts.join(", ")} }`,
        traced(own),
        "table.remove(package.searchers, 2)",
        traced(await bundled(options, read, false)),
        traced(await bundled(options, read, true)),
        'return table.concat(answers, "|")',
      ].join("\n"),
    );
    const [expected, ...found] = answer.split("|");
    expect(expected).toContain("begin mod0");
    expect(found).toEqual([expected, expected]);
  });
  await fc.assert(property, { numRuns: 15 });
});

test("the registry of the examples answers the same when it is minified", async () => {
  const project = path.resolve(import.meta.dirname, "../../../../examples/skills-registry");
  const read = await openLuaFolder(project);
  const options = { source: "src/registry.lua", folders: ["src"], external: [] };
  const register = { Action: "Register", Name: "pdf", Version: "1.0.0", Description: "reads" };
  const asked = [
    { Action: "Info" },
    register,
    { ...register, Version: "not one" },
    { Action: "Update", Name: "pdf", Version: "1.1.0", Description: "reads more" },
    { Action: "Search", Query: "reads" },
    { Action: "Versions", Name: "pdf" },
    { Action: "List", Limit: "1" },
    { Action: "Get", Name: "gone" },
  ];
  const conversation = async (minify: boolean) => {
    const code = await bundled(options, read, minify);
    const head = `__AO_DEPLOY = { processes = { downloads = "${owner}" } }\n`;
    const evaluated = await rig.machine.send(rig.spawned(), evalOf(head + code));
    const { answers } = await asked.reduce<
      Promise<{ readonly state: State; readonly answers: readonly unknown[] }>
    >(
      async (before, tags) => {
        const { state, answers: earlier } = await before;
        const named = Object.entries(tags).map(([name, value]) => ({ name, value }));
        const step = valueOf(await rig.machine.send(state, { data: "", tags: named }));
        return { state: step.state, answers: [...earlier, step.evaluation.replies] };
      },
      Promise.resolve({ state: valueOf(evaluated).state, answers: [] }),
    );
    return { answers, sizeBytes: Buffer.byteLength(code) };
  };
  const plain = await conversation(false);
  const minified = await conversation(true);
  expect(minified.answers).toEqual(plain.answers);
  expect(JSON.stringify(plain.answers)).toContain("1.1.0");
  expect(minified.sizeBytes).toBeLessThan(plain.sizeBytes * 0.75);
});
