import type { Checkout } from "@slipway/pipeline-sdk/graph";
import { argumentOf, block, code, named } from "./groovy.ts";
import type { Named, Node } from "./groovy.ts";

/** Whether it is what Jenkins does by itself, on the machine, before the steps. */
export function isImplicit(checkout: Checkout | undefined): boolean {
  return (
    checkout === undefined ||
    (!checkout.disabled && checkout.path === "" && extensionsOf(checkout).length === 0)
  );
}

/** Fetches the repository in a way of its own, in a script. */
export function checkoutOf(checkout: Checkout | undefined): readonly Node[] {
  if (checkout === undefined || checkout.disabled || isImplicit(checkout)) return [];
  const { path } = checkout;
  const node: Node = {
    set: "slipway.commit",
    to: code(`checkout(${sourceOf(checkout)}).GIT_COMMIT`),
  };
  return path === "" ? [node] : [block("dir", [path], [node])];
}

function sourceOf(checkout: Checkout): string {
  const extensions = extensionsOf(checkout);
  if (extensions.length === 0) return "scm";
  const added = extensions.map(argumentOf).join(", ");
  return `[$class: 'GitSCM', branches: scm.branches, extensions: scm.extensions + [${added}], userRemoteConfigs: scm.userRemoteConfigs]`;
}

function extensionsOf({ depth, tags, submodules, lfs }: Checkout): readonly Named[] {
  return [
    ...(depth === undefined && !tags
      ? []
      : [
          named({
            $class: "CloneOption",
            shallow: (depth ?? 0) > 0,
            depth: (depth ?? 0) > 0 ? depth : undefined,
            noTags: false,
            reference: "",
          }),
        ]),
    ...(submodules
      ? [
          named({
            $class: "SubmoduleOption",
            recursiveSubmodules: true,
            parentCredentials: true,
          }),
        ]
      : []),
    ...(lfs ? [named({ $class: "GitLFSPull" })] : []),
  ];
}
