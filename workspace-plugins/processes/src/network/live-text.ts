import { parseDigest } from "@slipway/signature/basics";
import type { Live } from "./network.ts";

/** Lua that any aos process answers, deployed by us or not; the marker tells the answer from printed text. */
export const liveProbe =
  'return "slipway-live:" .. (type(__AO_DEPLOY) == "table" and tostring(__AO_DEPLOY.sha256) .. " " .. tostring(__AO_DEPLOY.links) or "none")';

/** The key that a mainnet process sets with `patch@1.0`; its value is that of `liveText`. */
export const liveKey = "slipway-live";

export function liveText(code: string, links: string): string {
  return `${code} ${links}`;
}

/** What a process says of itself, as the value of the key. */
export function liveIn(text: string): Exclude<Live, "gone"> {
  const [, code = "", links = ""] =
    /^(sha256:[0-9a-f]{64}) (sha256:[0-9a-f]{64})$/.exec(text) ?? [];
  const codeDigest = parseDigest(code);
  const linksDigest = parseDigest(links);
  return codeDigest === undefined || linksDigest === undefined
    ? "undeployed"
    : { code: codeDigest, links: linksDigest };
}

/** The same in what the probe's evaluation printed and returned. */
export function liveInOutput(output: string): Exclude<Live, "gone"> {
  return liveIn(/slipway-live:(sha256:[0-9a-f]{64} sha256:[0-9a-f]{64})/.exec(output)?.[1] ?? "");
}
