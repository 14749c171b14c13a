import { fail, ok } from "@slipway/signature";
import type { Result } from "@slipway/signature";
import { endpoint, graphqlOf } from "./endpoints.ts";
import { evaluationOf } from "./evaluation.ts";
import type { UnitFailure } from "./failure.ts";
import type { AoNetwork, Keep, Site } from "./network.ts";
import { unitFailureOf } from "./units.ts";
import type { Units } from "./units.ts";
import { addressOf, idOf } from "./wallet.ts";
import type { Wallet } from "./wallet.ts";

/** Takes what the library hands it, unseen, and gives it back signed. */
type Signer = (
  ...unsigned: unknown[]
) => Promise<{ readonly signature: Uint8Array; readonly address: string }>;

type Fetch = typeof globalThis.fetch;

type Client = Pick<AoNetwork, "owner" | "spawn" | "send" | "result" | "dryRun">;

/**
 * The real client in legacy mode. It meets the network only through our `fetch`, which keeps signed items before
 * they leave and lets no bad status through. Its calls that look up a scheduler by themselves are not used.
 */
export async function openClient(site: Site, wallet: Wallet, units: Units): Promise<Client> {
  const owner = addressOf(wallet);
  const library = await importLibrary();
  // One signer a wallet: the library refuses to make a hundred and first within a minute.
  const sign = signerOf(library.createSigner, wallet);
  const connect = (watched: Fetch) => {
    const settings = {
      MODE: "legacy" as const,
      MU_URL: endpoint(site.mu),
      CU_URL: endpoint(site.cu),
      GATEWAY_URL: endpoint(site.gateway),
      GRAPHQL_URL: graphqlOf(site),
      fetch: watched,
    };
    return library.connect(settings);
  };

  /** One call of the library. What our `fetch` met is told, instead of the library's words for it. */
  async function call<Value>(
    step: string,
    keep: Keep,
    ask: (client: ReturnType<typeof connect>, signer: Signer) => Promise<Value>,
  ): Promise<Result<Value, UnitFailure>> {
    let met: UnitFailure | undefined;
    let id: string | undefined;
    const noted: Signer = async (...unsigned) => {
      const signed = await sign(...unsigned);
      id = idOf(signed.signature);
      return signed;
    };
    const watched: Fetch = async (input, init) => {
      try {
        if (id !== undefined) await keep({ id, raw: bytesOf(init?.body) });
        return await units.fetch(urlOf(input), init);
      } catch (error) {
        met = unitFailureOf(step, error);
        throw error;
      }
    };
    try {
      return ok(await ask(connect(watched), noted));
    } catch (error) {
      return fail(met ?? unitFailureOf(step, error));
    }
  }

  return {
    owner,
    spawn: (tags, keep) =>
      call("spawn a process", keep, (client, signer) =>
        client.spawn({ module: site.module, scheduler: site.scheduler, signer, tags: [...tags] }),
      ),
    send: (process, message, keep) =>
      call("send a message", keep, async (client, signer) => {
        const tags = [...message.tags];
        const sent = await client.message({ process, data: message.data, tags, signer });
        return typeof sent === "string" ? sent : sent.id;
      }),
    result: (process, message) =>
      call("read a result", nothingToKeep, async (client) =>
        evaluationOf(await client.result({ process, message })),
      ),
    dryRun: (process, message) =>
      call("dry-run a message", nothingToKeep, async (client) => {
        const tags = [...message.tags, { name: "Verify-Nonce", value: crypto.randomUUID() }];
        const data = message.data ?? "";
        return evaluationOf(
          await client.dryrun({ process, Owner: owner, From: owner, data, tags }),
        );
      }),
  };
}

/** Takes a second and leaves `AO_URL` as the text "undefined" in the environment: done late, and undone. */
async function importLibrary() {
  const before = process.env["AO_URL"];
  const library = await import("@permaweb/aoconnect");
  if (before === undefined) delete process.env["AO_URL"];
  return library;
}

function signerOf(factory: unknown, wallet: Wallet): Signer {
  if (!isSignerFactory(factory)) throw new Error("internal: aoconnect has no createSigner");
  return factory(wallet);
}

/** The library declares it as `any`. */
function isSignerFactory(value: unknown): value is (wallet: Wallet) => Signer {
  return typeof value === "function";
}

async function nothingToKeep(): Promise<void> {
  throw new Error("internal: nothing is signed to read");
}

function bytesOf(body: unknown): Uint8Array {
  if (body instanceof Uint8Array) return body;
  if (body instanceof ArrayBuffer) return new Uint8Array(body);
  throw new Error("internal: a signed item that is not bytes");
}

function urlOf(input: string | URL | Request): string {
  if (typeof input === "string") return input;
  return input instanceof URL ? input.href : input.url;
}
