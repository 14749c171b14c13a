/** The memory of a process without its zero pages: an aos heap has 1678 pages of which about 30 hold something. */
export type SparseMemory = {
  readonly pageCount: number;
  /** Ascending numbers of the pages in `bytes`, which holds them one after another. */
  readonly pages: readonly number[];
  readonly bytes: Uint8Array<ArrayBuffer>;
};

export const pageSizeBytes = 65_536;

const zeroPage = new Uint8Array(pageSizeBytes);

export function compact(memory: Uint8Array): SparseMemory {
  const pages = usedPages(memory);
  const bytes = new Uint8Array(pages.length * pageSizeBytes);
  for (const [index, page] of pages.entries()) {
    bytes.set(pageOf(memory, page), index * pageSizeBytes);
  }
  return { pageCount: memory.byteLength / pageSizeBytes, pages, bytes };
}

/** Makes `memory`, which is large enough and zero after its own bytes, equal to the sparse one; touches used pages only. */
export function restore(
  sparse: SparseMemory,
  memory: Uint8Array,
  ownBytes: number = memory.byteLength,
): void {
  for (const page of usedPages(memory.subarray(0, ownBytes))) pageOf(memory, page).fill(0);
  for (const [index, page] of sparse.pages.entries()) {
    memory.set(pageOf(sparse.bytes, index), page * pageSizeBytes);
  }
}

function usedPages(memory: Uint8Array): readonly number[] {
  const buffer = Buffer.from(memory.buffer, memory.byteOffset, memory.byteLength);
  const pages: number[] = [];
  for (let start = 0; start < buffer.byteLength; start += pageSizeBytes) {
    const isZero = buffer.compare(zeroPage, 0, pageSizeBytes, start, start + pageSizeBytes) === 0;
    if (!isZero) pages.push(start / pageSizeBytes);
  }
  return pages;
}

function pageOf(memory: Uint8Array, page: number): Uint8Array {
  return memory.subarray(page * pageSizeBytes, (page + 1) * pageSizeBytes);
}
