// expect: ok
export default { score: async (customers, ctx) => {
  const found = ['process', 'require', 'module', 'Buffer', 'fetch', 'XMLHttpRequest', 'setTimeout', 'queueMicrotask', 'Worker', 'ivm', '_ivm', 'console', 'WebAssembly', 'SharedArrayBuffer', 'Atomics', 'WeakRef', 'FinalizationRegistry', 'Deno'].filter((name) => name in globalThis);
  if (found.length > 0) throw new Error(found.join());
  return customers.map((c) => ({ customer: c.id, value: 1 }));
} };
