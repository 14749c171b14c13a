import type { Value, Variable } from "@slipway/pipeline-sdk/graph";
import { block, code, named, textOf } from "./groovy.ts";
import type { Argument, Node } from "./groovy.ts";
import type { Environment } from "./model.ts";
import { valueOf } from "./values.ts";
import type { Scope } from "./values.ts";

/** What can stand in a section `environment`: credentials, and texts without a dollar, which not every version leaves as it is. */
export function environmentOf(variables: readonly Variable[]): Environment {
  return variables.flatMap(({ name, value }): Environment => {
    if (value?.kind.case === "literal" && !value.kind.value.includes("$")) {
      return [[name, value.kind.value]];
    }
    if (value?.kind.case === "secret") {
      return [[name, code(`credentials(${textOf(value.kind.value)})`)]];
    }
    return [];
  });
}

/** What is set around the steps only. */
export function isLate({ value }: Variable): boolean {
  const kind = value?.kind;
  if (kind?.case === "literal") return kind.value.includes("$");
  return kind?.case !== "secret";
}

/** The step withEnv puts other variables in: `$$` is a dollar. */
function doubled(text: string): string {
  return text.replaceAll("$", "$$$$");
}

/** The steps with the variables around them. */
export function withVariables(
  variables: readonly Variable[],
  scope: Scope,
  body: readonly Node[],
): readonly Node[] {
  const secrets = variables.flatMap(({ name, value }) =>
    value?.kind.case === "secret" ? [bindingOf(name, value.kind.value)] : [],
  );
  const others = variables.flatMap(({ name, value }) =>
    value?.kind.case === "secret" ? [] : [settingOf(name, value, scope)],
  );
  const inner = others.length === 0 ? body : [block("withEnv", [others], body)];
  return secrets.length === 0 ? inner : [block("withCredentials", [secrets], inner)];
}

export function bindingOf(variable: string, credentialsId: string): Argument {
  return code(`string(credentialsId: ${textOf(credentialsId)}, variable: ${textOf(variable)})`);
}

function settingOf(name: string, value: Value | undefined, scope: Scope): Argument {
  if (value?.kind.case === "literal") return `${name}=${doubled(value.kind.value)}`;
  return code(`${textOf(`${name}=`)} + literal(${valueOf(value, scope)})`);
}

export function registryLogin(host: string, credentialsId: string, body: readonly Node[]): Node {
  return block("withDockerRegistry", [named({ url: `https://${host}`, credentialsId })], body);
}
