// expect: timeout
export default { score: async (customers, ctx) => {
  return new Proxy([], { get() { for (;;); } });
} };
