// Start-up: from `main.ts start` on an empty database to the line that says ready, with the memory it then holds.
import { defineBench, median, memoryMb, type Row } from './bench.ts';
import { startServer } from './server.ts';

export const start = defineBench({
  name: 'start',
  title: 'empty database to ready',
  run: async (): Promise<Row[]> => {
    const times: number[] = [];
    const memory: number[] = [];
    for (let i = -1; i < 5; i++) {
      const server = await startServer();
      if (i >= 0) {
        times.push(server.readyMs);
        memory.push(memoryMb(server.pid));
      }
      await server.stop();
    }
    const ms = median(times);
    const mb = median(memory);
    return [
      {
        what: 'empty database to ready',
        value: ms,
        unit: 'ms',
        target: '< 1,500 ms, < 200 MB',
        met: ms < 1500 && mb < 200,
        memoryMb: mb,
      },
    ];
  },
});
