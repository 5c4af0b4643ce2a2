// The binary messages of /v1/map: a header of 8 bytes, then 16 bytes a driver, little-endian.

export const Kind = { SnapshotStart: 0, SnapshotPart: 1, Changes: 2 } as const;
export const Status = { Gone: 0, Available: 1, Offered: 2, Busy: 3, Off: 4 } as const;
export const statusNames = ["gone", "available", "offered", "busy", "off"] as const;

export const kHeaderBytes = 8;
export const kEntryBytes = 16;

export interface MapMessage {
  kind: number;
  count: number;
  entries: number;
  /** For entry n: words[4n] is the index, [4n+1] longitude and [4n+2] latitude in millionths of a degree, [4n+3] the status. */
  words: Int32Array;
}

export function decode(buffer: ArrayBuffer): MapMessage | null {
  if (buffer.byteLength < kHeaderBytes) return null;
  const header = new DataView(buffer, 0, kHeaderBytes);
  if (header.getUint8(0) !== 1) return null;
  const entries = Math.floor((buffer.byteLength - kHeaderBytes) / kEntryBytes);
  return { kind: header.getUint8(1), count: header.getUint32(4, true), entries, words: new Int32Array(buffer, kHeaderBytes, entries * 4) };
}
