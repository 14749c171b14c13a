import { generateKeyPairSync } from "node:crypto";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import os from "node:os";
import path from "node:path";
import { ArweaveSigner, createData, DataItem } from "@dha-team/arbundles";
import { afterAll, beforeAll, expect, test } from "vitest";
import { checkTags, idOfItem, itemBytes } from "./item.ts";
import type { ItemContent } from "./item.ts";
import type { Wallet } from "./signer.ts";
import { openWallet } from "./wallet.ts";

const { privateKey } = generateKeyPairSync("rsa", { modulusLength: 4096, publicExponent: 0x10001 });
const jwk = privateKey.export({ format: "jwk" });
const target = "A".repeat(43);

let folder = "";
beforeAll(async () => {
  folder = await mkdtemp(path.join(os.tmpdir(), "ao-wallet-"));
});
afterAll(async () => {
  await rm(folder, { recursive: true });
});

async function wallet(): Promise<Wallet> {
  const opened = await openWallet({ env: "KEY" }, folder, { KEY: JSON.stringify(jwk) });
  if (!opened.ok) throw new Error(opened.failure.reason);
  return opened.value;
}

const contents: readonly [string, ItemContent][] = [
  ["a process without data", { tags: [], data: "" }],
  ["a message", { target, tags: [{ name: "Action", value: "Eval" }], data: "return 1" }],
  [
    "long and foreign texts",
    {
      target,
      tags: Array.from({ length: 70 }, (_, at) => ({ name: `Tag-${at}`, value: "ü€".repeat(9) })),
      data: "é".repeat(70_000),
    },
  ],
];

test.each(contents)(
  "%s: arbundles lays out the same bytes, and verifies ours",
  async (_, content) => {
    const signed = await (await wallet()).sign(content);
    if (!signed.ok) throw new Error(signed.failure.reason);
    const { id, raw } = signed.value;
    const ours = new DataItem(Buffer.from(raw));
    expect(await DataItem.verify(Buffer.from(raw))).toBe(true);
    expect([ours.id, idOfItem(raw)]).toEqual([id, id]);
    const theirs = createData(content.data, new ArweaveSigner(jwk as never), {
      tags: content.tags.map((tag) => ({ ...tag })),
      ...(content.target === undefined ? {} : { target: content.target }),
    });
    theirs.getRaw().set(ours.rawSignature, 2);
    expect(Buffer.compare(theirs.getRaw(), Buffer.from(raw))).toBe(0);
    expect(itemBytes(content)).toBe(raw.length);
  },
);

test("what may be repeated is the same item each time, and one that arbundles verifies; all else never is", async () => {
  const own = await wallet();
  const content = { tags: [{ name: "Type", value: "Process" }], data: "x" };
  const sign = async (isRepeatable: boolean) => {
    const signed = await own.sign({ ...content, isRepeatable });
    if (!signed.ok) throw new Error(signed.failure.reason);
    expect(await DataItem.verify(Buffer.from(signed.value.raw))).toBe(true);
    return signed.value.id;
  };
  expect(await sign(true)).toBe(await sign(true));
  expect(new Set([await sign(false), await sign(false), await sign(true)]).size).toBe(3);
  const other = await own.sign({ ...content, data: "y", isRepeatable: true });
  expect(other).not.toMatchObject({ value: { id: await sign(true) } });
});

test("tags that do not fit into an item are told before anything is signed", async () => {
  const long = { tags: [{ name: "a", value: "x".repeat(4096) }], data: "" };
  expect(checkTags(long)).toMatchObject({ failure: { reason: "item-tags-too-long", tags: 1 } });
  const many = { tags: Array.from({ length: 129 }, () => ({ name: "a", value: "b" })), data: "" };
  expect(await (await wallet()).sign(many)).toMatchObject({ failure: { tags: 129 } });
});

async function write(name: string, text: string, mode = 0o600): Promise<string> {
  await writeFile(path.join(folder, name), text, { mode });
  return name;
}

test("a wallet that others may read is refused, and its key is told nowhere", async () => {
  const file = await write("open.json", JSON.stringify(jwk), 0o644);
  const opened = await openWallet({ file }, folder, {});
  expect(opened).toEqual({
    ok: false,
    failure: { reason: "wallet-exposed", source: "open.json", mode: "644" },
  });
  const broken = await write("broken.json", JSON.stringify({ ...jwk, n: "AQAB" }));
  const refused = await openWallet({ file: broken }, folder, {});
  expect(refused).toEqual({ ok: false, failure: { reason: "wallet-invalid", source: broken } });
});

test("a wallet that is not there is not made", async () => {
  for (const source of [{ file: "none.json" }, { env: "NONE" }]) {
    expect(await openWallet(source, folder, {})).toMatchObject({
      failure: { reason: "wallet-unreadable" },
    });
  }
});

const message: ItemContent = {
  target,
  tags: [{ name: "Action", value: "Eval" }],
  data: "return 1",
};

