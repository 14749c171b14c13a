import type { Problem } from "@slipway/definitions";
import type {
  AgentDefinition,
  BaseDefinition,
  ExtendedImageDefinition,
  ExtensionDefinition,
} from "../definition.ts";
import type { RootfsProject } from "../rootfs-projects.ts";

export type DefinitionKind = "base" | "agent" | "extension" | "image-extended";

/** Where a definition comes from. A user's replaces a workspace's of its kind and name, and that a packaged one. */
export type PlaceName = "workspace" | "packaged" | "user";

export type Located = {
  readonly kind: DefinitionKind;
  /** The folder's: the name in all references. */
  readonly name: string;
  readonly place: PlaceName;
  /** Absolute. */
  readonly folder: string;
  /** The definition, absolute; where it is missing, what it should be. */
  readonly file: string;
};

/** What a definition file and its folder are, once nothing is wrong with them. */
export type SoundEntry<Definition> = Located & {
  readonly state: "sound";
  readonly definition: Definition;
};

export type BrokenEntry = Located & {
  readonly state: "broken";
  readonly problems: readonly Problem[];
};

/** A broken entry keeps its place, so that it fails who selects it and nobody else. */
export type Entry<Definition> = SoundEntry<Definition> | BrokenEntry;

/** What `extension.yml` says, and what lies beside it. */
export type Extension = ExtensionDefinition & {
  /** By its own Dockerfile, by scripts under the built-in one, or no layer at all: then it has shares. */
  readonly installs: "dockerfile" | "scripts" | "nothing";
  /** Names of `scripts/*.sh` in the order they run. */
  readonly scripts: readonly string[];
};

/** Of all places, each list by name; a name stands once. */
export type Catalogue = {
  readonly bases: readonly Entry<BaseDefinition>[];
  readonly agents: readonly Entry<AgentDefinition>[];
  readonly extensions: readonly Entry<Extension>[];
  readonly extendedImages: readonly Entry<ExtendedImageDefinition>[];
  /** What projects of the workspace bootstrap. */
  readonly rootFileSystems: readonly RootfsProject[];
  readonly overrides: readonly Override[];
  readonly ignored: readonly Ignored[];
};

/** Of one kind and name; `replaced` is read all the same, so that what is wrong with it is told. */
export type Override = { readonly by: Located; readonly replaced: Entry<unknown> };

/** What lies where only folders of definitions should, and is none. */
export type Ignored = { readonly path: string; readonly reason: "file" | "hidden" };

/** Without what the definition says. */
export function locatedOf({ kind, name, place, folder, file }: Located): Located {
  return { kind, name, place, folder, file };
}
