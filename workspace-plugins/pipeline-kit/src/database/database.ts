import type { ValueInit } from "../graph.ts";

/** How a job gets in. */
export type Access = {
  readonly user: string;
  readonly password: ValueInit;
  readonly database: string;
};

/** Where a job finds it. */
export type Address = { readonly host: string; readonly port: number };

export type Values = Readonly<Record<string, string | ValueInit>>;

export type Database = {
  /** postgres, of the plugin db/postgres */
  readonly name: string;
  /** Where a use says none. */
  readonly version: string;
  /** The image without its tag. */
  readonly image: string;
  readonly port: number;
  /** What a use may say of these, and what is meant where it does not. `undefined`: there is nothing to log in to. */
  readonly access: { readonly user: string; readonly database: string } | undefined;
  /** Variables of the service itself. */
  readonly server: (access: Access) => Values;
  /** A command inside of the service, which ends with 0 when it is ready. */
  readonly health: (access: Access) => string;
  /** Variables of the job. `url` is the name of the one that says it all. */
  readonly client: (access: Access, address: Address) => Values;
  readonly url: { readonly variable: string; readonly scheme: string };
};
