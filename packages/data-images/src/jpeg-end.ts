// Whether a JPEG file goes on to its end marker; decoders fill in gray for what is cut off. ITU-T T.81, B.1 and B.2.

const RESTARTS = [0xd0, 0xd7] as const;
const END = 0xd9;
const SCAN = 0xda;

/** True when every segment and scan is there, and the end marker after them. Bytes behind that are not looked at. */
export function hasJpegEnd(bytes: Uint8Array): boolean {
  let at = 2;
  while (at + 1 < bytes.length) {
    if (bytes[at] !== 0xff) return false;
    const marker = bytes[at + 1];
    if (marker === 0xff) at++;
    else if (marker === END) return true;
    else {
      const length = at + 3 < bytes.length ? (bytes[at + 2] << 8) | bytes[at + 3] : 0;
      if (length < 2) return false;
      at += 2 + length;
      if (marker === SCAN) at = nextMarker(bytes, at);
    }
  }
  return false;
}

/** The first marker at or after `at` that is neither a stuffed byte nor a restart. */
function nextMarker(bytes: Uint8Array, at: number): number {
  const [low, high] = RESTARTS;
  for (let place = at; place + 1 < bytes.length; place++) {
    const next = bytes[place + 1];
    if (bytes[place] === 0xff && next !== 0 && next !== 0xff && (next < low || next > high)) return place;
  }
  return bytes.length;
}
