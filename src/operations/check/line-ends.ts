import type { FileSystem } from '../ports.ts'

const [LF, CR] = [0x0a, 0x0d]

/** Whether `there` is what git writes of `staged` where it turns line ends into CRLF. */
export function isWithCrlf(there: Uint8Array, staged: Uint8Array): boolean {
  return !staged.includes(CR) && there.length > staged.length && Buffer.compare(there, toCrlf(staged)) === 0
}

/** Some files as they stand in the index, with LF; what is written to them gets CRLF again, as git would write it. */
export function withoutCrlf(files: FileSystem, paths: ReadonlySet<string>): FileSystem {
  return {
    ...files,
    open: async (path) => {
      const version = await files.open(path)
      return paths.has(path) ? { ...version, bytes: toLf(version.bytes) } : version
    },
    write: (request) => files.write(paths.has(request.path) ? { ...request, bytes: toCrlf(request.bytes) } : request),
  }
}

/** @param bytes - without CR */
function toCrlf(bytes: Uint8Array): Uint8Array {
  return Buffer.from(
    Buffer.from(bytes)
      .toString('latin1')
      .replaceAll(/(?<!\r)\n/g, '\r\n'),
    'latin1',
  )
}

function toLf(bytes: Uint8Array): Uint8Array {
  return bytes.filter((byte, index) => byte !== CR || bytes[index + 1] !== LF)
}
