import { expect, test } from 'vitest';
import { createFrameReader, encodeFrame, type FromWorker } from './protocol.ts';

test('frames come out as they went in, whatever the pipe does to them', () => {
  const frames: [FromWorker, string][] = [
    [{ t: 'beat', rss: 1 }, ''],
    [{ t: 'host-call', call: 1, n: 2, name: 'kv.get' }, '["grüße 你好"]'],
    [{ t: 'done', call: 1, kind: 'ok', wallMs: 1, cpuMs: 1 }, 'x'.repeat(5000)],
  ];
  const bytes = Buffer.concat(frames.map(([head, body]) => encodeFrame(head, body)));
  for (const size of [1, 3, 7, 64, 4096, bytes.length]) {
    const seen: [FromWorker, string][] = [];
    const read = createFrameReader<FromWorker>((head, body) => seen.push([head, body]));
    for (let at = 0; at < bytes.length; at += size) read(bytes.subarray(at, at + size));
    expect(seen).toEqual(frames);
  }
});

test('a frame larger than accepted ends the stream', () => {
  const header = Buffer.alloc(8);
  header.writeUInt32BE(0xffffffff, 4);
  expect(() => createFrameReader(() => {})(header)).toThrow('larger');
});
