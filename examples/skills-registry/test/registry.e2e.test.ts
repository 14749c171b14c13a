import fc from "fast-check";
import semver from "semver";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { z } from "zod";
import { connectToNode } from "@slipway/ao-network/rig";
import type { Client, Tags } from "@slipway/ao-network/rig";
import { onlyOne, openRig, openStranger } from "./rig.ts";
import type { Reply, Rig } from "./rig.ts";

let rig: Rig;
let stranger: Client;

beforeAll(async () => {
  rig = await openRig();
  stranger = await openStranger(rig.network);
});

afterAll(async () => {
  await rig[Symbol.asyncDispose]();
});

const contentId = "ISShJH1ij-hPPt9St5UFFr_8Ys3Kj5cyg7zrMGt7H9s";

async function send(tags: Tags, data?: string, client?: Client): Promise<Reply> {
  return onlyOne(await rig.send("registry", tags, data, client));
}

function read(action: string, tags: Tags = {}): Promise<Reply> {
  return rig.read("registry", { Action: action, ...tags });
}

async function register(name: string, tags: Tags = {}, data?: string): Promise<Reply> {
  const given = { Name: name, Version: "1.0.0", Description: `about ${name}`, ...tags };
  return send({ Action: "Register", ...given }, data);
}

const Page = z.object({
  skills: z.array(z.looseObject({ name: z.string() })),
  count: z.number(),
  total: z.number(),
  limit: z.number(),
  offset: z.number(),
  hasNextPage: z.boolean(),
});

async function namesOf(action: string, tags: Tags): Promise<readonly string[]> {
  return Page.parse((await read(action, tags)).data).skills.map(({ name }) => name);
}

describe("Info", () => {
  const HandlerTag = z.strictObject({
    name: z.string(),
    type: z.enum(["string", "number", "boolean", "address", "json"]),
    required: z.boolean(),
    description: z.string(),
    examples: z.array(z.string()).min(1),
    validation: z
      .strictObject({
        pattern: z.string(),
        min: z.number(),
        max: z.number(),
        enum: z.array(z.string()),
      })
      .partial()
      .optional(),
  });
  const Info = z.object({
    name: z.string(),
    description: z.string(),
    owner: z.string(),
    processId: z.string(),
    protocolVersion: z.literal("1.0"),
    lastUpdated: z.iso.datetime(),
    handlers: z.array(
      z.strictObject({
        action: z.string(),
        pattern: z.tuple([z.literal("Action")]),
        description: z.string(),
        category: z.enum(["core", "utility", "custom"]),
        tags: z.array(HandlerTag),
      }),
    ),
    capabilities: z.object({
      supportsHandlerRegistry: z.literal(true),
      supportsParameterValidation: z.literal(true),
      supportsExamples: z.literal(true),
    }),
  });

  test.each(["registry", "downloads"] as const)(
    "of %s is as the AO documentation protocol says, and names each handler for the public",
    async (process) => {
      const reply = await rig.read(process, { Action: "Info" });
      const info = Info.parse(reply.data);
      expect(info.processId).toBe(rig.ids[process]);
      expect(info.lastUpdated.slice(0, 2)).toBe("20");
      const added = await rig.look(
        process,
        `local names = {} for _, h in ipairs(Handlers.list) do names[#names + 1] = h.name end
         return require("json").encode(names)`,
      );
      const handlers = z.array(z.string()).parse(JSON.parse(added));
      const internal = ["Downloads-Counted", "Totals", "Count-Download", "Send-Totals"];
      expect(info.handlers.map(({ action }) => action).toSorted()).toEqual(
        handlers.filter((name) => !name.startsWith("_") && !internal.includes(name)).toSorted(),
      );
    },
  );

  test("documents what is accepted: each example of a tag is, and each required tag is missed", async () => {
    const info = Info.parse((await read("Info")).data);
    const handlers = info.handlers.filter(({ action }) => action !== "Recount");
    const withExamples = handlers.map(({ action, tags }) => ({
      Action: action,
      ...Object.fromEntries(tags.map(({ name, examples: [one] }) => [name, one ?? ""])),
    }));
    for (const reply of await rig.readAll("registry", withExamples)) {
      expect(reply.code, reply.error).not.toBe("invalid-input");
    }
    const without = await rig.readAll(
      "registry",
      handlers.map(({ action }) => ({ Action: action })),
    );
    for (const [at, { action, tags }] of handlers.entries()) {
      const missing = tags
        .filter(({ required }) => required)
        .map(({ name }) => `${name} is missing`);
      const told = missing.length === 0 ? undefined : missing.join("; ");
      expect(without[at]?.error, action).toBe(told);
    }
  });

  test("examples of a pattern match it", async () => {
    const info = Info.parse((await read("Info")).data);
    const patterns = info.handlers.flatMap(({ tags }) =>
      tags.flatMap(({ examples, validation }) =>
        validation?.pattern === undefined ? [] : [{ examples, pattern: validation.pattern }],
      ),
    );
    expect(patterns.length).toBeGreaterThan(0);
    for (const { examples, pattern } of patterns) {
      for (const example of examples) expect(example).toMatch(new RegExp(pattern));
    }
  });
});

