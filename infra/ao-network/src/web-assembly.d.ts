/** The part of Node's `WebAssembly` that the evaluator uses; neither the ES library nor `@types/node` declares it. */
declare namespace WebAssembly {
  class Module {
    readonly #brand: "Module";
  }
  class Instance {
    readonly exports: Readonly<Record<string, unknown>>;
  }
  class Memory {
    constructor(descriptor: { readonly initial: number });
    readonly buffer: ArrayBuffer;
  }
  type Imports = Readonly<Record<string, Readonly<Record<string, unknown>>>>;
  function compile(bytes: Uint8Array): Promise<Module>;
  function instantiate(module: Module, imports: Imports): Promise<Instance>;
}
