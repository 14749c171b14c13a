/** The part of Node's `WebAssembly` that the evaluator uses; neither the ES library nor `@types/node` declares it. */
declare namespace WebAssembly {
  type Module = object & { readonly __brand: "WebAssembly.Module" };
  type Instance = { readonly exports: Readonly<Record<string, unknown>> };
  type Imports = Readonly<Record<string, Readonly<Record<string, unknown>>>>;
  class Memory {
    constructor(descriptor: { readonly initial: number });
    readonly buffer: ArrayBuffer;
  }
  function compile(bytes: Uint8Array): Promise<Module>;
  function instantiate(module: Module, imports: Imports): Promise<Instance>;
}
