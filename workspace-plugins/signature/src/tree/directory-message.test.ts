import { create, toBinary } from "@bufbuild/protobuf";
import fc from "fast-check";
import { expect, test } from "vitest";
import { DirectorySchema } from "../../test/remote-execution_pb.ts";
import { openDirectoryWriter } from "./directory-message.ts";

const name = fc.string({ unit: "grapheme", minLength: 1, maxLength: 300 });
const digest = fc.uint8Array({ minLength: 32, maxLength: 32 });
const sizeBytes = fc.oneof(fc.constant(0), fc.maxSafeNat());

test("a message is that of the protobuf library, byte for byte", () => {
  const writer = openDirectoryWriter();
  const directory = fc.record({
    files: fc.array(fc.record({ name, digest, sizeBytes, isExecutable: fc.boolean() })),
    folders: fc.array(fc.record({ name, digest, sizeBytes })),
    symlinks: fc.array(fc.record({ name, target: fc.string({ unit: "grapheme", minLength: 1 }) })),
  });
  fc.assert(
    fc.property(directory, ({ files, folders, symlinks }) => {
      for (const file of files) {
        writer.file(file.name, file.digest, file.sizeBytes, file.isExecutable);
      }
      for (const folder of folders) writer.folder(folder.name, folder.digest, folder.sizeBytes);
      for (const link of symlinks) writer.symlink(link.name, link.target);
      const digestMessage = (node: { digest: Uint8Array; sizeBytes: number }) => ({
        hash: Buffer.from(node.digest).toString("hex"),
        sizeBytes: BigInt(node.sizeBytes),
      });
      const message = create(DirectorySchema, {
        files: files.map((file) => ({
          name: file.name,
          digest: digestMessage(file),
          isExecutable: file.isExecutable,
        })),
        directories: folders.map((folder) => ({
          name: folder.name,
          digest: digestMessage(folder),
        })),
        symlinks,
      });
      expect(Buffer.from(writer.end())).toEqual(Buffer.from(toBinary(DirectorySchema, message)));
    }),
    { numRuns: 300 },
  );
});
