import { parseJson } from "@slipway/signature/basics";
import { z } from "zod";
import type { NpmFailure } from "./failure.ts";

const Complaint = z.object({
  error: z.object({
    code: z.union([z.string(), z.number()]).optional(),
    summary: z.string().default(""),
  }),
});

/** The code of npm's complaint, and its summary in one line. */
export type NpmComplaint = { readonly code: string; readonly answer: string };

/** What npm complains of, from its answer with `--json`. Its details are left out: they have output of scripts. */
export function readComplaint(stdout: string): NpmComplaint {
  const { error } = Complaint.safeParse(parseJson(stdout)).data ?? { error: { summary: "" } };
  const [line = ""] = error.summary.split("\n");
  return { code: String(error.code ?? ""), answer: withoutSecrets(line).slice(0, 300) };
}

const notAllowed = /^(?:E401|E403|ENEEDAUTH|EOTP)$/;
const unreachable =
  /^(?:E(?:408|429|5\d\d)|E?(?:CONNREFUSED|CONNRESET|NOTFOUND|TIMEDOUT|PIPE|HOSTUNREACH|NETUNREACH)|EAI_AGAIN|ERR_SOCKET_TIMEOUT|FETCH_ERROR|CERT_.*|(?:DEPTH_ZERO_)?SELF_SIGNED_CERT.*|UNABLE_TO_.*)$/;

export function failureOf(asked: string, { code, answer }: NpmComplaint): NpmFailure {
  if (/invalid json response/i.test(answer)) return { reason: "npm-unreadable", asked, answer };
  if (notAllowed.test(code)) return { reason: "npm-not-allowed", asked, code, answer };
  if (unreachable.test(code)) return { reason: "npm-unreachable", asked, code, answer };
  return { reason: "npm-failed", asked, code, answer };
}

/** npm blots out what it knows to be secret; this is for what it quotes of others. */
export function withoutSecrets(text: string): string {
  return text
    .replaceAll(/(\/\/)[^/@\s]+@/g, "$1***@")
    .replaceAll(/\b(Bearer|Basic)\s+\S+/gi, "$1 ***")
    .replaceAll(/(_auth(?:Token)?|_password|token)(["']?\s*[=:]\s*["']?)[^\s"'&]+/gi, "$1$2***")
    .replaceAll(/\bnpm_[A-Za-z0-9]{20,}/g, "npm_***");
}