describe("a skill", () => {
  let refusals: Promise<readonly Reply[]> | undefined;

  test("is registered with all that is said of it, and got again", async () => {
    const reply = await register(
      "pdf-tools",
      {
        Description: "Liest PDF — läuft überall \u{1F989}",
        Author: "Ada Lovelace",
        License: "MIT OR Apache-2.0",
        Homepage: "https://example.com/pdf-tools",
        Keywords: "pdf, forms,pdf",
        "Content-Id": contentId,
        Dependencies: '{"ocr":"^1.0.0"}',
      },
      "# PDF\n\n日本語",
    );
    expect(reply).toMatchObject({
      action: "Register-Response",
      data: {
        name: "pdf-tools",
        version: "1.0.0",
        description: "Liest PDF — läuft überall \u{1F989}",
        author: "Ada Lovelace",
        license: "MIT OR Apache-2.0",
        homepage: "https://example.com/pdf-tools",
        keywords: ["pdf", "forms"],
        contentId,
        dependencies: { ocr: "^1.0.0" },
        readme: "# PDF\n\n日本語",
        downloads: 0,
        versions: 1,
        owner: reply.to,
      },
    });
    expect((await read("Get", { Name: "pdf-tools" })).data).toEqual(reply.data);
  });

  const wrong: readonly (readonly [string, Tags, string])[] = [
    [
      "no tags",
      { Name: "", Version: "", Description: "" },
      "Name is missing; Version is missing; Description is missing",
    ],
    ["upper case", { Name: "Pdf" }, "Name must be 1 to 64 lower-case letters"],
    ["a long name", { Name: "a".repeat(65) }, "Name must be 1 to 64 lower-case letters"],
    ["a path as name", { Name: "../x" }, "Name must be 1 to 64 lower-case letters"],
    ["two numbers", { Version: "1.0" }, "Version must be a semantic version"],
    ["a leading zero", { Version: "1.02.0" }, "Version must be a semantic version"],
    ["a line break", { Description: "one\ntwo" }, "Description must be one line"],
    [
      "501 characters",
      { Description: "é".repeat(501) },
      "Description must have 1 to 500 characters",
    ],
    ["http", { Homepage: "http://example.com" }, "Homepage must be an https address"],
    ["11 keywords", { Keywords: "a,b,c,d,e,f,g,h,i,j,k" }, "Keywords must be 10 words at most"],
    ["an empty keyword", { Keywords: "a,,b" }, "Keywords must be words of lower-case letters"],
    ["a short id", { "Content-Id": "abc" }, "Content-Id must be an id of 43"],
    ["broken JSON", { Dependencies: "{" }, "Dependencies must be a JSON object"],
    ["a list", { Dependencies: '["ocr"]' }, "Dependencies must give a range"],
    ["a range of words", { Dependencies: '{"ocr":"new"}' }, "Dependencies must give a range"],
    ["a time of its own", { Timestamp: "1" }, "Timestamp is the scheduler's to give"],
  ];

  test.each(wrong)("with %s is refused", async (what, _tags, error) => {
    refusals ??= rig.readAll(
      "registry",
      wrong.map(([, tags]) => ({
        Action: "Register",
        Name: "bad-one",
        Version: "1.0.0",
        Description: "d",
        ...tags,
      })),
    );
    const reply = (await refusals)[wrong.findIndex(([one]) => one === what)];
    expect(reply).toMatchObject({ action: "Register-Error", code: "invalid-input" });
    expect(reply?.error).toContain(error);
    expect(reply?.data).toMatchObject({ code: "invalid-input", error: reply?.error });
  });

  test("has 500 characters of description, counted as people do, and a readme of 16 KiB at most", async () => {
    const fits = { Name: "long", Version: "1.0.0", Description: "é".repeat(500) };
    expect((await read("Register", fits)).action).toBe("Register-Response");
    const large = await rig.read("registry", { Action: "Register", ...fits }, "x".repeat(16_385));
    expect(large.error).toContain("Data must be UTF-8 text of 16384 bytes at most");
    const json = { Action: "Register", ...fits, "Content-Type": "application/json" };
    expect((await rig.read("registry", json, '{"a":1}')).error).toContain("Data must be text");
  });

  test("that nobody registered is not found", async () => {
    for (const action of ["Get", "Versions", "Download", "Unlist", "Deprecate"]) {
      const reply = await read(action, { Name: "nobody", Reason: "none" });
      expect(reply, action).toMatchObject({
        action: `${action}-Error`,
        code: "not-found",
        error: "no skill is named nobody",
      });
    }
  });

  test("belongs to who registered it: others change nothing of it, until it is given to them", async () => {
    const mine = await register("owned");
    const by = (tags: Tags): Promise<Reply> =>
      send({ Name: "owned", ...tags }, undefined, stranger);
    expect((await by({ Action: "Register", Version: "9.0.0", Description: "mine" })).code).toBe(
      "name-taken",
    );
    expect((await register("owned")).code).toBe("already-registered");
    const refused = [
      { Action: "Update", Version: "9.0.0" },
      { Action: "Deprecate", Reason: "no" },
      { Action: "Undeprecate" },
      { Action: "Unlist" },
      { Action: "Relist" },
      { Action: "Transfer", "New-Owner": contentId },
    ];
    for (const tags of refused) {
      expect(await by(tags), tags.Action).toMatchObject({
        action: `${tags.Action}-Error`,
        code: "not-owner",
        error: "only the owner of owned may do that",
      });
    }
    expect((await read("Get", { Name: "owned" })).data).toEqual(mine.data);
    const { to: address } = await by({ Action: "Ping" });
    await send({ Action: "Transfer", Name: "owned", "New-Owner": address ?? "" });
    expect((await by({ Action: "Update", Description: "theirs now" })).data).toMatchObject({
      owner: address,
      description: "theirs now",
    });
    expect((await send({ Action: "Unlist", Name: "owned" })).code).toBe("not-owner");
    expect(await namesOf("List", { "Owned-By": address ?? "" })).toEqual(["owned"]);
  });

  test("that is unlisted is in no list and no search, and still got by its name", async () => {
    await register("hidden", { Keywords: "hidden-word" });
    await send({ Action: "Unlist", Name: "hidden" });
    expect(await namesOf("Search", { Query: "hidden" })).toEqual([]);
    expect(await namesOf("List", { Keyword: "hidden-word" })).toEqual([]);
    expect((await read("Get", { Name: "hidden" })).data).toMatchObject({ unlisted: true });
    await send({ Action: "Relist", Name: "hidden" });
    expect(await namesOf("Search", { Query: "hidden" })).toEqual(["hidden"]);
    expect((await read("Get", { Name: "hidden" })).data).not.toHaveProperty("unlisted");
  });
});

