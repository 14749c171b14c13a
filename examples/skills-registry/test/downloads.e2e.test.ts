import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { z } from "zod";
import type { Client, Tags } from "@slipway/ao-network/rig";
import { onlyOne, openRig, openStranger } from "./rig.ts";
import type { ProcessName, Rig } from "./rig.ts";

let rig: Rig;
let stranger: Client;

beforeAll(async () => {
  rig = await openRig();
  stranger = await openStranger(rig.network);
  for (const name of ["first", "second", "third"]) {
    await rig.send("registry", {
      Action: "Register",
      Name: name,
      Version: "1.0.0",
      Description: `the ${name}`,
    });
  }
});

afterAll(async () => {
  await rig[Symbol.asyncDispose]();
});

async function download(name: string, client?: Client): Promise<unknown> {
  const replies = await rig.send("registry", { Action: "Download", Name: name }, undefined, client);
  return replies.find(({ action }) => action === "Download-Response")?.data;
}

async function counted(name: string): Promise<number> {
  const { data } = await rig.read("downloads", { Action: "Downloads", Name: name });
  return z.object({ total: z.number() }).parse(data).total;
}

async function known(name: string): Promise<number> {
  const { data } = await rig.read("registry", { Action: "Get", Name: name });
  return z.object({ downloads: z.number() }).parse(data).downloads;
}

function reaches(read: () => Promise<number>, total: number): Promise<void> {
  return expect.poll(read, { timeout: 60_000, interval: 50 }).toBe(total);
}

describe("downloads", () => {
  test("are counted by the second process, once a day for each sender, and told to the registry", async () => {
    expect(await download("second")).toMatchObject({ version: "1.0.0", counted: true });
    await reaches(() => known("second"), 1);
    await download("second");
    await download("second", stranger);
    await download("third");
    await reaches(() => known("second"), 2);
    await reaches(() => known("third"), 1);
    const { data } = await rig.read("downloads", { Action: "Downloads", Name: "second" });
    const today = new Date().toISOString().slice(0, 10);
    expect(data).toEqual({
      name: "second",
      total: 2,
      versions: [{ version: "1.0.0", downloads: 2 }],
      days: [{ day: today, downloads: 2 }],
    });
    expect((await rig.read("registry", { Action: "List", Sort: "downloads" })).data).toMatchObject({
      skills: [{ name: "second" }, { name: "third" }, { name: "first" }],
    });
    expect((await rig.read("downloads", { Action: "Top", Limit: "1" })).data).toEqual({
      skills: [{ name: "second", downloads: 2 }],
      count: 1,
      total: 2,
      limit: 1,
      offset: 0,
      hasNextPage: true,
    });
  });

  test("of a skill that nobody downloaded are none; a name that is none is refused", async () => {
    expect((await rig.read("downloads", { Action: "Downloads", Name: "first" })).data).toEqual({
      name: "first",
      total: 0,
      versions: [],
      days: [],
    });
    const bad = await rig.read("downloads", { Action: "Downloads", Name: "No Name" });
    expect(bad).toMatchObject({ action: "Downloads-Error", code: "invalid-input" });
  });

  test("are counted again on the next day, and thirty days are kept", async () => {
    const code = `
      local tally, json = require("tally"), require("json")
      local counts, seen = {}, { keys = {} }
      for day = 1, 40 do
        for _ = 1, 2 do
          local download = { name = "a", version = "1.0.0", by = "x" }
          tally.count(counts, seen, download, string.format("2026-01-%02d", day))
        end
      end
      return json.encode(tally.of(counts, "a"))`;
    const told: unknown = JSON.parse(await rig.look("downloads", code));
    const { total, days } = z
      .object({ total: z.number(), days: z.array(z.object({ day: z.string() })) })
      .parse(told);
    expect(total).toBe(40);
    expect(days.map(({ day }) => day)).toEqual(
      Array.from({ length: 30 }, (_, i) => `2026-01-${i + 11}`),
    );
  });
});

