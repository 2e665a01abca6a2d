// expect: timeout
export default { score: async (customers, ctx) => {
  throw new Proxy({}, { get() { for (;;); }, getPrototypeOf() { for (;;); } });
} };
