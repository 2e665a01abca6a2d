// expect: memory | killed | timeout | plugin_error
export default { score: async (customers, ctx) => {
  const buffer = new ArrayBuffer(1, { maxByteLength: 2 ** 32 });
  buffer.resize(2 ** 31);
  new Uint8Array(buffer).fill(1);
  return customers.map((c) => ({ customer: c.id, value: 1 }));
} };