describe("versions", () => {
  const published = ["2.0.0-rc.1", "1.10.0", "1.9.0", "1.2.0"];

  beforeAll(async () => {
    await register("versioned", { Version: "1.2.0" }, "the first");
    for (const version of ["1.10.0", "2.0.0-rc.1", "1.9.0"]) {
      await send({ Action: "Update", Name: "versioned", Version: version });
    }
  });

  async function got(range?: string): Promise<unknown> {
    const tags = range === undefined ? {} : { Version: range };
    const { data, code } = await read("Get", { Name: "versioned", ...tags });
    return code ?? z.object({ version: z.string() }).parse(data).version;
  }

  test("are told newest first, by what they are and not by when they came", async () => {
    const { data } = await read("Versions", { Name: "versioned", Limit: "3" });
    expect(data).toMatchObject({
      versions: published.slice(0, 3).map((version) => ({ version })),
      total: 4,
      count: 3,
      hasNextPage: true,
    });
    const rest = await read("Versions", { Name: "versioned", Offset: "3" });
    expect(rest.data).toMatchObject({ versions: [{ version: "1.2.0" }], hasNextPage: false });
  });

  test("are chosen by a range as npm's users know it", async () => {
    const found = await Promise.all(
      [
        undefined,
        "latest",
        "*",
        "1.9.0",
        "~1.9.0",
        "^1.2.0",
        ">=2.0.0-rc.0",
        "^2.0.0",
        "3.0.0",
      ].map(got),
    );
    expect(found).toEqual([
      "1.10.0",
      "1.10.0",
      "1.10.0",
      "1.9.0",
      "1.9.0",
      "1.10.0",
      "2.0.0-rc.1",
      "not-found",
      "not-found",
    ]);
  });

  test("never change, and one that differs by its build only is the same", async () => {
    for (const version of ["1.9.0", "1.9.0+again"]) {
      const reply = await read("Update", { Name: "versioned", Version: version });
      expect(reply.code).toBe("not-owner");
      expect(await send({ Action: "Update", Name: "versioned", Version: version })).toMatchObject({
        code: "version-used",
        error: "versioned has a version 1.9.0 already, and a version never changes",
      });
    }
    const update = { Action: "Update", Name: "versioned" };
    expect((await send(update)).code).toBe("nothing-to-do");
    expect((await send({ ...update, "Content-Id": contentId })).code).toBe("version-missing");
    expect((await send(update, "another readme")).code).toBe("version-missing");
  });

  test("that are deprecated are avoided, told with their reason, and taken back", async () => {
    const deprecate = { Action: "Deprecate", Name: "versioned", Version: "1.10.0" };
    await send({ ...deprecate, Reason: "loses files" });
    expect(await got("^1.0.0")).toBe("1.9.0");
    expect(await got()).toBe("1.9.0");
    expect((await read("Get", { Name: "versioned", Version: "1.10.0" })).data).toMatchObject({
      deprecated: "loses files",
    });
    await send({ Action: "Deprecate", Name: "versioned", Reason: "all of it" });
    expect((await read("Get", { Name: "versioned" })).data).toMatchObject({
      version: "1.10.0",
      deprecated: "all of it",
    });
    await send({ Action: "Undeprecate", Name: "versioned" });
    expect((await read("Get", { Name: "versioned" })).data).not.toHaveProperty("deprecated");
    expect((await send({ ...deprecate, Version: "7.0.0", Reason: "x" })).code).toBe("not-found");
  });
});