describe("the two processes believe each other and nobody else", () => {
  const lies: readonly (readonly [ProcessName, Tags, string])[] = [
    ["downloads", { Action: "Count-Download", Name: "first", Version: "1.0.0" }, ""],
    ["downloads", { Action: "Send-Totals" }, ""],
    ["registry", { Action: "Downloads-Counted", Name: "first", Total: "9999" }, ""],
    ["registry", { Action: "Totals" }, '{"first":9999}'],
  ];

  test.each(lies)("%s refuses a wallet's %o", async (process, tags, data) => {
    const by = { By: "a".repeat(43) };
    for (const client of [stranger, rig.owner]) {
      const reply = onlyOne(await rig.send(process, { ...by, ...tags }, data, client));
      expect(reply).toMatchObject({ action: `${tags["Action"]}-Error`, code: "not-trusted" });
    }
    expect(await counted("first")).toBe(0);
    expect(await known("first")).toBe(0);
  });

  test("a wallet that claims to be the other process is not heard by aos", async () => {
    const claim = { "From-Process": rig.ids.downloads };
    const tags = { Action: "Downloads-Counted", Name: "first", Total: "9999", ...claim };
    const answer = await stranger.ask(rig.ids.registry, tags);
    expect(answer.Output?.data).toContain("Message is not trusted!");
    expect(await known("first")).toBe(0);
  });

  test("a third process is refused, and its answer goes to it and not where it points", async () => {
    const third = await rig.owner.spawn();
    const lie = `ao.send({ Target = "${rig.ids.registry}", Action = "Totals", Data = [[{"first":9999}]] })`;
    await rig.owner.ask(third, { Action: "Eval" }, lie);
    const inbox = async (): Promise<string> => {
      const look = { owner: (await rig.send("registry", { Action: "Ping" }))[0]?.to ?? "" };
      const code = 'return #Inbox > 0 and Inbox[#Inbox].Tags["Error-Code"] or "nothing"';
      const answer = await rig.owner.dryRun(third, { Action: "Eval" }, { ...look, data: code });
      return answer.Output?.data ?? "";
    };
    await expect.poll(inbox, { timeout: 60_000, interval: 100 }).toContain("not-trusted");
    expect(await known("first")).toBe(0);
    const pointed = { Action: "Ping", "Reply-To": rig.ids.downloads };
    const reply = onlyOne(await rig.send("registry", pointed, undefined, stranger));
    expect(reply.to).not.toBe(rig.ids.downloads);
  });

  test("what the registry lost is counted again for its owner, and for nobody else", async () => {
    await download("third", stranger);
    await reaches(() => known("third"), 2);
    await rig.evaluate("registry", "for _, skill in pairs(Skills) do skill.downloads = 0 end");
    const refused = onlyOne(await rig.send("registry", { Action: "Recount" }, undefined, stranger));
    expect(refused).toMatchObject({ action: "Recount-Error", code: "not-owner" });
    await rig.send("registry", { Action: "Recount" });
    await reaches(() => known("third"), 2);
    await reaches(() => known("first"), 0);
  });

  test("alone, a registry still answers, and counts nothing", async () => {
    const code = `__AO_DEPLOY = nil
      local counted = require("peers").send("downloads", { Action = "Count-Download" })
      return tostring(counted)`;
    expect(await rig.look("registry", code)).toBe("false");
  });
});

describe("an upgrade", () => {
  test("keeps skills, versions and counts, and answers with what is new", async () => {
    const before = await rig.read("registry", { Action: "Get", Name: "third" });
    const counts = await rig.read("downloads", { Action: "Top" });
    const says = 'description = "Skills';
    await rig.edit("src/registry.lua", (text) => text.replace(says, `${says}, once more:`));
    await rig.edit("src/tally.lua", (text) => text.replace("kept_days = 30", "kept_days = 7"));
    expect(await rig.deploy()).toEqual({ said: "done code-changed", ids: rig.ids });
    expect(await rig.read("registry", { Action: "Get", Name: "third" })).toEqual(before);
    expect(await rig.read("downloads", { Action: "Top" })).toEqual(counts);
    const { data } = await rig.read("registry", { Action: "Info" });
    const info = z.object({ description: z.string(), handlers: z.array(z.unknown()) }).parse(data);
    expect(info.description).toMatch(/^Skills, once more: /);
    expect(info.handlers).toHaveLength(15);
    await download("first");
    await reaches(() => known("first"), 1);
  });

  test("with an error is dropped whole: the old code answers, and its state is there", async () => {
    const broken = 'Skills = {}\nHandlers.remove("Get")\nerror("not today")\n';
    await rig.edit("src/registry.lua", (text) => `${text}${broken}`);
    await expect(rig.deploy()).rejects.toThrow("not today");
    expect(await known("first")).toBe(1);
    await rig.edit("src/registry.lua", (text) => text.replace(broken, ""));
    expect(await rig.deploy()).toEqual({ said: "unchanged live-code-agrees", ids: rig.ids });
  });

  test("takes away the handler that the new code has no more", async () => {
    const stats = `Handlers.add("Stats", routes.serve("Stats", {}, function()
  return { count = catalogue.counts(Skills).skills }
end))
`;
    await rig.edit("src/registry.lua", (text) => `${text}${stats}`);
    await rig.deploy();
    expect((await rig.read("registry", { Action: "Stats" })).data).toEqual({ count: 3 });
    await rig.edit("src/registry.lua", (text) => text.replace(stats, ""));
    await rig.deploy();
    await expect(rig.read("registry", { Action: "Stats" })).rejects.toThrow("expected one reply");
  });
});
