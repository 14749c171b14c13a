import { jobsIn, overridesIn, stringsIn } from "@slipway/pipeline-kit/policy";
import type { Fault } from "@slipway/pipeline-kit/policy";
import type { Graph, Place } from "@slipway/pipeline-sdk/graph";

/** What keys of others look like, by what they are. */
const shapes: readonly (readonly [string, RegExp])[] = [
  ["a private key", /-----BEGIN [A-Z ]*PRIVATE KEY-----/],
  ["a key of AWS", /\b(?:AKIA|ASIA)[0-9A-Z]{16}\b/],
  ["a token of GitHub", /\b(?:gh[pousr]_[A-Za-z0-9]{36,}|github_pat_\w{60,})/],
  ["a token of GitLab", /\bglpat-[\w-]{20,}/],
  ["a token of npm", /\bnpm_[A-Za-z0-9]{36}\b/],
  ["a token of Slack", /\bxox[abprs]-[\w-]{10,}/],
  ["a key of Google", /\bAIza[\w-]{35}/],
  ["a key of Stripe", /\b[rs]k_live_[A-Za-z0-9]{20,}/],
  ["a signed token", /\beyJ[\w-]{10,}\.eyJ[\w-]{10,}\.[\w-]{10,}/],
];

const secretName = /(?:SECRET|TOKEN|PASSWORD|PASSWD|API_?KEY|ACCESS_?KEY|PRIVATE_?KEY)$/i;

/** SECURITY_003: a key in the file, where everybody who reads the repository has it. What it is is not repeated. */
export function keyFaults(graph: Graph): readonly Fault[] {
  const found = jobsIn(graph).flatMap((one) =>
    stringsIn(graph, one)
      .filter(({ kind }) => kind === "literal")
      .flatMap(({ name, text, place }) => {
        const what = keyIn(text) ?? (secretName.test(name) && isRandom(text) ? "a secret" : "");
        return what === "" ? [] : [fault(what, name, place ?? one.job.place)];
      }),
  );
  const toProviders = overridesIn(graph).flatMap(({ provider, json, place }) => {
    const what = keyIn(json);
    return what === undefined ? [] : [fault(what, `what is said to ${provider} alone`, place)];
  });
  return unique([...found, ...toProviders]);
}

function keyIn(text: string): string | undefined {
  return shapes.find(([, shape]) => shape.test(text))?.[0];
}

/** Sixteen characters or more, with three and a half bits and up in each: no word of a language is that. */
function isRandom(text: string): boolean {
  if (text.length < 16 || /\s/.test(text)) return false;
  const counts = new Map<string, number>();
  for (const one of text) counts.set(one, (counts.get(one) ?? 0) + 1);
  const bits = [...counts.values()].map((count) => {
    const share = count / text.length;
    return -share * Math.log2(share);
  });
  return bits.reduce((sum, each) => sum + each, 0) >= 3.5;
}

function fault(what: string, name: string, place: Place | undefined): Fault {
  return {
    code: "SECURITY_003",
    level: "error",
    title: "a key in the file",
    message: `${name === "" ? "a command" : name} has ${what} in it`,
    fixHint: 'make it invalid, keep a new one with the provider, and write { secret = "NAME" }',
    place,
  };
}

/** What a workflow says is said of each of its jobs. */
function unique(faults: readonly Fault[]): readonly Fault[] {
  return [
    ...new Map(faults.map((each) => [`${each.message}\0${each.place?.path}`, each])).values(),
  ];
}