describe("semantic versions", () => {
  const number = fc.oneof(fc.nat(12), fc.integer({ min: 0, max: Number.MAX_SAFE_INTEGER }));
  const word = fc.constantFrom("alpha", "beta", "rc", "x-1", "0a", "-", "A", "Z", "a");
  const identifier = fc.oneof(number.map(String), word);
  const identifiers = fc.array(identifier, { minLength: 1, maxLength: 3 });
  const version = fc
    .record({
      numbers: fc.tuple(number, number, number),
      prerelease: fc.option(identifiers),
      build: fc.option(identifiers),
    })
    .map(({ numbers, prerelease, build }) =>
      [
        numbers.join("."),
        prerelease === null ? "" : `-${prerelease.join(".")}`,
        build === null ? "" : `+${build.join(".")}`,
      ].join(""),
    );
  const nearby = fc
    .tuple(fc.nat(2), fc.nat(2), fc.nat(2), fc.option(fc.constantFrom("a", "b", "1", "a.1")))
    .map(
      ([major, minor, patch, tag]) => `${major}.${minor}.${patch}${tag === null ? "" : `-${tag}`}`,
    );

  /** Many cases in one evaluation: `body` has the case as `a` and `b`. */
  async function inAos(
    cases: readonly (readonly [string, string])[],
    body: string,
  ): Promise<unknown> {
    const code = `
      local semver, json = require("semver"), require("json")
      local answers = {}
      for i, case in ipairs(json.decode([==[${JSON.stringify(cases)}]==])) do
        local a, b = case[1], case[2]
        answers[i] = (function() ${body} end)()
      end
      return json.encode(answers)`;
    return JSON.parse(await rig.look("registry", code));
  }

  const batch = (one: fc.Arbitrary<string>, other: fc.Arbitrary<string>) =>
    fc.array(fc.tuple(one, other), { minLength: 150, maxLength: 200 });

  test("are ordered as node-semver orders them", async () => {
    await fc.assert(
      fc.asyncProperty(
        batch(fc.oneof(version, nearby), fc.oneof(version, nearby)),
        async (cases) => {
          const found = await inAos(
            cases,
            "return semver.compare(semver.parse(a), semver.parse(b))",
          );
          expect(found).toEqual(cases.map(([a, b]) => semver.compare(a, b)));
        },
      ),
      { numRuns: 4 },
    );
  });

  test("are in a range where node-semver finds them in it", async () => {
    const range = fc
      .tuple(fc.constantFrom("^", "~", ">=", ""), nearby)
      .map((parts) => parts.join(""));
    await fc.assert(
      fc.asyncProperty(batch(nearby, range), async (cases) => {
        const body = "return semver.satisfies(semver.parse(a), semver.parse_range(b))";
        const found = await inAos(cases, body);
        expect(found).toEqual(cases.map(([a, b]) => semver.satisfies(a, b)));
      }),
      { numRuns: 4 },
    );
  });

  test("are what node-semver takes for one, and nothing else is", async () => {
    const broken = fc
      .tuple(
        fc.oneof(version, nearby),
        fc.nat(40),
        fc.constantFrom(".", "0", "-", "+", "x", " ", "é", ""),
      )
      .map(([text, at, character]) => text.slice(0, at) + character + text.slice(at + 1));
    // node-semver trims, allows a leading v, and refuses numbers that JavaScript cannot hold.
    const strict = (text: string): boolean =>
      !/^[v=\s]|\s$/.test(text) && semver.valid(text) !== null;
    const isJudged = (text: string): boolean => !/\d{16}/.test(text);
    await fc.assert(
      fc.asyncProperty(batch(broken.filter(isJudged), fc.constant("")), async (cases) => {
        const found = await inAos(cases, "return semver.parse(a) ~= nil");
        expect(found).toEqual(cases.map(([text]) => strict(text)));
      }),
      { numRuns: 4 },
    );
  });
});

