#!/usr/bin/env node
/**
 * Asks the registry of skills. Which processes those are is in process-ids.json beside this file, as a deployment
 * wrote it: { "registry": "<id>", "downloads": "<id>" }. Exit codes: 0 done, 1 refused or failed, 2 called wrongly.
 */
const { readFileSync } = require("node:fs");
const path = require("node:path");
const { parseArgs } = require("node:util");

const usage = `skills list [--sort name|created|updated|downloads] [--limit n] [--offset n]
skills search <words>… [--limit n] [--offset n]
skills get <name> [version or range]
skills top [--limit n] [--offset n]

  --url <address>   of a HyperBEAM node, or of a legacy compute unit with --legacy;
                    without it SKILLS_URL
  --legacy          asks a compute unit by dry-runs
`;
const timeoutMs = 15_000;

/** Of a command and its words: which process is asked, what, and how its answer is shown. */
const commands = {
  list: ({ sort, limit, offset }) => ({
    to: "registry",
    tags: { Action: "List", Sort: sort, Limit: limit, Offset: offset },
    show: showSkills,
  }),
  search: ({ limit, offset }, words) => ({
    to: "registry",
    tags: { Action: "Search", Query: words.join(" "), Limit: limit, Offset: offset },
    show: showSkills,
  }),
  get: (_options, [name, version]) => ({
    to: "registry",
    tags: { Action: "Get", Name: name, Version: version },
    show: (skill) => JSON.stringify(skill, undefined, 2),
  }),
  top: ({ limit, offset }) => ({
    to: "downloads",
    tags: { Action: "Top", Limit: limit, Offset: offset },
    show: ({ skills }) => skills.map((skill) => `${skill.downloads}\t${skill.name}`).join("\n"),
  }),
};

void run(process.argv.slice(2));

async function run(args) {
  try {
    process.exitCode = await main(args);
  } catch (error) {
    process.stderr.write(`${error instanceof Error ? error.message : String(error)}\n`);
    process.exitCode = 1;
  }
}

async function main(args) {
  const called = readCall(args);
  if (called === undefined) {
    process.stderr.write(usage);
    return 2;
  }
  const { to, tags, show } = called.command;
  const given = Object.fromEntries(Object.entries(tags).filter(([, value]) => value));
  const id = processIds()[to];
  if (id === undefined) throw new Error(`process-ids.json has no process ${to}`);
  const answer = called.isLegacy
    ? await askComputeUnit(called.url, id, given)
    : await askNode(called.url, id, given);
  const message = answer.Messages?.find(({ Data }) => Data !== undefined);
  if (message === undefined) throw new Error(answer.Error ?? "the process did not answer");
  const data = JSON.parse(message.Data);
  if (data.error !== undefined) throw new Error(data.error);
  process.stdout.write(`${show(data)}\n`);
  return 0;
}

/** The command with its options; undefined where the words are none that are known. */
function readCall(args) {
  const option = { type: "string" };
  const options = { url: option, sort: option, limit: option, offset: option };
  try {
    const { values, positionals } = parseArgs({
      args,
      options: { ...options, legacy: { type: "boolean", default: false } },
      allowPositionals: true,
    });
    const [name, ...words] = positionals;
    const url = values.url ?? process.env.SKILLS_URL;
    if (!Object.hasOwn(commands, name ?? "") || url === undefined) return undefined;
    if ((name === "get" || name === "search") && words.length === 0) return undefined;
    return { command: commands[name](values, words), url, isLegacy: values.legacy };
  } catch {
    return undefined;
  }
}

function processIds() {
  return JSON.parse(readFileSync(path.join(__dirname, "process-ids.json"), "utf8"));
}

/** A node of HyperBEAM takes the tags of a dry-run in the path. */
async function askNode(url, id, tags) {
  const query = new URLSearchParams(tags).toString().replaceAll("+", "%20");
  const at = new URL(`/${id}~process@1.0/as=execution/compute&${query}`, url);
  return (await jsonOf(await fetch(at, limited({})))).raw;
}

async function askComputeUnit(url, id, tags) {
  const named = Object.entries(tags).map(([name, value]) => ({ name, value }));
  const body = JSON.stringify({
    Id: "1234",
    Target: id,
    Owner: "1234",
    Anchor: "0",
    Data: "",
    Tags: named,
  });
  const at = new URL(`/dry-run?process-id=${id}`, url);
  const headers = { "content-type": "application/json" };
  return jsonOf(await fetch(at, limited({ method: "POST", headers, body })));
}

function limited(request) {
  return { ...request, signal: AbortSignal.timeout(timeoutMs) };
}

/** Units answer with HTML when they are in trouble, and with 200 when they refuse. */
async function jsonOf(response) {
  const text = await response.text();
  try {
    const answer = JSON.parse(text);
    if (response.ok && answer.error === undefined) return answer;
    throw new Error(`${response.url}: ${response.status} ${answer.error ?? ""}`);
  } catch (error) {
    if (!(error instanceof SyntaxError)) throw error;
    throw new Error(`${response.url}: ${response.status}, not JSON`, { cause: error });
  }
}

function showSkills({ skills, total, hasNextPage, offset, count }) {
  const lines = skills.map(({ name, version, description, deprecated }) =>
    [name, version, deprecated === undefined ? description : `deprecated: ${deprecated}`].join(
      "\t",
    ),
  );
  const more = hasNextPage ? `; more with --offset ${offset + count}` : "";
  return [...lines, `${count} of ${total}${more}`].join("\n");
}