test("a module that signs is a wallet: its address follows from its key", async () => {
  const file = await write(
    "signer.mjs",
    `import { createPrivateKey, constants, sign } from "node:crypto";
     const jwk = ${JSON.stringify(jwk)};
     const key = createPrivateKey({ key: jwk, format: "jwk" });
     export default async (create) => {
       const bytes = await create({ type: 1, publicKey: Buffer.from(jwk.n, "base64url") });
       return { signature: sign("sha256", bytes, { key, padding: constants.RSA_PKCS1_PSS_PADDING }) };
     };`,
  );
  const opened = await openWallet({ signer: `./${file}` }, folder, {});
  if (!opened.ok) throw new Error(JSON.stringify(opened.failure));
  expect(opened.value.address).toBe((await wallet()).address);
  const signed = await opened.value.sign(message);
  if (!signed.ok) throw new Error(JSON.stringify(signed.failure));
  expect(await DataItem.verify(Buffer.from(signed.value.raw))).toBe(true);
});

test("a module that writes items itself says its address; an id that is not its item's is refused", async () => {
  const signed = await (await wallet()).sign(message);
  if (!signed.ok) throw new Error(signed.failure.reason);
  const { id, raw } = signed.value;
  const module = (told: string) => `
    export const address = "me";
    export default async (create) => {
      const { tags, data, target } = await create({ passthrough: true });
      if (tags[0].value !== "Eval" || data !== "return 1" || target.length !== 43) throw new Error("other");
      return { id: ${JSON.stringify(told)}, raw: Buffer.from(${JSON.stringify(Buffer.from(raw).toString("hex"))}, "hex") };
    };`;
  const open = async (file: string) => {
    const opened = await openWallet({ signer: `./${file}` }, folder, {});
    if (!opened.ok) throw new Error(JSON.stringify(opened.failure));
    return opened.value;
  };
  const honest = await open(await write("honest.mjs", module(id)));
  expect(honest.address).toBe("me");
  expect(await honest.sign(message)).toMatchObject({ ok: true, value: { id } });
  const lying = await open(await write("lying.mjs", module(target)));
  expect(await lying.sign(message)).toMatchObject({ failure: { reason: "signer-failed" } });
});

test("a module that is none, or hides its address, is refused", async () => {
  const silent = await write("silent.mjs", "export default async () => ({});");
  const none = await write("none.mjs", "export const signer = 1;");
  for (const signer of [`./${silent}`, `./${none}`, "./absent.mjs"]) {
    expect(await openWallet({ signer }, folder, {})).toMatchObject({
      failure: { reason: "signer-invalid", source: signer },
    });
  }
});

const words = "its words are left out, for they may quote the key";

test("nothing of what a module throws is told but its kind", async () => {
  const read = 'JSON.parse("secret-of-a-key-file")';
  const early = await write("early.mjs", `const key = ${read}; export default async () => key;`);
  expect(await openWallet({ signer: `./${early}` }, folder, {})).toEqual({
    ok: false,
    failure: {
      reason: "signer-invalid",
      source: `./${early}`,
      problem: `it threw SyntaxError; ${words}`,
    },
  });
  const late = `export const address = "me"; export default async () => ${read};`;
  const gone = `import { readFileSync } from "node:fs"; export const address = "me";
    export default async () => readFileSync("/absent/secret-of-a-key-file");`;
  const problems: unknown[] = [];
  for (const [name, module] of Object.entries({ late, gone })) {
    const opened = await openWallet(
      { signer: `./${await write(`${name}.mjs`, module)}` },
      folder,
      {},
    );
    if (!opened.ok) throw new Error(JSON.stringify(opened.failure));
    const signed = await opened.value.sign(message);
    problems.push(signed.ok ? undefined : signed.failure);
  }
  const failed = (source: string, thrown: string) => ({
    reason: "signer-failed",
    source,
    problem: `it threw ${thrown}; ${words}`,
  });
  expect(problems).toEqual([
    failed("./late.mjs", "SyntaxError"),
    failed("./gone.mjs", "Error ENOENT"),
  ]);
});

test("a module that returns something else has not signed", async () => {
  const module = 'export const address = "me"; export default async () => ({ signature: "text" });';
  const opened = await openWallet({ signer: `./${await write("other.mjs", module)}` }, folder, {});
  if (!opened.ok) throw new Error(JSON.stringify(opened.failure));
  expect(await opened.value.sign(message)).toMatchObject({
    failure: { problem: "it returned neither an item nor a signature" },
  });
});

test("why a module's key was refused is told", async () => {
  const module = `export const address = "me";
    export default async (create) => create({ type: 1, publicKey: Buffer.alloc(512, 7) });`;
  const signer = `./${await write("other-key.mjs", module)}`;
  const opened = await openWallet({ signer }, folder, {});
  if (!opened.ok) throw new Error(JSON.stringify(opened.failure));
  expect(await opened.value.sign(message)).toMatchObject({
    failure: { reason: "signer-failed", problem: "its key is not of me" },
  });
});