describe("lists", () => {
  const keyword = "bulk";
  const skills = Array.from({ length: 100 }, (_, i) => ({
    name: `bulk-${String((i * 37) % 100).padStart(3, "0")}`,
    downloads: (i * 7) % 10,
  }));

  beforeAll(async () => {
    await rig.sendAll(
      "registry",
      skills.map(({ name }) => ({
        Action: "Register",
        Name: name,
        Version: "1.0.0",
        Description: "one of many",
        Keywords: keyword,
      })),
    );
    const counts = skills.map(({ name, downloads }) => `["${name}"] = ${downloads}`).join(", ");
    await rig.evaluate("registry", `require("catalogue").set_downloads(Skills, { ${counts} })`);
  });

  function expected(sort: string, order: string | undefined): readonly string[] {
    const direction = (order ?? (sort === "name" ? "asc" : "desc")) === "asc" ? 1 : -1;
    const byName = (a: string, b: string): number => (a < b ? -1 : 1);
    return skills
      .toSorted((a, b) =>
        sort === "name"
          ? direction * byName(a.name, b.name)
          : direction * (a.downloads - b.downloads) || byName(a.name, b.name),
      )
      .map(({ name }) => name);
  }

  function pageOf(data: unknown): object {
    const page = Page.parse(data);
    return { ...page, skills: page.skills.map(({ name }) => name) };
  }

  function expectedPage(tags: Partial<Readonly<Record<string, string>>>): object {
    const limit = Number(tags["Limit"] ?? 20);
    const offset = Number(tags["Offset"] ?? 0);
    const names = expected(tags["Sort"] ?? "name", tags["Order"]).slice(offset, offset + limit);
    return {
      skills: names,
      count: names.length,
      total: skills.length,
      limit,
      offset,
      hasNextPage: offset + limit < skills.length,
    };
  }

  test("are cut into pages as a slice of the sorted whole", async () => {
    const input = fc.record(
      {
        Sort: fc.constantFrom("name", "downloads"),
        Order: fc.constantFrom("asc", "desc"),
        Limit: fc.integer({ min: 1, max: 100 }).map(String),
        Offset: fc.integer({ min: 0, max: 120 }).map(String),
      },
      { requiredKeys: [] },
    );
    await fc.assert(
      fc.asyncProperty(fc.array(input, { minLength: 10, maxLength: 20 }), async (inputs) => {
        const asked = inputs.map((tags) => ({ Action: "List", Keyword: keyword, ...tags }));
        const replies = await rig.readAll("registry", asked);
        expect(replies.map(({ data }) => pageOf(data))).toEqual(inputs.map(expectedPage));
      }),
      { numRuns: 3 },
    );
  });

  test("refuse what they do not know", async () => {
    const refused: readonly (readonly [Tags, string])[] = [
      [{ Limit: "0" }, "Limit must be a whole number from 1 to 100"],
      [{ Limit: "101" }, "Limit must be a whole number from 1 to 100"],
      [{ Limit: "1e1" }, "Limit must be a whole number"],
      [{ Limit: "9".repeat(30) }, "Limit must be a whole number"],
      [{ Offset: "-1" }, "Offset must be a whole number from 0 to 1000000"],
      [{ Sort: "stars" }, "Sort must be one of name, created, updated, downloads"],
      [{ Order: "up" }, "Order must be one of asc, desc"],
      [{ "Owned-By": "me" }, "Owned-By must be an id of 43"],
    ];
    const asked = refused.map(([tags]) => ({ Action: "List", ...tags }));
    const replies = await rig.readAll("registry", asked);
    for (const [at, [, error]] of refused.entries()) {
      expect(replies[at]?.code).toBe("invalid-input");
      expect(replies[at]?.error).toContain(error);
    }
  });

  test("are searched by every word, the best first", async () => {
    await register("ocr", { Description: "reads scans" });
    await register("ocr-batch", { Description: "many scans" });
    await register("scanner", { Description: "finds text by OCR", Keywords: "ocr" });
    expect(await namesOf("Search", { Query: "OCR" })).toEqual(["ocr", "ocr-batch", "scanner"]);
    expect(await namesOf("Search", { Query: "ocr  scans" })).toEqual(["ocr", "ocr-batch"]);
    expect(await namesOf("Search", { Query: "läuft \u{1F989}" })).toEqual(["pdf-tools"]);
    expect(await namesOf("Search", { Query: "%a+ [" })).toEqual([]);
    expect((await read("Search")).error).toBe("Query is missing");
    expect((await read("Search", { Query: "x".repeat(201) })).code).toBe("invalid-input");
    const many = await read("Search", { Query: "many one", Limit: "100" });
    expect(many.data).toMatchObject({ total: 100, count: 100, hasNextPage: false });
  });
});

test("on a HyperBEAM node both processes work together, and their counts are read without a question", async () => {
  const { ids } = await rig.deploy("node");
  const client = await connectToNode(rig.network);
  const skill = { Name: "exposed", Version: "1.0.0", Description: "d" };
  await client.send(ids.registry, { Action: "Register", ...skill });
  await client.send(ids.registry, { Action: "Update", Name: "exposed", Version: "1.1.0" });
  await client.send(ids.registry, { Action: "Download", Name: "exposed" });
  const now = async (process: string, key: string): Promise<string> =>
    (await fetch(`${rig.network.url}/${process}~process@1.0/now/${key}`)).text();
  expect(await now(ids.registry, "skills-count")).toBe("1");
  expect(await now(ids.registry, "versions-count")).toBe("2");
  const counted = (): Promise<string> => now(ids.downloads, "downloads-count");
  await expect.poll(counted, { timeout: 60_000, interval: 100 }).toBe("1");
});
